"""How far an item is at the end of each month. No database, no request, no clock."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from random import Random

TENTH = Decimal("0.1")
FAR_BEHIND = 28
"""Points that an item may be behind in any month without showing red (the rule begins beyond 30)."""
AGREES = 12
"""Points by which a note's number may differ from the percent and still be the quantity reached."""
NEAR = 9
"""Points that an item may be behind and stay green (the rule begins at 10)."""


@dataclass(frozen=True)
class Course:
    """An item's way through its reporting months.

    `elapsed` is the schedule in percent at the end of each month, `final` the
    percent in the last one, `fixed` what the story asks for in others (by
    position). `floor` holds the least percent by position.
    """

    elapsed: Sequence[float]
    final: int
    is_closed: bool = False
    fixed: Mapping[int, int] | None = None
    floor: Mapping[int, int] | None = None


def percents(course: Course, rng: Random) -> list[int]:
    """Return the cumulative percent at the end of each month; it falls only where the story makes it fall."""
    last = len(course.elapsed) - 1
    fixed = dict(course.fixed or {}) | {last: (course.fixed or {}).get(last, course.final)}
    drawn = _drawn(course, last, rng)
    for position, least in (course.floor or {}).items():
        if position not in fixed:
            drawn[position] = max(drawn[position], least)
    for position in range(last, -1, -1):
        if position in fixed:
            drawn[position] = fixed[position]
        elif position < last:
            drawn[position] = min(drawn[position], drawn[position + 1])
    return drawn


def _drawn(course: Course, last: int, rng: Random) -> list[int]:
    """Draw percents around the schedule, bending towards the final one; a few months stand still."""
    first_lead, last_lead = rng.uniform(-2, 5), course.final - course.elapsed[last]
    slump = rng.randrange(1, last) if last > 2 and rng.random() < 0.2 else None
    found: list[int] = []
    for position, elapsed in enumerate(course.elapsed):
        share = position / last if last else 1.0
        lead = first_lead + (last_lead - first_lead) * share**1.5
        value = elapsed + lead + rng.uniform(-3, 3) - (rng.uniform(10, 20) if position == slump else 0)
        highest = 95 if course.is_closed and position < last else 99
        found.append(round(min(max(value, 2, found[-1] if found else 0), highest)))
        if position > 1 and rng.random() < 0.06:
            found[-1] = found[-2]
    return found


def final_percent(noted: Sequence[int], now: float, later: float, rng: Random, *, keeps_pace: bool) -> int:
    """Return where an open item stands in the last month.

    `noted` are percents that its last note allows to compute; the first that
    gives the intended lamp counts. `now` is the schedule on the sample's day,
    `later` that at the end of its month: an item that keeps pace is still green
    then.
    """
    low, high = (now - NEAR, 97.0) if keeps_pace else (now - FAR_BEHIND, now - 11)
    for percent in noted:
        if low <= percent <= high:
            return percent
    if keeps_pace:
        return round(min(max(later - NEAR + rng.uniform(0, 6), low), high))
    return round(now - rng.uniform(13, 25))


def figures_in(text: str, unit: str) -> list[Decimal]:
    """Return the numbers that stand before `unit` in a note, in their order."""
    if not unit:
        return []
    return [Decimal(found) for found in re.findall(rf"(\d+(?:\.\d+)?)\s?{re.escape(unit)}", text)]


def noted_percents(note: str, quantity: Decimal | None, unit: str) -> list[int]:
    """Return what share of the target, in percent, each number of a note would be."""
    if not quantity:
        return []
    return [
        int((100 * number / quantity).quantize(Decimal(1), ROUND_HALF_UP))
        for number in figures_in(note, unit)
    ]


def quantity_done(percent: int, quantity: Decimal, unit: str, note: str, before: Decimal) -> Decimal:
    """Return the quantity reached, never less than `before` nor more than the target.

    The note's own number counts where it agrees with the percent, else the percent's share.
    """
    share = quantity * percent / 100
    numbers = [number for number in figures_in(note, unit) if before <= number <= quantity]
    nearest = min(numbers, key=lambda number: abs(number - share), default=None)
    if nearest is not None and abs(nearest - share) * 100 <= AGREES * quantity:
        return nearest
    whole = quantity == quantity.to_integral_value() and unit not in {"%", "公里"}
    return max(share.quantize(Decimal(1) if whole else TENTH, ROUND_HALF_UP), before)
