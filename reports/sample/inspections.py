"""The year's inspections: how each was authorised, what was seen and found, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, time
from functools import cache

import yaml

from indicators.inspection_workflow import InspectionState, Method
from indicators.models import Inspection, InspectionMember, InspectionVisit
from indicators.services.inspections.drafting import SERIES
from portal.models import NumberSeries, User
from reports.sample import findings as findings_of
from reports.sample import ledger
from reports.sample.county import County
from reports.sample.inspection_desk import Desk, Kind, Text, issue
from reports.sample.texts import DATA

OPENED_AT, ISSUED_AT, SEEN_AT, ENDED_AT = time(9, 20), time(10, 10), time(15, 30), time(17, 5)


@cache
def inspection_texts() -> list[Text]:
    """Return the texts of the inspections, in the order in which they were entered."""
    found: list[Text] = yaml.safe_load((DATA / "inspections.yaml").read_text(encoding="utf-8"))
    return found


def load(county: County) -> None:
    """Write the inspections with their visits, findings and papers, and where their counters stand."""
    desk, number = Desk(county), 0
    for text in inspection_texts():
        opened_on = desk.day(text["opened_on"])
        if opened_on is not None:
            number += 1
            _inspect(desk, text, opened_on, number)
    series = {(SERIES, county.shift.year): number} | desk.papers
    NumberSeries.objects.bulk_create(
        NumberSeries(series=name, year=year, value=value) for (name, year), value in series.items()
    )
    ledger.take_in(county)


def _inspect(desk: Desk, text: Text, opened_on: date, number: int) -> None:
    row, head = _inspection(desk, text, opened_on, number), desk.county.people[text["head"]]
    desk.county.tell(
        desk.at(opened_on, OPENED_AT),
        row,
        "inspection.open",
        row.created_by,
        changes={"title": row.title, "kind": row.get_kind_display()},
    )
    if row.issued_on is None:
        return
    started: dict[str, object] = {"state": [InspectionState.DRAFT, InspectionState.RUNNING]}
    desk.county.tell(desk.at(row.issued_on, ISSUED_AT), row, "inspection.issue", head, changes=started)
    if row.method != Method.COVERT:
        issue(desk, row, Kind.NOTICE, head, desk.at(row.issued_on, ISSUED_AT))
    _visit(desk, row, text["visits"], head)
    findings = [
        findings_of.record(desk, row, told, place, head) for place, told in enumerate(text["findings"], 1)
    ]
    if row.concluded_on is None:
        return
    findings_of.feed_back(desk, row, findings, head)
    for finding, told in zip(findings, text["findings"], strict=True):
        findings_of.follow(desk, finding, told, head)
    if row.closed_on:
        ended: dict[str, object] = {"state": [InspectionState.CONCLUDED, InspectionState.CLOSED]}
        desk.county.tell(desk.at(row.closed_on, ENDED_AT), row, "inspection.close", head, changes=ended)


def _inspection(desk: Desk, text: Text, opened_on: date, number: int) -> Inspection:
    county = desk.county
    head, members = county.people[text["head"]], [county.people[name] for name in text.get("members", ())]
    days = {
        name: desk.day(text.get(key))
        for name, key in (
            ("issued_on", "issued_on"),
            ("concluded_on", "concluded_on"),
            ("closed_on", "closed_on"),
        )
    }
    moved = {
        name: county.shift.day(text[key]) if text.get(key) else None
        for name, key in (
            ("approved_on", "approved_on"),
            ("authority_until", "authority_until"),
            ("starts_on", "starts"),
            ("ends_on", "ends"),
        )
    }
    row = Inspection.objects.create(
        year=county.shift.year,
        number=number,
        occasion=f"sample-{number}",
        title=text["title"],
        kind=text["kind"],
        method=text["method"],
        state=_state(days),
        authority=text.get("authority", ""),
        authority_document=text.get("document", ""),
        approver=text.get("approver", ""),
        authority_scope=text.get("authority_scope", ""),
        scope=county.shift.text(text.get("scope", "")),
        plan=county.shift.text(text.get("plan", "")).strip(),
        companions=text.get("companions", ""),
        conclusion=county.shift.text(text.get("conclusion", "")).strip() if days["concluded_on"] else "",
        issued_by=head if days["issued_on"] else None,
        concluded_by=head if days["concluded_on"] else None,
        created_by=head,
        **days,
        **moved,
    )
    row.organisations.set([county.units[name] for name in text["units"]])
    InspectionMember.objects.bulk_create(
        InspectionMember(inspection=row, user=person, is_head=person == head) for person in (head, *members)
    )
    # The column is filled with the present moment on creation.
    row.created_at = desk.at(opened_on, OPENED_AT)
    Inspection.objects.filter(pk=row.pk).update(created_at=row.created_at)
    return row


def _state(days: Mapping[str, date | None]) -> InspectionState:
    if days["closed_on"]:
        return InspectionState.CLOSED
    if days["concluded_on"]:
        return InspectionState.CONCLUDED
    return InspectionState.RUNNING if days["issued_on"] else InspectionState.DRAFT


def _visit(desk: Desk, row: Inspection, texts: Sequence[Text], head: User) -> None:
    for told in texts:
        on, unit = desk.day(told["day"]), desk.county.units[told["unit"]]
        if on is None or row.issued_on is None:
            continue
        on = max(on, row.issued_on)
        visit = InspectionVisit.objects.create(
            inspection=row,
            visited_on=on,
            organisation=unit,
            place=told["place"],
            note=desk.county.shift.text(told["note"]),
            recorded_by=head,
        )
        at = desk.at(on, SEEN_AT)
        InspectionVisit.objects.filter(pk=visit.pk).update(recorded_at=at)
        facts: dict[str, object] = {"visited_on": on, "place": visit.place}
        desk.county.tell(at, row, "inspection.visit", head, changes=facts, organisation=unit)
