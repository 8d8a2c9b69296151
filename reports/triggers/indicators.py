"""Triggers of the indicator work: reports, items, lamps, letters, ranks.

The rows are those behind the figures of the same name, so that an assessment and
a bulletin never count differently.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

from indicators.lamps import Colour
from indicators.selectors.assessment import issued_letters, newest_tiers
from indicators.selectors.figures import FigureRow, Slice
from reports.figures import Period
from reports.figures.period import item_rows, lamp_rows, report_rows
from reports.triggers.trigger import Found, Trigger, by_unit, fact_of

ALL = Slice()


def lag(number: str, month: date) -> str:
    """Return the identity of an item's being behind in a month: red and overdue are one fact."""
    return f"lag:{number}@{month:%Y-%m}"


def _reports(measure: str, period: Period) -> Found:
    """Return the reports of each month; one that was both late and returned is one fact."""
    return by_unit(
        (row.unit, fact_of(row, f"report:{row.number}@{one.month:%Y-%m}"))
        for one in period.each_month
        for row in _noted(report_rows(one, measure, ALL, None), one)
    )


def _lamps(colour: Colour, period: Period) -> Found:
    return by_unit(
        (row.unit, fact_of(row, lag(row.number, one.month)))
        for one in period.each_month
        for row in _noted(lamp_rows(one, colour.value, ALL, None), one)
    )


def _noted(rows: list[FigureRow], one: Period) -> list[FigureRow]:
    """Say in each row's note which month it is about."""
    return [replace(row, note=f"{one.month.month}月　{row.note}") for row in rows]


def _overdue(period: Period) -> Found:
    return by_unit(
        (row.unit, fact_of(row, lag(row.number, period.month)))
        for row in item_rows(period, "overdue", ALL, None)
    )


def _items(measure: str, period: Period) -> Found:
    return by_unit(
        (row.unit, fact_of(row, f"{measure}:{row.number}")) for row in item_rows(period, measure, ALL, None)
    )


def _reopened(period: Period) -> Found:
    return by_unit(
        (row.unit, fact_of(row, f"reopened:{row.number}@{one.month:%Y-%m}"))
        for one in period.each_month
        for row in _noted(item_rows(one, "reopened", ALL, None), one)
    )


def _letters(period: Period) -> Found:
    return by_unit(
        (row.unit, fact_of(row, f"letter:{row.number}")) for row in issued_letters(period.first, period.end)
    )


def _ranks(tier: str, period: Period) -> Found:
    return by_unit(
        (row.unit, fact_of(row, f"rank:{row.number}"))
        for row in newest_tiers(period.month.year, period.end)[tier]
    )


TRIGGERS = (
    Trigger(
        "reports.late",
        "迟报进展",
        "项次",
        "各月按时截止日以后、封账日以前提交的进展",
        partial(_reports, "late"),
    ),
    Trigger(
        "reports.missing", "未报进展", "项次", "各月截至封账日仍未提交的进展", partial(_reports, "missing")
    ),
    Trigger(
        "reports.returned",
        "进展被退回",
        "项次",
        "各月被牵头单位或者营商办退回过的进展",
        partial(_reports, "returned"),
    ),
    Trigger(
        "items.overdue",
        "逾期未销号",
        "项",
        "截至期末已过完成时限仍未销号的事项，经批准延期的按新时限计算",
        _overdue,
    ),
    Trigger(
        "lamps.red", "月末红灯", "项次", "各月末亮红灯的事项，以当月亮灯记录为准", partial(_lamps, Colour.RED)
    ),
    Trigger(
        "lamps.yellow",
        "月末黄灯",
        "项次",
        "各月末亮黄灯的事项，以当月亮灯记录为准",
        partial(_lamps, Colour.YELLOW),
    ),
    Trigger("items.reopened", "回头看不合格", "项次", "已销号、因回头看不合格重新打开的事项", _reopened),
    Trigger(
        "items.closed",
        "销号事项",
        "项",
        "期内经营商办核定销号、期末仍为销号状态的事项",
        partial(_items, "closed_in"),
    ),
    Trigger("letters.issued", "被督办约谈", "件", "期内签发给单位的督办函、约谈通知和通报", _letters),
    Trigger(
        "ranks.front",
        "指标位次靠前",
        "项",
        "牵头的一级指标最近一次公布的位次居前三分之一",
        partial(_ranks, "front"),
    ),
    Trigger(
        "ranks.behind",
        "指标位次落后",
        "项",
        "牵头的一级指标最近一次公布的位次居后三分之一",
        partial(_ranks, "behind"),
    ),
)
