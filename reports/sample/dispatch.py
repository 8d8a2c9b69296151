"""Dispatch rounds, the instructions given there, and the letters of the escalation ladder."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, time
from decimal import Decimal

from indicators.models import DispatchRound, Instruction, Letter, WorkItem, WorkList
from indicators.workflow import ItemState
from portal.models import User
from reports.sample import closing, ledger, texts
from reports.sample.county import County
from reports.sample.shifting import YEAR
from reports.sample.texts import InstructionText, LetterText, RoundText

PREFIX = "JB"


def load(county: County) -> None:
    """Write the rounds in the order in which they were held, their instructions and the letters."""
    work_list = WorkList.objects.get(year=county.shift.year, prefix=PREFIX)
    position = 0
    for number, text in enumerate(texts.rounds(), start=1):
        row = _round(county, text, number)
        for told in text.instructions:
            position += 1
            _instruct(county, row, work_list, told, position)
    ledger.take_in(county)
    _load_letters(county)


def _round(county: County, text: RoundText, number: int) -> DispatchRound:
    held_on = county.workday(text.held_on)
    hour, minute = (int(part) for part in text.time.split(":"))
    planned_at = county.at(held_on, clock=time(hour, minute))
    row = DispatchRound.objects.create(
        year=county.shift.year,
        number=number,
        month=held_on.replace(day=1),
        form=text.form,
        occasion=f"{held_on:%Y-%m-%d}-{text.form}",
        state=DispatchRound.State.HELD,
        chief=county.people[text.chief] if text.chief else None,
        lead=county.units[text.lead] if text.lead else None,
        cutoff_on=county.workdays_after(held_on, -2),
        planned_at=planned_at,
        place=text.place,
        held_on=held_on,
        chair=text.chair,
        present="、".join(text.present),
        minutes=county.shift.text(text.minutes),
        recorded_by=county.people["马雨辰"],
        version=2,
    )
    row.task_forces.set([county.task_forces[name] for name in text.task_forces])
    changes: dict[str, object] = {"state": [DispatchRound.State.DRAFT, DispatchRound.State.HELD]}
    county.tell(county.at(held_on, clock=time(17, 20)), row, "round.hold", row.recorded_by, changes=changes)
    return row


def _instruct(
    county: County, row: DispatchRound, work_list: WorkList, text: InstructionText, position: int
) -> None:
    if row.held_on is None:
        raise ValueError(f"{row} was not held")
    item = _item(county, row.held_on, work_list, text, position)
    about = texts.situations().instructions.get(text.title, {}).get("about")
    giver = _giver(county, row)
    Instruction.objects.create(
        round=row,
        item=item,
        about=county.items[about] if about else None,
        given_by=giver,
        given_on=row.held_on,
    )
    note = f"{row}交办：{county.shift.text(text.requirement)}"
    county.tell(
        county.at(row.held_on, clock=time(17, 30)),
        item,
        "item.create",
        giver,
        changes={"title": item.title, "due_on": item.due_on},
        note=note,
        organisation=item.organisation,
    )
    if item.closed_on:
        _close(county, item, text)


def _giver(county: County, row: DispatchRound) -> User:
    if row.chief:
        return row.chief
    return county.head(row.lead) if row.lead else county.director


def _item(
    county: County, given_on: date, work_list: WorkList, text: InstructionText, position: int
) -> WorkItem:
    task_force, organisation = county.task_forces[text.task_force], county.units[text.organisation]
    closed_on = _done_on(county, text)
    percent = texts.situations().instructions.get(text.title, {}).get("percent", 0)
    due_on = max(county.shift.day(text.due), given_on)
    item = WorkItem.objects.create(
        number=f"{work_list.year}-{PREFIX}-{position:03d}",
        work_list=work_list,
        task_force=task_force,
        title=text.title,
        target=county.shift.text(text.requirement),
        lead=task_force.lead,
        organisation=organisation,
        responsible_leader=next(row.chief for row in texts.task_forces() if row.name == text.task_force),
        responsible_person=county.head(organisation).name,
        start_on=given_on,
        due_on=due_on,
        original_due_on=due_on,
        is_urgent=True,
        state=ItemState.CLOSED if closed_on else ItemState.IN_PROGRESS,
        closed_on=closed_on,
        percent=Decimal(100 if closed_on else percent),
    )
    WorkItem.objects.filter(pk=item.pk).update(created_at=county.at(given_on, clock=time(17, 30)))
    return item


def _done_on(county: County, text: InstructionText) -> date | None:
    """Return the day on which an instruction was done: by its due date where that lies in the month."""
    if text.done_month is None:
        return None
    in_month = (text.due.year, text.due.month) == (YEAR, text.done_month)
    last = text.due.day if in_month else monthrange(YEAR, text.done_month)[1]
    drawn = county.rng(f"done:{text.title}").randint(max(last - 4, 5), last)
    return county.workday(date(YEAR, text.done_month, drawn))


def _close(county: County, item: WorkItem, text: InstructionText) -> None:
    if item.closed_on is None:
        raise ValueError(f"{item.number} is not closed")
    closing.approved(
        county,
        item,
        item.closed_on,
        result=f"已按交办要求完成：{county.shift.text(text.requirement)}",
        lead_opinion="办理结果属实，同意。",
        opinion="同意销号。",
    ).save()


def _load_letters(county: County) -> None:
    by_title = {item.title: item for item in county.items.values()}
    for text in texts.letters():
        _letter(county, text, by_title)


def _letter(county: County, text: LetterText, by_title: dict[str, WorkItem]) -> None:
    issued_on = county.workday(text.issued_on)
    number = county.shift.text(text.number)
    row = Letter.objects.create(
        rung=text.rung,
        state=Letter.State.ISSUED,
        number=number,
        organisation=county.units[text.organisation],
        occasion=f"{issued_on:%Y-%m-%d}-{text.rung}-{county.units[text.organisation].code}",
        reason=county.shift.text(text.reason),
        body=county.shift.text(text.body),
        reply_by=county.shift.day(text.reply_by),
        proposed_at=county.at(issued_on, clock=time(9, 10)),
        proposed_by=county.people["马雨辰"],
        signed_by=county.people[text.signed_by],
        issued_on=issued_on,
    )
    row.items.set([by_title[title] for title in text.items])
    county.tell(
        county.at(issued_on, clock=time(11, 0)),
        row,
        "letter.issue",
        row.signed_by,
        changes={"number": number},
        note=row.reason,
        organisation=row.organisation,
    )
