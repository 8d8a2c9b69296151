"""What a figure is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from indicators.selectors.figures import FigureRow
from portal.models import User
from reports.figures.period import Period
from reports.texts.values import Parts, Value

Compute = Callable[[Period], Value]
Rows = Callable[[Period, User | None], list[FigureRow]]


def no_parts(period: Period) -> tuple[Parts, ...]:
    del period
    return ()


@dataclass(frozen=True)
class Figure:
    """A figure with its one definition 口径.

    `compute` gives its value as of the last day of the period, None where
    it is missing; `rows` the rows behind it (with a person: only those he may
    read), None where there are none. `parts` are the figures that add up to it.
    Figures of one `group` share out 100 %. `yearly` figures start anew each year,
    so that January has no previous month; `carried` ones must be printed next
    month as they were printed this month.
    """

    key: str
    name: str
    unit: str
    definition: str
    compute: Compute
    rows: Rows | None = None
    better: str = "none"
    parts: Callable[[Period], tuple[Parts, ...]] = no_parts
    group: str = ""
    yearly: bool = True
    carried: bool = False
    benchmark: Value = None
