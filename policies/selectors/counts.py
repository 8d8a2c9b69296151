"""What the documents count of the policy work, for several periods at once. Money is yuan, days are included.

Items are counted as of a period's last day, payments from the first of January of its year up to
that day, and apart from them those of the period itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import (
    Avg,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Sum,
)

from policies.amounts.money import shown
from policies.models import MatchRun, OfferSpan, Payout, PayoutBatch, PolicyItem, QualifiedSpan, Verdict
from policies.querysets import ENTITY, PUBLIC_STATES
from policies.selectors.figures import TENTH, Coverage, percent
from policies.selectors.places import EVERY, Part, Place, Places
from policies.terms import Mode
from policies.workflow import ItemState, ProposalState
from portal.models import User

CENT = Decimal("0.01")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """A period from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def year_begin(self) -> date:
        return date(self.last.year, 1, 1)

    @property
    def after(self) -> date:
        return self.last + DAY


@dataclass(frozen=True)
class ItemCell(Place):
    """One published item, and whether anybody was paid for it this year."""

    paid: bool


@dataclass(frozen=True)
class PaidCell(Place):
    """What one unit paid this year for an item."""

    yuan: Decimal
    payouts: int


@dataclass(frozen=True)
class PolicyCounts:
    """The policy work in one period.

    `paid_yuan` is net of reversals; 笔数 `payouts` and 家数 `enterprises` count
    what stands at the end. `days` is the mean from proposal to payment, None
    without any payment that came from a proposal. `places` is what they were counted by.
    """

    span: Span
    items: tuple[ItemCell, ...]
    paid: tuple[PaidCell, ...]
    paid_yuan: Decimal
    payouts: int
    enterprises: int
    automatic_payouts: int
    period_yuan: Decimal
    period_payouts: int
    days: Decimal | None
    places: Places = field(repr=False, compare=False)

    @property
    def known(self) -> bool:
        """Whether there was any item: without one the counts are missing, not zero."""
        return bool(self.items)

    def count_items(self, holds: Callable[[ItemCell], bool] = lambda cell: True) -> int:
        return sum(holds(cell) for cell in self.items)

    def sum_paid(self, holds: Callable[[PaidCell], bool]) -> Decimal:
        return sum((cell.yuan for cell in self.paid if holds(cell)), Decimal(0)).quantize(CENT)

    @property
    def automatic_share(self) -> Decimal | None:
        """The share of payments that needed no application 免申即享, in percent."""
        return percent(self.automatic_payouts, self.payouts)

    @property
    def units(self) -> dict[str, str]:
        """The units that lead items or paid, by code; the largest sum first."""
        names = {cell.unit: cell.unit_name for cell in self.items}
        names |= {cell.unit: cell.unit_name for cell in self.paid}
        sums = {code: self.sum_paid(lambda cell, code=code: cell.unit == code) for code in names}  # type: ignore[misc]
        return {code: names[code] for code in sorted(names, key=lambda code: (-sums[code], code))}


def policy_counts(spans: Sequence[Span]) -> tuple[PolicyCounts, ...]:
    """Count several periods with three queries whatever their number.

    By mode, category and unit an item and its payments count where it stood on a period's last day.
    """
    rows = [_row(values) for values in _item_rows(spans)]
    places = Places()
    totals = _totals(spans) if rows else dict.fromkeys(_measures(spans))
    return tuple(
        PolicyCounts(
            span=span,
            items=tuple(
                row.item(place, row.stood(places, span.last)) for row in rows if row.counts_on(span.last)
            ),
            paid=tuple(cell for row in rows if (cell := row.paid(place, row.stood(places, span.last)))),
            paid_yuan=_yuan(totals[f"yuan{place}"]),
            payouts=totals[f"payouts{place}"] or 0,
            enterprises=totals[f"enterprises{place}"] or 0,
            automatic_payouts=totals[f"automatic{place}"] or 0,
            period_yuan=_yuan(totals[f"period_yuan{place}"]),
            period_payouts=totals[f"period_payouts{place}"] or 0,
            days=_days(totals[f"days{place}"]),
            places=places,
        )
        for place, span in enumerate(spans)
    )


@dataclass(frozen=True)
class _Row:
    """An item with what each span paid for it: the sum and the number of payments in turn."""

    key: int
    state: str
    state_on: date | None
    published_on: date
    unit: str
    unit_name: str
    measures: tuple[Any, ...]

    def counts_on(self, day: date) -> bool:
        """Judge as `PolicyItemQuerySet.published_by` does, for any of the spans."""
        withdrawn_later = (
            self.state == ItemState.WITHDRAWN and self.state_on is not None and self.state_on > day
        )
        return self.published_on <= day and (self.state in PUBLIC_STATES or withdrawn_later)

    def stood(self, places: Places, day: date) -> Place:
        return places.place_of(self.key, self.unit, self.unit_name, day)

    def item(self, index: int, place: Place) -> ItemCell:
        return ItemCell(
            place.mode, place.category, place.unit, place.unit_name, bool(self.measures[2 * index + 1])
        )

    def paid(self, index: int, place: Place) -> PaidCell | None:
        yuan, payouts = self.measures[2 * index : 2 * index + 2]
        if not (yuan or payouts):
            return None
        return PaidCell(place.mode, place.category, place.unit, place.unit_name, _yuan(yuan), payouts)


def _row(values: tuple[Any, ...]) -> _Row:
    key, state, state_on, published_on, unit, unit_name, *measures = values
    return _Row(key, state, state_on, published_on, unit, unit_name, tuple(measures))


def _yuan(total: Decimal | None) -> Decimal:
    return (total or Decimal(0)).quantize(CENT)


def _days(mean: timedelta | None) -> Decimal | None:
    if mean is None:
        return None
    return (Decimal(mean.total_seconds()) / Decimal(DAY.total_seconds())).quantize(TENTH, ROUND_HALF_UP)


def paid_within(first: date, after: date, path: str = "") -> Q:
    return Q(**{f"{path}paid_on__gte": first, f"{path}paid_on__lt": after})


def _standing(after: date, path: str = "") -> Q:
    """Return the condition "a payment that had not been reversed before the day `after`"."""
    reversed_later = Q(**{f"{path}reversed_on": None}) | Q(**{f"{path}reversed_on__gte": after})
    return reversed_later & Q(**{f"{path}reversal_of": None})


def _totals(spans: Sequence[Span]) -> dict[str, Any]:
    return _payouts(spans).aggregate(**_measures(spans))


def _measures(spans: Sequence[Span]) -> dict[str, Any]:
    took = ExpressionWrapper(F("paid_on") - F("proposal__proposed_on"), output_field=DurationField())
    found: dict[str, Any] = {}
    for place, span in enumerate(spans):
        year = paid_within(span.year_begin, span.after)
        period = paid_within(span.first, span.after)
        standing = year & _standing(span.after)
        found |= {
            f"yuan{place}": Sum("amount", filter=year),
            f"payouts{place}": Count("pk", filter=standing),
            f"enterprises{place}": Count(ENTITY, distinct=True, filter=standing),
            f"automatic{place}": Count("pk", filter=standing & Q(version__mode=Mode.AUTOMATIC)),
            f"period_yuan{place}": Sum("amount", filter=period),
            f"period_payouts{place}": Count("pk", filter=period & _standing(span.after)),
            f"days{place}": Avg(took, filter=standing & Q(proposal__state=ProposalState.PAID)),
        }
    return found


def _payouts(spans: Sequence[Span]) -> QuerySet[Payout]:
    first = min(min(span.year_begin, span.first) for span in spans)
    after = max(span.after for span in spans)
    return Payout.objects.filter(paid_within(first, after), voided_at=None).order_by()


def _item_rows(spans: Sequence[Span]) -> Iterable[tuple[Any, ...]]:
    """Return each item that was ever published, with the sum and count of what each span paid for it."""
    measures: dict[str, Any] = {}
    path = "payouts__"
    for place, span in enumerate(spans):
        year = paid_within(span.year_begin, span.after, path) & Q(payouts__voided_at=None)
        measures[f"yuan{place}"] = Sum("payouts__amount", filter=year)
        measures[f"count{place}"] = Count("payouts", filter=year & _standing(span.after, path))
    last = max(span.last for span in spans)
    return (
        PolicyItem.objects.filter(first_published_on__lte=last)
        .order_by("number")
        .values_list(
            "pk",
            "state",
            "state_on",
            "first_published_on",
            "organisation__code",
            "organisation__short_name",
        )
        .annotate(**measures)
    )


def coverage_of(span: Span) -> Coverage | None:
    """Compare who qualified for money by the period's last match with who of them was paid this year; two queries.

    Counted by the days since when and until when they qualified, so that a later
    match changes nothing. None where nobody did, or no match was made in the period.
    An enterprise merged into another counts as that one.
    """
    made = MatchRun.objects.filter(on__gte=span.first, on__lte=span.last)
    qualified = _qualified(span, Exists(made))
    if not qualified:
        return None
    paid = Payout.objects.filter(
        paid_within(span.year_begin, span.after),
        _standing(span.after),
        voided_at=None,
        item=OuterRef("item"),
        enterprise=OuterRef("enterprise"),
    )
    return Coverage(qualified, _qualified(span, Exists(paid)))


def _qualified(span: Span, only: Exists) -> int:
    """Count the enterprises that qualified for an item that paid money at the end of the period."""
    # What is no money is not paid out: it would only dilute the share.
    offered = Exists(OfferSpan.objects.on(span.last).filter(item=OuterRef("item")))
    still = Verdict.objects.met_since(span.last).filter(offered, only).order_by()
    former = QualifiedSpan.objects.met_on(span.last).filter(offered, only).order_by()
    return still.values(one=ENTITY).union(former.values(one=ENTITY)).count()


@dataclass(frozen=True)
class Behind:
    """A row behind a figure; `unit` is a code."""

    number: str
    label: str
    note: str
    url: str
    unit: str


def items_behind(span: Span, user: User | None, part: Part = EVERY) -> list[Behind]:
    """Return the items that are counted, as they were at the end; with a person only those he may read."""
    rows = PolicyItem.objects.all() if user is None else PolicyItem.objects.visible_to(user)
    rows = rows.published_by(span.last).select_related("organisation").order_by("number")
    places = Places()
    return [item_behind(row, places, span.last) for row in rows if part.holds(places.place(row, span.last))]


def item_behind(row: PolicyItem, places: Places, day: date) -> Behind:
    """Return the row of an item as it was at the end of a day."""
    said, place = places.wording(row.pk, day), places.place(row, day)
    return Behind(
        row.number,
        said.title if said else row.number,
        f"{place.unit_name}　{said.mode_label if said else ''}",
        row.get_absolute_url(),
        place.unit,
    )


def batches_behind(first: date, last: date, user: User | None, part: Part = EVERY) -> list[Behind]:
    """Return the batches of which anything was paid or reversed between two days; with a person those he may read."""
    paid = Payout.objects.filter(paid_within(first, last + DAY), voided_at=None)
    if part != EVERY:
        places, every = Places(), PolicyItem.objects.select_related("organisation").exclude(current=None)
        paid = paid.filter(item__in=[row.pk for row in every if part.holds(places.place(row, last))])
    rows = PayoutBatch.objects.all() if user is None else PayoutBatch.objects.visible_to(user)
    sums = {
        batch: (count, total)
        for batch, count, total in paid.order_by()
        .values_list("batch")
        .annotate(count=Count("pk"), total=Sum("amount"))
    }
    found = rows.filter(pk__in=sums).select_related("organisation").order_by("number")
    return [batch_behind(row, *sums[row.pk]) for row in found]


def batch_behind(row: PayoutBatch, payments: int, yuan: Decimal) -> Behind:
    return Behind(
        row.number,
        row.title,
        f"{row.organisation.short_name}　{payments}笔　{shown(yuan)}",
        row.get_absolute_url(),
        row.organisation.code,
    )
