"""The working calendar as the pure rules want it."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date
from typing import cast

from django.utils.functional import SimpleLazyObject

from portal import workdays
from portal.models import CalendarDay, CalendarYear


@dataclass(frozen=True)
class Calendar:
    """Exceptions from Monday-to-Friday and the years whose notice has been published."""

    exceptions: Mapping[date, bool]
    published: Set[int]

    def is_workday(self, day: date) -> bool:
        return workdays.is_workday(day, self.exceptions)

    def after(self, start: date, days: int) -> workdays.DueDate:
        """Return the last day of a period of `days` working days after `start`, marked when provisional."""
        return workdays.due_after(start, days, workdays.Unit.WORKDAY, self.exceptions, self.published)

    def day_after(self, start: date, days: int) -> date:
        """Return the last day of a period of `days` working days, where it does not matter whether it may move."""
        return workdays.add_workdays(start, days, self.exceptions)

    def nth(self, year: int, month: int, n: int) -> workdays.DueDate:
        """Return the n-th working day of a month, marked when the year has not been published."""
        day = workdays.nth_workday(year, month, n, self.exceptions)
        return workdays.DueDate(day, day.year not in self.published)

    def between(self, start: date, end: date) -> int:
        """Count working days after `start` up to and including `end`; negative when `end` is earlier."""
        return workdays.workdays_between(start, end, self.exceptions)


def load_calendar() -> Calendar:
    """Return the calendar; each of its two small tables is read when it is first asked for.

    Counting days asks for the exceptions (about thirty rows a year), only a date
    that may be provisional for the published years.
    """
    exceptions = SimpleLazyObject(lambda: dict(CalendarDay.objects.values_list("date", "is_workday")))
    published = SimpleLazyObject(lambda: frozenset(CalendarYear.objects.values_list("year", flat=True)))
    return Calendar(cast("Mapping[date, bool]", exceptions), cast("Set[int]", published))
