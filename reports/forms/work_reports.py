"""Work reports: the period and its parts; the outline as a clerk edits it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory

from indicators.months import parse
from portal.forms.styles import Styled
from reports.figures import Period, parse_period
from reports.figures.period import RANGE
from reports.forms.bulletins import months_before
from reports.texts.figure_names import FigureNames
from reports.texts.outlines import Outline, OutlinePart

MONTHS_OFFERED = 24
TITLE_LENGTH = 120
PART_LENGTH = 4000


class WorkReportForm(Styled, forms.Form):
    """From which month to which, and which parts of the outline."""

    first = forms.ChoiceField(label="开始月份")
    last = forms.ChoiceField(label="截止月份")
    title = forms.CharField(
        label="标题", required=False, max_length=TITLE_LENGTH, help_text="不填按期间自动拟定"
    )
    parts = forms.MultipleChoiceField(
        label="提纲",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择提纲中的一个部分"},
    )

    def __init__(self, *args: Any, today: date, outline: Outline, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = dict(self.fields)
        fields["first"].choices = fields["last"].choices = months_before(today, MONTHS_OFFERED)
        fields["parts"].choices = [(part.key, part.title) for part in outline]
        fields["parts"].error_messages["required"] = "请至少选择提纲中的一个部分"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "first" in data and "last" in data:
            try:
                data["period"] = parse_period(f"{data['first']}{RANGE}{data['last']}")
            except ValueError as error:
                self.add_error("last", str(error))
        return data

    @property
    def period(self) -> Period:
        period: Period = self.cleaned_data["period"]
        return period


def half_year_before(today: date) -> dict[str, str]:
    """Return the first and last month to offer: from January to the last month that is over."""
    last = parse(months_before(today, 1)[0][0])
    return {"first": f"{last.year}-01", "last": f"{last:%Y-%m}"}


class PartForm(forms.Form):
    """A part of the outline; one without a title is left out."""

    key = forms.SlugField(widget=forms.HiddenInput, required=False)
    position = forms.IntegerField(label="次序", min_value=1, max_value=999, required=False)
    title = forms.CharField(label="标题", max_length=40, required=False)
    text = forms.CharField(
        label="段落",
        max_length=PART_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "field__input"
            field.widget.attrs["aria-label"] = field.label or ""


PartFormSet = formset_factory(PartForm, extra=2, max_num=22)


class NoteForm(Styled, forms.Form):
    """Why something was changed."""

    note = forms.CharField(label="修改说明", max_length=200)


def rows_of(outline: Outline, names: FigureNames) -> list[dict[str, object]]:
    """Return an outline as the rows of the form, its figures by their names."""
    return [
        {
            "key": part.key,
            "position": place * 10,
            "title": part.title,
            "text": names.shown("\n".join(part.texts)),
        }
        for place, part in enumerate(outline, start=1)
    ]


def outline_from(formset: BaseFormSet[PartForm], names: FigureNames) -> Outline:
    """Return the outline that valid rows describe, in the order of their positions, its figures by key."""
    rows = [form.cleaned_data for form in formset if form.cleaned_data.get("title")]
    rows.sort(key=lambda row: row.get("position") or 999)
    taken = [row["key"] for row in rows if row.get("key")]
    return tuple(
        OutlinePart(row.get("key") or _free_key(taken), row["title"], _paragraphs(names.kept(row["text"])))
        for row in rows
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _free_key(taken: list[str]) -> str:
    number = next(n for n in range(1, len(taken) + 2) if f"part{n}" not in taken)
    taken.append(f"part{number}")
    return taken[-1]
