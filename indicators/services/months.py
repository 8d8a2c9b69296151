"""Open, close and unlock reporting months, and press the units that have not reported."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from indicators.models import MonthUnlock, ProgressReport, ReportingMonth, UnlockRequest, WorkItem
from indicators.months import first_of, label
from indicators.selectors.months import (
    MonthDates,
    UnitProgress,
    items_without_report,
    month_dates,
    reports_of_moved_items,
    unreported,
)
from indicators.services.lamps import record_month
from indicators.workflow import ReportState
from portal.errors import Refused
from portal.models import Organisation, User
from portal.roles import OFFICE_ROLES, Role
from portal.selectors.calendar import load_calendar
from portal.services import audit
from portal.services.notices import Notice, notify, notify_many

BATCH = 2000
LONGEST_UNLOCK = timedelta(days=31)
REASON_LENGTH = 300


@dataclass(frozen=True)
class Opening:
    """What opening a month did: `created` the first time, `added` rows written this time."""

    month: ReportingMonth
    created: bool
    added: int


@dataclass(frozen=True)
class Chase:
    """Who was pressed: units and people reached, and the units in which nobody could be reached."""

    units: int
    people: int
    unreachable: tuple[Organisation, ...]


def _require_office(actor: User | None) -> None:
    if actor is not None and not actor.has_role(*OFFICE_ROLES):
        raise Refused("只有营商办可以办理月报的开放、催报和解锁")


@transaction.atomic
def open_month(month: date, *, actor: User | None, today: date) -> Opening:
    """Open the reporting of `month` (any day of it) and owe one report of every item that owes one.

    A second call adds rows only for items that came in since, and moves blank
    reports to the unit that meanwhile owes the item. `actor` None is the portal
    itself. Raises Refused for a month that has not begun or is closed.
    """
    _require_office(actor)
    month = first_of(month)
    if month > today:
        raise Refused(f"{label(month)}尚未开始，不能开放填报")
    dates = _dates(month, on=today)
    row, created = ReportingMonth.objects.get_or_create(
        month=month,
        defaults={
            "opened_at": timezone.now(),
            "opened_by": actor,
            "due_on": dates.due_on,
            "closes_on": dates.closes_on,
            "provisional": dates.provisional,
        },
    )
    if row.closed_at is not None:
        raise Refused(f"{row}月报已封账，不再增加应报事项")
    added = _add_reports(month)
    moved = _follow_duty(month)
    if created:
        changes = {"应报": added, "按时截止": row.due_on, "封账": row.closes_on, "暂定": row.provisional}
        audit.record(row, "month.open", actor=actor, changes=changes)
        _announce(row, today)
    elif added or moved:
        audit.record(row, "month.refresh", actor=actor, changes={"新增应报": added, "随责任单位调整": moved})
    return Opening(row, created, added)


def _dates(month: date, *, on: date) -> MonthDates:
    try:
        return month_dates(month, load_calendar(), on=on)
    except ValueError as error:
        raise Refused(f"{error}，请先在系统设置中调小“按时截止”的工作日数") from error


def _add_reports(month: date) -> int:
    """Write a blank report for every item that owes one, in batches so that memory stays bounded."""
    added = last = 0
    columns = ("pk", "organisation_id", "percent", "verified_month")
    while batch := list(
        items_without_report(month).filter(pk__gt=last).order_by("pk").values_list(*columns)[:BATCH]
    ):
        ahead = [pk for pk, _unit, _percent, verified in batch if verified and verified >= month]
        before = _percents_before(month, ahead)
        rows = [
            ProgressReport(
                item_id=pk, month=month, organisation_id=unit, previous_percent=before.get(pk, percent)
            )
            for pk, unit, percent, _verified in batch
        ]
        ProgressReport.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
        added += len(rows)
        last = batch[-1][0]
    return added


def _percents_before(month: date, items: list[int]) -> dict[int, Decimal]:
    """Return the verified percent before `month` of items that were verified for a later month already."""
    if not items:
        return {}
    earlier = ProgressReport.objects.filter(item__in=items, month__lt=month, state=ReportState.VERIFIED)
    found = dict.fromkeys(items, Decimal(0))
    for item, percent in earlier.order_by("month").values_list("item", "percent"):
        found[item] = percent or Decimal(0)
    return found


def _follow_duty(month: date) -> int:
    unit = WorkItem.objects.filter(pk=OuterRef("item")).values("organisation")
    moved = reports_of_moved_items(month).values_list("pk", flat=True)
    return ProgressReport.objects.filter(pk__in=list(moved), state=ReportState.MISSING).update(
        organisation=Subquery(unit), version=F("version") + 1
    )


def _announce(row: ReportingMonth, today: date) -> None:
    units = unreported(row)
    liaisons = people_by_unit([unit.organisation for unit in units], Role.LIAISON, today=today)
    due = f"{row.due_on.month}月{row.due_on.day}日"
    for unit in units:
        notify(
            liaisons[unit.organisation.pk],
            f"{row}月报已开放，本单位应报 {unit.progress.due} 项，请于{due}前填报",
            url=row.entry_url,
            event_key=f"month.open:{row.slug}",
        )


def people_by_unit(units: Iterable[Organisation], *roles: str, today: date) -> dict[int, list[User]]:
    """Return the active people of each unit who hold one of `roles` today, with one query."""
    found: dict[int, list[User]] = {unit.pk: [] for unit in units}
    for person in User.objects.holding(*roles, on=today).filter(organisation__in=list(found)):
        found[person.organisation_id].append(person)
    return found


@transaction.atomic
def close_month(month: ReportingMonth, *, actor: User | None, today: date) -> bool:
    """Close a month after its closing day and record its lamps for the last time.

    Of two calls exactly one does it and returns True, the other False. Raises
    Refused before the closing day is over or while the date is provisional.
    """
    _require_office(actor)
    month.refresh_from_db()
    if month.closed_at is not None:
        return False
    if not month.is_locked(today):
        kind = (
            "封账日期暂定" if month.provisional else f"{month.closes_on.month}月{month.closes_on.day}日封账"
        )
        raise Refused(f"{month}月报{kind}，现在还不能封账")
    # The expected state is part of the UPDATE: of two jobs at the same moment one closes the month.
    if not ReportingMonth.objects.filter(pk=month.pk, closed_at=None).update(closed_at=timezone.now()):
        return False
    recorded = record_month(month.month, today=today)
    month.refresh_from_db()
    missing = sum(unit.progress.missing for unit in unreported(month))
    audit.record(month, "month.close", actor=actor, changes={"亮灯记录": recorded, "未报": missing})
    return True


def _check_unlock(
    month: ReportingMonth, organisation: Organisation, until: date, reason: str, today: date
) -> None:
    if not reason:
        raise Refused("请写明解锁理由")
    if len(reason) > REASON_LENGTH:
        raise Refused(f"解锁理由不超过 {REASON_LENGTH} 字，现有 {len(reason)} 字")
    if not month.is_locked(today):
        raise Refused(f"{month}月报尚未封账，{organisation}可以直接填报，无需解锁")
    if not today <= until <= today + LONGEST_UNLOCK:
        raise Refused(f"“开放至”应在今天到{LONGEST_UNLOCK.days}天以内")
    if not ProgressReport.objects.filter(month=month.month, organisation=organisation).exists():
        raise Refused(f"{organisation}在{month}没有应报事项，请核对单位")


@transaction.atomic
def unlock_month(
    month: ReportingMonth, organisation: Organisation, *, until: date, reason: str, actor: User, today: date
) -> MonthUnlock:
    """Open a locked month to one unit until a day (included), with the reason; its liaisons are told.

    A request of the unit that waits is granted by it. A second call with the same
    day returns the unlock that is there.
    """
    _require_office(actor)
    reason = reason.strip()
    _check_unlock(month, organisation, until, reason, today)
    same = MonthUnlock.objects.filter(month=month, organisation=organisation, until=until).first()
    if same is not None:
        return same
    row = MonthUnlock.objects.create(
        month=month,
        organisation=organisation,
        until=until,
        reason=reason,
        granted_by=actor,
        granted_at=timezone.now(),
    )
    asked = UnlockRequest.objects.filter(month=month, organisation=organisation).open()
    asked.update(state=UnlockRequest.State.GRANTED, decided_by=actor, decided_at=row.granted_at)
    audit.record(
        month,
        "month.unlock",
        actor=actor,
        organisation=organisation,
        changes={"单位": organisation, "开放至": until},
        note=reason,
    )
    notify(
        people_by_unit([organisation], Role.LIAISON, today=today)[organisation.pk],
        f"{month}月报已为本单位解锁，请于{until.month}月{until.day}日前修改或补报。理由：{reason}",
        url=month.entry_url,
        event_key=f"month.unlock:{row.pk}",
    )
    return row


@transaction.atomic
def recompute_provisional_months(today: date) -> list[ReportingMonth]:
    """Compute the days of provisional open months anew; return those whose days or mark changed.

    Called daily and after a year's calendar was loaded. Months that are closed stay as they are.
    """
    calendar, changed = load_calendar(), []
    for month in ReportingMonth.objects.filter(provisional=True, closed_at=None):
        opened_on = timezone.localdate(month.opened_at)
        fresh = month_dates(month.month, calendar, on=opened_on)
        before = MonthDates(month.due_on, month.closes_on, month.provisional)
        if fresh == before:
            continue
        days = {"due_on": fresh.due_on, "closes_on": fresh.closes_on, "provisional": fresh.provisional}
        if not ReportingMonth.objects.filter(pk=month.pk, provisional=True, closed_at=None).update(**days):
            continue
        changes = {name: [getattr(before, name), value] for name, value in days.items()}
        audit.record(month, "month.recompute", actor=None, changes=changes)
        month.refresh_from_db()
        changed.append(month)
    return changed


@transaction.atomic
def chase_unreported(
    month: ReportingMonth,
    *,
    actor: User | None,
    today: date,
    organisations: Iterable[Organisation] | None = None,
) -> Chase:
    """Press every unit that has not reported `month` (or those named), once a day however often it is called."""
    _require_office(actor)
    wanted = None if organisations is None else {unit.pk for unit in organisations}
    rows = [row for row in unreported(month) if wanted is None or row.organisation.pk in wanted]
    liaisons = people_by_unit([row.organisation for row in rows], Role.LIAISON, today=today)
    unreachable = [row.organisation for row in rows if not liaisons[row.organisation.pk]]
    key = f"month.chase:{month.slug}:{today}"
    people = notify_many(
        Notice(liaisons[row.organisation.pk], _chase_text(month, row, today), month.entry_url, key)
        for row in rows
    )
    if people:
        changes = {"单位": [row.organisation.short_name for row in rows], "人数": people}
        audit.record(month, "month.chase", actor=actor, changes=changes)
    return Chase(len(rows) - len(unreachable), people, tuple(unreachable))


def _chase_text(month: ReportingMonth, row: UnitProgress, today: date) -> str:
    due = f"{month.due_on.month}月{month.due_on.day}日"
    timing = f"按时截止{due}已过，请尽快填报" if month.is_late(today) else f"请于{due}前填报"
    return f"{month}月报本单位还有 {row.progress.missing} 项未报，{timing}"
