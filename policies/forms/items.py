"""Forms of documents and items: what they say in words; conditions and standard have editors of their own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q

from policies.models import DOCUMENT_FIELDS, WORDING_FIELDS, Policy, PolicyItemVersion
from policies.selectors.catalogue import materials_text
from policies.services.catalogue import read_materials
from policies.terms import Review
from portal.errors import Refused
from portal.forms.styles import DateInput, Styled
from portal.models import Organisation, Topic, User
from portal.querysets import county_reader

REASON_LENGTH = 300


def area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class DocumentForm(Styled, forms.ModelForm):
    """A policy document and its fair-competition review."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Policy
        fields = DOCUMENT_FIELDS
        widgets = {
            "issued_on": DateInput,
            "valid_from": DateInput,
            "valid_until": DateInput,
            "review_on": DateInput,
            "text": area(10),
            "interpretation": area(5),
        }
        help_texts = {
            "valid_until": "没有写明有效期的留空",
            "review": "未完成审查的文件，其事项不能发布",
            "document_number": "如：云政规〔2023〕2号",
        }

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        start, end = values.get("valid_from"), values.get("valid_until")
        if start and end and end < start:
            self.add_error("valid_until", "有效期不能早于施行日期")
        if values.get("review") not in {None, Review.PENDING}:
            if not values.get("review_on"):
                self.add_error("review_on", "请填写审查日期")
            if not values.get("review_conclusion"):
                self.add_error("review_conclusion", "请填写审查结论")
        return values

    def validate_constraints(self) -> None:
        """Leave the constraints to `clean`, which says the same beside the field."""

    def values(self) -> dict[str, Any]:
        """Return the columns as the service takes them."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class RepealForm(Styled, forms.Form):
    """The repeal of a document."""

    on = forms.DateField(label="废止日期", widget=DateInput)
    reason = forms.CharField(
        label="废止依据", max_length=REASON_LENGTH, widget=area(2), help_text="如废止文件的名称和文号"
    )


class ItemForm(Styled, forms.ModelForm):
    """What an item says in words. `materials` is typed one to a line."""

    edit = forms.IntegerField(widget=forms.HiddenInput, required=False)
    topic = forms.ModelChoiceField(
        Topic.objects.none(),
        required=False,
        label="领域",
        empty_label="未定",
        help_text="企业按领域订阅提醒；改了立即生效，不必发布新版本",
    )
    materials = forms.CharField(
        label="申报材料",
        required=False,
        widget=area(4),
        help_text="每行一份；可以不交的在后面写（选交）。免申即享不收材料，留空",
    )

    class Meta:
        model = PolicyItemVersion
        fields = (*WORDING_FIELDS, "change_note")
        widgets = {
            "valid_from": DateInput,
            "valid_until": DateInput,
            "conditions_text": area(3),
            "standard_text": area(2),
            "procedure": area(4),
            "whom": area(2),
        }
        help_texts = {
            "title": "企业看得懂的名称，如：首次认定国家高新技术企业奖励",
            "article": "如：第三条第二款",
            "procedure": "每行一步，写明由谁、几天内办",
            "limit_workdays": "自认定或申请之日起，单位：工作日",
            "valid_until": "长期有效的留空",
            "conditions_text": "文件原文；参与匹配的条件在“适用条件”中录入",
            "standard_text": "文件原文；测算用的标准在“兑现标准”中录入",
            "beneficiary": "怎样确定受益企业，如：科技部门认定名单",
            "basis": "以哪份文件或哪项数据为准",
            "amount_statement": "每家多少，是否分档",
            "validity": "依据文件和起止日期",
            "change_note": "修改已发布的事项时写明改了什么、为什么",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["materials"] = materials_text(self.instance.materials or [])
        topics = self.fields["topic"]
        kept = self.instance.item.topic_id if self.instance.item_id else None
        if isinstance(topics, forms.ModelChoiceField):
            topics.queryset = Topic.objects.filter(Q(active=True) | Q(pk=kept))
        self.initial.setdefault("topic", kept)

    def clean_materials(self) -> list[dict[str, Any]]:
        try:
            return read_materials(self.cleaned_data["materials"])
        except Refused as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        start, end = values.get("valid_from"), values.get("valid_until")
        if start and end and end < start:
            self.add_error("valid_until", "截止日期不能早于起始日期")
        return values

    def validate_constraints(self) -> None:
        """Leave the constraints to `clean` and to the publication."""

    def values(self) -> dict[str, Any]:
        """Return the fields as the service takes them."""
        return {name: self.cleaned_data[name] for name in (*self.Meta.fields, "materials")}


class NewItemForm(ItemForm):
    """A new item: besides what it says, its document and the unit that leads it."""

    policy = forms.ModelChoiceField(
        Policy.objects.none(), to_field_name="code", label="政策文件", empty_label="请选择"
    )
    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), to_field_name="code", label="牵头单位", empty_label="请选择"
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        documents, units = self.fields["policy"], self.fields["organisation"]
        if isinstance(documents, forms.ModelChoiceField):
            documents.queryset = Policy.objects.visible_to(user).only("code", "title")
        if isinstance(units, forms.ModelChoiceField):
            own = Organisation.objects.visible_to(user)
            units.queryset = own if county_reader(user) else own.filter(pk=user.organisation_id)
        del self.fields["change_note"]

    def values(self) -> dict[str, Any]:
        """Return what the item says, without document and unit."""
        names = (name for name in (*self.Meta.fields, "materials") if name in self.cleaned_data)
        return {name: self.cleaned_data[name] for name in names}


class StepForm(Styled, forms.Form):
    """What a step asks for beside its button: the edit that the person saw, and a reason where it needs one."""

    edit = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, name: str, label: str = "", required: bool = True, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{name}_%s")
        super().__init__(*args, **kwargs)
        if label:
            self.fields["note"] = forms.CharField(
                label=label,
                required=required,
                max_length=REASON_LENGTH,
                widget=forms.Textarea(attrs={"class": "field__input", "rows": 3, "maxlength": REASON_LENGTH}),
                error_messages={"required": f"请填写{label}"},
            )

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in."""
        return len(self.fields) > 1
