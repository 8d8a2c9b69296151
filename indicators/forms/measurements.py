"""Forms of the measurements and of the indicator tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from indicators.forms.scoring import (
    FORMS,
    RESHAPES,
    MethodForm,
    examples,
    kept_entries,
    same_or_new,
    stored_values,
)
from indicators.models import Indicator
from indicators.scoring import Method
from portal.params import ParamError, to_decimal, to_plain


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
    """The definition of an indicator. What already has data is superseded, not changed.

    `scoring` is the form of the chosen method's parameters, None without a score. It is bound only where
    its fields were on the page that was sent.
    """

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
        ]
        widgets = {
            "collection_rule": forms.Textarea(attrs={"rows": 3}),
            "scoring_rule": forms.Textarea(attrs={"rows": 3}),
            "method": forms.Select(attrs={"class": RESHAPES}),
        }

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        instance: Indicator,
        entered: Mapping[str, Any] | None = None,
    ) -> None:
        """With `entered` instead of `data` the form shows what was typed and checks nothing."""
        super().__init__(data, instance=instance, initial=dict(entered.items()) if entered else None)
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "field__input")
        # Validation writes into the instance; what is stored has to be known afterwards.
        self.stored: tuple[str, Any] = (instance.method, instance.parameters)
        self.sent: Mapping[str, Any] = data or entered or {}
        self.scoring = self._scoring_form()
        self.kept = kept_entries(self.sent, self.scoring)

    def _now(self, name: str) -> str:
        """Return a field's present value as text, entered or stored; a number without trailing zeros."""
        value = self[name].value()
        text = "" if value is None else str(value)
        if isinstance(self.fields[name], forms.DecimalField):
            try:
                return str(to_plain(to_decimal(text, name)))
            except ParamError:
                return text
        return text

    def _scoring_form(self) -> MethodForm | None:
        kind, unit = self._now("method"), self._now("unit")
        if kind not in FORMS:
            return None
        chosen = FORMS[kind]
        if self.is_bound and self.sent.get("shown") == chosen.shape(self.sent):
            return chosen(self.sent, unit=unit)
        initial = chosen.from_entries(self.sent)
        if not initial and kind == self.stored[0]:
            # Unusable ones are not replaced by suggestions, which somebody would save without a look.
            initial = stored_values(*self.stored)
        elif not initial:
            known = {name: self._now(name) for name in ("better", "benchmark", "worst")}
            initial = chosen.from_indicator(known)
        return chosen(initial=initial, unit=unit)

    def is_valid(self) -> bool:
        return super().is_valid() and (self.scoring is None or self.scoring.is_valid())

    def clean(self) -> dict[str, Any]:
        """Add the parameters in the form in which they are stored."""
        cleaned = super().clean() or {}
        kind, (stored_kind, stored) = cleaned.get("method"), self.stored
        if kind == Indicator.Method.NONE:
            cleaned["parameters"] = stored if stored_kind == kind else {}
        elif kind and self.scoring is not None:
            if not self.scoring.is_bound:
                label = Indicator.Method(kind).label
                self.add_error("method", f"已改为{label}，请核对下方的计分参数后再保存")
            elif self.scoring.is_valid() and self.scoring.method is not None:
                cleaned["parameters"] = same_or_new(self.scoring.method, stored_kind, stored)
        return cleaned

    @property
    def examples(self) -> list[str]:
        """How the score comes about for the target and the benchmark, as far as they and the method are there."""
        method = self._method_shown()
        values = {self._now(name): name for name in ("benchmark", "target")}
        named = [(str(self.fields[name].label), value) for value, name in values.items()]
        return examples(method, named, self._now("unit")) if method else []

    def _method_shown(self) -> Method | None:
        form = self.scoring
        if form is None:
            return None
        if not form.is_bound:
            # The same values as if they had been sent, checked without showing what is missing.
            entries = {form.add_prefix(name): form[name].value() for name in form.fields}
            entries = {
                name: value for name, value in entries.items() if value is not None and value is not False
            }
            form = type(form)(entries)
        return form.method if form.is_valid() else None
