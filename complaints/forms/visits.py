"""Forms of visits, pairings, round-tables and campaigns, and of the demands heard there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q

from complaints.forms.steps import text_area
from complaints.kinds import CaseType, Channel, Urgency
from complaints.models import Gathering
from complaints.services.intake import TEXT_LENGTH, TITLE_LENGTH, WISHES_LENGTH, Entry
from complaints.services.visits import GatheringNote, VisitNote
from portal.forms.choices import LoadedChoiceField, offer_rows
from portal.forms.styles import DateInput, Styled
from portal.models import Enterprise, Organisation, Topic, User
from portal.roles import OFFICE_ROLES
from portal.selectors.enterprises import find_by_code, found_by

SHOWN = 5
MOST_ENTERPRISES = 60


def find_enterprise(user: User, typed: str) -> Enterprise:
    """Return the enterprise of the register with this code or name; raises `ValidationError` naming the likely ones."""
    found = find_by_code(user, typed.upper())
    if found is not None:
        return found
    rows = Enterprise.objects.visible_to(user).current()
    likely = list(rows.filter(Q(name=typed) | found_by(typed)).order_by("pk")[: SHOWN + 1])
    exact = [row for row in likely if row.name == typed]
    if len(exact) == 1 or len(likely) == 1:
        return (exact or likely)[0]
    if not likely:
        raise forms.ValidationError(f"市场主体名录中没有“{typed}”，请核对名称或统一社会信用代码")
    names = "、".join(f"{row.name}（{row.credit_code}）" for row in likely[:SHOWN])
    raise forms.ValidationError(f"“{typed}”在名录中有多家：{names}，请填写统一社会信用代码")


class EnterpriseField(forms.CharField):
    """An enterprise by its code or name; the form looks it up for the person who fills it in."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "企业")
        kwargs.setdefault("help_text", "名称或统一社会信用代码")
        super().__init__(max_length=120, **kwargs)


class DemandForm(Styled, forms.Form):
    """A demand heard at a visit or meeting; it becomes a case."""

    kind = forms.ChoiceField(label="类型", choices=CaseType.choices, initial=CaseType.HELP)
    title = forms.CharField(label="诉求标题", max_length=TITLE_LENGTH, help_text="一句话说明要解决什么")
    text = forms.CharField(label="诉求内容", max_length=TEXT_LENGTH, widget=text_area(4, TEXT_LENGTH))
    wishes = forms.CharField(
        label="希望怎样解决", required=False, max_length=WISHES_LENGTH, widget=text_area(2, WISHES_LENGTH)
    )
    topic = LoadedChoiceField(Topic.objects.none(), label="领域", required=False)
    urgency = forms.ChoiceField(label="紧急程度", choices=Urgency.choices, initial=Urgency.NORMAL)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        offer_rows(self, "topic", Topic.objects.visible_to(user), empty="未定")

    def entry(self) -> Entry:
        """Return the demand as the services take it in; they set channel, visit and enterprise."""
        data = self.cleaned_data
        return Entry(
            channel=Channel.VISIT,
            kind=CaseType(data["kind"]),
            title=data["title"],
            text=data["text"],
            wishes=data["wishes"],
            topic=data["topic"],
            urgency=Urgency(data["urgency"]),
        )


class GatheringDemandForm(DemandForm):
    """A demand heard at a meeting, with the enterprise that raised it."""

    enterprise = EnterpriseField(required=False, help_text="提出诉求的企业；会议共同提出的留空")
    field_order = ("enterprise", "kind", "title", "text", "wishes", "topic", "urgency")

    def clean_enterprise(self) -> Enterprise | None:
        typed = self.cleaned_data["enterprise"].strip()
        return find_enterprise(self.user, typed) if typed else None

    def entry(self) -> Entry:
        values = vars(super().entry()) | {"enterprise": self.cleaned_data["enterprise"]}
        return Entry(**values)


class VisitTextsForm(Styled, forms.Form):
    """The texts of a visit, which its visitor may correct."""

    companions = forms.CharField(label="同行人员", required=False, max_length=200)
    place = forms.CharField(label="地点", required=False, max_length=80)
    situation = forms.CharField(label="经营情况", required=False, max_length=2000, widget=text_area(4, 2000))
    policies_told = forms.CharField(
        label="宣讲政策", required=False, max_length=1000, widget=text_area(2, 1000)
    )


class VisitEditForm(VisitTextsForm):
    version = forms.IntegerField(widget=forms.HiddenInput())


class VisitForm(VisitTextsForm):
    """A visit as it is written down, with the first demand heard."""

    enterprise = EnterpriseField()
    visitor = LoadedChoiceField(User.objects.none(), label="走访人", required=False)
    on = forms.DateField(label="走访日期", widget=DateInput())
    demand_title = forms.CharField(
        label="诉求标题",
        required=False,
        max_length=TITLE_LENGTH,
        help_text="企业没有提出诉求的留空；多项诉求保存后逐项补充",
    )
    demand_text = forms.CharField(
        label="诉求内容", required=False, max_length=TEXT_LENGTH, widget=text_area(3, TEXT_LENGTH)
    )

    field_order = (
        "enterprise",
        "visitor",
        "on",
        "companions",
        "place",
        "situation",
        "policies_told",
        "demand_title",
        "demand_text",
    )

    def __init__(self, *args: Any, user: User, people: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        if user.has_role(*OFFICE_ROLES):
            offer_rows(self, "visitor", people, empty="本人")
        else:
            del self.fields["visitor"]

    def clean_enterprise(self) -> Enterprise:
        return find_enterprise(self.user, self.cleaned_data["enterprise"].strip())

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        if bool(values.get("demand_title")) != bool(values.get("demand_text")):
            missing = "demand_text" if values.get("demand_title") else "demand_title"
            self.add_error(missing, "诉求的标题和内容须同时填写；没有诉求的都留空")
        return values

    def note(self) -> VisitNote:
        data = self.cleaned_data
        return VisitNote(
            enterprise=data["enterprise"],
            on=data["on"],
            visitor=data.get("visitor"),
            companions=data["companions"],
            place=data["place"],
            situation=data["situation"],
            policies_told=data["policies_told"],
        )

    def demands(self) -> list[Entry]:
        data = self.cleaned_data
        if not data["demand_title"]:
            return []
        entry = Entry(Channel.VISIT, CaseType.HELP, title=data["demand_title"], text=data["demand_text"])
        return [entry]


class PairingForm(Styled, forms.Form):
    """Who looks after which enterprise from when."""

    person = LoadedChoiceField(User.objects.none(), label="包联人")
    enterprise = EnterpriseField()
    since = forms.DateField(label="开始日期", widget=DateInput())

    def __init__(self, *args: Any, user: User, people: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        offer_rows(self, "person", people, empty="请选择")

    def clean_enterprise(self) -> Enterprise:
        return find_enterprise(self.user, self.cleaned_data["enterprise"].strip())


class GatheringForm(Styled, forms.Form):
    """A round-table, a reception day or a campaign."""

    kind = forms.ChoiceField(label="类别", choices=Gathering.Kind.choices)
    title = forms.CharField(label="名称", max_length=80)
    start_on = forms.DateField(label="开始日期", widget=DateInput())
    end_on = forms.DateField(label="结束日期", widget=DateInput())
    host = LoadedChoiceField(Organisation.objects.none(), label="主办单位")
    place = forms.CharField(label="地点", required=False, max_length=80)
    chair = forms.CharField(label="主持人", required=False, max_length=40)
    enterprises = forms.CharField(
        label="参加企业",
        required=False,
        widget=text_area(4, 5000),
        help_text=f"一行一家，写名称或统一社会信用代码，最多 {MOST_ENTERPRISES} 家",
    )
    summary = forms.CharField(label="情况", required=False, max_length=5000, widget=text_area(4, 5000))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        units = Organisation.objects.visible_to(user).only("name", "short_name")
        offer_rows(self, "host", units, empty="请选择")

    def clean_enterprises(self) -> tuple[Enterprise, ...]:
        """Look the enterprises up: all codes and full names with one query, the rest one by one."""
        lines = [line.strip() for line in self.cleaned_data["enterprises"].splitlines() if line.strip()]
        if len(lines) > MOST_ENTERPRISES:
            raise forms.ValidationError(f"最多 {MOST_ENTERPRISES} 家，现有 {len(lines)} 行")
        rows = Enterprise.objects.visible_to(self.user).current()
        known = {}
        for row in rows.filter(Q(credit_code__in=[line.upper() for line in lines]) | Q(name__in=lines)):
            known[row.credit_code] = known[row.name] = row
        missing = [line for line in lines if line not in known and line.upper() not in known]
        if missing:
            raise forms.ValidationError(f"市场主体名录中没有：{'、'.join(missing[:SHOWN])}，请核对")
        found = [known.get(line) or known[line.upper()] for line in lines]
        return tuple(dict.fromkeys(found))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        start, end = values.get("start_on"), values.get("end_on")
        if start and end and end < start:
            self.add_error("end_on", "结束日期不能早于开始日期")
        return values

    def note(self) -> GatheringNote:
        data = dict(self.cleaned_data)
        data["kind"] = Gathering.Kind(data["kind"])
        return GatheringNote(**data)


class VisitUploadForm(Styled, forms.Form):
    """The workbook of visits."""

    file = forms.FileField(
        label="工作簿",
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        help_text="由“导出”得到的工作簿，可增加行",
    )
