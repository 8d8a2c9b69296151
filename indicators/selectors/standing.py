"""How the task forces stand: their items by lamp, mean progress, and the province's rank."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Avg, Count, Q, QuerySet, Subquery

from indicators.lamps import Colour
from indicators.models import (
    LampRecord,
    ProgressReport,
    RankRecord,
    TaskForce,
    TaskForceMember,
    WorkItem,
    WorkList,
)
from indicators.months import last_day
from indicators.scoring import Tier, movement, tier
from indicators.selectors.measurements import latest_ranks
from indicators.workflow import PENDING_STATES, ReportState
from portal.models import User

COLOURS = tuple(colour.value for colour in Colour)
# What counts as the county's tasks and problems; instructions and findings are followed up apart.
LEDGER_SOURCES = tuple(
    source
    for source in WorkList.Source.values
    if source not in {WorkList.Source.INSTRUCTION, WorkList.Source.INSPECTION}
)


@dataclass(frozen=True)
class Standing:
    """One task force: `counts` by colour, `percent` the mean verified progress, None without items."""

    task_force: TaskForce
    chief: str
    counts: Mapping[str, int]
    percent: Decimal | None
    rank: RankRecord | None = None
    previous: RankRecord | None = None

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def tier(self) -> Tier | None:
        return tier(self.rank.rank, self.rank.of) if self.rank else None

    @property
    def moved(self) -> int | None:
        """Places gained since the rank before; positive is up."""
        return movement(self.previous.rank if self.previous else None, self.rank.rank if self.rank else None)

    @property
    def fallen(self) -> int:
        """Places lost since the rank before, 0 when none were."""
        return max(0, -(self.moved or 0))


@dataclass(frozen=True)
class Overview:
    """The task forces that a person may read, and their sum."""

    rows: tuple[Standing, ...]
    counts: Mapping[str, int] = field(default_factory=dict)
    percent: Decimal | None = None

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def overview_now(user: User, *, today: date, ranked: bool = True) -> Overview:
    """Count the items by today's lamps, of the year of `today`; four queries whatever the number.

    Where no task force of the year stands yet, the newest earlier year is taken.
    Without `ranked` the chiefs' names and the ranks are left out: two queries.
    """
    visible = TaskForce.objects.visible_to(user)
    newest = visible.filter(year__lte=today.year).order_by("-year").values("year")[:1]
    items = WorkItem.objects.visible_to(user).counted().filter(work_list__source__in=LEDGER_SOURCES)
    return _overview(visible.filter(year=Subquery(newest)), today, items, _NOW, ranked=ranked)


def overview_at(user: User, month: date) -> Overview:
    """Count the items by the lamps recorded for `month`; four queries."""
    forces = TaskForce.objects.visible_to(user).filter(year=month.year)
    return _overview(forces, last_day(month), _records(user, month), _THEN, ranked=True)


def lamps_at(user: User, month: date) -> dict[str, int]:
    """Count what `overview_at` counts by colour only, with one query."""
    forces = TaskForce.objects.visible_to(user).filter(year=month.year)
    counted = _records(user, month).filter(item__task_force__in=forces)
    return counted.order_by().aggregate(**{name: Count("pk", filter=Q(colour=name)) for name in COLOURS})


def _records(user: User, month: date) -> QuerySet[LampRecord]:
    return LampRecord.objects.visible_to(user).filter(month=month, item__work_list__source__in=LEDGER_SOURCES)


@dataclass(frozen=True)
class _Columns:
    """Where the rows keep their colour, their percent and their task force."""

    colour: str
    percent: str
    task_force: str


_NOW = _Columns("lamp", "percent", "task_force")
_THEN = _Columns("colour", "percent", "item__task_force")


def _overview(
    visible: QuerySet[TaskForce],
    on: date,
    rows: QuerySet[WorkItem] | QuerySet[LampRecord],
    columns: _Columns,
    *,
    ranked: bool,
) -> Overview:
    forces = list(visible.select_related("lead", "indicator"))
    counted = rows.filter(**{f"{columns.task_force}__in": [force.pk for force in forces]})
    standings = _standings(
        forces, on, counted, columns, chiefs=_chiefs(forces) if ranked else {}, ranked=ranked
    )
    counts = {name: sum(row.counts[name] for row in standings) for name in COLOURS}
    total = sum(counts.values())
    weighted = sum((row.percent or 0) * row.total for row in standings)
    return Overview(standings, counts, _tidy(Decimal(weighted) / total) if total else None)


def standings_of(forces: Sequence[TaskForce], *, today: date) -> tuple[Standing, ...]:
    """Return how `forces` stand by today's lamps, all their items counted whoever asks; two queries.

    The chiefs' names are left out.
    """
    items = WorkItem.objects.counted().filter(work_list__source__in=LEDGER_SOURCES, task_force__in=forces)
    return _standings(forces, today, items, _NOW, chiefs={})


def standings_at(forces: Sequence[TaskForce], month: date) -> tuple[Standing, ...]:
    """Return how `forces` stood by the lamps recorded for `month`; see `standings_of`."""
    records = LampRecord.objects.filter(
        month=month, item__work_list__source__in=LEDGER_SOURCES, item__task_force__in=forces
    )
    return _standings(forces, last_day(month), records, _THEN, chiefs={})


def _standings(
    forces: Sequence[TaskForce],
    on: date,
    rows: QuerySet[WorkItem] | QuerySet[LampRecord],
    columns: _Columns,
    *,
    chiefs: Mapping[int, str],
    ranked: bool = True,
) -> tuple[Standing, ...]:
    path = columns.task_force
    counters = {f"n_{name}": Count("pk", filter=Q(**{columns.colour: name})) for name in COLOURS}
    grouped = rows.order_by().values(path).annotate(mean=Avg(columns.percent), **counters)
    found = {row[path]: row for row in grouped}
    ranks = latest_ranks([force.indicator_id for force in forces], on) if ranked else {}
    return tuple(
        Standing(
            task_force=force,
            chief=chiefs.get(force.pk, ""),
            counts={name: found.get(force.pk, {}).get(f"n_{name}", 0) for name in COLOURS},
            percent=_tidy(found.get(force.pk, {}).get("mean")),
            rank=ranks.get(force.indicator_id, (None, None))[0],
            previous=ranks.get(force.indicator_id, (None, None))[1],
        )
        for force in forces
    )


def _tidy(mean: object) -> Decimal | None:
    return None if mean is None else Decimal(str(mean)).quantize(Decimal(1), ROUND_HALF_UP)


def _chiefs(forces: Iterable[TaskForce]) -> dict[int, str]:
    members = TaskForceMember.objects.filter(task_force__in=list(forces), duty=TaskForceMember.Duty.CHIEF)
    return {row.task_force_id: row.user.name for row in members.select_related("user")}


@dataclass(frozen=True)
class Matter:
    """Something asked of the leaders: an item in red or yellow whose unit asks for coordination."""

    item: WorkItem
    text: str
    reporter: str


def matters_to_coordinate(user: User, month: date, limit: int = 50) -> list[Matter]:
    """Return what units asked to have coordinated in their reports of `month`, red lamps first."""
    reports = (
        ProgressReport.objects.visible_to(user)
        .filter(month=month, state__in=PENDING_STATES | {ReportState.VERIFIED})
        .exclude(coordination="")
        .select_related("item__task_force", "item__organisation", "submitted_by", "organisation")
    )
    matters = [
        Matter(row.item, row.coordination, row.submitted_by.name if row.submitted_by else "")
        for row in reports
    ]
    matters.sort(key=lambda one: (-Colour(one.item.lamp).urgency, one.item.due_on or date.max, one.item.pk))
    return matters[:limit]
