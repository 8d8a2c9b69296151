"""Keep the working calendar: load years, correct days, and have what depends on it computed anew."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.module_loading import import_string

from portal.calendar_csv import DayRow
from portal.errors import Conflict, Refused
from portal.models import CalendarDay, CalendarYear, User
from portal.roles import OFFICE_ROLES, Role
from portal.services import audit
from portal.services.notices import notify
from portal.workdays import is_workday

KEEPERS: Final = OFFICE_ROLES | {Role.SYSADMIN}
FIRST_YEAR: Final = 2020
WARN_FROM_MONTH: Final = 11
REASON_LENGTH: Final = 120
BUILTIN = Path(__file__).resolve().parent.parent / "data" / "workdays.csv"


@transaction.atomic
def load_builtin_calendar() -> int:
    """Add the shipped years that are not in the calendar yet; return how many.

    A year that is there, however it came, is left alone: the office may have
    corrected it.
    """
    present = set(CalendarYear.objects.values_list("year", flat=True))
    with BUILTIN.open(encoding="utf-8", newline="") as file:
        days = [
            CalendarDay(
                date=date.fromisoformat(row["date"]),
                is_workday=row["is_workday"] == "1",
                name=row["name"],
                source=row["source"],
            )
            for row in csv.DictReader(file)
        ]
    fresh = [day for day in days if day.date.year not in present]
    sources = {day.date.year: day.source for day in fresh}
    CalendarDay.objects.bulk_create(fresh, ignore_conflicts=True)
    CalendarYear.objects.bulk_create(
        CalendarYear(year=year, source=source) for year, source in sources.items()
    )
    return len(sources)


@dataclass(frozen=True)
class YearChange:
    """What loading a year would change; `version` is the calendar's when this was computed, 0 for a new year."""

    year: int
    version: int
    added: tuple[DayRow, ...]
    changed: tuple[tuple[DayRow, DayRow], ...]
    removed: tuple[DayRow, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.added or self.changed or self.removed)


class DayKind(StrEnum):
    """What a day is made: worked, off, or as the weekday says."""

    WORK = "work"
    REST = "rest"
    PLAIN = "plain"


def preview_year(year: int, rows: Iterable[DayRow]) -> YearChange:
    """Compare the days of a file with the calendar; nothing is saved."""
    there = {
        day.date: DayRow(day.date, day.is_workday, day.name, day.source)
        for day in CalendarDay.objects.filter(date__year=year)
    }
    wanted = {row.date: row for row in rows}
    version = CalendarYear.objects.filter(year=year).values_list("version", flat=True).first()
    return YearChange(
        year=year,
        version=version or 0,
        added=tuple(wanted[day] for day in sorted(wanted.keys() - there.keys())),
        changed=tuple(
            (there[day], wanted[day])
            for day in sorted(wanted.keys() & there.keys())
            if there[day] != wanted[day]
        ),
        removed=tuple(there[day] for day in sorted(there.keys() - wanted.keys())),
    )


@transaction.atomic
def load_year(
    year: int, rows: Iterable[DayRow], *, source: str, version: int, actor: User, today: date
) -> YearChange:
    """Make `rows` the whole of the year's exceptions, and the year a published one.

    `version` is the one the preview showed; raises `Conflict` when the calendar
    has been changed since. What hangs on provisional dates is computed anew.
    """
    _require_keeper(actor)
    days = list(rows)
    change = preview_year(year, days)
    if change.version != version or not _claim_year(year, version, source):
        raise Conflict("日历刚被他人修改，请重新上传文件，核对后再确认。")
    CalendarDay.objects.filter(date__year=year).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(date=day.date, is_workday=day.is_workday, name=day.name, source=day.source or source)
        for day in days
    )
    audit.record(
        CalendarYear.objects.get(year=year),
        "calendar.load",
        actor=actor,
        changes={
            "依据": source,
            "新增": [_words(row) for row in change.added],
            "改动": [f"{_words(old)}改为{_words(new)}" for old, new in change.changed],
            "删除": [_words(row) for row in change.removed],
        },
    )
    _tell_listeners(today)
    return change


def _claim_year(year: int, version: int, source: str) -> bool:
    if version:
        return bool(
            CalendarYear.objects.filter(year=year, version=version).update(
                version=F("version") + 1, source=source
            )
        )
    try:
        with transaction.atomic():
            CalendarYear.objects.create(year=year, source=source)
    except IntegrityError:
        return False
    return True


@transaction.atomic
def set_day(
    day: date, kind: DayKind, *, name: str, reason: str, actor: User, today: date
) -> CalendarDay | None:
    """Make one day worked, off, or plain; return its row, None for a plain one. The reason is kept as its source.

    For a change announced during the year and for the county's own closures.
    A second call with the same values changes nothing.
    """
    _require_keeper(actor)
    reason = reason.strip()
    if not reason:
        raise Refused("请写明调整依据，如文件文号或县里的通知。")
    before = CalendarDay.objects.filter(date=day).first()
    if kind is DayKind.PLAIN:
        after = None
        CalendarDay.objects.filter(date=day).delete()
    else:
        values = {
            "is_workday": kind is DayKind.WORK,
            "name": name.strip()[:40],
            "source": reason[:REASON_LENGTH],
        }
        after, _created = CalendarDay.objects.update_or_create(date=day, defaults=values)
    if _state(before) == _state(after):
        return after
    CalendarYear.objects.filter(year=day.year).update(version=F("version") + 1)
    subject = after or CalendarDay(date=day, is_workday=is_workday(day, {}))
    audit.record(
        subject, "calendar.day", actor=actor, changes={f"{day}": [_state(before), _state(after)]}, note=reason
    )
    _tell_listeners(today)
    return after


def _state(row: CalendarDay | None) -> str:
    if row is None:
        return "按周一至周五"
    return f"{'上班' if row.is_workday else '休息'} {row.name}".strip()


def _words(row: DayRow) -> str:
    return f"{row.date.month}月{row.date.day}日{'上班' if row.is_workday else '休息'}{row.name}"


def _require_keeper(actor: User) -> None:
    if not actor.has_role(*KEEPERS):
        raise Refused("只有营商办和系统管理员可以维护日历。")


def _tell_listeners(today: date) -> None:
    """Call what other applications compute from the calendar, in the same transaction."""
    for path in settings.CALENDAR_LISTENERS:
        import_string(path)(today)


def warn_missing_year(today: date) -> str:
    """From 1 November on tell the office and the administrators, once a week, that next year is missing."""
    year = today.year + 1
    if today.month < WARN_FROM_MONTH:
        return "未到提醒时间（11月起）"
    if CalendarYear.objects.filter(year=year).exists():
        return f"{year} 年日历已载入"
    week = today.isocalendar()
    told = notify(
        User.objects.holding(*KEEPERS, on=today),
        f"{year} 年放假安排尚未载入，跨年的期限按周一至周五暂定。国务院办公厅通知印发后请及时载入。",
        url=f"{reverse('portal:calendar')}?year={year}",
        event_key=f"calendar.missing:{year}:{week.year}-{week.week}",
    )
    return f"{year} 年日历未载入，已提醒 {told} 人"
