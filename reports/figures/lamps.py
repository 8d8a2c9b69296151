"""Figures of the lamps recorded at the month's end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from indicators.lamps import Colour
from indicators.selectors.figures import LEDGERS, FigureRow, Slice
from portal.models import User
from reports.figures.figure import Figure
from reports.figures.period import LEDGER, Period, lamp_rows
from reports.texts.values import Parts, Value

ORDER = (Colour.RED, Colour.YELLOW, Colour.GREEN, Colour.BLUE, Colour.GREY)
MEANINGS = {
    Colour.RED: "逾期或者明显落后于序时进度",
    Colour.YELLOW: "落后于序时进度或者有风险",
    Colour.GREEN: "达到序时进度",
    Colour.BLUE: "已完成",
    Colour.GREY: "未设时限或者已中止",
}
BETTER = {Colour.RED: "lower", Colour.YELLOW: "lower", Colour.GREEN: "higher", Colour.BLUE: "higher"}


def _count(measure: str, part: Slice, period: Period) -> Value:
    return period.lamps(measure, part)


def _rows(measure: str, part: Slice, period: Period, user: User | None) -> list[FigureRow]:
    return lamp_rows(period, measure, part, user)


def _counted(key: str, name: str, definition: str, measure: str, part: Slice = LEDGER) -> Figure:
    return Figure(
        key=key,
        name=name,
        unit="项",
        definition=definition,
        compute=partial(_count, measure, part),
        rows=partial(_rows, measure, part),
    )


def _parts(colour: str, period: Period) -> tuple[Parts, ...]:
    return (
        Parts("按台账", tuple(f"indicators.lists.{row.code}.{colour}" for row in period.ledgers)),
        Parts("按专班", tuple(f"indicators.taskforces.{row.code}.{colour}" for row in period.task_forces)),
    )


def _of_colour(colour: Colour) -> Figure:
    figure = _counted(
        f"indicators.lamps.{colour.value}",
        f"{colour.label}灯事项",
        f"月末按亮灯规则判定为{colour.label}灯（{MEANINGS[colour]}）的任务和问题数，以当月亮灯记录为准",
        colour.value,
    )
    return replace(
        figure,
        better=BETTER.get(colour, "none"),
        group="lamps",
        carried=True,
        parts=partial(_parts, colour.value),
    )


FIGURES = (
    *(_of_colour(colour) for colour in ORDER),
    replace(
        _counted(
            "indicators.lamps.red_again",
            "连续两个月红灯",
            "当月和前一个月的月末均为红灯的任务和问题数",
            "red_again",
        ),
        better="lower",
    ),
)


def figures(period: Period) -> Iterator[Figure]:
    """Yield the lamps of each list and each task force of the period's year."""
    for row in period.work_lists:
        yield from _broken_down(f"indicators.lists.{row.code}", row.name, Slice(prefix=row.code))
    for row in period.task_forces:
        part = Slice(sources=LEDGERS, task_force=row.code)
        yield from _broken_down(f"indicators.taskforces.{row.code}", row.name, part)


def _broken_down(base: str, name: str, part: Slice) -> Iterator[Figure]:
    for colour in ORDER:
        definition = f"“{name}”月末为{colour.label}灯的事项数，以当月亮灯记录为准"
        figure = _counted(f"{base}.{colour.value}", f"{name}{colour.label}灯", definition, colour.value, part)
        yield replace(figure, better=BETTER.get(colour, "none"))
