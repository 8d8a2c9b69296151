"""The indicator system of the year, its task forces, ranks and measurements."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from indicators.models import Indicator, IndicatorSystem, Measurement, RankRecord, TaskForce, TaskForceMember
from indicators.scoring import Better, Direct, Efficacy, FrontierDistance, Method
from indicators.workflow import MeasurementState
from reports.sample import texts
from reports.sample.county import County
from reports.sample.shifting import LAST_MONTH
from reports.sample.texts import LeafText, TaskForceText

# The eighteen first-level names of the national evaluation; sixteen have a task force in the county.
NATIONAL = (
    "开办企业",
    "办理建筑许可",
    "获得电力",
    "获得用水用气",
    "登记财产",
    "纳税",
    "跨境贸易",
    "办理破产",
    "获得信贷",
    "保护中小投资者",
    "执行合同",
    "劳动力市场监管",
    "政府采购",
    "招标投标",
    "政务服务",
    "知识产权创造、保护和运用",
    "市场监管",
    "包容普惠创新",
)
WITHOUT_TASK_FORCE = {"跨境贸易": "kuajingmaoyi", "保护中小投资者": "touzizhe"}
RANK_SOURCE = "省营商环境评价季度监测通报"
RANKED = date(2023, 7, 1)
RANKED_BEFORE = date(2023, 4, 1)
HUNDRED = Decimal(100)


def load(county: County) -> None:
    """Write the system, the first level of its tree, the task forces, their members and ranks."""
    year = county.shift.year
    system = IndicatorSystem.objects.create(
        year=year,
        level=IndicatorSystem.Level.PROVINCIAL,
        title=f"{year}年营商环境评价指标体系",
        state=IndicatorSystem.State.ACTIVE,
    )
    codes = {row.indicator: row.code for row in texts.task_forces()} | WITHOUT_TASK_FORCE
    Indicator.objects.bulk_create(
        Indicator(system=system, depth=1, code=codes[name], name=name, order=position * 100)
        for position, name in enumerate(NATIONAL, start=1)
    )
    roots = {row.name: row for row in Indicator.objects.filter(system=system)}
    _load_task_forces(county, roots)
    _load_members(county)
    _load_ranks(county, roots)
    _load_leaves(county, system)


def _load_task_forces(county: County, roots: dict[str, Indicator]) -> None:
    year = county.shift.year
    TaskForce.objects.bulk_create(
        TaskForce(
            year=year,
            code=f"{year}-{row.code}",
            name=row.name,
            order=position * 10,
            indicator=roots[row.indicator],
            lead=county.units[row.lead],
        )
        for position, row in enumerate(texts.task_forces(), start=1)
    )
    county.task_forces = {
        row.name: row for row in TaskForce.objects.filter(year=year).select_related("lead", "indicator")
    }
    through = TaskForce.responsible.through
    through.objects.bulk_create(
        through(taskforce=county.task_forces[row.name], organisation=county.units[unit])
        for row in texts.task_forces()
        for unit in row.responsible
    )


def _load_members(county: County) -> None:
    rows = [member for row in texts.task_forces() for member in _members(county, row)]
    TaskForceMember.objects.bulk_create(rows)


def _members(county: County, row: TaskForceText) -> list[TaskForceMember]:
    task_force, duty = county.task_forces[row.name], TaskForceMember.Duty
    people = [(county.people[row.chief], duty.CHIEF)]
    people += [(county.people[name], duty.DEPUTY) for name in row.deputies]
    people += [(county.liaison(county.units[unit]), duty.LIAISON) for unit in (row.lead, *row.responsible)]
    return [TaskForceMember(task_force=task_force, user=person, duty=duty) for person, duty in people]


def _load_ranks(county: County, roots: dict[str, Indicator]) -> None:
    RankRecord.objects.bulk_create(
        RankRecord(
            indicator=roots[row.indicator],
            period=county.shift.day(period),
            rank=rank,
            of=row.ranked,
            source=RANK_SOURCE,
        )
        for row in texts.task_forces()
        for period, rank in ((RANKED_BEFORE, row.previous_rank), (RANKED, row.rank))
        if rank is not None
    )


def method_of(leaf: LeafText) -> Method | None:
    """Return the scoring method that a leaf's text asks for; None for one that is only watched."""
    full = leaf.full if leaf.full is not None else HUNDRED
    if leaf.method == "direct":
        return Direct(full)
    if leaf.benchmark is None or leaf.worst is None:
        return None
    if leaf.method == "frontier":
        return FrontierDistance(leaf.benchmark, leaf.worst, Better(leaf.better), full)
    if leaf.method == "efficacy":
        return Efficacy(Better(leaf.better), leaf.benchmark, leaf.worst, Decimal(0), full)
    return None


def _load_leaves(county: County, system: IndicatorSystem) -> None:
    Indicator.objects.bulk_create(
        _leaf(county, system, leaf, position) for position, leaf in enumerate(texts.leaves(), start=1)
    )


def _leaf(county: County, system: IndicatorSystem, leaf: LeafText, position: int) -> Indicator:
    task_force, method = county.task_forces[leaf.task_force], method_of(leaf)
    return Indicator(
        system=system,
        parent=task_force.indicator,
        depth=2,
        code=leaf.code,
        name=leaf.name,
        order=task_force.indicator.order + position,
        unit=leaf.unit,
        better=leaf.better,
        data_source=f"{task_force.lead}业务系统",
        collection_rule="按月从业务系统导出，累计数截至当月末；比率保留两位小数。",
        method=method.kind if method else Indicator.Method.NONE,
        parameters=method.to_params() if method else {},
        target=leaf.benchmark,
        benchmark=leaf.benchmark,
        worst=leaf.worst,
        lead=task_force.lead,
    )


def load_measurements(county: County) -> None:
    """Write the monitored values: handed in on the second working day, looked at on the fourth."""
    indicators = {row.code: row for row in Indicator.objects.filter(depth=2)}
    rows = [
        _measurement(county, leaf, indicators[leaf.code], month)
        for leaf in texts.leaves()
        for month in leaf.values
        if county.has_come(_submitted_on(county, month))
    ]
    Measurement.objects.bulk_create(rows, batch_size=500)


def _submitted_on(county: County, month: int) -> date:
    following = county.shift.month(month + 1)
    return county.calendar.nth(following.year, following.month, 2).on


def _measurement(county: County, leaf: LeafText, indicator: Indicator, month: int) -> Measurement:
    submitted_on = _submitted_on(county, month)
    verified_on = county.workdays_after(submitted_on, 2)
    waits = month == LAST_MONTH and leaf.code in texts.situations().submitted_measurements
    verified = county.has_come(verified_on) and not waits
    return Measurement(
        indicator=indicator,
        period=county.shift.month(month),
        value=leaf.values[month],
        source=indicator.data_source,
        state=MeasurementState.VERIFIED if verified else MeasurementState.SUBMITTED,
        submitted_at=county.at(submitted_on, leaf.code),
        submitted_by=county.liaison(county.task_forces[leaf.task_force].lead),
        verified_at=county.at(verified_on, leaf.code) if verified else None,
        verified_by=county.officer(leaf.code) if verified else None,
    )
