"""The form of an exclusive group."""

from __future__ import annotations

from django import forms

from policies.models import ExclusiveGroup
from policies.services.groups import GroupTerms
from portal.forms.styles import Styled


class GroupForm(Styled, forms.ModelForm):
    """What a group is called, and what it excludes."""

    class Meta:
        model = ExclusiveGroup
        fields = ("name", "rule", "repeat", "source")
        labels = {"repeat": "互斥期间"}
        help_texts = {
            "name": "如：科技创新奖励",
            "rule": "就高：只得最高一项，已得的补差；一次：得过一项后不再得其他",
            "repeat": "一次性：历年合并计算；每年一次：一年之内不重复，跨年可再享受",
            "source": "如：十八条措施第三条",
        }
        error_messages = {"name": {"unique": "已有同名的互斥组，请换个名称"}}

    def terms(self) -> GroupTerms:
        """Return what was filled in, as the service takes it."""
        return GroupTerms(**{name: self.cleaned_data[name] for name in self.Meta.fields})
