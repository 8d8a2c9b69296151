"""The monitored items of a year with their verified values, as the documents read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from indicators.models import Indicator, IndicatorSystem, Measurement
from indicators.months import shift
from indicators.workflow import MeasurementState


@dataclass(frozen=True)
class Monitored:
    """A monitored item with its verified values by the first day of their period."""

    code: str
    name: str
    unit: str
    better: str
    frequency: str
    task_force: str
    source: str
    benchmark: Decimal | None
    values: Mapping[date, Decimal | None] = field(default_factory=dict)

    def value_in(self, month: date) -> Decimal | None:
        """Return the value of the period that ends with `month`; None when none ends or none is known."""
        period = period_of(self.frequency, month)
        ends = period_of(self.frequency, shift(month, 1)) != period
        return self.values.get(period) if ends else None


def period_of(frequency: str, month: date) -> date:
    """Return the first day of the period of `frequency` that `month` lies in."""
    if frequency == Indicator.Frequency.YEAR:
        return date(month.year, 1, 1)
    if frequency == Indicator.Frequency.QUARTER:
        return date(month.year, (month.month - 1) // 3 * 3 + 1, 1)
    return month


def monitored_items(year: int, *, months: tuple[date, ...]) -> tuple[Monitored, ...]:
    """Return the monitored leaves of the year's trees with their verified values for `months`; two queries."""
    leaves = list(
        Indicator.objects.current()
        .filter(system__year=year, children=None, depth__gt=1)
        .exclude(system__state=IndicatorSystem.State.DRAFT)
        .select_related("parent__parent")
        .order_by("parent__parent__order", "parent__order", "order", "pk")
    )
    wanted = {period_of(leaf.frequency, month) for leaf in leaves for month in months}
    found: dict[int, dict[date, Decimal | None]] = {}
    measured = Measurement.objects.filter(
        indicator__in=[leaf.pk for leaf in leaves], period__in=wanted, state=MeasurementState.VERIFIED
    )
    for indicator, period, value in measured.values_list("indicator", "period", "value"):
        found.setdefault(indicator, {})[period] = value
    return tuple(_monitored(leaf, found.get(leaf.pk, {})) for leaf in leaves)


def _monitored(leaf: Indicator, values: Mapping[date, Decimal | None]) -> Monitored:
    top = leaf.parent.parent if leaf.parent and leaf.parent.parent else leaf.parent
    return Monitored(
        code=leaf.code,
        name=leaf.name,
        unit=leaf.unit,
        better=leaf.better,
        frequency=leaf.frequency,
        task_force=top.name if top else "",
        source=leaf.data_source,
        benchmark=leaf.benchmark,
        values=values,
    )
