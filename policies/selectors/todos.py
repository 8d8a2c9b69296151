"""What waits for a person in the policy work, each with the page where it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from policies.models import Correction, PayoutBatch, PolicyItemVersion, Proposal
from policies.selectors.payouts import batches_waiting
from policies.workflow import BatchState, ItemState, ProposalState
from portal.models import User
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role

LISTED = 4
APPROVING = (Role.UNIT_HEAD, Role.OFFICE_HEAD)
ANSWERED = (ProposalState.AGREED, ProposalState.APPLIED)


@dataclass(frozen=True)
class Todo:
    """One thing to do: kind, title, a small line, by when, where, and what the button says."""

    kind: str
    title: str
    small: str
    due_on: date | None
    url: str
    action: str


def _own(user: User) -> QuerySet[Proposal]:
    return Proposal.objects.visible_to(user).filter(item__organisation=user.organisation_id)


def _drafts(user: User) -> QuerySet[PolicyItemVersion]:
    """Return the drafts that the office may publish."""
    rows = PolicyItemVersion.objects.visible_to(user).filter(published_at=None)
    return rows.exclude(item__state=ItemState.WITHDRAWN)


def todos(user: User, *, today: date) -> list[Todo]:
    """Return what waits for `user`, unsorted: two queries for a unit, one for the office, two for its head."""
    del today
    found: list[Todo] = []
    if user.has_role(*UNIT_ROLES):
        found += _proposals(user)
    if user.has_role(*UNIT_ROLES, Role.OFFICE_HEAD):
        found += _batches(user)
    if user.has_role(*OFFICE_ROLES):
        found += _publications(user)
    return found


def _proposals(user: User) -> list[Todo]:
    """Of each item, how many enterprises wait for confirmation and for review."""
    rows = _own(user).filter(state__in=[ProposalState.PROPOSED, *ANSWERED]).order_by()
    groups = rows.values_list("item__number", "item__current__title", "state").annotate(Count("pk"))
    confirm: dict[tuple[str, str], int] = {}
    review: dict[tuple[str, str], int] = {}
    for number, title, state, count in groups:
        target = confirm if state == ProposalState.PROPOSED else review
        target[number, title] = target.get((number, title), 0) + count
    return [
        Todo(
            kind,
            title,
            f"{count} 家{small}",
            None,
            f"/policies/matches/{number}/?show=proposals{query}",
            action,
        )
        for kind, small, query, action, counts in (
            ("政策审核", "已答复，待审核", "&state=all", "去审核", review),
            ("政策名单", "符合条件，待确认", "", "去确认", confirm),
        )
        for (number, title), count in sorted(counts.items(), key=lambda pair: -pair[1])[:LISTED]
    ]


_BATCHES = {
    BatchState.DRAFT: ("兑现批次", "编制中", "打开"),
    BatchState.SUBMITTED: ("兑现审批", "待审批", "去审批"),
    BatchState.APPROVED: ("兑现批次", "已批准，请拨付并登记", "登记拨付"),
}


def _batches(user: User) -> list[Todo]:
    """The unit's own batches to go on with, and those that `user` may approve."""
    own = Q(organisation=user.organisation_id, state__in=[BatchState.DRAFT, BatchState.APPROVED])
    wanted = own if user.has_role(*UNIT_ROLES) else Q(pk__in=[])
    if user.has_role(*APPROVING):
        wanted |= Q(pk__in=batches_waiting(user).values("pk"))
    rows = PayoutBatch.objects.visible_to(user).filter(wanted).select_related("organisation").order_by("pk")
    found = []
    for row in rows[: 2 * LISTED]:
        kind, small, action = _BATCHES[BatchState(row.state)]
        unit = row.organisation.short_name
        title = f"{row.number}　{row.title}"
        found.append(Todo(kind, title, f"{unit}　{small}", None, row.get_absolute_url(), action))
    return found


def _publications(user: User) -> list[Todo]:
    rows = _drafts(user).select_related("item__organisation").order_by("pk")[:LISTED]
    return [
        Todo(
            "政策发布",
            row.title,
            f"{row.item.organisation.short_name}　草稿",
            None,
            f"{row.item.get_absolute_url()}?version={row.number}",
            "去核对",
        )
        for row in rows
    ]


def waiting(user: User) -> dict[str, list[QuerySet[Any]]]:
    """Return the rows that wait for `user` by the navigation's key; `portal.waiting` counts them."""
    proposals: list[QuerySet[Any]] = []
    payouts: list[QuerySet[Any]] = []
    if user.has_role(*UNIT_ROLES):
        proposals.append(_own(user).filter(state__in=[ProposalState.PROPOSED, *ANSWERED]))
        payouts.append(
            PayoutBatch.objects.visible_to(user).filter(
                organisation=user.organisation_id, state=BatchState.APPROVED
            )
        )
    if user.has_role(*APPROVING):
        payouts.append(batches_waiting(user))
    found = {"proposals": proposals, "payouts": payouts}
    if user.has_role(*OFFICE_ROLES):
        found["policies"] = [_drafts(user)]
        found["corrections"] = [Correction.objects.visible_to(user).filter(state=Correction.State.ASKED)]
    return {key: rows for key, rows in found.items() if rows}
