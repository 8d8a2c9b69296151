"""Hand an upload back with its errors written beside the rows, to be corrected in place."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from portal.workbooks.columns import Column, Kind, Sheet
from portal.workbooks.process import Cell, Fault
from portal.workbooks.reader import PROBLEM_HEADER, CellError, SheetRead
from portal.workbooks.writer import Part, write_sheets

PROBLEM = Column(
    "_problem",
    PROBLEM_HEADER,
    Kind.LONG_TEXT,
    width=36,
    locked=True,
    help="核对时发现的问题。改正后可直接重新上传本文件，这一列不用删除。",
)
ROW = "_row"
NOT_LISTED = "本行有误，但错误过多未逐一列出；请先改正其他行，再重新上传核对"


def write_error_workbook(
    target: BinaryIO | Path,
    read: SheetRead,
    errors: Iterable[CellError],
    *,
    heading: str,
    subtitle: str,
) -> int:
    """Write every row that was read, with a column 问题 before it and the wrong cells in red.

    `errors` are those of a preview, which knows more than the reader did. Cells that could not be read
    come back as they were. The file can be uploaded again as it is: 问题 is passed over.
    """
    sheet = Sheet(read.sheet.title, (PROBLEM, *read.sheet.columns), read.sheet.key)
    labels = {column.label: column.key for column in sheet.columns}
    problems: dict[int, list[CellError]] = defaultdict(list)
    for error in errors:
        problems[error.row].append(error)
    part = Part(sheet, _rows(read, problems), heading, subtitle)
    wrong = {
        number: {labels[error.label] for error in found if error.label} | {PROBLEM.key}
        for number, found in problems.items()
    }
    return write_sheets(target, [replace(part, flagged=lambda row: wrong.get(_number(row), ()))])


def _number(row: Mapping[str, object]) -> int:
    number = row[ROW]
    return number if isinstance(number, int) else 0


def _rows(read: SheetRead, problems: Mapping[int, list[CellError]]) -> Iterator[Mapping[str, object]]:
    for row in read.rows:
        found = problems.get(row.number)
        if found:
            text = "\n".join(
                f"「{error.label}」{error.message}" if error.label else error.message for error in found
            )
        else:
            text = NOT_LISTED if row.number in read.bad_rows else ""
        raw = {key: _as_found(read.sheet.column(key), cell) for key, cell in row.raw.items()}
        yield {ROW: row.number, PROBLEM.key: text, **row.values, **raw}


def _as_found(column: Column, cell: Cell) -> object:
    """Return a cell that could not be read so that it is written, and refused, as it was."""
    if isinstance(cell, Fault):
        return None
    if column.kind is Kind.PERCENT and isinstance(cell, int | float):
        return Decimal(str(cell)) * 100
    return cell
