"""Read everything that a bulletin's sections are written from."""

from __future__ import annotations

from collections.abc import Set
from datetime import date

from indicators.selectors.assessment import issued_letters
from indicators.selectors.figures import FigureRow, red_items
from portal.selectors.calendar import load_calendar
from reports.figures import Period, values_of
from reports.figures.indicators_monitored import PREFIX
from reports.figures.indicators_units import laggards
from reports.figures.period import LEDGER
from reports.sections import Book, Candidate
from reports.sections.subject import NO_SUBJECT, Subject, Told
from reports.texts.values import FigureValue

REPLY_WORKDAYS = 5
UNITS = "indicators.units."


def read_book(
    period: Period,
    *,
    today: date,
    ticked: Set[str] = frozenset(),
    corrects: str = "",
    subject: Subject = NO_SUBJECT,
) -> Book:
    """Return the book of a period, its figures beside those of the period and the year before.

    Units are to answer five working days after `today`. `ticked` are the codes of
    the units that a person has decided to name. A special bulletin's `subject`
    narrows lists, task forces and units to what it is about.
    """
    opened = period.reports
    letters = issued_letters(period.first, period.end, subject.rung) if subject.rung else []
    units = _candidates(period, subject, letters, ticked)
    values = _needed(values_of(period), {unit.code for unit in units} | {subject.unit})
    red = red_items(period.month, LEDGER)
    forces = tuple(row for row in period.task_forces if subject.about_force(row.code))
    names = {row.name for row in forces}
    return Book(
        month=period.month,
        months=period.months,
        as_of=period.end,
        values=values,
        lists=tuple(row for row in period.ledgers if subject.about_list(row.code)),
        task_forces=forces,
        monitored=tuple(key for key in values if key.startswith(PREFIX)),
        red_items=tuple(row for row in red if row.task_force in names),
        candidates=units,
        closes_on=opened.closes_on if opened else None,
        counted_on=today if opened and today <= opened.closes_on else None,
        reply_by=load_calendar().after(today, REPLY_WORKDAYS).on,
        corrects=corrects,
        subject=subject,
        letters=tuple(Told(row.number, row.label, row.note) for row in letters),
        label=period.label,
    )


def _candidates(
    period: Period, subject: Subject, letters: list[FigureRow], ticked: Set[str]
) -> tuple[Candidate, ...]:
    """Return the units behind; of a subject with a unit or letters only those it is about."""
    about = {subject.unit} if subject.unit else {row.unit for row in letters} if subject.rung else None
    return tuple(
        Candidate(row.code, row.name, row.code in ticked)
        for row in laggards(period)
        if about is None or row.code in about
    )


def _needed(values: dict[str, FigureValue], units: Set[str]) -> dict[str, FigureValue]:
    """Leave out the figures of units that the document is not about."""
    return {
        key: value
        for key, value in values.items()
        if not key.startswith(UNITS) or key.removeprefix(UNITS).rpartition(".")[0] in units
    }
