"""Build the dispatch sheet of a round: live from the rows, or as it was recorded for a month.

A draft is built from the rows as they are; a round that has been held shows the
stored form it was frozen with, whatever happens to the rows later.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.utils import timezone

from indicators.lamps import Colour
from indicators.models import DispatchRound, Instruction, PickedItem, ProgressReport, TaskForce, WorkItem
from indicators.months import first_of, shift
from indicators.selectors.dispatch import (
    REPORTED,
    covered_forces,
    distressed_at,
    distressed_items,
    instructions_at,
    picked_items,
    previous_round,
    reports_of_month,
    reports_on,
    standing_instructions,
    weak_measurements,
)
from indicators.selectors.measurements import Measured
from indicators.selectors.months import newest_month
from indicators.selectors.standing import Standing, standings_at, standings_of
from indicators.workflow import OWED_STATES
from portal.models import User
from portal.roles import Role
from reports.sheets.blocks import Scope
from reports.sheets.domains import blocks_of
from reports.sheets.sheet import (
    DispatchSheet,
    PastInstruction,
    SheetForce,
    SheetItem,
    SheetPick,
    WeakValue,
    from_stored,
)

DASH = "—"
UNEXPLAINED = "未报，原因待说明"
WEAK = 8  # measurements listed, those farthest behind
LONGEST = 30  # of the items named as unreported below a task force


def live_sheet(row: DispatchRound, *, maker: User, now: datetime) -> DispatchSheet:
    """Build the sheet of a round from the rows as they are at `now`; a fixed number of queries."""
    today = timezone.localtime(now).date()
    forces = covered_forces(row)
    reporting = newest_month()
    month = reporting.month if reporting else shift(first_of(today), -1)
    last = previous_round(row)
    told = standing_instructions(forces, before=row, since=last.held_on if last else None)
    return DispatchSheet(
        title=f"{settings.COUNTY_NAME}优化营商环境{row.get_form_display()}表",
        heads=_heads(row, forces, now),
        forces=_groups(
            standings_of(forces, today=today),
            distressed_items(forces),
            reports_of_month(forces, reporting.month if reporting else None),
        ),
        weak=tuple(_weak(one) for one in weak_measurements(forces, month, limit=WEAK)),
        instructions=tuple(_instruction(one, today) for one in told),
        feet=_feet(maker, now),
        month=f"{month.month}月",
        picks=tuple(_pick(one) for one in picked_items(row)),
        blocks=blocks_of(Scope.of(forces, month, today)),
    )


def recorded_sheet(row: DispatchRound, *, held_on: date, maker: User) -> DispatchSheet:
    """Build the sheet of a round held before its sheets were kept, from the lamps recorded for the month before."""
    forces = covered_forces(row)
    month = shift(first_of(held_on), -1)
    items, last = distressed_at(forces, month), previous_round(row)
    told = instructions_at(forces, on=held_on, since=last.held_on if last else None)
    end = timezone.make_aware(datetime.combine(row.cutoff_on, time(18)))
    recorder = row.recorded_by or maker
    return DispatchSheet(
        title=f"{settings.COUNTY_NAME}优化营商环境{row.get_form_display()}表",
        heads=_heads(row, forces, end),
        forces=_groups(standings_at(forces, month), items, reports_on(items, month)),
        weak=tuple(_weak(one) for one in weak_measurements(forces, month, limit=WEAK)),
        instructions=tuple(_instruction(one, held_on) for one in told),
        feet=_feet(recorder, end),
        month=f"{month.month}月",
        blocks=blocks_of(Scope.of(forces, month, held_on, is_past=True)),
    )


def sheet_of(row: DispatchRound, *, maker: User, now: datetime) -> DispatchSheet:
    """Return the frozen sheet of a round that has one, the recorded month's if it was held without, else the live one."""
    if row.sheet:
        return from_stored(row.sheet)
    if row.state == DispatchRound.State.HELD and row.held_on:
        return recorded_sheet(row, held_on=row.held_on, maker=maker)
    return live_sheet(row, maker=maker, now=now)


def _heads(row: DispatchRound, forces: Sequence[TaskForce], now: datetime) -> tuple[str, str, str]:
    who = ""
    if row.chief:
        who = f"　指标长：{row.chief.name}"
    elif row.lead:
        who = f"　牵头单位：{row.lead.short_name}"
    at = timezone.localtime(now)
    until = f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
    planned = timezone.localtime(row.planned_at) if row.planned_at else None
    when = f"{planned.month}月{planned.day}日 {planned:%H:%M}" if planned else "待定"
    return (
        f"{row.year}年第{row.number}次{who}　专班 {len(forces)} 个",
        f"数据截至 {until}",
        f"调度时间：{when}" + (f"　{row.place}" if row.place else ""),
    )


def _feet(maker: User, now: datetime) -> tuple[str, str, str]:
    at = timezone.localtime(now)
    heads = User.objects.holding(Role.OFFICE_HEAD, on=at.date()).order_by("pk")
    checker = heads.values_list("name", flat=True).first() or ""
    return (
        f"{maker.organisation.short_name}制表　{maker.name}",
        f"审核　{checker}".rstrip(),
        f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}",
    )


def _groups(
    standings: Sequence[Standing], items: Sequence[WorkItem], reports: Sequence[ProgressReport]
) -> tuple[SheetForce, ...]:
    """Put the items and the reports below their task forces."""
    rows: dict[int, list[WorkItem]] = {}
    for item in items:
        rows.setdefault(item.task_force_id, []).append(item)
    written = {report.item_id: report for report in reports}
    owed: dict[int, list[ProgressReport]] = {}
    for report in reports:
        if report.state in OWED_STATES:
            owed.setdefault(report.item.task_force_id, []).append(report)
    return tuple(
        _force(standing, rows.get(key, []), written, owed.get(key, []))
        for standing in standings
        for key in (standing.task_force.pk,)
    )


def _force(
    standing: Standing,
    items: Sequence[WorkItem],
    reports: Mapping[int, ProgressReport],
    owed: Sequence[ProgressReport],
) -> SheetForce:
    listed: Collection[int] = {item.pk for item in items}
    rest = [
        f"{one.item.short_number} {one.organisation.short_name}" for one in owed if one.item_id not in listed
    ]
    more = [f"等 {len(rest)} 项"] if len(rest) > LONGEST else []
    return SheetForce(
        name=standing.task_force.name,
        lead=standing.task_force.lead.short_name,
        total=standing.total,
        counts=tuple((colour, count) for colour, count in standing.counts.items() if count),
        unreported=len(owed),
        rank=_rank(standing),
        items=tuple(_item(item, reports.get(item.pk)) for item in items),
        owed=tuple(rest[:LONGEST] + more),
    )


def _rank(standing: Standing) -> str:
    tier, moved = standing.tier, standing.moved
    if tier is None:
        return ""
    arrow = "" if moved is None else "=" if moved == 0 else f"{'↑' if moved > 0 else '↓'}{abs(moved)}"
    return f"省评{tier.label} {arrow}".rstrip()


def _item(item: WorkItem, report: ProgressReport | None) -> SheetItem:
    handed_in = report is not None and report.state in REPORTED
    before = report.previous_percent if report else item.percent
    owed = report is not None and not handed_in
    return SheetItem(
        number=item.short_number,
        slug=item.number,
        title=item.title,
        organisation=item.organisation.short_name,
        colour=item.lamp,
        reason=item.lamp_reason,
        before=_percent(before),
        after=_percent(report.percent if report and handed_in else None),
        problems=(report.problems if report and handed_in else "") or (UNEXPLAINED if owed else DASH),
        coordination=(report.coordination if report and handed_in else "") or DASH,
    )


def _weak(row: Measured) -> WeakValue:
    unit, value, benchmark = row.indicator.unit, row.value, row.indicator.benchmark
    return WeakValue(row.indicator.name, _value(value, unit), _value(benchmark, unit), _gap(row.gap, unit))


def _pick(row: PickedItem) -> SheetPick:
    at = timezone.localtime(row.picked_at)
    return SheetPick(
        number=row.item.short_number,
        slug=row.item.number,
        title=row.item.title,
        organisation=row.item.organisation.short_name,
        colour=row.item.lamp,
        reason=row.item.lamp_reason,
        why=row.reason,
        by=f"{row.picked_by.name} {at.month}月{at.day}日",
    )


def _instruction(row: Instruction, on: date) -> PastInstruction:
    colour, reason = _standing_of(row.item, on)
    return PastInstruction(
        number=row.item.short_number,
        slug=row.item.number,
        title=row.item.title,
        organisation=row.item.organisation.short_name,
        due=f"{row.item.due_on.month}月{row.item.due_on.day}日" if row.item.due_on else DASH,
        colour=colour,
        reason=reason,
    )


def _standing_of(item: WorkItem, on: date) -> tuple[str, str]:
    """Return the lamp of an instruction's item on a day: its own where it was judged by then, else from its dates."""
    if item.closed_on is not None and item.closed_on <= on:
        return Colour.BLUE.value, "已办结"
    if item.closed_on is None and item.lamp_as_of is not None and item.lamp_as_of <= on:
        return item.lamp, item.lamp_reason or item.get_state_display()
    late = (on - item.due_on).days if item.due_on else 0
    return (Colour.RED.value, f"逾期{late}天") if late > 0 else (Colour.GREEN.value, "推进中")


def _percent(value: Decimal | None) -> str:
    return DASH if value is None else f"{_number(value)}%"


def _value(value: Decimal | None, unit: str) -> str:
    if value is None:
        return DASH
    return f"{_number(value)}%" if unit == "%" else f"{_number(value)} {unit}".rstrip()


def _gap(gap: Decimal | None, unit: str) -> str:
    """Return how far a value is short: `−7.1 点` for a percentage, otherwise in its own unit."""
    if gap is None:
        return DASH
    sign = "−" if gap < 0 else "+"
    return f"{sign}{_number(abs(gap))} {'点' if unit == '%' else unit}".rstrip()


def _number(value: Decimal) -> str:
    text = f"{value.quantize(Decimal('0.01'), ROUND_HALF_UP):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
