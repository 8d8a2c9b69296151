"""The form at the desk: a case as the clerk writes it down while the person is speaking."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q

from complaints.forms.cases import SortingForm
from complaints.forms.steps import text_area
from complaints.kinds import CaseType, Channel, Clock, ProblemKind, Secrecy, Urgency
from complaints.sealing import Person
from complaints.services.intake import TEXT_LENGTH, TITLE_LENGTH, WISHES_LENGTH, Entry
from portal.forms.files import FilesField
from portal.models import Enterprise
from portal.selectors.enterprises import find_by_code, found_by

DESK_CHANNELS = (
    Channel.PHONE,
    Channel.HOTLINE,
    Channel.COUNTER,
    Channel.LETTER,
    Channel.EMAIL,
    Channel.WECHAT,
    Channel.VISIT,
    Channel.ROUNDTABLE,
    Channel.SUPERIOR,
)
SHOWN = 5


class IntakeForm(SortingForm):
    """What was said first, then who said it, then how it is sorted; Tab goes through it in that order."""

    channel = forms.ChoiceField(
        label="来源", choices=[(one.value, one.label) for one in DESK_CHANNELS], initial=Channel.PHONE
    )
    external_number = forms.CharField(
        label="来源编号", required=False, max_length=40, help_text="12345 工单号、上级文号；没有的留空"
    )
    title = forms.CharField(
        label="标题", max_length=TITLE_LENGTH, help_text="一句话说明要反映什么，不写姓名、电话"
    )
    text = forms.CharField(label="内容", max_length=TEXT_LENGTH, widget=text_area(7, TEXT_LENGTH))
    wishes = forms.CharField(
        label="诉求", required=False, max_length=WISHES_LENGTH, widget=text_area(2, WISHES_LENGTH)
    )
    name = forms.CharField(
        label="来件人姓名", required=False, max_length=60, help_text="姓名、电话等加密保存；都不填的为匿名"
    )
    phone = forms.CharField(label="联系电话", required=False, max_length=40)
    company = forms.CharField(label="来件人单位", required=False, max_length=120)
    address = forms.CharField(label="联系地址", required=False, max_length=200)
    uploads = FilesField(label="材料")
    key = forms.CharField(max_length=40, widget=forms.HiddenInput())
    is_new = forms.BooleanField(
        label="已核对，不是同一件，仍然登记", required=False, widget=forms.HiddenInput()
    )

    field_order = (
        "channel",
        "external_number",
        "kind",
        "title",
        "text",
        "wishes",
        "name",
        "phone",
        "enterprise_code",
        "company",
        "address",
        "reported",
        "topic",
        "problem_kind",
        "town",
        "urgency",
        "clock",
        "secrecy",
        "uploads",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["enterprise_code"].label = "企业"
        self.fields[
            "enterprise_code"
        ].help_text = "名录中的名称或统一社会信用代码；不在名录中的填在来件人单位"
        secrecy = self.fields["secrecy"]
        if isinstance(secrecy, forms.ChoiceField):
            secrecy.choices = [("", "按类型：举报保密，其他公开"), *Secrecy.choices]
            secrecy.required = False
        self.fields["title"].widget.attrs["autofocus"] = True
        for name in ("name", "phone", "company", "address"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean_enterprise_code(self) -> str:
        """Find the enterprise by code or by name; several of the same words are named to choose from."""
        typed = str(self.cleaned_data["enterprise_code"]).strip()
        self.enterprise = None
        if not typed:
            return ""
        self.enterprise = find_by_code(self.user, typed.upper())
        if self.enterprise is None:
            self.enterprise = self._by_name(typed)
        return typed

    def _by_name(self, typed: str) -> Enterprise:
        rows = Enterprise.objects.visible_to(self.user).current()
        found = list(rows.filter(Q(name=typed) | found_by(typed)).order_by("pk")[: SHOWN + 1])
        exact = [row for row in found if row.name == typed]
        if len(exact) == 1 or len(found) == 1:
            return (exact or found)[0]
        if not found:
            raise forms.ValidationError("名录中没有这家企业，请核对；不在名录中的请填在“来件人单位”")
        names = "、".join(f"{row.name}（{row.credit_code}）" for row in found[:SHOWN])
        raise forms.ValidationError(f"名录中有多家：{names}，请填写统一社会信用代码")

    def entry(self) -> Entry:
        """Return the case as the service takes it in."""
        data = self.cleaned_data
        return Entry(
            channel=Channel(data["channel"]),
            kind=CaseType(data["kind"]),
            title=data["title"],
            text=data["text"],
            wishes=data["wishes"],
            problem_kind=ProblemKind(data["problem_kind"]),
            clock=Clock(data["clock"]),
            urgency=Urgency(data["urgency"]),
            secrecy=data["secrecy"],
            topic=data["topic"],
            enterprise=self.enterprise,
            town=data["town"],
            reported=data["reported"],
            external_number=data["external_number"],
            person=Person(data["name"], data["phone"], data["company"], data["address"]),
        )


class LikeForm(forms.Form):
    """What is known while the clerk is still typing; nothing of it is required."""

    title = forms.CharField(required=False, max_length=TITLE_LENGTH)
    phone = forms.CharField(required=False, max_length=40)
    enterprise_code = forms.CharField(required=False, max_length=120)
    reported = forms.CharField(required=False, max_length=10)
