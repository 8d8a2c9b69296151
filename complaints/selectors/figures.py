"""What the documents count of cases, over a run of days; every number follows from dates.

Asked again later a period gives the same answer: handling is counted on rounds, which a later
round leaves as they were. A reply that the office sends back does not count as an answer. Merged cases count with the one they were merged into. A rate is given
as its two counts; without a denominator there is no rate ("—"), which the reader decides with `share`.

The definitions, each with its denominator after the stroke:

- 受理量: cases accepted in the period.
- 按时受理率: decided within the time for examination / decided in the period; deemed ones are late.
- 按时办结率: answered by the due day / rounds due in the period whose clock was not standing still.
- 响应率: contacted in time / first contacts due in the period. Anonymous cases owe none, nor do those whose
  lead unit may not know who it was: secret cases, cases about itself.
- 解决率, 满意率: resolved; 满意 or 基本满意 / effective call-backs of the period.
- 化解率: resolved / 投诉 and 举报 whose round ended in the period, reached or not.
- 重办率: second and further rounds begun / rounds answered in the period.
- 延期率: rounds with an approved extension / rounds answered in the period.
- 退单率: parts returned / parts given to lead units in the period.
- 平均办理工作日: working days of the rounds answered in the period, stops left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from complaints.kinds import CONTENT, CaseType, DutyRole, Outcome
from complaints.models import Assignment, ClockStop, Complaint, Round
from complaints.workflow import CaseState
from portal.models import User

DISPUTES = (CaseType.COMPLAINT, CaseType.REPORT)


@dataclass(frozen=True)
class Slice:
    """The part of the cases that is asked for; None: all, an empty code: those without one.

    `unit` is the lead unit's code.
    """

    channel: str | None = None
    kind: str | None = None
    topic: str | None = None
    unit: str | None = None
    town: str | None = None

    def condition(self, prefix: str = "", unit: str = "lead") -> Q:
        """Return the condition on a row whose case is reached by `prefix` and its lead unit by `unit`."""
        found = Q()
        if self.channel is not None:
            found &= Q(**{f"{prefix}channel": self.channel})
        if self.kind is not None:
            found &= Q(**{f"{prefix}kind": self.kind})
        for path, code in ((f"{prefix}topic", self.topic), (f"{prefix}town", self.town), (unit, self.unit)):
            if code is not None:
                found &= Q(**{f"{path}__code": code}) if code else Q(**{f"{path}__isnull": True})
        return found

    def holds(self, place: Slice) -> bool:
        """Tell whether a row that stands at `place`, whose every code is known, belongs to this part."""
        return all(
            wanted is None or wanted == getattr(place, name)
            for name, wanted in ((column.name, getattr(self, column.name)) for column in fields(self))
        )


WHOLE = Slice()


@dataclass(frozen=True)
class CaseCounts:
    """The counts of a period: numerators and denominators side by side."""

    registered: int = 0
    accepted: int = 0
    declined: int = 0
    decided: int = 0
    decided_on_time: int = 0
    closed: int = 0
    due: int = 0
    due_on_time: int = 0
    contact_due: int = 0
    contact_on_time: int = 0
    called: int = 0
    resolved: int = 0
    satisfied: int = 0
    disputes: int = 0
    disputes_settled: int = 0
    answered: int = 0
    extended: int = 0
    again: int = 0
    workdays: int = 0
    given: int = 0
    returned: int = 0

    def __add__(self, other: CaseCounts) -> CaseCounts:
        return CaseCounts(
            **{
                column.name: getattr(self, column.name) + getattr(other, column.name)
                for column in fields(self)
            }
        )


def share(part: int, whole: int) -> Decimal | None:
    """Return a rate in percent with one decimal; None without a denominator: missing is not zero."""
    if not whole:
        return None
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def mean_workdays(counts: CaseCounts) -> Decimal | None:
    """Return the mean working days of the rounds answered, with one decimal; None without any."""
    if not counts.answered:
        return None
    return (Decimal(counts.workdays) / counts.answered).quantize(Decimal("0.1"), ROUND_HALF_UP)


def rates(counts: CaseCounts) -> dict[str, Decimal | None]:
    """Return the rates by their keys, each in percent, and the mean working days."""
    return {
        "decided_on_time": share(counts.decided_on_time, counts.decided),
        "due_on_time": share(counts.due_on_time, counts.due),
        "contacted": share(counts.contact_on_time, counts.contact_due),
        "resolved": share(counts.resolved, counts.called),
        "satisfied": share(counts.satisfied, counts.called),
        "settled": share(counts.disputes_settled, counts.disputes),
        "again": share(counts.again, counts.answered),
        "extended": share(counts.extended, counts.answered),
        "returned": share(counts.returned, counts.given),
        "mean_workdays": mean_workdays(counts),
    }


def within(column: str, start: date, end: date) -> Q:
    """Return the condition "from `start` up to, not including, `end`"; of a moment the days are the county's."""
    if column.endswith("_at"):
        return Q(**{f"{column}__gte": _moment(start), f"{column}__lt": _moment(end)})
    return Q(**{f"{column}__gte": start, f"{column}__lt": end})


def _moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def case_rules() -> dict[str, tuple[str, Q]]:
    """Return, for each count of cases, the date by which a case counts and what else must hold."""
    live = ~Q(state=CaseState.MERGED)
    masked = Assignment.objects.filter(
        complaint=OuterRef("pk"), organisation=OuterRef("lead"), role=DutyRole.LEAD, masked=True
    )
    owed = live & ~Q(Exists(masked))
    on_time = Q(is_deemed_accepted=False) & (Q(examine_due_on=None) | Q(decided_on__lte=F("examine_due_on")))
    return {
        "registered": ("registered_on", Q()),
        "accepted": ("accepted_on", live),
        "declined": ("decided_on", Q(accepted_on=None) & ~Q(ground="")),
        "decided": ("decided_on", live),
        "decided_on_time": ("decided_on", live & on_time),
        "closed": ("closed_on", Q()),
        "contact_due": ("contact_due_at", owed),
        "contact_on_time": ("contact_due_at", owed & Q(contacted_at__lte=F("contact_due_at"))),
    }


def round_rules(*, joined: bool = True) -> dict[str, tuple[str, Q]]:
    """Return the same for each count of rounds.

    Whether a case was merged is read by joining it, which suits counts that divide by its columns;
    not `joined` it is looked up among the merged ones, which are few.
    """
    merged = Complaint.objects.filter(pk=OuterRef("complaint"), state=CaseState.MERGED)
    unmerged = ~Q(complaint__state=CaseState.MERGED) if joined else ~Q(Exists(merged))
    stopped = ClockStop.objects.filter(
        complaint=OuterRef("complaint"), round=OuterRef("number"), to_on=None, from_on__lte=OuterRef("due_on")
    )
    live = unmerged & ~Q(outcome__in=[Outcome.TERMINATED, Outcome.WITHDRAWN])
    counted_due = Q(provisional=False) & live & ~Q(Exists(stopped))
    dispute = Q(complaint__kind__in=DISPUTES)
    called = Q(is_effective=True)
    return {
        "due": ("due_on", counted_due),
        "due_on_time": ("due_on", Q(replied_on__isnull=False) & ~Q(is_late=True) & counted_due),
        "called": ("ended_on", called),
        "resolved": ("ended_on", called & Q(resolved=True)),
        "satisfied": ("ended_on", called & Q(satisfaction__in=CONTENT)),
        "disputes": ("ended_on", dispute),
        "disputes_settled": ("ended_on", dispute & Q(resolved=True)),
        "answered": ("replied_on", Q()),
        "extended": ("replied_on", Q(extended_on__isnull=False)),
        "again": ("started_on", Q(number__gt=1)),
    }


def part_rules() -> dict[str, tuple[str, Q]]:
    """Return the same for each count of the parts of lead units."""
    lead = Q(role=DutyRole.LEAD)
    return {
        "given": ("assigned_on", lead),
        "returned": ("assigned_on", lead & Q(state=Assignment.State.RETURNED)),
    }


def _dated(rules: Mapping[str, tuple[str, Q]], start: date, end: date) -> dict[str, tuple[Q, Q]]:
    return {name: (within(column, start, end), rest) for name, (column, rest) in rules.items()}


def case_measures(start: date, end: date) -> dict[str, tuple[Q, Q]]:
    """Return, for each count of cases, the condition that finds its rows by an index, and the rest of it."""
    return _dated(case_rules(), start, end)


def round_measures(start: date, end: date) -> dict[str, tuple[Q, Q]]:
    """Return the same for each count of rounds."""
    return _dated(round_rules(), start, end)


def part_measures(start: date, end: date) -> dict[str, tuple[Q, Q]]:
    """Return the same for each count of the parts of lead units."""
    return _dated(part_rules(), start, end)


def either(measures: Mapping[str, tuple[Q, Q]]) -> Q:
    """Return the condition under which a row counts for any of the measures.

    Each condition stands in it once: a planner that reads it twice expects twice the rows.
    """
    found: list[Q] = []
    for by_index, _rest in measures.values():
        if by_index not in found:
            found.append(by_index)
    return reduce(or_, found, Q(pk__in=[]))


# A count must not be called like a column of its table.
COUNTED = "n_"


def counters(measures: Mapping[str, tuple[Q, Q]], prefix: str = COUNTED) -> dict[str, Any]:
    """Return what counts each measure, under its name with `prefix`."""
    return {prefix + name: Count("pk", filter=by_index & rest) for name, (by_index, rest) in measures.items()}


def _plain(found: Mapping[str, Any]) -> dict[str, int]:
    return {name.removeprefix(COUNTED): count for name, count in found.items() if name.startswith(COUNTED)}


def _days(start: date, end: date) -> dict[str, Any]:
    return {f"{COUNTED}workdays": Sum("workdays", filter=within("replied_on", start, end), default=0)}


def case_counts(start: date, end: date, part: Slice = WHOLE) -> CaseCounts:
    """Count from `start` up to, not including, `end`; three queries."""
    cases, rounds, parts = _sources(start, end, part)
    found = cases.aggregate(**counters(case_measures(start, end)))
    found |= rounds.aggregate(**counters(round_measures(start, end)), **_days(start, end))
    found |= parts.aggregate(**counters(part_measures(start, end)))
    return CaseCounts(**_plain(found))


def _sources(
    start: date, end: date, part: Slice
) -> tuple[QuerySet[Complaint], QuerySet[Round], QuerySet[Assignment]]:
    cases = Complaint.objects.filter(either(case_measures(start, end)), part.condition())
    rounds = Round.objects.filter(either(round_measures(start, end)), part.condition("complaint__"))
    parts = Assignment.objects.filter(
        either(part_measures(start, end)), part.condition("complaint__", "organisation")
    )
    return cases.order_by(), rounds.order_by(), parts.order_by()


# By what the counts can be divided: the column of the case, and whether a unit's own column counts.
GROUPS = {
    "channel": "channel",
    "kind": "kind",
    "topic": "topic__code",
    "town": "town__code",
    "problem": "problem_kind",
    "unit": "",
}


def counts_by(group: str, start: date, end: date, part: Slice = WHOLE) -> dict[str, CaseCounts]:
    """Count by `group` (a key of `GROUPS`); rows without one stand under an empty key. Three queries."""
    cases, rounds, parts = _sources(start, end, part)
    column = GROUPS[group]
    paths = (
        (column, f"complaint__{column}", f"complaint__{column}")
        if column
        else ("lead__code", "lead__code", "organisation__code")
    )
    found: dict[str, CaseCounts] = {}
    for rows, path, counted in (
        (cases, paths[0], counters(case_measures(start, end))),
        (rounds, paths[1], counters(round_measures(start, end)) | _days(start, end)),
        (parts, paths[2], counters(part_measures(start, end))),
    ):
        for line in rows.annotate(key=F(path)).values("key").annotate(**counted):
            key = line["key"] or ""
            counts = {name: value for name, value in line.items() if name != "key"}
            found[key] = found.get(key, CaseCounts()) + CaseCounts(**_plain(counts))
    return found


@dataclass(frozen=True)
class FigureRow:
    """A row behind a figure: `kind` and `number` identify it, the rest is for the reader."""

    kind: str
    number: str
    label: str
    note: str
    url: str


ROWS_SHOWN = 500


def rows_behind(
    measure: str, start: date, end: date, part: Slice = WHOLE, *, user: User | None = None
) -> list[FigureRow]:
    """Return the cases behind a count, the newest first, at most five hundred; with a person: those he may read.

    The label is the title without identity, whoever reads it.
    """
    cases = _cases_behind(measure, start, end, part)
    if user is not None:
        cases = cases.filter(pk__in=Complaint.objects.visible_to(user).values("pk"))
    return [case_row(case) for case in cases.select_related("lead").order_by("-pk")[:ROWS_SHOWN]]


def case_row(case: Complaint) -> FigureRow:
    return FigureRow(
        "complaint", case.number, case.shared_title, str(case.lead or ""), case.get_absolute_url()
    )


def _cases_behind(measure: str, start: date, end: date, part: Slice) -> QuerySet[Complaint]:
    of_case, of_round = case_measures(start, end), round_measures(start, end)
    if measure in of_case:
        by_index, rest = of_case[measure]
        return Complaint.objects.filter(by_index & rest, part.condition())
    if measure in of_round:
        by_index, rest = of_round[measure]
        rounds = Round.objects.filter(by_index & rest, part.condition("complaint__"))
        return Complaint.objects.filter(pk__in=rounds.values("complaint"))
    by_index, rest = part_measures(start, end)[measure]
    parts = Assignment.objects.filter(by_index & rest, part.condition("complaint__", "organisation"))
    return Complaint.objects.filter(pk__in=parts.values("complaint"))


@dataclass(frozen=True)
class Standing:
    """Where the open cases stand on a day."""

    open: int
    overdue: int
    waiting_office: int
    with_units: int
    stopped: int


def standing(on: date, part: Slice = WHOLE) -> Standing:
    """Count the open cases as they stand now; `on` decides what is overdue. One query over the open ones."""
    late = Q(due_on__lt=on, due_provisional=False, clock_stopped_on=None)
    with_units = Q(state__in=["assigned", "handling", "awaiting_unit", "suspended"])
    found = (
        Complaint.objects.open()
        .filter(part.condition())
        .order_by()
        .aggregate(
            open=Count("pk"),
            overdue=Count("pk", filter=late),
            waiting_office=Count("pk", filter=~with_units),
            with_units=Count("pk", filter=with_units),
            stopped=Count("pk", filter=Q(clock_stopped_on__isnull=False)),
        )
    )
    return Standing(**found)
