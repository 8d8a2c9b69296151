"""How the content falls on the pages of the preview: by the lines of the type area, 22 to a page.

The preview is near to the print, not equal to it: where lines break is the
browser's business, and a page that comes out longer grows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from portal.documents.layout import CHARS_PER_LINE, LINES_PER_PAGE
from portal.documents.numbers import text_width
from reports.paper.document import numbered
from reports.texts.content import Block, Chart, Paragraph, Runs, Sections, Table, text_of

HEAD_LINES = 10.7  # masthead, issue line, rule, title of two lines
FOOT_LINES = 3.0  # 版记
CAPTION_LINES = 1.2
ROW_LINES = 0.85  # 20 points and the padding
MORE_LINES = 0.7  # each further line of a table row
TABLE_CHARS = 37  # 12 point characters across the type area
FEWEST_ROWS = 3  # a table is not begun for fewer
SHORT_TABLE = 6  # a table of so many rows is not cut where a page can hold it
LINE_PIXELS = 38.65  # 28.99 points
CONTINUED = "~"
HEIGHT = re.compile(r'\sheight="(\d+(?:\.\d+)?)"')


@dataclass
class Page:
    """A page of the preview: what stands on it in order, headings as texts."""

    number: int
    parts: list[str | Block] = field(default_factory=list)
    lines: float = 0.0

    @property
    def is_even(self) -> bool:
        return self.number % 2 == 0

    @property
    def room(self) -> float:
        return LINES_PER_PAGE - self.lines

    def add(self, part: str | Block) -> None:
        self.parts.append(part)
        self.lines += lines_of(part)


def paginate(sections: Sections) -> tuple[list[Page], dict[str, str]]:
    """Return the pages, and the printed caption of each table and chart by its key.

    A table that is continued has the key of its beginning with a mark after it,
    and no caption.
    """
    pages = [Page(1, lines=HEAD_LINES)]
    captions: dict[str, str] = {}
    for part in numbered(sections):
        captions |= part.captions
        heading = part.heading
        for block in part.section.blocks:
            _place(heading, block, pages)
            heading = ""
    if pages[-1].room < FOOT_LINES:
        pages.append(Page(len(pages) + 1))
    return pages, captions


def _place(heading: str, block: Block, pages: list[Page]) -> None:
    """Put a block on the last page or on a new one; a heading stays with what follows it."""
    above = 1.0 if heading else 0.0
    pieces = list(_pieces(block, pages[-1].room - above)) if isinstance(block, Table) else [block]
    for piece in pieces:
        if pages[-1].parts and pages[-1].room < lines_of(piece) + above:
            pages.append(Page(len(pages) + 1))
        if heading:
            pages[-1].add(heading)
            heading, above = "", 0.0
        pages[-1].add(piece)


def _pieces(table: Table, room: float) -> Iterator[Table]:
    """Cut a table into what fits in `room` lines and then into whole pages; its total stays with a row."""
    first, rest = True, list(table.rows)
    while rest:
        taken = _fitting(table, rest, room - (CAPTION_LINES if first else 0))
        cut_short = taken < len(rest) <= SHORT_TABLE
        if taken < min(FEWEST_ROWS, len(rest)) or cut_short:
            taken = _fitting(table, rest, LINES_PER_PAGE - CAPTION_LINES) or 1
        if taken == len(rest) - 1 and taken > 1:
            taken -= 1
        last = taken >= len(rest)
        key = table.key if first else f"{table.key}{CONTINUED}{len(rest)}"
        yield replace(table, key=key, rows=tuple(rest[:taken]), total=table.total if last else None)
        first, rest, room = False, rest[taken:], float(LINES_PER_PAGE)
    if first:
        yield table


def _fitting(table: Table, rows: Sequence[tuple[Runs, ...]], room: float) -> int:
    """Count the rows that fit in `room` lines below the head, the total among them where it is reached."""
    used, count = ROW_LINES, 0
    for row in rows:
        used += _row_lines(table, row)
        ends = count + 1 == len(rows) and table.total is not None
        if used + (ROW_LINES if ends else 0) > room:
            break
        count += 1
    return count


def lines_of(part: str | Block) -> float:
    """Estimate how many lines of the type area a heading or a block takes."""
    if isinstance(part, str):
        return 1.0
    if isinstance(part, Paragraph):
        return float(ceil((2 + text_width(part.text)) / CHARS_PER_LINE))
    if isinstance(part, Chart):
        height = HEIGHT.search(part.svg)
        return CAPTION_LINES + (float(height[1]) if height else 200.0) / LINE_PIXELS
    caption = 0.0 if CONTINUED in part.key else CAPTION_LINES
    total = ROW_LINES if part.total else 0.0
    return caption + ROW_LINES + sum(_row_lines(part, row) for row in part.rows) + total


def _row_lines(table: Table, row: Sequence[Runs]) -> float:
    whole = sum(column.share for column in table.columns)
    widths = [max(TABLE_CHARS * column.share / whole - 1, 1) for column in table.columns]
    most = max(ceil(text_width(text_of(cell)) / width) for cell, width in zip(row, widths, strict=True))
    return ROW_LINES + (max(most, 1) - 1) * MORE_LINES
