"""Make batches and enter payments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from policies.amounts.money import shown, split
from policies.models import ExclusiveGroup, Payout, PayoutBatch, PolicyItem, Proposal
from policies.services.payouts.checks import Candidate, find_problems
from policies.services.steps import capacities, just_changed
from policies.workflow import LEAD, BatchState, ProposalState
from portal.errors import Refused
from portal.models import Organisation, User
from portal.services import audit
from portal.services.numbers import take_number

MOST_SHOWN = 5


@transaction.atomic
def create_batch(organisation: Organisation, title: str, *, actor: User, today: date) -> PayoutBatch:
    """Begin a batch of one unit under the next number of the year."""
    if capacities(actor, organisation).isdisjoint(LEAD):
        raise Refused(f"兑现批次由{organisation}编制，您没有此项权限。")
    if not title.strip():
        raise Refused("请填写批次名称，如“2023年第一批规上工业企业奖励”。")
    number = f"{today.year}-DX-{take_number('payout-batch', today.year):03d}"
    batch = PayoutBatch.objects.create(
        number=number, organisation=organisation, title=title.strip()[:120], created_by=actor
    )
    audit.record(batch, "payout.create", actor=actor, organisation=organisation)
    return batch


@transaction.atomic
def add_payouts(batch: PayoutBatch, candidates: Sequence[Candidate], *, actor: User) -> list[Payout]:
    """Enter payments in a draft batch: all of them, or none where one can't be paid."""
    _check_open(batch, actor)
    _lock(candidates)
    own = [row for row in candidates if row.version.item.organisation_id != batch.organisation_id]
    if own:
        raise Refused(
            f"“{own[0].version.title}”由{own[0].version.item.organisation}牵头，不能列入本单位批次。"
        )
    _refuse_problems(candidates)
    rows = [_payout(batch, row, actor) for row in candidates]
    try:
        with transaction.atomic():
            made = Payout.objects.bulk_create(rows)
    except IntegrityError as error:
        # Whatever the check has seen, the constraint decides: paid once.
        raise Refused("其中有的兑现刚被他人录入，请刷新后核对。") from error
    _touch(batch)
    total = sum((row.amount for row in made), start=Decimal(0))
    changes = {"count": len(made), "amount": shown(total)}
    audit.record(batch, "payout.add", actor=actor, organisation=batch.organisation, changes=changes)
    return made


def _payout(batch: PayoutBatch, row: Candidate, actor: User) -> Payout:
    shares = split(row.amount, row.version.cost_shares)
    return Payout(
        batch=batch,
        item_id=row.version.item_id,
        version=row.version,
        enterprise=row.enterprise,
        proposal=row.proposal,
        period=row.period,
        budget_year=row.on.year,
        amount=row.amount,
        stated_on=row.stated_on,
        voucher=row.voucher,
        shares={level: str(share) for level, share in shares.items()},
        created_by=actor,
    )


def _refuse_problems(candidates: Sequence[Candidate]) -> None:
    sentences = [
        f"{row.enterprise}：{problem.sentence}"
        for row, problems in zip(candidates, find_problems(candidates), strict=True)
        for problem in problems
    ]
    if sentences:
        more = f"；另有 {len(sentences) - MOST_SHOWN} 处" if len(sentences) > MOST_SHOWN else ""
        raise Refused("；".join(sentences[:MOST_SHOWN]) + more + "。")


def _lock(candidates: Iterable[Candidate]) -> None:
    """Let nobody else enter payments of these items and groups until this transaction ends.

    Groups and items are locked in the order of their keys, so that no two wait for each other.
    """
    groups = {row.version.group_id for row in candidates if row.version.group_id}
    items = {row.version.item_id for row in candidates}
    list(ExclusiveGroup.objects.select_for_update().filter(pk__in=groups).order_by("pk"))
    list(PolicyItem.objects.select_for_update(of=("self",)).filter(pk__in=items).order_by("pk"))


@transaction.atomic
def add_reviewed(
    batch: PayoutBatch, proposals: Iterable[Proposal], *, actor: User, today: date
) -> list[Payout]:
    """Enter proposals that have passed their review, each under the version it was made with."""
    rows = list(
        Proposal.objects.select_for_update(of=("self",))
        .filter(pk__in=[row.pk for row in proposals])
        .select_related("version__group", "version__item__organisation", "enterprise__town")
        .order_by("pk")
    )
    early = [row for row in rows if row.state != ProposalState.REVIEWED or row.amount is None]
    if early:
        raise Refused(f"{early[0].enterprise}目前“{early[0].get_state_display()}”，审核通过后才能列入批次。")
    candidates = [
        Candidate(row.version, row.enterprise, row.amount, today, row.period, row)
        for row in rows
        if row.amount is not None
    ]
    return add_payouts(batch, candidates, actor=actor)


@transaction.atomic
def remove_payout(payout: Payout, *, actor: User) -> None:
    """Take a payment off its draft batch; the row stays, and counts nowhere."""
    _check_open(payout.batch, actor)
    rows = Payout.objects.filter(pk=payout.pk, voided_at=None, digest=None)
    if not rows.update(voided_at=timezone.now()):
        raise just_changed(f"{payout.enterprise}的兑现")
    _touch(payout.batch)
    changes = {"enterprise": str(payout.enterprise), "amount": shown(payout.amount)}
    audit.record(
        payout.batch, "payout.remove", actor=actor, organisation=payout.batch.organisation, changes=changes
    )


def _check_open(batch: PayoutBatch, actor: User) -> None:
    if capacities(actor, batch.organisation_id).isdisjoint(LEAD):
        raise Refused(f"{batch.number}由{batch.organisation}编制，您没有此项权限。")
    batch.refresh_from_db()
    if batch.state != BatchState.DRAFT:
        raise Refused(f"{batch.number}目前“{batch.get_state_display()}”，不能再改动其中的兑现。")


def _touch(batch: PayoutBatch) -> None:
    """Count the batch's edits; of a batch that was submitted in between nothing may be changed."""
    if not PayoutBatch.objects.filter(pk=batch.pk, state=BatchState.DRAFT).update(edit=F("edit") + 1):
        raise just_changed(batch.number)
    batch.refresh_from_db()
