"""The proposals that follow from a match: made, lapsed, and settled where awards exclude one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from policies.amounts import calculate, read_rule
from policies.matching.reading import profiles_of
from policies.matching.running import lock_items
from policies.models import Payout, PolicyItemVersion, Proposal, Verdict
from policies.selectors.matching import live_versions, pays
from policies.services.group_proposing import BATCH, lines_of, propose_group, revive
from policies.terms import period_of
from policies.workflow import PROPOSAL_STEPS, SET_ASIDE, ProposalState
from portal.models import Enterprise
from portal.services import audit


@dataclass(frozen=True)
class Proposing:
    """What proposing came to: proposals made, unanswered ones that no longer fit, those another of the group rules out."""

    made: int
    lapsed: int
    yielded: int = 0


@transaction.atomic
def propose(today: date) -> Proposing:
    """Propose every live item that pays money to the enterprises that qualify, once per period.

    A benefit that is no money needs no proposal: it is had where the business is
    done. Of an exclusive group only what its rule leaves is proposed; the others
    are kept with the reason (`policies.services.group_proposing`). Unanswered
    proposals lapse where the enterprise no longer qualifies or the item has
    stopped. Twice the same day does nothing more.
    """
    versions = live_versions(today)
    lock_items(version.item_id for version in versions)
    lapsed = _lapse(versions)
    paid = [version for version in versions if pays(version)]
    made = sum(_propose(version, today) for version in paid if version.group_id is None)
    yielded = 0
    grouped = sorted((version for version in paid if version.group_id), key=attrgetter("group_id"))
    for _, rows in groupby(grouped, key=attrgetter("group_id")):
        offered = propose_group(list(rows), today)
        made, yielded = made + offered.made, yielded + offered.yielded
    return Proposing(made, lapsed, yielded)


def _lapse(versions: Sequence[PolicyItemVersion]) -> int:
    """Let unanswered proposals lapse that nothing stands behind any more."""
    live = [version.item_id for version in versions]
    fit = Verdict.objects.met().filter(
        item=OuterRef("item"), enterprise=OuterRef("enterprise"), item__in=live
    )
    step = PROPOSAL_STEPS["lapse"]
    waiting = Proposal.objects.filter(~Exists(fit), state__in=step.sources)
    rows = list(waiting.select_related("item", "enterprise"))
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        Proposal.objects.filter(pk__in=[row.pk for row in part], state__in=step.sources).update(
            state=step.target, link_digest=None, note="企业不再符合条件，或事项已停止", edit=F("edit") + 1
        )
        audit.record_many(
            [
                audit.build_event(
                    row, "proposal.lapse", actor=None, changes={"state": [row.state, step.target]}
                )
                for row in part
            ]
        )
    return len(rows)


def _propose(version: PolicyItemVersion, today: date) -> int:
    """Make the missing proposals of one item without a group; one set aside in the period comes back."""
    period = period_of(version.repeat, today)
    known = Proposal.objects.filter(item=version.item_id, period=period)
    taken = known.exclude(state__in=SET_ASIDE).values("enterprise")
    paid = Payout.objects.standing().filter(item=version.item_id, period=period).values("enterprise")
    rows = Verdict.objects.met().filter(item=version.item_id)
    rows = rows.exclude(enterprise__in=taken).exclude(enterprise__in=paid)
    keys = list(rows.order_by("enterprise").values_list("enterprise", flat=True))
    for start in range(0, len(keys), BATCH):
        make_proposals(version, keys[start : start + BATCH], period, today)
    if keys:
        changes = {"count": len(keys), "version": version.number}
        audit.record(version.item, "policy.propose", actor=None, changes=changes)
    return len(keys)


def make_proposals(version: PolicyItemVersion, keys: Sequence[int], period: str, today: date) -> None:
    """Write the proposals of one item to the enterprises with these keys, each with its amount."""
    enterprises = Enterprise.objects.filter(pk__in=keys).select_related("town").order_by("pk")
    rule = read_rule(version.amount)
    known = Proposal.objects.filter(item=version.item_id, period=period, enterprise__in=keys)
    aside = set(known.filter(state__in=SET_ASIDE).values_list("enterprise", flat=True))
    proposals = []
    for enterprise, profile in zip(enterprises, profiles_of(enterprises, today), strict=True):
        found = calculate(rule, profile)
        proposals.append(
            Proposal(
                item_id=version.item_id,
                version=version,
                enterprise=enterprise,
                period=period,
                amount=found.amount,
                calculation=lines_of(found),
                proposed_on=today,
                state=ProposalState.PROPOSED,
            )
        )
    for row in proposals:
        if row.enterprise_id in aside:
            revive(row)
    # One that was applied for in this very moment is left as it is.
    Proposal.objects.bulk_create(
        [row for row in proposals if row.enterprise_id not in aside], ignore_conflicts=True
    )
