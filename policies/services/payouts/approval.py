"""Four eyes: submit, approve, return, cancel and pay a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from policies.amounts.money import shown
from policies.models import ApprovalBand, BatchApproval, Payout, PayoutBatch, Proposal
from policies.services.payouts.sealing import digest_of, seal
from policies.services.steps import capacities, check_step, just_changed
from policies.workflow import BATCH_STEPS, PROPOSAL_STEPS, Actor, BatchState
from portal.errors import Refused
from portal.models import User
from portal.roles import Role
from portal.services import audit
from portal.services.notices import notify


@dataclass(frozen=True)
class Required:
    """How many people must approve a sum, and whether the office's head must be one of them."""

    approvals: int = 1
    needs_office: bool = False


def required_approvals(total: Decimal, on: date) -> Required:
    """Return what approval a batch of `total` yuan needs on the day `on`; without bands one person's."""
    rows = list(ApprovalBand.objects.filter(valid_from__lte=on).order_by("-valid_from", "-starts_at"))
    newest = [row for row in rows if row.valid_from == rows[0].valid_from]
    band = next((row for row in newest if row.starts_at <= total), None)
    return Required(band.approvals, band.needs_office) if band else Required()


def total_of(batch: PayoutBatch) -> Decimal:
    """Return the sum of the batch's payments in yuan."""
    rows = batch.payouts.filter(voided_at=None, reversal_of=None)
    return rows.aggregate(total=Sum("amount"))["total"] or Decimal(0)


@transaction.atomic
def submit_batch(batch: PayoutBatch, *, actor: User, today: date, edit: int) -> PayoutBatch:
    """Send a batch to its approvers; `edit` is the edit the person saw."""
    if not batch.payouts.filter(voided_at=None).exists():
        raise Refused(f"{batch.number}还没有列入任何兑现。")
    row = _move(batch, "submit", actor, edit=edit, submitted_by=actor, submitted_at=timezone.now())
    needed = required_approvals(total_of(row), today)
    people = User.objects.holding(Role.UNIT_HEAD, on=today).filter(organisation=row.organisation_id)
    _tell(row, [*people, *_office_heads(needed, today)], "请审批", "submit")
    return row


def _office_heads(needed: Required, today: date) -> list[User]:
    if needed.approvals == 1 and not needed.needs_office:
        return []
    return list(User.objects.holding(Role.OFFICE_HEAD, on=today))


@transaction.atomic
def approve_batch(batch: PayoutBatch, *, actor: User, today: date, edit: int) -> PayoutBatch:
    """Add one person's approval; with the last one that the sum needs the batch is sealed.

    Who made or submitted the batch, or entered or reviewed one of its payments,
    never approves it, and nobody counts twice.
    """
    row = PayoutBatch.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=batch.pk)
    step = BATCH_STEPS["approve"]
    found = capacities(actor, row.organisation_id)
    check_step(step, row.state, found, name=row.number, shown=row.get_state_display())
    if row.edit != edit:
        raise just_changed(row.number)
    _refuse_own(row, actor)
    as_office = Actor.OFFICE_HEAD in found
    _, created = BatchApproval.objects.get_or_create(
        batch=row, person=actor, edit=row.edit, defaults={"as_office": as_office, "at": timezone.now()}
    )
    if not created:
        raise Refused(f"您已经批准过{row.number}，还需其他人批准。")
    given = list(row.approvals.filter(edit=row.edit))
    needed = required_approvals(total_of(row), today)
    complete = len(given) >= needed.approvals and (
        not needed.needs_office or any(approval.as_office for approval in given)
    )
    changes = {"count": len(given), "needed": needed.approvals}
    audit.record(row, "batch.approve", actor=actor, organisation=row.organisation, changes=changes)
    if complete:
        _seal(row, today)
    row.refresh_from_db()
    return row


def _refuse_own(batch: PayoutBatch, actor: User) -> None:
    hands = {batch.created_by_id, batch.submitted_by_id}
    rows = batch.payouts.filter(voided_at=None).order_by()
    for pair in rows.values_list("created_by", "proposal__reviewed_by").distinct():
        hands |= set(pair)
    if actor.pk in hands:
        raise Refused(f"您经办过{batch.number}，不能再审批，请由其他人审批。")


def _seal(batch: PayoutBatch, today: date) -> None:
    """Freeze the batch: a digest for every payment, one over all with its signature."""
    rows = list(batch.payouts.filter(voided_at=None).select_related("batch", "item", "version", "enterprise"))
    for row in rows:
        row.digest = digest_of(row)
    Payout.objects.bulk_update(rows, ["digest"], batch_size=500)
    sealed = seal(batch, [row.digest or "" for row in rows])
    moved = PayoutBatch.objects.filter(pk=batch.pk, state=BatchState.SUBMITTED, edit=batch.edit).update(
        state=BatchState.APPROVED,
        approved_at=timezone.now(),
        digest=sealed.digest,
        signature=sealed.signature,
        key_id=sealed.key_id,
    )
    if not moved:
        raise just_changed(batch.number)
    batch.refresh_from_db()
    people = [person for person in (batch.created_by, batch.submitted_by) if person is not None]
    _tell(batch, people, "已批准，请办理拨付并登记", "approve")


@transaction.atomic
def return_batch(batch: PayoutBatch, reason: str, *, actor: User, edit: int) -> PayoutBatch:
    """Send a batch back to be corrected; approvals given so far no longer count."""
    row = _move(batch, "return", actor, edit=edit, note=reason)
    _tell(
        row,
        [person for person in (row.created_by, row.submitted_by) if person],
        f"被退回：{reason}",
        "return",
    )
    return row


@transaction.atomic
def cancel_batch(batch: PayoutBatch, reason: str, *, actor: User, edit: int) -> PayoutBatch:
    """Give a draft batch up; its payments count nowhere, its proposals can be entered elsewhere."""
    row = _move(batch, "cancel", actor, edit=edit, note=reason)
    row.payouts.filter(voided_at=None).update(voided_at=timezone.now())
    return row


@transaction.atomic
def pay_batch(
    batch: PayoutBatch, *, actor: User, paid_on: date, today: date, vouchers: Mapping[int, str] | None = None
) -> PayoutBatch:
    """Note that an approved batch was paid on a day; once, whoever presses.

    A payment whose department gave a day of its own keeps that day. `vouchers`
    maps payments' keys to voucher numbers.
    """
    if paid_on > today:
        raise Refused("拨付日期不能晚于今天。")
    row = _move(batch, "pay", actor, edit=batch.edit, paid_on=paid_on)
    payouts = row.payouts.filter(voided_at=None, reversal_of=None, paid_on=None)
    for payout in payouts.filter(pk__in=(vouchers or {}).keys()):
        Payout.objects.filter(pk=payout.pk).update(voucher=(vouchers or {})[payout.pk][:60])
    payouts.update(paid_on=Coalesce("stated_on", paid_on))
    step = PROPOSAL_STEPS["pay"]
    proposals = Proposal.objects.filter(payouts__batch=row, payouts__voided_at=None, state__in=step.sources)
    found = list(proposals.select_related("item", "enterprise"))
    Proposal.objects.filter(pk__in=[found_row.pk for found_row in found], state__in=step.sources).update(
        state=step.target, edit=F("edit") + 1
    )
    audit.record_many(
        [
            audit.build_event(one, "proposal.pay", actor=actor, changes={"state": [one.state, step.target]})
            for one in found
        ]
    )
    return row


def _move(
    batch: PayoutBatch, name: str, actor: User, *, edit: int, note: str = "", **changes: Any
) -> PayoutBatch:
    step = BATCH_STEPS[name]
    batch.refresh_from_db()
    found = capacities(actor, batch.organisation_id)
    check_step(step, batch.state, found, name=batch.number, shown=batch.get_state_display(), note=note)
    if note.strip():
        changes["note"] = note.strip()
    rows = PayoutBatch.objects.filter(pk=batch.pk, state=batch.state, edit=edit)
    if not rows.update(state=step.target, edit=F("edit") + 1, **changes):
        raise just_changed(batch.number)
    source = batch.state
    batch.refresh_from_db()
    audit.record(
        batch,
        f"batch.{name}",
        actor=actor,
        organisation=batch.organisation,
        changes={"state": [source, step.target], "amount": shown(total_of(batch))},
        note=note,
    )
    return batch


def _tell(batch: PayoutBatch, people: list[User], words: str, event: str) -> None:
    text = f"兑现批次{batch.number}（{batch.title}）{words}"
    notify(people, text, url=batch.get_absolute_url(), event_key=f"batch.{event}:{batch.pk}:{batch.edit}")
