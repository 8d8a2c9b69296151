"""Read one sheet of an uploaded workbook against its description, and name every error by its cell."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from portal.workbooks.columns import Column, Sheet, column_letter, normal_header, normal_name
from portal.workbooks.gate import open_workbook
from portal.workbooks.limits import LIMITS, Limits
from portal.workbooks.process import Cell, Fault, Row, Workbook
from portal.workbooks.refusals import WorkbookRefused
from portal.workbooks.values import Parser, UnreadableError, parser_for

HEADER_WITHIN = 20
MAX_ROWS = 100_000
MAX_ERRORS = 20_000
PROBLEM_HEADER = "问题"


@dataclass(frozen=True, slots=True)
class CellError:
    """One thing to put right: where it stands in Excel, and a sentence that says what to do."""

    sheet: str
    row: int
    column_letter: str
    label: str
    message: str

    def __str__(self) -> str:
        where = f"{self.column_letter}列「{self.label}」" if self.label else ""
        return f"「{self.sheet}」第{self.row}行{where}：{self.message}"


@dataclass(frozen=True, slots=True)
class RowRead:
    """A row by Excel's own number.

    `values` has every imported column the file has, None for an empty cell; a column the file lacks and
    a cell that could not be read are absent. `raw` keeps, as found, the cells that could not be read
    and those of locked columns.
    """

    number: int
    values: dict[str, object]
    raw: dict[str, Cell]


@dataclass(frozen=True)
class SheetRead:
    """What a sheet holds.

    `missing_columns` are the labels of key and required columns the header lacks: without them nothing
    is read. `absent_columns` are other columns it lacks, which stay as they are. `unknown_columns` are
    headers that mean nothing here and are passed over. `errors` holds at most 20,000; `error_count`
    and `bad_rows` are complete.
    """

    sheet: Sheet
    rows: tuple[RowRead, ...]
    errors: tuple[CellError, ...]
    error_count: int
    bad_rows: frozenset[int]
    letters: Mapping[str, str]
    missing_columns: tuple[str, ...] = ()
    absent_columns: tuple[str, ...] = ()
    unknown_columns: tuple[str, ...] = ()

    @property
    def readable(self) -> bool:
        return not self.missing_columns

    def error(self, row: int, key: str, message: str) -> CellError:
        """Return an error about the cell of column `key` in `row`, or about the row if there is none."""
        letter = self.letters.get(key, "")
        label = self.sheet.column(key).label if letter else ""
        return CellError(self.sheet.title, row, letter, label, message)

    def with_errors(self, found: Iterable[CellError]) -> "SheetRead":
        """Return the same sheet with more errors, in the order of rows."""
        more = tuple(found)
        errors = sorted((*self.errors, *more), key=lambda error: error.row)
        return replace(
            self,
            errors=tuple(errors[:MAX_ERRORS]),
            error_count=self.error_count + len(more),
            bad_rows=self.bad_rows | {error.row for error in more},
        )


Check = Callable[[Mapping[str, object]], Mapping[str, Iterable[str]]]
"""What is wrong with a row's values: messages by column key; those under other names are the row's."""


@dataclass(frozen=True)
class _Header:
    """The header row: its number, and at which place each known column stands."""

    row: int
    places: Mapping[str, int]
    doubled: tuple[tuple[Column, int, int], ...]
    unknown: tuple[str, ...]


@dataclass
class _Tally:
    errors: list[CellError] = field(default_factory=list)
    count: int = 0
    bad_rows: set[int] = field(default_factory=set)

    def add(self, error: CellError) -> None:
        self.count += 1
        self.bad_rows.add(error.row)
        if len(self.errors) < MAX_ERRORS:
            self.errors.append(error)


def read_sheet(
    file: BinaryIO | Path, sheet: Sheet, *, max_rows: int = MAX_ROWS, limits: Limits = LIMITS
) -> SheetRead:
    """Read the rows of `sheet` from an uploaded workbook.

    The header is looked for in the first 20 rows, so that titles above it don't matter. Rows without
    content are passed over and don't count towards `max_rows`. Raises `WorkbookRefused` for a file that
    is no workbook, lacks the sheet or its header, or has more rows.
    """
    return read_sheets(file, [sheet], max_rows=max_rows, limits=limits)[0]


def read_sheets(
    file: BinaryIO | Path, sheets: Iterable[Sheet], *, max_rows: int = MAX_ROWS, limits: Limits = LIMITS
) -> list[SheetRead]:
    """Read several sheets of one workbook, as `read_sheet` does."""
    with open_workbook(file, limits=limits) as workbook:
        return [_read(workbook, sheet, max_rows) for sheet in sheets]


def check_rows(read: SheetRead, check: Check) -> SheetRead:
    """Return the sheet with the errors `check` finds in the rows that could be read.

    A Django form's `errors` has the shape asked for, so the same form can check the screen and the row.
    """
    return read.with_errors(
        read.error(row.number, key, message)
        for row in read.rows
        if row.number not in read.bad_rows
        for key, messages in check(row.values).items()
        for message in messages
    )


def _read(workbook: Workbook, sheet: Sheet, max_rows: int) -> SheetRead:
    rows = workbook.rows(_find_sheet(workbook, sheet))
    header, rest = _find_header(rows, sheet)
    missing, absent = _lacking(sheet, header)
    letters = {key: column_letter(place) for key, place in header.places.items()}
    tally = _Tally()
    for column, first, second in header.doubled:
        message = f"该列在 {column_letter(first)} 列和 {column_letter(second)} 列各出现一次，请只保留一列"
        tally.add(CellError(sheet.title, header.row, column_letter(second), column.label, message))
    found = [] if missing else list(_read_rows(rest, sheet, header, tally, max_rows))
    # What was not read is still on its way, and the next sheet comes after it.
    deque(rest, maxlen=0)
    return SheetRead(
        sheet=sheet,
        rows=tuple(found),
        errors=tuple(tally.errors),
        error_count=tally.count,
        bad_rows=frozenset(tally.bad_rows),
        letters=letters,
        missing_columns=missing,
        absent_columns=absent,
        unknown_columns=header.unknown,
    )


def _find_sheet(workbook: Workbook, sheet: Sheet) -> str:
    wanted = normal_name(sheet.title)
    for name in workbook.sheets:
        if normal_name(name.title) == wanted:
            return name.title
    visible = [name.title for name in workbook.sheets if name.visible]
    if sheet.is_foreign and len(visible) == 1:
        return visible[0]
    titles = [f"「{title}」" for title in visible]
    own = "" if sheet.is_foreign else "，或使用本页导出的工作簿填写"
    raise WorkbookRefused(
        f"没有找到工作表「{sheet.title}」，文件中有：{'、'.join(titles) or '（没有可见的工作表）'}。"
        f"请把要导入的工作表改名为「{sheet.title}」{own}。"
    )


def _find_header(rows: Iterator[Row], sheet: Sheet) -> tuple[_Header, Iterator[Row]]:
    """Return the row within the first 20 that names most columns, and an iterator over those below."""
    top: list[Row] = []
    for row in rows:
        top.append(row)
        if row[0] >= HEADER_WITHIN:
            break
    best, best_at = None, 0
    for at, (number, cells) in enumerate(top):
        if number > HEADER_WITHIN:
            break
        above = top[at - 1][1] if at and top[at - 1][0] == number - 1 else []
        header = _match(number, cells, above, sheet)
        if best is None or len(header.places) > len(best.places):
            best, best_at = header, at
    if best is None:
        raise WorkbookRefused(f"工作表「{sheet.title}」是空的。请填写后重新上传。")
    if len(best.places) < min(2, len(sheet.columns)):
        expected = "、".join(column.label for column in sheet.columns[:6])
        raise WorkbookRefused(
            f"在工作表「{sheet.title}」的前 {HEADER_WITHIN} 行没有找到表头（应有：{expected}"
            f"{'等' if len(sheet.columns) > 6 else ''}）。请不要删改表头，可重新导出后填写。"
        )
    return best, chain(top[best_at + 1 :], rows)


def _match(number: int, cells: list[Cell], above: list[Cell], sheet: Sheet) -> _Header:
    """Recognise the columns of one row; under a merged header the text stands in the row above."""
    places: dict[str, int] = {}
    doubled: list[tuple[Column, int, int]] = []
    unknown: list[str] = []
    known = {header: column for column in sheet.columns for header in column.headers}
    for place in range(max(len(cells), len(above))):
        text = _header_text(cells, place)
        column = known.get(normal_header(text or _header_text(above, place)))
        if column is None:
            if text and normal_header(text) != PROBLEM_HEADER:
                unknown.append(text)
        elif column.key in places:
            doubled.append((column, places[column.key], place))
        else:
            places[column.key] = place
    return _Header(number, places, tuple(doubled), tuple(unknown))


def _header_text(cells: list[Cell], place: int) -> str:
    if place >= len(cells) or isinstance(cells[place], Fault):
        return ""
    return " ".join(str(cells[place]).split())


def _lacking(sheet: Sheet, header: _Header) -> tuple[tuple[str, ...], tuple[str, ...]]:
    lacking = [column for column in sheet.columns if column.key not in header.places]
    needed = [column.label for column in lacking if column.key in sheet.key or column.required]
    others = [column.label for column in lacking if column.label not in needed and not column.locked]
    return tuple(needed), tuple(others)


def _read_rows(
    rows: Iterator[Row], sheet: Sheet, header: _Header, tally: _Tally, max_rows: int
) -> Iterator[RowRead]:
    plan, kept = _plan(sheet, header)
    for count, (number, cells) in enumerate(rows, start=1):
        if count > max_rows:
            raise WorkbookRefused(f"工作表「{sheet.title}」超过 {max_rows:,} 行。请分成几个文件上传。")
        values: dict[str, object] = {}
        raw: dict[str, Cell] = {key: cells[place] for key, place in kept if place < len(cells)}
        width = len(cells)
        for column, place, parse in plan:
            cell = cells[place] if place < width else ""
            try:
                values[column.key] = parse(cell)
            except UnreadableError as error:
                raw[column.key] = cell
                letter = column_letter(place)
                tally.add(CellError(sheet.title, number, letter, column.label, str(error)))
        yield RowRead(number, values, raw)


def _plan(sheet: Sheet, header: _Header) -> tuple[list[tuple[Column, int, Parser]], list[tuple[str, int]]]:
    """Return the columns to read with their places, and the locked ones to keep as found."""
    plan: list[tuple[Column, int, Parser]] = []
    kept: list[tuple[str, int]] = []
    for column in sheet.columns:
        place = header.places.get(column.key)
        if place is None:
            continue
        if column.locked and column.key not in sheet.key:
            kept.append((column.key, place))
        else:
            plan.append((column, place, parser_for(column)))
    return plan, kept
