"""Rows for measuring: many items and reports, spread as a county's are, with no meaning of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Model
from django.utils import timezone

from indicators.models import (
    Indicator,
    IndicatorSystem,
    LampRecord,
    Measurement,
    ProgressReport,
    ReportingMonth,
    TaskForce,
    WorkItem,
    WorkList,
)
from indicators.months import first_of, shift
from portal.models import Organisation, RoleGrant, User
from portal.roles import Role

BATCH = 5000
COLOURS = ("green", "green", "green", "blue", "blue", "yellow", "red", "grey")


@dataclass(frozen=True)
class Seeded:
    """What the pages are asked for: the office's account, an item, a task force, the newest month."""

    officer: User
    item: WorkItem
    task_force: TaskForce
    month: ReportingMonth


def seed(*, items: int, months: int, today: date) -> Seeded:
    """Make `items` work items with `months` reports each, 100 units and 20 task forces."""
    units = Organisation.objects.bulk_create(
        [
            Organisation(code=f"bench{n}", name=f"测试县第{n}单位", short_name=f"测{n}单位", order=n)
            for n in range(100)
        ]
    )
    officer = User.objects.create(
        username="bench", name="测速员", organisation=units[0], must_change_password=False
    )
    RoleGrant.objects.create(user=officer, role=Role.OFFICE, valid_from=today)
    forces = _task_forces(units, today.year)
    rows = _items(items, forces, units, today)
    newest = _months(rows, months, today)
    return Seeded(officer, rows[len(rows) // 2], forces[0], newest)


def _task_forces(units: Sequence[Organisation], year: int) -> list[TaskForce]:
    system = IndicatorSystem.objects.create(year=year, level="provincial", title="测速体系", state="active")
    forces = []
    for n in range(20):
        node = Indicator.objects.create(system=system, code=f"bench-{n}", name=f"一级指标{n}", order=n)
        force = TaskForce.objects.create(
            year=year, code=f"bench-{n}", name=f"专班{n}", order=n, indicator=node, lead=units[n]
        )
        leaves = Indicator.objects.bulk_create(
            [
                Indicator(
                    system=system,
                    parent=node,
                    depth=2,
                    code=f"bench-{n}-{m}",
                    name=f"监测项{n}-{m}",
                    lead=units[n],
                )
                for m in range(5)
            ]
        )
        month = first_of(today_of(year))
        Measurement.objects.bulk_create(
            [
                Measurement(indicator=leaf, period=shift(month, -k), value=k, state="verified")
                for leaf in leaves
                for k in range(10)
            ]
        )
        forces.append(force)
    return forces


def today_of(year: int) -> date:
    return min(timezone.localdate(), date(year, 12, 31))


def _items(
    count: int, forces: Sequence[TaskForce], units: Sequence[Organisation], today: date
) -> list[WorkItem]:
    work_list = WorkList.objects.create(
        year=today.year, source="benchmarking", kind="task", title="测速台账", label="测速", prefix="CS"
    )

    def item(n: int) -> WorkItem:
        colour = COLOURS[n % len(COLOURS)]
        closed = colour == "blue"
        return WorkItem(
            number=f"{today.year}-CS-{n:05d}",
            work_list=work_list,
            task_force=forces[n % len(forces)],
            title=f"第{n}项改革任务按期完成并形成长效机制",
            lead=forces[n % len(forces)].lead,
            organisation=units[n % len(units)],
            start_on=today - timedelta(days=300),
            due_on=today + timedelta(days=n % 200 - 60),
            state="closed" if closed else "in_progress",
            closed_on=today if closed else None,
            percent=Decimal(n % 101),
            lamp=colour,
            lamp_reason="达到序时",
            lamp_as_of=today,
        )

    _bulk(WorkItem, count, item)
    return list(WorkItem.objects.order_by("pk"))


def _months(items: Sequence[WorkItem], count: int, today: date) -> ReportingMonth:
    newest = shift(first_of(today), -1)
    for back in range(count):
        month = shift(newest, -back)
        after = shift(month, 1)
        ReportingMonth.objects.create(
            month=month,
            opened_at=timezone.now(),
            due_on=after + timedelta(days=4),
            closes_on=after + timedelta(days=27),
        )
        state = "verified" if back else "submitted"

        def report(n: int, month: date = month, state: str = state) -> ProgressReport:
            return ProgressReport(
                item=items[n],
                month=month,
                organisation_id=items[n].organisation_id,
                state=state,
                percent=n % 101,
                done="完成系统联调，印发实施细则，窗口开始受理。",
                submitted_at=timezone.now(),
            )

        _bulk(ProgressReport, len(items), report)

        def record(n: int, month: date = month) -> LampRecord:
            return LampRecord(
                item=items[n],
                month=month,
                colour=COLOURS[n % len(COLOURS)],
                reason="达到序时",
                percent=n % 101,
            )

        _bulk(LampRecord, len(items), record)
    return ReportingMonth.objects.get(month=newest)


def _bulk(model: type[Model], count: int, make: Callable[[int], Any]) -> None:
    manager: Any = model._default_manager
    for start in _starts(count):
        manager.bulk_create([make(n) for n in range(start, min(start + BATCH, count))], batch_size=500)


def _starts(count: int) -> Iterator[int]:
    yield from range(0, count, BATCH)
