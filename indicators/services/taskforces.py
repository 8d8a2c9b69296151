"""Set up a task force 专班 and change who is in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from indicators.models import Indicator, TaskForce, TaskForceMember
from portal.errors import Conflict, Refused
from portal.models import Organisation, User
from portal.roles import OFFICE_ROLES, Role
from portal.services import audit
from portal.services.notices import notify

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
    TaskForce.objects.select_for_update().get(pk=force.pk)
    if fingerprint(force) != seen:
        raise Conflict("该专班刚被他人修改，您的内容尚未保存。请核对现在的内容后再提交。", {**_now(force)})
    deputies, before = list(make_up.deputies), _now(force)
    _refuse_wrong_people(make_up.chief, deputies, today)
    force.name, force.lead = make_up.name, make_up.lead
    try:
        with transaction.atomic():
            force.save(update_fields=["name", "lead"])
    except IntegrityError as error:
        raise Refused(f"{force.year} 年已有名为「{make_up.name}」的专班，请换一个名称") from error
    force.responsible.set(make_up.responsible)
    joined = _set_members(force, [make_up.chief] if make_up.chief else [], Duty.CHIEF)
    joined += _set_members(force, deputies, Duty.DEPUTY)
    joined += _set_members(force, make_up.liaisons, Duty.LIAISON)
    after = _now(force)
    changes = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    if changes:
        event = audit.record(
            force, "taskforce.update", actor=actor, changes=changes, organisation=make_up.lead
        )
        key = f"taskforce:{force.pk}:{event.pk}"
        notify(joined, f"您已列入「{force}」专班", url=force.get_absolute_url(), event_key=key)
    return force


def fingerprint(force: TaskForce) -> str:
    """Return the present make-up of a task force as one text, to notice that somebody changed it."""
    return "|".join(f"{key}={value}" for key, value in _now(TaskForce.objects.get(pk=force.pk)).items())


def _now(force: TaskForce) -> dict[str, str]:
    members: dict[str, list[str]] = {duty.value: [] for duty in Duty}
    for row in force.members.select_related("user").order_by("pk"):
        members[row.duty].append(row.user.name)
    return {
        "名称": force.name,
        "牵头单位": str(force.lead),
        "责任单位": "、".join(str(unit) for unit in force.responsible.all()),
        **{Duty(duty).label: "、".join(names) for duty, names in members.items()},
    }


def _set_members(force: TaskForce, people: Iterable[User], duty: Duty) -> list[User]:
    """Make `people` the holders of a duty; return those who are new to it."""
    wanted = {person.pk: person for person in people}
    held = set(force.members.filter(duty=duty).values_list("user_id", flat=True))
    force.members.filter(duty=duty).exclude(user__in=wanted).delete()
    new = [person for key, person in wanted.items() if key not in held]
    TaskForceMember.objects.bulk_create(
        [TaskForceMember(task_force=force, user=person, duty=duty) for person in new]
    )
    return new


def _refuse_wrong_people(chief: User | None, deputies: list[User], today: date) -> None:
    chiefs = set(User.objects.holding(Role.CHIEF, on=today).values_list("pk", flat=True))
    for person in [*([chief] if chief else []), *deputies]:
        if person.pk not in chiefs:
            raise Refused(f"{person.name}没有指标长角色，请先由安全管理员授权")
    if chief is not None and chief in deputies:
        raise Refused("指标长不必再列为副指标长，请删去")


def _refuse_others(actor: User) -> None:
    if not actor.is_active or not actor.has_role(*OFFICE_ROLES):
        raise Refused("专班由营商办组建和调整，您没有此项权限")
