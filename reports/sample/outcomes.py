"""Which reports are late, missing or returned: named for the last month, drawn by lot before. No database."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from random import Random

from reports.sample import texts
from reports.sample.shifting import LAST_MONTH
from reports.sample.texts import ItemText

MENDED_SHARE = 0.05


class Outcome(Enum):
    """What became of a report; `MENDED` was returned once, `RETURNED` for good."""

    ON_TIME = auto()
    LATE = auto()
    MISSING = auto()
    PENDING = auto()
    MENDED = auto()
    RETURNED = auto()


Key = tuple[str, int]


def outcomes(rng: Random, items: Mapping[str, ItemText]) -> dict[Key, Outcome]:
    """Return the outcome of every report that is not simply verified on time, by item and month."""
    found: dict[Key, Outcome] = {}
    for month in range(1, LAST_MONTH):
        _draw(rng, items, month, found)
    for name, outcome in (
        ("late", Outcome.LATE),
        ("missing", Outcome.MISSING),
        ("pending", Outcome.PENDING),
        ("mended", Outcome.MENDED),
    ):
        found.update({(number, LAST_MONTH): outcome for number in texts.situations().october[name]})
    return found


def _draw(rng: Random, items: Mapping[str, ItemText], month: int, found: dict[Key, Outcome]) -> None:
    situations = texts.situations()
    counts, named = situations.months[month], situations.missing.get(month, ())
    found.update({(number, month): Outcome.MISSING for number in named})
    # Not what a story tells of, nor the report of the closing month.
    free = [
        number
        for number, text in items.items()
        if month in text.months
        and month != text.closed_month
        and number not in situations.texts
        and number not in situations.percents
    ]
    rng.shuffle(free)
    # Two months running without a verified report would be a red lamp.
    unbroken = [number for number in free if not _broken(found, number, month)]
    for outcome, count in (
        (Outcome.MISSING, counts["missing"] - len(named)),
        (Outcome.RETURNED, counts["returned"]),
    ):
        for _ in range(count):
            found[unbroken.pop(), month] = outcome
    rest = [number for number in free if (number, month) not in found]
    for number in rest[: counts["late"]]:
        found[number, month] = Outcome.LATE
    for number in rest[counts["late"] :]:
        if rng.random() < MENDED_SHARE:
            found[number, month] = Outcome.MENDED


def _broken(found: Mapping[Key, Outcome], number: str, month: int) -> bool:
    """Tell whether the report before or after this month's is not verified either."""
    unverified = {Outcome.MISSING, Outcome.RETURNED}
    october = texts.situations().october
    after = month + 1 == LAST_MONTH and number in {*october["missing"], *october["pending"]}
    return found.get((number, month - 1)) in unverified or after
