"""How the content falls on the pages of the preview: by the lines of the type area, 22 to a page.

The preview is near to the print, not equal to it: where lines break is the
browser's business, and a page that comes out longer grows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil

from portal.documents.layout import CHARS_PER_LINE, LINES_PER_PAGE
from portal.documents.numbers import text_width
from reports.paper.document import Numbered, numbered
from reports.texts.content import Block, Chart, Paragraph, Sections, Table, text_of

HEAD_LINES = 12.0  # masthead, issue line, rule, title
FOOT_LINES = 4.0  # 版记
CAPTION_LINES = 1.2
TABLE_ROW_LINES = 0.85
TABLE_CHARS = 41  # 12 point characters across the type area
CHART_LINES = 8.0


@dataclass
class Page:
    """A page of the preview: what stands on it in order, headings as texts."""

    number: int
    parts: list[str | Block] = field(default_factory=list)
    lines: float = 0.0

    @property
    def is_even(self) -> bool:
        return self.number % 2 == 0


def paginate(sections: Sections) -> tuple[list[Page], dict[str, str]]:
    """Return the pages, and the printed caption of each table and chart by its key."""
    pages = [Page(1, lines=HEAD_LINES)]
    captions: dict[str, str] = {}
    for part in numbered(sections):
        captions |= part.captions
        _place(part, pages)
    if pages[-1].lines + FOOT_LINES > LINES_PER_PAGE:
        pages.append(Page(len(pages) + 1))
    return pages, captions


def _place(part: Numbered, pages: list[Page]) -> None:
    """Put a section on the pages; its heading stays with what follows it."""
    waiting: list[str | Block] = [part.heading] if part.heading else []
    for block in part.section.blocks:
        needed = lines_of(block) + len(waiting)
        page = pages[-1]
        if page.parts and page.lines + needed > LINES_PER_PAGE:
            page = Page(len(pages) + 1)
            pages.append(page)
        page.parts += [*waiting, block]
        page.lines += needed
        waiting = []


def lines_of(block: Block) -> float:
    """Estimate how many lines of the type area a block takes."""
    if isinstance(block, Paragraph):
        return float(ceil((2 + text_width(block.text)) / CHARS_PER_LINE))
    if isinstance(block, Chart):
        return CHART_LINES + CAPTION_LINES
    rows = [*block.rows, *([block.total] if block.total else [])]
    heights = sum(_row_height(block, row) for row in rows)
    return CAPTION_LINES + (1 + heights) * TABLE_ROW_LINES


def _row_height(table: Table, row: Sequence[tuple]) -> int:
    whole = sum(column.share for column in table.columns)
    widths = [max(TABLE_CHARS * column.share / whole - 1, 1) for column in table.columns]
    return max(ceil(text_width(text_of(cell)) / width) or 1 for cell, width in zip(row, widths, strict=True))
