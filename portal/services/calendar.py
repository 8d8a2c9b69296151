"""Keep the working calendar: enter years, which a second person confirms, correct days, compute anew what depends."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from portal.calendar_csv import DayRow
from portal.errors import Conflict, Refused
from portal.models import CalendarDay, CalendarProposal, CalendarYear, User
from portal.roles import OFFICE_ROLES, Role
from portal.selectors.year_calendar import WARN_FROM_MONTH, calendar_gap
from portal.services import audit
from portal.services.notices import notify
from portal.workdays import is_workday

KEEPERS: Final = OFFICE_ROLES | {Role.SYSADMIN}
FIRST_YEAR: Final = 2020
REASON_LENGTH: Final = 120
CHANGED_MEANWHILE: Final = "日历刚被他人修改，请重新上传文件，核对后再提交。"
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
    return YearChange(
        year=year,
        version=_version_of(year),
        added=tuple(wanted[day] for day in sorted(wanted.keys() - there.keys())),
        changed=tuple(
            (there[day], wanted[day])
            for day in sorted(wanted.keys() & there.keys())
            if there[day] != wanted[day]
        ),
        removed=tuple(there[day] for day in sorted(there.keys() - wanted.keys())),
    )


@transaction.atomic
def propose_year(
    year: int, rows: Iterable[DayRow], *, source: str, version: int, actor: User
) -> CalendarProposal:
    """Lay the year's exceptions before a second person; nothing counts before `confirm_year`.

    `version` is the one the preview showed; raises `Conflict` when the calendar
    has been changed since, `Refused` while another proposal for the year waits.
    """
    _require_keeper(actor)
    days = [(f"{day.date}", day.is_workday, day.name, day.source or source) for day in rows]
    if _version_of(year) != version:
        raise Conflict(CHANGED_MEANWHILE)
    try:
        with transaction.atomic():
            proposal = CalendarProposal.objects.create(
                year=year, source=source, version=version, rows=days, proposed_by=actor
            )
    except IntegrityError as error:
        raise Refused(f"{year}年已有一份安排在等待复核，请先复核或退回。") from error
    audit.record(proposal, "calendar.propose", actor=actor, changes={"依据": source, "days": len(days)})
    today = timezone.localdate()
    notify(
        User.objects.holding(*KEEPERS, on=today).exclude(pk=actor.pk),
        f"{actor.name}录入了 {year}年放假安排，请与通知核对后复核",
        url=reverse("portal:calendar_proposal", args=[proposal.pk]),
        event_key=f"calendar.propose:{proposal.pk}",
    )
    return proposal


@transaction.atomic
def confirm_year(proposal: CalendarProposal, *, actor: User, now: datetime) -> YearChange:
    """Make the proposed days the whole of the year's exceptions, and the year a published one.

    Whoever entered them cannot confirm them. Raises `Conflict` when the
    calendar has been changed since they were compared. What hangs on
    provisional dates is computed anew.
    """
    _require_keeper(actor)
    if actor.pk == proposal.proposed_by_id:
        raise Refused("不能复核自己录入的安排，请由另一名营商办人员或系统管理员复核。")
    _decide(proposal, CalendarProposal.State.CONFIRMED, actor, now)
    days = rows_of(proposal)
    change = preview_year(proposal.year, days)
    if change.version != proposal.version or not _claim_year(
        proposal.year, proposal.version, proposal.source
    ):
        raise Conflict(CHANGED_MEANWHILE)
    CalendarDay.objects.filter(date__year=proposal.year).delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(date=day.date, is_workday=day.is_workday, name=day.name, source=day.source)
        for day in days
    )
    audit.record(
        CalendarYear.objects.get(year=proposal.year),
        "calendar.load",
        actor=actor,
        changes={
            "依据": proposal.source,
            "录入": proposal.proposed_by.name,
            "新增": [_words(row) for row in change.added],
            "改动": [f"{_words(old)}改为{_words(new)}" for old, new in change.changed],
            "删除": [_words(row) for row in change.removed],
        },
    )
    _tell_listeners(timezone.localdate(now))
    return change


@transaction.atomic
def return_year(proposal: CalendarProposal, *, actor: User, reason: str, now: datetime) -> None:
    """Send a proposal back with a reason; its own author takes it back in the same way."""
    _require_keeper(actor)
    if not reason.strip():
        raise Refused("请写明退回原因，例如“10月10日应为上班，请更正”。")
    _decide(proposal, CalendarProposal.State.RETURNED, actor, now, note=reason.strip())
    audit.record(proposal, "calendar.return", actor=actor, note=reason.strip())
    if actor.pk != proposal.proposed_by_id:
        notify(
            [proposal.proposed_by],
            f"您录入的 {proposal.year}年放假安排被退回：{reason.strip()}",
            url=f"{reverse('portal:calendar')}?year={proposal.year}",
            event_key=f"calendar.return:{proposal.pk}",
        )


def rows_of(proposal: CalendarProposal) -> list[DayRow]:
    """Return the proposed days."""
    return [DayRow(date.fromisoformat(day), worked, name, own) for day, worked, name, own in proposal.rows]


def _decide(
    proposal: CalendarProposal, state: CalendarProposal.State, actor: User, now: datetime, note: str = ""
) -> None:
    """Move a waiting proposal on; of two who decide at once exactly one does."""
    waiting = CalendarProposal.objects.filter(pk=proposal.pk, state=CalendarProposal.State.PENDING)
    if not waiting.update(state=state, decided_by=actor, decided_at=now, note=note[:300]):
        raise Refused("这份安排已经复核或退回，请刷新页面。")
    proposal.refresh_from_db()


def _version_of(year: int) -> int:
    return CalendarYear.objects.filter(year=year).values_list("version", flat=True).first() or 0


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
    """Tell the office and the administrators that next year is missing: from 1 November on once a week.

    From 15 December on every day: by then it is an error.
    """
    year = today.year + 1
    if today.month < WARN_FROM_MONTH:
        return "未到提醒时间（11月起）"
    gap = calendar_gap(today)
    if gap is None:
        return f"{year}年日历已载入"
    week = today.isocalendar()
    key = f"{today}" if gap.is_error else f"{week.year}-{week.week}"
    told = notify(
        User.objects.holding(*KEEPERS, on=today),
        f"{year}年放假安排尚未载入，跨年的期限按周一至周五暂定。国务院办公厅通知印发后请及时载入。",
        url=f"{reverse('portal:calendar')}?year={year}",
        event_key=f"calendar.missing:{year}:{key}",
    )
    return f"{year}年日历未载入，已提醒 {told} 人"
