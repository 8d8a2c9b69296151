"""Bars: a share bar for table cells, ranked bars, stacked bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from portal.charts.drawing import INK, LINE, Number, block, empty, frame, linked, plain, shorten, text

ROW = 26
BAR = 16
LABEL = 132


@dataclass(frozen=True)
class Part:
    """One row of a bar chart: a label, its values by colour in drawing order, and the rows behind it."""

    label: str
    values: Mapping[str, Number] = field(default_factory=dict)
    url: str = ""

    @property
    def total(self) -> float:
        return float(sum(float(value) for value in self.values.values()))


def share_bar(values: Mapping[str, int], *, title: str, width: int = 130, height: int = 10) -> str:
    """Return the bar of a table cell: the shares of `values` by colour, a one-pixel gap between them.

    The hatchings are those of the page (`components/patterns.html`), so that a
    table of forty rows carries them once.
    """
    total = sum(values.values())
    parts, x = [], 0.0
    for colour, value in values.items():
        if not value or not total:
            continue
        span = width * value / total
        box = f'x="{x:.1f}" width="{max(span - 0.8, 0.8):.1f}" height="{height}"'
        parts.append(f'<rect class="l-{colour}" {box}/>')
        if colour in {"red", "yellow", "green"}:
            parts.append(f'<rect {box} fill="url(#h-{colour})"/>')
        x += span
    return (
        f'<svg class="lampbar" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">'
        f"<title>{escape(title)}</title>{''.join(parts)}</svg>"
    )


def stacked_bar(
    rows: Sequence[Part],
    *,
    title: str,
    key: str = "stack",
    width: int = 560,
    names: Mapping[str, str] | None = None,
) -> str:
    """Return one horizontal bar per row, its values side by side, the figures at its end.

    `names` says what each colour stands for and adds a legend. Rows are drawn in
    the order given; a row of zeros keeps its place.
    """
    if not any(row.total for row in rows):
        return empty(key=key, width=width, title=title)
    top = 22 if names else 4
    room = width - LABEL - 74
    longest = max(row.total for row in rows)
    body = _legend(names or {}, key)
    for index, row in enumerate(rows):
        y = top + index * ROW
        body.append(linked(_row(row, key, y, room / longest), row.url))
    bottom = top + len(rows) * ROW
    body.append(f'<path d="M{LABEL} {top - 2}V{bottom}" stroke="{INK}" stroke-width="1"/>')
    colours = [colour for row in rows for colour in row.values]
    said = "；".join(f"{row.label} {'、'.join(plain(v) for v in row.values.values())}" for row in rows)
    return frame(
        body, key=key, width=width, height=bottom + 4, title=title, description=said, colours=colours
    )


def _row(row: Part, key: str, y: float, scale: float) -> str:
    parts = [text(LABEL - 8, y + 14, shorten(row.label, 10), anchor="end")]
    x = float(LABEL)
    for colour, value in row.values.items():
        span = float(value) * scale
        parts.append(block(key, x, y + 2, span, BAR, colour))
        x += span
    ends = " / ".join(plain(value) for value in row.values.values())
    parts.append(text(x + 6, y + 14, ends, fill=INK))
    return "".join(parts)


def _legend(names: Mapping[str, str], key: str) -> list[str]:
    body, x = [], float(LABEL)
    for colour, name in names.items():
        body.append(block(key, x, 3, 12, 10, colour))
        body.append(text(x + 17, 12, name))
        x += 17 + 13 * len(name) + 16
    return body


def ranked_bar(
    rows: Sequence[tuple[str, Number | None]],
    *,
    title: str,
    key: str = "rank",
    unit: str = "",
    width: int = 560,
    colour: str = "1",
) -> str:
    """Return bars from the largest to the smallest; a missing value is written "—" and has no bar."""
    known = [(label, value) for label, value in rows if value is not None]
    if not known:
        return empty(key=key, width=width, title=title)
    ordered = sorted(known, key=lambda row: -float(row[1]))
    ordered_all = [*ordered, *((label, None) for label, value in rows if value is None)]
    room = width - LABEL - 74
    longest = float(ordered[0][1]) or 1.0
    body = []
    for index, (label, value) in enumerate(ordered_all):
        y = 4 + index * ROW
        body.append(text(LABEL - 8, y + 14, shorten(label, 10), anchor="end"))
        span = max(0.0, float(value) / longest * room) if value is not None else 0.0
        body.append(block(key, LABEL, y + 2, span, BAR, colour))
        shown = "—" if value is None else f"{plain(value)}{unit}"
        body.append(text(LABEL + span + 6, y + 14, shown, fill=INK))
    bottom = 4 + len(ordered_all) * ROW
    body.append(f'<path d="M{LABEL} 2V{bottom}" stroke="{LINE}" stroke-width="1"/>')
    said = "；".join(
        f"{label} {'—' if value is None else plain(value)}{unit}" for label, value in ordered_all
    )
    return frame(
        body, key=key, width=width, height=bottom + 4, title=title, description=said, colours=[colour]
    )
