"""Upright bars over months or kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from portal.charts.drawing import (
    INK,
    INK_2,
    Number,
    block,
    breadth,
    chart_key,
    empty,
    frame,
    level_name,
    linked,
    plain,
    rule,
    said,
    shorten,
    steps,
    text,
)

TOP, BOTTOM = 18, 24


@dataclass(frozen=True)
class Bar:
    """A value and its label; None is a gap, not a zero. `strong` marks the period spoken of."""

    label: str
    value: Number | None
    url: str = ""
    strong: bool = False


def bar(
    bars: Sequence[Bar], *, title: str, key: str = "", unit: str = "", width: int = 520, height: int = 200
) -> str:
    """Return upright bars from zero, each with its figure; a missing value leaves its place empty."""
    key = key or chart_key("bar", bars, title)
    known = [float(one.value) for one in bars if one.value is not None]
    if not known:
        return empty(key=key, width=width, title=title)
    levels = steps(min(0.0, *known), max(0.0, *known))
    left = max(breadth(level_name(level, levels)) for level in levels) + 10
    tall = height - TOP - BOTTOM

    def y_of(value: float) -> float:
        return TOP + tall * (levels[-1] - value) / (levels[-1] - levels[0])

    body = []
    for level in levels:
        y = y_of(level)
        body.append(rule(f"M{left:.1f} {y:.1f}H{width}"))
        body.append(text(left - 6, y + 4, level_name(level, levels), anchor="end"))
    slot = (width - left) / len(bars)
    strong = any(one.strong for one in bars)
    for index, one in enumerate(bars):
        colour = "1" if one.strong or not strong else "3"
        drawn = _column(one, left + slot * index, slot, y_of, colour)
        body.append(linked(drawn, one.url, f"{one.label} {said(one.value, unit)}"))
        body.append(text(left + slot * (index + 0.5), height - 7, shorten(one.label, 6), anchor="middle"))
    body.append(rule(f"M{left:.1f} {y_of(0):.1f}H{width}", colour=INK_2))
    words = "；".join(f"{one.label} {said(one.value, unit)}" for one in bars)
    return frame(body, key=key, width=width, height=height, title=title, description=words)


def _column(one: Bar, x: float, slot: float, y_of: Callable[[float], float], colour: str) -> str:
    middle = x + slot / 2
    if one.value is None:
        return text(middle, y_of(0) - 5, "—", anchor="middle")
    value, zero = y_of(float(one.value)), y_of(0)
    broad = min(slot * 0.52, 40)
    above = min(value, zero) - 5
    return block("", middle - broad / 2, min(value, zero), broad, abs(zero - value), colour) + text(
        middle, above, plain(one.value), anchor="middle", fill=INK, strong=True
    )
