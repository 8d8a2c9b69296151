"""What exclusive groups leave of several awards to one enterprise: the same for proposals, pages and the self-check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q

from policies.amounts import Award, Granted, GroupRule, NoMoney, read_rule, settle
from policies.amounts.money import shown
from policies.models import Payout, PolicyItemVersion
from policies.terms import period_of


@dataclass(frozen=True)
class Claim:
    """An item for which an enterprise qualifies, and what it grants by itself, in yuan; None where not known."""

    version: PolicyItemVersion
    amount: Decimal | None


def settle_claims(claims: Iterable[Claim], on: date, *, before: Sequence[Award] = ()) -> dict[int, Granted]:
    """Return by item what one enterprise is granted on the day `on`, and why it is less than the item grants.

    Of an exclusive group and period the highest is granted (就高), or the first of
    those given (一次). `before` are awards of the groups that were granted already.
    Benefits that are no money and amounts not known are left out.
    """
    awards = [
        award_of(claim.version, str(claim.version.item_id), claim.amount, on)
        for claim in claims
        if claim.amount is not None and not isinstance(read_rule(claim.version.amount), NoMoney)
    ]
    return {int(row.award.key): row for row in settle([*before, *awards]).granted}


@dataclass(frozen=True)
class Standing:
    """Where one enterprise stands with what it qualifies for, by item: granted yet, or received already."""

    granted: Mapping[int, Granted]
    received: Mapping[int, Payout]


def settle_for(enterprise: int, claims: Sequence[Claim], on: date) -> Standing:
    """Settle the claims of an enterprise after what stands in the ledger for it; one query.

    What was entered for an item and its present period is received and is granted no
    more; within a group it also takes from the others. Payments of rows that were merged
    into the enterprise are its own.
    """
    whose = Q(enterprise=enterprise) | Q(enterprise__merged_into=enterprise)
    rows = Payout.objects.standing().filter(whose).select_related("version__group").order_by("pk")
    payments = list(rows)
    entered = {(row.item_id, row.period): row for row in payments}
    received = {
        claim.version.item_id: row
        for claim in claims
        if (row := entered.get((claim.version.item_id, period_of(claim.version.repeat, on))))
    }
    before = [_paid_award(row, on) for row in payments if row.version.group_id]
    left = [claim for claim in claims if claim.version.item_id not in received]
    return Standing(settle_claims(left, on, before=before), received)


def received_words(payout: Payout) -> str:
    """Say that an item was received, or that its payment is under way."""
    if payout.paid_on is None:
        return f"已列入兑现批次 {shown(payout.amount)}，等待拨付"
    return f"{payout.paid_on:%Y-%m-%d} 已兑现 {shown(payout.amount)}"


def _paid_award(row: Payout, on: date) -> Award:
    day = row.paid_on or row.stated_on or on
    return award_of(row.version, f"paid:{row.pk}", row.amount, day, paid=True)


def award_of(version: PolicyItemVersion, key: str, amount: Decimal, on: date, *, paid: bool = False) -> Award:
    """Return an award of the day `on` with the group of its version and the group's period."""
    group = version.group
    if group is None:
        return Award(key, version.title, amount, paid=paid)
    period = period_of(group.repeat, on)
    return Award(key, version.title, amount, group.name, GroupRule(group.rule), period, paid=paid)


def group_awards(enterprises: Iterable[int], on: date) -> Mapping[int, list[Award]]:
    """Return by enterprise what stands in the ledger for items of any exclusive group, with one query.

    A payment that has no day yet is one of the day `on`. Drafts count as they do
    when a payment is entered.
    """
    rows = Payout.objects.standing().filter(enterprise__in=list(enterprises), version__group__isnull=False)
    found: dict[int, list[Award]] = {}
    for row in rows.select_related("version__group").order_by("pk"):
        found.setdefault(row.enterprise_id, []).append(_paid_award(row, on))
    return found
