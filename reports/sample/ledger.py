"""The work lists and their items."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from indicators.models import WorkItem, WorkList
from indicators.workflow import ItemState
from portal.models import Organisation
from reports.sample import texts
from reports.sample.county import County
from reports.sample.shifting import YEAR
from reports.sample.texts import ItemText, ListText

EARLIEST_CLOSING = 9
"""No item is closed before this day of a month: the month's reports are still being looked at."""


def load(county: County) -> None:
    """Write the lists and the items of four of them; the instructions come with the dispatch rounds."""
    WorkList.objects.bulk_create(
        WorkList(
            year=county.shift.year,
            source=row.source,
            kind=row.kind,
            title=county.shift.text(row.title),
            label=row.label,
            prefix=row.prefix,
            basis=_basis(county, row),
            order=position * 10,
        )
        for position, row in enumerate(texts.lists(), start=1)
    )
    lists = {row.prefix: row for row in WorkList.objects.filter(year=county.shift.year)}
    pairs = [(lists[row.prefix], text) for row in texts.lists() for text in texts.items(row)]
    WorkItem.objects.bulk_create(
        [_item(county, work_list, text) for work_list, text in pairs], batch_size=200
    )
    county.texts = {text.number: text for _work_list, text in pairs}
    take_in(county)
    _load_supporting(county)
    _tell_beginnings(county)


def _basis(county: County, row: ListText) -> str:
    return f"{row.title}（{county.shift.text(row.document)}）"[:160] if row.document else ""


def take_in(county: County) -> None:
    """Read the items written so far, with what the other parts look at."""
    rows = WorkItem.objects.select_related("work_list", "task_force", "lead", "organisation").order_by("pk")
    county.items = {row.short_number: row for row in rows}


def _item(county: County, work_list: WorkList, text: ItemText) -> WorkItem:
    task_force = county.task_forces[text.task_force]
    organisation = county.units[text.organisation]
    situations = texts.situations()
    lead = situations.leads.get(text.number)
    return WorkItem(
        number=f"{work_list.year}-{text.number}",
        work_list=work_list,
        task_force=task_force,
        title=text.title,
        target=county.shift.text(text.target),
        quantity=text.quantity,
        unit=text.unit,
        measures=county.shift.text(text.measures),
        lead=county.units[lead] if lead else task_force.lead,
        organisation=organisation,
        responsible_leader=_chief(text),
        responsible_person=county.head(organisation).name,
        start_on=county.shift.day(text.start),
        due_on=county.shift.day(text.due) if text.due else None,
        original_due_on=_original_due(county, text),
        weight=text.weight,
        is_important=text.is_important,
        state=_state(county, text, organisation, county.units[lead] if lead else task_force.lead),
        closed_on=closing_day(county, text),
    )


def _chief(text: ItemText) -> str:
    return next(row.chief for row in texts.task_forces() if row.name == text.task_force)


def _original_due(county: County, text: ItemText) -> date | None:
    """Return the first due date: the one before an approved extension, else the present one."""
    for row in texts.situations().adjustments:
        if row["item"] == text.number and row["state"] == "approved":
            return county.shift.day(row["old"])
    return county.shift.day(text.due) if text.due else None


def _state(county: County, text: ItemText, organisation: Organisation, lead: Organisation) -> str:
    if text.is_closed:
        return ItemState.CLOSED
    if text.number in texts.situations().planned:
        return ItemState.PLANNED
    row = texts.situations().applications.get(text.number, {})
    days = {
        name: county.has_come(county.workday(row[name]))
        for name in ("applied", "confirmed", "lead")
        if name in row
    }
    if not days.get("applied"):
        return ItemState.IN_PROGRESS
    if not days.get("confirmed"):
        return ItemState.AWAITING_UNIT
    return ItemState.AWAITING_OFFICE if lead == organisation or days.get("lead") else ItemState.AWAITING_LEAD


def closing_day(county: County, text: ItemText) -> date | None:
    """Return the working day on which a closed item was closed: in its month, and in time where it was due in it."""
    if text.closed_month is None:
        return None
    named = texts.situations().closed_on.get(text.number)
    if named:
        return county.workday(named)
    last = monthrange(YEAR, text.closed_month)[1]
    if text.due and (text.due.year, text.due.month) == (YEAR, text.closed_month):
        last = text.due.day
    drawn = county.rng(f"closing:{text.number}").randint(min(EARLIEST_CLOSING, last), last)
    return county.workday_in_month(date(YEAR, text.closed_month, drawn))


def _load_supporting(county: County) -> None:
    through = WorkItem.supporting.through
    through.objects.bulk_create(
        [
            through(workitem=county.items[text.number], organisation=county.units[unit])
            for text in county.texts.values()
            for unit in text.supporting
        ],
        batch_size=500,
    )


def _tell_beginnings(county: County) -> None:
    """Tell when the items were entered and begun, and date their rows accordingly."""
    for number, item in county.items.items():
        entered_on = county.workdays_after(item.start_on, -1)
        item.created_at = county.at(entered_on, number)
        changes: dict[str, object] = {"title": item.title, "due_on": item.original_due_on}
        county.tell(
            item.created_at,
            item,
            "item.create",
            county.officer(number),
            changes=changes,
            note=item.work_list.basis,
            organisation=item.organisation,
        )
        begun_on = county.workdays_after(item.start_on, county.rng(f"begun:{number}").randint(0, 6))
        if item.state != ItemState.PLANNED:
            county.tell(
                county.at(begun_on, number),
                item,
                "item.start",
                county.liaison(item.organisation),
                changes={"state": [ItemState.PLANNED, ItemState.IN_PROGRESS]},
                organisation=item.organisation,
            )
    WorkItem.objects.bulk_update(county.items.values(), ["created_at"], batch_size=200)
