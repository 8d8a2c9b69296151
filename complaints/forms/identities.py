"""Forms about who handed a case in, and about keeping away from a case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from portal.forms.styles import Styled
from portal.models import User
from portal.roles import OFFICE_ROLES, Role

_LINES = forms.Textarea(attrs={"rows": 2, "maxlength": 300, "class": "field__input"})


class MotiveForm(Styled, forms.Form):
    """What the person's name is needed for."""

    motive = forms.CharField(
        label="用途", max_length=300, widget=_LINES, help_text="每次查看都会留痕，只用于办理此件"
    )


class DecisionForm(Styled, forms.Form):
    """Yes for some hours, or no; the reason is read by the asker."""

    decision = forms.ChoiceField(
        label="审批", choices=(("grant", "同意"), ("refuse", "不同意")), widget=forms.RadioSelect()
    )
    reason = forms.CharField(label="审批意见", max_length=300, widget=_LINES, help_text="申请人会看到")
    hours = forms.IntegerField(
        label="有效时间（小时）", min_value=1, max_value=720, initial=24, widget=forms.NumberInput()
    )


class RecusalForm(Styled, forms.Form):
    """Why; the office's head may name somebody else of the office."""

    person = forms.ModelChoiceField(
        User.objects.none(), label="回避人", required=False, empty_label="本人", widget=forms.Select()
    )
    reason = forms.CharField(label="回避理由", max_length=300, widget=_LINES)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["person"]
        self.people: QuerySet[User] = User.objects.none()
        if not user.has_role(Role.OFFICE_HEAD):
            del self.fields["person"]
        elif isinstance(chosen, forms.ModelChoiceField):
            readers = [*OFFICE_ROLES, Role.INSPECTOR]
            active = User.objects.visible_to(user).filter(is_active=True, grants__role__in=readers)
            self.people = chosen.queryset = active.exclude(pk=user.pk).distinct()
