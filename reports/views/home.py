"""The home page 工作台, the chief's page and the leaders' one sheet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from indicators.models import Instruction, ProgressReport, ReportingMonth, WorkItem
from indicators.months import parse, shift
from indicators.querysets import ProgressReportQuerySet
from indicators.selectors.dispatch import instruction_counts
from indicators.selectors.measurements import leaves, measured
from indicators.selectors.months import MonthProgress, newest_month, progress_by_month
from indicators.selectors.standing import (
    LEDGER_SOURCES,
    Overview,
    lamps_at,
    matters_to_coordinate,
    overview_at,
    overview_now,
)
from portal.access import role_required, signed_in
from portal.http import PortalRequest
from portal.models import User
from portal.roles import COUNTY_READERS, DUTIES, OFFICE_ROLES, UNIT_ROLES, Role
from portal.selectors.calendar import load_calendar
from portal.selectors.year_calendar import calendar_gap
from reports.selectors.cases import case_block, field_lines
from reports.selectors.home import all_todos, by_day, month_strip
from reports.selectors.policies import policy_block
from reports.shares import rate
from reports.sheets import policies_of

DECIDED = 3
BEHIND = 4
# Whom the day shows enterprises' cases: the county's to those who watch over it, a unit its own.
WATCHERS = OFFICE_ROLES | {Role.INSPECTOR}
CASE_WATCHERS = WATCHERS | UNIT_ROLES
SOON = timedelta(days=14)
DISTRESSED = 12


@signed_in
@require_GET
def home(request: PortalRequest) -> HttpResponse:
    """Send the leaders to their sheet, observers to their clues, administrators to the system pages; show all others their day."""
    user = request.user
    if user.has_role(*DUTIES):
        return redirect("portal:system")
    if user.has_role(Role.LEADER):
        return redirect("reports:leader")
    if user.has_role(Role.OBSERVER) and len(user.roles) == 1:
        return redirect("complaints:clue_list")
    if user.has_role(Role.CHIEF) and len(user.roles) == 1:
        return redirect("reports:chief")
    today = timezone.localdate()
    month = newest_month()
    todos = all_todos(user, month=month, today=today)
    overview = overview_now(user, today=today, ranked=False)
    late = sum(row.due_on is not None and row.due_on < today for row in todos)
    return render(
        request,
        "reports/home.html",
        {
            "greeting": _greeting(),
            "days": by_day(todos, today=today),
            "todo_count": len(todos),
            "late_count": late,
            "today_count": sum(row.due_on == today for row in todos),
            "strip": month_strip(today, load_calendar(), month, user),
            "overview": overview,
            "worst_first": _worst_first(overview),
            "figures": _figures(user, overview, month, today),
            "month": month,
            "cases": case_block(user, shift(today, -1), today=today)
            if user.has_role(*CASE_WATCHERS)
            else None,
            "calendar_gap": calendar_gap(today) if user.has_role(*OFFICE_ROLES) else None,
            "policies": policy_block(shift(today, -1)) if user.has_role(*WATCHERS) else None,
        },
    )


def _greeting() -> str:
    hour = timezone.localtime().hour
    return "早上好" if hour < 11 else "中午好" if hour < 14 else "下午好" if hour < 18 else "晚上好"


def _worst_first(overview: Overview) -> list[Any]:
    return sorted(overview.rows, key=lambda row: (-row.counts["red"], -row.counts["yellow"], -row.total))


def _progress(user: User, month: ReportingMonth | None) -> tuple[MonthProgress, MonthProgress]:
    """Return how the reports of a month stand and how those of the month before stood."""
    if month is None:
        return MonthProgress(), MonthProgress()
    return _progress_with_last(ProgressReport.objects.visible_to(user), month.month)


def _progress_with_last(reports: ProgressReportQuerySet, month: date) -> tuple[MonthProgress, MonthProgress]:
    """Count the reports of a month and of the month before, with one query."""
    before = shift(month, -1)
    counts = progress_by_month(reports.filter(month__in=[month, before]))
    return counts.get(month, MonthProgress()), counts.get(before, MonthProgress())


def _figures(
    user: User, overview: Overview, month: ReportingMonth | None, today: date
) -> list[dict[str, Any]]:
    """Return at most five tiles, each with its change since last month and the rows behind it."""
    last = lamps_at(user, shift(month.month, -1)) if month else {}
    soon = WorkItem.objects.visible_to(user).open()
    return [
        *_reporting_tiles(user, month),
        {
            "name": "红灯事项",
            "value": overview.counts.get("red", 0),
            "unit": "项",
            "url": "/items/?lamp=red",
            "alert": overview.counts.get("red", 0) > 0,
            "change": _since(overview, last, "red"),
            "better": "lower",
        },
        {
            "name": "已销号",
            "value": overview.counts.get("blue", 0),
            "of": overview.total,
            "unit": "项",
            "url": "/items/?state=closed",
            "change": _since(overview, last, "blue"),
        },
        {
            "name": "两周内到期",
            "value": soon.filter(due_on__range=(today, today + SOON)).count(),
            "unit": "项",
            "url": "/items/?due=soon",
        },
    ]


def _reporting_tiles(user: User, month: ReportingMonth | None) -> list[dict[str, Any]]:
    now, before = _progress(user, month)
    on_time, earlier = rate(now.on_time, now.due), rate(before.on_time, before.due)
    return [
        {
            "name": f"{month.month.month}月月报已报" if month else "月报已报",
            "value": now.reported,
            "of": now.due,
            "unit": "项",
            "url": f"/months/{month.slug}/" if month else "/months/",
            "change": _difference(on_time, earlier),
            "delta_unit": "点",
            "lead": f"按时率 {_percent(on_time)}，",
        },
        {
            "name": "待审核进展",
            "value": now.pending,
            "unit": "项",
            "url": f"/months/{month.slug}/" if month else "/months/",
        },
    ]


def _since(now: Overview, before: Mapping[str, int], colour: str) -> int | None:
    """Return the change of a colour's count; None where last month has no record."""
    return now.counts.get(colour, 0) - before[colour] if any(before.values()) else None


def _difference(now: Any, before: Any) -> Any:
    return None if now is None or before is None else now - before


def _percent(value: object) -> str:
    return "—" if value is None else f"{value}%"


@role_required(Role.CHIEF)
@require_GET
def chief(request: PortalRequest) -> HttpResponse:
    """A chief's task forces on one screen: lamps, what is red and yellow, instructions, cases, policies, to-dos."""
    today = timezone.localdate()
    user = request.user
    items = WorkItem.objects.visible_to(user).select_related("task_force", "organisation")
    distressed = items.open().filter(lamp__in=["red", "yellow"], work_list__source__in=LEDGER_SOURCES)
    instructions = Instruction.objects.visible_to(user).filter(item__in=WorkItem.objects.open())
    month = newest_month()
    overview = overview_now(user, today=today)
    return render(
        request,
        "reports/chief.html",
        {
            "overview": overview,
            "distressed": distressed.order_by("lamp", "due_on")[:DISTRESSED],
            "instructions": instructions.select_related("item__organisation").order_by("item__due_on")[
                :DISTRESSED
            ],
            "days": by_day(all_todos(user, month=month, today=today), today=today),
            "matters": matters_to_coordinate(user, month.month, 6) if month else [],
            "behind": [row for row in measured(leaves(today.year, user), shift(today, -1)) if row.is_behind][
                :8
            ],
            "month": month,
            "fields": field_lines([row.task_force for row in overview.rows], shift(today, -1)),
            "field_month": shift(today, -1),
            "policies": policies_of([row.task_force for row in overview.rows], on=today),
        },
    )


@role_required(*COUNTY_READERS)
@require_GET
def leader(request: PortalRequest) -> HttpResponse:
    """The county on one screen and one sheet; `?month=2023-09` shows a closed month as it was."""
    today = timezone.localdate()
    newest = newest_month()
    month = _chosen_month(request, newest, today)
    live = newest is None or (month == newest.month and not newest.is_locked(today)) or month > newest.month
    # The month after the last closed one has no reports yet: it shows the lamps of today, and what was reported last.
    reported = min(month, newest.month) if newest else month
    user = request.user
    overview = overview_now(user, today=today) if live else overview_at(user, month)
    before = lamps_at(user, shift(month, -1))
    progress, last = _progress_with_last(ProgressReport.objects.visible_to(user), reported)
    instructions = instruction_counts(Instruction.objects.visible_to(user), today=today)
    return render(
        request,
        "reports/leader.html",
        {
            "month": month,
            "reported": reported,
            "months": _months_offered(month, newest, today),
            "live": live,
            "overview": overview,
            "closed_change": _since(overview, before, "blue"),
            "red_change": _since(overview, before, "red"),
            "progress": progress,
            "on_time_rate": rate(progress.on_time, progress.due),
            "rate_change": _difference(rate(progress.on_time, progress.due), rate(last.on_time, last.due)),
            "overdue": WorkItem.objects.overdue(today).filter(work_list__source__in=LEDGER_SOURCES).count(),
            "open_instructions": instructions["open"],
            "late_instructions": instructions["overdue"],
            "matters": matters_to_coordinate(user, reported, DECIDED),
            "behind": [row for row in measured(leaves(reported.year, user), reported) if row.is_behind][
                :BEHIND
            ],
            "cases": case_block(user, min(month, shift(today, -1)), today=today if live else None),
            "policies": policy_block(min(month, shift(today, -1))),
            "figures_url": reverse("reports:figure_list"),
        },
    )


def _months_offered(month: date, newest: ReportingMonth | None, today: date) -> list[date]:
    """Return the shown month, the one whose lamps are today's, and the one before that."""
    current = month if newest is None else shift(newest.month, 1 if newest.is_locked(today) else 0)
    return sorted({shift(current, -1), current, month})


def _chosen_month(request: PortalRequest, newest: ReportingMonth | None, today: date) -> date:
    text = request.GET.get("month", "")
    if not text:
        return newest.month if newest else shift(today, -1)
    try:
        return parse(text)
    except ValueError as error:
        raise Http404 from error
