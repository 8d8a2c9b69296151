"""Turn the cells that people and Excel leave behind into values, or say what is wrong with them.

What is healed has one meaning: full-width digits, thousands separators, `13800138000.0`, `2025.6.3`.
What may have two is refused: a rounded 18-digit code, the October that Excel made into January.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

from portal.workbooks.columns import Column, Kind, normal_name, plain
from portal.workbooks.limits import EXCEL_TEXT, ROUNDED_FROM
from portal.workbooks.process import Cell, Fault

Parser = Callable[[Cell], object]

SHOWN = 30
SHOWN_CHOICES = 8
SERIAL_EPOCH = date(1899, 12, 30)
# Days that a bare number may mean in a date column: 1954 to 2118.
SERIALS = range(20_000, 80_000)
YEARS = range(1900, 2200)
MOST_PERCENT = Decimal(1000)

# Dashes that are not the one on the keyboard, and invisible marks that come along with pasted text.
TYPED = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
    | dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff", "")
)
# In a code only digits, letters and points are made half-width: brackets may be part of it.
CODE_TYPED = TYPED | {wide: wide - 0xFEE0 for wide in (*range(0xFF0D, 0xFF1A), *range(0xFF21, 0xFF5B))}
LONGEST_NUMBER = 30
NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?")
SCIENTIFIC = re.compile(r"[+-]?\d(\.\d+)?E\+\d+", re.I)
DAY = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})[日号]?|(\d{2})(\d{2}))")
MOMENT = re.compile(r"(?<=\d)[T ]\d{1,2}:\d{2}(:\d{2})?(\.\d+)?$|(?<=[日号]) ?\d{1,2}:\d{2}(:\d{2})?$")
MONTH = re.compile(r"(\d{4})(?:[-/.](\d{1,2})|年(\d{1,2})月份?|(\d{2}))")

FAULTS = {
    Fault.ERROR: "公式结果是错误值（如 #N/A、#REF!），请改正公式，或直接填写内容",
    Fault.NOT_COMPUTED: "公式还没有计算结果，请用 Excel 或 WPS 打开文件，保存后重新上传",
}
ROUNDED = "数字已被 Excel 舍入，请把该列设为文本格式后重新填写"


class UnreadableError(ValueError):
    """A cell that gives no value; the message tells the person who filled it in what to do."""


def parser_for(column: Column) -> Parser:
    """Return the function that reads the cells of a column: a value, or None for an empty cell.

    It raises `UnreadableError`.
    """
    read = READERS[column.kind](column)
    required = column.required

    def parse(cell: Cell) -> object:
        if type(cell) is Fault:
            raise UnreadableError(FAULTS[cell])
        value = None if cell == "" else read(cell)
        if value is None and required:
            raise UnreadableError("必须填写")
        return value

    return parse


def quote(cell: object) -> str:
    """Return what stands in a cell, shortened, for use in a sentence."""
    text = str(cell).strip()
    return f"「{text[:SHOWN]}…」" if len(text) > SHOWN else f"「{text}」"


def as_text(cell: Cell) -> str:
    """Return a cell as the text a person sees in it. Raises `UnreadableError` for a rounded number."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}" if cell.time().replace(second=0) else cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return plain(_decimal(cell))


def _decimal(number: float) -> Decimal:
    """Return a number with the 15 digits Excel keeps, without the dust of binary arithmetic."""
    # Written so that "not a number", which compares false, is refused as well.
    if not abs(number) < ROUNDED_FROM:
        raise UnreadableError(ROUNDED)
    return Decimal(number) if isinstance(number, int) else Decimal(f"{number:.15g}")


def _half_width(text: str) -> str:
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", text).translate(TYPED).strip()


def _text_reader(column: Column) -> Parser:
    longest = column.max_length or EXCEL_TEXT

    def read(cell: Cell) -> str | None:
        text = cell if type(cell) is str else as_text(cell)
        bare = text.strip()
        if not bare:
            return None
        if len(bare) > longest:
            raise UnreadableError(f"最多 {longest} 字，现有 {len(bare)} 字，请缩短")
        return text

    return read


def _code_reader(column: Column) -> Parser:
    """Read codes and telephone numbers, whether Excel kept them as text or took them for numbers."""
    longest = column.max_length or EXCEL_TEXT

    def read(cell: Cell) -> str | None:
        if isinstance(cell, date):
            raise UnreadableError("内容已被 Excel 变成日期，请把该列设为文本格式后重新填写")
        text = cell if type(cell) is str else as_text(cell)
        text = (text if text.isascii() else text.translate(CODE_TYPED)).strip()
        if SCIENTIFIC.fullmatch(text):
            raise UnreadableError(ROUNDED)
        if text.endswith(".0") and text[:-2].isdigit():
            text = text[:-2]
        if len(text) > longest:
            raise UnreadableError(f"最多 {longest} 位，现有 {len(text)} 位，请核对")
        return text or None

    return read


def _choice_reader(column: Column) -> Parser:
    labels = {label: label for label in column.choices}
    loosely = {normal_name(label): label for label in column.choices}
    offered = "、".join(column.choices[:SHOWN_CHOICES])
    more = "等" if len(column.choices) > SHOWN_CHOICES else ""

    def read(cell: Cell) -> str | None:
        if (label := labels.get(cell) if type(cell) is str else None) is not None:
            return label
        text = as_text(cell)
        if not (name := normal_name(text)):
            return None
        if name not in loosely:
            raise UnreadableError(f"{quote(text)}不在可选项中，请从下拉列表选择：{offered}{more}")
        return loosely[name]

    return read


def _integer_reader(column: Column) -> Parser:
    check = _range_check(column)

    def read(cell: Cell) -> int | None:
        number = _read_number(cell, "整数，例如 120")
        if number is None:
            return None
        if number != number.to_integral_value():
            raise UnreadableError(f"{quote(plain(number))}不是整数，请填写整数，例如 120")
        check(number)
        return int(number)

    return read


def _decimal_reader(column: Column) -> Parser:
    check = _range_check(column)

    def read(cell: Cell) -> Decimal | None:
        number = _read_number(cell, "数字，例如 12.5")
        if number is not None:
            check(number)
        return number

    return read


def _percent_reader(column: Column) -> Parser:
    """Read percentages into points. A number in a cell is a fraction, as Excel keeps it: 0.85 is 85 %.

    85 in a cell that is not formatted as a percentage would be 8500 %; nobody can tell whether 1 beside
    it is 1 % or 100 %, so the number is refused rather than guessed at.
    """
    check = _range_check(column)
    most = Decimal(str(column.maximum)) if isinstance(column.maximum, int | Decimal) else MOST_PERCENT

    def read(cell: Cell) -> Decimal | None:
        number = _read_number(cell, "百分比，例如 85%") if not isinstance(cell, str) else _read_percent(cell)
        if number is None:
            return None
        if not isinstance(cell, str):
            if number * 100 > most:
                raise UnreadableError(
                    f"单元格的值是 {plain(number)}，即 {plain(number * 100)}%，超出范围；"
                    f"如指 {plain(number)}%，请连同百分号填写"
                )
            number *= 100
        check(number)
        return number

    return read


def _read_percent(cell: str) -> Decimal | None:
    """Read a percentage written as text; without its sign, 0.85 and 1 might mean either."""
    text = "".join(_half_width(cell).split())
    bare = text.removesuffix("%")
    number = _read_number(bare, "百分比，例如 85%")
    if number is None and text:
        raise UnreadableError(f"{quote(cell)}不是百分比，请填写百分比，例如 85%")
    if number is not None and bare == text and 0 < abs(number) <= 1:
        raise UnreadableError(f"{quote(cell)}分不清是否为百分数，请连同百分号填写，例如 85%")
    return number


def _read_number(cell: Cell, wanted: str) -> Decimal | None:
    if isinstance(cell, bool | date):
        raise UnreadableError(f"{quote(as_text(cell))}不是数字，请填写{wanted}")
    if not isinstance(cell, str):
        return _decimal(cell)
    text = "".join(_half_width(cell).split())
    if not text:
        return None
    if SCIENTIFIC.fullmatch(text):
        raise UnreadableError(f"{quote(cell)}是科学计数法，请填写完整的{wanted}")
    if len(text) > LONGEST_NUMBER:
        raise UnreadableError(f"{quote(cell)}位数过多，请核对")
    if not NUMBER.fullmatch(text):
        raise UnreadableError(f"{quote(cell)}不是数字，请填写{wanted}，不带单位和文字")
    return Decimal(text.replace(",", ""))


def _range_check(column: Column) -> Callable[[Decimal], None]:
    low, high, places = column.minimum, column.maximum, column.places
    unit = "%" if column.kind is Kind.PERCENT else ""

    def check(number: Decimal) -> None:
        if isinstance(low, int | Decimal) and number < low:
            raise UnreadableError(f"不能小于 {low}{unit}，现为 {plain(number)}{unit}，请核对")
        if isinstance(high, int | Decimal) and number > high:
            raise UnreadableError(f"不能大于 {high}{unit}，现为 {plain(number)}{unit}，请核对")
        if places is not None and len(plain(number).partition(".")[2]) > places:
            raise UnreadableError(f"最多保留 {places} 位小数，现为 {plain(number)}{unit}，请四舍五入后填写")

    return check


def _date_reader(column: Column) -> Parser:
    low, high = column.minimum, column.maximum

    def read(cell: Cell) -> date | None:
        day = _read_day(cell)
        if day is None:
            return None
        if isinstance(low, date) and day < low:
            raise UnreadableError(f"不能早于 {low.isoformat()}，现为 {day.isoformat()}，请核对")
        if isinstance(high, date) and day > high:
            raise UnreadableError(f"不能晚于 {high.isoformat()}，现为 {day.isoformat()}，请核对")
        return day

    return read


def _read_day(cell: Cell) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = as_text(cell)
    if not isinstance(cell, str) and int(float(cell)) in SERIALS:
        return SERIAL_EPOCH + timedelta(days=int(cell))
    bare = MOMENT.sub("", " ".join(_half_width(text).split()))
    bare = "".join(bare.split())
    if not bare:
        return None
    if not (match := DAY.fullmatch(bare)):
        raise UnreadableError(f"{quote(text)}不是日期，请按 2025-06-03 的样式填写")
    year, month, day = (int(part) for part in match.groups() if part and part.isdigit())
    return _day(year, month, day, text, "2025-06-03")


def _day(year: int, month: int, day: int, text: str, example: str) -> date:
    try:
        found = date(year, month, day)
    except ValueError as error:
        raise UnreadableError(f"{quote(text)}不是有效的日期，请核对，按 {example} 的样式填写") from error
    if year not in YEARS:
        raise UnreadableError(f"{quote(text)}的年份不对，请核对，按 {example} 的样式填写")
    return found


def _month_reader(column: Column) -> Parser:
    low, high = column.minimum, column.maximum

    def read(cell: Cell) -> date | None:
        month = _read_month(cell)
        if month is None:
            return None
        if isinstance(low, date) and month < low.replace(day=1):
            raise UnreadableError(f"不能早于 {low:%Y-%m}，现为 {month:%Y-%m}，请核对")
        if isinstance(high, date) and month > high:
            raise UnreadableError(f"不能晚于 {high:%Y-%m}，现为 {month:%Y-%m}，请核对")
        return month

    return read


def _read_month(cell: Cell) -> date | None:
    if isinstance(cell, date):
        return (cell.date() if isinstance(cell, datetime) else cell).replace(day=1)
    text = as_text(cell)
    if not isinstance(cell, str):
        if int(float(cell)) in SERIALS:
            return (SERIAL_EPOCH + timedelta(days=int(cell))).replace(day=1)
        if text.endswith(".1"):
            # 2025.10 typed as a number is kept as 2025.1: January and October look the same.
            raise UnreadableError(f"{quote(text)}分不清是1月还是10月，请按 2025-01 的样式填写")
    bare = "".join(_half_width(text).split())
    if not bare:
        return None
    if match := MONTH.fullmatch(bare):
        year, month = (int(part) for part in match.groups() if part)
        return _day(year, month, 1, text, "2025-06")
    if DAY.fullmatch(bare) and (day := _read_day(bare)):
        return day.replace(day=1)
    raise UnreadableError(f"{quote(text)}不是月份，请按 2025-06 的样式填写")


READERS: dict[Kind, Callable[[Column], Parser]] = {
    Kind.TEXT: _text_reader,
    Kind.LONG_TEXT: _text_reader,
    Kind.CODE: _code_reader,
    Kind.PHONE: _code_reader,
    Kind.CHOICE: _choice_reader,
    Kind.INTEGER: _integer_reader,
    Kind.DECIMAL: _decimal_reader,
    Kind.PERCENT: _percent_reader,
    Kind.DATE: _date_reader,
    Kind.MONTH: _month_reader,
}
