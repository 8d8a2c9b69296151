"""What every form of ours has: the look of its controls, and sentences where a field is left empty."""

from __future__ import annotations

from typing import Any

from django import forms

VERBS = (
    (forms.CheckboxInput, "请勾选"),
    (forms.FileInput, "请上传"),
    ((forms.Select, forms.RadioSelect, forms.CheckboxSelectMultiple), "请选择"),
    (forms.Widget, "请填写"),
)
UNSTYLED = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)


class Styled(forms.BaseForm):
    """Mixin: gives controls their class and says 请填写…, 请选择… where something is missing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            verb = next(verb for kind, verb in VERBS if isinstance(field.widget, kind))
            field.error_messages["required"] = f"{verb}{field.label or name}"
            if isinstance(field, forms.IntegerField):  # decimals and floats are its children
                field.error_messages["invalid"] = f"{field.label or name}应填数字"
                field.error_messages.setdefault("min_value", f"{field.label or name}不能小于 %(limit_value)s")
                field.error_messages.setdefault("max_value", f"{field.label or name}不能大于 %(limit_value)s")
            if not field.widget.is_hidden and not isinstance(field.widget, UNSTYLED):
                field.widget.attrs.setdefault("class", "field__input")


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")
