"""Instructions 交办: each becomes a work item of the year's list 调度交办 with a unit and a due date."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from indicators.models import DispatchRound, Instruction, TaskForce, TaskForceMember, WorkItem, WorkList
from indicators.services.items.entries import enter_items
from portal.errors import Refused
from portal.models import AuditEvent, Organisation, User
from portal.roles import OFFICE_ROLES, Role
from portal.services import audit

PREFIX = "JB"
HEADING = (TaskForceMember.Duty.CHIEF, TaskForceMember.Duty.DEPUTY)


@dataclass(frozen=True)
class Order:
    """What is told to whom by when, by the chief or leader `given_by`; None: by the person who enters it."""

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
    """Enter one instruction; see `give_instructions`."""
    return give_instructions([order], actor=actor, given_on=given_on, today=today, round_=round_)[0]


@transaction.atomic
def give_instructions(
    orders: Sequence[Order], *, actor: User, given_on: date, today: date, round_: DispatchRound | None = None
) -> list[Instruction]:
    """Enter instructions with their work items, with the queries of one, and tell the units' liaisons and heads.

    The same instruction to the same unit on the same day is given once: a second
    call returns the first one. Raises `Refused`.
    """
    if not orders:
        return []
    headed = None if actor.has_role(*OFFICE_ROLES) else _headed_by(actor)
    for order in orders:
        _refuse_wrong(order, actor=actor, headed=headed, given_on=given_on)
    work_list = _list_of(given_on.year)
    given = _given_before(orders, actor, given_on, round_)
    fresh = {key: order for order in orders if (key := _key(order, actor)) not in given}
    entries = [_entry(order, actor, given_on) for order in fresh.values()]
    items, events = enter_items(work_list, entries, actor=actor, today=today)
    rows = Instruction.objects.bulk_create(
        [
            Instruction(
                round=round_,
                item=item,
                about=order.about,
                given_by=order.given_by or actor,
                given_on=given_on,
            )
            for item, order in zip(items, fresh.values(), strict=True)
        ]
    )
    audit.record_many([*events, *(_event(row, actor) for row in rows)])
    given |= dict(zip(fresh, rows, strict=True))
    return [given[_key(order, actor)] for order in orders]


_Key = tuple[int, str, int, date | None]


def _key(order: Order, actor: User) -> _Key:
    """Return what makes two instructions of one day the same: giver, words, unit and day."""
    return ((order.given_by or actor).pk, order.title, order.organisation.pk, order.due_on)


def _given_before(
    orders: Sequence[Order], actor: User, given_on: date, round_: DispatchRound | None
) -> dict[_Key, Instruction]:
    """Return the instructions of the day and round that say what one of `orders` says."""
    told = Instruction.objects.filter(
        given_on=given_on, round=round_, item__title__in=[order.title for order in orders]
    )
    wanted = {_key(order, actor) for order in orders}
    found: dict[_Key, Instruction] = {}
    for row in told.select_related("item__organisation").order_by("pk"):
        key = (row.given_by_id, row.item.title, row.item.organisation_id, row.item.due_on)
        if key in wanted:
            found.setdefault(key, row)
    return found


def _entry(order: Order, actor: User, given_on: date) -> dict[str, Any]:
    leads = order.given_by is not None or actor.has_role(Role.CHIEF, Role.LEADER)
    return {
        "task_force": order.task_force,
        "title": order.title,
        "target": order.requirement,
        "organisation": order.organisation,
        "responsible_leader": (order.given_by or actor).name if leads else "",
        "start_on": given_on,
        "due_on": order.due_on,
        "is_urgent": True,
    }


def _event(row: Instruction, actor: User) -> AuditEvent:
    facts = {"交办人": row.given_by.name, "时限": row.item.due_on, "事项": row.item.number}
    note = str(row.round) if row.round else ""
    return audit.build_event(
        row, "instruction.give", actor=actor, changes=facts, note=note, organisation=row.item.organisation
    )


def _headed_by(user: User) -> frozenset[int]:
    return frozenset(user.duties.filter(duty__in=HEADING).values_list("task_force", flat=True))


def _refuse_wrong(order: Order, *, actor: User, headed: Set[int] | None, given_on: date) -> None:
    """Refuse an order; `headed`: the task forces that `actor` heads, None for the office, which may instruct in all."""
    if not may_instruct(actor):
        raise Refused("交办由营商办或指标长办理，您没有此项权限")
    if headed is not None:
        if order.given_by is not None and order.given_by.pk != actor.pk:
            raise Refused("只能以本人名义交办；代他人交办请由营商办录入")
        if order.task_force.pk not in headed:
            raise Refused(f"您不是{order.task_force}专班的指标长，请选择您负责的专班")
    if not order.title.strip():
        raise Refused("请填写交办事项")
    if order.due_on < given_on:
        raise Refused(
            f"「{order.title}」的时限不能早于交办日期（{given_on.year}年{given_on.month}月{given_on.day}日），请核对"
        )
    if order.about is not None and order.about.task_force_id != order.task_force.pk:
        raise Refused(f"所涉事项 {order.about.short_number} 不属于{order.task_force}专班，请重新选择")


def _list_of(year: int) -> WorkList:
    """Return the year's list 调度交办, made when missing, locked until the instruction is written."""
    row, _ = WorkList.objects.select_for_update().get_or_create(
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
    return row
