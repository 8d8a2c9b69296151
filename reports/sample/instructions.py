"""The instructions given in the rounds: each a work item with a unit, a due date and monthly reports."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, time

from indicators.models import DispatchRound, Instruction, WorkItem, WorkList
from indicators.services.items.entries import item_number
from indicators.workflow import ItemState
from portal.models import User
from portal.roles import Role
from reports.sample import closing, texts
from reports.sample.county import County
from reports.sample.plans import Plan
from reports.sample.shifting import YEAR
from reports.sample.texts import InstructionText, ItemText

TOLD_AT = time(17, 30)


def give(
    county: County, row: DispatchRound, work_list: WorkList, text: InstructionText, position: int
) -> None:
    """Write one instruction of a held round with its item, closed where the text says that it was done."""
    if row.held_on is None:
        raise ValueError(f"{row} was not held")
    giver, given_on = _giver(county, row), row.held_on
    item = _item(county, giver, given_on, work_list, text, position)
    county.instructions[item.short_number] = text
    about = texts.situations().instructions_about.get(text.title)
    told = Instruction.objects.create(
        round=row,
        item=item,
        about=county.items[about] if about else None,
        given_by=giver,
        given_on=given_on,
    )
    _tell(county, told, row)
    if item.closed_on:
        application = closing.approved(
            county,
            item,
            item.closed_on,
            result=f"已按交办要求完成：{item.target}",
            lead_opinion="办理结果属实，同意。",
            opinion="同意销号。",
        )
        application.save()


def _giver(county: County, row: DispatchRound) -> User:
    if row.chief:
        return row.chief
    return county.head(row.lead) if row.lead else county.director


def _tell(county: County, told: Instruction, row: DispatchRound) -> None:
    at, item = county.at(told.given_on, clock=TOLD_AT), told.item
    recorder, unit = row.recorded_by, item.organisation
    entered: dict[str, object] = {"title": item.title, "due_on": item.due_on}
    county.tell(
        at, item, "item.create", recorder, changes=entered, note=item.work_list.title, organisation=unit
    )
    facts: dict[str, object] = {"交办人": told.given_by.name, "时限": item.due_on, "事项": item.number}
    county.tell(at, told, "instruction.give", recorder, changes=facts, note=str(row), organisation=unit)


def _item(
    county: County, giver: User, given_on: date, work_list: WorkList, text: InstructionText, position: int
) -> WorkItem:
    task_force, organisation = county.task_forces[text.task_force], county.units[text.organisation]
    closed_on = _done_on(county, text, given_on)
    due_on = max(county.shift.day(text.due), given_on)
    item = WorkItem.objects.create(
        number=item_number(work_list, position),
        work_list=work_list,
        task_force=task_force,
        title=text.title,
        target=county.shift.text(text.requirement),
        lead=task_force.lead,
        organisation=organisation,
        responsible_leader=giver.name if giver.has_role(Role.CHIEF) else "",
        start_on=given_on,
        due_on=due_on,
        original_due_on=due_on,
        is_urgent=True,
        state=ItemState.CLOSED if closed_on else ItemState.IN_PROGRESS,
        closed_on=closed_on,
    )
    WorkItem.objects.filter(pk=item.pk).update(created_at=county.at(given_on, clock=TOLD_AT))
    return item


def _done_on(county: County, text: InstructionText, given_on: date) -> date | None:
    """Return the day on which an instruction was done: by its due date where that lies in the month."""
    if text.done_month is None:
        return None
    in_month = (text.due.year, text.due.month) == (YEAR, text.done_month)
    last = text.due.day if in_month else monthrange(YEAR, text.done_month)[1]
    drawn = county.rng(f"done:{text.title}").randint(max(last - 4, 5), last)
    return max(county.workday_in_month(date(YEAR, text.done_month, drawn)), given_on)


def plans(county: County) -> dict[str, Plan]:
    """Return what each instruction's item reports, in the words of its text, by the item's short number."""
    return {number: _plan(county.items[number], text) for number, text in county.instructions.items()}


def _plan(item: WorkItem, text: InstructionText) -> Plan:
    percents = {month: row["percent"] for month, row in text.reports.items()}
    return Plan(
        item=item,
        text=_as_item_text(item.short_number, text),
        percents=percents,
        quantities={},
        clauses=dict.fromkeys(percents, text.requirement),
        told={
            month: {name: said for name, said in row.items() if name != "percent"}
            for month, row in text.reports.items()
        },
    )


def _as_item_text(number: str, text: InstructionText) -> ItemText:
    return ItemText(
        number=number,
        task_force=text.task_force,
        title=text.title,
        target=text.requirement,
        quantity=None,
        unit="",
        measures=text.requirement,
        organisation=text.organisation,
        supporting=(),
        start=date(YEAR, min(text.reports), 1),
        due=text.due,
        weight=1,
        is_important=False,
        progress="closed" if text.done_month else "",
        closed_month=text.done_month,
        notes=(),
    )
