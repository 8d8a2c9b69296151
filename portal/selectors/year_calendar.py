"""A year of the working calendar as its page shows it: twelve small months."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

from portal.models import CalendarDay, CalendarProposal, CalendarYear
from portal.workdays import SATURDAY

WARN_FROM_MONTH = 11
# From this day of December on a missing year is an error: deadlines are being set in it every day.
ERROR_FROM_DAY = 15


@dataclass(frozen=True)
class ShownDay:
    """A day in its month. `kind`: work, weekend, holiday (off by arrangement), shift (a weekend worked)."""

    date: date
    kind: str
    name: str = ""


@dataclass(frozen=True)
class ShownMonth:
    """A month in weeks from Monday; places outside the month are None."""

    number: int
    weeks: tuple[tuple[ShownDay | None, ...], ...]
    workdays: int


@dataclass(frozen=True)
class ShownYear:
    """A year with its status: `published` is the row of a published year, None for one counted provisionally."""

    year: int
    published: CalendarYear | None
    months: tuple[ShownMonth, ...]

    @property
    def workdays(self) -> int:
        return sum(month.workdays for month in self.months)


def year_of(year: int) -> ShownYear:
    """Return the year for the page; two queries."""
    exceptions = {row.date: row for row in CalendarDay.objects.filter(date__year=year)}
    return ShownYear(
        year=year,
        published=CalendarYear.objects.filter(year=year).first(),
        months=tuple(_month(year, number, exceptions) for number in range(1, 13)),
    )


def _month(year: int, number: int, exceptions: dict[date, CalendarDay]) -> ShownMonth:
    weeks = tuple(
        tuple(_day(day, exceptions.get(day)) if day.month == number else None for day in week)
        for week in calendar.Calendar().monthdatescalendar(year, number)
    )
    days = [day for week in weeks for day in week if day is not None]
    return ShownMonth(number, weeks, sum(day.kind in {"work", "shift"} for day in days))


def _day(day: date, row: CalendarDay | None) -> ShownDay:
    weekend = day.weekday() >= SATURDAY
    if row is None:
        return ShownDay(day, "weekend" if weekend else "work")
    if row.is_workday:
        return ShownDay(day, "shift" if weekend else "work", row.name)
    return ShownDay(day, "holiday", row.name)


def years_offered(today: date) -> list[int]:
    """Return the years with a tab, newest last: every published one up to next year."""
    published = CalendarYear.objects.order_by("year").values_list("year", flat=True)
    return sorted({*published, today.year, today.year + 1})


def missing_year(today: date) -> int | None:
    """Return next year when it is November and its arrangement has not been loaded, else None."""
    year = today.year + 1
    if today.month < WARN_FROM_MONTH or CalendarYear.objects.filter(year=year).exists():
        return None
    return year


@dataclass(frozen=True)
class CalendarGap:
    """Next year's arrangement is missing; `is_error` from 15 December on."""

    year: int
    is_error: bool


def calendar_gap(today: date) -> CalendarGap | None:
    """Return what to warn of from 1 November on while next year is missing, else None."""
    year = missing_year(today)
    if year is None:
        return None
    return CalendarGap(year, is_error=today >= date(today.year, 12, ERROR_FROM_DAY))


def pending_proposals() -> list[CalendarProposal]:
    """Return the years that wait for a second person, the earliest first."""
    waiting = CalendarProposal.objects.filter(state=CalendarProposal.State.PENDING)
    return list(waiting.select_related("proposed_by").order_by("year"))
