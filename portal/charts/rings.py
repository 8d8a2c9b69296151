"""A ring of shares."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin

from portal.charts.drawing import FILLS, INK, Number, block, empty, frame, plain, text

RADIUS, THICK, CENTRE = 62, 22, 76


def donut(parts: Sequence[tuple[str, str, Number]], *, title: str, key: str = "ring", unit: str = "") -> str:
    """Return a ring of `(label, colour, value)` parts with a legend; zero parts stand in the legend only."""
    total = sum(float(value) for _, _, value in parts)
    if not total:
        return empty(key=key, width=320, title=title)
    body, turn = [], -pi / 2
    for _, colour, value in parts:
        if value:
            angle = 2 * pi * float(value) / total
            body.append(_arc(turn, min(angle, 2 * pi - 0.001), FILLS[colour]))
            turn += angle
    for index, (label, colour, value) in enumerate(parts):
        y = 26 + index * 22
        body.append(block(key, 168, y - 10, 12, 11, colour))
        body.append(text(186, y, f"{label} {plain(value)}{unit}", fill=INK))
    body.append(text(CENTRE, CENTRE + 6, f"{plain(total)}{unit}", anchor="middle", size=18, fill=INK))
    said = "；".join(f"{label} {plain(value)}{unit}" for label, _, value in parts)
    height = max(2 * CENTRE, 26 + len(parts) * 22)
    colours = [colour for _, colour, _ in parts]
    return frame(body, key=key, width=320, height=height, title=title, description=said, colours=colours)


def _arc(start: float, angle: float, colour: str) -> str:
    middle = RADIUS - THICK / 2
    x1, y1 = CENTRE + middle * cos(start), CENTRE + middle * sin(start)
    x2, y2 = CENTRE + middle * cos(start + angle), CENTRE + middle * sin(start + angle)
    large = 1 if angle > pi else 0
    return (
        f'<path d="M{x1:.2f} {y1:.2f}A{middle:g} {middle:g} 0 {large} 1 {x2:.2f} {y2:.2f}" '
        f'fill="none" stroke="{colour}" stroke-width="{THICK}"/>'
    )
