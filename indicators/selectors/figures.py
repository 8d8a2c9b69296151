"""What the documents count in the indicator work, as of the last day of a month.

Everything here follows from dates (start, due, closing, stopping, submission)
and from the lamps recorded for the month, never from the present state: asked
again later, a month gives the same answer. A count and the rows behind it share
one condition.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from indicators.models import (
    Adjustment,
    ClosingApplication,
    LampRecord,
    ProgressReport,
    ReportingMonth,
    TaskForce,
    WorkItem,
    WorkList,
)
from indicators.months import last_day, shift
from indicators.selectors.stops import stopped_by, suspended_at
from indicators.workflow import ItemState
from portal.models import User

Source = WorkList.Source
# The ledgers of the year's basis documents; instructions and findings are counted by themselves.
LEDGERS = frozenset(Source) - {Source.INSTRUCTION, Source.INSPECTION}
RED = WorkItem.LampColour.RED


@dataclass(frozen=True)
class Slice:
    """The part of the items that is asked for; None: all."""

    sources: frozenset[str] | None = None
    prefix: str | None = None
    task_force: str | None = None
    unit: str | None = None

    def condition(self, item: str = "", unit: str = "organisation") -> Q:
        """Return the condition on a row whose item is reached by the prefix `item`."""
        found = Q()
        if self.sources is not None:
            found &= Q(**{f"{item}work_list__source__in": sorted(self.sources)})
        if self.prefix is not None:
            found &= Q(**{f"{item}work_list__prefix": self.prefix})
        if self.task_force is not None:
            found &= Q(**{f"{item}task_force__code": self.task_force})
        if self.unit is not None:
            found &= Q(**{f"{unit}__code": self.unit})
        return found

    def holds(self, cell: Place) -> bool:
        return (
            (self.sources is None or cell.source in self.sources)
            and (self.prefix is None or cell.prefix == self.prefix)
            and (self.task_force is None or cell.task_force == self.task_force)
            and (self.unit is None or cell.unit == self.unit)
        )


@dataclass(frozen=True)
class Place:
    """Where a count belongs: list, task force and unit, by their codes."""

    source: str
    prefix: str
    task_force: str
    unit: str
    unit_name: str


@dataclass(frozen=True)
class Cell:
    """Counts by measure for one place."""

    place: Place
    counts: Mapping[str, int]


@dataclass(frozen=True)
class ReportsOfMonth:
    """A month's reporting: its dates, and the counts up to the end of the closing day."""

    due_on: date
    closes_on: date
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Named:
    """A list (code: its prefix) or a task force, in printed order."""

    code: str
    name: str
    url: str
    source: str = ""


@dataclass(frozen=True)
class RedItem:
    """An item that showed red at a month's end."""

    number: str
    title: str
    task_force: str
    reason: str


@dataclass(frozen=True)
class FigureRow:
    """A row behind a figure: `kind` and `number` identify it, the rest is for the reader; `unit` is a code."""

    kind: str
    number: str
    label: str
    note: str
    url: str
    unit: str = ""


def after_day(day: date) -> datetime:
    """Return the moment at which the day `day` is over."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


# ---- items


def _closed_by(day: date) -> Q:
    """Closed by the end of `day`, also when the closing was undone later."""
    undone = ClosingApplication.objects.filter(
        outcome=ClosingApplication.Outcome.APPROVED, decided_at__lt=after_day(day), reopened_on__gt=day
    )
    return Q(closed_on__lte=day) | Q(pk__in=undone.values("item"))


def _due_before(day: date, *, as_of: date) -> Q:
    """Due before `day` by the due date that held at the end of `as_of`, extensions granted later aside."""
    later = Adjustment.objects.filter(
        state=Adjustment.State.APPROVED,
        kind__in=[Adjustment.Kind.EXTENSION, Adjustment.Kind.DATE],
        decided_at__gte=after_day(as_of),
    )
    earlier = later.filter(item=OuterRef("item"), decided_at__lt=OuterRef("decided_at"))
    first = later.filter(~Exists(earlier), old_due_on__lt=day)
    return (Q(due_on__lt=day) & ~Q(pk__in=later.values("item"))) | Q(pk__in=first.values("item"))


def item_measures(month: date, since: date | None = None) -> dict[str, Q]:
    """Return the condition of each measure of items as of the last day of `month`.

    What happened within the period is counted from `since` on, the first day of `month` where it is None.
    """
    end, before = last_day(month), (since or month) - timedelta(days=1)
    closed, closed_before = _closed_by(end), _closed_by(before)
    overdue = ~closed & _due_before(end, as_of=end) & ~suspended_at(end)
    return {
        "total": Q(),
        "closed": closed,
        "open": ~closed,
        "closed_in": closed & ~closed_before,
        "reopened": ~closed & closed_before,
        "should_close": closed | _due_before(end + timedelta(days=1), as_of=end),
        "overdue": overdue,
    }


def _counted_at(month: date) -> Q:
    end = last_day(month)
    return Q(work_list__year=month.year, start_on__lte=end) & ~stopped_by(ItemState.CANCELLED, end)


def items_of(month: date) -> QuerySet[WorkItem]:
    """Return the items of the year's lists that had begun and not been cancelled by the end of `month`."""
    return WorkItem.objects.filter(_counted_at(month))


_PLACE = (
    "work_list__source",
    "work_list__prefix",
    "task_force__code",
    "organisation__code",
    "organisation__short_name",
)


@dataclass(frozen=True)
class Run:
    """A run of months: what stands is counted as of the end of `month`, what happens from the day `since` on."""

    month: date
    since: date


def item_cells(runs: Sequence[Run]) -> tuple[tuple[Cell, ...], ...]:
    """Count the items of several runs of months by list, task force and unit; one query whatever their number."""
    counted: dict[str, Count] = {}
    for place, run in enumerate(runs):
        there = _counted_at(run.month)
        for name, condition in item_measures(run.month, run.since).items():
            counted[f"{name}{place}"] = Count("pk", filter=there & condition)
    condition = reduce(or_, (_counted_at(run.month) for run in runs))
    found: list[list[Cell]] = [[] for _ in runs]
    names = tuple(item_measures(runs[0].month))
    items = WorkItem.objects.filter(condition, work_list__year__in={run.month.year for run in runs})
    rows = items.order_by().values_list(*_PLACE).annotate(**counted)
    for row in rows:
        where, values = Place(*row[: len(_PLACE)]), row[len(_PLACE) :]
        for place, cells in enumerate(found):
            counts = dict(zip(names, values[place * len(names) :], strict=False))
            if counts["total"]:
                cells.append(Cell(where, counts))
    return tuple(tuple(cells) for cells in found)


def item_rows(
    month: date,
    measure: str,
    part: Slice | None = None,
    *,
    user: User | None = None,
    since: date | None = None,
) -> list[FigureRow]:
    """Return the items that `item_cells` counts under `measure`; with `user` only those he may read."""
    rows = items_of(month).filter(item_measures(month, since)[measure], (part or Slice()).condition())
    if user is not None:
        rows = rows.filter(pk__in=WorkItem.objects.visible_to(user).values("pk"))
    rows = rows.select_related("organisation").order_by("work_list__order", "number")
    return [item_row(item, item.organisation.short_name) for item in rows]


def item_row(item: WorkItem, note: str) -> FigureRow:
    return FigureRow("item", item.number, item.title, note, item.get_absolute_url(), item.organisation.code)


# ---- lamps


def lamps_of(month: date) -> QuerySet[LampRecord]:
    return LampRecord.objects.filter(month=month, item__work_list__year=month.year)


def _red_before(month: date) -> Q:
    red = LampRecord.objects.filter(month=shift(month, -1), colour=RED)
    return Q(colour=RED, item__in=red.values("item"))


def lamp_measures(month: date) -> dict[str, Q]:
    colours = {colour.value: Q(colour=colour) for colour in WorkItem.LampColour}
    return {**colours, "red_again": _red_before(month)}


def lamp_cells(months: Collection[date]) -> dict[date, tuple[Cell, ...]]:
    """Count the lamps recorded for each month by place: each colour, and `red_again` for two months running.

    One query whatever the number of months.
    """
    place = [f"item__{name}" for name in _PLACE]
    of_year = reduce(or_, (Q(month=month, item__work_list__year=month.year) for month in months))
    rows = LampRecord.objects.filter(of_year, month__in=months)
    return _cells_by_month(rows, place, {month: lamp_measures(month) for month in months})


def _cells_by_month(
    rows: QuerySet[Any], place: Sequence[str], measures: Mapping[date, Mapping[str, Q]]
) -> dict[date, tuple[Cell, ...]]:
    """Count rows that have a month by it and by place, each month under its own measures."""
    names = tuple(next(iter(measures.values())))
    counted = {
        f"n_{name}": Count(
            "pk", filter=reduce(or_, (Q(month=month) & own[name] for month, own in measures.items()))
        )
        for name in names
    }
    found: dict[date, list[Cell]] = {month: [] for month in measures}
    for month, *row in rows.order_by().values_list("month", *place).annotate(**counted):
        counts = dict(zip(names, row[len(place) :], strict=True))
        found[month].append(Cell(Place(*row[: len(place)]), counts))
    return {month: tuple(cells) for month, cells in found.items()}


def lamp_rows(
    month: date, measure: str, part: Slice | None = None, *, user: User | None = None
) -> list[FigureRow]:
    """Return the items that showed a colour (or `red_again`) at the end of `month`, with the reason."""
    rows = lamps_of(month).filter(
        lamp_measures(month)[measure], (part or Slice()).condition("item__", "item__organisation")
    )
    if user is not None:
        rows = rows.filter(pk__in=LampRecord.objects.visible_to(user).values("pk"))
    rows = rows.select_related("item__organisation", "item__task_force")
    return [lamp_row(row) for row in rows.order_by("item__task_force__order", "item__number")]


def lamp_row(row: LampRecord) -> FigureRow:
    return item_row(row.item, f"{row.item.task_force.name}　{row.get_colour_display()}灯 {row.reason}")


def red_items(month: date, part: Slice) -> tuple[RedItem, ...]:
    """Return the items that were red at the end of `month`, in the order of their task forces."""
    rows = lamps_of(month).filter(part.condition("item__"), colour=RED)
    rows = rows.select_related("item__task_force").order_by("item__task_force__order", "item__number")
    return tuple(
        RedItem(row.item.short_number, row.item.title, row.item.task_force.name, row.reason) for row in rows
    )


# ---- reports


def report_measures(closes_on: date) -> dict[str, Q]:
    submitted = Q(submitted_at__lt=after_day(closes_on))
    return {
        "due": Q(),
        "submitted": submitted,
        "on_time": submitted & Q(is_late=False),
        "late": submitted & Q(is_late=True),
        "missing": Q(submitted_at=None) | Q(submitted_at__gte=after_day(closes_on)),
        "returned": Q(return_count__gt=0),
    }


def report_cells(months: Collection[date]) -> dict[date, ReportsOfMonth]:
    """Count the reports owed for each month, up to its closing day; a month that was never opened is left out.

    Two queries whatever the number of months.
    """
    opened = {row.month: row for row in ReportingMonth.objects.filter(month__in=months)}
    if not opened:
        return {}
    place = [name if name.startswith("organisation") else f"item__{name}" for name in _PLACE]
    rows = ProgressReport.objects.filter(month__in=opened)
    cells = _cells_by_month(
        rows, place, {month: report_measures(row.closes_on) for month, row in opened.items()}
    )
    return {month: ReportsOfMonth(row.due_on, row.closes_on, cells[month]) for month, row in opened.items()}


def report_rows(
    month: date, measure: str, part: Slice | None = None, *, user: User | None = None
) -> list[FigureRow]:
    """Return the reports that `report_cells` counts under `measure`."""
    opened = ReportingMonth.objects.filter(month=month).first()
    if opened is None:
        return []
    condition = report_measures(opened.closes_on)[measure]
    rows = ProgressReport.objects.filter(condition, (part or Slice()).condition("item__"), month=month)
    if user is not None:
        rows = rows.filter(pk__in=ProgressReport.objects.visible_to(user).values("pk"))
    rows = rows.select_related("item", "organisation").order_by("organisation__order", "item__number")
    return [report_row(row, opened.closes_on) for row in rows]


def report_row(row: ProgressReport, closes_on: date) -> FigureRow:
    return FigureRow(
        "report",
        row.item.number,
        row.item.title,
        f"{row.organisation.short_name}　{_submission(row, closes_on)}",
        row.item.get_absolute_url(),
        row.organisation.code,
    )


def _submission(row: ProgressReport, closes_on: date) -> str:
    if row.submitted_at is None or row.submitted_at >= after_day(closes_on):
        return "未报"
    on = timezone.localtime(row.submitted_at)
    kept = f"{on.month}月{on.day}日{'迟报' if row.is_late else '报送'}"
    return f"{kept}，退回{row.return_count}次" if row.return_count else kept


# ---- names


def task_forces_of(year: int) -> tuple[Named, ...]:
    rows = TaskForce.objects.filter(year=year).order_by("order", "pk")
    return tuple(Named(row.code, row.name, row.get_absolute_url()) for row in rows)


def work_lists_of(*years: int) -> dict[int, tuple[Named, ...]]:
    """Return the lists of each of the years; one query."""
    found: dict[int, list[Named]] = {year: [] for year in years}
    for row in WorkList.objects.filter(year__in=years).order_by("order", "pk"):
        found[row.year].append(Named(row.prefix, row.label, row.get_absolute_url(), row.source))
    return {year: tuple(rows) for year, rows in found.items()}
