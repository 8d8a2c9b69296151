"""The form of one setting: its field follows from the definition."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.forms.styles import DateInput, Styled
from portal.office_settings import Definition, SettingValue

YES, NO = "yes", "no"


class SettingForm(Styled, forms.Form):
    """A value, the day from which it holds, and why."""

    value = forms.Field(label="取值")
    valid_from = forms.DateField(
        label="生效日期",
        widget=DateInput(),
        help_text="当天起按新值计算；以前的数据不受影响",
        error_messages={"invalid": "请填写日期，如 2026-01-01"},
    )
    note = forms.CharField(label="理由或依据", max_length=200)

    def __init__(self, definition: Definition, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.definition = definition
        self.fields["value"] = _field(definition)
        self.fields["value"].widget.attrs.setdefault("class", "field__input")

    def clean_value(self) -> SettingValue:
        value = self.cleaned_data["value"]
        if isinstance(self.definition.default, bool):
            return bool(value == YES)
        return int(value) if isinstance(self.definition.default, int) else str(value)


def as_typed(value: SettingValue) -> int | str:
    """Return a stored value as the form's field shows it."""
    if isinstance(value, bool):
        return YES if value else NO
    return value


def _field(definition: Definition) -> forms.Field:
    if isinstance(definition.default, bool):
        return forms.ChoiceField(
            label=definition.label, choices=[(YES, "是"), (NO, "否")], help_text=definition.help
        )
    if isinstance(definition.default, int):
        low, high, unit = definition.minimum, definition.maximum, definition.unit
        between = f"「{definition.label}」应在 {low} 到 {high} {unit}之间"
        return forms.IntegerField(
            label=f"{definition.label}（{unit}）" if unit else definition.label,
            min_value=low,
            max_value=high,
            help_text=f"{definition.help}；{low} 到 {high}",
            error_messages={"invalid": "请填整数", "min_value": between, "max_value": between},
        )
    return forms.CharField(label=definition.label, max_length=120, help_text=definition.help)
