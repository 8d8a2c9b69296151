"""A case turned into a work item: task force, unit, words and due date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from complaints.forms.steps import version_field
from indicators.models import TaskForce, WorkItem
from portal.forms.choices import LoadedChoiceField, LoadedMultipleChoiceField, offer_rows
from portal.models import Organisation

_INPUT = {"class": "field__input"}
TITLE_LENGTH = WorkItem._meta.get_field("title").max_length


class CaseItemForm(forms.Form):
    """What the office lays down for the item; the case's words stand in it without identity."""

    version = version_field()
    title = forms.CharField(
        label="事项名称",
        max_length=TITLE_LENGTH,
        widget=forms.TextInput(attrs=_INPUT),
        error_messages={"required": "请填写事项名称"},
        help_text="台账各单位都能看到，请写要解决的问题，不要写来件人的任何信息",
    )
    target = forms.CharField(
        label="目标要求",
        max_length=500,
        widget=forms.Textarea(attrs={**_INPUT, "rows": 3}),
        error_messages={"required": "请写明要达到的结果"},
    )
    task_force = LoadedChoiceField(
        TaskForce.objects.none(),
        label="专班",
        widget=forms.Select(attrs=_INPUT),
        error_messages={"required": "请选择专班"},
    )
    organisation = LoadedChoiceField(
        Organisation.objects.none(),
        label="责任单位",
        widget=forms.Select(attrs=_INPUT),
        error_messages={"required": "请选择责任单位"},
    )
    supporting = LoadedMultipleChoiceField(
        Organisation.objects.none(),
        required=False,
        label="配合单位",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "in-columns"}),
    )
    due_on = forms.DateField(
        label="完成时限",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", **_INPUT}),
        error_messages={"required": "请选择完成时限", "invalid": "请填写正确的日期"},
    )

    def __init__(
        self,
        *args: Any,
        task_forces: Iterable[TaskForce],
        units: Iterable[Organisation],
        today: date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        offered = list(units)
        offer_rows(self, "task_force", task_forces, empty="请选择")
        offer_rows(self, "organisation", offered, empty="请选择")
        offer_rows(self, "supporting", offered)

    def clean_due_on(self) -> date:
        due_on: date = self.cleaned_data["due_on"]
        if due_on <= self.today:
            raise forms.ValidationError("完成时限应晚于今天")
        return due_on
