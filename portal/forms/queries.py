from __future__ import annotations

from django import forms

from portal.forms.styles import Styled


class SavedQueryForm(Styled, forms.Form):
    """The name of a list's conditions; the list and the conditions come along."""

    name = forms.CharField(label="名称", max_length=30, help_text="例如：本周到期的红灯")
    path = forms.CharField(max_length=200, widget=forms.HiddenInput)
    conditions = forms.CharField(max_length=4000, required=False, widget=forms.HiddenInput)
