"""All rows behind all counts of a period at once, for papers that freeze the rows of every figure they print.

What a figure counts, its rows and its marks share one condition, written in `policies.selectors.counts`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from policies.models import Payout, PayoutBatch, PolicyItem
from policies.selectors.counts import Behind, Span, batch_behind, item_behind, paid_within
from policies.selectors.places import Part, Place, Places


@dataclass(frozen=True)
class MarkedItem:
    """An item with its place."""

    row: Behind
    place: Place


@dataclass(frozen=True)
class Payments:
    """How many payments, and their sum; reversals are payments that take back."""

    count: int
    yuan: Decimal


@dataclass(frozen=True)
class MarkedPayments:
    """What a batch paid for an item, in the year up to the end of the period and in the period."""

    batch: PayoutBatch
    place: Place
    year: Payments
    period: Payments


def item_marks(span: Span, places: Places) -> tuple[MarkedItem, ...]:
    """Return every item that counts at the end of `span`, in the order of `items_behind`; one query."""
    rows = PolicyItem.objects.published_by(span.last).select_related("organisation").order_by("number")
    return tuple(
        MarkedItem(item_behind(row, places, span.last), places.place(row, span.last)) for row in rows
    )


_ITEM = ("item", "item__organisation__code", "item__organisation__short_name")


def payment_marks(span: Span, places: Places) -> tuple[MarkedPayments, ...]:
    """Return every payment of the year and of the period by batch and item, the batches in order; two queries."""
    year, period = paid_within(span.year_begin, span.after), paid_within(span.first, span.after)
    lines = list(
        Payout.objects.filter(year | period, voided_at=None)
        .order_by()
        .values_list("batch", *_ITEM)
        .annotate(
            year_count=Count("pk", filter=year),
            year_yuan=Sum("amount", filter=year),
            period_count=Count("pk", filter=period),
            period_yuan=Sum("amount", filter=period),
        )
    )
    keys = {line[0] for line in lines}
    batches = PayoutBatch.objects.filter(pk__in=keys).select_related("organisation").in_bulk()
    found = (
        MarkedPayments(
            batches[batch],
            places.place_of(item, unit, unit_name, span.last),
            Payments(year_count, year_yuan or Decimal(0)),
            Payments(period_count, period_yuan or Decimal(0)),
        )
        for batch, item, unit, unit_name, year_count, year_yuan, period_count, period_yuan in lines
    )
    return tuple(sorted(found, key=lambda one: one.batch.number))


def batches_of_year(marks: Iterable[MarkedPayments], part: Part) -> list[Behind]:
    """Return the batches of which anything was paid or reversed in the year, as `batches_behind` does."""
    return _batches((one for one in marks if part.holds(one.place)), lambda one: one.year)


def batches_of_period(marks: Iterable[MarkedPayments]) -> list[Behind]:
    """Return the same of the period."""
    return _batches(marks, lambda one: one.period)


def _batches(marks: Iterable[MarkedPayments], when: Callable[[MarkedPayments], Payments]) -> list[Behind]:
    batches: dict[int, PayoutBatch] = {}
    sums: dict[int, Payments] = {}
    for one in marks:
        if (paid := when(one)).count:
            batches[one.batch.pk] = one.batch
            sofar = sums.get(one.batch.pk, Payments(0, Decimal(0)))
            sums[one.batch.pk] = Payments(sofar.count + paid.count, sofar.yuan + paid.yuan)
    return [batch_behind(batches[key], paid.count, paid.yuan) for key, paid in sums.items()]
