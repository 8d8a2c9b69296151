"""The figures of the policy work by unit, from dates and rows. Money is yuan; `end` is not included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, Q, QuerySet, Sum

from policies.models import Payout, PolicyItem
from policies.querysets import ENTITY

HUNDRED = Decimal(100)
TENTH = Decimal("0.1")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class UnitFigures:
    """One unit's items and payments."""

    organisation: int
    name: str
    items: int
    paid_yuan: Decimal
    payouts: int
    enterprises: int


@dataclass(frozen=True)
class Coverage:
    """Of the enterprises that qualify for live items, how many were paid: 兑现家数 / 符合家数."""

    qualified: int
    reached: int

    @property
    def share(self) -> Decimal | None:
        """In percent, to one place; None where nobody qualifies."""
        return percent(self.reached, self.qualified)


def percent(part: int, whole: int) -> Decimal | None:
    """Return a share in percent to one place; None of nothing."""
    if not whole:
        return None
    return (Decimal(part) * HUNDRED / whole).quantize(TENTH, ROUND_HALF_UP)


def published_items(end: date) -> QuerySet[PolicyItem]:
    """Return the items first published before `end` and not withdrawn by then: the rows of the item figures."""
    return PolicyItem.objects.published_by(end - DAY)


def paid_rows(start: date, end: date) -> QuerySet[Payout]:
    """Return the payments of a period that stand at its end: the rows of 笔数 and 家数."""
    return Payout.objects.paid(start, end).filter(
        Q(reversed_on=None) | Q(reversed_on__gte=end), reversal_of=None
    )


def unit_figures(start: date, end: date) -> list[UnitFigures]:
    """Return each unit that leads items or paid in the period, with three queries, the largest sum first."""
    key = ("item__organisation", "item__organisation__short_name")
    items = {
        (unit, name): count
        for unit, name, count in published_items(end)
        .order_by()
        .values_list("organisation", "organisation__short_name")
        .annotate(Count("pk"))
    }
    sums = {
        (unit, name): total
        for unit, name, total in Payout.objects.paid(start, end)
        .order_by()
        .values_list(*key)
        .annotate(Sum("amount"))
    }
    counts = {
        (unit, name): (payouts, enterprises)
        for unit, name, payouts, enterprises in paid_rows(start, end)
        .order_by()
        .values_list(*key)
        .annotate(payments=Count("pk"), entities=Count(ENTITY, distinct=True))
    }
    found = [
        UnitFigures(
            unit,
            name,
            items.get((unit, name), 0),
            sums.get((unit, name), Decimal(0)),
            *counts.get((unit, name), (0, 0)),
        )
        for unit, name in items.keys() | sums.keys()
    ]
    return sorted(found, key=lambda row: (-row.paid_yuan, row.name))
