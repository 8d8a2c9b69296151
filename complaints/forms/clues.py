"""The form of an observer's clue."""

from __future__ import annotations

from typing import Any

from django import forms

from complaints.forms.steps import text_area
from complaints.kinds import CaseType, Channel, Secrecy
from complaints.services.intake import TEXT_LENGTH, TITLE_LENGTH, Entry
from portal.forms.choices import LoadedChoiceField, offer_rows
from portal.forms.files import FilesField
from portal.forms.styles import Styled
from portal.models import Organisation


class ClueForm(Styled, forms.Form):
    """What an observer saw: short, with photos."""

    kind = forms.ChoiceField(
        label="类型",
        choices=[
            (one.value, one.label) for one in (CaseType.COMPLAINT, CaseType.SUGGESTION, CaseType.REPORT)
        ],
    )
    title = forms.CharField(label="标题", max_length=TITLE_LENGTH, help_text="一句话说明发现了什么")
    text = forms.CharField(
        label="内容",
        max_length=TEXT_LENGTH,
        widget=text_area(6, TEXT_LENGTH),
        help_text="时间、地点、单位、经过",
    )
    reported = LoadedChoiceField(
        Organisation.objects.none(), label="涉及单位", required=False, help_text="涉及单位不会知道是谁反映的"
    )
    uploads = FilesField(label="照片和材料", required=False)
    key = forms.CharField(max_length=40, widget=forms.HiddenInput())

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "reported", units, empty="不清楚")

    def entry(self) -> Entry:
        data = self.cleaned_data
        return Entry(
            channel=Channel.OBSERVER,
            kind=CaseType(data["kind"]),
            secrecy=Secrecy.SECRET,
            title=data["title"],
            text=data["text"],
            reported=data["reported"],
        )
