"""Write formatted workbooks of any length in constant memory: to be filled in, printed and sent back."""

import re
import tempfile
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from portal.workbooks.columns import DAYS, NUMBERS, Column, Kind, Sheet, display, plain
from portal.workbooks.guide import write_guide
from portal.workbooks.layout import ROW_HEIGHT, column_widths, line_count, row_height
from portal.workbooks.limits import CUT_MARK, EXCEL_ROWS, EXCEL_TEXT, ROUNDED_FROM
from portal.workbooks.styles import BODY_FONT, BODY_SIZE, MOST_PLACES, Styles
from portal.workbooks.validation import Choices, add_validations

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": {"font_name": BODY_FONT, "font_size": BODY_SIZE},
}
SAMPLE_ROWS = 100
# Rows below the table in which the lists and checks still work.
SPARE_ROWS = 500
HEADER_ROW = 2
A4 = 9
PRINTED_ONLY = 1
FOOTER_LENGTH = 200
FROZEN_COLUMNS = 2
FROZEN_WIDTH = 40.0

# Excel counts days from 1900 and believes that year to have been a leap year.
FIRST_DAY = date(1900, 3, 1)
# What XML can't hold, and the line breaks of a browser, which Excel would show as a stray mark.
UNWRITABLE = re.compile("\r\n|[\ufffe\uffff\ud800-\udfff]")

Values = Mapping[str, object]
CellWriter = Callable[[int, object, Collection[str]], int]


class WorkbookTooLongError(ValueError):
    """More rows than a sheet of Excel can hold; the message says what to do."""


@dataclass(frozen=True)
class Part:
    """One sheet to be written. `flagged` gives the columns of a row that are to be marked in red."""

    sheet: Sheet
    rows: Iterable[Values]
    heading: str
    subtitle: str
    blank_rows: int = 0
    flagged: Callable[[Values], Collection[str]] | None = None


def write_workbook(
    target: BinaryIO | Path,
    sheet: Sheet,
    rows: Iterable[Values],
    *,
    heading: str,
    subtitle: str,
    notes: tuple[str, ...] = (),
    blank_rows: int = 0,
) -> int:
    """Write `rows` as a workbook of one sheet (and 填写说明, if anything in it can be filled in).

    Rows are taken one by one and not kept. `blank_rows` empty rows with borders follow them, for a form
    to be filled in on paper or screen. Texts are written as texts whatever they begin with. Returns the
    number of rows written; raises `WorkbookTooLongError` beyond a million.
    """
    return write_sheets(target, [Part(sheet, rows, heading, subtitle, blank_rows)], notes=notes)


def write_sheets(target: BinaryIO | Path, parts: Sequence[Part], *, notes: tuple[str, ...] = ()) -> int:
    """Write several sheets into one workbook; return the number of rows in all of them."""
    # Until it is closed the rows lie in a folder that goes away with everything in it, and nothing is
    # written to the target: rows that fail half-way leave no half workbook.
    with tempfile.TemporaryDirectory(prefix="workbook-") as folder:
        book = Workbook(str(target) if isinstance(target, Path) else target, {**OPTIONS, "tmpdir": folder})
        book.set_properties({"title": parts[0].heading})
        styles, choices = Styles(book), Choices(book)
        written = sum(_write_part(book, part, styles, choices) for part in parts)
        to_fill_in = [part.sheet for part in parts if not all(column.locked for column in part.sheet.columns)]
        if to_fill_in:
            write_guide(book, styles, to_fill_in, notes)
        choices.write()
        book.close()
    return written


def subtitle_line(
    *, unit: str, person: str, at: datetime, filters: str = "", count: int | None = None
) -> str:
    """Return the line under the title: whose export this is, when it was made and what it covers."""
    line = [f"导出单位：{unit}", f"导出人：{person}", f"导出时间：{at:%Y-%m-%d %H:%M}"]
    line.append(f"筛选条件：{filters or '全部'}")
    if count is not None:
        line.append(f"共 {count} 条")
    return "　　".join(line)


def _write_part(book: Workbook, part: Part, styles: Styles, choices: Choices) -> int:
    columns = part.sheet.columns
    page = book.add_worksheet(part.sheet.title)
    rows = iter(part.rows)
    sample = deque(islice(rows, SAMPLE_ROWS))
    widths = column_widths(columns, sample)
    for place, (column, width) in enumerate(zip(columns, widths, strict=True)):
        page.set_column(place, place, width, None if column.locked else styles.blank(column))
    page.set_default_row(ROW_HEIGHT)
    _write_head(page, part, widths, styles)
    write_row = _row_writer(page, part, widths, styles)
    written = 0
    for written, values in enumerate(_draining(sample, rows), start=1):
        write_row(HEADER_ROW + written, values)
    for blank in range(1, part.blank_rows + 1):
        write_row(HEADER_ROW + written + blank, {})
    last = HEADER_ROW + max(written + part.blank_rows, 1)
    page.autofilter(HEADER_ROW, 0, last, len(columns) - 1)
    add_validations(page, columns, HEADER_ROW + 1, min(last + SPARE_ROWS, EXCEL_ROWS - 1), choices)
    _set_up_page(page, part, widths)
    return written


def _draining(sample: deque[Values], rest: Iterator[Values]) -> Iterator[Values]:
    while sample:
        yield sample.popleft()
    yield from rest


def _write_head(page: Worksheet, part: Part, widths: list[float], styles: Styles) -> None:
    columns = part.sheet.columns
    _write_across(page, 0, part.heading, len(columns), styles.title)
    page.set_row(0, 34)
    _write_across(page, 1, part.subtitle, len(columns), styles.subtitle)
    page.set_row(1, row_height(line_count(part.subtitle, sum(widths))))
    lines = 1
    for place, (column, width) in enumerate(zip(columns, widths, strict=True)):
        lines = max(lines, line_count(f"{column.label}*", width - 2))
        look = styles.header(column)
        if column.required and not column.locked:
            page.write_rich_string(HEADER_ROW, place, styles.label, column.label, styles.mark, " *", look)
        else:
            page.write_string(HEADER_ROW, place, column.label, look)
    page.set_row(HEADER_ROW, row_height(lines) + 4)


def _write_across(page: Worksheet, row: int, text: str, count: int, look: Format) -> None:
    if count > 1:
        page.merge_range(row, 0, row, count - 1, text, look)
    else:
        page.write_string(row, 0, text, look)


def _set_up_page(page: Worksheet, part: Part, widths: list[float]) -> None:
    """Freeze the header and a narrow key; A4 landscape, one page wide, header on every page."""
    keys = set(part.sheet.key)
    frozen = 0
    for column in part.sheet.columns[:FROZEN_COLUMNS]:
        if column.key not in keys or sum(widths[: frozen + 1]) > FROZEN_WIDTH:
            break
        frozen += 1
    page.freeze_panes(HEADER_ROW + 1, frozen)
    page.set_paper(A4)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEADER_ROW)
    page.set_margins(left=0.45, right=0.45, top=0.55, bottom=0.7)
    page.center_horizontally()
    page.hide_gridlines(PRINTED_ONLY)
    heading = part.heading.replace("&", "&&")[:FOOTER_LENGTH]
    page.set_footer(f"&L&9{heading}&R&9第 &P 页 共 &N 页")


def _nothing(_values: Values) -> Collection[str]:
    return ()


def _row_writer(
    page: Worksheet, part: Part, widths: list[float], styles: Styles
) -> Callable[[int, Values], None]:
    """Return the function that writes one row, with everything looked up that is the same for all."""
    plan = [
        (column.key, _cell_writer(page, column, place, width, styles))
        for place, (column, width) in enumerate(zip(part.sheet.columns, widths, strict=True))
    ]
    flagged = part.flagged or _nothing

    def write_row(row: int, values: Values) -> None:
        if row >= EXCEL_ROWS:
            raise WorkbookTooLongError(
                "超过 Excel 工作表的行数上限（约 104 万行），请缩小筛选范围后分次导出。"
            )
        marked = flagged(values)
        lines = 1
        for key, write in plan:
            lines = max(lines, write(row, values.get(key), marked))
        if lines > 1:
            page.set_row(row, row_height(lines))
        # The row before is on disk by now; its height would be kept to the end for pictures we don't have.
        page.row_info.pop(row - 1, None)
        page.row_sizes.pop(row - 1, None)

    return write_row


def _cell_writer(page: Worksheet, column: Column, place: int, width: float, styles: Styles) -> CellWriter:
    """Return the function that writes a cell of one column and tells how many lines it takes."""
    looks: dict[tuple[int | None, bool], Format] = {}

    def look(places: int | None, marked: Collection[str]) -> Format:
        wanted = (places, column.key in marked)
        if wanted not in looks:
            looks[wanted] = styles.cell(column, places, flagged=wanted[1])
        return looks[wanted]

    def write(row: int, value: object, marked: Collection[str]) -> int:
        content = cell_content(column, value)
        if isinstance(content, str):
            page.write_string(row, place, content, look(column.places, marked))
            return line_count(content, width)
        if content is None:
            page.write_blank(row, place, None, look(column.places, marked))
        elif isinstance(content, date):
            page.write_datetime(row, place, content, look(None, marked))
        else:
            page.write_number(row, place, content, look(_places(column, value), marked))
        return 1

    return write


def cell_content(column: Column, value: object) -> str | int | float | date | None:
    """Return what goes into the cell: a number or a day only where Excel keeps it exactly, else text."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return _writable(value)
    if column.kind in NUMBERS and isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _number(column.kind, Decimal(value) if isinstance(value, int) else Decimal(str(value)))
    if column.kind in DAYS and isinstance(value, date):
        day = _local_day(value)
        return day if day >= FIRST_DAY else display(column, day)
    return _writable(display(column, value))


def _writable(text: str) -> str:
    if UNWRITABLE.search(text):
        text = UNWRITABLE.sub(lambda found: "\n" if found[0] == "\r\n" else "\ufffd", text)
    if len(text) * 2 > EXCEL_TEXT and len(text.encode("utf-16-le")) > EXCEL_TEXT * 2:
        room = (EXCEL_TEXT - len(CUT_MARK)) * 2
        return text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + CUT_MARK
    return text


def _number(kind: Kind, number: Decimal) -> int | float | str:
    """Return a number as Excel holds it, or as text if it has more than Excel's 15 digits."""
    share = number / 100 if kind is Kind.PERCENT else number
    if abs(share) < ROUNDED_FROM and Decimal(f"{share:.15g}") == share:
        return float(share)
    return f"{plain(number)}%" if kind is Kind.PERCENT else plain(number)


def _local_day(value: date) -> date:
    if not isinstance(value, datetime):
        return value
    if value.tzinfo:
        raise ValueError("a moment is no day: give the local date")
    return value.date()


def _places(column: Column, value: object) -> int | None:
    """Return the decimal places to show; a percentage without fixed places shows those it has."""
    if column.places is not None or column.kind is not Kind.PERCENT:
        return column.places
    return min(MOST_PLACES, len(plain(Decimal(str(value))).partition(".")[2]))
