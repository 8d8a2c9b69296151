"""The values of figures in a period, beside those of the period before and of a year before."""

from __future__ import annotations

from collections.abc import Iterable

from reports.figures.figure import Figure
from reports.figures.period import Period
from reports.figures.registry import figures_of
from reports.shares import whole_percents
from reports.texts.values import FigureValue, Value

MONTH_WORDS = {
    "本月末": "期末",
    "上月末": "上期末",
    "本月": "本期",
    "上月": "上期",
    "当月": "当期",
    "月末": "期末",
}


def values_of(period: Period, *, compare: bool = True, last_year: bool = True) -> dict[str, FigureValue]:
    """Return all figures of the period with their values; about eight queries for each month that is read.

    `compare` adds the period before, and `last_year` the same months a year before.

    A period before the year began, and a year without lists, give no comparison.
    """
    figures = figures_of(period)
    shares = _shares(figures.values(), period)
    return {
        key: FigureValue(
            key=key,
            name=worded(figure.name, period),
            unit=figure.unit,
            definition=worded(figure.definition, period),
            value=figure.compute(period),
            previous=_previous(figure, period) if compare else None,
            last_year=_last_year(figure, period) if compare and last_year else None,
            share=shares.get(key),
            benchmark=figure.benchmark,
            better=figure.better,
            carried=figure.carried,
            parts=figure.parts(period),
        )
        for key, figure in figures.items()
    }


def worded(text: str, period: Period) -> str:
    """Return a name or definition that was written for a month as it reads for the period."""
    for word, other in MONTH_WORDS.items() if period.months > 1 else ():
        text = text.replace(word, other)
    return text


def _previous(figure: Figure, period: Period) -> Value:
    if figure.yearly and period.begins_year:
        return None
    return figure.compute(period.previous)


def _last_year(figure: Figure, period: Period) -> Value:
    return figure.compute(period.last_year) if period.last_year.work_lists else None


def _shares(figures: Iterable[Figure], period: Period) -> dict[str, int | None]:
    """Return whole percentages that total 100 within each group whose figures are all known."""
    groups: dict[str, list[tuple[str, Value]]] = {}
    for figure in figures:
        if figure.group:
            groups.setdefault(figure.group, []).append((figure.key, figure.compute(period)))
    found: dict[str, int | None] = {}
    for members in groups.values():
        counts = [value for _, value in members if value is not None]
        if len(counts) == len(members):
            found.update(zip([key for key, _ in members], whole_percents(counts), strict=True))
    return found
