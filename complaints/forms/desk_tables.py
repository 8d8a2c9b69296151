"""Forms of what the office keeps for the desk: standard replies and time limits."""

from __future__ import annotations

from typing import Any

from django import forms

from complaints.kinds import CaseType
from complaints.limits import LimitKind, LimitStep, LimitUnit
from complaints.models import StandardReply
from complaints.services.desk_tables import NewLimit
from portal.forms.styles import DateInput, Styled
from portal.models import Topic, User


class StandardReplyForm(Styled, forms.Form):
    """A standard reply: its name, what it fits, its text with fields."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput())
    title = forms.CharField(label="名称", max_length=60)
    kind = forms.ChoiceField(label="适用类型", required=False, choices=[("", "全部类型"), *CaseType.choices])
    topic = forms.ModelChoiceField(
        Topic.objects.none(), label="适用领域", required=False, empty_label="全部领域"
    )
    body = forms.CharField(
        label="正文", max_length=3000, widget=forms.Textarea(attrs={"rows": 10, "maxlength": 3000})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topic = self.fields["topic"]
        if isinstance(topic, forms.ModelChoiceField):
            topic.queryset = Topic.objects.visible_to(user)

    @staticmethod
    def values_of(row: StandardReply | None) -> dict[str, Any]:
        """Return what the form begins with."""
        if row is None:
            return {}
        names = ("version", "title", "kind", "topic", "body")
        return {name: getattr(row, name) for name in names}

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        values = dict(self.cleaned_data)
        values["kind"] = CaseType(values["kind"]) if values["kind"] else None
        values["version"] = values["version"] or 0
        return values


class TimeLimitForm(Styled, forms.Form):
    """A limit that shall hold from a day on."""

    kind = forms.ChoiceField(label="诉求类别", choices=LimitKind.choices)
    step = forms.ChoiceField(label="环节", choices=LimitStep.choices)
    amount = forms.IntegerField(label="时限", min_value=1, max_value=366)
    unit = forms.ChoiceField(label="单位", choices=LimitUnit.choices)
    valid_from = forms.DateField(label="生效日期", widget=DateInput, help_text="已开始计算的时限不变")
    source = forms.CharField(label="依据", max_length=120, help_text="文件名称和条款")

    def new_limit(self) -> NewLimit:
        """Return the limit as the service takes it."""
        values = dict(self.cleaned_data)
        return NewLimit(
            kind=LimitKind(values["kind"]),
            step=LimitStep(values["step"]),
            amount=values["amount"],
            unit=LimitUnit(values["unit"]),
            source=values["source"],
            valid_from=values["valid_from"],
        )
