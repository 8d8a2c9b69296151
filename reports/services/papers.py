"""What bulletins and work reports have in common: guarded writes, frozen rows and files, figures that moved."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import F

from portal.documents.docx_writer import render_docx
from portal.documents.fonts import FontMissing
from portal.documents.model import OfficialDocument
from portal.documents.pdf_writer import RenderedPdf, render_pdf
from portal.documents.pictures import ChartUnreadable
from portal.errors import Conflict, Refused
from reports.figures import Period, RowPeriod, figures_of, values_of
from reports.models import Bulletin, WorkReport
from reports.texts.content import Section, Sections, keys_in, sections_from_json
from reports.texts.values import Values, printed, values_from_json

Paper = TypeVar("Paper", Bulletin, WorkReport)
MOST_QUOTED = 3
NOTE_LENGTH = 300


def period_of(paper: Bulletin | WorkReport) -> Period:
    return Period(paper.month, paper.months)


def section_of(sections: Sections, key: str) -> Section:
    found = next((section for section in sections if section.key == key), None)
    if found is None:
        raise Refused("没有这一部分，请刷新页面")
    return found


def changed_texts(old: Section, new: Section) -> dict[str, list[str | None]]:
    """Return the paragraphs that differ, for the history: key to [before, after]."""
    before = {block.key: block.text for block in old.paragraphs}
    after = {block.key: block.text for block in new.paragraphs}
    return {
        key: [before.get(key), after.get(key)]
        for key in (*before, *(key for key in after if key not in before))
        if before.get(key) != after.get(key)
    }


def write_draft(paper: Paper, version: int, **fields: Any) -> None:
    """Write the draft if it is still the `version` that was edited; the row in hand follows.

    Raises Refused when it is no draft any more, Conflict with the present texts when
    somebody else has changed it.
    """
    rows = type(paper)._default_manager
    held = rows.filter(pk=paper.pk, state=paper.State.DRAFT, version=version)
    if not held.update(version=F("version") + 1, **fields):
        now = rows.get(pk=paper.pk)
        if now.state != paper.State.DRAFT:
            what = paper._meta.verbose_name
            raise Refused(f"{what}现为「{now.get_state_display()}」，不能修改；需要修改的，请先退回起草")
        raise Conflict(
            f"他人刚修改了这份{paper._meta.verbose_name}，您填写的内容还在页面上，请对照后再保存",
            _texts(now.content),
        )
    _follow(paper, version + 1, fields)


def _texts(content: list[dict[str, Any]]) -> dict[str, str]:
    sections = sections_from_json(content)
    return {block.key: block.text for section in sections for block in section.paragraphs}


def move(paper: Paper, source: str, target: str, **fields: Any) -> None:
    """Move the paper if it still has the state and version it was read with; the row in hand follows.

    Of two people at once the second finds no row, and all he did is undone.
    """
    rows = type(paper)._default_manager
    held = rows.filter(pk=paper.pk, state=source, version=paper.version)
    if not held.update(state=target, version=F("version") + 1, **fields):
        raise too_late(rows.get(pk=paper.pk))
    _follow(paper, paper.version + 1, {"state": target, **fields})


def _follow(paper: Bulletin | WorkReport, version: int, fields: dict[str, Any]) -> None:
    paper.version = version
    for name, value in fields.items():
        setattr(paper, name, value)


def too_late(row: Bulletin | WorkReport) -> Refused:
    what = row._meta.verbose_name
    return Refused(f"{what}现为「{row.get_state_display()}」，已由他人办理或者修改，请刷新页面后再操作")


def frozen_rows(paper: Bulletin | WorkReport, action: str) -> dict[str, Any]:
    """Return the rows behind every printed figure, from the reading that the figures are held against.

    Raises Refused when a printed figure is no longer what the rows give.
    """
    period = RowPeriod(paper.month, paper.months)
    _refuse_moved(paper, values_of(period, compare=False), action)
    return rows_behind(paper, period)


def _refuse_moved(paper: Bulletin | WorkReport, fresh: Values, action: str) -> None:
    kept = values_from_json(paper.figures)
    moved = [
        f"“{kept[key].name}”由 {printed(kept[key].value)} 变为 {printed(fresh[key].value if key in fresh else None)}"
        for key in sorted(keys_in(sections_from_json(paper.content)))
        if key in kept and (key not in fresh or kept[key].value != fresh[key].value)
    ]
    if moved:
        said = "；".join(moved[:MOST_QUOTED])
        raise Refused(f"起草后有 {len(moved)} 项数据发生变化：{said}。请退回起草，重新取数后再{action}")


def rows_behind(paper: Bulletin | WorkReport, period: Period) -> dict[str, Any]:
    """Return the rows behind every printed figure: each row once, and for each figure which ones."""
    figures = figures_of(period)
    refs: dict[str, list[str]] = {}
    behind: dict[str, list[str]] = {}
    for key in sorted(keys_in(sections_from_json(paper.content))):
        figure = figures.get(key)
        if figure is None or figure.rows is None:
            continue
        found = figure.rows(period, None)
        behind[key] = [f"{row.kind}:{row.number}" for row in found]
        for row in found:
            refs.setdefault(f"{row.kind}:{row.number}", [row.label, row.url])
    return {"refs": refs, "figures": behind}


def render_files(document: OfficialDocument) -> tuple[bytes, RenderedPdf]:
    """Set the document as DOCX and PDF. Raises Refused when the machine cannot, with what to do."""
    folder = Path(settings.FONT_FOLDER) if settings.FONT_FOLDER else None
    try:
        return render_docx(document, font_folder=folder), render_pdf(document, font_folder=folder)
    except (FontMissing, ChartUnreadable) as error:
        raise Refused(str(error)) from error
