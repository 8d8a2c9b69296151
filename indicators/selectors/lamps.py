"""The facts that the lamp rules judge, read for many items at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Q

from indicators.lamps import DEFAULT_SCHEME, LampFacts, ReportState, Scheme, parse_scheme
from indicators.models import LampScheme, ProgressReport, ReportingMonth, WorkItem
from indicators.months import last_day
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
class _Moment:
    """`as_of`: the day the dates are judged on; `month`: the last month whose reports count, if any;
    `deadline_passed`: whether a report missing for that month is missed by now."""

    as_of: date
    month: date | None
    deadline_passed: bool


def facts_today(items: Iterable[WorkItem], *, today: date, calendar: Calendar) -> dict[int, LampFacts]:
    """Return each item's facts at the end of the day `today`, by primary key; three queries whatever the number."""
    newest = ReportingMonth.objects.filter(opened_at__date__lte=today).order_by("-month").first()
    moment = _Moment(today, newest.month if newest else None, bool(newest and newest.is_late(today)))
    rows = list(items)
    progress = {row.pk: (row.percent, row.verified_month) for row in rows}
    return _facts(rows, progress, moment, calendar)


def facts_at_month_end(
    items: Iterable[WorkItem], month: date, *, today: date, calendar: Calendar
) -> dict[int, LampFacts]:
    """Return each item's facts as of the last day of `month`, judging by the reports known `today`."""
    rows = list(items)
    row = ReportingMonth.objects.filter(month=month).first()
    moment = _Moment(last_day(month), month, bool(row and row.is_late(today)))
    progress: dict[int, tuple[Decimal, date | None]] = {row.pk: (Decimal(0), None) for row in rows}
    verified = ProgressReport.objects.filter(item__in=list(progress), state=Stage.VERIFIED, month__lte=month)
    for item, percent, reported in verified.order_by("month").values_list("item", "percent", "month"):
        progress[item] = (percent or Decimal(0), reported)
    return _facts(rows, progress, moment, calendar)


def _facts(
    rows: list[WorkItem],
    progress: dict[int, tuple[Decimal, date | None]],
    moment: _Moment,
    calendar: Calendar,
) -> dict[int, LampFacts]:
    keys = [row.pk for row in rows]
    latest = _latest_reports(keys, moment)
    unverified = _unverified_months(keys, moment)
    return {
        row.pk: LampFacts(
            closed=row.closed_on is not None and row.closed_on <= moment.as_of,
            suspended=row.state in STOPPED,
            start_on=row.start_on,
            due_on=row.due_on,
            as_of=moment.as_of,
            percent=progress[row.pk][0],
            months_unverified=unverified.get(row.pk, 0),
            report_state=latest.get(row.pk, ReportState.NONE),
            workdays_left=calendar.between(moment.as_of, row.due_on) if row.due_on else None,
        )
        for row in rows
    }


def _latest_reports(keys: list[int], moment: _Moment) -> dict[int, ReportState]:
    """Return how the report of the moment's month stands, for the items that owe one."""
    if moment.month is None:
        return {}
    reports = ProgressReport.objects.filter(item__in=keys, month=moment.month)
    return {
        item: _report_state(state, is_late=is_late, deadline_passed=moment.deadline_passed)
        for item, state, is_late in reports.values_list("item", "state", "is_late")
    }


def _report_state(state: str, *, is_late: bool, deadline_passed: bool) -> ReportState:
    if state in OWED_STATES - {Stage.RETURNED}:
        return ReportState.MISSING if deadline_passed else ReportState.NONE
    return ReportState.LATE if is_late else ReportState.ON_TIME


def _unverified_months(keys: list[int], moment: _Moment) -> dict[int, int]:
    """Count, for each item, the months owed since its last verified report; months not yet due are left out."""
    if moment.month is None:
        return {}
    owed = Q(month__lte=moment.month) if moment.deadline_passed else Q(month__lt=moment.month)
    newer = Q(item__verified_month=None) | Q(month__gt=F("item__verified_month"))
    reports = ProgressReport.objects.filter(owed, newer, item__in=keys).exclude(state=Stage.VERIFIED)
    return dict(reports.values_list("item").annotate(months=Count("pk")).values_list("item", "months"))
