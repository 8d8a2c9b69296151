"""Tables as WordprocessingML: fixed widths, a header row that repeats, rows that are never split."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from portal.documents import layout
from portal.documents.docx_writer.setting import JUSTIFIED, Form, Look, element, line, twips
from portal.documents.fonts import Face
from portal.documents.model import Align, GroupRow, Row, Table, Text

OUTER, HEADER, INNER = 8, 6, 4  # eighths of a point


@dataclass(frozen=True)
class TableLook:
    """How the tables of one kind of document look. `grid` is the colour of a full grid; empty: only rules."""

    width: int
    text: Look
    pitch: int
    grid: str = ""
    header_fill: str = ""

    @property
    def header(self) -> Look:
        return Look(Face.HEI, self.text.size, spacing=0)


RULED = TableLook(
    width=twips(layout.PORTRAIT.text_width),
    text=Look(Face.TEXT, layout.TABLE_SIZE, spacing=0),
    pitch=round(layout.TABLE_PITCH * 20),
)
GRIDDED = TableLook(
    width=twips(layout.LANDSCAPE.text_width),
    text=Look(Face.SONG, layout.SHEET_SIZE, spacing=0),
    pitch=round(layout.SHEET_PITCH * 20),
    grid=layout.GRID_COLOUR,
    header_fill=layout.HEADER_FILL,
)


def caption_of(table: Table, look: TableLook) -> Any:
    form = Form(
        align=Align.LEFT if look.grid else Align.CENTER,
        before=120,
        after=60,
        pitch=look.pitch,
        keep_next=True,
    )
    return line(table.caption, form, look.header)


def build_table(table: Table, look: TableLook) -> Any:
    """Return the w:tbl. Without rows it has one that says so."""
    widths = column_widths([column.width_share for column in table.columns], look.width)
    rows = [_row(row, table, widths, look) for row in table.rows[:-1]]
    for row in table.rows[-1:]:  # a total never stands alone on its page
        rows.append(_row(row, table, widths, look, keep_next=table.total_row is not None))
    if not rows:
        cell = _cell(table.empty_text, look.width, look, align=Align.CENTER, span=len(widths))
        rows = [element("tr", _row_properties(), cell)]
    if table.total_row is not None:
        rows.append(_row(table.total_row, table, widths, look))
    grid = element("tblGrid", *(element("gridCol", w=width) for width in widths))
    return element("tbl", _table_properties(look), grid, _header(table, widths, look), *rows)


def column_widths(shares: list[int], total: int) -> list[int]:
    """Divide `total` by shares into whole twips that add up to it."""
    edges = [round(total * sum(shares[:count]) / sum(shares)) for count in range(len(shares) + 1)]
    return [right - left for left, right in pairwise(edges)]


def borders(**sides: tuple[int, str]) -> Any:
    """Return w:tblBorders with width in eighths of a point and colour for each named side."""
    order = ("top", "left", "bottom", "right", "insideH", "insideV")
    return element(
        "tblBorders",
        *(
            element(side, val="single", sz=sides[side][0], space=0, color=sides[side][1])
            for side in order
            if side in sides
        ),
    )


def _table_properties(look: TableLook) -> Any:
    if look.grid:
        edge = (INNER, look.grid)
        lines = borders(top=edge, left=edge, bottom=edge, right=edge, insideH=edge, insideV=edge)
    else:
        lines = borders(top=(OUTER, "000000"), bottom=(OUTER, "000000"), insideH=(INNER, "000000"))
    return element(
        "tblPr",
        element("tblW", w=look.width, type="dxa"),
        element("jc", val="center"),
        lines,
        element("tblLayout", type="fixed"),
    )


def _header(table: Table, widths: list[int], look: TableLook) -> Any:
    cells = [
        _cell(column.label, width, look, align=Align.CENTER, fill=look.header_fill, text=look.header)
        for column, width in zip(table.columns, widths, strict=True)
    ]
    return element("tr", _row_properties(header=True), *cells)


def _row(row: Row, table: Table, widths: list[int], look: TableLook, *, keep_next: bool = False) -> Any:
    if isinstance(row, GroupRow):
        fill = layout.GROUP_FILL
        cell = _cell(row.text, look.width, look, align=JUSTIFIED, span=len(widths), fill=fill, keep_next=True)
        return element("tr", _row_properties(), cell)
    cells = [
        _cell(text, width, look, align=column.align, keep_next=keep_next)
        for text, width, column in zip(row, widths, table.columns, strict=True)
    ]
    return element("tr", _row_properties(), *cells)


def _row_properties(*, header: bool = False) -> Any:
    properties = element("trPr", element("cantSplit"))
    if header:
        properties.append(element("tblHeader"))
    return properties


def _cell(
    content: Text,
    width: int,
    look: TableLook,
    *,
    align: str,
    span: int = 1,
    fill: str = "",
    text: Look | None = None,
    keep_next: bool = False,
) -> Any:
    properties = element("tcPr", element("tcW", w=width, type="dxa"))
    if span > 1:
        properties.append(element("gridSpan", val=span))
    if fill:
        properties.append(element("shd", val="clear", color="auto", fill=fill))
    properties.append(element("vAlign", val="center"))
    form = Form(align=align, before=60, after=60, pitch=look.pitch, keep_next=keep_next)
    return element("tc", properties, line(content, form, text or look.text))
