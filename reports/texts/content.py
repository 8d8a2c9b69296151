"""A document's content: sections of paragraphs, tables and charts, whose numbers know their figures.

Stored as JSON; `sections_from_json(sections_to_json(x)) == x`. No database, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Run:
    """A piece of text. `figure` is the mark of the number it prints, `look` a typeface or a lamp's colour."""

    text: str
    figure: str = ""
    look: str = ""


Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Paragraph:
    """`key` names the sentence generator; `edited` says that a person has changed its words."""

    key: str
    runs: Runs
    edited: bool = False

    @property
    def text(self) -> str:
        return text_of(self.runs)


@dataclass(frozen=True)
class Column:
    label: str
    share: int = 1
    align: str = "center"


@dataclass(frozen=True)
class Table:
    """A table whose cells are runs, so that its numbers know their figures too."""

    key: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Runs, ...], ...]
    total: tuple[Runs, ...] | None = None


@dataclass(frozen=True)
class Chart:
    key: str
    caption: str
    svg: str


Block = Paragraph | Table | Chart


@dataclass(frozen=True)
class Section:
    """`title` without its number; `dropped` names generated paragraphs that a person took out."""

    key: str
    title: str
    blocks: tuple[Block, ...]
    dropped: tuple[str, ...] = ()

    @property
    def paragraphs(self) -> tuple[Paragraph, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Paragraph))


Sections = Sequence[Section]


def text_of(runs: Iterable[Run]) -> str:
    return "".join(run.text for run in runs)


def joined(runs: Iterable[Run]) -> Runs:
    """Join neighbouring runs that carry no figure and look alike; empty ones go."""
    found: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        last = found[-1] if found else None
        if last and not last.figure and not run.figure and last.look == run.look:
            found[-1] = replace(last, text=last.text + run.text)
        else:
            found.append(run)
    return tuple(found)


def runs_in(section: Section) -> Iterator[Run]:
    """Yield every run of a section, in reading order."""
    for block in section.blocks:
        if isinstance(block, Paragraph):
            yield from block.runs
        elif isinstance(block, Table):
            for row in (*block.rows, block.total or ()):
                for cell in row:
                    yield from cell


def keys_in(sections: Sections) -> set[str]:
    """Return the keys of the figures that are printed anywhere in the content."""
    marks = (run.figure for section in sections for run in runs_in(section) if run.figure)
    return {mark.partition(":")[0] for mark in marks}


# ---- the stored form


def sections_to_json(sections: Sections) -> list[dict[str, Any]]:
    return [
        {
            "key": section.key,
            "title": section.title,
            "blocks": [_block_to_json(block) for block in section.blocks],
            "dropped": list(section.dropped),
        }
        for section in sections
    ]


def sections_from_json(stored: Iterable[dict[str, Any]]) -> tuple[Section, ...]:
    return tuple(
        Section(
            item["key"],
            item["title"],
            tuple(_block_from_json(block) for block in item["blocks"]),
            tuple(item["dropped"]),
        )
        for item in stored
    )


def _block_to_json(block: Block) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        return {
            "type": "paragraph",
            "key": block.key,
            "runs": _runs_to_json(block.runs),
            "edited": block.edited,
        }
    if isinstance(block, Chart):
        return {"type": "chart", "key": block.key, "caption": block.caption, "svg": block.svg}
    return {
        "type": "table",
        "key": block.key,
        "caption": block.caption,
        "columns": [
            {"label": column.label, "share": column.share, "align": column.align} for column in block.columns
        ],
        "rows": [[_runs_to_json(cell) for cell in row] for row in block.rows],
        "total": None if block.total is None else [_runs_to_json(cell) for cell in block.total],
    }


def _block_from_json(stored: dict[str, Any]) -> Block:
    if stored["type"] == "paragraph":
        return Paragraph(stored["key"], _runs_from_json(stored["runs"]), stored["edited"])
    if stored["type"] == "chart":
        return Chart(stored["key"], stored["caption"], stored["svg"])
    total = stored["total"]
    return Table(
        key=stored["key"],
        caption=stored["caption"],
        columns=tuple(Column(**column) for column in stored["columns"]),
        rows=tuple(tuple(_runs_from_json(cell) for cell in row) for row in stored["rows"]),
        total=None if total is None else tuple(_runs_from_json(cell) for cell in total),
    )


def _runs_to_json(runs: Runs) -> list[dict[str, str]]:
    """Write runs; what is empty is left out, since most runs are bare text."""
    return [
        {"text": run.text}
        | ({"figure": run.figure} if run.figure else {})
        | ({"look": run.look} if run.look else {})
        for run in runs
    ]


def _runs_from_json(stored: Iterable[dict[str, str]]) -> Runs:
    return tuple(Run(run["text"], run.get("figure", ""), run.get("look", "")) for run in stored)
