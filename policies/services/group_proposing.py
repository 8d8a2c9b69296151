"""Propose the items of an exclusive group: 就高 the highest, 一次 the first; the others are kept with the reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import F, Q

from policies.amounts import Award, Calculation, GroupRule, calculate, read_rule
from policies.matching.reading import profiles_of
from policies.models import ExclusiveGroup, Payout, PolicyItemVersion, Proposal, Verdict
from policies.selectors.settling import Claim, group_awards, settle_claims
from policies.terms import period_of
from policies.workflow import PROPOSAL_STEPS, SET_ASIDE, UNDER_WAY, UNTOLD, ProposalState
from portal.models import Enterprise
from portal.services import audit

BATCH: Final = 500
ZERO: Final = Decimal(0)
NOTE_LENGTH: Final = 300


@dataclass(frozen=True)
class Offered:
    """Proposals of a group that were made or came back, and those that others of the group now rule out."""

    made: int
    yielded: int


@dataclass(frozen=True)
class _Offer:
    """An item for which an enterprise qualifies, with what the group leaves of it and why."""

    version: PolicyItemVersion
    enterprise: Enterprise
    calculation: Calculation
    granted: Decimal | None
    reason: str

    @property
    def is_due(self) -> bool:
        """Whether it is to be proposed: nothing of the group takes its place."""
        return not self.reason or bool(self.granted)

    def proposal(self, period: str, today: date) -> Proposal:
        """Return the row as it stands before anybody has looked at it."""
        lines, amount = lines_of(self.calculation), self.calculation.amount
        if self.is_due and self.reason:
            amount = self.granted
            lines = [*lines, ["同组已兑现", "补差额", str(amount)]]
        return Proposal(
            item_id=self.version.item_id,
            version=self.version,
            enterprise=self.enterprise,
            period=period,
            amount=amount,
            calculation=lines,
            proposed_on=today,
            state=ProposalState.PROPOSED if self.is_due else ProposalState.YIELDED,
            note=self.reason[:NOTE_LENGTH],
        )


@dataclass
class _Known:
    """What a part of the enterprises has of the group already, by enterprise."""

    proposals: dict[int, list[Proposal]] = field(default_factory=dict)
    awards: Mapping[int, list[Award]] = field(default_factory=dict)
    paid: set[tuple[int, int, str]] = field(default_factory=set)

    def row(self, enterprise: int, version: PolicyItemVersion, today: date) -> Proposal | None:
        """Return the proposal of the item for its period of the day."""
        period = period_of(version.repeat, today)
        rows = self.proposals.get(enterprise, [])
        return next((row for row in rows if row.item_id == version.item_id and row.period == period), None)

    def under_way(self, enterprise: int, group: ExclusiveGroup, today: date) -> Proposal | None:
        """Return a proposal of the group's period that the enterprise has been told of."""
        period = period_of(group.repeat, today)
        rows = self.proposals.get(enterprise, [])
        return next(
            (
                row
                for row in rows
                if row.state in UNDER_WAY and period_of(group.repeat, row.proposed_on) == period
            ),
            None,
        )


def propose_group(versions: Sequence[PolicyItemVersion], today: date) -> Offered:
    """Propose what the group of these live versions leaves to each enterprise that qualifies.

    Paid awards of the group's period count: the highest is proposed less what was
    paid (补差额). While one that the enterprise was told of is under way, no other is
    proposed. One set aside comes back when nothing of the group stands before it
    any more. Must be called inside a transaction that has locked the items; a
    second call changes nothing.
    """
    by_item = {version.item_id: version for version in versions}
    met: dict[int, list[int]] = {}
    rows = Verdict.objects.met().filter(item__in=by_item).order_by("enterprise", "item__number")
    for enterprise, item in rows.values_list("enterprise", "item"):
        met.setdefault(enterprise, []).append(item)
    made: Counter[int] = Counter()
    yielded = 0
    keys = list(met)
    for start in range(0, len(keys), BATCH):
        part = {key: [by_item[item] for item in met[key]] for key in keys[start : start + BATCH]}
        known = _known(by_item, part, today)
        offers = list(_offers(part, known, today))
        made.update(_write(offers, known, today))
        yielded += _yield([row for offer in offers if (row := _ruled_out(offer, known, today))])
    for item, count in made.items():
        changes = {"count": count, "version": by_item[item].number}
        audit.record(by_item[item].item, "policy.propose", actor=None, changes=changes)
    return Offered(made.total(), yielded)


def _known(
    by_item: Mapping[int, PolicyItemVersion], part: Mapping[int, Sequence[PolicyItemVersion]], today: date
) -> _Known:
    group = next(iter(by_item.values())).group_id
    known = _Known(awards=group_awards(part, today))
    rows = Proposal.objects.filter(Q(item__in=by_item) | Q(version__group=group), enterprise__in=list(part))
    for row in rows.select_related("version").order_by("pk"):
        known.proposals.setdefault(row.enterprise_id, []).append(row)
    paid = Payout.objects.standing().filter(item__in=by_item, enterprise__in=list(part))
    known.paid.update(paid.values_list("enterprise", "item", "period"))
    return known


def _offers(part: Mapping[int, Sequence[PolicyItemVersion]], known: _Known, today: date) -> Iterator[_Offer]:
    """Settle what each enterprise of the part qualifies for; what is decided already is left out."""
    enterprises = Enterprise.objects.filter(pk__in=list(part)).select_related("town").order_by("pk")
    for enterprise, profile in zip(enterprises, profiles_of(enterprises, today), strict=True):
        open_to = [
            version for version in part[enterprise.pk] if _is_open(enterprise.pk, version, known, today)
        ]
        # What was proposed already goes first, so that equal awards don't take turns.
        open_to.sort(key=lambda version: not _is_untold(known.row(enterprise.pk, version, today)))
        found = {version.item_id: calculate(read_rule(version.amount), profile) for version in open_to}
        yield from _settled(enterprise, open_to, found, known, today)


def _is_open(enterprise: int, version: PolicyItemVersion, known: _Known, today: date) -> bool:
    if (enterprise, version.item_id, period_of(version.repeat, today)) in known.paid:
        return False
    row = known.row(enterprise, version, today)
    return row is None or row.state in UNTOLD | SET_ASIDE


def _is_untold(row: Proposal | None) -> bool:
    return row is not None and row.state in UNTOLD


def _settled(
    enterprise: Enterprise,
    versions: Sequence[PolicyItemVersion],
    found: Mapping[int, Calculation],
    known: _Known,
    today: date,
) -> Iterator[_Offer]:
    group = versions[0].group if versions else None
    if group is None:
        return
    other = known.under_way(enterprise.pk, group, today)
    if other is not None:
        reason = f"“{group.name}”{GroupRule(group.rule).label}，“{other.version.title}”正在办理"
        for version in versions:
            yield _Offer(version, enterprise, found[version.item_id], None, reason)
        return
    # An amount that can't be computed yet ranks behind those that can.
    claims = [Claim(version, found[version.item_id].amount or ZERO) for version in versions]
    granted = settle_claims(claims, today, before=known.awards.get(enterprise.pk, ()))
    for version in versions:
        own = granted[version.item_id]
        yield _Offer(version, enterprise, found[version.item_id], own.amount, own.reason)


def _write(offers: Sequence[_Offer], known: _Known, today: date) -> Iterator[int]:
    """Write new rows and those that come back or change their reason; yield the item of each one proposed."""
    fresh = []
    for offer in offers:
        row = offer.proposal(period_of(offer.version.repeat, today), today)
        before = known.row(offer.enterprise.pk, offer.version, today)
        if before is None:
            fresh.append(row)
        elif before.state in SET_ASIDE and (row.state, row.note) != (before.state, before.note):
            revive(row)
        else:
            continue
        if offer.is_due:
            yield offer.version.item_id
    # One that was applied for in this very moment is left as it is.
    Proposal.objects.bulk_create(fresh, ignore_conflicts=True)


def _ruled_out(offer: _Offer, known: _Known, today: date) -> tuple[Proposal, str] | None:
    row = known.row(offer.enterprise.pk, offer.version, today)
    return (row, offer.reason[:NOTE_LENGTH]) if row and row.state in UNTOLD and not offer.is_due else None


def _yield(rows: Sequence[tuple[Proposal, str]]) -> int:
    """Set aside what was proposed and not told; whoever moves one at the same moment has it."""
    step = PROPOSAL_STEPS["yield"]
    events = []
    for row, reason in rows:
        same = Proposal.objects.filter(pk=row.pk, state=row.state, edit=row.edit)
        if same.update(state=step.target, note=reason, edit=F("edit") + 1):
            changes = {"state": [row.state, step.target]}
            events.append(audit.build_event(row, "proposal.yield", actor=None, changes=changes, note=reason))
    audit.record_many(events)
    return len(events)


def revive(row: Proposal) -> None:
    """Bring the row's content to the proposal of its item, enterprise and period that was set aside."""
    Proposal.objects.filter(
        item=row.item_id, enterprise=row.enterprise_id, period=row.period, state__in=SET_ASIDE
    ).update(
        state=row.state,
        version=row.version,
        amount=row.amount,
        calculation=row.calculation,
        proposed_on=row.proposed_on,
        note=row.note,
        edit=F("edit") + 1,
    )


def lines_of(found: Calculation) -> list[list[str]]:
    """Return a calculation's lines as the proposal keeps them: label, formula, yuan."""
    return [[line.label, line.formula, str(line.amount)] for line in found.lines]
