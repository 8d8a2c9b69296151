"""Lines over months, and sparklines for table cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from portal.charts.drawing import FILLS, INK, INK_2, LINE, PAPER, Number, empty, frame, plain, text

LEFT, RIGHT, TOP, BOTTOM = 40, 44, 14, 24


@dataclass(frozen=True)
class Series:
    """A named line; None is a gap in it, not a zero. `dashed` for schedules and benchmarks."""

    name: str
    values: Sequence[Number | None]
    dashed: bool = False


def _span(values: Sequence[float], *, from_zero: bool) -> tuple[float, float]:
    low, high = min(values), max(values)
    if from_zero and low > 0:
        low = 0.0
    if low == high:
        low, high = low - 1, high + 1
    return low, high


def line(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    key: str = "line",
    unit: str = "",
    width: int = 560,
    height: int = 200,
    from_zero: bool = True,
) -> str:
    """Return lines over `labels`; all series are as long as the labels."""
    known = [float(value) for one in series for value in one.values if value is not None]
    if not known:
        return empty(key=key, width=width, title=title)
    low, high = _span(known, from_zero=from_zero)
    room, tall = width - LEFT - RIGHT, height - TOP - BOTTOM
    xs = [LEFT + room * (i + 0.5) / len(labels) for i in range(len(labels))]

    def y_of(value: Number) -> float:
        return TOP + tall * (1 - (float(value) - low) / (high - low))

    body = []
    for step in range(5):
        level = low + (high - low) * step / 4
        y = y_of(level)
        body.append(f'<path d="M{LEFT} {y:.1f}H{width - RIGHT}" stroke="{LINE}" stroke-width="1"/>')
        body.append(text(LEFT - 6, y + 4, f"{level:.0f}" if high - low > 4 else f"{level:.1f}", anchor="end"))
    body += [text(x, height - 6, label, anchor="middle") for x, label in zip(xs, labels, strict=True)]
    for index, one in enumerate(series):
        body.append(_path(one, xs, [None if v is None else y_of(v) for v in one.values], index, unit))
    said = "；".join(
        f"{one.name}：{'、'.join('—' if v is None else plain(v) for v in one.values)}" for one in series
    )
    return frame(body, key=key, width=width, height=height, title=title, description=said)


def _path(one: Series, xs: Sequence[float], ys: Sequence[float | None], index: int, unit: str) -> str:
    colour = FILLS["4"] if one.dashed else FILLS[str(index % 3 + 1)]
    dash = ' stroke-dasharray="5 3"' if one.dashed else ""
    parts = [
        f'<path d="{_commands(xs, ys)}" fill="none" stroke="{colour}" stroke-width="2" stroke-linejoin="round"{dash}/>'
    ]
    points = [(x, y, value) for x, y, value in zip(xs, ys, one.values, strict=True) if y is not None]
    if not one.dashed:
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="{PAPER}" stroke="{colour}" stroke-width="2"/>'
            for x, y, _ in points
        ]
    if points:
        x, y, value = points[-1]
        parts.append(text(x + 7, y + 4, f"{plain(value or 0)}{unit}", fill=INK if not one.dashed else INK_2))
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
    low, high = _span([*known, *([float(goal)] if goal is not None else [])], from_zero=False)
    step = (width - 6) / max(1, len(values) - 1)

    def y_of(value: Number) -> float:
        return 3 + (height - 6) * (1 - (float(value) - low) / (high - low))

    xs = [2 + step * index for index in range(len(values))]
    ys = [None if value is None else y_of(value) for value in values]
    ends = [(x, y) for x, y in zip(xs, ys, strict=True) if y is not None][-1]
    dotted = "" if goal is None else f'<path class="goal" d="M2 {y_of(goal):.1f}H{width - 2}"/>'
    return (
        f'<svg class="spark" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">'
        f'<title>{escape(title)}</title>{dotted}<path class="line" d="{_commands(xs, ys)}"/>'
        f'<circle class="end" cx="{ends[0]:.1f}" cy="{ends[1]:.1f}" r="2"/></svg>'
    )
