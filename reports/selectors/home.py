"""The home page: what a person must do, by day, and where the month stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from complaints.selectors import todos as case_todos
from indicators.models import ReportingMonth
from indicators.months import first_of, last_day
from indicators.selectors import todos as indicator_todos
from indicators.selectors.inspection_todos import inspection_todos
from indicators.selectors.todos import Todo
from policies.selectors import todos as policy_todos
from portal.models import User
from portal.selectors.calendar import Calendar
from reports.selectors import todos as document_todos

WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Day:
    """The to-dos of one day, or of a stretch of days; `tone` is "late" for what is overdue."""

    label: str
    rows: tuple[Todo, ...]
    tone: str = ""


@dataclass(frozen=True)
class StripDay:
    """A day of the month strip: number, weekday, and what happens on it."""

    on: date
    weekday: str
    is_off: bool
    is_past: bool
    is_today: bool
    event: str
    note: str


def all_todos(user: User, *, month: ReportingMonth | None, today: date) -> list[Todo]:
    """Return everything that waits for `user`, earliest first, undated last; `month` is the newest opened."""
    found = [
        *indicator_todos.todos(user, month=month, today=today),
        *inspection_todos(user),
        *(Todo(**vars(row)) for row in policy_todos.todos(user, today=today)),
        *(Todo(**vars(row)) for row in case_todos.todos(user, today=today)),
        *document_todos.todos(user, today=today),
    ]
    return sorted(found, key=lambda row: (row.due_on or date.max, row.kind, row.title))


def by_day(rows: list[Todo], *, today: date) -> list[Day]:
    """Group to-dos: overdue, today, tomorrow, the coming days one by one for a week, then the rest."""
    groups: dict[tuple[int, str, str], list[Todo]] = {}
    for row in rows:
        groups.setdefault(_group(row.due_on, today), []).append(row)
    return [Day(label, tuple(groups[order, label, tone]), tone) for order, label, tone in sorted(groups)]


def _group(due: date | None, today: date) -> tuple[int, str, str]:
    if due is None:
        return (100, "不限时", "")
    days = (due - today).days
    if days < 0:
        return (-1, "已逾期", "late")
    name = f"{due.month}月{due.day}日 星期{WEEKDAYS[due.weekday()]}"
    if days == 0:
        return (0, f"今天　{name}", "")
    if days <= 7:
        return (days, f"明天　{name}" if days == 1 else name, "")
    after = today + timedelta(days=7)
    return (50, f"{after.month}月{after.day}日以后", "")


def month_strip(today: date, calendar: Calendar, month: ReportingMonth | None) -> list[StripDay]:
    """Return the days of this month with the reporting cycle's events on them."""
    events = _events(month)
    first = first_of(today)
    days = [first + timedelta(days=n) for n in range(last_day(today).day)]
    return [
        StripDay(
            on=day,
            weekday=WEEKDAYS[day.weekday()],
            is_off=not calendar.is_workday(day),
            is_past=day < today,
            is_today=day == today,
            event=events.get(day, ("", ""))[0],
            note=events.get(day, ("", ""))[1],
        )
        for day in days
    ]


def _events(month: ReportingMonth | None) -> dict[date, tuple[str, str]]:
    if month is None:
        return {}
    name = f"{month.month.month}月月报"
    return {
        month.opened_at.date(): ("开月", name),
        month.due_on: ("按时截止", name),
        month.closes_on: ("封账", name),
    }
