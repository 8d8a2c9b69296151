"""The cases of some units as the dispatch sheet lists them: counts and fields of work, nothing of a single case."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from complaints.models import ClockStop, Complaint, Round
from complaints.selectors.figures import CaseCounts, case_measures, counters, either, round_measures
from complaints.selectors.trends import Problem, problems
from complaints.workflow import CaseState

ONE_DAY = timedelta(days=1)
OF_CASES = ("accepted",)
OF_ROUNDS = ("due", "due_on_time", "called", "satisfied", "again")
HELD, LATE = "held", "late"


@dataclass(frozen=True)
class UnitCases:
    """One lead unit: what a month counted, and what it had in hand on a day, part of that overdue.

    In hand is what was accepted and not answered yet; overdue what was to be
    answered before the day, whose clock did not stand still.
    """

    code: str
    name: str
    counts: CaseCounts
    in_hand: int = 0
    overdue: int = 0
    problems: tuple[Problem, ...] = ()


def cases_of_units(codes: Collection[str], first: date, last: date, on: date) -> list[UnitCases] | None:
    """Return the lead units among `codes` that have anything to list, those most behind first.

    The days from `first` to `last`, both included, are counted as the figures count
    them, what is in hand as of the end of the day `on`. None before the first case
    of the county. Five queries at most.
    """
    sums, names = _sums(first, last, on, Q(lead__code__in=codes))
    troubles = [row for row in problems(on) if row.unit_code in codes]
    names |= {row.unit_code: row.unit for row in troubles}
    units = [_unit(code, names[code], sums.get(code, {}), troubles) for code in names]
    if not units and not Complaint.objects.exists():
        return None
    return sorted(units, key=lambda row: (-row.overdue, -row.counts.again, -row.in_hand, row.code))


def records_of_units(first: date, last: date) -> list[UnitCases]:
    """Return every lead unit with anything from `first` to `last`, both included, or in hand at the end; two queries."""
    sums, names = _sums(first, last, last, Q(lead__isnull=False))
    return [_unit(code, names[code], sums[code], []) for code in sorted(names)]


def _sums(first: date, last: date, on: date, whose: Q) -> tuple[dict[str, dict[str, int]], dict[str, str]]:
    """Return the counts of each lead unit and the units' names by code; two queries."""
    found: dict[str, dict[str, int]] = {}
    names: dict[str, str] = {}
    for rows, counted in (_cases(first, last), _rounds(first, last, on)):
        lines = rows.filter(whose).values("lead__code", "lead__short_name").annotate(**counted)
        for line in lines:
            code, name = line.pop("lead__code"), line.pop("lead__short_name")
            found.setdefault(code, {}).update(line)
            names[code] = name
    return found, names


def _unit(code: str, name: str, sums: dict[str, int], troubles: list[Problem]) -> UnitCases:
    held, late = sums.pop(f"n_{HELD}", 0), sums.pop(f"n_{LATE}", 0)
    counts = CaseCounts(**{key.removeprefix("n_"): count for key, count in sums.items()})
    own = tuple(row for row in troubles if row.unit_code == code)
    return UnitCases(code, name, counts, held, late, own)


def _cases(first: date, last: date) -> tuple[QuerySet[Any], dict[str, Any]]:
    measures = case_measures(first, last + ONE_DAY)
    wanted = {name: measures[name] for name in OF_CASES}
    return Complaint.objects.filter(either(wanted)).order_by(), counters(wanted)


def _rounds(first: date, last: date, on: date) -> tuple[QuerySet[Any], dict[str, Any]]:
    """Return the rounds that count in the days or were in hand on the day `on`, and what counts them."""
    measures = round_measures(first, last + ONE_DAY)
    wanted = {name: measures[name] for name in OF_ROUNDS} | _in_hand(on)
    return Round.objects.filter(either(wanted)).order_by(), counters(wanted)


def _in_hand(on: date) -> dict[str, tuple[Q, Q]]:
    """Return the same measures of what was not answered at the end of the day `on`, by its dates."""
    stopped = ClockStop.objects.filter(
        Q(to_on=None) | Q(to_on__gt=on),
        complaint=OuterRef("complaint"),
        round=OuterRef("number"),
        from_on__lte=on,
    )
    unanswered = Q(replied_on=None) | Q(replied_on__gt=on)
    going_on = Q(ended_on=None) | Q(ended_on__gt=on)
    held = Q(started_on__lte=on) & unanswered & going_on
    live = ~Q(complaint__state=CaseState.MERGED)
    late = Q(due_on__lt=on, provisional=False) & ~Q(Exists(stopped))
    return {HELD: (held, live), LATE: (held, live & late)}
