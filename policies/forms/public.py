"""What the public fills in: the search, the eight questions, a credit code, and the answer by a link."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms

from policies.criteria import Profile
from policies.criteria.vocabulary import ADVERSE_LABELS, LABELS
from policies.models import PolicyItemVersion
from policies.selectors.self_check import with_size
from policies.services.proposals import Answer
from policies.terms import Category, Mode
from portal.credit_codes import clean_credit_code
from portal.enterprise_terms import EntityKind, EntityState, FactKind
from portal.file_kinds import MB, PUBLIC_MAX_BYTES
from portal.forms.styles import Styled
from portal.industries import DIVISIONS, Section, section_of
from portal.models import Organisation

ANY: Final = [("", "不限")]
_PHONE = re.compile(r"(?:1\d{10}|0\d{2,3}-?\d{7,8}|\d{3}-?\d{4,5})")
RECOGNISED: Final = {key: label for key, label in LABELS.items() if key not in ADVERSE_LABELS}


class SearchForm(Styled, forms.Form):
    """The search: words and four narrowings, all kept in the address."""

    q = forms.CharField(label="关键词", required=False, max_length=60)
    category = forms.ChoiceField(label="类别", required=False, choices=[*ANY, *Category.choices])
    mode = forms.ChoiceField(label="兑现方式", required=False, choices=[*ANY, *Mode.choices])
    unit = forms.ChoiceField(label="牵头单位", required=False)
    industry = forms.ChoiceField(label="所属行业", required=False, choices=[*ANY, *Section.choices])

    def __init__(self, *args: Any, units: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit_field().choices = [*ANY, *((unit.code, unit.short_name) for unit in units)]

    def unit_field(self) -> forms.ChoiceField:
        field = self.fields["unit"]
        if not isinstance(field, forms.ChoiceField):
            raise TypeError("the lead unit is chosen from a list")
        return field


def _industries() -> list[tuple[str, Any]]:
    """Return the divisions of GB/T 4754, grouped by section."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for code, name in DIVISIONS.items():
        groups.setdefault(Section(section_of(code)).label, []).append((code, name))
    return [("", "请选择"), *groups.items()]


class QuestionsForm(Styled, forms.Form):
    """Eight questions; what is not known stays open and is judged 信息不足."""

    kind = forms.ChoiceField(
        label="您是哪类市场主体", choices=EntityKind.choices, initial=EntityKind.ENTERPRISE
    )
    industry = forms.ChoiceField(label="主要从事什么行业", required=False, choices=_industries)
    founded_on = forms.DateField(
        label="什么时候成立",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "请选择成立日期"},
    )
    employees = forms.IntegerField(
        label="现有从业人员多少人", required=False, min_value=0, max_value=1_000_000
    )
    revenue = forms.DecimalField(
        label="上年营业收入多少万元",
        required=False,
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        help_text="按万元填写，如 1,200 万元填 1200",
    )
    rd_expense = forms.DecimalField(
        label="上年研发费用多少万元",
        required=False,
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        help_text="按万元填写，没有的填 0",
    )
    labels = forms.MultipleChoiceField(
        label="往年已经取得哪些认定",
        required=False,
        choices=list(RECOGNISED.items()),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "in-columns"}),
        help_text="没有的不用选",
    )
    new_labels = forms.MultipleChoiceField(
        label="今年新取得哪些认定",
        required=False,
        choices=list(RECOGNISED.items()),
        widget=forms.CheckboxSelectMultiple(attrs={"class": "in-columns"}),
        help_text="没有的不用选",
    )

    def profile(self, on: date) -> Profile:
        """Return what was answered as a profile of the day; the size class is worked out from it."""
        values = self.cleaned_data
        given = {
            FactKind.EMPLOYEES: "employees",
            FactKind.REVENUE: "revenue",
            FactKind.RD_EXPENSE: "rd_expense",
        }
        facts = {
            kind.value: Decimal(values[name]) for kind, name in given.items() if values[name] is not None
        }
        before, this_year = date(on.year - 1, 1, 1), date(on.year, 1, 1)
        return with_size(
            Profile(
                on=on,
                kind=values["kind"],
                state=EntityState.ACTIVE.value,
                industry=f"{section_of(values['industry'])}{values['industry']}"
                if values["industry"]
                else "",
                founded_on=values["founded_on"],
                facts=facts,
                labels={
                    **dict.fromkeys(values["labels"], before),
                    **dict.fromkeys(values["new_labels"], this_year),
                },
            )
        )


class CodeForm(Styled, forms.Form):
    """A credit code."""

    code = forms.CharField(
        label="统一社会信用代码",
        max_length=30,
        help_text="18 位，在营业执照上",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )

    def clean_code(self) -> str:
        try:
            return clean_credit_code(self.cleaned_data["code"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class AnswerForm(Styled, forms.Form):
    """The enterprise's answer by its link: contact, account and, where materials are asked for, one file for each."""

    contact = forms.CharField(label="联系人", max_length=20)
    phone = forms.CharField(
        label="联系电话", max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    account = forms.CharField(
        label="收款账户",
        max_length=80,
        help_text="开户行和账号，户名须与企业名称一致",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    statement = forms.CharField(
        label="情况说明",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 500}),
    )
    promised = forms.BooleanField(
        label="我承诺所填内容和材料真实有效，如有不实，退回资金并承担责任",
        error_messages={"required": "请先作出承诺"},
    )

    def __init__(self, *args: Any, version: PolicyItemVersion, is_money: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_money:
            del self.fields["account"]
        self.materials = {f"material_{place}": row for place, row in enumerate(version.materials)}
        for name, row in self.materials.items():
            self.fields[name] = _material_field(row)
        self.order_fields(["contact", "phone", "account", *self.materials, "statement", "promised"])

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data["phone"]).strip().replace(" ", "")
        if not _PHONE.fullmatch(phone):
            raise forms.ValidationError("请填写 11 位手机号，或带区号的座机号码")
        return phone

    def answer(self) -> Answer:
        values = self.cleaned_data
        return Answer(
            contact=values["contact"],
            phone=values["phone"],
            account=values.get("account", ""),
            statement=values["statement"],
            promised=values["promised"],
            materials={row["name"]: "" for name, row in self.materials.items() if values[name]},
        )

    def uploads(self) -> dict[str, Any]:
        """Return the files by the name of their material."""
        return {
            row["name"]: upload for name, row in self.materials.items() if (upload := self.cleaned_data[name])
        }


def _material_field(row: Mapping[str, Any]) -> forms.FileField:
    field = forms.FileField(
        label=row["name"],
        required=row.get("required", True),
        help_text=f"照片（JPG、PNG、WebP）或 PDF，不超过 {PUBLIC_MAX_BYTES // MB} MB",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,application/pdf"}),
    )
    field.error_messages["required"] = f"请上传{row['name']}"
    field.widget.attrs["class"] = "field__input"
    return field
