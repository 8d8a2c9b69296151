"""Set up a task force 专班 and change who is in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from indicators.models import Indicator, TaskForce, TaskForceMember
from portal.errors import Conflict, Refused
from portal.models import Organisation, User
from portal.models.people import held_roles
from portal.roles import OFFICE_ROLES, Role
from portal.services import audit
from portal.services.notices import Notice, notify_of_won

Duty = TaskForceMember.Duty


@dataclass(frozen=True)
class MakeUp:
    """What a task force is to be: its name, its units and its people."""

    name: str
    lead: Organisation
    responsible: Iterable[Organisation] = ()
    chief: User | None = None
    deputies: Iterable[User] = ()
    liaisons: Iterable[User] = ()


@transaction.atomic
def create_task_force(
    indicator: Indicator, make_up: MakeUp, *, code: str, actor: User, today: date
) -> TaskForce:
    """Set up the task force of a first-level indicator; raises `Refused` where there is one already."""
    _refuse_others(actor)
    if indicator.depth != 1:
        raise Refused("专班按一级指标组建，请选择一级指标")
    try:
        with transaction.atomic():
            force = TaskForce.objects.create(
                year=indicator.system.year,
                code=code,
                name=make_up.name,
                order=indicator.order,
                indicator=indicator,
                lead=make_up.lead,
            )
    except IntegrityError as error:
        raise Refused("该指标已有专班，或代码、名称与其他专班相同，请核对") from error
    facts = {"name": make_up.name, "lead": make_up.lead}
    audit.record(force, "taskforce.create", actor=actor, changes=facts, organisation=make_up.lead)
    return update_task_force(force, make_up, seen=fingerprint(force), actor=actor, today=today)


@transaction.atomic
def update_task_force(force: TaskForce, make_up: MakeUp, *, seen: str, actor: User, today: date) -> TaskForce:
    """Change name, lead unit, responsible units and members; nothing is written when nothing differs.

    `seen` is the `fingerprint` the person's page was made from: another one means
    that somebody else changed the task force first (`Conflict`). The items keep
    their own lead unit; it is changed item by item. New members are told.
    """
    _refuse_others(actor)
    _refuse_wrong_people(make_up.chief, list(make_up.deputies), today)
    _write_name(force, make_up)
    # The row is held by the UPDATE: nobody changes units or members between reading and writing them.
    before = _composition(force)
    if _digest(_words(force, before)) != seen:
        raise _conflict(force)
    after = _Composition(_sorted(make_up.responsible), _members_after(force, before, make_up))
    joined = _write_composition(force, before, after)
    old = _words(force, before)
    force.name, force.lead = make_up.name, make_up.lead
    new = _words(force, after)
    changes = {key: [old[key], new[key]] for key in new if old[key] != new[key]}
    if changes:
        event = audit.record(
            force, "taskforce.update", actor=actor, changes=changes, organisation=make_up.lead
        )
        key = f"taskforce:{force.pk}:{event.pk}"
        notify_of_won([Notice(joined, f"您已列入「{force}」专班", force.get_absolute_url(), key)])
    return force


def _write_name(force: TaskForce, make_up: MakeUp) -> None:
    """Write name and lead over those that were read; raises `Conflict` where they are others by now."""
    present = TaskForce.objects.filter(pk=force.pk, name=force.name, lead=force.lead_id)
    try:
        with transaction.atomic():
            held = present.update(name=make_up.name, lead=make_up.lead)
    except IntegrityError as error:
        raise Refused(f"{force.year}年已有名为「{make_up.name}」的专班，请换一个名称") from error
    if not held:
        raise _conflict(TaskForce.objects.select_related("lead").get(pk=force.pk))


def _conflict(force: TaskForce) -> Conflict:
    theirs = _words(force, _composition(force))
    return Conflict("该专班刚被他人修改，您的内容尚未保存。请核对现在的内容后再提交。", {**theirs})


@dataclass(frozen=True)
class _Composition:
    """The responsible units in their order, and the members in the order they joined."""

    responsible: list[Organisation]
    members: list[TaskForceMember]


def _composition(force: TaskForce) -> _Composition:
    return _Composition(
        list(force.responsible.all()), list(force.members.select_related("user").order_by("pk"))
    )


def fingerprint(force: TaskForce) -> str:
    """Return the present make-up of a task force as one text, to notice that somebody changed it."""
    now = TaskForce.objects.select_related("lead").get(pk=force.pk)
    return _digest(_words(now, _composition(now)))


def _digest(now: Mapping[str, str]) -> str:
    return "|".join(f"{key}={value}" for key, value in now.items())


def _words(force: TaskForce, composition: _Composition) -> dict[str, str]:
    members: dict[str, list[str]] = {duty.value: [] for duty in Duty}
    for row in composition.members:
        members[row.duty].append(row.user.name)
    return {
        "名称": force.name,
        "牵头单位": str(force.lead),
        "责任单位": "、".join(str(unit) for unit in composition.responsible),
        **{Duty(duty).label: "、".join(names) for duty, names in members.items()},
    }


def _sorted(units: Iterable[Organisation]) -> list[Organisation]:
    return sorted(units, key=lambda unit: (unit.order, unit.pk))


def _members_after(force: TaskForce, before: _Composition, make_up: MakeUp) -> list[TaskForceMember]:
    """Return the members as they are to be: those who stay in their order, then the new ones, not yet saved."""
    chiefs = [make_up.chief] if make_up.chief else []
    duties = {Duty.CHIEF: chiefs, Duty.DEPUTY: make_up.deputies, Duty.LIAISON: make_up.liaisons}
    wanted = {(duty.value, person.pk): person for duty, people in duties.items() for person in people}
    stay = [row for row in before.members if (row.duty, row.user_id) in wanted]
    held = {(row.duty, row.user_id) for row in stay}
    new = {place: person for place, person in wanted.items() if place not in held}
    joined = [TaskForceMember(task_force=force, user=user, duty=duty) for (duty, _), user in new.items()]
    return [*stay, *joined]


def _write_composition(force: TaskForce, before: _Composition, after: _Composition) -> list[User]:
    """Write what differs, with one statement for those who go and one for those who come; return the new people."""
    links = TaskForce.responsible.through.objects
    old, new = {unit.pk for unit in before.responsible}, {unit.pk for unit in after.responsible}
    if old - new:
        links.filter(taskforce=force, organisation__in=old - new).delete()
    links.bulk_create([links.model(taskforce=force, organisation_id=key) for key in sorted(new - old)])
    kept = {row.pk for row in after.members}
    if gone := [row.pk for row in before.members if row.pk not in kept]:
        TaskForceMember.objects.filter(pk__in=gone).delete()
    joined = [row for row in after.members if row.pk is None]
    people = [row.user for row in joined]
    TaskForceMember.objects.bulk_create(joined)
    return people


def _refuse_wrong_people(chief: User | None, deputies: list[User], today: date) -> None:
    for person in [*([chief] if chief else []), *deputies]:
        if Role.CHIEF not in held_roles(person.grants.all(), on=today):
            raise Refused(f"{person.name}没有指标长角色，请先由安全管理员授权")
    if chief is not None and chief in deputies:
        raise Refused("指标长不必再列为副指标长，请删去")


def _refuse_others(actor: User) -> None:
    if not actor.is_active or not actor.has_role(*OFFICE_ROLES):
        raise Refused("专班由营商办组建和调整，您没有此项权限")
