"""Forms of units."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from portal.forms.styles import DateInput, Styled
from portal.models import Organisation


class OrganisationForm(Styled, forms.ModelForm):
    """A unit; its code is given once and stays, because workbooks and documents name it."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Organisation
        fields = ["code", "name", "short_name", "kind", "parent", "order", "active_from"]
        widgets = {"active_from": DateInput}
        help_texts = {
            "code": "小写字母、数字和横线，例如 zhujianju；建立后不能更改",
            "name": "与印章一致的规范全称",
            "short_name": "列表和通报中使用的简称，例如 县住建局",
            "parent": "没有上级单位的不填",
            "order": "数字小的排在前面",
            "active_from": "不填为一直有效",
        }

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parent = self.fields["parent"]
        if isinstance(parent, forms.ModelChoiceField):
            parent.queryset = Organisation.objects.active(today).exclude(pk=self.instance.pk)
            parent.empty_label = "无"
        if self.instance.pk:
            del self.fields["code"]
            self.fields["version"].required = True
            self.initial["version"] = self.instance.version

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).lower()


class ClosingForm(Styled, forms.Form):
    """The last day of a unit, and why it ends."""

    last_day = forms.DateField(label="停用日期", widget=DateInput, help_text="含当日")
    reason = forms.CharField(label="停用原因", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
