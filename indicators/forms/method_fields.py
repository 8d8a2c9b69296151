"""What the forms of the scoring methods are made of: a number as people type it, and the form of a method."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError

from indicators.scoring import Method, read_method
from indicators.scoring.methods import DIRECTION_CHOICES
from portal.forms.styles import Styled
from portal.params import ParamError, to_decimal


class NumberField(forms.Field):
    """A number as people type it, read by the rule that reads stored parameters: one set of sentences.

    `unit` is printed behind the control; `of_value` puts the indicator's own unit there.
    """

    def __init__(self, label: str, *, unit: str = "", of_value: bool = False, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(label=label, widget=widget, **kwargs)
        self.unit, self.of_value = unit, of_value

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or not str(value).strip():
            return None
        try:
            return to_decimal(value, str(self.label))
        except ParamError as error:
            raise ValidationError(str(error)) from error


def full_field() -> NumberField:
    return NumberField("满分", unit="分", required=False, help_text="不填时为100分")


def direction_field(**kwargs: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label="指标方向", choices=list(DIRECTION_CHOICES.items()), **kwargs)


class MethodForm(Styled, forms.Form):
    """The fields of one method. A valid form holds the `method` that its values describe.

    Every control carries the kind in its name, so that values of several kinds can be sent at once.
    """

    kind: ClassVar[str]
    explanation: str
    defaults: ClassVar[Mapping[str, object]] = {}
    method: Method | None = None

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        initial: Mapping[str, object] | None = None,
        unit: str = "",
    ) -> None:
        super().__init__(data, initial=dict(initial or {}), prefix=self.kind)
        for field in self.fields.values():
            if isinstance(field, NumberField) and field.of_value:
                field.unit = unit

    @classmethod
    def control(cls, name: str) -> str:
        """Return the name that a field's control has on the page."""
        return f"{cls.kind}-{name}"

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> dict[str, object]:
        """Return stored parameters as initial values."""
        return {name: params[name] for name in cls.base_fields if name in params}

    @classmethod
    def from_indicator(cls, known: Mapping[str, object]) -> dict[str, object]:
        """Return what the indicator itself suggests to somebody who has just chosen the method."""
        return dict(cls.defaults)

    @classmethod
    def from_entries(cls, data: Mapping[str, Any]) -> dict[str, object]:
        """Return what was entered, right or wrong; empty where the fields were not on the page."""
        found = {name: data[cls.control(name)] for name in cls.base_fields if cls.control(name) in data}
        if found:
            # An empty box is not sent: with its neighbours there, its absence is a no.
            found |= {
                name: cls.control(name) in data
                for name, field in cls.base_fields.items()
                if isinstance(field, forms.BooleanField)
            }
        return found

    @classmethod
    def shape(cls, data: Mapping[str, Any]) -> str:
        """Name the set of fields that these entries ask for."""
        return cls.kind

    @property
    def own_shape(self) -> str:
        return self.kind

    def to_params(self) -> dict[str, object]:
        """Return cleaned values as `read_method` takes them; what was left empty is left out."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}

    def clean(self) -> dict[str, Any]:
        if not self.errors:
            try:
                self.method = read_method(self.kind, self.to_params())
            except ParamError as error:
                raise ValidationError(str(error)) from error
        return self.cleaned_data
