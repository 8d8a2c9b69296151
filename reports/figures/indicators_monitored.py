"""One figure for each monitored item of the year's indicator system."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from indicators.selectors.figures import FigureRow
from indicators.selectors.monitored import Monitored
from portal.models import User
from reports.figures.figure import Figure
from reports.figures.period import Period
from reports.texts.values import Parts, Value

PREFIX = "indicators.measured."
COMPARED = frozenset({"better", "same", "worse"})


def _value(code: str, period: Period) -> Value:
    item = next((row for row in period.monitored if row.code == code), None)
    return None if item is None else item.value_in(period.month)


def _rows(item: Monitored, period: Period, user: User | None) -> list[FigureRow]:
    del user  # a published value is known to everybody who works with the indicators
    url = f"/measurements/{item.code}/{period.month:%Y-%m}/"
    return [FigureRow("measurement", item.code, item.name, item.source or item.task_force, url)]


def figures(period: Period) -> Iterator[Figure]:
    """Yield the monitored items; where two systems of a year use one code, the first one counts."""
    seen: set[str] = set()
    for item in period.monitored:
        if item.code in seen:
            continue
        seen.add(item.code)
        yield Figure(
            key=PREFIX + item.code,
            name=item.name,
            unit=item.unit,
            definition=_definition(item),
            compute=partial(_value, item.code),
            rows=partial(_rows, item),
            better=item.better,
            yearly=False,
            benchmark=item.benchmark,
        )


def _definition(item: Monitored) -> str:
    source = f"，数据来源：{item.source}" if item.source else ""
    return f"{item.task_force}专班监测项，取当期经营商办审核的监测值{source}"


def _movement(item: Monitored, period: Period) -> str:
    """Return how an item stands: missing, new (nothing to compare with), better, same or worse."""
    now, before = _value(item.code, period), _value(item.code, period.previous)
    if now is None or before is None:
        return "missing" if now is None else "new"
    if now == before:
        return "same"
    return "better" if (now > before) == (item.better == "higher") else "worse"


def _moved(movements: frozenset[str], period: Period) -> list[Monitored]:
    return [item for item in period.monitored if _movement(item, period) in movements]


def _is_compared(period: Period) -> bool:
    """Tell whether any item has a value of the month before: in a year's first month there may be none."""
    before = period.previous
    return any(item.value_in(before.month) is not None for item in before.monitored)


def _movement_count(movements: frozenset[str], period: Period) -> Value:
    """Count the items; None without any to count, and without a month before to compare with."""
    if not period.monitored or (movements <= COMPARED and not _is_compared(period)):
        return None
    return len(_moved(movements, period))


def _movement_rows(movements: frozenset[str], period: Period, user: User | None) -> list[FigureRow]:
    return [row for item in _moved(movements, period) for row in _rows(item, period, user)]


def _counted(key: str, name: str, definition: str, *movements: str, better: str = "none") -> Figure:
    wanted = frozenset(movements)
    return Figure(
        key=f"indicators.monitoring.{key}",
        name=name,
        unit="项",
        definition=definition,
        compute=partial(_movement_count, wanted),
        rows=partial(_movement_rows, wanted),
        better=better,
    )


def _known_parts(period: Period) -> tuple[Parts, ...]:
    kinds = ("better", "same", "worse", "new") if _is_compared(period) else ("new",)
    return (Parts("按变化", tuple(f"indicators.monitoring.{kind}" for kind in kinds)),)


FIGURES = (
    _counted(
        "total",
        "监测指标",
        "本年度指标体系中按期监测的指标项数",
        "missing",
        "new",
        "better",
        "same",
        "worse",
    ),
    replace(
        _counted(
            "known",
            "有监测值的指标",
            "当期有经营商办审核的监测值的指标项数",
            "new",
            "better",
            "same",
            "worse",
            better="higher",
        ),
        parts=_known_parts,
    ),
    _counted(
        "better",
        "较上月改善的指标",
        "当期监测值比上月向好的指标项数，方向以指标定义为准",
        "better",
        better="higher",
    ),
    _counted("same", "与上月持平的指标", "当期监测值与上月相同的指标项数", "same"),
    _counted(
        "worse",
        "较上月回落的指标",
        "当期监测值比上月变差的指标项数，方向以指标定义为准",
        "worse",
        better="lower",
    ),
    _counted("new", "上月无值的指标", "当期有监测值、上月没有监测值的指标项数", "new"),
)
