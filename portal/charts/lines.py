"""Lines over months, and sparklines for table cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import ceil

from portal.charts.drawing import (
    FILLS,
    INK,
    INK_2,
    PAPER,
    Number,
    breadth,
    chart_key,
    empty,
    frame,
    level_name,
    rule,
    said,
    steps,
    text,
)

BOTTOM = 24
MARKED = 24  # a line of more points carries a mark at its end only
APART = 14  # the least height between the words at the ends of two lines
SHADES = ("1", "2", "4")


@dataclass(frozen=True)
class Series:
    """A named line; None is a gap in it, not a zero. `dashed` for schedules and benchmarks.

    A dashed line that stays at one value is a level: its name and value stand at its end.
    """

    name: str
    values: Sequence[Number | None]
    dashed: bool = False

    @property
    def last(self) -> Number | None:
        return next((value for value in reversed(self.values) if value is not None), None)

    @property
    def is_level(self) -> bool:
        return self.dashed and self.last is not None and set(self.values) == {self.last}

    def end_words(self, unit: str) -> str:
        """Return what stands at the end of the line."""
        if self.is_level:
            return f"{self.name} {said(self.last)}"
        return "" if self.dashed else said(self.last, unit)


@dataclass(frozen=True)
class _Plane:
    """Where the points of a line chart stand."""

    left: float
    right: float
    top: float
    bottom: float
    levels: Sequence[float]

    def x(self, index: int, count: int) -> float:
        return self.left + (self.right - self.left) * (index + 0.5) / count

    def y(self, value: Number) -> float:
        low, high = self.levels[0], self.levels[-1]
        return self.top + (self.bottom - self.top) * (high - float(value)) / (high - low)


def line(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    key: str = "",
    unit: str = "",
    width: int = 560,
    height: int = 200,
    from_zero: bool = True,
) -> str:
    """Return lines over `labels`; all series are as long as the labels."""
    key = key or chart_key("line", labels, series, title)
    known = [float(value) for one in series for value in one.values if value is not None]
    if not known:
        return empty(key=key, width=width, title=title)
    levels = steps(min([0.0, *known] if from_zero else known), max(known))
    named = [one for one in series if not one.is_level]
    plane = _Plane(
        left=max(breadth(level_name(level, levels)) for level in levels) + 8,
        right=width - max(breadth(one.end_words(unit)) for one in series) - 8,
        top=34 if len(named) > 1 else 14,
        bottom=height - BOTTOM,
        levels=levels,
    )
    body = _grid(plane, labels, height)
    body += _legend(named, plane.left) if len(named) > 1 else []
    ends = _ends(series, plane, unit)
    for index, one in enumerate(series):
        if one.is_level:
            body.append(_level(one, plane, ends[index]))
        else:
            body.append(_drawn(one, plane, _shade(one, index), unit, ends[index]))
    words = "；".join(f"{one.name}：{'、'.join(said(v, unit) for v in one.values)}" for one in series)
    described = f"{labels[0]}至{labels[-1]}。{words}"
    return frame(body, key=key, width=width, height=height, title=title, description=described)


def _shade(one: Series, index: int) -> str:
    return FILLS["4" if one.dashed else SHADES[index % 3]]


def _grid(plane: _Plane, labels: Sequence[str], height: int) -> list[str]:
    body = []
    for level in plane.levels:
        y = plane.y(level)
        colour = INK_2 if level == plane.levels[0] else "#e3e6eb"
        body.append(rule(f"M{plane.left:.1f} {y:.1f}H{plane.right:.1f}", colour=colour))
        body.append(text(plane.left - 6, y + 4, level_name(level, plane.levels), anchor="end"))
    room = (plane.right - plane.left) / len(labels)
    every = ceil(max(breadth(label) for label in labels) * 1.15 / room)
    last = len(labels) - 1
    return body + [
        text(plane.x(index, len(labels)), height - 6, label, anchor="middle")
        for index, label in enumerate(labels)
        if (last - index) % every == 0
    ]


def _legend(series: Sequence[Series], left: float) -> list[str]:
    body, x = [], left
    for index, one in enumerate(series):
        body.append(_stroke(f"M{x:.1f} 10H{x + 20:.1f}", _shade(one, index), dashed=one.dashed))
        body.append(text(x + 26, 14, one.name))
        x += 26 + breadth(one.name) + 18
    return body


def _ends(series: Sequence[Series], plane: _Plane, unit: str) -> list[float]:
    """Return at what height the words at each line's end stand: at its last point, moved where two would overlap."""
    at = [plane.y(one.last or 0) for one in series]
    lasts = {_last_index(one) for one in series if one.end_words(unit)}
    for last in lasts:
        group = [i for i, one in enumerate(series) if one.end_words(unit) and _last_index(one) == last]
        # Of two at one height the level aimed at stands above.
        group.sort(key=lambda i: (at[i], not series[i].is_level))
        for before, index in pairwise(group):
            at[index] = max(at[index], at[before] + APART)
        lowest = plane.bottom
        for index in reversed(group):
            at[index] = min(at[index], lowest)
            lowest = at[index] - APART
    return at


def _last_index(one: Series) -> int:
    return max((index for index, value in enumerate(one.values) if value is not None), default=-1)


def _level(one: Series, plane: _Plane, at: float) -> str:
    """Draw a level aimed at, with its words at the height `at`."""
    y = plane.y(one.last or 0)
    return rule(f"M{plane.left:.1f} {y:.1f}H{plane.right:.1f}", colour=INK_2, dash="5 3") + text(
        plane.right + 4, at + 4, one.end_words("")
    )


def _stroke(path: str, colour: str, *, dashed: bool) -> str:
    kind = 'stroke-width="1.5" stroke-dasharray="5 3"' if dashed else 'stroke-width="2"'
    return (
        f'<path d="{path}" fill="none" stroke="{colour}" {kind} '
        'stroke-linejoin="round" stroke-linecap="round"/>'
    )


def _drawn(one: Series, plane: _Plane, colour: str, unit: str, at: float) -> str:
    xs = [plane.x(index, len(one.values)) for index in range(len(one.values))]
    ys = [None if value is None else plane.y(value) for value in one.values]
    parts = [_stroke(_commands(xs, ys), colour, dashed=one.dashed)]
    if one.dashed:
        return "".join(parts)
    points = [(x, y) for x, y in zip(xs, ys, strict=True) if y is not None]
    for x, y in points[-1:] if len(points) > MARKED else points:
        radius = 3.2 if (x, y) == points[-1] else 2.2
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{PAPER}" stroke="{colour}" '
            'stroke-width="2"/>'
        )
    if points:
        parts.append(text(points[-1][0] + 8, at + 4, said(one.last, unit), fill=INK, strong=True))
    return "".join(parts)


def _commands(xs: Sequence[float], ys: Sequence[float | None]) -> str:
    """Return the path, lifted over gaps."""
    words, down = [], False
    for x, y in zip(xs, ys, strict=True):
        if y is None:
            down = False
            continue
        words.append(f"{'L' if down else 'M'}{x:.1f} {y:.1f}")
        down = True
    return "".join(words)


def sparkline(
    values: Sequence[Number | None],
    *,
    title: str,
    goal: Number | None = None,
    width: int = 72,
    height: int = 20,
) -> str:
    """Return a small line with its last point marked and the goal as a dotted line; "—" without data."""
    known = [float(value) for value in values if value is not None]
    if not known:
        return "—"
    inside = [*known, *([float(goal)] if goal is not None else [])]
    low, high = min(inside), max(inside)
    step = (width - 6) / max(1, len(values) - 1)

    def y_of(value: Number) -> float:
        share = (high - float(value)) / (high - low) if high > low else 0.5
        return 3 + (height - 6) * share

    xs = [2 + step * index for index in range(len(values))]
    ys = [None if value is None else y_of(value) for value in values]
    ends = [(x, y) for x, y in zip(xs, ys, strict=True) if y is not None][-1]
    dotted = (
        ""
        if goal is None
        else f'<path class="goal" d="M2 {y_of(goal):.1f}H{width - 2}" stroke="{FILLS["4"]}" '
        'stroke-dasharray="2 2"/>'
    )
    return (
        f'<svg class="spark" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">'
        f'<title>{escape(title)}</title>{dotted}<path class="line" d="{_commands(xs, ys)}" fill="none" '
        f'stroke="{FILLS["2"]}" stroke-width="1.5"/>'
        f'<circle class="end" cx="{ends[0]:.1f}" cy="{ends[1]:.1f}" r="2" fill="{FILLS["1"]}"/></svg>'
    )
