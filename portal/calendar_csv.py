"""Read a year's holiday arrangement from the CSV that an office clerk has filled in. No database, no clock."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from portal.errors import Refused

MAX_BYTES: Final = 200_000
HEADERS: Final = {
    "date": {"date", "日期"},
    "is_workday": {"is_workday", "类型", "安排"},
    "name": {"name", "名称", "节日"},
    "source": {"source", "依据", "文号"},
}
WORDS: Final = {"1": True, "上班": True, "调休上班": True, "0": False, "休息": False, "放假": False}
FESTIVALS: Final = ("元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆")
TEMPLATE_HEADER: Final = ("日期", "类型", "名称", "依据")
_DATE = re.compile(r"\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?\s*")
_WEEKDAYS: Final = "一二三四五六日"
SATURDAY: Final = 5
ERRORS_SHOWN: Final = 10
NAME_LENGTH: Final = 40
SOURCE_LENGTH: Final = 120


@dataclass(frozen=True)
class DayRow:
    """A day that departs from Monday-to-Friday, or carries a festival's name."""

    date: date
    is_workday: bool
    name: str = ""
    source: str = ""


def read_days(year: int, content: bytes) -> list[DayRow]:
    """Return the days of `year` in the file, in order.

    Raises `Refused` naming every line that cannot be read, belongs to another
    year, stands twice, or makes a working day of a day that is one already.
    """
    if len(content) > MAX_BYTES:
        raise Refused("文件过大。一年的放假安排只有几十行，请检查是否选错了文件。")
    lines = list(csv.reader(io.StringIO(_decode(content))))
    head = next((number for number, cells in enumerate(lines) if any(cell.strip() for cell in cells)), None)
    if head is None:
        raise Refused("文件是空的。请下载模板，按国务院办公厅通知填写后上传。")
    columns = _columns(lines[head])
    found: dict[date, DayRow] = {}
    problems: list[str] = []
    for number, cells in _filled(lines[head + 1 :], start=head + 2):
        try:
            row = _row(cells, columns, year)
            if row.date in found:
                raise Refused("日期重复")
            found[row.date] = row
        except Refused as problem:
            problems.append(f"第 {number} 行：{problem}")
    if problems:
        more = f"；共 {len(problems)} 处" if len(problems) > ERRORS_SHOWN else ""
        raise Refused("；".join(problems[:ERRORS_SHOWN]) + more + "。请改正后重新上传。")
    if not found:
        raise Refused(f"文件里没有 {year}年的放假安排。请下载模板，填写后上传。")
    return [found[day] for day in sorted(found)]


def _decode(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("文件不是 CSV 文本。请在 Excel 或 WPS 中另存为 CSV 后上传。")


def _columns(header: list[str]) -> dict[str, int]:
    texts = [cell.strip().lower() for cell in header]
    found = {
        key: next((place for place, text in enumerate(texts) if text in names), -1)
        for key, names in HEADERS.items()
    }
    if found["date"] < 0 or found["is_workday"] < 0:
        raise Refused("第一行应有“日期”“类型”两栏（可另有“名称”“依据”）。请用模板填写。")
    return found


def _filled(lines: Iterable[list[str]], start: int) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(lines, start=start):
        if any(cell.strip() for cell in cells):
            yield number, cells


def _row(cells: list[str], columns: dict[str, int], year: int) -> DayRow:
    def cell(key: str) -> str:
        place = columns[key]
        return cells[place].strip() if 0 <= place < len(cells) else ""

    day = _day(cell("date"))
    if day.year != year:
        raise Refused(f"{day:%Y-%m-%d} 不在 {year}年")
    worked = WORDS.get(cell("is_workday"))
    if worked is None:
        raise Refused(f"类型“{cell('is_workday')}”应填“休息”或“上班”")
    if worked and day.weekday() < SATURDAY:
        raise Refused(f"{day:%Y-%m-%d} 是星期{_WEEKDAYS[day.weekday()]}，本来就上班，请核对日期")
    return DayRow(day, worked, cell("name")[:NAME_LENGTH], cell("source")[:SOURCE_LENGTH])


def _day(text: str) -> date:
    match = _DATE.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        return date(*(int(part) for part in match.groups()))
    except ValueError as error:
        raise Refused(f"日期“{text}”看不懂，请写成 2027-01-01") from error


def missing_festivals(rows: Iterable[DayRow]) -> list[str]:
    """Return the statutory festivals that no day off is named after, for a warning before confirming."""
    names = "、".join(row.name for row in rows if not row.is_workday)
    return [festival for festival in FESTIVALS if festival not in names]
