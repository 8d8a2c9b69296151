"""The form by which an item is handed over to another unit."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from policies.forms.items import REASON_LENGTH, area
from policies.models import PolicyItem
from portal.forms.styles import Styled
from portal.models import Organisation, User


class HandoverForm(Styled, forms.Form):
    """To whom and why; `version` is the item's that the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), to_field_name="code", label="接收单位", empty_label="请选择"
    )
    reason = forms.CharField(
        label="移交原因",
        max_length=REASON_LENGTH,
        widget=area(3),
        help_text="如机构改革文件的名称和文号；两个单位都能看到",
    )

    def __init__(self, *args: Any, item: PolicyItem, user: User, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"version": item.version})
        super().__init__(*args, **kwargs)
        units = self.fields["organisation"]
        if isinstance(units, forms.ModelChoiceField):
            others = Organisation.objects.visible_to(user).active(today)
            units.queryset = others.exclude(pk=item.organisation_id)
