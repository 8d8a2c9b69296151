"""Reverse a payment: a negative row, so that the ledger keeps both."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from policies.amounts.money import shown
from policies.models import Payout
from policies.services.steps import REASON_LENGTH, capacities, just_changed
from policies.workflow import APPROVERS
from portal.errors import Refused
from portal.models import User
from portal.services import audit


@transaction.atomic
def reverse_payout(payout: Payout, reason: str, *, actor: User, today: date) -> Payout:
    """Reverse a paid payment on the day `today`, with the reason; return the negative row.

    The item and period can then be paid anew. By the unit's head or the office's,
    never by whoever entered the payment.
    """
    _check(payout, reason, actor)
    rows = Payout.objects.standing().filter(pk=payout.pk, paid_on__isnull=False, paid_on__lte=today)
    if not rows.update(reversed_on=today):
        raise just_changed(f"{payout.enterprise}的这笔兑现")
    row = Payout.objects.create(
        batch=payout.batch,
        item_id=payout.item_id,
        version_id=payout.version_id,
        enterprise_id=payout.enterprise_id,
        period=payout.period,
        budget_year=payout.budget_year,
        amount=-payout.amount,
        paid_on=today,
        shares={level: f"-{share}" for level, share in payout.shares.items()},
        digest=payout.digest,
        reversal_of=payout,
        reason=reason.strip(),
        created_by=actor,
    )
    payout.refresh_from_db()
    audit.record(
        payout,
        "payout.reverse",
        actor=actor,
        organisation=payout.batch.organisation,
        changes={"amount": shown(payout.amount)},
        note=reason,
    )
    return row


def _check(payout: Payout, reason: str, actor: User) -> None:
    if capacities(actor, payout.batch.organisation_id).isdisjoint(APPROVERS):
        raise Refused("冲销由牵头单位负责人或营商办主任办理，您没有此项权限。")
    if payout.created_by_id == actor.pk:
        raise Refused("该笔由您本人录入，请由其他人冲销。")
    if not reason.strip():
        raise Refused("冲销须写明原因。")
    if len(reason) > REASON_LENGTH:
        raise Refused(f"原因最多 {REASON_LENGTH} 个字。")
