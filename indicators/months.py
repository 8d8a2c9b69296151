"""Months as first days. No database, no request, no clock."""

from datetime import date, timedelta


def first_of(day: date) -> date:
    return day.replace(day=1)


def shift(month: date, by: int) -> date:
    """Return the first day of the month `by` months after (before, when negative) that of `month`."""
    index = month.year * 12 + month.month - 1 + by
    return date(index // 12, index % 12 + 1, 1)


def last_day(month: date) -> date:
    return shift(month, 1) - timedelta(days=1)


def parse(text: str) -> date:
    """Read `2023-10` as the first of that month; ValueError on anything else."""
    year, _, month = text.partition("-")
    if len(year) != 4 or len(month) != 2 or not (year + month).isdigit():
        raise ValueError(f"月份应写作 2023-10 的形式：{text}")
    return date(int(year), int(month), 1)


def label(month: date) -> str:
    return f"{month.year}年{month.month}月"
