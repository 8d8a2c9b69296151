"""What a task force's page shows: lamps by month, what is red and yellow, values, instructions, matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from indicators.lamps import Colour
from indicators.models import (
    Instruction,
    LampRecord,
    ProgressReport,
    RankRecord,
    TaskForce,
    TaskForceMember,
    WorkItem,
)
from indicators.months import first_of, shift
from indicators.scoring import Tier, tier
from indicators.selectors.items import ItemRow, item_rows
from indicators.selectors.measurements import Measured, latest_ranks, leaves, measured
from indicators.selectors.months import MonthProgress, count_reports
from indicators.selectors.standing import (
    LEDGER_SOURCES,
    Matter,
    Standing,
    matters_to_coordinate,
    standings_of,
)
from indicators.workflow import OPEN_STATES
from portal.models import User

HEAT_ROWS = 20
ALERT_ROWS = 12
INSTRUCTION_ROWS = 10
ALERTS = ("red", "yellow")


@dataclass(frozen=True)
class HeatRow:
    """One item's lamps, month by month; None before it began."""

    label: str
    url: str
    cells: tuple[str | None, ...]


@dataclass(frozen=True)
class Value:
    """A measurement with the tier that the province's rank of its indicator gives, if there is one."""

    measured: Measured
    tier: Tier | None


@dataclass(frozen=True)
class TaskForcePage:
    """Everything the page shows beyond the task force's own columns."""

    standing: Standing
    members: list[TaskForceMember]
    months: list[str]
    heat: list[HeatRow]
    item_count: int
    all_count: int
    alerts: list[ItemRow]
    alert_count: int
    period: date
    values: list[Value]
    instructions: list[Instruction]
    matters: list[Matter]
    reports: MonthProgress
    round_count: int

    def people(self, duty: str) -> list[User]:
        return [row.user for row in self.members if row.duty == duty]

    @property
    def has_tiers(self) -> bool:
        return any(value.tier for value in self.values)

    @property
    def chiefs(self) -> list[User]:
        return self.people("chief")

    @property
    def deputies(self) -> list[User]:
        return self.people("deputy")

    @property
    def liaisons(self) -> list[User]:
        return self.people("liaison")


def task_force_page(force: TaskForce, user: User, *, today: date, whole: bool = False) -> TaskForcePage:
    """Gather the page of `force` from what `user` may read; `whole` shows every item in the strip.

    The strip and the alerts show the county's tasks and problems, as the counts of a
    task force do everywhere; instructions stand apart.
    """
    period = min(shift(first_of(today), -1), date(force.year, 12, 1))
    items = list(
        WorkItem.objects.visible_to(user)
        .counted()
        .filter(task_force=force)
        .select_related("organisation", "work_list")
        .order_by("pk")
    )
    all_count = len(items)
    items = sorted((item for item in items if item.work_list.source in LEDGER_SOURCES), key=_urgency)
    alerts = [item for item in items if item.lamp in ALERTS and item.state in OPEN_STATES]
    months, heat = _heat(force, items if whole else items[:HEAT_ROWS], period)
    instructions = Instruction.objects.visible_to(user).filter(
        item__task_force=force, item__state__in=OPEN_STATES
    )
    reports = ProgressReport.objects.visible_to(user).filter(item__task_force=force, month=period)
    return TaskForcePage(
        standing=standings_of([force], today=today)[0],
        members=list(force.members.select_related("user__organisation")),
        months=months,
        heat=heat,
        item_count=len(items),
        all_count=all_count,
        alerts=item_rows(alerts[:ALERT_ROWS], today=today),
        alert_count=len(alerts),
        period=period,
        values=_values(force, user, period),
        instructions=list(
            instructions.select_related("item__organisation").order_by("item__due_on")[:INSTRUCTION_ROWS]
        ),
        matters=_matters(force, user, period),
        reports=count_reports(reports),
        round_count=force.rounds.visible_to(user).count(),
    )


def _urgency(item: WorkItem) -> tuple[int, bool, int]:
    """Red first, then yellow; of equal ones what is still open and important."""
    return (-Colour(item.lamp).urgency, not item.is_important, item.pk)


def _heat(force: TaskForce, items: Sequence[WorkItem], period: date) -> tuple[list[str], list[HeatRow]]:
    """Return the months of the year up to `period` and each item's lamps in them; one query."""
    records = LampRecord.objects.filter(
        item__in=[item.pk for item in items], month__year=force.year, month__lte=period
    )
    colours = {
        (row.item_id, row.month.month): row.colour for row in records.only("item_id", "month", "colour")
    }
    months = range(1, period.month + 1) if period.year == force.year else range(1, 13)
    heat = [
        HeatRow(
            f"{item.short_number}　{item.title}",
            item.get_absolute_url(),
            tuple(colours.get((item.pk, month)) for month in months),
        )
        for item in items
    ]
    return [f"{month}月" for month in months], heat


def _values(force: TaskForce, user: User, period: date) -> list[Value]:
    """Return the values of the task force's branch of the tree in `period`; three queries."""
    under = Q(parent__task_force=force) | Q(parent__parent__task_force=force)
    found = measured(leaves(force.year, user).filter(under).order_by("order", "pk"), period)
    ranks = latest_ranks([row.indicator.pk for row in found], period)
    return [Value(row, _tier(ranks.get(row.indicator.pk))) for row in found]


def _tier(ranks: tuple[RankRecord, RankRecord | None] | None) -> Tier | None:
    return tier(ranks[0].rank, ranks[0].of) if ranks else None


def _matters(force: TaskForce, user: User, period: date) -> list[Matter]:
    return [
        row for row in matters_to_coordinate(user, period, limit=1000) if row.item.task_force_id == force.pk
    ]
