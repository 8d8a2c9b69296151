"""What every chart shares: colours, hatching for black-and-white, escaped text, scales, the frame."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape
from math import floor, log10
from zlib import crc32

FONT = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, WenQuanYi Micro Hei, sans-serif"
INK, INK_2, LINE, PAPER = "#1f2329", "#4f5763", "#e3e6eb", "#ffffff"
# The colours of static/css/tokens.css, written out: a picture in a document has no style sheet.
FILLS = {
    "red": "#c8161d",
    "yellow": "#f0b646",
    "green": "#58a86f",
    "blue": "#1455a8",
    "grey": "#c3c9d2",
    "1": "#1455a8",
    "2": "#6b97cf",
    "3": "#a9c4e6",
    "4": "#8d96a5",
    "5": "#c9cfd8",
}


def _stripes(step: int, thick: float, turn: int) -> str:
    return (
        f'<pattern id="{{id}}" width="{step}" height="{step}" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate({turn})"><rect width="{thick}" height="{step}" fill="#fff"/></pattern>'
    )


def _dots(step: float, colour: str) -> str:
    return (
        f'<pattern id="{{id}}" width="{step:g}" height="{step:g}" patternUnits="userSpaceOnUse">'
        f'<circle cx="{step / 2:g}" cy="{step / 2:g}" r="0.9" fill="{colour}"/></pattern>'
    )


HATCHES = {
    "red": _stripes(4, 1.2, 45),
    "yellow": _dots(4, "#5c3800"),
    "green": _stripes(6, 1.2, -45),
    "2": _stripes(5, 1.4, 45),
    "3": _dots(5, "#1455a8"),
    "5": _stripes(6, 1.4, -45),
}
Number = Decimal | int | float


def chart_key(*content: object) -> str:
    """Return a name for the ids inside a picture: the same for the same content, another for another."""
    return f"c{crc32(repr(content).encode()):08x}"


def text(
    x: float,
    y: float,
    words: object,
    *,
    anchor: str = "start",
    size: int = 12,
    fill: str = INK_2,
    strong: bool = False,
) -> str:
    """Return a text element; the words are escaped."""
    weight = ' font-weight="600"' if strong else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" fill="{fill}"{weight}>'
        f"{escape(str(words))}</text>"
    )


def breadth(words: str, size: int = 12) -> float:
    """Estimate the width of words in pixels: a Chinese character is as wide as the type is high."""
    return sum(size if ord(char) > 0x2E80 else size * 0.58 for char in words)


def label_room(labels: Iterable[str], limit: int) -> float:
    """Return the width to leave for labels cut to `limit` characters, with the gap to the bars."""
    return max((breadth(shorten(label, limit)) for label in labels), default=0) + 10


def shorten(words: str, limit: int) -> str:
    return words if len(words) <= limit else f"{words[: limit - 1]}…"


def plain(value: Number) -> str:
    """Write a number without trailing zeros, with thousands separators."""
    shown = f"{Decimal(str(value)):,f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def said(value: Number | None, unit: str = "") -> str:
    """Write a value with its unit, "—" where there is none."""
    return "—" if value is None else f"{plain(value)}{unit}"


def steps(low: float, high: float, count: int = 4) -> list[float]:
    """Return about `count` round levels that hold `low` and `high` between the first and the last."""
    span = (high - low) or abs(high) or 1.0
    rough = span / count
    scale = 10 ** floor(log10(rough))
    step = next(scale * times for times in (1, 2, 2.5, 5, 10) if scale * times >= rough * 0.999)
    first = floor(low / step + 1e-9)
    levels = [first * step]
    while levels[-1] < high - step * 1e-9:
        levels.append((first + len(levels)) * step)
    if len(levels) == 1:
        levels.append(levels[0] + step)
    return [round(level, 10) for level in levels]


def level_name(level: float, levels: Sequence[float]) -> str:
    """Write a level of an axis with as many decimals as the distance of the levels needs."""
    gap = levels[1] - levels[0]
    decimals = 0 if gap == int(gap) else (1 if round(gap * 10, 6) == int(round(gap * 10, 6)) else 2)
    return f"{level:,.{decimals}f}"


def block(key: str, x: float, y: float, width: float, height: float, colour: str) -> str:
    """Return a filled rectangle; nothing where there is no width or height.

    With a key the colour's hatching lies over it; without one it is plain.
    """
    if width <= 0 or height <= 0:
        return ""
    return _filled(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"', key, colour)


def shape(key: str, path: str, colour: str) -> str:
    """Return a filled path with its hatching over it."""
    return _filled(f'<path d="{path}"', key, colour)


def _filled(opening: str, key: str, colour: str) -> str:
    over = f'{opening} fill="url(#{key}-{colour})" fill-opacity="0.4"/>' if key and colour in HATCHES else ""
    return f'{opening} fill="{FILLS[colour]}"/>{over}'


def rule(path: str, *, colour: str = LINE, dash: str = "") -> str:
    """Return a one-pixel line."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1"{dashes}/>'


def linked(body: str, url: str, words: str) -> str:
    """Wrap a part of the picture in a link to the rows behind it; `words` name the link."""
    return f'<a href="{escape(url)}" aria-label="{escape(words)}">{body}</a>' if url and body else body


def frame(
    body: Iterable[str],
    *,
    key: str,
    width: float,
    height: float,
    title: str,
    description: str,
    colours: Iterable[str] = (),
) -> str:
    """Return the whole SVG: named for screen readers, with the hatchings its colours need.

    A picture with links is a group; one without is an image, whose parts are not read one by one.
    """
    hatches = "".join(HATCHES[c].format(id=f"{key}-{c}") for c in dict.fromkeys(colours) if c in HATCHES)
    drawn = "".join(body)
    role = "group" if "<a " in drawn else "img"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="{role}" aria-labelledby="{key}-t {key}-d" '
        f'font-family="{FONT}">'
        f'<title id="{key}-t">{escape(title)}</title><desc id="{key}-d">{escape(description)}</desc>'
        f"{f'<defs>{hatches}</defs>' if hatches else ''}{drawn}</svg>"
    )


def empty(*, key: str, width: float, title: str) -> str:
    """Say that there is nothing to draw, rather than draw nothing."""
    words = "本期没有可以绘制的数据"
    drawn = [text(width / 2, 28, words, anchor="middle")]
    return frame(drawn, key=key, width=width, height=44, title=title, description=words)
