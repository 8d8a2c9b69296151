"""What waits for a person in the inspections, each with the page where it is done."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from indicators.inspection_workflow import FindingState, InspectionState
from indicators.models import Finding, FindingReply, Inspection, InspectionMember
from indicators.selectors.todos import LISTED, Todo
from indicators.workflow import ItemState
from portal.models import User
from portal.roles import UNIT_ROLES, Role


def _own(user: User) -> QuerySet[Inspection]:
    """Return the inspections that `user` takes part in or has entered."""
    part = InspectionMember.objects.filter(inspection=OuterRef("pk"), user=user)
    return Inspection.objects.filter(Q(Exists(part)) | Q(created_by=user))


def _to_run(user: User) -> QuerySet[Inspection]:
    return _own(user).filter(state__in=[InspectionState.DRAFT, InspectionState.RUNNING])


def _to_answer(user: User) -> QuerySet[Finding]:
    return Finding.objects.filter(organisation=user.organisation_id, state=FindingState.ISSUED)


def _to_review(user: User) -> QuerySet[Finding]:
    """Return the objections that `user` may decide on: those of inspections without him."""
    part = InspectionMember.objects.filter(inspection=OuterRef("inspection"), user=user)
    return Finding.objects.filter(~Q(Exists(part)), state=FindingState.OBJECTED)


def _to_enter(user: User) -> QuerySet[Finding]:
    """Return the findings of his inspections that wait to be entered in the ledger."""
    ready = [FindingState.ANSWERED, FindingState.MAINTAINED]
    return Finding.objects.filter(state__in=ready, inspection__in=_own(user))


def _to_recheck(user: User) -> QuerySet[Finding]:
    """Return the findings of his inspections whose items were closed."""
    return Finding.objects.filter(
        state=FindingState.RECTIFYING, item__state=ItemState.CLOSED, inspection__in=_own(user)
    )


def inspection_todos(user: User) -> list[Todo]:
    """Return what waits for `user`, unsorted; five queries for an inspector, one for a unit."""
    found: list[Todo] = []
    if user.has_role(*UNIT_ROLES):
        rows = _to_answer(user).select_related("inspection").order_by("issued_on", "pk")[:LISTED]
        found += [
            _todo(row, "督查问题", "请认领；有异议的在异议期内提出", row.objection_until, "去认领")
            for row in rows
        ]
    if user.has_role(Role.INSPECTOR):
        found += _inspector(user)
    return found


def _todo(finding: Finding, kind: str, small: str, due_on: date | None, action: str) -> Todo:
    return Todo(kind, finding.title, small, due_on, finding.get_absolute_url(), action)


def _inspector(user: User) -> list[Todo]:
    found = [
        Todo(
            "督查方案" if row.state == InspectionState.DRAFT else "督查实施",
            row.title,
            "待启动" if row.state == InspectionState.DRAFT else "登记走访和问题，作出结论",
            row.starts_on if row.state == InspectionState.DRAFT else row.ends_on,
            row.get_absolute_url(),
            "去启动" if row.state == InspectionState.DRAFT else "去登记",
        )
        for row in _to_run(user)[:LISTED]
    ]
    objections = FindingReply.objects.filter(kind=FindingReply.Kind.OBJECTION, finding__in=_to_review(user))
    found += [
        _todo(reply.finding, "异议复核", str(reply.finding.organisation), reply.decide_by, "去复核")
        for reply in objections.select_related("finding__inspection", "finding__organisation")[:LISTED]
    ]
    for rows, kind, small, action in (
        (_to_enter(user), "问题整改", "单位已认领，可列入整改台账", "去列入"),
        (_to_recheck(user), "督查复查", "整改事项已销号，待复查", "去复查"),
    ):
        wanted = rows.select_related("inspection").order_by("issued_on", "pk")[:LISTED]
        found += [_todo(row, kind, small, None, action) for row in wanted]
    return found


def waiting(user: User) -> dict[str, list[QuerySet[Any]]]:
    """Return the rows that wait for `user` by the navigation's key; `portal.waiting` counts them."""
    found: list[QuerySet[Any]] = []
    if user.has_role(*UNIT_ROLES):
        found.append(_to_answer(user))
    if user.has_role(Role.INSPECTOR):
        found += [_to_review(user), _to_enter(user), _to_recheck(user)]
    return {"inspections": found} if found else {}
