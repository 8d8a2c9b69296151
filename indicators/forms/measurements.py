"""Forms of the measurements and of the indicator tree."""

from __future__ import annotations

from typing import Any

from django import forms

from indicators.models import Indicator
from indicators.params import ParamError
from indicators.scoring import read_method


class MeasurementForm(forms.Form):
    """One value, or a note that says why there is none."""

    value = forms.DecimalField(
        label="监测值",
        max_digits=18,
        decimal_places=4,
        required=False,
        widget=forms.NumberInput(attrs={"class": "field__input", "step": "any"}),
    )
    note = forms.CharField(
        label="说明",
        max_length=200,
        required=False,
        help_text="没有数据时写明原因",
        widget=forms.TextInput(attrs={"class": "field__input"}),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class IndicatorForm(forms.ModelForm):
    """The definition of an indicator. What already has data is superseded, not changed."""

    class Meta:
        model = Indicator
        fields = [
            "name",
            "weight",
            "unit",
            "better",
            "frequency",
            "lead",
            "target",
            "benchmark",
            "worst",
            "data_source",
            "collection_rule",
            "scoring_rule",
            "method",
            "parameters",
        ]
        widgets = {
            "collection_rule": forms.Textarea(attrs={"rows": 3}),
            "scoring_rule": forms.Textarea(attrs={"rows": 3}),
            "parameters": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "field__input")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        method = cleaned.get("method")
        if method and method != Indicator.Method.NONE:
            try:
                read_method(method, cleaned.get("parameters") or {})
            except ParamError as error:
                self.add_error("parameters", str(error))
        return cleaned
