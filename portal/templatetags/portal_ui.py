"""Small pieces of every page: lamps, states, dates with their distance, plain numbers, icons.

Everything drawn is inline SVG with presentation attributes; nothing carries a
`style` attribute, so the content policy holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django import template
from django.forms import BaseForm, BoundField
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from portal.charts import share_bar, sparkline

register = template.Library()

LAMP_WORDS = {"red": "红", "yellow": "黄", "green": "绿", "blue": "蓝", "grey": "灰"}

_RING = '<circle class="ring" cx="7" cy="7" r="6"/>'
GLYPHS = {
    "none": '<circle class="ring ring--dash" cx="7" cy="7" r="6"/>',
    "quarter": f'{_RING}<path class="pie" d="M7 7V3a4 4 0 0 1 4 4z"/>',
    "half": f'{_RING}<path class="pie" d="M7 3a4 4 0 0 1 0 8z"/>',
    "most": f'{_RING}<path class="pie" d="M7 7V3a4 4 0 1 1-4 4z"/>',
    "done": '<circle class="pie" cx="7" cy="7" r="6.3"/><path class="tick" d="M4.2 7.2l2 1.9 3.6-4"/>',
    "back": f'{_RING}<path class="back" d="M8.2 4.6L5.4 7l2.8 2.4"/>',
    "stop": f'{_RING}<path class="back" d="M4.4 7h5.2"/>',
}
STATE_GLYPHS = {
    "planned": "none",
    "missing": "none",
    "draft": "quarter",
    "in_progress": "quarter",
    "awaiting_unit": "half",
    "awaiting_lead": "half",
    "submitted": "half",
    "in_review": "half",
    "lead_passed": "most",
    "awaiting_office": "most",
    "closed": "done",
    "verified": "done",
    "issued": "done",
    "held": "done",
    "returned": "back",
    "suspended": "stop",
    "cancelled": "stop",
    "superseded": "stop",
    "proposed": "half",
    "dismissed": "stop",
    "due": "none",
    "running": "half",
    "done": "done",
    "failed": "back",
    "skipped": "stop",
    "owed": "none",
    "sent": "done",
    "dead": "back",
}
ICONS = {
    "search": '<circle cx="7" cy="7" r="4.5"/><path d="M10.5 10.5L14 14"/>',
    "bell": '<path d="M4 11V7a4 4 0 0 1 8 0v4l1 1.5H3L4 11zM6.8 14.2h2.4"/>',
    "menu": '<path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11"/>',
    "print": '<path d="M4.5 6V2.5h7V6M4.5 11.5h-2V6h11v5.5h-2M4.5 9.5h7v4h-7z"/>',
    "check": '<path d="M3 8.5l3.2 3L13 4.5"/>',
    "down": '<path d="M8 2.5v8M4.5 7.5L8 11l3.5-3.5M3 13.5h10"/>',
    "up": '<path d="M8 11V3M4.5 6L8 2.5 11.5 6M3 13.5h10"/>',
    "warn": '<path d="M8 2.2L14.5 13.5h-13L8 2.2zM8 6.5v3.3M8 11.6v.2"/>',
    "plus": '<path d="M8 3v10M3 8h10"/>',
    "info": '<circle cx="8" cy="8" r="6"/><path d="M8 7.3v3.6M8 4.9v.2"/>',
    "cross": '<path d="M4 4l8 8M12 4l-8 8"/>',
    "next": '<path d="M6 3.5L10.5 8 6 12.5"/>',
    "clip": '<path d="M12.5 7.5l-5 5a3 3 0 0 1-4.2-4.2l5.4-5.4a2 2 0 0 1 2.8 2.8l-5.3 5.3a1 1 0 0 1-1.4-1.4l4.7-4.7"/>',
    "copy": '<path d="M5.5 5.5h7v7h-7zM3.5 10.5v-7h7"/>',
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw one of `ICONS`; decoration only, the words stand beside it."""
    return mark_safe(f'<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">{ICONS[name]}</svg>')


@register.simple_tag
def lamp(colour: str, reason: str = "") -> SafeString:
    """Draw a lamp: the disc with its own word and the reason beside it."""
    return format_html(
        '<span class="lamp lamp--{}"><i class="lamp__disc">{}</i><span class="lamp__why">{}</span></span>',
        colour,
        LAMP_WORDS[colour],
        reason,
    )


@register.simple_tag
def state(value: str, label: str) -> SafeString:
    """Draw how far the workflow has gone: a pie glyph by value, and the label."""
    glyph = mark_safe(GLYPHS[STATE_GLYPHS.get(value, "quarter")])
    kind = " state--back" if value in {"returned", "failed", "dead"} else ""
    return format_html(
        '<span class="state{}"><svg class="state__glyph" viewBox="0 0 14 14" aria-hidden="true">{}</svg>{}</span>',
        kind,
        glyph,
        label,
    )


@register.simple_tag
def pace(
    percent: Decimal | None, elapsed: Decimal | None = None, colour: str = "", width: int = 56
) -> SafeString:
    """Draw verified percent (the filled part) against elapsed share (the upright line)."""
    done = Decimal(percent or 0)
    title = f"已审核 {plain(done)}%" + (f"，序时 {plain(elapsed)}%" if elapsed is not None else "")
    tick = ""
    if elapsed is not None:
        x = min(max(float(elapsed) * width / 100, 0.5), width - 1)
        tick = f'<path class="tick" d="M{x:.1f} 0v12"/>'
    fill = f" fill--{colour}" if colour in {"red", "yellow"} else ""
    return format_html(
        '<span class="pace"><svg width="{w}" height="12" viewBox="0 0 {w} 12" role="img"><title>{title}</title>'
        '<rect class="track" y="3" width="{w}" height="6" rx="1"/>'
        '<rect class="fill{fill}" y="3" width="{done}" height="6" rx="1"/>{tick}</svg>'
        '<span class="pace__n">{n}%</span></span>',
        w=width,
        title=title,
        fill=fill,
        done=f"{float(done) * width / 100:.1f}",
        tick=mark_safe(tick),
        n=plain(done),
    )


def _day(value: date | datetime) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


@register.simple_tag(takes_context=True)
def day(context: template.Context, value: date | datetime | None) -> str:
    """Write a date as 11月8日, with the year when it is not this year's; "—" for none."""
    if value is None:
        return "—"
    on = _day(value)
    today = context.get("today") or timezone.localdate()
    return short_date(on) if on.year == today.year else f"{on.year}年{short_date(on)}"


@register.filter
def short_date(value: date | datetime | None) -> str:
    """Write a date as 11月8日; "—" for none."""
    if value is None:
        return "—"
    on = _day(value)
    return f"{on.month}月{on.day}日"


@register.filter
def full_date(value: date | datetime | None) -> str:
    """Write a date as 2023年11月8日; "—" for none."""
    return "—" if value is None else f"{_day(value).year}年{short_date(value)}"


@register.filter
def moment(value: datetime | None) -> str:
    """Write a moment as 11月8日 16:20; "—" for none."""
    return "—" if value is None else f"{short_date(value)} {timezone.localtime(value):%H:%M}"


@register.filter
def month_label(value: date | None) -> str:
    """Write a month as 2023年10月."""
    return "—" if value is None else f"{value.year}年{value.month}月"


@register.filter
def distance(due: date | None, today: date) -> str:
    """Say how far a due date is: 剩3天, 今天到期, 逾期2天; nothing where there is none."""
    if due is None:
        return ""
    days = (due - today).days
    if days > 0:
        return f"剩{days}天"
    return "今天到期" if days == 0 else f"逾期{-days}天"


@register.filter
def plain(value: Decimal | int | float | str | None) -> str:
    """Write a number without trailing zeros and with thousands separators; "—" for none."""
    if value is None or value == "":
        return "—"
    text = f"{Decimal(str(value)):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def or_dash(value: object) -> object:
    """Write "—" where nothing is known; zero is a value."""
    return "—" if value is None or value == "" else value


@register.filter
def file_size(value: int) -> str:
    """Write a size in bytes as 48 KB or 2.1 MB."""
    return f"{value / 1_048_576:.1f} MB" if value >= 1_048_576 else f"{max(1, round(value / 1024))} KB"


@register.filter
def get(mapping: dict[object, object], key: object) -> object:
    """Look a key up in a mapping, for tables whose columns are data."""
    return mapping.get(key)


@register.simple_tag
def delta(
    value: Decimal | int | None, unit: str = "", better: str = "higher", since: str = "较上月"
) -> SafeString:
    """Write a change: the arrow says the direction, the colour whether it is good (`better`: higher, lower, none)."""
    if value is None:
        return format_html('<span class="delta">{} —</span>', since)
    if value == 0:
        return format_html('<span class="delta">{} 持平</span>', since)
    rises = value > 0
    good = "" if better == "none" else ("better" if rises == (better == "higher") else "worse")
    return format_html(
        '<span class="delta{}">{} <b>{}{}</b>{} {}</span>',
        f" delta--{good}" if good else "",
        since,
        "+" if rises else "−",
        plain(value if rises else -value),
        f" {unit}" if unit else "",
        "↑" if rises else "↓",
    )


@register.simple_tag
def error_summary_fields(form: BaseForm) -> list[BoundField]:
    """Return the bound fields of a form that have errors, in order, for the summary at its top."""
    return [field for field in form if field.errors]


@register.simple_tag
def spark(values: Sequence[Decimal | None], title: str, goal: Decimal | None = None) -> SafeString:
    """Draw a small line over periods, the goal dotted; the chart escapes its words."""
    return mark_safe(sparkline(values, title=title, goal=goal))


@register.simple_tag
def lamp_bar(counts: Mapping[str, int], title: str, width: int = 130) -> SafeString:
    """Draw the shares of lamps as one bar."""
    return mark_safe(share_bar(counts, title=title, width=width))
