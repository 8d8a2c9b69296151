"""What waits for a person in the indicator work, each with the page where it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Subquery

from indicators.models import (
    Adjustment,
    DispatchRound,
    Instruction,
    Letter,
    Measurement,
    MonthUnlock,
    ProgressReport,
    ReportingMonth,
    UnlockRequest,
    WorkItem,
)
from indicators.selectors.months import review_queue
from indicators.workflow import OWED_STATES, ItemState, MeasurementState, ReportState
from portal.models import User
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role

SOON = timedelta(days=14)
LISTED = 8


@dataclass(frozen=True)
class Todo:
    """One thing to do: kind, title, a small line, by when, where, and what the button says."""

    kind: str
    title: str
    small: str
    due_on: date | None
    url: str
    action: str


def todos(user: User, *, month: ReportingMonth | None, today: date) -> list[Todo]:
    """Return what waits for `user`, unsorted; a fixed number of queries for each role held.

    `month` is the newest month that was opened.
    """
    found: list[Todo] = []
    if user.has_role(Role.LIAISON):
        found += _unit_reports(user, month, today) + _unit_items(user, today)
    if user.has_role(*UNIT_ROLES):
        found += _unit_reviews(user) + _letters_to_answer(user)
    if user.has_role(*OFFICE_ROLES, *UNIT_ROLES):
        found += _reports_of_month(user, month, today)
    if user.has_role(*OFFICE_ROLES):
        found += _office()
    if user.has_role(Role.OFFICE_HEAD):
        found += _director(user)
    if user.has_role(Role.CHIEF):
        found += _chief(user, today)
    return found


def _unit_reports(user: User, month: ReportingMonth | None, today: date) -> list[Todo]:
    """What the unit owes in the open month, and in every locked one that was unlocked for it."""
    found: list[Todo] = []
    if month is not None and not month.is_locked(today):
        late = today > month.due_on
        small = "已过按时截止，封账前仍可补报" if late else "按时截止"
        found += _owed(user, month, small, month.closes_on if late else month.due_on)
    unlocks = MonthUnlock.objects.filter(organisation=user.organisation_id, until__gte=today)
    last = {row.month: row.until for row in unlocks.select_related("month").order_by("until")}
    for locked, until in last.items():
        if locked.is_locked(today):
            found += _owed(user, locked, "已封账，营商办为本单位单独开放", until)
    return found


def _owed(user: User, month: ReportingMonth, small: str, due: date) -> list[Todo]:
    own = ProgressReport.objects.filter(
        month=month.month, organisation=user.organisation_id, state__in=OWED_STATES
    )
    counts = dict(own.order_by().values_list("state").annotate(n=Count("pk")))
    found = []
    url = f"/months/{month.slug}/entry/"
    blank = counts.get(ReportState.MISSING, 0) + counts.get(ReportState.DRAFT, 0)
    if blank:
        found.append(
            Todo("月报填报", f"{month.month.month}月进展还有 {blank} 项未提交", small, due, url, "去填报")
        )
    if returned := counts.get(ReportState.RETURNED, 0):
        found.append(
            Todo("月报重报", f"{returned} 项被退回，请按意见修改", "退回原因写在各项上方", due, url, "去修改")
        )
    return found


def _unit_items(user: User, today: date) -> list[Todo]:
    """Items of the unit that fall due soon or are overdue, instructions named as such."""
    items = (
        WorkItem.objects.filter(
            organisation=user.organisation_id,
            state__in=[ItemState.PLANNED, ItemState.IN_PROGRESS],
            due_on__lte=today + SOON,
        )
        .select_related("work_list", "task_force")
        .order_by("due_on")[:LISTED]
    )
    return [
        Todo(
            "交办落实" if item.work_list.source == "instruction" else "事项到期",
            f"{item.short_number}　{item.title}",
            item.task_force.name,
            item.due_on,
            item.get_absolute_url(),
            "去办理",
        )
        for item in items
    ]


def _unit_reviews(user: User) -> list[Todo]:
    """Closing applications that wait for the unit: its head's confirmation, or its first review as lead."""
    unit = user.organisation_id
    found = []
    if user.has_role(Role.UNIT_HEAD):
        waiting = WorkItem.objects.filter(organisation=unit, state=ItemState.AWAITING_UNIT)[:LISTED]
        found += [_closing(item, "销号确认", "联络员已申请，请您确认", "去确认") for item in waiting]
    leading = WorkItem.objects.filter(lead=unit, state=ItemState.AWAITING_LEAD)[:LISTED]
    found += [_closing(item, "销号初审", "责任单位已确认，请牵头单位初审", "去初审") for item in leading]
    return found


def _closing(item: WorkItem, kind: str, small: str, action: str) -> Todo:
    return Todo(
        kind, f"{item.short_number}　{item.title}", small, item.due_on, item.get_absolute_url(), action
    )


def _letters_to_answer(user: User) -> list[Todo]:
    letters = Letter.objects.filter(
        organisation=user.organisation_id, state=Letter.State.ISSUED, reply_by__isnull=False, replied_on=None
    ).order_by("-issued_on")[:3]
    return [
        Todo(
            "督办文书",
            f"{row.number} {row.get_rung_display()}",
            row.reason[:30],
            row.reply_by,
            row.get_absolute_url(),
            "查看",
        )
        for row in letters
        if row.rung not in {Letter.Rung.REMIND, Letter.Rung.CHASE}
    ]


def _reports_of_month(user: User, month: ReportingMonth | None, today: date) -> list[Todo]:
    """The month's reports that `user` reviews and, for the office, those it chases; counted with one query."""
    if month is None:
        return []
    reports = ProgressReport.objects.visible_to(user).filter(month=month.month)
    waiting = Q(pk__in=review_queue(user, reports).order_by().values("pk"))
    owed = Q(state__in=OWED_STATES)
    counts = reports.order_by().aggregate(
        waiting=Count("pk", filter=waiting),
        senders=Count("organisation", filter=waiting, distinct=True),
        owed=Count("pk", filter=owed),
        debtors=Count("organisation", filter=owed, distinct=True),
    )
    found, closes_on, url = [], month.closes_on, f"/months/{month.slug}/"
    if counts["waiting"]:
        title = f"{counts['senders']} 个单位 {counts['waiting']} 项进展待审核"
        found.append(Todo("月报审核", title, "逐项看，也可成批通过", closes_on, f"{url}review/", "逐项审核"))
    chased = user.has_role(*OFFICE_ROLES) and month.due_on < today and not month.is_locked(today)
    if chased and counts["owed"]:
        title = f"{counts['debtors']} 个单位 {counts['owed']} 项未报"
        found.append(Todo("月报催报", title, "一键提醒到联络员", closes_on, url, "催报"))
    return found


def _office() -> list[Todo]:
    found = []
    values = Measurement.objects.filter(state=MeasurementState.SUBMITTED).count()
    if values:
        found.append(
            Todo("监测审核", f"{values} 项监测值待审核", "", None, "/measurements/?show=pending", "去审核")
        )
    asked = UnlockRequest.objects.open().select_related("month", "organisation").order_by("pk")[:LISTED]
    found += [
        Todo("月报解锁", str(row), row.reason[:30], None, row.get_absolute_url(), "去办理") for row in asked
    ]
    rounds = DispatchRound.objects.filter(state=DispatchRound.State.DRAFT).order_by("planned_at")[:LISTED]
    found += [
        Todo(
            "调度准备",
            str(row),
            row.place,
            row.planned_at.date() if row.planned_at else None,
            row.get_absolute_url(),
            "去准备",
        )
        for row in rounds
    ]
    return found


def _director(user: User) -> list[Todo]:
    items = WorkItem.objects.filter(state=ItemState.AWAITING_OFFICE).select_related("organisation")[:LISTED]
    found = [_closing(item, "销号核定", f"{item.organisation}申请，待您核定", "去核定") for item in items]
    asked = Adjustment.objects.filter(state=Adjustment.State.REQUESTED).select_related("item__organisation")
    found += [
        Todo(
            "延期审批",
            f"{row.item.short_number}　{row.item.title}",
            f"{row.item.organisation}申请延至{row.new_due_on.month}月{row.new_due_on.day}日"
            if row.new_due_on
            else "",
            row.item.due_on,
            row.item.get_absolute_url(),
            "去审批",
        )
        for row in asked[:LISTED]
    ]
    letters = Letter.objects.filter(state=Letter.State.PROPOSED).select_related("organisation")[:LISTED]
    found += [
        Todo(
            "督办签发",
            f"{row.get_rung_display()}　{row.organisation}",
            row.reason[:30],
            None,
            row.get_absolute_url(),
            "去审签",
        )
        for row in letters
    ]
    return found


def _chief(user: User, today: date) -> list[Todo]:
    rounds = DispatchRound.objects.visible_to(user).filter(state=DispatchRound.State.DRAFT)[:LISTED]
    found = [
        Todo(
            "调度会",
            str(row),
            row.place,
            row.planned_at.date() if row.planned_at else None,
            row.get_absolute_url(),
            "看调度表",
        )
        for row in rounds
    ]
    late = Instruction.objects.visible_to(user).filter(
        given_by=user, item__in=WorkItem.objects.overdue(today)
    )
    found += [
        Todo(
            "交办逾期",
            row.item.title,
            str(row.item.organisation),
            row.item.due_on,
            row.item.get_absolute_url(),
            "看进展",
        )
        for row in late.select_related("item__organisation")[:LISTED]
    ]
    return found


def waiting(user: User) -> dict[str, list[QuerySet[Any]]]:
    """Return the rows that wait for `user`, by the navigation's keys; `portal.waiting` counts them."""
    found: dict[str, list[QuerySet[Any]]] = {}
    reports = ProgressReport.objects.visible_to(user)
    if user.has_role(*OFFICE_ROLES, *UNIT_ROLES):
        found["reports"] = [review_queue(user, reports)]
    if user.has_role(Role.LIAISON):
        newest = ReportingMonth.objects.order_by("-month").values("month")[:1]
        own = ProgressReport.objects.filter(month=Subquery(newest), organisation=user.organisation_id)
        found["reports"].append(own.owed())
    if user.has_role(*OFFICE_ROLES):
        found["reports"].append(UnlockRequest.objects.open())
        found["measurements"] = [Measurement.objects.filter(state=MeasurementState.SUBMITTED)]
    if user.has_role(Role.OFFICE_HEAD):
        found["letters"] = [Letter.objects.filter(state=Letter.State.PROPOSED)]
    if user.has_role(Role.LIAISON, Role.CHIEF):
        instructions = Instruction.objects.visible_to(user)
        found["instructions"] = [instructions.filter(item__in=WorkItem.objects.open())]
    return found
