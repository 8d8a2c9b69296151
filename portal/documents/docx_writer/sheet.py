"""A sheet of tables on A4 landscape."""

from typing import Any

from portal.documents import layout
from portal.documents.docx_writer.blocks import BlockWriter
from portal.documents.docx_writer.setting import Form, Look, element, line
from portal.documents.docx_writer.tables import GRIDDED, column_widths
from portal.documents.fonts import Face
from portal.documents.model import Align, OfficialDocument
from portal.documents.numbers import text_width
from portal.documents.titles import break_title

TITLE = Look(Face.TITLE, layout.SHEET_TITLE_SIZE, spacing=0)


def sheet_lines(document: OfficialDocument, writer: BlockWriter) -> list[Any]:
    title = "\n".join(break_title(document.title, document.title_words, limit=36))
    lines = [line(title, Form(style="Title", align=Align.CENTER, after=80, pitch=560), TITLE)]
    lines += _three_parts(document.sheet_heads)
    for block in document.body:
        lines += writer.write(block)
    return lines + _three_parts(document.sheet_feet)


def _three_parts(parts: tuple[str, str, str]) -> list[Any]:
    """Return a table without rules: left, middle, right. The middle one stands in the middle of the page."""
    if not any(parts):
        return []
    left, middle, right = (round(text_width(part)) + 2 for part in parts)
    widths = column_widths([max(left, right), middle, max(left, right)], GRIDDED.width)
    cells = [
        element(
            "tc",
            element("tcPr", element("tcW", w=width, type="dxa")),
            line(part, Form(align=align, pitch=GRIDDED.pitch, before=40, after=40), GRIDDED.text),
        )
        for part, width, align in zip(parts, widths, (Align.LEFT, Align.CENTER, Align.RIGHT), strict=True)
    ]
    properties = element(
        "tblPr",
        element("tblW", w=GRIDDED.width, type="dxa"),
        element("jc", val="center"),
        element("tblLayout", type="fixed"),
        element("tblCellMar", element("left", w=0, type="dxa"), element("right", w=0, type="dxa")),
    )
    grid = element("tblGrid", *(element("gridCol", w=width) for width in widths))
    table = element("tbl", properties, grid, element("tr", element("trPr", element("cantSplit")), *cells))
    return [table, line("", Form(pitch=20))]
