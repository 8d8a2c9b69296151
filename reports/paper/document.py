"""The content of a bulletin as an official document after GB/T 9704-2012."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from portal.documents import model
from portal.documents.numbers import chinese_numeral
from reports.texts.content import Block, Chart, Column, Paragraph, Runs, Section, Sections, Table

LEADERS = "县委、县人大、县政府、县政协领导"
RECIPIENTS = "各乡镇（街道），县直及驻县有关单位"
MASTHEAD = "优化营商环境工作通报"
MASTHEADS = {"monthly": MASTHEAD, "quarterly": "优化营商环境季度通报", "special": "优化营商环境专项通报"}
CLOSING = "特此报告。"
CHART_WIDTH = 140


@dataclass(frozen=True)
class Cover:
    """What stands around the text. Without number and date it is a draft."""

    title: str
    county: str
    issue_number: int | None = None
    number: str = ""
    issued_on: date | None = None
    masthead: str = MASTHEAD

    @property
    def issuer(self) -> str:
        return f"{self.county}优化营商环境工作领导小组办公室"

    @property
    def office(self) -> str:
        return f"{self.county}营商办"


@dataclass(frozen=True)
class Numbered:
    """A section with its printed heading, its tables and charts with their printed captions."""

    section: Section
    heading: str
    captions: dict[str, str]


def numbered(sections: Sections) -> list[Numbered]:
    """Return the sections that have anything to print, with headings, tables and charts counted through."""
    found: list[Numbered] = []
    headings = tables = charts = 0
    for section in sections:
        if not section.blocks:
            continue
        captions: dict[str, str] = {}
        for block in section.blocks:
            if isinstance(block, Table):
                tables += 1
                captions[block.key] = f"表{tables}　{block.caption}"
            elif isinstance(block, Chart):
                charts += 1
                captions[block.key] = f"图{charts}　{block.caption}"
        headings += bool(section.title)
        heading = f"{chinese_numeral(headings)}、{section.title}" if section.title else ""
        found.append(Numbered(section, heading, captions))
    return found


def official_document(cover: Cover, sections: Sections) -> model.OfficialDocument:
    """Return the document to be set as DOCX and PDF."""
    return model.OfficialDocument(
        kind=model.DocumentKind.BULLETIN,
        title=cover.title,
        body=tuple(_body(sections)),
        masthead=cover.masthead,
        issue_number=cover.issue_number,
        number=cover.number,
        issuer=cover.issuer,
        issued_on=cover.issued_on,
        copies_to=(model.CopyLine("报", LEADERS), model.CopyLine("发", RECIPIENTS)),
        imprint=model.Imprint(cover.office, cover.issued_on),
    )


def _body(sections: Sections) -> Iterator[model.Block]:
    for part in numbered(sections):
        if part.heading:
            yield model.Heading(1, part.heading)
        for block in part.section.blocks:
            yield _block(block, part.captions.get(block.key, ""))


def _block(block: Block, caption: str) -> model.Block:
    if isinstance(block, Paragraph):
        return model.Paragraph(_text(block.runs))
    if isinstance(block, Chart):
        return model.Chart(caption, block.svg, CHART_WIDTH)
    return model.Table(
        caption=caption,
        columns=tuple(_column(column) for column in block.columns),
        rows=tuple(tuple(_text(cell) for cell in row) for row in block.rows),
        total_row=None if block.total is None else tuple(_text(cell) for cell in block.total),
    )


def _column(column: Column) -> model.Column:
    return model.Column(column.label, column.share, model.Align(column.align))


def _text(runs: Runs) -> model.Text:
    return tuple(model.Run(run.text, model.Mark(run.look)) for run in runs)


def report_document(title: str, signer: str, on: date | None, sections: Sections) -> model.OfficialDocument:
    """Return a work report 汇报材料: no red head, signed without a seal; without `on` it is a draft.

    It ends with a paragraph, never with a table or a chart: only text can be held
    to the signature below it, which shall not stand alone on a page (GB/T 9704-2012).
    """
    body = tuple(_body(sections))
    if body and not isinstance(body[-1], model.Paragraph):
        body = (*body, model.Paragraph(CLOSING))
    return model.OfficialDocument(
        kind=model.DocumentKind.REPORT,
        title=title,
        body=body,
        signer=signer,
        issued_on=on,
        sealed=False,
    )
