"""A strip of lamps: rows by months, each cell carries its word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.charts.drawing import (
    INK,
    LINE,
    chart_key,
    empty,
    frame,
    label_room,
    linked,
    rule,
    shorten,
    text,
)

ROW, CELL, HEAD, NAME_LIMIT = 26, 34, 24, 18
WORDS = {"red": "红", "yellow": "黄", "green": "绿", "blue": "蓝", "grey": "灰"}
# colour: (ground, edge, ink), as the cells of the page's table have them
LOOKS = {
    "red": ("#c8161d", "#c8161d", "#ffffff"),
    "yellow": ("#fbe3b2", "#d98e0b", "#8f5500"),
    "green": ("#d3eadb", "#d3eadb", "#17702f"),
    "blue": ("#1455a8", "#1455a8", "#ffffff"),
    "grey": ("#f0f2f5", "#cdd3dc", "#616b7a"),
}


@dataclass(frozen=True)
class HeatRow:
    """A label and one lamp per month; None is a month before the row began."""

    label: str
    cells: Sequence[str | None]
    url: str = ""


def heat_strip(months: Sequence[str], rows: Sequence[HeatRow], *, title: str, key: str = "") -> str:
    """Return rows of lamps under `months`; every row is as long as the months."""
    key = key or chart_key("heat", months, rows, title)
    left = label_room((row.label for row in rows), NAME_LIMIT)
    width = round(left + len(months) * (CELL + 4))
    if not any(cell for row in rows for cell in row.cells):
        return empty(key=key, width=max(width, 320), title=title)
    middles = [left + index * (CELL + 4) + CELL / 2 for index in range(len(months))]
    body = [text(x, 15, month, anchor="middle") for x, month in zip(middles, months, strict=True)]
    for index, row in enumerate(rows):
        y = HEAD + index * ROW
        name = text(0, y + 17, shorten(row.label, NAME_LIMIT), fill=INK)
        body.append(linked(name, row.url, row.label))
        body += [_cell(x, y, colour) for x, colour in zip(middles, row.cells, strict=True)]
        body.append(rule(f"M0 {y + ROW - 0.5}H{width}", colour=LINE))
    words = "；".join(
        f"{row.label}：{''.join(WORDS[cell] if cell else '·' for cell in row.cells)}" for row in rows
    )
    height = HEAD + len(rows) * ROW + 2
    return frame(body, key=key, width=width, height=height, title=title, description=words)


def _cell(middle: float, y: float, colour: str | None) -> str:
    if colour is None:
        return text(middle, y + 17, "·", anchor="middle")
    ground, edge, ink = LOOKS[colour]
    return (
        f'<rect x="{middle - CELL / 2 + 0.5:.1f}" y="{y + 4.5:.1f}" width="{CELL - 1}" height="17" rx="2" '
        f'fill="{ground}" stroke="{edge}"/>'
    ) + text(middle, y + 17, WORDS[colour], anchor="middle", size=11, fill=ink, strong=colour == "red")
