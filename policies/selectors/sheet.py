"""The items of some units as the dispatch sheet lists them: what was paid, what ends soon, which budget runs out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, Q, QuerySet, Sum

from policies.models import Budget, Payout, PolicyItem
from policies.selectors.figures import HUNDRED, TENTH


@dataclass(frozen=True)
class ItemLine:
    """An item: what the year paid for it by a day, when it ends, and how much of its budget is used in percent.

    `used` is None without a budget.
    """

    number: str
    title: str
    unit: str
    unit_name: str
    yuan: Decimal
    payouts: int
    ends_on: date | None
    used: Decimal | None

    def ends_within(self, days: int, *, on: date) -> bool:
        """Tell whether its last day is `on` or one of the `days` after it."""
        return self.ends_on is not None and 0 <= (self.ends_on - on).days <= days


def items_of_units(codes: Collection[str], on: date, *, is_past: bool = False) -> list[ItemLine]:
    """Return the items of the units that were published by the day `on` and not withdrawn then, by number.

    Payments are those of the year up to and including `on`, net of reversals;
    `payouts` 笔数 counts those that stand then. A budget is used by what binds it;
    of a day in the past only what had been paid by then is known. Three queries.
    """
    paid = Q(payouts__paid_on__gte=date(on.year, 1, 1), payouts__paid_on__lte=on, payouts__voided_at=None)
    standing = Q(payouts__reversal_of=None) & (Q(payouts__reversed_on=None) | Q(payouts__reversed_on__gt=on))
    rows = (
        PolicyItem.objects.published_by(on)
        .filter(organisation__code__in=codes)
        .select_related("current", "organisation")
        .annotate(yuan=Sum("payouts__amount", filter=paid), count=Count("payouts", filter=paid & standing))
        .order_by("number")
    )
    used = _used(codes, on, is_past=is_past)
    return [
        ItemLine(
            row.number,
            row.current.title if row.current else row.number,
            row.organisation.code,
            row.organisation.short_name,
            row.yuan or Decimal(0),
            row.count,
            row.current.valid_until if row.current else None,
            used.get(row.pk),
        )
        for row in rows
    ]


def _used(codes: Collection[str], on: date, *, is_past: bool) -> dict[int, Decimal]:
    """Return the used share of each item's budget of the year in percent, to one place; two queries."""
    budgets: dict[int, Decimal] = dict(
        Budget.objects.filter(year=on.year, item__organisation__code__in=codes)
        .order_by()
        .values_list("item")
        .annotate(total=Sum("amount"))
    )
    binding = _paid_by(on) if is_past else Payout.objects.binding()
    rows = binding.filter(budget_year=on.year, item__organisation__code__in=codes)
    used: dict[int, Decimal] = dict(rows.order_by().values_list("item").annotate(total=Sum("amount")))
    return {
        item: (used.get(item, Decimal(0)) * HUNDRED / budget).quantize(TENTH, ROUND_HALF_UP)
        for item, budget in budgets.items()
    }


def _paid_by(on: date) -> QuerySet[Payout]:
    """Return the payments that had been paid by the end of the day `on` and stood then."""
    later = Q(reversed_on=None) | Q(reversed_on__gt=on)
    return Payout.objects.filter(later, voided_at=None, reversal_of=None, paid_on__lte=on)
