"""Read everything that a bulletin's sections are written from."""

from __future__ import annotations

from collections.abc import Set
from datetime import date

from indicators.selectors.figures import red_items
from portal.selectors.calendar import load_calendar
from reports.figures import Period, values_of
from reports.figures.indicators_monitored import PREFIX
from reports.figures.indicators_units import laggards
from reports.figures.period import LEDGER
from reports.sections import Book, Candidate

REPLY_WORKDAYS = 5


def read_book(month: date, *, today: date, ticked: Set[str] = frozenset(), corrects: str = "") -> Book:
    """Return the book of `month`, its figures beside those of the month and the year before.

    Units are to answer five working days after `today`. `ticked` are the codes of
    the units that a person has decided to name.
    """
    period = Period(month)
    values = values_of(period)
    opened = period.reports
    return Book(
        month=period.month,
        as_of=period.end,
        values=values,
        lists=period.ledgers,
        task_forces=period.task_forces,
        monitored=tuple(key for key in values if key.startswith(PREFIX)),
        red_items=red_items(period.month, LEDGER),
        candidates=tuple(Candidate(row.code, row.name, row.code in ticked) for row in laggards(period)),
        closes_on=opened.closes_on if opened else None,
        reply_by=load_calendar().after(today, REPLY_WORKDAYS).on,
        corrects=corrects,
    )
