"""When something is due: working days, calendar days and hours, with stops of the clock and extensions.

No database, no request, no clock. The day of an event is not counted, and neither is the day on
which a stopped clock starts again: what was asked for on Monday and supplied on Wednesday costs the
unit nothing of Tuesday and Wednesday.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from complaints.limits import Limit, LimitUnit
from portal.workdays import Exceptions, add_workdays, is_workday, workdays_between

ONE_DAY = timedelta(days=1)
SOON_WORKDAYS = 1


class WorkingCalendar(Protocol):
    """Days that differ from Monday-to-Friday, and the years whose notice has been published."""

    @property
    def exceptions(self) -> Exceptions: ...

    @property
    def published(self) -> Collection[int]: ...


@dataclass(frozen=True)
class Stop:
    """The clock stands still after `from_on` up to and including `to_on`; None: it still does."""

    from_on: date
    to_on: date | None = None

    def covers(self, day: date) -> bool:
        return self.from_on < day and (self.to_on is None or day <= self.to_on)


@dataclass(frozen=True)
class Deadline:
    """The last day (and the moment, for limits in hours), and whether it may still move 暂定."""

    on: date
    provisional: bool = False
    at: datetime | None = None


def due(
    start: date, limit: Limit, calendar: WorkingCalendar, *, stops: Iterable[Stop] = (), extra: int = 0
) -> Deadline:
    """Return the last day of `limit` (plus `extra` of the same unit) after `start`.

    Days on which the clock stands still are left out; a stop that has not ended is
    treated as ending on its first day, so that the due date shown is the one before
    the stop. Working days of a year that has not been published are counted as
    Monday to Friday and make the date provisional; calendar days never do, and a
    period of calendar days that ends on a rest day is not prolonged. Limits in
    hours are counted by `due_at`.
    """
    closed = [stop for stop in stops if stop.to_on is not None]
    counts_workdays = limit.unit == LimitUnit.WORKDAY
    day, left, provisional = start, limit.amount + extra, False
    while left > 0:
        day += ONE_DAY
        provisional = provisional or (counts_workdays and day.year not in calendar.published)
        if any(stop.covers(day) for stop in closed):
            continue
        left -= is_workday(day, calendar.exceptions) if counts_workdays else 1
    return Deadline(day, provisional)


def due_at(start: datetime, limit: Limit, *, stops: Iterable[Stop] = (), extra: int = 0) -> Deadline:
    """Return the moment `limit` hours after `start`, counted round the clock; stopped days are left out.

    `start` is in the county's own time, and so is the day of the answer.
    """
    stopped = sum((stop.to_on - stop.from_on).days for stop in stops if stop.to_on is not None)
    moment = start + timedelta(hours=limit.amount + extra, days=stopped)
    return Deadline(moment.date(), provisional=False, at=moment)


def deadline(
    start_on: date,
    start_at: datetime,
    limit: Limit,
    calendar: WorkingCalendar,
    *,
    stops: Iterable[Stop] = (),
    extra: int = 0,
) -> Deadline:
    """Return the deadline by whichever unit the limit has; `start_at` matters to hours only."""
    if limit.unit == LimitUnit.HOUR:
        return due_at(start_at, limit, stops=stops, extra=extra)
    return due(start_on, limit, calendar, stops=stops, extra=extra)


def capped(wanted: Deadline, most: Deadline | None) -> Deadline:
    """Return the earlier of an extended deadline and the longest that the statute allows."""
    return wanted if most is None or wanted.on <= most.on else most


def is_overdue(
    due_on: date | None,
    today: date,
    *,
    provisional: bool = False,
    stopped: bool = False,
    at: datetime | None = None,
    now: datetime | None = None,
) -> bool:
    """Tell whether the time is over: after the due day, or after the moment where there is one.

    Never while the date is provisional or the clock stands still.
    """
    if due_on is None or provisional or stopped:
        return False
    if at is not None and now is not None:
        return now > at
    return today > due_on


@dataclass(frozen=True)
class Distance:
    """How far off a due date is: days left (negative: late by so many), counted in `unit`."""

    days: int
    unit: LimitUnit
    is_overdue: bool
    is_soon: bool
    words: str


def distance(
    due_on: date,
    today: date,
    unit: str,
    calendar: WorkingCalendar,
    *,
    provisional: bool = False,
    stopped: bool = False,
) -> Distance:
    """Return how far `due_on` lies from `today`, in working days or in calendar days, with the words for it."""
    counted = LimitUnit.WORKDAY if unit == LimitUnit.WORKDAY else LimitUnit.DAY
    if counted == LimitUnit.WORKDAY:
        days = workdays_between(today, due_on, calendar.exceptions)
    else:
        days = (due_on - today).days
    late = is_overdue(due_on, today, provisional=provisional, stopped=stopped)
    soon = not late and not stopped and today <= due_on and days <= SOON_WORKDAYS
    return Distance(
        days, counted, late, soon, _words(days, counted, due_on, today, late=late, stopped=stopped)
    )


def _words(days: int, unit: LimitUnit, due_on: date, today: date, *, late: bool, stopped: bool) -> str:
    if stopped:
        return "暂停计时"
    if late:
        # A case due on Friday is late on Saturday although no working day has passed.
        return f"逾期{-days}{unit.label}" if days < 0 else "已逾期"
    if due_on == today:
        return "今天到期"
    return f"剩{days}{unit.label}" if days > 0 else "待定"


def last_day_to_ask(due_on: date, calendar: WorkingCalendar, *, notice: int = 1) -> date:
    """Return the last day on which an extension may be asked for: `notice` working days before it is due."""
    return add_workdays(due_on, -notice, calendar.exceptions)


def may_return(assigned_on: date, today: date, limit: Limit, calendar: WorkingCalendar) -> bool:
    """Tell whether a wrongly routed case may still be returned on `today` (the last day included)."""
    return today <= due(assigned_on, limit, calendar).on
