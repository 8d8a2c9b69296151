"""Workbooks made for the tests: as people send them, and as nobody should."""

import zipfile
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from itertools import chain
from pathlib import Path

import xlsxwriter

from portal.workbooks import Column, Kind, Sheet

SAMPLES = Path(__file__).parent / "samples"
MB = 1 << 20

LEDGER = Sheet(
    "台账",
    (
        Column("number", "编号", Kind.CODE, required=True),
        Column("name", "企业名称", required=True, max_length=20, aliases=("单位名称",)),
        Column("code", "统一社会信用代码", Kind.CODE),
        Column("phone", "联系电话", Kind.PHONE),
        Column("due", "完成时限", Kind.DATE),
        Column("month", "月份", Kind.MONTH),
        Column("amount", "投资额（万元）", Kind.DECIMAL, places=2),
        Column("count", "户数", Kind.INTEGER, minimum=0),
        Column("share", "进度", Kind.PERCENT, minimum=0, maximum=100),
        Column("state", "状态", Kind.CHOICE, choices=("推进中", "已销号", "待核定")),
        Column("done", "本月进展", Kind.LONG_TEXT),
    ),
    ("number",),
)
HEADER = tuple(column.label for column in LEDGER.columns)


@dataclass(frozen=True)
class Formula:
    text: str
    value: object = 0


@dataclass(frozen=True)
class Percent:
    value: float


def workbook(rows, *, title="台账", merge=(), more=()):
    """Return an .xlsx with `rows` from A1 down; `merge` are ranges, `more` the titles of other sheets."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(stream, {"strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet(title)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    percent = book.add_format({"num_format": "0%"})
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            _write(page, row, column, cell, {date: day, Percent: percent})
    for area, text in merge:
        page.merge_range(area, text)
    for other in more:
        book.add_worksheet(other)
    book.close()
    stream.seek(0)
    return stream


def _write(page, row, column, cell, formats):
    match cell:
        case None:
            pass
        case Formula(text, value):
            page.write_formula(row, column, text, None, value)
        case Percent(value):
            page.write_number(row, column, value, formats[Percent])
        case bool():
            page.write_boolean(row, column, cell)
        case date():
            page.write_datetime(row, column, cell, formats[date])
        case str():
            page.write_string(row, column, cell)
        case _:
            page.write_number(row, column, cell)


def ledger(*rows, header=HEADER):
    """Return an .xlsx with the ledger's header in row 1; a row is a dict by column key."""
    keys = [column.key for column in LEDGER.columns]
    return workbook([header, *([row.get(key) for key in keys] for row in rows)])


# Made by hand -----------------------------------------------------------------------------------------

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
CONTENT_TYPES = (
    f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="{main}"/></Types>'
)


def _relation(kind, target):
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )


PARTS = {
    "[Content_Types].xml": CONTENT_TYPES.format(main=SHEET_TYPE),
    "_rels/.rels": _relation("officeDocument", "xl/workbook.xml"),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="台账" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": _relation("worksheet", "worksheets/sheet1.xml"),
}
SHEET = "xl/worksheets/sheet1.xml"
HEAD = f'<worksheet xmlns="{_MAIN}"><sheetData>'
TAIL = "</sheetData></worksheet>"
ONE_CELL = '<row r="1"><c r="A1" t="inlineStr"><is><t>编号</t></is></c></row>'


def handmade(body=ONE_CELL, *, before="", more=None, main=SHEET_TYPE):
    """Return an .xlsx with `body` as the rows of its sheet, as bytes; `more` are further members."""
    stream = BytesIO()
    parts = {**PARTS, "[Content_Types].xml": CONTENT_TYPES.format(main=main)}
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**parts, SHEET: before + HEAD + body + TAIL, **(more or {})}.items():
            archive.writestr(name, content)
    return stream.getvalue()


def bomb(path, pieces, *, declared=None):
    """Write an .xlsx whose sheet is made of `pieces`; `declared` is the size it claims to unpack to."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in PARTS.items():
            archive.writestr(name, content)
        with archive.open(SHEET, "w", force_zip64=True) as sheet:
            for piece in chain([HEAD.encode()], pieces, [TAIL.encode()]):
                sheet.write(piece)
        if declared is not None:
            # Of the archive's directory, which is written last and is what a reader believes.
            archive.filelist[-1].file_size = declared
    return path


def many_rows():
    """766 MB of rows, in pieces of 1 MB."""
    row = b'<row><c><v>12345</v></c><c t="inlineStr"><is><t>text</t></is></c></row>'
    piece = row * (MB // len(row))
    return (piece for _number in range(766))


def one_cell():
    """A cell of 600 MB."""
    yield b'<row r="1"><c r="A1" t="inlineStr"><is><t>'
    yield from (b"A" * MB for _number in range(600))
    yield b"</t></is></c></row>"
