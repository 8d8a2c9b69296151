"""Load the working calendar that is shipped with the portal."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from django.db import transaction

from portal.models import CalendarDay, CalendarYear

BUILTIN = Path(__file__).resolve().parent.parent / "data" / "workdays.csv"


@transaction.atomic
def load_builtin_calendar() -> int:
    """Add the shipped years that are not in the calendar yet; return how many.

    A year that is there, however it came, is left alone: the office may have
    corrected it.
    """
    present = set(CalendarYear.objects.values_list("year", flat=True))
    with BUILTIN.open(encoding="utf-8", newline="") as file:
        days = [
            CalendarDay(
                date=date.fromisoformat(row["date"]),
                is_workday=row["is_workday"] == "1",
                name=row["name"],
                source=row["source"],
            )
            for row in csv.DictReader(file)
        ]
    fresh = [day for day in days if day.date.year not in present]
    sources = {day.date.year: day.source for day in fresh}
    CalendarDay.objects.bulk_create(fresh, ignore_conflicts=True)
    CalendarYear.objects.bulk_create(
        CalendarYear(year=year, source=source) for year, source in sources.items()
    )
    return len(sources)
