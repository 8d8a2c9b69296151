"""Rounds and instructions as the pages and the sheet want them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, F, Prefetch, Q, QuerySet, Window, prefetch_related_objects
from django.db.models.functions import RowNumber
from django.utils import timezone

from indicators.models import (
    DispatchRound,
    Indicator,
    Instruction,
    LampRecord,
    PickedItem,
    ProgressReport,
    TaskForce,
    WorkItem,
)
from indicators.months import shift
from indicators.querysets import InstructionQuerySet, ProgressReportQuerySet
from indicators.selectors.measurements import Measured, measured
from indicators.selectors.monitored import period_of
from indicators.selectors.standing import LEDGER_SOURCES
from indicators.workflow import OPEN_STATES, OWED_STATES, PENDING_STATES, ItemState, ReportState
from portal.models import User

REPORTED = PENDING_STATES | {ReportState.VERIFIED}
ONE_DAY = timedelta(days=1)
SHOWS = {"open": "未办结", "overdue": "逾期", "done": "已办结"}
_MONTHS_BACK = {Indicator.Frequency.QUARTER.value: 2, Indicator.Frequency.YEAR.value: 11}
STOPPED = frozenset({ItemState.SUSPENDED, ItemState.CANCELLED})


@dataclass(frozen=True)
class RoundRow:
    """A round in the list: how many task forces, instructions given and instructions done."""

    round: DispatchRound
    task_forces: int
    given: int
    done: int


def round_rows(rounds: Iterable[DispatchRound]) -> list[RoundRow]:
    """Return the page's rows; two queries whatever the number."""
    rows = list(rounds)
    keys = [row.pk for row in rows]
    through = DispatchRound.task_forces.through.objects.filter(dispatchround__in=keys)
    forces = dict(through.values_list("dispatchround").annotate(n=Count("pk")))
    told = {
        key: (given, done)
        for key, given, done in Instruction.objects.filter(round__in=keys)
        .order_by()
        .values_list("round")
        .annotate(given=Count("pk"), done=Count("pk", filter=Q(item__state=ItemState.CLOSED)))
    }
    return [RoundRow(row, forces.get(row.pk, 0), *told.get(row.pk, (0, 0))) for row in rows]


@dataclass(frozen=True)
class InstructionRow:
    """An instruction with the newest report on it, if there is one."""

    instruction: Instruction
    report: ProgressReport | None
    overdue: bool


def instructions_of(user: User) -> InstructionQuerySet:
    """Return the instructions `user` may read with what a row shows, newest first."""
    return Instruction.objects.visible_to(user).select_related(
        "item__organisation", "item__task_force", "about", "round", "given_by"
    )


def narrowed(rows: InstructionQuerySet, show: str, *, today: date) -> QuerySet[Instruction]:
    """Narrow to open, overdue or done ones (`SHOWS`); anything else narrows nothing."""
    if show == "open":
        return rows.filter(item__state__in=OPEN_STATES).order_by("item__due_on", "pk")
    if show == "overdue":
        late = rows.filter(item__state__in=OPEN_STATES, item__due_on__lt=today)
        return late.order_by("item__due_on", "pk")
    if show == "done":
        return rows.filter(item__state=ItemState.CLOSED)
    return rows


def instruction_counts(rows: QuerySet[Instruction], *, today: date) -> dict[str, int]:
    """Count by `SHOWS` and altogether (`all`), with one query."""
    is_open = Q(item__state__in=OPEN_STATES)
    return rows.order_by().aggregate(
        all=Count("pk"),
        open=Count("pk", filter=is_open),
        overdue=Count("pk", filter=is_open & Q(item__due_on__lt=today)),
        done=Count("pk", filter=Q(item__state=ItemState.CLOSED)),
    )


def instruction_rows(rows: Iterable[Instruction], *, today: date) -> list[InstructionRow]:
    """Return the rows with the newest report that was handed in; one more query."""
    page = list(rows)
    reports = newest_reports(row.item_id for row in page)
    return [InstructionRow(row, reports.get(row.item_id), row.item.is_overdue(today)) for row in page]


def newest_reports(items: Iterable[int]) -> dict[int, ProgressReport]:
    """Return each item's newest report that was handed in, by the item's key; one query."""
    found = ProgressReport.objects.filter(item__in=list(items), state__in=REPORTED)
    ranked = found.annotate(place=Window(RowNumber(), partition_by="item", order_by=F("month").desc()))
    return {row.item_id: row for row in ranked.filter(place=1)}


def distressed_items(forces: Collection[TaskForce]) -> list[WorkItem]:
    """Return the open ledger items of `forces` in red or yellow: red first, then by due date."""
    items = WorkItem.objects.open().filter(
        task_force__in=forces, lamp__in=["red", "yellow"], work_list__source__in=LEDGER_SOURCES
    )
    rows = items.select_related("organisation").order_by(F("due_on").asc(nulls_last=True), "pk")
    return sorted(rows, key=lambda row: row.lamp != "red")


def distressed_at(forces: Collection[TaskForce], month: date) -> list[WorkItem]:
    """Return the items that were red or yellow at the end of `month`, each with the lamp it showed then."""
    records = LampRecord.objects.filter(
        month=month,
        colour__in=["red", "yellow"],
        item__task_force__in=forces,
        item__work_list__source__in=LEDGER_SOURCES,
    )
    items = []
    for record in records.select_related("item__organisation").order_by("item__due_on", "item"):
        item = record.item
        item.lamp, item.lamp_reason, item.percent = record.colour, record.reason, record.percent
        items.append(item)
    return sorted(items, key=lambda row: row.lamp != "red")


def reports_on(items: Iterable[WorkItem], month: date) -> list[ProgressReport]:
    """Return the reports of `month` on `items`."""
    rows = ProgressReport.objects.filter(item__in=[item.pk for item in items], month=month)
    return list(rows.select_related("item", "organisation").order_by("item__number"))


def instructions_at(
    forces: Collection[TaskForce], *, on: date, since: date | None, limit: int = 16
) -> list[Instruction]:
    """Return the instructions of `forces` given before the day `on` that were open then or done from `since` on."""
    told = Instruction.objects.filter(item__task_force__in=forces, given_on__lt=on)
    wanted = Q(item__closed_on=None) | Q(item__closed_on__gte=since or on)
    rows = told.filter(wanted).exclude(item__state__in=STOPPED)
    return list(rows.select_related("item__organisation").order_by("item__due_on", "pk")[:limit])


def reports_of_month(forces: Collection[TaskForce], month: date | None) -> list[ProgressReport]:
    """Return the reports of `month` on ledger items of `forces` that are owed, or whose item is distressed."""
    if month is None:
        return []
    rows: ProgressReportQuerySet = ProgressReport.objects.filter(
        month=month, item__task_force__in=forces, item__work_list__source__in=LEDGER_SOURCES
    )
    wanted = rows.due().filter(Q(state__in=OWED_STATES) | Q(item__lamp__in=["red", "yellow"]))
    return list(wanted.select_related("item", "organisation").order_by("item__number"))


def weak_measurements(forces: Collection[TaskForce], month: date, *, limit: int) -> list[Measured]:
    """Return the measured indicators of `forces` whose verified value is short of its benchmark.

    A quarterly indicator is taken for the last quarter that `month` ends or leaves
    behind, a yearly one likewise. Farthest behind, relative to the benchmark, first.
    """
    tree = Indicator.objects.current().filter(children=None)
    found = tree.filter(parent__task_force__in=forces) | tree.filter(parent__parent__task_force__in=forces)
    by_period: dict[date, list[Indicator]] = {}
    for row in found.select_related("parent__task_force", "parent__parent__task_force"):
        period = period_of(row.frequency, shift(month, -_MONTHS_BACK.get(row.frequency, 0)))
        by_period.setdefault(period, []).append(row)
    rows = [one for period, leaves in by_period.items() for one in measured(leaves, period)]
    behind = [one for one in rows if one.is_behind]
    behind.sort(key=lambda one: (_relative_gap(one), one.indicator.order, one.indicator.pk))
    return behind[:limit]


def _relative_gap(row: Measured) -> float:
    benchmark = row.indicator.benchmark
    return float(row.gap / abs(benchmark)) if row.gap is not None and benchmark else 0.0


def rounds_between(user: User, first: date, last: date) -> list[tuple[date, DispatchRound]]:
    """Return the rounds `user` may read that were held, or are planned, from `first` to `last`, with their days.

    A round whose day is not fixed yet has none; a cancelled one is left out. One query.
    """
    start, end = (timezone.make_aware(datetime.combine(day, time())) for day in (first, last + ONE_DAY))
    planned = Q(held_on=None, planned_at__gte=start, planned_at__lt=end)
    rows = DispatchRound.objects.visible_to(user).exclude(state=DispatchRound.State.CANCELLED)
    found = [
        (row.held_on or timezone.localdate(row.planned_at), row)
        for row in rows.filter(Q(held_on__range=(first, last)) | planned).order_by("year", "number")
    ]
    return sorted(found, key=lambda one: one[0])


def covered_forces(row: DispatchRound) -> list[TaskForce]:
    """Return the task forces of a round in their order; asked again for the same row it asks no query."""
    forces = TaskForce.objects.select_related("lead", "indicator").order_by("order", "pk")
    prefetch_related_objects([row], Prefetch("task_forces", queryset=forces))
    return list(row.task_forces.all())


def standing_instructions(
    forces: Collection[TaskForce], *, before: DispatchRound, since: date | None, limit: int = 16
) -> list[Instruction]:
    """Return earlier instructions of `forces`: all that are open, and what was done from `since` on."""
    told = Instruction.objects.filter(item__task_force__in=forces).exclude(round=before)
    told = told.exclude(item__state__in=STOPPED)
    wanted = Q(item__state__in=OPEN_STATES)
    if since is not None:
        wanted |= Q(item__closed_on__gte=since)
    rows = told.filter(wanted).select_related("item__organisation").order_by("item__due_on", "pk")
    return list(rows[:limit])


def picked_items(row: DispatchRound) -> list[PickedItem]:
    """Return the items that the office put on the round's sheet, in the order of their numbers; one query."""
    return list(row.picks.select_related("item__organisation", "picked_by").order_by("item__number"))


def previous_round(row: DispatchRound) -> DispatchRound | None:
    """Return the last round of the same form, chief and lead that was held before this one."""
    same = DispatchRound.objects.filter(
        state=DispatchRound.State.HELD, form=row.form, chief=row.chief_id, lead=row.lead_id
    )
    return (
        same.exclude(pk=row.pk).filter(held_on__lte=row.held_on or row.cutoff_on).order_by("-held_on").first()
    )
