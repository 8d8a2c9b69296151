"""What every chart shares: colours, hatching for black-and-white, escaped text, the frame."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from html import escape

FONT = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, WenQuanYi Micro Hei, sans-serif"
INK, INK_2, LINE, PAPER = "#1f2329", "#5c6470", "#e3e6eb", "#ffffff"
FILLS = {
    "red": "#c8161d",
    "yellow": "#e0a32e",
    "green": "#5aa870",
    "blue": "#1455a8",
    "grey": "#b9bfc9",
    "1": "#1455a8",
    "2": "#5b8fd0",
    "3": "#a9c4e6",
    "4": "#8a94a3",
    "5": "#d3d9e2",
}
_STRIPE = '<rect width="1.2" height="{h}" fill="#fff"/>'
HATCHES = {
    "red": f'<pattern id="{{id}}-red" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">{_STRIPE.format(h=4)}</pattern>',
    "yellow": '<pattern id="{id}-yellow" width="4" height="4" patternUnits="userSpaceOnUse"><circle cx="2" cy="2" r=".9" fill="#5c3800"/></pattern>',
    "green": f'<pattern id="{{id}}-green" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">{_STRIPE.format(h=6)}</pattern>',
    "2": f'<pattern id="{{id}}-2" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">{_STRIPE.format(h=5)}</pattern>',
    "3": '<pattern id="{id}-3" width="5" height="5" patternUnits="userSpaceOnUse"><circle cx="2.5" cy="2.5" r=".9" fill="#1455a8"/></pattern>',
}
Number = Decimal | int | float


def text(
    x: float, y: float, words: object, *, anchor: str = "start", size: int = 12, fill: str = INK_2
) -> str:
    """Return a text element; the words are escaped."""
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size}" fill="{fill}">'
        f"{escape(str(words))}</text>"
    )


def shorten(words: str, limit: int) -> str:
    return words if len(words) <= limit else f"{words[: limit - 1]}…"


def plain(value: Number) -> str:
    """Write a number without trailing zeros."""
    shown = f"{Decimal(str(value)):,f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def block(key: str, x: float, y: float, width: float, height: float, colour: str) -> str:
    """Return a filled rectangle with its hatching over it; nothing where there is no width."""
    if width <= 0:
        return ""
    box = f'x="{x:.1f}" y="{y:g}" width="{width:.1f}" height="{height:g}"'
    over = f'<rect {box} fill="url(#{key}-{colour})" fill-opacity=".45"/>' if colour in HATCHES else ""
    return f'<rect {box} fill="{FILLS[colour]}"/>{over}'


def linked(body: str, url: str) -> str:
    """Wrap a part of the picture in a link to the rows behind it."""
    return f'<a href="{escape(url)}">{body}</a>' if url else body


def frame(
    body: Iterable[str],
    *,
    key: str,
    width: int,
    height: int,
    title: str,
    description: str,
    colours: Iterable[str] = (),
) -> str:
    """Return the whole SVG: named for screen readers, with the hatchings its colours need."""
    hatches = "".join(HATCHES[c].format(id=key) for c in dict.fromkeys(colours) if c in HATCHES)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-labelledby="{key}-t {key}-d" font-family="{FONT}">'
        f'<title id="{key}-t">{escape(title)}</title><desc id="{key}-d">{escape(description)}</desc>'
        f"<defs>{hatches}</defs>{''.join(body)}</svg>"
    )


def empty(*, key: str, width: int, title: str) -> str:
    """Say that there is nothing to draw, rather than draw nothing."""
    words = "本期没有可以绘制的数据"
    return frame(
        [text(width / 2, 28, words, anchor="middle")],
        key=key,
        width=width,
        height=44,
        title=title,
        description=words,
    )
