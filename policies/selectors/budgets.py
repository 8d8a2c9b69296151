"""How much of each item's budget is used."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Sum

from policies.models import Budget, Payout, PolicyItem

HUNDRED = Decimal(100)
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Usage:
    """The budget of an item in a year over all levels, and what binds it, in yuan."""

    item: PolicyItem
    year: int
    budget: Decimal
    used: Decimal

    @property
    def left(self) -> Decimal:
        """What may still be granted; never less than nothing."""
        return max(self.budget - self.used, Decimal(0))

    @property
    def percent(self) -> Decimal:
        """The used share in percent, to one place."""
        return (self.used * HUNDRED / self.budget).quantize(TENTH, ROUND_HALF_UP)


def usages(year: int) -> list[Usage]:
    """Return every item that has a budget in the year with what is used of it, with three queries.

    Used is what binds money: payments submitted, approved or paid.
    """
    budgets = dict(
        Budget.objects.filter(year=year).order_by().values_list("item").annotate(total=Sum("amount"))
    )
    rows = Payout.objects.binding().filter(budget_year=year, item__in=budgets)
    used = dict(rows.order_by().values_list("item").annotate(total=Sum("amount")))
    items = PolicyItem.objects.select_related("current", "organisation").in_bulk(list(budgets))
    return [
        Usage(items[key], year, budget, used.get(key, Decimal(0)))
        for key, budget in sorted(budgets.items(), key=lambda pair: items[pair[0]].number)
    ]


def usage_of(item: PolicyItem, year: int) -> Usage | None:
    """Return one item's budget of the year and what is used of it, with two queries; None without a budget."""
    budget = Budget.objects.filter(item=item, year=year).aggregate(total=Sum("amount"))["total"]
    if budget is None:
        return None
    rows = Payout.objects.binding().filter(item=item, budget_year=year)
    used = rows.aggregate(total=Sum("amount"))["total"] or Decimal(0)
    return Usage(item, year, budget, used)
