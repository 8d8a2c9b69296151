"""Figures of the monthly reports: how complete, how punctual, how good."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from indicators.selectors.figures import FigureRow, Slice
from portal.models import User
from reports.figures.figure import Figure
from reports.figures.period import Period, report_rows
from reports.shares import rate
from reports.texts.values import Parts, Value

HIGHER, LOWER = "higher", "lower"
ALL = Slice()


def _count(measure: str, period: Period) -> Value:
    return period.reported(measure)


def _rows(measure: str, period: Period, user: User | None) -> list[FigureRow]:
    return report_rows(period, measure, ALL, user)


def _on_time_rate(period: Period) -> Value:
    on_time, due = period.reported("on_time"), period.reported("due")
    return None if on_time is None or due is None else rate(on_time, due)


def _units_missing(period: Period) -> Value:
    return None if period.reports is None else len(period.units_with("reports", "missing"))


def _counted(measure: str, name: str, definition: str) -> Figure:
    return Figure(
        key=f"indicators.reports.{measure}",
        name=name,
        unit="项",
        definition=definition,
        compute=partial(_count, measure),
        rows=partial(_rows, measure),
        yearly=False,
    )


def _due_parts(period: Period) -> tuple[Parts, ...]:
    del period
    return (Parts("按报送", ("indicators.reports.submitted", "indicators.reports.missing")),)


def _submitted_parts(period: Period) -> tuple[Parts, ...]:
    del period
    return (Parts("按时效", ("indicators.reports.on_time", "indicators.reports.late")),)


FIGURES = (
    replace(_counted("due", "应报进展", "当月应填报进展的事项数，含调度交办事项"), parts=_due_parts),
    replace(
        _counted("submitted", "已报进展", "截至封账日已提交进展的事项数"),
        better=HIGHER,
        parts=_submitted_parts,
    ),
    replace(
        _counted("on_time", "按时报送", "按时截止日（次月第3个工作日，可设置）及以前提交的进展数"),
        better=HIGHER,
    ),
    replace(_counted("late", "迟报", "按时截止日以后、封账日以前提交的进展数"), better=LOWER),
    replace(_counted("missing", "未报", "截至封账日仍未提交进展的事项数"), better=LOWER),
    replace(_counted("returned", "退回修改", "被牵头单位或者营商办退回过的进展数"), better=LOWER),
    Figure(
        "indicators.reports.on_time_rate",
        "月报按时率",
        "%",
        "按时报送数占应报进展数的比重",
        _on_time_rate,
        partial(_rows, "due"),
        better=HIGHER,
        yearly=False,
        carried=True,
    ),
    Figure(
        "indicators.reports.units_missing",
        "有未报进展的单位",
        "个",
        "截至封账日仍有未报进展的单位数",
        _units_missing,
        partial(_rows, "missing"),
        better=LOWER,
        yearly=False,
    ),
)
