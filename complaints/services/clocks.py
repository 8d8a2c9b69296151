"""The due dates of a case, computed from what has happened to it; kept beside it by every step.

The rule for a case that moves to another unit: the handling time goes on running
from acceptance, whoever handles; a unit's own part in it is counted from its assignment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from complaints.deadlines import Deadline, Stop, capped, deadline
from complaints.limits import Limit, LimitStep, Table, kinds_for, limit_for
from complaints.models import ClockStop, Complaint, Extension, Round
from complaints.selectors.limits import LimitBook, load_limits
from complaints.services.history import write_event
from complaints.workflow import CLOCK_STATES, OPEN_STATES, WITH_UNIT, CaseState, ExtensionState
from portal.documents.numbers import printed_date
from portal.selectors.calendar import Calendar, load_calendar
from portal.services import audit
from portal.workdays import received_on

BATCH = 500
DUE_COLUMNS = (
    "due_on",
    "due_at",
    "due_provisional",
    "examine_due_on",
    "transfer_due_on",
    "handle_due_on",
    "handle_due_at",
    "handle_unit",
    "handle_provisional",
    "original_due_on",
    "feedback_due_on",
    "follow_up_due_on",
)
ROUND_COLUMNS = {
    "due_on": "handle_due_on",
    "due_at": "handle_due_at",
    "provisional": "handle_provisional",
    "original_due_on": "original_due_on",
}


@dataclass(frozen=True)
class Clocks:
    """The calendar and the limits, read once for many cases."""

    calendar: Calendar
    book: LimitBook

    def limit(self, facts: Mapping[str, Any], step: str, on: date) -> Limit | None:
        """Return the limit that held for a case when the step began."""
        return _limit(self.book.on(on), facts, step)

    def after(self, facts: Mapping[str, Any], step: str, start: datetime) -> Deadline | None:
        """Return the deadline of `step` counted from `start`, without stops; None where there is no limit."""
        local = timezone.localtime(start)
        limit = self.limit(facts, step, local.date())
        return None if limit is None else deadline(local.date(), local, limit, self.calendar)


def load_clocks() -> Clocks:
    """Read calendar and limits; three small queries."""
    return Clocks(load_calendar(), load_limits())


def _limit(table: Table, facts: Mapping[str, Any], step: str) -> Limit | None:
    return limit_for(table, step, kinds_for(facts["kind"], facts["clock"], facts["urgency"]))


def facts_of(case: Complaint, changes: Mapping[str, object] | None = None) -> dict[str, Any]:
    """Return the columns that due dates depend on, as they will be after `changes`."""
    names = (
        "kind",
        "clock",
        "urgency",
        "state",
        "round",
        "received_at",
        "accepted_on",
        "replied_on",
        "reviewed_on",
        "handle_from",
    )
    return {name: getattr(case, name) for name in names} | dict(changes or {})


def dates_of(
    facts: Mapping[str, Any], clocks: Clocks, *, stops: Sequence[Stop] = (), extra: int = 0
) -> dict[str, Any]:
    """Return every due column of a case from its facts.

    `stops` are those of the present round, `extra` the approved extension in the unit
    of the limit.
    """
    found: dict[str, Any] = {}
    current: Deadline | None = None
    state = facts["state"]
    if state == CaseState.REGISTERED:
        current = _examine(facts, clocks, stops)
        found["examine_due_on"] = current.on if current else None
    if facts["handle_from"] is not None and state in CLOCK_STATES:
        found |= _handle(facts, clocks, stops, extra)
    if state == CaseState.ACCEPTED and facts["accepted_on"] is not None:
        current = _from_day(facts, clocks, LimitStep.TRANSFER, facts["accepted_on"])
        found["transfer_due_on"] = current.on if current else None
    elif state in WITH_UNIT and found.get("handle_due_on"):
        current = Deadline(found["handle_due_on"], found["handle_provisional"], found["handle_due_at"])
    elif state == CaseState.REPLIED:
        current = _from_day(facts, clocks, LimitStep.FEEDBACK, facts["replied_on"])
        found["feedback_due_on"] = current.on if current else None
    elif state == CaseState.FOLLOW_UP:
        current = _from_day(facts, clocks, LimitStep.FOLLOW_UP, facts["reviewed_on"])
        found["follow_up_due_on"] = current.on if current else None
    found["due_on"] = current.on if current else None
    found["due_at"] = current.at if current else None
    found["due_provisional"] = bool(current and current.provisional)
    return found


def _from_day(facts: Mapping[str, Any], clocks: Clocks, step: str, day: date) -> Deadline | None:
    start = timezone.make_aware(datetime.combine(day, time()))
    return clocks.after(facts, step, start)


def _examine(facts: Mapping[str, Any], clocks: Clocks, stops: Sequence[Stop]) -> Deadline | None:
    """What arrives after closing time or on a rest day counts as received on the next working day."""
    moment = timezone.localtime(facts["received_at"])
    start = received_on(moment, clocks.calendar.exceptions)
    limit = clocks.limit(facts, LimitStep.EXAMINE, moment.date())
    return None if limit is None else deadline(start, moment, limit, clocks.calendar, stops=stops)


def _handle(facts: Mapping[str, Any], clocks: Clocks, stops: Sequence[Stop], extra: int) -> dict[str, Any]:
    start = timezone.localtime(facts["handle_from"])
    table = clocks.book.on(start.date())
    limit, most = _limit(table, facts, LimitStep.HANDLE), _limit(table, facts, LimitStep.MOST)
    if limit is None:
        return {}
    day = start.date()
    ceiling = deadline(day, start, most, clocks.calendar, stops=stops) if most else None
    wanted = deadline(day, start, limit, clocks.calendar, stops=stops, extra=extra)
    due = capped(wanted, ceiling)
    first = deadline(day, start, limit, clocks.calendar)
    return {
        "handle_due_on": due.on,
        "handle_due_at": due.at,
        "handle_unit": limit.unit.value,
        "handle_provisional": due.provisional,
        "original_due_on": first.on,
    }


def stops_of(case: Complaint) -> list[Stop]:
    """Return the stops of the present round that have ended, and the open one."""
    rows = case.stops.filter(round=case.round)
    return [Stop(row.from_on, row.to_on) for row in rows]


def extra_of(case: Complaint) -> int:
    """Return the approved extension of the present round, in the unit of the limit."""
    rows = case.extensions.filter(round=case.round, state=ExtensionState.APPROVED)
    return sum(row.days for row in rows)


@dataclass(frozen=True)
class Course:
    """What has moved the present round's dates: its stops and the days of its approved extensions."""

    stops: Sequence[Stop]
    extra: int


def due_columns(
    case: Complaint,
    changes: Mapping[str, object],
    clocks: Clocks | None = None,
    course: Course | None = None,
) -> dict[str, Any]:
    """Return the due columns as they will be after `changes`: what a step passes on together with them."""
    known = course or Course(stops_of(case), extra_of(case))
    return dates_of(facts_of(case, changes), clocks or load_clocks(), stops=known.stops, extra=known.extra)


def carry_to_round(case: Complaint, **more: object) -> None:
    """Keep the present round's dates in step with the case's, and write what else is new of the round."""
    values = {column: getattr(case, own) for column, own in ROUND_COLUMNS.items()} | more
    Round.objects.filter(complaint=case, number=case.round).update(**values)


def recompute_open_cases(today: date) -> int:
    """Compute the due dates of all open cases anew after the calendar has changed; return how many moved.

    Cases that have ended keep theirs. Each change stands in the case's history. A
    second call changes nothing. Called in the transaction that changes the calendar.
    """
    clocks, moved = load_clocks(), 0
    last = 0
    while True:
        batch = list(
            Complaint.objects.filter(state__in=sorted(OPEN_STATES), pk__gt=last).order_by("pk")[:BATCH]
        )
        if not batch:
            return moved
        last = batch[-1].pk
        moved += _recompute(batch, clocks)


@transaction.atomic
def _recompute(batch: Sequence[Complaint], clocks: Clocks) -> int:
    stops, extras = _stops_by_case(batch), _extras_by_case(batch)
    moved = 0
    for case in batch:
        key = (case.pk, case.round)
        wanted = dates_of(facts_of(case), clocks, stops=stops[key], extra=extras[key])
        fresh = {name: value for name, value in wanted.items() if getattr(case, name) != value}
        if fresh and Complaint.objects.filter(pk=case.pk, version=case.version).update(
            version=F("version") + 1, **fresh
        ):
            before = {name: getattr(case, name) for name in fresh}
            for name, value in fresh.items():
                setattr(case, name, value)
            carry_to_round(case)
            _write_recomputed(case, before, fresh)
            moved += 1
    return moved


def _write_recomputed(case: Complaint, before: Mapping[str, Any], fresh: Mapping[str, Any]) -> None:
    text = (
        f"工作日历变更，时限由{printed_date(before.get('due_on'))}改为{printed_date(case.due_on)}"
        if "due_on" in fresh
        else "工作日历变更"
    )
    write_event(case, "recompute", actor=None, text=text)
    audit.record(
        case,
        "complaint.recompute",
        actor=None,
        changes={name: [before[name], value] for name, value in fresh.items()},
    )


def _stops_by_case(batch: Sequence[Complaint]) -> dict[tuple[int, int], list[Stop]]:
    found: dict[tuple[int, int], list[Stop]] = defaultdict(list)
    for row in ClockStop.objects.filter(complaint__in=batch):
        found[row.complaint_id, row.round].append(Stop(row.from_on, row.to_on))
    return found


def _extras_by_case(batch: Sequence[Complaint]) -> dict[tuple[int, int], int]:
    found: dict[tuple[int, int], int] = defaultdict(int)
    for row in Extension.objects.filter(complaint__in=batch, state=ExtensionState.APPROVED):
        found[row.complaint_id, row.round] += row.days
    return found
