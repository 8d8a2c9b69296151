"""A ring of shares."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin

from portal.charts.drawing import (
    INK,
    Number,
    block,
    breadth,
    chart_key,
    empty,
    frame,
    plain,
    shape,
    shorten,
    text,
)

OUTER, INNER, CENTRE = 70, 48, 74
GAP = 0.02  # radians of paper between two parts
LEGEND = 172


def donut(parts: Sequence[tuple[str, str, Number]], *, title: str, key: str = "", unit: str = "") -> str:
    """Return a ring of `(label, colour, value)` parts with figures and shares beside it.

    The shares are whole per cents that sum to 100 (largest remainders). A part of
    zero stands in the legend only.
    """
    key = key or chart_key("ring", parts, title)
    total = sum(float(value) for _, _, value in parts)
    if not total:
        return empty(key=key, width=360, title=title)
    body, turn = [], -pi / 2
    gap = GAP if sum(1 for part in parts if part[2]) > 1 else 0.0
    for _, colour, value in parts:
        angle = 2 * pi * float(value) / total
        if value:
            body.append(shape(key, _segment(turn, max(angle - gap, 0.005)), colour))
        turn += angle
    shares = whole_shares([value for _, _, value in parts])
    names = max(breadth(shorten(label, 9)) for label, _, _ in parts)
    figures = max(breadth(f"{plain(value)}{unit}", 13) for _, _, value in parts)
    width = max(360, round(LEGEND + 20 + names + 16 + figures + 52))
    height = max(2 * CENTRE, 30 + len(parts) * 24)
    first = (height - len(parts) * 24) / 2 + 17
    for index, (label, colour, value) in enumerate(parts):
        y = first + index * 24
        body.append(block(key, LEGEND, y - 10, 12, 11, colour))
        body.append(text(LEGEND + 20, y, shorten(label, 9)))
        at = LEGEND + 20 + names + 16 + figures
        body.append(text(at, y, f"{plain(value)}{unit}", anchor="end", size=13, fill=INK, strong=True))
        body.append(text(at + 46, y, f"{shares[index]}%", anchor="end"))
    body.append(text(CENTRE, CENTRE + 8, plain(total), anchor="middle", size=24, fill=INK, strong=True))
    if unit:
        body.append(text(CENTRE, CENTRE + 26, unit, anchor="middle"))
    words = "；".join(f"{label} {plain(value)}{unit}" for label, _, value in parts)
    colours = [colour for _, colour, _ in parts]
    return frame(body, key=key, width=width, height=height, title=title, description=words, colours=colours)


def whole_shares(values: Sequence[Number]) -> list[int]:
    """Return the shares of the values in whole per cents that sum to 100."""
    total = sum(float(value) for value in values)
    exact = [float(value) / total * 100 for value in values]
    shares = [int(share) for share in exact]
    owed = sorted(range(len(exact)), key=lambda index: shares[index] - exact[index])
    for index in owed[: 100 - sum(shares)]:
        shares[index] += 1
    return shares


def _segment(start: float, angle: float) -> str:
    """Return the path of a part of the ring; a whole ring is cut short by a hair, as arcs must end elsewhere."""
    angle = min(angle, 2 * pi - 0.001)
    large = 1 if angle > pi else 0
    end = start + angle

    def at(radius: float, turn: float) -> str:
        return f"{CENTRE + radius * cos(turn):.2f} {CENTRE + radius * sin(turn):.2f}"

    return (
        f"M{at(OUTER, start)}A{OUTER} {OUTER} 0 {large} 1 {at(OUTER, end)}"
        f"L{at(INNER, end)}A{INNER} {INNER} 0 {large} 0 {at(INNER, start)}Z"
    )
