"""Batches, payments and budgets of the sample: four eyes, sealed, paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import ROUND_CEILING, Decimal
from itertools import groupby

from policies.amounts.money import shown, split
from policies.models import ApprovalBand, BatchApproval, Budget, Payout, PayoutBatch, PolicyItem, Proposal
from policies.services.group_proposing import lines_of
from policies.services.payouts.approval import Required, required_approvals
from policies.services.payouts.sealing import digest_of, seal
from policies.terms import Level, period_of
from policies.workflow import BatchState, ProposalState
from portal.models import User
from reports.sample.county import County
from reports.sample.policies_awards import Award
from reports.sample.policies_catalogue import OFFICER

BANDS_FROM = date(2023, 1, 4)
BANDS = ((Decimal(0), 1, False), (Decimal(500_000), 2, True))
BATCH = 500
MADE, SUBMITTED, APPROVED, NOTED = time(9, 20), time(15, 10), time(10, 30), time(16, 45)
SIGNED_AGAIN = time(16, 5)
MADE_BEFORE, SUBMITTED_BEFORE, APPROVED_BEFORE = -6, -5, -3
# From match to payment: confirmation, notice, the enterprise's answer, review.
FIRST_DAY, LAST_DAY = 12, 30
SUBMITTED_EDIT, PAID_EDIT = 2, 3
WARNED_AT = (90, 70)
# How much of its budget an item has used, in percent.
USED = (58, 64, 72, 76, 83, 88, 93)
TEN_THOUSAND = Decimal(10_000)


@dataclass(frozen=True)
class People:
    """Who handles a unit's batches."""

    liaison: User
    head: User
    director: User
    officer: User


def load_bands(county: County) -> None:
    """Set from which sums on a second approval, that of the office's head, is needed."""
    ApprovalBand.objects.bulk_create(
        ApprovalBand(
            starts_at=start,
            approvals=count,
            needs_office=office,
            valid_from=county.shift.day(BANDS_FROM),
            created_by=county.director,
        )
        for start, count, office in BANDS
    )


def load(county: County, awards: Sequence[Award]) -> int:
    """Write the awards as paid batches, one per item and day, in the order of their days; return how many."""
    found = sorted(awards, key=lambda award: (award.on, award.entry.item.number))
    count = 0
    for (on, item), rows in groupby(found, key=lambda award: (award.on, award.entry.item)):
        count += 1
        _load_batch(county, count, on, item, list(rows))
    _load_budgets(county, found)
    return count


def people_of(county: County, item: PolicyItem) -> People:
    unit = item.organisation
    return People(county.liaison(unit), county.head(unit), county.director, county.people[OFFICER])


def _load_batch(county: County, place: int, on: date, item: PolicyItem, awards: list[Award]) -> None:
    who = people_of(county, item)
    made_on, submitted_on, approved_on = (
        county.workdays_after(on, days) for days in (MADE_BEFORE, SUBMITTED_BEFORE, APPROVED_BEFORE)
    )
    total = sum((award.amount for award in awards), Decimal(0))
    needed = required_approvals(total, approved_on)
    approved_at = county.at(approved_on, clock=SIGNED_AGAIN if needed.needs_office else APPROVED)
    batch = PayoutBatch(
        number=f"{on.year}-DX-{place:03d}",
        organisation=item.organisation,
        title=_title(awards[0], on),
        state=BatchState.PAID,
        created_by=who.liaison,
        submitted_by=who.liaison,
        submitted_at=county.at(submitted_on, clock=SUBMITTED),
        approved_at=approved_at,
        paid_on=on,
        edit=PAID_EDIT,
    )
    payouts = [_payout(batch, award, place, line, who.liaison) for line, award in enumerate(awards, start=1)]
    for payout in payouts:
        payout.digest = digest_of(payout)
    sealed = seal(batch, [payout.digest or "" for payout in payouts])
    batch.digest, batch.signature, batch.key_id = sealed.digest, sealed.signature, sealed.key_id
    batch.save(force_insert=True)
    PayoutBatch.objects.filter(pk=batch.pk).update(created_at=county.at(made_on, clock=MADE))
    _load_approvals(county, batch, who, approved_on, needed)
    proposals = [_proposal(county, award, who) for award in awards]
    Proposal.objects.bulk_create(proposals, batch_size=BATCH)
    for payout, proposal in zip(payouts, proposals, strict=True):
        payout.proposal = proposal
    Payout.objects.bulk_create(payouts, batch_size=BATCH)
    Payout.objects.filter(batch=batch).update(created_at=county.at(made_on, clock=MADE))
    _tell(county, batch, who, awards, total, made_on, needed)


def _title(award: Award, on: date) -> str:
    days = award.entry.paid
    which = f"第{'一二三四'[days.index(on)]}批" if len(days) > 1 else ""
    return f"{on.year}年{which}{award.entry.version.title}资金"


def _payout(batch: PayoutBatch, award: Award, place: int, line: int, liaison: User) -> Payout:
    version = award.entry.version
    shares = split(award.amount, version.cost_shares)
    return Payout(
        batch=batch,
        item=award.entry.item,
        version=version,
        enterprise=award.enterprise,
        period=period_of(version.repeat, award.on),
        budget_year=award.on.year,
        amount=award.amount,
        paid_on=award.on,
        voucher=f"{award.on.year}财拨{place:03d}-{line:03d}",
        shares={level: str(share) for level, share in shares.items()},
        created_by=liaison,
    )


def _proposal(county: County, award: Award, who: People) -> Proposal:
    """Return the proposal behind a payment: proposed some weeks before, confirmed, answered and reviewed."""
    item, version = award.entry.item, award.entry.version
    rng = county.rng(f"proposal:{item.number}:{award.enterprise.credit_code}")
    proposed_on = county.workdays_after(award.on, -rng.randint(FIRST_DAY, LAST_DAY))
    proposed_on = max(proposed_on, item.first_published_on or proposed_on)
    reviewed_on = max(proposed_on, county.workdays_after(award.on, MADE_BEFORE - 1))
    answered_on = max(proposed_on, county.workdays_after(reviewed_on, -rng.randint(1, 3)))
    told_on = min(county.workdays_after(proposed_on, 1), answered_on)
    return Proposal(
        item=item,
        version=version,
        enterprise=award.enterprise,
        period=period_of(version.repeat, award.on),
        state=ProposalState.PAID,
        amount=award.amount,
        calculation=lines_of(award.calculation),
        proposed_on=proposed_on,
        confirmed_by=who.officer,
        confirmed_at=county.at(told_on, clock=time(9, 30)),
        notified_at=county.at(told_on, clock=time(10, 0)),
        answered_at=county.at(answered_on, key=award.enterprise.credit_code),
        reviewed_by=who.liaison,
        reviewed_at=county.at(reviewed_on, clock=time(17, 0)),
        edit=7,
    )


def _load_approvals(county: County, batch: PayoutBatch, who: People, on: date, needed: Required) -> None:
    rows = [(who.head, APPROVED, False)] + (
        [(who.director, SIGNED_AGAIN, True)] if needed.needs_office else []
    )
    BatchApproval.objects.bulk_create(
        BatchApproval(
            batch=batch,
            person=person,
            edit=SUBMITTED_EDIT,
            as_office=as_office,
            at=county.at(on, clock=clock),
        )
        for person, clock, as_office in rows
    )


def _tell(
    county: County,
    batch: PayoutBatch,
    who: People,
    awards: Sequence[Award],
    total: Decimal,
    made_on: date,
    needed: Required,
) -> None:
    """Remember the batch's steps for its history."""
    unit = batch.organisation
    amount = shown(total)
    approved_on = county.workdays_after(made_on, APPROVED_BEFORE - MADE_BEFORE)
    county.tell(county.at(made_on, clock=MADE), batch, "payout.create", who.liaison, organisation=unit)
    changes: dict[str, object] = {"count": len(awards), "amount": str(total)}
    entered_at = county.at(made_on, clock=time(9, 50))
    county.tell(entered_at, batch, "payout.add", who.liaison, changes=changes, organisation=unit)
    steps = [
        (batch.submitted_at, "submit", who.liaison, BatchState.DRAFT, BatchState.SUBMITTED),
        (
            county.at(batch.paid_on or made_on, clock=NOTED),
            "pay",
            who.liaison,
            BatchState.APPROVED,
            BatchState.PAID,
        ),
    ]
    for at, name, actor, source, target in steps:
        if at is not None:
            moved: dict[str, object] = {"state": [source, target], "amount": amount}
            county.tell(at, batch, f"batch.{name}", actor, changes=moved, organisation=unit)
    signed = [(who.head, APPROVED)] + ([(who.director, SIGNED_AGAIN)] if needed.needs_office else [])
    for count, (person, clock) in enumerate(signed, start=1):
        given: dict[str, object] = {"count": count, "needed": len(signed)}
        at = county.at(approved_on, clock=clock)
        county.tell(at, batch, "batch.approve", person, changes=given, organisation=unit)


def _load_budgets(county: County, awards: Sequence[Award]) -> None:
    """Give every paid item a budget of the year of which it has used a believable part."""
    rows = sorted(awards, key=lambda award: (award.entry.item.number, award.on.year))
    for (item, year), found in groupby(rows, key=lambda award: (award.entry.item, award.on.year)):
        paid = sum((award.amount for award in found), Decimal(0))
        used = county.rng(f"budget:{item.number}").choice(USED)
        amount = (paid * 100 / used / TEN_THOUSAND).quantize(Decimal(1), ROUND_CEILING) * TEN_THOUSAND
        share = paid * 100 / amount
        budget = Budget.objects.create(
            item=item,
            year=year,
            level=Level.COUNTY,
            amount=amount,
            document=f"云财预〔{year}〕6号",
            warned_percent=next((step for step in WARNED_AT if share >= step), 0),
        )
        if item.first_published_on is not None:
            at = county.at(county.workdays_after(item.first_published_on, 2), key=item.number)
            changes: dict[str, object] = {"amount": [None, amount], "year": year}
            county.tell(
                at,
                budget,
                "policy.budget",
                county.liaison(item.organisation),
                changes=changes,
                organisation=item.organisation,
            )
