"""Take one workflow step of a case, and write any change of a case so that nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from complaints.kinds import DutyRole
from complaints.models import Assignment, CaseEvent, Complaint, Recusal
from complaints.querysets import ACTIVE
from complaints.services.history import AUDIENCE, clean, write_event
from complaints.workflow import CASE_STEPS, Actor, CaseState, actors
from portal.errors import Conflict, Refused
from portal.models import Organisation, RoleGrant, User
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role
from portal.services import audit
from portal.services.notices import Notice, notify, notify_of_won
from portal.workflow import Step


class StepRefused(Refused):
    """A step that this person or this state does not allow; the message says why and what to do."""


@dataclass(frozen=True)
class Said:
    """What a step says: to those inside, to the person outside, and to whom of those inside."""

    note: str = ""
    public: str = ""
    audience: str = AUDIENCE.UNITS
    facts: Mapping[str, object] = field(default_factory=dict)


def active_parts(case: Complaint) -> list[Assignment]:
    """Return the parts under way, the lead's first."""
    rows = case.assignments.filter(state__in=ACTIVE).select_related("organisation")
    return sorted(rows, key=lambda row: row.role != DutyRole.LEAD)


def capacities(user: User, case: Complaint, parts: Iterable[Assignment] | None = None) -> frozenset[Actor]:
    """Return in what capacities `user` acts on `case`; none for the disabled and the recused."""
    if not user.is_active:
        return frozenset()
    recused = Recusal.objects.filter(complaint=case, person=user, lifted_at=None)
    if parts is None and user.has_role(*UNIT_ROLES):
        # Only people of units act by a part of their unit; its rows tell by the way who keeps away.
        rows = case.assignments.filter(state__in=ACTIVE).annotate(kept_away=Exists(recused))
        held = list(rows.values_list("organisation", "role", "kept_away"))
        keeps_away = held[0][2] if held else recused.exists()
    else:
        held = [(part.organisation_id, part.role, False) for part in parts or ()]
        keeps_away = recused.exists()
    if keeps_away:
        return frozenset()
    own = {role for unit, role, _ in held if unit == user.organisation_id}
    return actors(
        user.roles,
        is_lead=DutyRole.LEAD in own or (case.lead_id == user.organisation_id and DutyRole.ASSIST not in own),
        is_assist=DutyRole.ASSIST in own,
    )


@transaction.atomic
def take_step(
    case: Complaint,
    name: str,
    *,
    actor: User,
    today: date,
    said: Said = Said(),
    target: str = "",
    **changes: object,
) -> Complaint:
    """Take one workflow step: change the case, write the history, owe notices to those whose turn it is.

    `case` is changed from the state and version it was read with: of two people who
    press at once exactly one succeeds. Raises `StepRefused`, or `Conflict` when the
    case was changed after it was read and the step would still be possible.
    """
    step = CASE_STEPS[name]
    refuse_stranger(case, step, actor)
    if step.needs_note and not said.note.strip():
        raise StepRefused(f"「{step.label}」须写明说明，请填写后再提交")
    write_step(case, step, actor=actor, said=said, target=target, changes=changes)
    owe_notices(case, step.label, people=next_in_turn(case, today), actor=actor)
    return case


def write_step(
    case: Complaint,
    step: Step,
    *,
    actor: User | None,
    said: Said,
    target: str = "",
    changes: Mapping[str, object],
) -> None:
    """Write a step whose right has been checked; `actor` None: the person outside, or the portal itself."""
    source = case.state
    new = target or step.target or source
    write_change(
        case,
        f"complaint.{step.name}",
        actor=actor,
        changes={**changes, "state": new},
        sources=step.sources,
        said=said,
    )
    write_event(
        case,
        step.name,
        actor=actor,
        text=clean(case, said.note),
        public_text=clean(case, said.public),
        source=source,
        target=new,
        audience=said.audience,
    )


def refuse_stranger(case: Complaint, step: Step, actor: User) -> None:
    """Raise `StepRefused` where `actor` has none of the capacities that the step asks for."""
    if capacities(actor, case).isdisjoint(step.actors):
        who = "、".join(capacity.label for capacity in Actor if capacity in step.actors)
        raise StepRefused(f"「{step.label}」由{who}办理，您没有此项权限")


# What the audit trail keeps of a changed text is only that it changed.
UNPRINTED = frozenset(
    {"title", "text", "wishes", "shared_title", "shared_text", "shared_wishes", "query_digest"}
)


def write_change(
    case: Complaint,
    action: str,
    *,
    actor: User | None,
    changes: Mapping[str, object],
    sources: Set[str],
    said: Said = Said(),
) -> Complaint:
    """Write `changes` if the case still has the state and version it was read with, and the audit trail."""
    before = {name: getattr(case, name) for name in changes}
    fresh = {name: value for name, value in changes.items() if before[name] != value}
    seen = case.version
    held = case.state in sources and Complaint.objects.filter(
        pk=case.pk, state=case.state, version=seen
    ).update(version=F("version") + 1, **fresh)
    if not held:
        raise _refusal(case, action, sources)
    for name, value in fresh.items():
        setattr(case, name, value)
    case.version = seen + 1
    audit.record(
        case,
        action,
        actor=actor,
        changes={
            **{
                name: "已修改" if name in UNPRINTED else [before[name], value]
                for name, value in fresh.items()
            },
            **said.facts,
            "version": [seen, case.version],
        },
        note=clean(case, said.note),
        organisation=case.lead,
    )
    return case


def ensure_version(case: Complaint, seen: int) -> None:
    """Raise `Conflict` when the case was changed after the page that shows version `seen` was opened."""
    if case.version != seen:
        raise conflict(case)


def conflict(case: Complaint) -> Conflict:
    """Return the conflict that names the last thing done to the freshly read `case`."""
    event = CaseEvent.objects.filter(complaint=case).select_related("organisation").last()
    who = ""
    if event is not None:
        at = timezone.localtime(event.at)
        who = f"（{event.actor_name} {at.month}月{at.day}日 {at:%H:%M}）"
    theirs = {"状态": case.get_state_display(), "主办单位": str(case.lead or "—")}
    return Conflict(
        f"您打开页面后，{case.number} 已有新的办理{who}。您的内容尚未保存，请核对后再提交。", theirs
    )


def _refusal(case: Complaint, action: str, sources: Set[str]) -> Refused:
    """Return why the update found no row: another state, or another version in a state that fits."""
    now = Complaint.objects.select_related("lead").get(pk=case.pk)
    if now.state in sources and now.version != case.version:
        return conflict(now)
    step = CASE_STEPS.get(action.partition(".")[2])
    wanted = f"不能「{step.label}」" if step else "不能修改"
    return StepRefused(f"{now.number} 现为「{now.get_state_display()}」，{wanted}。请刷新页面查看最新情况。")


def people_of(units: Iterable[int | None], roles: Iterable[str], today: date, case: Complaint) -> list[User]:
    """Return the active people of `units` who hold one of `roles`, those recused from `case` left out."""
    return list(_holding(roles, today, case).filter(organisation__in=[unit for unit in units if unit]))


def office_people(today: date, case: Complaint, *roles: str) -> list[User]:
    """Return the office's people, or those of it with `roles`, those recused from `case` left out."""
    return list(_holding(roles or OFFICE_ROLES, today, case))


def _holding(roles: Iterable[str], today: date, case: Complaint) -> QuerySet[User]:
    granted = RoleGrant.objects.filter(
        user=OuterRef("pk"), role__in=list(roles), revoked_at=None, valid_from__lte=today
    ).exclude(valid_until__lt=today)
    recused = Recusal.objects.filter(person=OuterRef("pk"), complaint=case, lifted_at=None)
    return User.objects.filter(Exists(granted), ~Q(Exists(recused)), is_active=True)


def next_in_turn(case: Complaint, today: date) -> list[User]:
    """Return the people who can take the case's next step."""
    if case.state in {CaseState.ASSIGNED, CaseState.HANDLING, CaseState.SUSPENDED}:
        return people_of([case.lead_id], UNIT_ROLES, today, case)
    if case.state == CaseState.AWAITING_UNIT:
        return people_of([case.lead_id], [Role.UNIT_HEAD], today, case)
    if case.state in {CaseState.CLOSED, CaseState.ARCHIVED, CaseState.DECLINED, CaseState.MERGED}:
        return []
    return office_people(today, case, Role.OFFICE)


def owe_notices(
    case: Complaint, what: str, *, people: Iterable[User], actor: User | None, key: str = ""
) -> int:
    """Owe one notice about the case's present version; it shows the title without identity."""
    others = [person for person in people if actor is None or person.pk != actor.pk]
    text = f"{case.number} {what}：{case.shared_title}"
    event = f"complaint:{case.pk}:{key or case.version}"
    if not key:
        # This transaction has just won the version, so nobody can have owed its notice before.
        notify_of_won([Notice(others, text, case.get_absolute_url(), event)])
        return len(others)
    return notify(others, text, url=case.get_absolute_url(), event_key=event)


def units_of(case: Complaint) -> list[Organisation]:
    """Return the units that work on the case now."""
    return [row.organisation for row in active_parts(case)]
