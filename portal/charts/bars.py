"""Lying bars: a share bar for table cells, ranked bars, stacked bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from portal.charts.columns import Bar
from portal.charts.drawing import (
    FILLS,
    INK,
    INK_2,
    Number,
    block,
    breadth,
    chart_key,
    empty,
    frame,
    label_room,
    linked,
    plain,
    rule,
    said,
    shorten,
    text,
)

ROW = 26
BAR = 16
NAME_LIMIT = 11
HATCHED = {"red", "yellow", "green"}


@dataclass(frozen=True)
class Part:
    """One row of a stacked bar: a label, its values by colour in drawing order, and the rows behind it."""

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
        parts.append(f'<rect class="l-{colour}" {box} fill="{FILLS[colour]}"/>')
        if colour in HATCHED:
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
    key: str = "",
    width: int = 560,
    names: Mapping[str, str] | None = None,
) -> str:
    """Return one lying bar per row, its values side by side; at its end both values, or the sum of more.

    `names` says what each colour stands for and adds a legend. Rows are drawn in
    the order given; a row of zeros keeps its place.
    """
    key = key or chart_key("stack", rows, title)
    if not any(row.total for row in rows):
        return empty(key=key, width=width, title=title)
    top = 24 if names else 4
    left = label_room((row.label for row in rows), NAME_LIMIT)
    longest = max(row.total for row in rows)
    room = width - left - max(breadth(_ends(row)) for row in rows) - 12
    body = _legend(names or {}, key, left)
    for index, row in enumerate(rows):
        drawn = _row(row, key, left, top + index * ROW, room / longest)
        body.append(linked(drawn, row.url, f"{row.label} {_ends(row)}"))
    bottom = top + len(rows) * ROW
    body.append(rule(f"M{left:.1f} {top - 2}V{bottom}", colour=INK_2))
    return frame(
        body,
        key=key,
        width=width,
        height=bottom + 4,
        title=title,
        description="；".join(_words(row, names or {}) for row in rows),
        colours=[colour for row in rows for colour in row.values],
    )


def _ends(row: Part) -> str:
    if len(row.values) > 2:
        return plain(row.total)
    return " / ".join(plain(value) for value in row.values.values())


def _words(row: Part, names: Mapping[str, str]) -> str:
    return f"{row.label} " + "、".join(f"{names.get(c, '')}{plain(v)}" for c, v in row.values.items())


def _row(row: Part, key: str, left: float, y: float, scale: float) -> str:
    parts = [text(left - 8, y + 14, shorten(row.label, NAME_LIMIT), anchor="end")]
    x = left
    for colour, value in row.values.items():
        span = max(float(value) * scale, 2.0) if value else 0.0
        parts.append(block(key, x, y + 2, span - 0.8, BAR, colour))
        x += span
    parts.append(text(x + 6, y + 14, _ends(row), fill=INK, strong=True))
    return "".join(parts)


def _legend(names: Mapping[str, str], key: str, left: float) -> list[str]:
    body, x = [], left
    for colour, name in names.items():
        body.append(block(key, x, 3, 12, 10, colour))
        body.append(text(x + 17, 12, name))
        x += 17 + breadth(name) + 16
    return body


def ranked_bar(
    rows: Sequence[tuple[str, Number | None] | Bar],
    *,
    title: str,
    key: str = "",
    unit: str = "",
    width: int = 560,
    colour: str = "1",
) -> str:
    """Return bars from the largest to the smallest; a missing value is written "—" and has no bar.

    A row is a `Bar`, or just a label and a value. Where some bars are strong, the others are paler.
    """
    bars = [row if isinstance(row, Bar) else Bar(*row) for row in rows]
    key = key or chart_key("rank", bars, title)
    known = sorted((one for one in bars if one.value is not None), key=lambda one: -float(one.value or 0))
    if not known:
        return empty(key=key, width=width, title=title)
    ordered = [*known, *(one for one in bars if one.value is None)]
    left = label_room((one.label for one in ordered), NAME_LIMIT)
    longest = float(known[0].value or 0) or 1.0
    room = width - left - max(breadth(said(one.value, unit)) for one in ordered) - 12
    strong = any(one.strong for one in bars)
    body = []
    for index, one in enumerate(ordered):
        shade = "3" if strong and not one.strong else colour
        drawn = _ranked(one, (left, 4 + index * ROW), room / longest, shade, unit)
        body.append(linked(drawn, one.url, f"{one.label} {said(one.value, unit)}"))
    bottom = 4 + len(ordered) * ROW
    body.append(rule(f"M{left:.1f} 2V{bottom}", colour=INK_2))
    words = "；".join(f"{one.label} {said(one.value, unit)}" for one in ordered)
    return frame(body, key=key, width=width, height=bottom + 4, title=title, description=words)


def _ranked(one: Bar, at: tuple[float, float], scale: float, colour: str, unit: str) -> str:
    left, y = at
    span = max(0.0, float(one.value or 0) * scale)
    return (
        text(left - 8, y + 14, shorten(one.label, NAME_LIMIT), anchor="end")
        + block("", left, y + 2, span, BAR, colour)
        + text(left + span + 6, y + 14, said(one.value, unit), fill=INK, strong=True)
    )
