"""The upload of tickets."""

from __future__ import annotations

from django import forms

from portal.forms.styles import Styled


class TicketUploadForm(Styled, forms.Form):
    """A workbook of 12345 tickets."""

    file = forms.FileField(
        label="工作簿",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods"}),
        help_text="12345 系统导出的工单表，或下载模板填写；一次最多 5 万件，超过 500 件的在后台登记",
    )
