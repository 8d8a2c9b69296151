"""The facts that the lamp rules judge, read for many items at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from indicators.lamps import DEFAULT_SCHEME, LampFacts, ReportState, Scheme, parse_scheme
from indicators.models import LampScheme, ProgressReport, ReportingMonth, WorkItem
from indicators.months import last_day
from indicators.selectors.stops import suspended_at
from indicators.workflow import OWED_STATES, ItemState
from indicators.workflow import ReportState as Stage
from portal.selectors.calendar import Calendar

# Nothing is judged while an item is stopped, or after it was given up.
STOPPED = frozenset({ItemState.SUSPENDED, ItemState.CANCELLED})


def current_scheme(on: date) -> Scheme:
    """Return the lamp rules that hold on the day `on`: the newest whose day has come, else the default."""
    row = LampScheme.objects.filter(valid_from__lte=on).first()
    return parse_scheme(row.rules) if row else DEFAULT_SCHEME


@dataclass(frozen=True)
class _Reporting:
    """How an item reports: the months owed since its last verified report, the state of the newest report,
    and the verified percent as it stands in the database, None where nothing has been verified."""

    months_unverified: int = 0
    state: ReportState = ReportState.NONE
    percent: Decimal | None = None


SILENT = _Reporting()


def facts_today(items: Iterable[WorkItem], *, today: date, calendar: Calendar) -> dict[int, LampFacts]:
    """Return each item's facts at the end of the day `today`, by primary key; one query whatever the number."""
    rows = list(items)
    newest = ReportingMonth.objects.filter(opened_at__date__lte=today).order_by("-month")
    reporting = _reporting(rows, newest, today)
    found = {}
    for row in rows:
        report, stopped = reporting[row.pk], row.state in STOPPED
        percent = row.percent if report.percent is None else report.percent
        found[row.pk] = _facts(row, percent, report, as_of=today, stopped=stopped, calendar=calendar)
    return found


def facts_of_new(item: WorkItem, *, today: date, calendar: Calendar) -> LampFacts:
    """Return the facts of an item that is just being entered: nothing has been reported on it."""
    stopped = item.state in STOPPED
    return _facts(item, Decimal(item.percent), SILENT, as_of=today, stopped=stopped, calendar=calendar)


def facts_at_month_end(
    items: Iterable[WorkItem], month: date, *, today: date, calendar: Calendar
) -> dict[int, LampFacts]:
    """Return each item's facts as of the last day of `month`, judging by the reports known `today`.

    An item counts as stopped when it was on that day, whatever has become of it since.
    """
    rows, end = list(items), last_day(month)
    keys = [row.pk for row in rows]
    percents: dict[int, Decimal] = {}
    verified = ProgressReport.objects.filter(item__in=keys, state=Stage.VERIFIED, month__lte=month)
    for item, percent in verified.order_by("month").values_list("item", "percent"):
        percents[item] = percent or Decimal(0)
    reporting = _reporting(rows, ReportingMonth.objects.filter(month=month), today)
    halted = set(WorkItem.objects.filter(suspended_at(end), pk__in=keys).values_list("pk", flat=True))
    return {
        row.pk: _facts(
            row,
            percents.get(row.pk, Decimal(0)),
            reporting[row.pk],
            as_of=end,
            stopped=row.pk in halted or row.state == ItemState.CANCELLED,
            calendar=calendar,
        )
        for row in rows
    }


def _facts(
    row: WorkItem, percent: Decimal, reporting: _Reporting, *, as_of: date, stopped: bool, calendar: Calendar
) -> LampFacts:
    closed = row.closed_on is not None and row.closed_on <= as_of
    return LampFacts(
        closed=closed,
        suspended=stopped,
        start_on=row.start_on,
        due_on=row.due_on,
        as_of=as_of,
        percent=percent,
        months_unverified=reporting.months_unverified,
        report_state=reporting.state,
        # For a closed item no day is left to be counted.
        workdays_left=calendar.between(as_of, row.due_on) if row.due_on and not closed else None,
    )


def _reporting(items: list[WorkItem], months: QuerySet[ReportingMonth], today: date) -> dict[int, _Reporting]:
    """Return how each item reports up to the first of `months`; one query.

    Of each item's reports up to then only the newest, the last verified and the
    unverified ones are read.
    """
    newest = months.values("month")[:1]
    passed = ReportingMonth.objects.filter(month=OuterRef("month"), due_on__lt=today, provisional=False)
    reports = (
        ProgressReport.objects.filter(item__in=[row.pk for row in items])
        .annotate(newest=Subquery(newest), passed=Exists(passed))
        .filter(
            Q(month=F("newest"))
            | Q(month__lt=F("newest")) & ~Q(state=Stage.VERIFIED)
            | Q(month=F("item__verified_month"))
        )
        .order_by()
    )
    rows: dict[int, list[_Row]] = {row.pk: [] for row in items}
    for item, *columns in reports.values_list("item", *_COLUMNS):
        rows[item].append(_Row(*columns))
    return {row.pk: _reporting_of(rows[row.pk]) for row in items}


_COLUMNS = ("month", "state", "is_late", "newest", "passed", "item__verified_month", "item__percent")


@dataclass(frozen=True)
class _Row:
    """A report, the newest month, whether the on-time day of the report's own month has passed, and the item's
    last verified month and percent."""

    month: date
    state: str
    is_late: bool
    newest: date | None
    passed: bool
    verified: date | None
    percent: Decimal

    @property
    def is_unverified(self) -> bool:
        """Whether a verified report was owed for this month and is missing since the last verified one."""
        later = self.verified is None or self.month > self.verified
        due = self.newest is not None and (
            self.month < self.newest or (self.month == self.newest and self.passed)
        )
        return self.state != Stage.VERIFIED and later and due


def _reporting_of(reports: list[_Row]) -> _Reporting:
    """Judge one item's reports."""
    latest = next((row for row in reports if row.month == row.newest), None)
    return _Reporting(
        months_unverified=sum(row.is_unverified for row in reports),
        state=_report_state(latest) if latest else ReportState.NONE,
        percent=next((row.percent for row in reports if row.verified is not None), None),
    )


def _report_state(row: _Row) -> ReportState:
    if row.state in OWED_STATES - {Stage.RETURNED}:
        return ReportState.MISSING if row.passed else ReportState.NONE
    return ReportState.LATE if row.is_late else ReportState.ON_TIME
