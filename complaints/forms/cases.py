"""Forms that correct what was registered, and what units read of it."""

from __future__ import annotations

from typing import Any

from django import forms

from complaints.forms.steps import text_area, version_field
from complaints.kinds import CaseType, Clock, ProblemKind, Secrecy, Urgency
from complaints.models import Complaint
from complaints.services.acceptance import EDITABLE
from portal.forms.choices import LoadedChoiceField
from portal.forms.styles import Styled
from portal.models import Enterprise, Organisation, Topic, User
from portal.models.organisations import LOCAL_KINDS
from portal.selectors.enterprises import find_by_code

COLUMNS = ("kind", "clock", "topic", "problem_kind", "town", "reported", "secrecy", "urgency")


class SortingForm(Styled, forms.Form):
    """How a case is sorted: type, field, problem, places, secrecy, urgency, clock."""

    kind = forms.ChoiceField(label="类型", choices=CaseType.choices)
    problem_kind = forms.ChoiceField(label="问题类型", choices=ProblemKind.choices, initial=ProblemKind.OTHER)
    topic = LoadedChoiceField(Topic.objects.none(), label="领域", required=False)
    enterprise_code = forms.CharField(
        label="企业统一社会信用代码",
        required=False,
        max_length=30,
        help_text="名录中的企业；不清楚的留空",
    )
    town = LoadedChoiceField(Organisation.objects.none(), label="镇街园区", required=False)
    reported = LoadedChoiceField(
        Organisation.objects.none(),
        label="被反映单位",
        required=False,
        help_text="该单位及其上下级单位看不到来件人",
    )
    secrecy = forms.ChoiceField(
        label="公开程度", choices=Secrecy.choices, help_text="举报默认保密；保密件的承办单位看不到来件人"
    )
    urgency = forms.ChoiceField(label="紧急程度", choices=Urgency.choices)
    clock = forms.ChoiceField(
        label="时限类别", choices=Clock.choices, help_text="拖欠账款、信访事项各按自己的时限"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        units = list(Organisation.objects.visible_to(user).only("name", "short_name", "kind"))
        self._offer("topic", Topic.objects.visible_to(user), "未定")
        self._offer("reported", units, "没有或未定")
        self._offer("town", [unit for unit in units if unit.kind in LOCAL_KINDS], "未定")

    def _offer(self, name: str, rows: Any, empty: str) -> None:
        field = self.fields[name]
        if isinstance(field, LoadedChoiceField):
            field.offer(rows, empty=empty)

    def clean_enterprise_code(self) -> str:
        """Find the enterprise by its code; it is kept beside the cleaned values."""
        code = str(self.cleaned_data["enterprise_code"]).strip().upper()
        self.enterprise: Enterprise | None = find_by_code(self.user, code) if code else None
        if code and self.enterprise is None:
            raise forms.ValidationError("名录中没有这个统一社会信用代码，请核对；不清楚的留空")
        return code

    def columns(self) -> dict[str, Any]:
        """Return the columns of the case by name."""
        values = {name: value for name, value in self.cleaned_data.items() if name in EDITABLE}
        return values | {"enterprise": self.enterprise}


class CaseForm(SortingForm):
    """Correct how a case was sorted; the person's own words are never rewritten."""

    version = version_field()
    note = forms.CharField(
        label="修改说明（可不填）", required=False, max_length=300, widget=text_area(2, 300)
    )

    @staticmethod
    def values_of(case: Complaint) -> dict[str, Any]:
        """Return what the form begins with."""
        values: dict[str, Any] = {name: getattr(case, name) for name in ("version", *COLUMNS)}
        for name in ("topic", "town", "reported"):
            values[name] = getattr(case, f"{name}_id")
        return values | {"enterprise_code": case.enterprise.credit_code if case.enterprise else ""}


class SharedForm(Styled, forms.Form):
    """What units read where they must not learn who handed the case in."""

    version = version_field()
    title = forms.CharField(label="标题（隐去身份）", max_length=120)
    text = forms.CharField(
        label="内容（隐去身份）",
        max_length=12000,
        widget=text_area(12, 12000),
        help_text="删去姓名、电话、企业名称、地址，以及能让人猜出来件人的细节",
    )
    wishes = forms.CharField(
        label="诉求（隐去身份）", required=False, max_length=2400, widget=text_area(3, 2400)
    )

    @staticmethod
    def values_of(case: Complaint) -> dict[str, Any]:
        """Return what the form begins with."""
        return {
            "version": case.version,
            "title": case.shared_title,
            "text": case.shared_text,
            "wishes": case.shared_wishes,
        }
