"""Counting working days and calendar days.

The calendar is Monday to Friday, corrected by the exceptions that the State Council publishes every
autumn for the year to come: holidays, and the Saturdays and Sundays worked in exchange (调休). This
module neither loads the exceptions nor asks what day it is; both are passed in.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

Exceptions = Mapping[date, bool]
"""Days that differ from Monday-to-Friday, or carry a festival's name: True is worked, False is off."""

ONE_DAY = timedelta(days=1)
SATURDAY = 5
CLOSING_TIME = time(17, 30)


class Unit(StrEnum):
    """What a time limit counts: 工作日 or calendar days 日."""

    WORKDAY = "workday"
    DAY = "day"


@dataclass(frozen=True)
class DueDate:
    """The last day of a period, and whether it may still move (暂定)."""

    on: date
    provisional: bool


def is_workday(day: date, exceptions: Exceptions) -> bool:
    return exceptions.get(day, day.weekday() < SATURDAY)


def add_days(start: date, days: int) -> date:
    """Return the last day of a period of `days` calendar days; the day of the event is not counted.

    A period that ends on a rest day is not prolonged.
    """
    return start + timedelta(days=days)


def add_workdays(start: date, days: int, exceptions: Exceptions) -> date:
    """Return the last day of a period of `days` working days.

    The day of the event is not counted: a case registered on Monday with one working day is due on
    Tuesday, one registered on Saturday is due on Monday. No days at all is `start` itself, rest day
    or not, so that a + b days are always the same as a days and then b days. A negative number counts
    back: -1 is the last working day before `start`, the day for "one working day before it is due".
    Unless `days` is 0 the result is a working day.
    """
    step = ONE_DAY if days > 0 else -ONE_DAY
    day, left = start, abs(days)
    while left:
        day += step
        left -= is_workday(day, exceptions)
    return day


def workdays_between(start: date, end: date, exceptions: Exceptions) -> int:
    """Count the working days after `start` up to and including `end`.

    With today as `start` and the due date as `end` these are the days left: 0 on the due date, and
    negative afterwards, when it is the number of working days that the thing is late.
    """
    if end < start:
        return -workdays_between(end, start, exceptions)
    return sum(is_workday(start + timedelta(days=n), exceptions) for n in range(1, (end - start).days + 1))


def nth_workday(year: int, month: int, n: int, exceptions: Exceptions) -> date:
    """Return the `n`-th working day of a month, counted from 1.

    Raises ValueError with a sentence for the user when the month has no such day.
    """
    if n < 1:
        raise ValueError("工作日序号应从1算起")
    day = add_workdays(date(year, month, 1) - ONE_DAY, n, exceptions)
    if (day.year, day.month) != (year, month):
        raise ValueError(f"{year}年{month}月没有第{n}个工作日")
    return day


def last_workday(year: int, month: int, exceptions: Exceptions) -> date:
    """Return the last working day of a month."""
    next_month = date(year + month // 12, month % 12 + 1, 1)
    return add_workdays(next_month, -1, exceptions)


def due_after(
    start: date,
    days: int,
    unit: str,
    exceptions: Exceptions,
    published_years: Collection[int],
) -> DueDate:
    """Return when a period of `days` ends, and whether that depends on a calendar not yet published.

    `unit` is a `Unit` or its value; another one raises ValueError. A year outside `published_years`
    is counted as Monday to Friday, and the date is provisional when any day from the one after
    `start` to the due date lies in such a year. Calendar days consult no calendar and are never
    provisional.
    """
    if Unit(unit) is Unit.DAY:
        return DueDate(add_days(start, days), provisional=False)
    due_on = add_workdays(start, days, exceptions)
    if due_on == start:
        return DueDate(due_on, provisional=False)
    first, last = (start + ONE_DAY, due_on) if due_on > start else (due_on, start - ONE_DAY)
    consulted = range(first.year, last.year + 1)
    return DueDate(due_on, provisional=any(year not in published_years for year in consulted))


def received_on(moment: datetime, exceptions: Exceptions, closing: time = CLOSING_TIME) -> date:
    """Return the day on which something that arrived at `moment` counts as received.

    `moment` is in the county's own time. What arrives on a rest day, or later than `closing` on a
    working day, counts as received on the next working day; `closing` itself is still in time.
    """
    day = moment.date()
    if is_workday(day, exceptions) and moment.time() <= closing:
        return day
    return add_workdays(day, 1, exceptions)
