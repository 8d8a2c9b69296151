"""Applications to close, re-checks, changes of due dates, and the one unlocked month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from indicators.models import Adjustment, ClosingApplication, MonthUnlock, ReportingMonth, WorkItem
from indicators.workflow import ItemState
from reports.sample import texts, wording
from reports.sample.county import County
from reports.sample.plans import Plan

APPLIED_AT = time(10, 40)
CONFIRMED_AT = time(15, 2)
LEAD_AT = time(16, 10)
DECIDED_AT = time(17, 5)
OPEN = ItemState.IN_PROGRESS


def load(county: County, plans: Mapping[str, Plan]) -> None:
    """Write every application with the opinions given on it, and tell its steps."""
    rows = [_closed(county, plan) for plan in plans.values() if plan.text.is_closed]
    for number, row in texts.situations().applications.items():
        item = county.items[number]
        if "returned" in row:
            rows.append(_returned(county, item, row, plans[number]))
        elif county.has_come(county.workday(row["applied"])):
            rows.append(_pending(county, item, row, plans[number]))
    rows += [_recheck(county, number, row) for number, row in texts.situations().rechecks.items()]
    ClosingApplication.objects.bulk_create(sorted(rows, key=lambda row: row.applied_at), batch_size=200)
    _reopen(county)


def result_of(county: County, plan: Plan, month: int) -> str:
    """Word the result that an application reports."""
    text = plan.text
    done = plan.quantities.get(month)
    values = {
        "note": text.notes[-1],
        "month": str((county.shift.month(month)).month),
        "supporting": wording.named(text.supporting),
        "quantity": f"{done.normalize():f}" if done and not _counted(plan) else "",
        "unit": text.unit,
    }
    rng = county.rng(f"result:{text.number}")
    return county.shift.text(wording.choose(texts.patterns().closing_results, values, rng, set()))


def _counted(plan: Plan) -> bool:
    """Tell whether the last note names a number with the item's unit itself."""
    return bool(plan.text.unit) and plan.text.unit in plan.text.notes[-1]


def _opinion(county: County, item: WorkItem, key: str) -> str:
    values = {"supporting": wording.named(county.texts[item.short_number].supporting)}
    rng = county.rng(f"{key}:{item.number}")
    # The opinions on monthly reports only accept progress; these let an item go.
    agreeing = [pattern for pattern in texts.patterns().review_opinions if "同意" in pattern]
    return wording.choose(agreeing, values, rng, set())


def approved(
    county: County,
    item: WorkItem,
    closed_on: date,
    *,
    result: str,
    lead_opinion: str,
    opinion: str,
    round_: int = 1,
) -> ClosingApplication:
    """Make an approved application whose steps lead up to the closing day, and tell them."""
    own = item.lead_id == item.organisation_id
    applied_on = max(county.workdays_after(closed_on, -3 if own else -4), item.start_on)
    confirmed_on = max(county.workdays_after(closed_on, -2), applied_on)
    row = _applied(county, item, applied_on, completed_on=applied_on, result=result, round_=round_)
    _confirm(county, row, confirmed_on)
    if not own:
        _lead(county, row, max(county.workdays_after(closed_on, -1), confirmed_on), lead_opinion)
    row.decided_by, row.decided_at = county.director, county.at(closed_on, clock=DECIDED_AT)
    row.opinion, row.outcome = opinion, ClosingApplication.Outcome.APPROVED
    _tell(county, row, "approve", row.decided_at, (ItemState.AWAITING_OFFICE, ItemState.CLOSED), note=opinion)
    return row


def _applied(
    county: County, item: WorkItem, applied_on: date, *, completed_on: date, result: str, round_: int
) -> ClosingApplication:
    row = ClosingApplication(
        item=item,
        round=round_,
        completed_on=completed_on,
        result=result,
        applicant=county.liaison(item.organisation),
        applied_at=county.at(applied_on, clock=APPLIED_AT),
    )
    _tell(county, row, "apply", row.applied_at, (OPEN, ItemState.AWAITING_UNIT), note=result)
    return row


def _confirm(county: County, row: ClosingApplication, on: date) -> None:
    own = row.item.lead_id == row.item.organisation_id
    target = ItemState.AWAITING_OFFICE if own else ItemState.AWAITING_LEAD
    row.confirmed_by = county.head(row.item.organisation)
    row.confirmed_at = county.at(on, clock=CONFIRMED_AT)
    _tell(county, row, "confirm", row.confirmed_at, (ItemState.AWAITING_UNIT, target))


def _lead(county: County, row: ClosingApplication, on: date, opinion: str) -> None:
    row.lead_by, row.lead_at = county.head(row.item.lead), county.at(on, clock=LEAD_AT)
    row.lead_opinion = opinion
    states = (ItemState.AWAITING_LEAD, ItemState.AWAITING_OFFICE)
    _tell(county, row, "lead_pass", row.lead_at, states, note=opinion)


def _tell(
    county: County,
    row: ClosingApplication,
    step: str,
    at: datetime,
    states: tuple[str, str],
    *,
    note: str = "",
) -> None:
    actors = {
        "apply": row.applicant,
        "confirm": row.confirmed_by,
        "lead_pass": row.lead_by,
        "lead_return": row.lead_by,
        "approve": row.decided_by,
        "office_return": row.decided_by,
    }
    county.tell(
        at,
        row.item,
        f"item.{step}",
        actors[step],
        changes={"state": list(states)},
        note=note,
        organisation=row.item.organisation,
    )


def _closed(county: County, plan: Plan) -> ClosingApplication:
    item, month = plan.item, plan.text.closed_month
    if item.closed_on is None or month is None:
        raise ValueError(f"{item.number} is not closed")
    return approved(
        county,
        item,
        item.closed_on,
        result=result_of(county, plan, month),
        lead_opinion=_opinion(county, item, "lead"),
        opinion=_opinion(county, item, "office"),
    )


def _pending(county: County, item: WorkItem, row: Mapping[str, Any], plan: Plan) -> ClosingApplication:
    found = _applied(
        county,
        item,
        county.workday(row["applied"]),
        completed_on=county.shift.day(row["completed"]),
        result=county.shift.text(row["result"]) if "result" in row else result_of(county, plan, 10),
        round_=2 if item.short_number in texts.situations().rechecks else 1,
    )
    if item.state in {ItemState.AWAITING_LEAD, ItemState.AWAITING_OFFICE}:
        _confirm(county, found, county.workday(row["confirmed"]))
    if item.state == ItemState.AWAITING_OFFICE and "lead" in row:
        _lead(county, found, county.workday(row["lead"]), _opinion(county, item, "lead"))
    return found


def _returned(county: County, item: WorkItem, row: Mapping[str, Any], plan: Plan) -> ClosingApplication:
    """Make an application that was sent back, by the lead unit or by the office's head."""
    on = county.workday(row["returned"])
    applied_on = county.workdays_after(on, -3)
    result = result_of(county, plan, row["returned"].month)
    found = _applied(county, item, applied_on, completed_on=applied_on, result=result, round_=1)
    _confirm(county, found, county.workdays_after(on, -2))
    opinion = row["opinion"]
    found.outcome = ClosingApplication.Outcome.RETURNED
    if row["by"] == "lead":
        found.lead_by, found.lead_at = county.head(item.lead), county.at(on, clock=LEAD_AT)
        found.lead_opinion = opinion
        _tell(county, found, "lead_return", found.lead_at, (ItemState.AWAITING_LEAD, OPEN), note=opinion)
        return found
    if item.lead_id != item.organisation_id:
        _lead(county, found, county.workdays_after(on, -1), _opinion(county, item, "lead"))
    found.decided_by, found.decided_at = county.director, county.at(on, clock=DECIDED_AT)
    found.opinion = opinion
    _tell(county, found, "office_return", found.decided_at, (ItemState.AWAITING_OFFICE, OPEN), note=opinion)
    return found


def _recheck(county: County, number: str, row: Mapping[str, Any]) -> ClosingApplication:
    """Make the application of the round that a later re-check found wanting, and tell of the re-check."""
    item, closed_on = county.items[number], county.workday(row["closed"])
    found = approved(
        county,
        item,
        closed_on,
        result=county.shift.text(row["result"]),
        lead_opinion="",
        opinion=_opinion(county, item, "first round"),
    )
    found.reopened_on = county.workday(row["failed"])
    county.tell(
        county.at(found.reopened_on, clock=time(11, 20)),
        item,
        "item.recheck_failed",
        county.people[row["by"]],
        changes={"state": [ItemState.CLOSED, OPEN], "round": [1, 2], "closed_on": [closed_on, None]},
        note=row["note"],
        organisation=item.organisation,
    )
    return found


def _reopen(county: County) -> None:
    for number in texts.situations().rechecks:
        item = county.items[number]
        item.round = 2
        item.save(update_fields=["round"])


def load_adjustments(county: County) -> None:
    """Write what was asked for about due dates, and what was decided."""
    rows = []
    for row in texts.situations().adjustments:
        if county.has_come(county.workday(row["requested"])):
            rows.append(_adjustment(county, row))
    Adjustment.objects.bulk_create(rows)


def _adjustment(county: County, row: Mapping[str, Any]) -> Adjustment:
    item = county.items[row["item"]]
    old = county.shift.day(row["old"]) if "old" in row else item.due_on
    new = county.shift.day(row["new"]) if "new" in row else item.due_on
    found = Adjustment(
        item=item,
        kind=Adjustment.Kind.EXTENSION,
        state=row["state"],
        reason=county.shift.text(row["reason"]),
        old_due_on=old,
        new_due_on=new,
        requested_by=county.liaison(item.organisation),
        requested_at=county.at(county.workday(row["requested"]), clock=time(9, 50)),
    )
    asked: dict[str, object] = {"new_due_on": new}
    _tell_request(county, found, "request_extension", found.requested_at, asked, found.reason)
    if row["state"] == Adjustment.State.REQUESTED:
        return found
    found.decided_by = county.director
    found.decided_at = county.at(county.workday(row["decided"]), clock=time(16, 30))
    found.decision = row["decision"]
    granted = row["state"] == Adjustment.State.APPROVED
    step = "extension_approved" if granted else "extension_refused"
    moved: dict[str, object] = {"due_on": [old, new]} if granted else {}
    _tell_request(county, found, step, found.decided_at, moved, found.decision)
    return found


def _tell_request(
    county: County, row: Adjustment, step: str, at: datetime, changes: dict[str, object], note: str
) -> None:
    actor = row.requested_by if step == "request_extension" else row.decided_by
    unit = row.item.organisation
    county.tell(at, row.item, f"item.{step}", actor, changes=changes, note=note, organisation=unit)


def load_unlock(county: County) -> None:
    """Write the leave that one unit has to mend a locked month."""
    row = texts.situations().unlock
    granted_on = county.workday(row["granted"])
    if not county.has_come(granted_on):
        return
    month = ReportingMonth.objects.get(month=county.shift.month(row["month"]))
    unit = county.units[row["organisation"]]
    unlock = MonthUnlock.objects.create(
        month=month,
        organisation=unit,
        until=county.shift.day(row["until"]),
        reason=county.shift.text(row["reason"]),
        granted_by=county.director,
        granted_at=county.at(granted_on, clock=time(16, 45)),
    )
    changes: dict[str, object] = {"单位": unit.short_name, "开放至": unlock.until}
    county.tell(
        unlock.granted_at,
        month,
        "month.unlock",
        county.director,
        changes=changes,
        note=unlock.reason,
        organisation=unit,
    )
