"""The nightly match, and the match of one item at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from policies.matching.running import Outcome, match
from policies.matching.stored import store_columns
from policies.models import MatchRun, OfferSpan, PolicyItem, PolicyItemVersion
from policies.selectors.matching import live_versions, pays
from policies.services.proposing import propose
from policies.services.steps import check_lead
from policies.workflow import LIVE_STATES
from portal.errors import Refused
from portal.models import User
from portal.services import audit


def match_all(today: date) -> tuple[MatchRun, Outcome]:
    """Match all live items with all enterprises in business, and write what changed.

    A second run on the same data changes nothing. One transaction: a run that is
    killed leaves the verdicts of the day before.
    """
    with transaction.atomic():
        run = MatchRun.objects.create(on=today, started_at=timezone.now())
        versions = live_versions(today)
        outcome = match(versions, today)
        if outcome.columns is not None:
            store_columns(outcome.columns, run.started_at)
        _follow(versions, today)
        _end_offers(versions, today)
        _finish(run, outcome)
    return run, outcome


def _follow(versions: Sequence[PolicyItemVersion], today: date) -> None:
    """Note from which day the items that pay money are matched. Must be called after the match, which locks them."""
    known = set(OfferSpan.objects.filter(until_on=None).values_list("item", flat=True))
    OfferSpan.objects.bulk_create(
        OfferSpan(item_id=version.item_id, from_on=today)
        for version in versions
        if version.item_id not in known and pays(version)
    )


def _end_offers(versions: Sequence[PolicyItemVersion], today: date) -> None:
    """Note that the others are matched no longer."""
    paid = [version.item_id for version in versions if pays(version)]
    OfferSpan.objects.filter(until_on=None).exclude(item__in=paid).update(until_on=today)


@transaction.atomic
def match_item(item: PolicyItem, *, actor: User, today: date) -> Outcome:
    """Match one published item at once, so that the office need not wait for the night."""
    check_lead(item, actor, "匹配")
    if item.state not in LIVE_STATES or item.current is None:
        raise Refused(f"{item.number}目前“{item.get_state_display()}”，只有已发布的事项可以匹配。")
    run = MatchRun.objects.create(on=today, started_at=timezone.now())
    outcome = match([item.current], today)
    _follow([item.current], today)
    _finish(run, outcome)
    changes = {"gained": outcome.gained, "lost": outcome.lost}
    audit.record(item, "policy.match", actor=actor, organisation=item.organisation, changes=changes)
    return outcome


def _finish(run: MatchRun, outcome: Outcome) -> None:
    run.finished_at = timezone.now()
    run.items, run.enterprises = outcome.items, outcome.enterprises
    run.new_matches, run.lost_matches = outcome.gained, outcome.lost
    run.save(update_fields=["finished_at", "items", "enterprises", "new_matches", "lost_matches"])


def nightly_match(today: date) -> str:
    """Match all live items, then propose; the job's service."""
    run, outcome = match_all(today)
    proposing = propose(today)
    return (
        f"匹配 {run.items} 个事项、{run.enterprises} 个市场主体，新增符合 {outcome.gained}、"
        f"不再符合 {outcome.lost}，新提出 {proposing.made}、失效 {proposing.lapsed}、同组不重复 {proposing.yielded}"
    )
