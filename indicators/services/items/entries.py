"""Enter a work item into a ledger and correct it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from datetime import date
from typing import Any

from django.db import transaction

from indicators.item_rules import problems_with
from indicators.models import WorkItem, WorkList
from indicators.services.items.steps import ensure_version, notice_of, people_of, write_change
from indicators.services.lamps import light_new, relight_rows
from indicators.workflow import OPEN_STATES, ItemState
from portal.errors import Refused
from portal.models import AuditEvent, Organisation, User
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role
from portal.services import audit
from portal.services.notices import notify_of_won
from portal.services.numbers import take_numbers

# Who may add to a list; lists not named here belong to the office.
CREATORS: dict[str, Set[str]] = {
    WorkList.Source.INSTRUCTION: OFFICE_ROLES | {Role.CHIEF, Role.LEADER},
    WorkList.Source.INSPECTION: OFFICE_ROLES | {Role.INSPECTOR},
}
# What an entry may say; dates and duty of an entry in force are changed by `services.adjustments`.
ENTRY_FIELDS = frozenset(
    {
        "task_force",
        "title",
        "target",
        "quantity",
        "unit",
        "measures",
        "lead",
        "organisation",
        "responsible_leader",
        "responsible_person",
        "start_on",
        "due_on",
        "weight",
        "is_important",
        "is_urgent",
    }
)
EDITABLE = ENTRY_FIELDS - {"organisation", "start_on", "due_on"}
CORRECTABLE_STATES = OPEN_STATES | {ItemState.SUSPENDED}


def number_series(work_list: WorkList) -> str:
    """Return the name of the counter that numbers the items of a list."""
    return f"item-{work_list.prefix}"


def item_number(work_list: WorkList, n: int) -> str:
    """Return the printed number of the n-th item of a list: `2023-DB-011`."""
    return f"{work_list.year}-{work_list.prefix}-{n:03d}"


def may_create(user: User, work_list: WorkList) -> bool:
    """Tell whether `user` may add an item to `work_list`."""
    return user.is_active and user.has_role(*CREATORS.get(work_list.source, OFFICE_ROLES))


@transaction.atomic
def create_item(
    work_list: WorkList,
    *,
    actor: User,
    today: date,
    supporting: Iterable[Organisation] = (),
    **values: Any,
) -> WorkItem:
    """Enter one item with its supporting units; see `create_items`."""
    helpers = list(supporting)
    _refuse_wrong({**values, "supporting": helpers}, work_list)
    (item,) = create_items(work_list, [values], actor=actor, today=today)
    item.supporting.add(*helpers)
    return item


@transaction.atomic
def create_items(
    work_list: WorkList, entries: Sequence[dict[str, Any]], *, actor: User, today: date
) -> list[WorkItem]:
    """Enter items with the queries of one, number them within their list and year, and tell the units that owe them.

    An entry is fields of `WorkItem`; `lead` defaults to the task force's. The first
    due date is kept as the original one for ever. Raises `Refused`.
    """
    items, events = enter_items(work_list, entries, actor=actor, today=today)
    audit.record_many(events)
    return items


@transaction.atomic
def enter_items(
    work_list: WorkList, entries: Sequence[dict[str, Any]], *, actor: User, today: date
) -> tuple[list[WorkItem], list[AuditEvent]]:
    """Do what `create_items` does, but leave the history to the caller, who records more in the same step."""
    if not may_create(actor, work_list):
        raise Refused(f"「{work_list}」的事项由营商办录入，您没有此项权限")
    for values in entries:
        _refuse_wrong(values, work_list)
        _only(values, ENTRY_FIELDS)
    if not entries:
        return [], []
    numbers = take_numbers(number_series(work_list), work_list.year, len(entries))
    items = [_new_item(work_list, n, values) for n, values in zip(numbers, entries, strict=True)]
    light_new(items, today=today)
    WorkItem.objects.bulk_create(items)
    events = [_entry_event(item, values, actor) for item, values in zip(items, entries, strict=True)]
    people: dict[int, list[User]] = defaultdict(list)
    for person in people_of({item.organisation_id for item in items}, UNIT_ROLES, today):
        people[person.organisation_id].append(person)
    notify_of_won(
        notice_of(
            item,
            f"新交办事项 {item.short_number}：{item.title}",
            people=people[item.organisation_id],
            actor=actor,
        )
        for item in items
    )
    return items, events


def _new_item(work_list: WorkList, number: int, values: dict[str, Any]) -> WorkItem:
    item = WorkItem(work_list=work_list, original_due_on=values.get("due_on"), **values)
    if item.lead_id is None:
        item.lead = item.task_force.lead
    item.number = item_number(work_list, number)
    return item


def _entry_event(item: WorkItem, values: dict[str, Any], actor: User) -> AuditEvent:
    facts = {name: value for name, value in values.items() if value not in {None, "", False}}
    return audit.build_event(
        item,
        "item.create",
        actor=actor,
        changes={**facts, "version": [0, 1]},
        note=item.work_list.basis,
        organisation=item.organisation,
    )


@transaction.atomic
def update_item(
    item: WorkItem,
    *,
    version: int,
    actor: User,
    today: date,
    supporting: Iterable[Organisation] | None = None,
    **values: Any,
) -> WorkItem:
    """Correct an item as read at `version`; nothing is written when nothing differs.

    An item without a due date may be given its first one here; a date or duty in
    force is changed by an adjustment. Raises `Conflict`, which tells who changed
    what in between, or `Refused`.
    """
    if not actor.is_active or not actor.has_role(*OFFICE_ROLES):
        raise Refused("台账内容由营商办修改，您没有此项权限")
    ensure_version(item, version)
    _only(values, EDITABLE if item.due_on else EDITABLE | {"due_on"})
    if item.state == ItemState.AWAITING_LEAD and values.get("lead", item.lead) != item.lead:
        raise Refused("牵头单位正在初审，暂不能更换；请待初审办结后再改")
    if values.get("due_on"):
        values["original_due_on"] = item.original_due_on or values["due_on"]
    before = list(item.supporting.all())
    after = before if supporting is None else list(supporting)
    judged = {"organisation": item.organisation, "start_on": item.start_on, **values, "supporting": after}
    _refuse_wrong(judged, item.work_list)
    facts = {"supporting": [_names(before), _names(after)]} if set(before) != set(after) else {}
    if not facts and all(getattr(item, name) == value for name, value in values.items()):
        return item
    write_change(item, "item.update", actor=actor, changes=values, sources=CORRECTABLE_STATES, facts=facts)
    if facts:
        item.supporting.set(after)
    if "due_on" in values:
        relight_rows([item], today=today)
    return item


def _names(units: Iterable[Organisation]) -> str:
    return "、".join(str(unit) for unit in units)


def _only(values: dict[str, object], allowed: Set[str]) -> None:
    if strange := sorted(set(values) - allowed):
        raise TypeError(f"not a field of an entry here: {', '.join(strange)}")


def _refuse_wrong(values: dict[str, object], work_list: WorkList) -> None:
    for messages in problems_with(values, year=work_list.year).values():
        raise Refused(messages[0])
