"""The payout ledger 兑现台账 as its pages show it. Money is yuan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from policies.models import Payout, PayoutBatch, PolicyItem, Proposal
from policies.querysets import ENTITY
from policies.workflow import BatchState, ProposalState
from portal.models import User

ZERO = Decimal(0)
LIVE = Q(voided_at=None)
STANDING = LIVE & Q(reversal_of=None, reversed_on=None)


@dataclass(frozen=True)
class LedgerSums:
    """Of the rows found: `total` net of reversals, `payouts` 笔数 and `enterprises` 家数 that stand and are paid."""

    total: Decimal
    payouts: int
    enterprises: int
    waiting: Decimal


def ledger_sums(rows: QuerySet[Payout]) -> LedgerSums:
    """Sum the ledger's rows with one query; what is not paid yet is `waiting`."""
    paid = Q(paid_on__isnull=False)
    found = rows.filter(LIVE).aggregate(
        total=Sum("amount", filter=paid),
        payouts=Count("pk", filter=paid & STANDING),
        enterprises=Count(ENTITY, filter=paid & STANDING, distinct=True),
        waiting=Sum("amount", filter=Q(paid_on=None) & STANDING),
    )
    return LedgerSums(
        found["total"] or ZERO, found["payouts"], found["enterprises"], found["waiting"] or ZERO
    )


def ledger(user: User) -> QuerySet[Payout]:
    """Return the payments `user` may read, without those taken off their batch."""
    return Payout.objects.visible_to(user).filter(LIVE)


def with_sums(batches: QuerySet[PayoutBatch]) -> QuerySet[PayoutBatch]:
    """Add to batches the number of their payments (`payment_count`) and their sum (`total`)."""
    own = Q(payouts__voided_at=None, payouts__reversal_of=None)
    money: Any = DecimalField(max_digits=16, decimal_places=2)
    return batches.annotate(
        payment_count=Count("payouts", filter=own),
        total=Coalesce(Sum("payouts__amount", filter=own), ZERO, output_field=money),
    )


def ready_for_batch(user: User, unit: int) -> QuerySet[Proposal]:
    """Return the reviewed proposals of a unit's items that stand in no batch."""
    rows = Proposal.objects.visible_to(user).filter(
        item__organisation=unit, state=ProposalState.REVIEWED, amount__gt=0
    )
    return rows.exclude(payouts__in=Payout.objects.standing()).select_related("enterprise", "version", "item")


@dataclass(frozen=True)
class Approvals:
    """Who has approved a batch as it stands, and how many the sum needs."""

    given: list[Any]
    needed: int
    needs_office: bool

    @property
    def label(self) -> str:
        office = "，其中须有营商办主任" if self.needs_office else ""
        return f"需 {self.needed} 人批准{office}，已批准 {len(self.given)} 人"


def shares_shown(payout: Payout, names: dict[str, str]) -> str:
    """Write who bears how much of a payment, in yuan."""
    return "，".join(
        f"{names.get(level, level)} {Decimal(share):,.2f} 元" for level, share in payout.shares.items()
    )


def batches_waiting(user: User) -> QuerySet[PayoutBatch]:
    """Return the submitted batches that `user` may still approve: not by his own hands, not approved by him."""
    rows = PayoutBatch.objects.visible_to(user).filter(state=BatchState.SUBMITTED)
    own = Q(created_by=user) | Q(submitted_by=user)
    return rows.exclude(own).exclude(approvals__person=user)


PUBLISHED_YEARS = 5


def published_payouts(start: date, end: date, item: str = "") -> QuerySet[Payout]:
    """Return what the public list shows: payments of published items made in the period that stand, newest first.

    `item` narrows to one number. What was reversed is not shown any more.
    """
    rows = Payout.objects.standing().filter(
        paid_on__gte=start, paid_on__lt=end, item__in=PolicyItem.objects.public()
    )
    if item:
        rows = rows.filter(item__number=item)
    return rows.select_related("enterprise", "version", "item__organisation").order_by("-paid_on", "-pk")


def published_years(today: date) -> list[int]:
    """Return the years that the public list offers, this one first."""
    return list(range(today.year, today.year - PUBLISHED_YEARS, -1))
