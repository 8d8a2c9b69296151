"""Figures of the inspections: how many, what was found, what was put right."""

from __future__ import annotations

from functools import partial

from indicators.selectors.figures import FigureRow
from indicators.selectors.inspection_figures import finding_rows_behind, inspection_rows_behind
from portal.models import User
from reports.figures.figure import Figure
from reports.figures.period import Period
from reports.shares import rate
from reports.texts.values import Value

HIGHER = "higher"


def _count(measure: str, period: Period) -> Value:
    count: int = getattr(period.inspections, measure)
    return count


def _rate(period: Period) -> Value:
    return rate(period.inspections.rectified, period.inspections.found)


def _inspections(period: Period, user: User | None) -> list[FigureRow]:
    return inspection_rows_behind(period.end, user)


def _findings(period: Period, user: User | None, *, rectified: bool = False) -> list[FigureRow]:
    return finding_rows_behind(period.end, user, rectified=rectified)


FIGURES = (
    Figure(
        "indicators.inspections.total",
        "督查次数",
        "次",
        "本年截至期末已启动且未取消的督查次数，不含日常督办",
        partial(_count, "inspections"),
        _inspections,
    ),
    Figure(
        "indicators.inspections.found",
        "督查发现问题数",
        "个",
        "本年截至期末督查已反馈且复核未撤销的问题数，不含日常督办",
        partial(_count, "found"),
        _findings,
    ),
    Figure(
        "indicators.inspections.rectified",
        "督查问题已整改数",
        "个",
        "本年截至期末反馈的督查发现问题中，最近一次复查合格的问题数",
        partial(_count, "rectified"),
        partial(_findings, rectified=True),
        better=HIGHER,
    ),
    Figure(
        "indicators.inspections.rectified_rate",
        "督查问题整改率",
        "%",
        "督查问题已整改数占督查发现问题数的比重，没有发现问题的不计算",
        _rate,
        _findings,
        better=HIGHER,
    ),
)
