"""Measurements with what they are compared with: last period, benchmark, score, and the year's line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from indicators.models import Indicator, Measurement, RankRecord, TaskForce
from indicators.months import shift
from indicators.scoring import Better, RollUp, Score, gap, read_method, roll_up, score
from indicators.workflow import MeasurementState
from portal.models import User
from portal.params import ParamError

MONTHS_SHOWN = 12


@dataclass(frozen=True)
class Measured:
    """One leaf of the tree in a period. `gap` is negative where the value is short of its benchmark."""

    indicator: Indicator
    task_force: TaskForce | None
    row: Measurement | None
    previous: Decimal | None
    gap: Decimal | None
    line: tuple[Decimal | None, ...]
    score: Score | None

    @property
    def value(self) -> Decimal | None:
        """The value to print: only a verified one counts."""
        return self.row.value if self.row and self.row.state == MeasurementState.VERIFIED else None

    @property
    def change(self) -> Decimal | None:
        """The change since the last period; None without both values."""
        return None if self.value is None or self.previous is None else self.value - self.previous

    @property
    def is_behind(self) -> bool:
        return self.gap is not None and self.gap < 0


def leaves(year: int, user: User) -> QuerySet[Indicator]:
    """Return the measured indicators of a year that `user` may read: own unit's, own task forces', or all."""
    visible = TaskForce.objects.visible_to(user).filter(year=year)
    own = Indicator.objects.filter(lead=user.organisation_id)
    tree = Indicator.objects.visible_to(user).current().filter(system__year=year, children=None)
    found = tree.filter(parent__task_force__in=visible) | tree.filter(parent__parent__task_force__in=visible)
    return (found | tree.filter(pk__in=own)).select_related(
        "lead", "parent__task_force", "parent__parent__task_force"
    )


def measured(indicators: Iterable[Indicator], period: date) -> list[Measured]:
    """Return each indicator's value of `period` with its comparisons; one query whatever the number."""
    rows = list(indicators)
    first = shift(period, 1 - MONTHS_SHOWN)
    history: dict[int, dict[date, Measurement]] = {}
    found = Measurement.objects.filter(indicator__in=[row.pk for row in rows], period__range=(first, period))
    for one in found:
        history.setdefault(one.indicator_id, {})[one.period] = one
    return [_measured(row, history.get(row.pk, {}), period) for row in rows]


def _measured(indicator: Indicator, history: dict[date, Measurement], period: date) -> Measured:
    verified = {month: one.value for month, one in history.items() if one.state == MeasurementState.VERIFIED}
    step = 3 if indicator.frequency == Indicator.Frequency.QUARTER else 1
    value = verified.get(period)
    months = [shift(period, -n) for n in range(MONTHS_SHOWN - 1, -1, -1)]
    first = next((n for n, month in enumerate(months) if month in verified), len(months))
    return Measured(
        indicator=indicator,
        task_force=task_force_of(indicator),
        row=history.get(period),
        previous=verified.get(shift(period, -step)),
        gap=gap(value, indicator.benchmark, Better(indicator.better)),
        line=tuple(verified.get(month) for month in months[first:]),
        score=score_of(indicator, value),
    )


def task_force_of(indicator: Indicator) -> TaskForce | None:
    """Return the task force of the first-level indicator above a leaf, read from what was selected with it."""
    node: Indicator | None = indicator
    while node is not None and node.parent is not None:
        node = node.parent
    return getattr(node, "task_force", None)


def score_of(indicator: Indicator, value: Decimal | None) -> Score | None:
    """Return the score with its calculation; None where the indicator isn't scored or its parameters are incomplete."""
    if indicator.method == Indicator.Method.NONE:
        return None
    try:
        return score(read_method(indicator.method, indicator.parameters), value)
    except ParamError:
        return None


def roll_up_of(rows: Iterable[Measured]) -> RollUp:
    """Roll the scored rows of one branch up by weight, in percent of each full mark."""
    return roll_up(
        (
            row.indicator.weight,
            None
            if row.score.points is None or not row.score.full
            else row.score.points / row.score.full * 100,
        )
        for row in rows
        if row.score is not None
    )


def latest_ranks(indicators: Iterable[int], on: date) -> dict[int, tuple[RankRecord, RankRecord | None]]:
    """Return for each indicator its newest rank up to `on` and the one before; one query."""
    found: dict[int, list[RankRecord]] = {}
    for row in RankRecord.objects.filter(indicator__in=list(indicators), period__lte=on).order_by("-period"):
        found.setdefault(row.indicator_id, []).append(row)
    return {key: (rows[0], rows[1] if len(rows) > 1 else None) for key, rows in found.items()}
