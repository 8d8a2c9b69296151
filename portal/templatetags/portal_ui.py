"""Small pieces of every page: lamps, states, dates with their distance, plain numbers, icons.

Everything drawn is inline SVG with presentation attributes; nothing carries a
`style` attribute, so the content policy holds. The library is a builtin of the
templates: no `{% load %}` is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import ceil

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from portal.charts import share_bar, sparkline
from portal.templatetags.glyphs import GLYPHS, ICONS, STATE_GLYPHS, STATE_KINDS

register = template.Library()

LAMP_WORDS = {"red": "红", "yellow": "黄", "green": "绿", "blue": "蓝", "grey": "灰"}
SOON_DAYS = 7

# Lamps, states, progress, changes


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw one of `ICONS`; decoration only, the words stand beside it."""
    return mark_safe(f'<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">{ICONS[name]}</svg>')


@register.simple_tag
def lamp(colour: str, reason: object = "") -> SafeString:
    """Draw a lamp: the disc with its own word and the reason beside it."""
    return format_html(
        '<span class="lamp lamp--{}"><i class="lamp__disc">{}</i><span class="lamp__why">{}</span></span>',
        colour,
        LAMP_WORDS[colour],
        reason,
    )


@register.simple_tag
def state(value: str, label: str, step: int | None = None, total: int | None = None) -> SafeString:
    """Draw how far the workflow has gone: a pie glyph and the label.

    The glyph follows from the value; `step` of `total` says it for workflows
    whose states have no glyph of their own (0 not begun, `total` ended).
    """
    name = STATE_GLYPHS.get(value, "quarter")
    if step is not None and total:
        name = ("none", "quarter", "half", "most", "done")[ceil(4 * min(max(step, 0), total) / total)]
    kind = "draft" if value == "draft" else STATE_KINDS.get(name, "")
    return format_html(
        '<span class="state{}"><svg class="state__glyph" viewBox="0 0 14 14" aria-hidden="true">{}</svg>{}</span>',
        f" state--{kind}" if kind else "",
        mark_safe(GLYPHS[name]),
        label,
    )


@register.simple_tag
def pace(
    percent: Decimal | None, elapsed: Decimal | None = None, colour: str = "", width: int = 56
) -> SafeString:
    """Draw verified percent (the filled part) against elapsed share (the upright line); "—" where unreported."""
    title = "尚无已审核进度" if percent is None else f"已审核 {plain(percent)}%"
    title += f"，序时 {plain(elapsed)}%" if elapsed is not None else ""
    tick = ""
    if elapsed is not None:
        x = min(max(float(elapsed) * width / 100, 0.5), width - 1)
        tick = f'<path class="tick" d="M{x:.1f} 0v12"/>'
    return format_html(
        '<span class="pace"><svg width="{w}" height="12" viewBox="0 0 {w} 12" role="img"><title>{title}</title>'
        '<rect class="track" y="3" width="{w}" height="6" rx="1"/>'
        '<rect class="fill{fill}" y="3" width="{done}" height="6" rx="1"/>{tick}</svg>'
        '<span class="pace__n">{n}</span></span>',
        w=width,
        title=title,
        fill=f" fill--{colour}" if colour in {"red", "yellow"} else "",
        done=f"{min(float(percent or 0), 100) * width / 100:.1f}",
        tick=mark_safe(tick),
        n="—" if percent is None else f"{plain(percent)}%",
    )


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
def spark(values: Sequence[Decimal | None], title: str, goal: Decimal | None = None) -> SafeString:
    """Draw a small line over periods, the goal dotted; the chart escapes its words."""
    return mark_safe(sparkline(values, title=title, goal=goal))


@register.simple_tag
def lamp_bar(counts: Mapping[str, int], title: str, width: int = 130) -> SafeString:
    """Draw the shares of lamps as one bar."""
    return mark_safe(share_bar(counts, title=title, width=width))


@register.simple_tag
def heat_cell(colour: str | None) -> SafeString:
    """Draw one month of a strip of lamps: its word on its colour, a dot before the row began."""
    word = LAMP_WORDS[colour] if colour else "·"
    return format_html('<span class="heat__cell heat__cell--{}">{}</span>', colour or "none", word)


# Dates


def _day(value: date | datetime) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


@register.simple_tag(takes_context=True)
def day(context: template.Context, value: date | datetime | None) -> str:
    """Write a date as 11月8日, with the year when it is not this year's; "—" for none."""
    if value is None:
        return "—"
    today = context.get("today") or timezone.localdate()
    return short_date(value) if _day(value).year == today.year else full_date(value)


@register.simple_tag(takes_context=True)
def due(context: template.Context, value: date | None, soon: int = SOON_DAYS) -> SafeString | str:
    """Write a date still to come and its distance: 11月30日 剩20天; late in red, the last `soon` days in yellow."""
    if value is None:
        return "—"
    today = context.get("today") or timezone.localdate()
    days = (value - today).days
    tone = " dist--late" if days < 0 else (" dist--soon" if days <= soon else "")
    words = distance(value, today)
    return format_html('{}<span class="dist{}">{}</span>', day(context, value), tone, words)


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
def distance(value: date | None, today: date) -> str:
    """Say how far a due date is: 剩3天, 今天到期, 逾期2天; nothing where there is none."""
    if value is None:
        return ""
    days = (value - today).days
    if days > 0:
        return f"剩{days}天"
    return "今天到期" if days == 0 else f"逾期{-days}天"


# Numbers and words


@register.filter
def plain(value: Decimal | int | float | str | None) -> str:
    """Write a number without trailing zeros, with thousands separators and a true minus; "—" for none."""
    if value is None or value == "":
        return "—"
    text = f"{Decimal(str(value)):,f}".replace("-", "−")
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


@register.filter
def names(text: str | Sequence[str] | None) -> list[str]:
    """Split names written as "unit, due_on"; a list stays one."""
    if isinstance(text, str):
        return [name.strip() for name in text.split(",") if name.strip()]
    return list(text or ())


# Forms and lists


@register.simple_tag
def error_summary_fields(form: BaseForm) -> list[BoundField]:
    """Return the bound fields of a form that have errors, in order, for the summary at its top."""
    return [field for field in form if field.errors]


@register.filter
def summary_line(field: BoundField) -> str:
    """Return the first error of a field with its label before it, unless the sentence names the field itself."""
    label, error = str(field.label or ""), str(field.errors[0])
    return error if not label or label in error or label.endswith("？") else f"{label}：{error}"


@register.filter
def field_kind(field: BoundField) -> str:
    """Say how a field is laid out: hidden, check (one box), choices (a group of boxes or dots), plain."""
    widget = field.field.widget
    if field.is_hidden:
        return "hidden"
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    return "check" if isinstance(widget, CheckboxInput) else "plain"


@register.filter
def focus_id(field: BoundField) -> str:
    """Return the id of the control that a link to the field leads to; of a group, its first one."""
    own = field.id_for_label or field.auto_id
    return f"{field.auto_id}_0" if field_kind(field) == "choices" else str(own)


@register.simple_tag
def any_value(form: BaseForm, only: Sequence[str] = ()) -> bool:
    """Tell whether a filter's form holds a value, among its fields or those named."""
    return any(field.value() not in (None, "", [], False) for field in form if not only or field.name in only)


@register.simple_tag(takes_context=True)
def kept_params(context: template.Context, form: BaseForm | None = None) -> SafeString:
    """Carry what the address says beyond a filter's own fields (sorting, page size) through its form; not the page."""
    own = {"page", *(field.html_name for field in form or ())}
    pairs = (
        (name, value)
        for name, values in context["request"].GET.lists()
        if name not in own
        for value in values
    )
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


@register.simple_tag(takes_context=True)
def sort_head(context: template.Context, name: str, label: str, css: str = "") -> SafeString:
    """Write a column head that sorts by `name` (parameter `sort`, "-name" for the other direction)."""
    params = context["request"].GET.copy()
    now = params.get("sort", "")
    params["sort"] = f"-{name}" if now == name else name
    params.pop("page", None)
    order = {name: "ascending", f"-{name}": "descending"}.get(now, "none")
    return format_html(
        '<th{} aria-sort="{}"><a class="sort" href="?{}">{}</a></th>',
        format_html(' class="{}"', css) if css else "",
        order,
        params.urlencode(),
        label,
    )


@register.simple_tag
def page_numbers(page: Page) -> Iterator[int | str]:
    """Return the page numbers to offer; "…" stands for those left out."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
