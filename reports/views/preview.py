"""A bulletin as its page shows it: paper with numbers that can be asked, and notes in the margin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from reports.consistency import Findings
from reports.paper.pages import paginate
from reports.selectors.bulletins import Part, parts_of
from reports.texts.content import Block, Chart, Paragraph, Run, Runs, Sections, Table
from reports.texts.marks import Difference, agrees
from reports.texts.values import FigureValue, Values

Row = tuple[tuple[SafeString, str], ...]


@dataclass(frozen=True)
class Shown:
    """A part of a page. `kind` heading, paragraph, table or chart; `note` the number of its margin note.

    The cells of `rows` are their text and their alignment.
    """

    kind: str
    text: SafeString | str = ""
    note: int | None = None
    caption: str = ""
    heads: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    svg: str = ""


@dataclass(frozen=True)
class ShownPage:
    number: int
    is_even: bool
    parts: tuple[Shown, ...] = field(default=())


@dataclass(frozen=True)
class FigureCard:
    """What the margin says about the figure that was asked for."""

    figure: FigureValue
    parts_label: str
    parts: tuple[Part, ...]


def figure_card(key: str, values: Values) -> FigureCard | None:
    figure = values.get(key)
    return None if figure is None else FigureCard(figure, *parts_of(key, values))


class Preview:
    """Puts the content on pages. `asked` is the figure whose definition the margin shows."""

    def __init__(
        self,
        sections: Sections,
        values: Values,
        *,
        findings: Findings,
        differences: Iterable[Difference],
        asked: str,
    ) -> None:
        self._values, self._asked = values, asked
        self._contradicting = {key for found in findings.contradictions for key in found.keys}
        self._notes: dict[str, int] = {}
        for difference in differences:
            self._notes.setdefault(difference.block, len(self._notes) + 1)
        pages, self._captions = paginate(sections)
        self.pages = [
            ShownPage(page.number, page.is_even, tuple(self._show(part) for part in page.parts))
            for page in pages
        ]

    def _show(self, part: str | Block) -> Shown:
        if isinstance(part, str):
            return Shown("heading", part)
        note = self._notes.get(part.key)  # a continued table has no note of its own
        if isinstance(part, Paragraph):
            return Shown("paragraph", self._runs(part.runs), note)
        caption = self._captions.get(part.key, "")
        if isinstance(part, Chart):
            return Shown("chart", caption=caption, svg=part.svg)
        return self._table(part, caption, note)

    def _table(self, table: Table, caption: str, note: int | None) -> Shown:
        rows = [*table.rows, *([table.total] if table.total else [])]
        aligned = [column.align for column in table.columns]
        return Shown(
            "table",
            note=note,
            caption=caption,
            heads=tuple(column.label for column in table.columns),
            rows=tuple(tuple(zip(map(self._runs, row), aligned, strict=True)) for row in rows),
        )

    def _runs(self, runs: Runs) -> SafeString:
        return format_html_join("", "{}", ((self._run(run),) for run in runs))

    def _run(self, run: Run) -> SafeString | str:
        if run.figure:
            key = run.figure.partition(":")[0]
            link = '<a class="{0}" href="?figure={1}" hx-get="?figure={1}">{2}</a>'
            return format_html(link, self._look(run, key), key, run.text)
        return format_html('<b class="paper__kai">{}</b>', run.text) if run.look == "kai" else run.text

    def _look(self, run: Run, key: str) -> str:
        look = "fig"
        if key in self._contradicting or not agrees(run, self._values):
            look += " fig--bad"
        return f"{look} fig--on" if key == self._asked else look
