"""The figures of the policy work by unit, from dates and rows. Money is yuan; `end` is not included."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import BigIntegerField, Case, Count, F, Q, QuerySet, Sum, Value, When

from policies.models import Payout, PolicyItem
from policies.querysets import ENTITY
from policies.selectors.places import Places
from portal.models import Organisation

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
    """Return each unit that led items or paid in the period, with five queries, the largest sum first.

    An item and its payments are those of the unit that led it at the period's end.
    """
    formers = Places().formers(end - DAY)
    items: dict[int, int] = dict(
        _led(published_items(end), "pk", "organisation", formers).annotate(number=Count("pk"))
    )
    paid = _led(Payout.objects.paid(start, end), "item", "item__organisation", formers)
    sums: dict[int, Decimal] = dict(paid.annotate(total=Sum("amount")))
    counts = {
        unit: (payouts, enterprises)
        for unit, payouts, enterprises in _led(
            paid_rows(start, end), "item", "item__organisation", formers
        ).annotate(payments=Count("pk"), entities=Count(ENTITY, distinct=True))
    }
    units = Organisation.objects.filter(pk__in=items.keys() | sums.keys())
    found = [
        UnitFigures(
            unit,
            name,
            items.get(unit, 0),
            sums.get(unit, Decimal(0)),
            *counts.get(unit, (0, 0)),
        )
        for unit, name in units.order_by().values_list("pk", "short_name")
    ]
    return sorted(found, key=lambda row: (-row.paid_yuan, row.name))


def _led(rows: QuerySet[Any], item: str, unit: str, formers: Mapping[int, int]) -> Any:
    """Return rows grouped by the unit that led their item; `formers` names those that no longer do, by item."""
    by_unit: dict[int, list[int]] = defaultdict(list)
    for key, former in formers.items():
        by_unit[former].append(key)
    led = Case(
        *(When(**{f"{item}__in": keys}, then=Value(former)) for former, keys in by_unit.items()),
        default=F(unit),
        output_field=BigIntegerField(),
    )
    return rows.order_by().annotate(led=led if by_unit else F(unit)).values_list("led")
