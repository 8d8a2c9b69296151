"""All rows behind all counts of a month at once, for papers that freeze the rows of every figure they print.

A count, its rows and its marks share one condition, written in `indicators.selectors.figures`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Model, Q, When

from indicators.models import ProgressReport, ReportingMonth, WorkItem
from indicators.selectors.figures import (
    Cell,
    FigureRow,
    Place,
    ReportsOfMonth,
    item_measures,
    item_row,
    items_of,
    lamp_measures,
    lamp_row,
    lamps_of,
    report_measures,
    report_row,
)
from portal.models import Organisation


@dataclass(frozen=True)
class MarkedRow:
    """A row with its place and every measure that counts it."""

    row: FigureRow
    place: Place
    measures: frozenset[str]


def _flags(measures: Mapping[str, Q]) -> dict[str, Case]:
    """Return for each measure whether a row counts under it; an empty condition always holds."""
    return {
        f"counts_as_{name}": Case(
            When(q, then=True) if q else When(pk__isnull=False, then=True), default=False
        )
        for name, q in measures.items()
    }


def _marks(row: Model, measures: Iterable[str]) -> frozenset[str]:
    return frozenset(name for name in measures if getattr(row, f"counts_as_{name}"))


def _place_of(item: WorkItem, unit: Organisation) -> Place:
    work_list = item.work_list
    return Place(work_list.source, work_list.prefix, item.task_force.code, unit.code, unit.short_name)


def cells_of(rows: Iterable[MarkedRow], measures: Iterable[str]) -> tuple[Cell, ...]:
    """Count marked rows by place: what `item_cells` and its like count, from rows that were read anyway."""
    found: dict[Place, dict[str, int]] = {}
    names = tuple(measures)
    for one in rows:
        counts = found.setdefault(one.place, dict.fromkeys(names, 0))
        for name in one.measures:
            counts[name] += 1
    return tuple(Cell(place, counts) for place, counts in found.items())


def item_marks(month: date, since: date | None = None) -> tuple[MarkedRow, ...]:
    """Return every item that `item_cells` counts, with its measures, in the order of `item_rows`; one query."""
    measures = item_measures(month, since)
    rows = items_of(month).select_related("organisation", "task_force", "work_list")
    return tuple(
        MarkedRow(
            item_row(item, item.organisation.short_name),
            _place_of(item, item.organisation),
            _marks(item, measures),
        )
        for item in rows.annotate(**_flags(measures)).order_by("work_list__order", "number")
    )


def lamp_marks(month: date) -> tuple[MarkedRow, ...]:
    """Return every lamp of `month` with its measures, in the order of `lamp_rows`; one query."""
    measures = lamp_measures(month)
    rows = lamps_of(month).select_related("item__organisation", "item__task_force", "item__work_list")
    return tuple(
        MarkedRow(lamp_row(row), _place_of(row.item, row.item.organisation), _marks(row, measures))
        for row in rows.annotate(**_flags(measures)).order_by("item__task_force__order", "item__number")
    )


@dataclass(frozen=True)
class MarkedReports:
    """A month's reporting: its dates and every report owed."""

    due_on: date
    closes_on: date
    rows: tuple[MarkedRow, ...]

    @property
    def counts(self) -> ReportsOfMonth:
        """The same as `report_cells` counts it."""
        return ReportsOfMonth(
            self.due_on, self.closes_on, cells_of(self.rows, report_measures(self.closes_on))
        )


def report_marks(month: date) -> MarkedReports | None:
    """Return every report owed for `month` with its measures, in the order of `report_rows`; two queries.

    None when the month was never opened.
    """
    opened = ReportingMonth.objects.filter(month=month).first()
    if opened is None:
        return None
    measures = report_measures(opened.closes_on)
    rows = ProgressReport.objects.filter(month=month).annotate(**_flags(measures))
    rows = rows.select_related("item__task_force", "item__work_list", "organisation")
    marked = tuple(
        MarkedRow(
            report_row(row, opened.closes_on), _place_of(row.item, row.organisation), _marks(row, measures)
        )
        for row in rows.order_by("organisation__order", "item__number")
    )
    return MarkedReports(opened.due_on, opened.closes_on, marked)
