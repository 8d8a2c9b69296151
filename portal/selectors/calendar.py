"""The working calendar as the pure rules want it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from portal import workdays
from portal.models import CalendarDay, CalendarYear


@dataclass(frozen=True)
class Calendar:
    """Exceptions from Monday-to-Friday and the years whose notice has been published."""

    exceptions: dict[date, bool]
    published: frozenset[int]

    def is_workday(self, day: date) -> bool:
        return workdays.is_workday(day, self.exceptions)

    def after(self, start: date, days: int) -> workdays.DueDate:
        """Return the last day of a period of `days` working days after `start`, marked when provisional."""
        return workdays.due_after(start, days, workdays.Unit.WORKDAY, self.exceptions, self.published)

    def nth(self, year: int, month: int, n: int) -> workdays.DueDate:
        """Return the n-th working day of a month, marked when the year has not been published."""
        day = workdays.nth_workday(year, month, n, self.exceptions)
        return workdays.DueDate(day, day.year not in self.published)

    def between(self, start: date, end: date) -> int:
        """Count working days after `start` up to and including `end`; negative when `end` is earlier."""
        return workdays.workdays_between(start, end, self.exceptions)


def load_calendar() -> Calendar:
    """Read the calendar with two small queries (about thirty rows a year)."""
    return Calendar(
        exceptions=dict(CalendarDay.objects.values_list("date", "is_workday")),
        published=frozenset(CalendarYear.objects.values_list("year", flat=True)),
    )
