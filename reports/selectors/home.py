"""The home page: what a person must do, by day, and where the month stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.utils import timezone

from complaints.selectors import todos as case_todos
from indicators.models import DispatchRound, ReportingMonth
from indicators.months import first_of, last_day
from indicators.selectors import todos as indicator_todos
from indicators.selectors.dispatch import rounds_between
from indicators.selectors.inspection_todos import inspection_todos
from indicators.selectors.todos import Todo
from policies.selectors import todos as policy_todos
from portal.models import User
from portal.selectors.calendar import Calendar
from reports.selectors import todos as document_todos

WEEKDAYS = "一二三四五六日"
LANES = (1, 2, 3)
WORDS = timedelta(days=3)  # the width of an event's words on the strip


@dataclass(frozen=True)
class Day:
    """The to-dos of one day, or of a stretch of days; `tone` is "late" for what is overdue."""

    label: str
    rows: tuple[Todo, ...]
    tone: str = ""


@dataclass(frozen=True)
class Event:
    """What happens on a day, in two short lines; `url` leads to it."""

    name: str
    note: str
    url: str = ""


@dataclass(frozen=True)
class StripDay:
    """A day of the month strip: number, weekday, and what happens on it.

    `lane` keeps the words of days close to each other apart: 1 is the line nearest to the days.
    """

    on: date
    weekday: str
    is_off: bool
    is_past: bool
    is_today: bool
    events: tuple[Event, ...]
    lane: int


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


def month_strip(today: date, calendar: Calendar, month: ReportingMonth | None, user: User) -> list[StripDay]:
    """Return the days of this month with the reporting cycle and the dispatch meetings that `user` may read of."""
    first, last = first_of(today), last_day(today)
    events = _events(month)
    for day, meeting in _meetings(rounds_between(user, first, last)):
        events.setdefault(day, []).append(meeting)
    lanes = _lanes(sorted(day for day in events if first <= day <= last))
    days = [first + timedelta(days=n) for n in range(last.day)]
    return [
        StripDay(
            on=day,
            weekday=WEEKDAYS[day.weekday()],
            is_off=not calendar.is_workday(day),
            is_past=day < today,
            is_today=day == today,
            events=tuple(events.get(day, ())),
            lane=lanes.get(day, 1),
        )
        for day in days
    ]


def _events(month: ReportingMonth | None) -> dict[date, list[Event]]:
    found: dict[date, list[Event]] = {}
    if month is None:
        return found
    for day, name in (
        (timezone.localdate(month.opened_at), "开月"),
        (month.due_on, "按时截止"),
        (month.closes_on, "封账"),
    ):
        found.setdefault(day, []).append(Event(name, f"{month.month.month}月月报"))
    return found


def _meetings(rounds: list[tuple[date, DispatchRound]]) -> Iterator[tuple[date, Event]]:
    """Yield the meetings of each day: one by its form and time, several by their number."""
    for day, group in groupby(rounds, key=lambda one: one[0]):
        rows = [row for _, row in group]
        if len(rows) > 1:
            yield day, Event("调度", f"{len(rows)}场", "/dispatch/")
            continue
        row = rows[0]
        held = row.state == DispatchRound.State.HELD
        at = timezone.localtime(row.planned_at) if row.planned_at else None
        note = row.get_state_display() if held or at is None else f"{at:%H:%M}"
        yield day, Event(row.get_form_display(), note, row.get_absolute_url())


def _lanes(days: list[date]) -> dict[date, int]:
    """Return for each day the first line whose words end before it; the last line takes what is left."""
    ends: dict[int, date] = {}
    found: dict[date, int] = {}
    for day in days:
        free = [lane for lane in LANES if lane not in ends or ends[lane] <= day]
        found[day] = free[0] if free else LANES[-1]
        ends[found[day]] = day + WORDS
    return found
