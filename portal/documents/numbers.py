"""How numbers and dates are printed in official documents."""

import unicodedata
from datetime import date

DIGITS = "〇一二三四五六七八九"
BLANK = "　"


def chinese_numeral(number: int) -> str:
    """Return 一 to 九十九, as headings use them."""
    if not 1 <= number <= 99:
        raise ValueError(f"标题序号只能是 1 至 99，不能是 {number}")
    tens, ones = divmod(number, 10)
    if tens == 0:
        return DIGITS[ones]
    lead = "" if tens == 1 else DIGITS[tens]
    return f"{lead}十{DIGITS[ones] if ones else ''}"


def heading_number(level: int, position: int) -> str:
    """Return the number a heading starts with: 一、 （一） 1. （1） for the levels 1 to 4."""
    match level:
        case 1:
            return f"{chinese_numeral(position)}、"
        case 2:
            return f"（{chinese_numeral(position)}）"
        case 3:
            return f"{position}."
        case 4:
            return f"（{position}）"
    raise ValueError(f"公文标题层次只有一至四级，不能是 {level} 级")


def document_number(agency_code: str, year: int, number: int | None) -> str:
    """Return 云营商办〔2023〕8号: no 第, no leading zero. None leaves the number blank for a draft."""
    return f"{agency_code}〔{year}〕{BLANK if number is None else number}号"


def issue_label(number: int | None) -> str:
    return f"第{BLANK * 2 if number is None else number}期"


def printed_date(day: date | None) -> str:
    """Return 2023年11月8日, or the same with blanks while the date is not known."""
    if day is None:
        return f"{BLANK * 3}年{BLANK}月{BLANK}日"
    return f"{day.year}年{day.month}月{day.day}日"


def text_width(text: str) -> float:
    """Return the width in full-width characters; a half-width character counts one half."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5 for char in text)
