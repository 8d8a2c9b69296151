"""The months of a longer period one by one: the same figures, their keys ending with @ and the month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial

from indicators.selectors.figures import FigureRow
from portal.models import User
from reports.figures.figure import Figure, Rows
from reports.figures.period import Period
from reports.texts.values import Parts, Value

AT = "@"
# What is counted over the months adds up to the period's figure; what stands at an end does not.
ADDED = (
    *(f"indicators.reports.{measure}" for measure in ("due", "submitted", "on_time", "late", "missing")),
    *(f"complaints.{measure}" for measure in ("registered", "accepted", "closed", "due", "due_on_time")),
)
STANDING = (
    "indicators.items.closed",
    "indicators.items.closed_this_month",
    "indicators.items.overdue",
    "indicators.lamps.red",
    "indicators.lamps.yellow",
    "indicators.reports.on_time_rate",
    "complaints.on_time_rate",
    "complaints.satisfied_rate",
)


def key_in(key: str, month: date) -> str:
    """Return the key of a figure in one month of the period: indicators.items.closed@2023-07."""
    return f"{key}{AT}{month:%Y-%m}"


def with_months(figures: Iterable[Figure], period: Period) -> Iterator[Figure]:
    """Yield the figures, in a period of several months followed by those of each month."""
    known = list(figures)
    if period.months == 1:
        yield from known
        return
    for figure in known:
        yield replace(figure, parts=partial(_parts, figure)) if figure.key in ADDED else figure
    for figure in known:
        if figure.key in ADDED or figure.key in STANDING:
            yield from (_in_month(figure, one.month) for one in period.each_month)


def _parts(figure: Figure, period: Period) -> tuple[Parts, ...]:
    months = tuple(key_in(figure.key, one.month) for one in period.each_month)
    return (*figure.parts(period), Parts("按月份", months))


def _in_month(figure: Figure, month: date) -> Figure:
    return replace(
        figure,
        key=key_in(figure.key, month),
        name=f"{figure.name}（{month.month}月）",
        compute=partial(_value, figure, month),
        rows=partial(_rows, figure.rows, month) if figure.rows else None,
        parts=lambda period: (),
        group="",
        carried=False,
    )


def _month_of(period: Period, month: date) -> Period | None:
    return next((one for one in period.each_month if one.month == month), None)


def _value(figure: Figure, month: date, period: Period) -> Value:
    """Return the value in the month; None in a period that the month is no part of."""
    one = _month_of(period, month)
    return None if one is None else figure.compute(one)


def _rows(rows: Rows, month: date, period: Period, user: User | None) -> list[FigureRow]:
    one = _month_of(period, month)
    return [] if one is None else rows(one, user)
