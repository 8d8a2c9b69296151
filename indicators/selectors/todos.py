"""What waits for a person in the indicator work, each with the page where it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, QuerySet, Subquery

from indicators.models import (
    Adjustment,
    DispatchRound,
    Instruction,
    Letter,
    Measurement,
    ProgressReport,
    ReportingMonth,
    WorkItem,
)
from indicators.selectors.months import newest_month, review_queue
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


def todos(user: User, *, today: date) -> list[Todo]:
    """Return what waits for `user`, unsorted; a fixed number of queries for each role held."""
    found: list[Todo] = []
    month = newest_month()
    if user.has_role(Role.LIAISON):
        found += _unit_reports(user, month, today) + _unit_items(user, today)
    if user.has_role(*UNIT_ROLES):
        found += _unit_reviews(user) + _letters_to_answer(user)
    if user.has_role(*OFFICE_ROLES) or user.has_role(*UNIT_ROLES):
        found += _reports_to_review(user, month)
    if user.has_role(*OFFICE_ROLES):
        found += _office(user, month, today)
    if user.has_role(Role.OFFICE_HEAD):
        found += _director(user)
    if user.has_role(Role.CHIEF):
        found += _chief(user, today)
    return found


def _unit_reports(user: User, month: ReportingMonth | None, today: date) -> list[Todo]:
    if month is None or month.is_locked(today):
        return []
    own = ProgressReport.objects.filter(
        month=month.month, organisation=user.organisation_id, state__in=OWED_STATES
    )
    counts = dict(own.order_by().values_list("state").annotate(n=Count("pk")))
    found = []
    url = f"/months/{month.slug}/entry/"
    due = month.due_on if today <= month.due_on else month.closes_on
    blank = counts.get(ReportState.MISSING, 0) + counts.get(ReportState.DRAFT, 0)
    if blank:
        small = "按时截止" if today <= month.due_on else "已过按时截止，封账前仍可补报"
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
            "办理",
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


def _reports_to_review(user: User, month: ReportingMonth | None) -> list[Todo]:
    if month is None:
        return []
    queue = review_queue(user, ProgressReport.objects.visible_to(user).filter(month=month.month))
    counts = queue.order_by().aggregate(n=Count("pk"), units=Count("organisation", distinct=True))
    if not counts["n"]:
        return []
    title = f"{counts['units']} 个单位 {counts['n']} 项进展待审核"
    return [
        Todo(
            "月报审核",
            title,
            "逐项看，也可成批通过",
            month.closes_on,
            f"/months/{month.slug}/review/",
            "逐项审核",
        )
    ]


def _office(user: User, month: ReportingMonth | None, today: date) -> list[Todo]:
    found = []
    if month is not None and not month.is_locked(today):
        owed = ProgressReport.objects.filter(month=month.month, state__in=OWED_STATES)
        counts = owed.order_by().aggregate(n=Count("pk"), units=Count("organisation", distinct=True))
        if counts["n"] and today > month.due_on:
            title = f"{counts['units']} 个单位 {counts['n']} 项未报"
            found.append(
                Todo("月报催报", title, "一键提醒到联络员", month.closes_on, f"/months/{month.slug}/", "催报")
            )
    values = Measurement.objects.filter(state=MeasurementState.SUBMITTED).count()
    if values:
        found.append(
            Todo("监测审核", f"{values} 项监测值待审核", "", None, "/measurements/?show=pending", "去审核")
        )
    rounds = DispatchRound.objects.filter(state=DispatchRound.State.DRAFT).order_by("planned_at")[:LISTED]
    found += [
        Todo(
            "调度准备",
            str(row),
            row.place,
            row.planned_at.date() if row.planned_at else None,
            row.get_absolute_url(),
            "打开",
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
            "审批",
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
            "审签",
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
        found["measurements"] = [Measurement.objects.filter(state=MeasurementState.SUBMITTED)]
    if user.has_role(Role.OFFICE_HEAD):
        found["letters"] = [Letter.objects.filter(state=Letter.State.PROPOSED)]
    if user.has_role(Role.LIAISON, Role.CHIEF):
        instructions = Instruction.objects.visible_to(user)
        found["instructions"] = [instructions.filter(item__in=WorkItem.objects.open())]
    return found
