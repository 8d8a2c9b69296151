"""Forms of the steps that have a page: who gets a case, merging, declining."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from complaints.forms.steps import note_field, version_field
from complaints.grounds import Ground
from complaints.services.routing import MOST_ASSISTING
from portal.forms.choices import LoadedChoiceField, LoadedMultipleChoiceField
from portal.models import Organisation

_SELECT = {"class": "field__input"}
_MASKED = "隐去身份转办：已逐字核对，所选单位看不到来件人"


def _unit(label: str) -> LoadedChoiceField:
    return LoadedChoiceField(
        Organisation.objects.none(),
        label=label,
        widget=forms.Select(attrs=_SELECT),
        error_messages={"required": f"请选择{label}"},
    )


def _units(label: str, *, required: bool = False) -> LoadedMultipleChoiceField:
    return LoadedMultipleChoiceField(
        Organisation.objects.none(),
        label=label,
        required=required,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "in-columns"}),
        error_messages={"required": f"请选择{label}"},
    )


class UnitsForm(forms.Form):
    """Offers the units, read once, in every field that names some."""

    def __init__(self, *args: Any, units: Iterable[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(units)
        for field in self.fields.values():
            if isinstance(field, LoadedChoiceField):
                field.offer(rows, empty="请选择")
            elif isinstance(field, LoadedMultipleChoiceField):
                field.offer(rows)

    def values(self) -> dict[str, Any]:
        """Return what the step takes: the fields without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class AssignForm(UnitsForm):
    """The lead unit, the assisting ones, and what is asked of them."""

    version = version_field()
    lead = _unit("主办单位")
    assisting = _units("协办单位")
    note = note_field("办理要求（可不填）", required=False)
    confirmed_masked = forms.BooleanField(label=_MASKED, required=False)

    def clean_assisting(self) -> list[Organisation]:
        chosen: list[Organisation] = self.cleaned_data["assisting"]
        if len(chosen) > MOST_ASSISTING:
            raise forms.ValidationError(f"协办单位最多 {MOST_ASSISTING} 个；需要更多单位参加的，请用吹哨")
        return chosen


class DesignateForm(AssignForm):
    """As `AssignForm`, with the reason why it is this unit."""

    note = note_field("指定理由")


class AssistForm(UnitsForm):
    """One more unit that is asked to help."""

    version = version_field()
    unit = _unit("协办单位")
    note = note_field("协办要求")
    confirmed_masked = forms.BooleanField(label=_MASKED, required=False)


class WhistleForm(UnitsForm):
    """The units that are called, for what and by when."""

    version = version_field()
    units = _units("报到单位", required=True)
    note = note_field("吹哨事由")
    respond_workdays = forms.IntegerField(
        label="几个工作日内报到并提交意见",
        min_value=1,
        max_value=10,
        initial=1,
        widget=forms.NumberInput(attrs=_SELECT),
        error_messages={"required": "请填写工作日数", "invalid": "工作日数请填写整数"},
    )
    confirmed_masked = forms.BooleanField(label=_MASKED, required=False)


class MergeForm(forms.Form):
    """The earlier case into which this one goes."""

    version = version_field()
    kept = forms.CharField(
        label="并入的诉求编号",
        max_length=20,
        widget=forms.TextInput(attrs={**_SELECT, "placeholder": "SQ2023000001"}),
        error_messages={"required": "请填写或选择要并入的诉求编号"},
    )
    note = note_field("理由")


class DeclineForm(forms.Form):
    """The legal ground, the reason, and where the person should turn."""

    version = version_field()
    ground = forms.ChoiceField(
        label="不予受理情形",
        choices=Ground.choices,
        widget=forms.RadioSelect(),
        error_messages={"required": "请选择法定情形"},
    )
    reason = note_field("理由", most=500)
    right_door = forms.CharField(
        label="应当向何处反映",
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs=_SELECT),
        help_text="不填的，用该情形的固定指引；选“其他”的必须填写",
    )
    repeat_of = forms.CharField(
        label="原办结诉求编号",
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs=_SELECT),
        help_text="以“已依法处理”为由的必须填写",
    )
