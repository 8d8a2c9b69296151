"""Monthly reporting: who owes what, how far each unit is, and whether a month is open to a unit.

The words 应报, 未报, 待审核, 已审核, 迟报 and 按时 are defined here once (`MonthProgress`);
every page, workbook, notice and job counts with this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from indicators.models import MonthUnlock, ProgressReport, ReportingMonth, UnlockRequest, WorkItem
from indicators.months import shift
from indicators.querysets import ProgressReportQuerySet
from indicators.workflow import OPEN_STATES, OWED_STATES, PENDING_STATES, ItemState, ReportState
from portal.models import Organisation, User
from portal.querysets import county_reader
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role
from portal.selectors.calendar import Calendar
from portal.selectors.settings import settings_on


@dataclass(frozen=True)
class MonthProgress:
    """How many of a month's reports stand where.

    due 应报 = missing 未报 + pending 待审核 + verified 已审核. `missing` takes in blank reports,
    drafts and returned ones: the unit still owes them. `late` 迟报 counts what was first submitted
    after the on-time day, wherever it stands now; `on_time` what stands reported and was not late.
    """

    due: int = 0
    blank: int = 0
    draft: int = 0
    returned: int = 0
    submitted: int = 0
    lead_passed: int = 0
    verified: int = 0
    late: int = 0
    on_time: int = 0

    @property
    def missing(self) -> int:
        return self.blank + self.draft + self.returned

    @property
    def pending(self) -> int:
        return self.submitted + self.lead_passed

    @property
    def reported(self) -> int:
        return self.pending + self.verified


@dataclass(frozen=True)
class UnitProgress:
    """One unit's month, and until when it is unlocked, if it is."""

    organisation: Organisation
    progress: MonthProgress
    unlocked_until: date | None = None


@dataclass(frozen=True)
class MonthDates:
    """The on-time day and the closing day, both included; provisional while a calendar is missing."""

    due_on: date
    closes_on: date
    provisional: bool


@dataclass(frozen=True)
class Window:
    """Whether a unit may report a month on a day, until when (included), and the sentence that says so."""

    is_open: bool
    until: date
    sentence: str
    is_unlocked: bool = False


def _state(*states: str) -> Count:
    return Count("pk", filter=Q(state__in=states))


def _counters() -> dict[str, Count]:
    reported = Q(state__in=PENDING_STATES | {ReportState.VERIFIED})
    return {
        "due": Count("pk"),
        "blank": _state(ReportState.MISSING),
        "draft": _state(ReportState.DRAFT),
        "returned": _state(ReportState.RETURNED),
        "submitted": _state(ReportState.SUBMITTED),
        "lead_passed": _state(ReportState.LEAD_PASSED),
        "verified": _state(ReportState.VERIFIED),
        "late": Count("pk", filter=Q(is_late=True)),
        "on_time": Count("pk", filter=reported & Q(is_late=False)),
    }


def count_reports(reports: ProgressReportQuerySet) -> MonthProgress:
    """Count `reports` with one query."""
    return MonthProgress(**reports.due().order_by().aggregate(**_counters()))


def progress_by_month(reports: ProgressReportQuerySet) -> dict[date, MonthProgress]:
    """Count `reports` month by month with one query."""
    return dict(_count_by("month", reports))


def _count_by(column: str, reports: ProgressReportQuerySet) -> Iterator[tuple[Any, MonthProgress]]:
    counters = _counters()
    for key, *counts in (
        reports.due().order_by().values(column).annotate(**counters).values_list(column, *counters)
    ):
        yield key, MonthProgress(**dict(zip(counters, counts, strict=True)))


def progress_by_unit(
    month: ReportingMonth, reports: ProgressReportQuerySet, *, today: date
) -> list[UnitProgress]:
    """Count the reports of `month` among `reports` unit by unit, in the units' order; three queries."""
    counts = dict(_count_by("organisation", reports.filter(month=month.month)))
    unlocked = _unlocks(month, today)
    return [
        UnitProgress(unit, counts[unit.pk], unlocked.get(unit.pk))
        for unit in Organisation.objects.filter(pk__in=list(counts))
    ]


def _unlocks(month: ReportingMonth, today: date) -> dict[int, date]:
    running = MonthUnlock.objects.filter(month=month, until__gte=today).order_by()
    return dict(running.values_list("organisation").annotate(last=Max("until")))


def month_dates(month: date, calendar: Calendar, *, on: date) -> MonthDates:
    """Compute the days of a reporting month by the settings that hold on the day `on`.

    Raises ValueError with a sentence when the next month has no such working day.
    """
    settings = settings_on(on)
    following = shift(month, 1)
    due = calendar.nth(following.year, following.month, int(settings["months.due_workday"]))
    closing = calendar.after(due.on, int(settings["months.closing_workdays"]))
    return MonthDates(due.on, closing.on, due.provisional or closing.provisional)


def items_owing(month: date) -> QuerySet[WorkItem]:
    """Return the items that owe a report for `month`: begun by its end, and open or closed in it or later."""
    still_open = Q(state__in=OPEN_STATES)
    closed_since = Q(state=ItemState.CLOSED, closed_on__gte=month)
    return WorkItem.objects.filter(still_open | closed_since, start_on__lt=shift(month, 1))


def items_without_report(month: date) -> QuerySet[WorkItem]:
    """Return the items that owe a report for `month` and have no row yet."""
    rows = ProgressReport.objects.filter(item=OuterRef("pk"), month=month)
    return items_owing(month).exclude(Exists(rows))


def reports_of_moved_items(month: date) -> QuerySet[ProgressReport]:
    """Return the blank reports whose item has meanwhile been given to another unit."""
    blank = ProgressReport.objects.filter(month=month, state=ReportState.MISSING)
    return blank.exclude(organisation=F("item__organisation"))


def window(month: ReportingMonth, organisation: Organisation, *, today: date) -> Window:
    """Tell whether `organisation` may report `month` on the day `today`, and say it in one sentence."""
    return windows(month, [organisation], today=today)[organisation.pk]


def windows(
    month: ReportingMonth, organisations: Iterable[Organisation], *, today: date
) -> dict[int, Window]:
    """Return each unit's window by primary key, with at most one query."""
    units = list(organisations)
    closing = month.closes_on
    if not month.is_locked(today):
        still = Window(is_open=True, until=closing, sentence=_open_sentence(month, today))
        return {unit.pk: still for unit in units}
    unlocked = _unlocks(month, today)
    sentence = f"{month}月报已于{_day(closing)}封账，需要修改请向营商办申请解锁"
    locked = Window(is_open=False, until=closing, sentence=sentence)
    return {
        unit.pk: _unlocked_window(month, unlocked[unit.pk]) if unit.pk in unlocked else locked
        for unit in units
    }


def _unlocked_window(month: ReportingMonth, until: date) -> Window:
    sentence = f"{month}月报已封账，营商办已为本单位开放至{_day(until)}"
    return Window(is_open=True, until=until, sentence=sentence, is_unlocked=True)


def latest_request(user: User, month: ReportingMonth) -> UnlockRequest | None:
    """Return what the person's unit asked last for the month."""
    own = UnlockRequest.objects.visible_to(user).filter(month=month, organisation=user.organisation_id)
    return own.select_related("requested_by", "decided_by").first()


def is_open_for(month: ReportingMonth, organisation: Organisation, *, today: date) -> bool:
    """Tell whether `organisation` may report `month` on the day `today`."""
    return window(month, organisation, today=today).is_open


def _open_sentence(month: ReportingMonth, today: date) -> str:
    if month.provisional:
        return f"按时截止{_day(month.due_on)}、封账{_day(month.closes_on)}均为暂定，待放假安排公布后确定"
    if today <= month.due_on:
        return f"按时截止{_day(month.due_on)}，{_day(month.closes_on)}封账"
    closing = "今天24时封账" if today == month.closes_on else f"{_day(month.closes_on)}封账"
    return f"按时截止{_day(month.due_on)}已过，{closing}"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def open_months() -> list[ReportingMonth]:
    """Return the months that are not closed, oldest first (a month past its closing day included)."""
    return list(ReportingMonth.objects.filter(closed_at=None).order_by("month"))


def newest_month() -> ReportingMonth | None:
    """Return the newest month that was opened, if any."""
    return ReportingMonth.objects.order_by("-month").first()


def unreported(month: ReportingMonth) -> list[UnitProgress]:
    """Return the units that still owe reports for `month`, in the units' order."""
    reports = ProgressReport.objects.filter(month=month.month)
    rows = progress_by_unit(month, reports, today=month.closes_on)
    return [row for row in rows if row.progress.missing]


def review_queue(user: User, reports: ProgressReportQuerySet) -> ProgressReportQuerySet:
    """Narrow to what `user` may review now: the office everything pending, a lead unit what others sent it.

    Nobody reviews what he submitted himself.
    """
    pending = reports.pending().exclude(submitted_by=user)
    if user.has_role(*OFFICE_ROLES):
        return pending
    if not user.has_role(*UNIT_ROLES):
        return pending.none()
    unit = user.organisation_id
    return pending.filter(state=ReportState.SUBMITTED, item__lead=unit).exclude(organisation=unit)


def earlier_reports(reports: Iterable[ProgressReport]) -> Mapping[int, ProgressReport]:
    """Return, by item, the newest submitted report before the month of `reports` (all of one month)."""
    rows = list(reports)
    if not rows:
        return {}
    newest = (
        ProgressReport.objects.filter(item=OuterRef("item"), month__lt=rows[0].month)
        .exclude(state__in=OWED_STATES)
        .order_by("-month")
        .values("pk")[:1]
    )
    found = ProgressReport.objects.filter(item__in=[row.item_id for row in rows], pk=newest)
    return {row.item_id: row for row in found.select_related("submitted_by")}


def reporting_month(month: date) -> ReportingMonth:
    """Return the month that a report belongs to; every report's month was opened."""
    return ReportingMonth.objects.get(month=month)


def counted_for(user: User) -> ProgressReportQuerySet:
    """Return the reports that make up the counts `user` sees.

    A unit sees its own, even where it reads those of items it leads, so that
    its counts are the same on every page.
    """
    reports = ProgressReport.objects.visible_to(user)
    if county_reader(user) or user.has_role(Role.CHIEF):
        return reports
    return reports.filter(organisation=user.organisation_id)
