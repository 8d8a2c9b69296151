"""What waits for a person in the handling of cases, each with the page where it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, DateField, Expression, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from complaints.kinds import DutyRole
from complaints.models import Assignment, Complaint, Escalation, Extension, IdentityRequest, ListedUnit
from complaints.red_black import PAGE, ListState, Side, period_slug
from complaints.workflow import CaseState, EscalationRung, ExtensionState
from portal.models import User
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role

LISTED = 8
CASE_NUMBER = F("complaint__number")


@dataclass(frozen=True)
class Todo:
    """One thing to do: kind, title, a small line, by when, where, and what the button says."""

    kind: str
    title: str
    small: str
    due_on: date | None
    url: str
    action: str


_OFFICE_STATES = {
    CaseState.REGISTERED: ("诉求受理", "去审查"),
    CaseState.ACCEPTED: ("诉求转办", "去转办"),
    CaseState.REPLIED: ("答复审核", "去审核"),
    CaseState.FOLLOW_UP: ("诉求回访", "去回访"),
}
_UNIT_STATES = {
    CaseState.ASSIGNED: ("诉求签收", "去签收"),
    CaseState.HANDLING: ("诉求办理", "去办理"),
}


def todos(user: User, *, today: date) -> list[Todo]:
    """Return what waits for `user`, the most urgent of each kind; a fixed number of queries for each role held."""
    del today
    found: list[Todo] = []
    if user.has_role(*OFFICE_ROLES):
        found += _cases(Complaint.objects.visible_to(user).filter(clock_stopped_on=None), _OFFICE_STATES)
    if user.has_role(*UNIT_ROLES):
        led = Complaint.objects.visible_to(user).filter(lead=user.organisation_id, clock_stopped_on=None)
        found += _cases(led, _UNIT_STATES)
        found += _assisting(user)
    if user.has_role(Role.UNIT_HEAD):
        own = Complaint.objects.visible_to(user).filter(lead=user.organisation_id)
        found += _cases(own, {CaseState.AWAITING_UNIT: ("答复确认", "去确认")})
    if user.has_role(Role.OFFICE_HEAD):
        found += _decisions(user)
    return found


def _cases(rows: QuerySet[Complaint], states: dict[CaseState, tuple[str, str]]) -> list[Todo]:
    picked = rows.filter(state__in=list(states)).order_by("due_on", "pk")[:LISTED]
    return [
        Todo(
            states[CaseState(case.state)][0],
            f"{case.number}　{case.shared_title}",
            case.get_kind_display(),
            case.due_on,
            case.get_absolute_url(),
            states[CaseState(case.state)][1],
        )
        for case in picked
    ]


def _assisting(user: User) -> list[Todo]:
    parts = assisting_parts(user).select_related("complaint").order_by("due_on", "pk")[:LISTED]
    return [
        Todo(
            "协办诉求",
            f"{part.complaint.number}　{part.complaint.shared_title}",
            "提交协办意见",
            part.due_on,
            part.complaint.get_absolute_url(),
            "去办理",
        )
        for part in parts
    ]


def assisting_parts(user: User) -> QuerySet[Assignment]:
    """Return the assisting parts for which the person's unit still owes an opinion."""
    return Assignment.objects.visible_to(user).filter(
        organisation=user.organisation_id,
        role=DutyRole.ASSIST,
        state__in=[Assignment.State.SENT, Assignment.State.SIGNED],
    )


_DECISIONS = {
    "extension": ("延期审批", "{number}　{who}申请延期 {what} 天", "去审批"),
    "identity": ("身份查看审批", "{number}　{who}申请查看来件人", "去审批"),
    "escalation": ("督办签发", "{number}　{who}：{what}", "去签发"),
    "listing": ("红黑榜审定", "{what}　{who}", "去审定"),
}


def _decisions(user: User) -> list[Todo]:
    """Return what waits for the director's decision: four tables, one query."""
    extensions = Extension.objects.visible_to(user).filter(state=ExtensionState.REQUESTED)
    requests = IdentityRequest.objects.visible_to(user).filter(state="requested").exclude(requested_by=user)
    proposals = Escalation.objects.visible_to(user).filter(state=Escalation.State.PROPOSED)
    listed = ListedUnit.objects.visible_to(user).filter(state=ListState.PROPOSED).exclude(proposed_by=user)
    none = Value(None, output_field=DateField())
    days = Concat(Cast("first", CharField()), Value(" "), Cast("last", CharField()))
    columns = (
        _deciding(
            extensions, "extension", "organisation__short_name", Cast("days", CharField()), F("old_due_on")
        ),
        _deciding(requests, "identity", "requested_by__name", Value("", output_field=CharField()), none),
        _deciding(proposals, "escalation", "organisation__short_name", F("rung"), none),
        _deciding(listed, "listing", "organisation__short_name", F("side"), none, number=days),
    )
    rows = columns[0].union(*columns[1:], all=True)
    return [_decision(*row) for row in rows]


def _deciding(
    rows: QuerySet[Any],
    kind: str,
    who: str,
    what: Expression | F,
    due: Expression | F,
    *,
    number: Expression | F = CASE_NUMBER,
) -> QuerySet[Any, tuple[Any, ...]]:
    """Return the first of `rows` in the columns that the four tables share."""
    # A part of a union can only be cut short inside a query of its own.
    first = rows.order_by("pk").values("pk")[:LISTED]
    return (
        rows.model._default_manager.filter(pk__in=first)
        .order_by()
        .annotate(_kind=Value(kind), _number=number, _who=F(who), _what=what, _due=due)
        .values_list("_kind", "_number", "_who", "_what", "_due", "reason")
    )


def _decision(kind: str, number: str, who: str, what: str, due: date | None, reason: str) -> Todo:
    label, title, action = _DECISIONS[kind]
    url = f"/complaints/{number}/"
    if kind == "escalation":
        what = EscalationRung(what).label
    if kind == "listing":
        what = Side(what).label
        url = f"{PAGE}?period={period_slug(*map(date.fromisoformat, number.split()))}"
    small = "每次查看都会留痕" if kind == "identity" else reason
    return Todo(label, title.format(number=number, who=who, what=what), small, due, url, action)


def waiting_cases(user: User) -> list[Q]:
    """Return the conditions, one for each part of a person's duties, under which a visible case waits for him."""
    found = []
    if user.has_role(*OFFICE_ROLES):
        found.append(Q(state__in=list(_OFFICE_STATES), clock_stopped_on=None))
    if user.has_role(*UNIT_ROLES):
        states = list(_UNIT_STATES) if user.has_role(Role.LIAISON) else []
        states += [CaseState.AWAITING_UNIT] if user.has_role(Role.UNIT_HEAD) else []
        found.append(Q(lead=user.organisation_id, state__in=states, clock_stopped_on=None))
    return found


def waiting(user: User) -> dict[str, list[QuerySet[Any]]]:
    """Return the rows that wait for `user`, by the navigation's keys; `portal.waiting` counts them."""
    cases = Complaint.objects.visible_to(user)
    rows: list[QuerySet[Any]] = [cases.filter(condition) for condition in waiting_cases(user)]
    if user.has_role(*UNIT_ROLES):
        rows.append(assisting_parts(user))
    return {"complaints": rows} if rows else {}
