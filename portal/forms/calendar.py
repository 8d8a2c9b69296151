"""Forms of the working calendar."""

from __future__ import annotations

from django import forms

from portal.forms.styles import Styled
from portal.services.calendar import FIRST_YEAR, DayKind

LAST_YEAR = 2099


class CalendarUploadForm(Styled, forms.Form):
    """A year's arrangement as a CSV file."""

    year = forms.IntegerField(
        label="年份",
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        error_messages={
            "invalid": "请填四位年份",
            "min_value": f"年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间",
            "max_value": f"年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间",
        },
    )
    source = forms.CharField(label="依据", max_length=120, help_text="如：国办发明电〔2025〕7号")
    file = forms.FileField(
        label="放假安排（CSV）",
        help_text="按模板填写：日期、类型（休息或上班）、名称",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"empty": "文件是空的，请重新选择"},
    )


class CalendarDayForm(Styled, forms.Form):
    """One day made worked, off or plain, with the reason."""

    kind = forms.ChoiceField(
        label="安排",
        choices=[
            (DayKind.PLAIN.value, "按周一至周五"),
            (DayKind.REST.value, "休息"),
            (DayKind.WORK.value, "上班"),
        ],
        widget=forms.RadioSelect,
    )
    name = forms.CharField(label="名称", max_length=40, required=False, help_text="如：国庆节、国庆节调休")
    reason = forms.CharField(
        label="依据",
        max_length=120,
        help_text="文件文号，或县里停工、停课等通知",
        widget=forms.TextInput(),
    )
