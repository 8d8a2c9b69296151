"""Read one workbook in a process of its own, with little memory and little time.

Run by its path (`python -I child.py …`), so that neither Django nor anything else of the portal is
imported: it starts in some 25 ms, knows no secret, and what a hostile file does to the parser ends with
this process. It speaks JSON, one line at a time: first the names of the sheets; then, for each name
that comes in on standard input, lines of rows and an end. A row is its number in Excel followed by its
cells from column A. Dates and failed formulas are objects: `{"d": "2025-06-03"}`, `{"f": "error"}`.
"""

import json
import re
import sys
import zipfile
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from posixpath import join, normpath
from typing import Any
from xml.parsers import expat

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

if sys.platform != "win32":
    import resource

BATCH = 250
MAX_COLUMNS = 256
MAX_SENT = 96 << 20
EXCEL_ROWS = 1_048_576

WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
NAME = rb"(?:\w{1,20}:)?"
CELL = rb'<%bc (?=[^<>]{0,200}\br="([A-Z]{1,3})(\d{1,7})")' % NAME
ERROR = re.compile(CELL + rb'(?=[^<>]{0,200}\bt="e")')
NOT_COMPUTED = re.compile(
    CELL + rb'(?![^<>]{0,200}\bt="str")[^<>]{0,200}>'
    rb"<%bf(?: [^<>]{0,400})?(?:/>|>[^<]{0,40000}</%bf>)(?:<%bv ?/>|<%bv></%bv>)?</%bc>" % ((NAME,) * 6)
)

Row = list[Any]
Faults = dict[int, dict[int, str]]


class TooMuchError(Exception):
    """More was read than the portal would keep."""


class TooWideError(Exception):
    """The sheet reaches further than a sheet can."""


def main(path: str, memory: int, seconds: int, suspects: list[str]) -> None:
    _limit_resources(memory, seconds)
    try:
        with Path(path).open("rb") as file, CalamineWorkbook.from_filelike(file) as workbook:
            _say(
                sheets=[
                    [sheet.name, sheet.visible is SheetVisibleEnum.Visible]
                    for sheet in workbook.sheets_metadata
                    if sheet.typ is SheetTypeEnum.WorkSheet
                ]
            )
            for line in sys.stdin.buffer:
                title = json.loads(line)
                _send(_rows(workbook.get_sheet_by_name(title), _failed_formulas(path, title, suspects)))
    except PasswordError:
        _say(refused="password")
    except (MemoryError, TooMuchError):
        _say(refused="too much")
    except TooWideError:
        _say(refused="too wide")
    except (CalamineError, OSError, ValueError, KeyError, expat.ExpatError, zipfile.BadZipFile):
        _say(refused="damaged")


def _limit_resources(memory: int, seconds: int) -> None:
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _say(**message: object) -> None:
    _write(json.dumps(message))
    sys.stdout.buffer.flush()


def _send(rows: Iterator[Row]) -> None:
    batch: list[Row] = []
    sent = 0
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            sent += _send_batch(batch, sent)
            batch.clear()
    _send_batch(batch, sent)
    _say(end=True)


def _send_batch(batch: list[Row], sent: int) -> int:
    line = json.dumps(batch, ensure_ascii=False, separators=(",", ":"), default=_encode)
    if sent + len(line) > MAX_SENT:
        raise TooMuchError
    _write(line)
    return len(line)


def _write(line: str) -> None:
    sys.stdout.buffer.write(line.encode())
    sys.stdout.buffer.write(b"\n")


def _encode(value: object) -> object:
    """Write what JSON has no word for: days and moments; a time of day or a duration becomes text."""
    return {"d": value.isoformat()} if isinstance(value, date) else str(value)


def _rows(sheet: CalamineSheet, faults: Faults) -> Iterator[Row]:
    """Yield the rows that hold anything; calamine counts rows from the first, columns from the first used."""
    if sheet.end and sheet.end[0] >= EXCEL_ROWS:
        raise TooWideError
    start = sheet.start or (0, 0)
    margin = [""] * start[1]
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        row: Row = [number, *margin, *cells][: MAX_COLUMNS + 1]
        if number in faults:
            _mark(row, faults.pop(number))
        if not _is_blank(row):
            yield row
    for number in sorted(faults):
        row = [number]
        _mark(row, faults[number])
        yield row


def _mark(row: Row, cells: dict[int, str]) -> None:
    for column, fault in cells.items():
        row.extend([""] * (column + 2 - len(row)))
        row[column + 1] = {"f": fault}


def _is_blank(row: Row) -> bool:
    cells = iter(row)
    next(cells)
    return all(cell == "" or (type(cell) is str and cell.isspace()) for cell in cells)


def _failed_formulas(path: str, title: str, suspects: list[str]) -> Faults:
    """Return the cells, by row and column, whose formula ended in an error or was never computed.

    The parser reads both as empty. Taken for empty they would wipe out what the portal holds.
    """
    faults: Faults = {}
    if not suspects:
        return faults
    with zipfile.ZipFile(path) as archive:
        part = _part_of(archive, title)
        if part not in suspects:
            return faults
        xml = archive.read(part)
    for pattern, fault in ((ERROR, "error"), (NOT_COMPUTED, "not computed")):
        for letters, number in pattern.findall(xml):
            column = _column_index(letters)
            if column < MAX_COLUMNS:
                faults.setdefault(int(number), {})[column] = fault
    return faults


def _column_index(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - ord("A") + 1
    return index - 1


def _part_of(archive: zipfile.ZipFile, title: str) -> str:
    """Return the archive member that holds the sheet called `title`."""
    relation = next(
        (
            value
            for name, attributes in _elements(archive.read(WORKBOOK))
            if name == "sheet" and attributes.get("name") == title
            for key, value in attributes.items()
            if key.endswith(":id")
        ),
        "",
    )
    for _name, attributes in _elements(archive.read(RELATIONS)):
        if attributes.get("Id") == relation:
            return normpath(join("/xl", attributes["Target"])).lstrip("/")
    return ""


def _elements(xml: bytes) -> list[tuple[str, dict[str, str]]]:
    """Return every element's name, without prefix, and attributes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, attributes: found.append((name.rpartition(":")[2], attributes))
    parser.ParseFile(BytesIO(xml))
    return found


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
