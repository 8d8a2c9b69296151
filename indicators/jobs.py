"""Periodic work of the monthly reporting: each function may run twice, late or on two machines.

The job engine calls them daily with the day; each returns what it did in one sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils import timezone

from indicators.models import ReportingMonth, WorkItem
from indicators.months import first_of, label, shift
from indicators.selectors.months import newest_month, open_months, unreported
from indicators.services import ledgers
from indicators.services.lamps import record_month, relight
from indicators.services.months import (
    close_month,
    open_month,
    people_by_unit,
    recompute_provisional_months,
)
from portal.jobs import CatchUp, Daily, EveryMinutes, Job
from portal.models import User
from portal.roles import OFFICE_ROLES, Role
from portal.selectors.calendar import load_calendar
from portal.selectors.settings import number_setting
from portal.services.imports import waiting_imports
from portal.services.notices import notify

LAST_REMINDER = 1

# Missed days need no catching up one by one: each function does what is due by the day it runs.
JOBS = (
    Job("close_month", "月报封账", "indicators.jobs.close_due_month", Daily(0, 10)),
    Job("open_month", "开放月报", "indicators.jobs.open_due_month", Daily(0, 20)),
    Job("light_lamps", "判定亮灯", "indicators.jobs.light_lamps", Daily(0, 40)),
    Job("remind_unreported", "月报截止前提醒", "indicators.jobs.remind_unreported", Daily(8, 40)),
    Job("name_unreported", "月报截止后点名", "indicators.jobs.name_unreported", Daily(8, 50)),
    Job(
        "apply_ledgers",
        "导入大批台账",
        "indicators.jobs.apply_ledgers",
        EveryMinutes(1),
        catch_up=CatchUp.SKIP,
        own_transactions=True,
    ),
)


def open_due_month(today: date) -> str:
    """Open last month's reporting from the first working day of this month on, and every month missed before.

    While a month is open, items that came in since get their report. Provisional
    days are computed anew first.
    """
    settled = recompute_provisional_months(today)
    parts = [f"{month}月报的日期已重新计算" for month in settled]
    for month in _due_months(today):
        opening = open_month(month, actor=None, today=today)
        if opening.created:
            parts.append(f"开放{opening.month}月报，应报 {opening.added} 项")
        elif opening.added:
            parts.append(f"{opening.month}月报增加应报 {opening.added} 项")
    return "；".join(parts) or "没有需要开放的月报"


def _due_months(today: date) -> list[date]:
    """Return the months to open or refresh today, oldest first."""
    last = shift(first_of(today), -1)
    begun = today >= load_calendar().nth(today.year, today.month, 1).on
    newest = newest_month()
    if newest is None:
        return [last] if begun else []
    due = [row.month for row in open_months() if row.month <= last and not row.is_locked(today)]
    missed = shift(newest.month, 1)
    while missed < last or (missed == last and begun):
        due.append(missed)
        missed = shift(missed, 1)
    return due


def remind_unreported(today: date) -> str:
    """Remind the units that still owe reports some working days before the on-time day, and on the last one.

    Everybody is reminded once for each of the two, whenever this runs in between.
    """
    calendar, first = load_calendar(), number_setting("months.remind_workdays", on=today)
    reached = 0
    for month in open_months():
        if today > month.due_on or timezone.localdate(month.opened_at) == today:
            continue
        left = calendar.between(today, month.due_on)
        if left > first:
            continue
        stage = "last" if left <= LAST_REMINDER else "first"
        reached += _remind(month, stage, _left_words(left), today)
    return f"提醒未报单位联络员 {reached} 人次" if reached else "没有需要提醒的单位"


def _left_words(left: int) -> str:
    return f"还剩 {left} 个工作日" if left > 0 else "今天截止"


def _remind(month: ReportingMonth, stage: str, left: str, today: date) -> int:
    rows = unreported(month)
    people = people_by_unit([row.organisation for row in rows], Role.LIAISON, today=today)
    due = f"{month.due_on.month}月{month.due_on.day}日"
    return sum(
        notify(
            people[row.organisation.pk],
            f"{month}月报{due}按时截止，{left}，本单位还有 {row.progress.missing} 项未报",
            url=month.entry_url,
            event_key=f"month.remind:{month.slug}:{stage}",
        )
        for row in rows
    )


def name_unreported(today: date) -> str:
    """After the on-time day name the units that owe reports: to the office all, to each unit its own count."""
    named: list[str] = []
    for month in open_months():
        if not month.is_late(today) or month.is_locked(today):
            continue
        rows = unreported(month)
        if not rows:
            continue
        total = sum(row.progress.missing for row in rows)
        units = "、".join(f"{row.organisation.short_name}{row.progress.missing}项" for row in rows)
        text = f"{month}月报按时截止已过，{len(rows)} 个单位 {total} 项未报：{units}"
        people = people_by_unit([row.organisation for row in rows], Role.LIAISON, Role.UNIT_HEAD, today=today)
        key = f"month.unreported:{month.slug}"
        sent = notify(_office(today), text, url=month.get_absolute_url(), event_key=key)
        for row in rows:
            own = f"{month}月报按时截止已过，本单位还有 {row.progress.missing} 项未报，请尽快补报"
            sent += notify(people[row.organisation.pk], own, url=month.entry_url, event_key=key)
        if sent:
            named.append(f"{month}月报 {len(rows)} 个单位 {total} 项未报，已通知 {sent} 人")
    return "；".join(named) or "没有需要点名的单位"


def _office(today: date) -> Iterable[User]:
    return User.objects.holding(*OFFICE_ROLES, on=today)


def close_due_month(today: date) -> str:
    """Close every month whose closing day is over, oldest first."""
    closed = [
        str(month)
        for month in open_months()
        if month.is_locked(today) and close_month(month, actor=None, today=today)
    ]
    return f"{'、'.join(closed)}月报已封账" if closed else "没有到期封账的月报"


def light_lamps(today: date) -> str:
    """Judge every item's lamp anew, and record the lamps of the months that are not closed yet."""
    changed = relight(WorkItem.objects.counted(), today=today)
    months = [month for month in open_months() if not month.is_locked(today)]
    for month in months:
        record_month(month.month, today=today)
    recorded = f"，更新{'、'.join(label(month.month) for month in months)}逐月亮灯" if months else ""
    return f"重新判定亮灯，{changed} 项有变化{recorded}"


def apply_ledgers(today: date) -> str:
    """Apply the large ledgers that were confirmed, one after the other; each is all or nothing and written once."""
    waiting = waiting_imports(ledgers.KIND)
    done = sum(ledgers.apply_waiting_ledger(batch, today=today) for batch in waiting)
    return f"导入台账 {done} 份，未导入 {len(waiting) - done} 份" if waiting else "没有等待导入的台账"
