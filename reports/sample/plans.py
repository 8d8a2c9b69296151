"""The plan of each item's reports: percent, quantity and clause for every month. No database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil

from indicators.models import WorkItem
from indicators.months import last_day
from reports.sample import progress, texts, wording
from reports.sample.county import County
from reports.sample.shifting import LAST_MONTH
from reports.sample.texts import ItemText

BEFORE_LAST = LAST_MONTH - 1
WITHOUT_DUE = (35, 60)
"""Percents between which an item without a due date stands at the end."""


@dataclass(frozen=True)
class Plan:
    """What an item reports, by month number; `told`: what the story says in its own words."""

    item: WorkItem
    text: ItemText
    percents: dict[int, int]
    quantities: dict[int, Decimal]
    clauses: dict[int, str]
    told: Mapping[int, Mapping[str, str]]


def make_plan(county: County, item: WorkItem, text: ItemText) -> Plan:
    """Lay out an item's months from its start to its closing, or to the last month."""
    rng = county.rng(f"plan:{text.number}")
    months = list(text.months)
    ends = [last_day(county.shift.month(month)) for month in months]
    fixed = {
        months.index(month): percent
        for month, percent in texts.situations().percents.get(text.number, {}).items()
        if month in months
    }
    course = progress.Course(
        elapsed=[_schedule(county, item, text, end) for end in ends],
        final=_final(county, item, text),
        is_closed=text.is_closed,
        fixed=fixed,
        floor=_floor(county, item, text, months),
    )
    found = dict(zip(months, progress.percents(course, rng), strict=True))
    said = dict(zip(months, wording.clauses(text.notes, text.measures, len(months)), strict=True))
    told = texts.situations().texts.get(text.number, {})
    return Plan(item, text, found, _quantities(text, found, said), said, told)


def _schedule(county: County, item: WorkItem, text: ItemText, end: date) -> float:
    """Return the share of the way on a day: to the closing for what was closed, else to the due date."""
    goal = item.closed_on if text.is_closed else item.due_on
    if goal is None:
        goal = last_day(county.shift.month(LAST_MONTH))
        return WITHOUT_DUE[1] * _share(item.start_on, goal, end)
    return 100 * _share(item.start_on, goal, end)


def _share(start: date, goal: date, on: date) -> float:
    return min(((on - start).days + 1) / ((goal - start).days + 1), 1.0)


def _final(county: County, item: WorkItem, text: ItemText) -> int:
    if text.is_closed:
        return 100
    rng = county.rng(f"final:{text.number}")
    if item.due_on is None:
        return rng.randint(*WITHOUT_DUE)
    return progress.final_percent(
        progress.noted_percents(text.notes[-1], text.quantity, text.unit),
        county.elapsed(item, county.nominal_today),
        county.elapsed(item, last_day(county.nominal_today.replace(day=1))),
        rng,
        keeps_pace=keeps_pace(text),
    )


def keeps_pace(text: ItemText) -> bool:
    return text.progress == "green" or text.number in texts.situations().keeps_pace


def _floor(county: County, item: WorkItem, text: ItemText, months: list[int]) -> dict[int, int]:
    """Hold an open item near enough to its schedule for the lamp that is meant, in the last two months."""
    if item.due_on is None or text.is_closed or BEFORE_LAST not in months:
        return {}
    end = last_day(county.shift.month(BEFORE_LAST))
    least = county.elapsed(item, end) - progress.FAR_BEHIND
    if keeps_pace(text) and _stands_on_earlier_month(text.number):
        # Nothing newer is verified: the earlier month's percent must do on the sample's day.
        least = max(least, county.elapsed(item, county.nominal_today) - progress.NEAR)
    return {months.index(BEFORE_LAST): ceil(least)}


def _stands_on_earlier_month(number: str) -> bool:
    october = texts.situations().october
    return number in october["missing"] or number in october["pending"]


def _quantities(text: ItemText, percents: dict[int, int], said: dict[int, str]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = {}
    if text.quantity is None:
        return found
    told = texts.situations().quantities.get(text.number, {})
    before = Decimal(0)
    for month, percent in percents.items():
        if month in told:
            before = Decimal(str(told[month]))
        elif text.is_closed and month == text.closed_month:
            before = _reached(text, said[month])
        else:
            before = progress.quantity_done(percent, text.quantity, text.unit, said[month], before)
        found[month] = before
    return found


def _reached(text: ItemText, note: str) -> Decimal:
    """Return what a closed item came to: more than the target where its note says so."""
    target = text.quantity or Decimal(0)
    numbers = progress.figures_in(note, text.unit)
    return next((number for number in numbers if target <= number <= 2 * target), target)
