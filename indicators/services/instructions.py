"""Instructions 交办: each becomes a work item of the year's list 调度交办 with a unit and a due date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from indicators.models import DispatchRound, Instruction, TaskForce, TaskForceMember, WorkItem, WorkList
from indicators.services.items import create_item
from portal.errors import Refused
from portal.models import Organisation, User
from portal.roles import OFFICE_ROLES, Role
from portal.services import audit

PREFIX = "JB"
HEADING = (TaskForceMember.Duty.CHIEF, TaskForceMember.Duty.DEPUTY)


@dataclass(frozen=True)
class Order:
    """What is told to whom by when. `given_by` None: the person who enters it."""

    task_force: TaskForce
    title: str
    organisation: Organisation
    due_on: date
    requirement: str = ""
    about: WorkItem | None = None
    given_by: User | None = None


def may_instruct(user: User) -> bool:
    """Tell whether `user` may give instructions at all: the office, and a chief for his task forces."""
    return user.is_active and user.has_role(*OFFICE_ROLES, Role.CHIEF)


@transaction.atomic
def give_instruction(
    order: Order, *, actor: User, given_on: date, today: date, round_: DispatchRound | None = None
) -> Instruction:
    """Enter the instruction with its work item, and tell the unit's liaisons and head.

    The same instruction to the same unit on the same day is given once: a second
    call returns the first one. Raises `Refused`.
    """
    giver = order.given_by or actor
    _refuse_wrong(order, actor=actor, giver=giver, given_on=given_on)
    work_list = _list_of(given_on.year)
    if (same := _given_before(order, giver, given_on, round_)) is not None:
        return same
    item = create_item(
        work_list,
        actor=actor,
        today=today,
        task_force=order.task_force,
        title=order.title,
        target=order.requirement,
        organisation=order.organisation,
        responsible_leader=giver.name if giver.has_role(Role.CHIEF, Role.LEADER) else "",
        start_on=given_on,
        due_on=order.due_on,
        is_urgent=True,
    )
    row = Instruction.objects.create(
        round=round_, item=item, about=order.about, given_by=giver, given_on=given_on
    )
    facts = {"交办人": giver.name, "时限": order.due_on, "事项": item.number}
    note = str(round_) if round_ else ""
    audit.record(
        row, "instruction.give", actor=actor, changes=facts, note=note, organisation=order.organisation
    )
    return row


def _given_before(
    order: Order, giver: User, given_on: date, round_: DispatchRound | None
) -> Instruction | None:
    """Return the instruction that says the same to the same unit on the same day, if there is one."""
    return Instruction.objects.filter(
        given_by=giver,
        given_on=given_on,
        round=round_,
        item__title=order.title,
        item__organisation=order.organisation,
        item__due_on=order.due_on,
    ).first()


def _refuse_wrong(order: Order, *, actor: User, giver: User, given_on: date) -> None:
    if not may_instruct(actor):
        raise Refused("交办由营商办或指标长办理，您没有此项权限")
    if not actor.has_role(*OFFICE_ROLES):
        if giver.pk != actor.pk:
            raise Refused("只能以本人名义交办；代他人交办请由营商办录入")
        if not order.task_force.members.filter(user=actor, duty__in=HEADING).exists():
            raise Refused(f"您不是{order.task_force}专班的指标长，请选择您负责的专班")
    if not order.title.strip():
        raise Refused("请填写交办事项")
    if order.due_on < given_on:
        raise Refused(f"「{order.title}」的时限不能早于交办日期（{given_on.isoformat()}），请核对")
    if order.about is not None and order.about.task_force_id != order.task_force.pk:
        raise Refused(f"所涉事项 {order.about.short_number} 不属于{order.task_force}专班，请重新选择")


def _list_of(year: int) -> WorkList:
    """Return the year's list 调度交办, made when missing, locked until the instruction is written."""
    WorkList.objects.get_or_create(
        year=year,
        prefix=PREFIX,
        defaults={
            "source": WorkList.Source.INSTRUCTION,
            "kind": WorkList.Kind.TASK,
            "title": f"{year}年度优化营商环境调度交办事项",
            "label": "调度交办事项",
            "order": 90,
        },
    )
    return WorkList.objects.select_for_update().get(year=year, prefix=PREFIX)
