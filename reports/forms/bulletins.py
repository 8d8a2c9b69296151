"""The special bulletin: its occasion, what it is about, its sections and the office's own words."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from indicators.models import Letter
from indicators.months import label as month_label
from indicators.months import parse, shift
from indicators.selectors.figures import LEDGERS, task_forces_of, work_lists_of
from portal.forms.styles import Styled
from portal.models import Organisation
from reports.sections import CHOICES
from reports.sections.subject import Subject

MONTHS_OFFERED = 12
TITLE_LENGTH = 120
OCCASION_LENGTH = 300
TEXT_LENGTH = 4000
RUNGS = (Letter.Rung.SUPERVISE, Letter.Rung.TALK, Letter.Rung.CIRCULATE)


def months_before(today: date, count: int = MONTHS_OFFERED) -> list[tuple[str, str]]:
    """Return the last months that are over, the newest first, as choices."""
    months = [shift(today, -back) for back in range(1, count + 1)]
    return [(f"{month:%Y-%m}", month_label(month)) for month in months]


class SpecialForm(Styled, forms.Form):
    """Everything a special bulletin is drafted from."""

    title = forms.CharField(label="标题", max_length=TITLE_LENGTH)
    occasion = forms.CharField(
        label="事由",
        max_length=OCCASION_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写在正文开头，如：为推动省评反馈问题按期整改，县营商办对有关事项进行了专项核查",
    )
    month = forms.ChoiceField(label="数据截至")
    task_forces = forms.MultipleChoiceField(
        label="所涉专班", required=False, widget=forms.CheckboxSelectMultiple, help_text="不选为全部专班"
    )
    lists = forms.MultipleChoiceField(
        label="所涉台账", required=False, widget=forms.CheckboxSelectMultiple, help_text="不选为全部台账"
    )
    unit = forms.ModelChoiceField(
        Organisation.objects.none(),
        label="所涉单位",
        required=False,
        empty_label="不针对单个单位",
        to_field_name="code",
        help_text="只用来限定可点名的单位，是否点名另行勾选确认",
    )
    rung = forms.ChoiceField(label="所涉督办文书", required=False)
    sections = forms.MultipleChoiceField(
        label="包含的部分",
        required=False,
        choices=[(key, title) for key, (title, _) in CHOICES.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text="“有关情况”一部分始终包含",
    )
    text = forms.CharField(
        label="有关情况",
        required=False,
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="每行一段；起草后还可以修改",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        year = shift(today, -1).year
        fields: dict[str, Any] = dict(self.fields)
        fields["month"].choices = months_before(today)
        fields["task_forces"].choices = [(row.code, row.name) for row in task_forces_of(year)]
        fields["lists"].choices = [
            (row.code, row.name) for row in work_lists_of(year)[year] if row.source in LEDGERS
        ]
        fields["unit"].queryset = Organisation.objects.order_by("order", "pk")
        fields["rung"].choices = [
            ("", "不针对督办文书"),
            *((rung.value, f"当月签发的{rung.label}") for rung in RUNGS),
        ]

    def clean_month(self) -> date:
        return parse(self.cleaned_data["month"])

    @property
    def subject(self) -> Subject:
        """What the bulletin is about, of a valid form."""
        data = self.cleaned_data
        unit = data["unit"]
        return Subject(
            occasion=data["occasion"].strip(),
            task_forces=tuple(data["task_forces"]),
            lists=tuple(data["lists"]),
            unit=unit.code if unit else "",
            unit_name=unit.short_name if unit else "",
            rung=data["rung"],
            sections=tuple(data["sections"]),
        )
