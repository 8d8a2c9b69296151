"""What the inspections found: recorded, fed back, answered or objected to, entered in the ledger, re-checked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any

from indicators.inspection_workflow import FindingState, InspectionState, last_day
from indicators.models import Finding, FindingRecheck, FindingReply, Inspection, WorkItem, WorkList
from indicators.services.inspections.findings import PREFIX
from indicators.services.items.entries import item_number
from indicators.workflow import ItemState
from portal.models import User
from reports.sample.inspection_desk import Desk, Kind, Text, attach, issue

SEEN_AT, FED_BACK_AT, ANSWERED_AT = time(15, 30), time(16, 40), time(10, 5)
DECIDED_AT, ENTERED_AT, CHECKED_AT, BEGUN_AT = time(11, 15), time(9, 50), time(15, 10), time(17, 5)
DAYS = 30


def record(desk: Desk, row: Inspection, told: Text, position: int, head: User) -> Finding:
    """Write a finding as it was recorded on the last day of the field work that has come."""
    county = desk.county
    finding = Finding.objects.create(
        inspection=row,
        position=position,
        organisation=county.units[told["unit"]],
        task_force=county.task_forces[told["task_force"]],
        weight=told.get("weight", Finding.Weight.ORDINARY),
        title=told["title"],
        fact=county.shift.text(told["fact"]),
        basis=told["basis"],
        demand=county.shift.text(told["demand"]),
        recorded_by=head,
    )
    last = row.concluded_on or min(county.today, row.ends_on or county.today)
    on = max(county.workdays_after(last, -1), row.issued_on or last)
    at = desk.at(on, SEEN_AT)
    Finding.objects.filter(pk=finding.pk).update(recorded_at=at)
    county.tell(
        at,
        finding,
        "finding.record",
        head,
        changes={"title": finding.title},
        organisation=finding.organisation,
    )
    attach(desk, finding, at)
    return finding


def feed_back(desk: Desk, row: Inspection, findings: Sequence[Finding], head: User) -> None:
    """Conclude, with a paper for every unit."""
    if (on := row.concluded_on) is None:
        return
    ended: dict[str, object] = {"state": [InspectionState.RUNNING, InspectionState.CONCLUDED]}
    desk.county.tell(desk.at(on, FED_BACK_AT), row, "inspection.conclude", head, changes=ended)
    for finding in findings:
        _write(
            finding, state=FindingState.ISSUED, issued_on=on, objection_until=last_day(on, DAYS), version=2
        )
        told: dict[str, object] = {"state": [FindingState.RECORDED, FindingState.ISSUED]}
        _tell(desk, finding, on, FED_BACK_AT, "feed_back", head, told)
    for unit in row.organisations.order_by("order", "pk"):
        own = [finding for finding in findings if finding.organisation_id == unit.pk]
        issue(desk, row, Kind.FEEDBACK, head, desk.at(on, FED_BACK_AT), unit=unit, findings=own)


def _write(finding: Finding, **values: Any) -> None:
    Finding.objects.filter(pk=finding.pk).update(**values)
    for name, value in values.items():
        setattr(finding, name, value)


def _tell(
    desk: Desk,
    finding: Finding,
    on: date,
    clock: time,
    step: str,
    actor: User,
    changes: dict[str, object],
    *,
    note: str = "",
) -> None:
    unit = finding.organisation
    at = desk.at(on, clock)
    desk.county.tell(at, finding, f"finding.{step}", actor, changes=changes, note=note, organisation=unit)


def _step(desk: Desk, finding: Finding, on: date, clock: time, step: str, actor: User, **values: Any) -> None:
    """Take a step of a finding: write what it changes, and tell it. `note` is kept in the history only."""
    note, before = values.pop("note", ""), finding.state
    _write(finding, version=finding.version + 1, **values)
    _tell(desk, finding, on, clock, step, actor, {"state": [before, finding.state]}, note=note)


def follow(desk: Desk, finding: Finding, told: Text, head: User) -> None:
    """Tell what became of a finding after the feedback, as far as it has come."""
    if answer := told.get("answer"):
        _answer(desk, finding, answer)
    if objection := told.get("objection"):
        _object(desk, finding, objection)
    if entry := told.get("item"):
        _enter(desk, finding, entry, head)
    for check in told.get("rechecks", ()):
        if (on := desk.day(check["day"])) is None:
            continue
        FindingRecheck.objects.create(
            finding=finding, checked_on=on, passed=check["passed"], note=check["note"], checked_by=head
        )
        state, note = FindingState.RECTIFIED, desk.county.shift.text(check["note"])
        _step(desk, finding, on, CHECKED_AT, "recheck_pass", head, state=state, rectified_on=on, note=note)


def _answer(desk: Desk, finding: Finding, told: Text) -> None:
    if (on := desk.day(told["day"])) is None:
        return
    writer, text = desk.county.liaison(finding.organisation), desk.county.shift.text(told["text"])
    FindingReply.objects.create(
        finding=finding, kind=FindingReply.Kind.ANSWER, text=text, written_by=writer, written_on=on
    )
    _step(desk, finding, on, ANSWERED_AT, "answer", writer, state=FindingState.ANSWERED, note=text)


def _object(desk: Desk, finding: Finding, told: Text) -> None:
    if (on := desk.day(told["day"])) is None:
        return
    writer, text = desk.county.head(finding.organisation), desk.county.shift.text(told["text"])
    reply = FindingReply.objects.create(
        finding=finding,
        kind=FindingReply.Kind.OBJECTION,
        text=text,
        written_by=writer,
        written_on=on,
        decide_by=on + timedelta(days=DAYS),
    )
    _step(desk, finding, on, ANSWERED_AT, "object", writer, state=FindingState.OBJECTED, note=text)
    decided_on = desk.day(told.get("decided_on"))
    if decided_on is None:
        return
    reply.outcome, reply.decided_on = told["outcome"], decided_on
    reply.decision, reply.decided_by = told["decision"], desk.county.people[told["by"]]
    reply.save()
    _step(
        desk,
        finding,
        decided_on,
        DECIDED_AT,
        "revoke",
        reply.decided_by,
        state=FindingState.REVOKED,
        revoked_on=decided_on,
        note=reply.decision,
    )


def _enter(desk: Desk, finding: Finding, told: Text, head: User) -> None:
    """Enter a finding in the ledger 督查发现, with the notice to put it right."""
    if (on := desk.day(told["day"])) is None:
        return
    county, unit = desk.county, finding.organisation
    desk.items += 1
    work_list = _list(finding.inspection.year)
    due_on = county.shift.day(told["due"])
    item = WorkItem.objects.create(
        number=item_number(work_list, desk.items),
        work_list=work_list,
        task_force=finding.task_force,
        title=finding.title,
        target=finding.demand,
        measures=finding.fact,
        lead=finding.task_force.lead,
        organisation=unit,
        start_on=on,
        due_on=due_on,
        original_due_on=due_on,
        is_important=finding.weight == Finding.Weight.GRAVE,
        state=ItemState.IN_PROGRESS,
    )
    at = desk.at(on, ENTERED_AT)
    WorkItem.objects.filter(pk=item.pk).update(created_at=at)
    _step(desk, finding, on, ENTERED_AT, "rectify", head, state=FindingState.RECTIFYING, item=item)
    entered: dict[str, object] = {"title": item.title, "due_on": due_on}
    county.tell(at, item, "item.create", head, changes=entered, note=work_list.title, organisation=unit)
    begun: dict[str, object] = {"state": [ItemState.PLANNED, ItemState.IN_PROGRESS]}
    later = desk.at(on, BEGUN_AT)
    county.tell(later, item, "item.start", county.liaison(unit), changes=begun, organisation=unit)
    row = finding.inspection
    issue(
        desk, row, Kind.RECTIFY, head, desk.at(on, ENTERED_AT), unit=unit, findings=[finding], due_on=due_on
    )


def _list(year: int) -> WorkList:
    return WorkList.objects.get_or_create(
        year=year,
        prefix=PREFIX,
        defaults={
            "source": WorkList.Source.INSPECTION,
            "kind": WorkList.Kind.PROBLEM,
            "title": f"{year}年度督查发现问题整改",
            "label": "督查发现问题",
            "order": 95,
        },
    )[0]
