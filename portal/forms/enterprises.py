"""Forms of market entities; each mirrors a service, which judges again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from portal.credit_codes import clean_credit_code
from portal.enterprise_terms import FACTS, LABELS, EntityState, FactKind, LabelKind, label_name
from portal.forms.styles import DateInput, Styled
from portal.industries import clean_industry
from portal.models import Enterprise, EnterpriseLabel, User
from portal.selectors.enterprises import local_units
from portal.services.enterprises import Basis

_REASON = forms.Textarea(attrs={"rows": 2})


def _checked(check: Callable[[str], str], text: str) -> str:
    try:
        return check(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


class EnterpriseForm(Styled, forms.ModelForm):
    """A market entity by its business licence."""

    # Longer than they are kept: spaces in a code and the letter before an industry are read away.
    credit_code = forms.CharField(
        label="统一社会信用代码",
        max_length=30,
        help_text="18 位，以营业执照为准；最后一位为校验位",
        error_messages={"unique": "该代码已经登记，请查找该市场主体后修改"},
    )
    industry = forms.CharField(
        label="行业代码",
        max_length=8,
        required=False,
        help_text="国民经济行业分类代码 2 至 4 位，如 3525；决定适用的划型标准",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Enterprise
        fields = [
            "credit_code",
            "name",
            "kind",
            "industry",
            "town",
            "address",
            "founded_on",
            "public_phone",
            "website",
        ]
        widgets = {"founded_on": DateInput}
        help_texts = {
            "name": "与营业执照一致的全称",
            "town": "按住所所在地",
            "public_phone": "只填企业对外公布的电话，不填个人号码",
        }

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        town = self.fields["town"]
        if isinstance(town, forms.ModelChoiceField):
            town.queryset = local_units(user)
            town.empty_label = "未定"
        if self.instance.pk:
            self.fields["version"].required = True
            self.initial["version"] = self.instance.version

    def clean_credit_code(self) -> str:
        return _checked(clean_credit_code, self.cleaned_data["credit_code"])

    def clean_industry(self) -> str:
        code = self.cleaned_data["industry"]
        return _checked(clean_industry, code) if code else ""

    def values(self) -> dict[str, Any]:
        """Return the columns as the service takes them."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class StateForm(Styled, forms.Form):
    """A change of the registration."""

    state = forms.ChoiceField(label="状态", choices=EntityState.choices)
    on = forms.DateField(label="自何日起", widget=DateInput)
    note = forms.CharField(label="说明", max_length=200, required=False, widget=_REASON)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, enterprise: Enterprise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", enterprise.version)

    def values(self) -> dict[str, Any]:
        return self.cleaned_data | {"state": EntityState(self.cleaned_data["state"])}


class _BasisForm(Styled, forms.Form):
    """Where something is known from and since when; `basis` is how the services take it."""

    source = forms.CharField(label="来源", max_length=60, help_text="文件或报表，如 2022年企业年报")

    def __init__(self, *args: Any, enterprise: Enterprise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class FactForm(_BasisForm):
    """A number about an entity, in the unit that stands beside its name."""

    field_order = ["kind", "value", "year", "valid_from", "source"]
    kind = forms.ChoiceField(
        label="数据", choices=[(kind.value, f"{kind.label}（{term.unit}）") for kind, term in FACTS.items()]
    )
    value = forms.DecimalField(label="数值", max_digits=17, decimal_places=4, help_text="单位见上")
    year = forms.IntegerField(label="所属年度", min_value=2000, max_value=2100, help_text="如 2022")
    valid_from = forms.DateField(
        label="起用日期", required=False, widget=DateInput, help_text="不填的，自次年1月1日起用"
    )

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        start = data["valid_from"] or date(data["year"] + 1, 1, 1)
        basis = Basis(data["source"], start, period_year=data["year"])
        return {"kind": FactKind(data["kind"]), "value": data["value"], "basis": basis}


class LabelForm(_BasisForm):
    """A recognition, a listing, or a mark."""

    field_order = ["label", "valid_from", "valid_to", "source"]
    label = forms.ChoiceField(
        label="标签",
        choices=[
            (f"{kind.value}:{level.value}", label_name(kind, level))
            for kind, term in LABELS.items()
            for level in sorted(term.levels)
        ],
    )
    valid_from = forms.DateField(label="认定日期", widget=DateInput)
    valid_to = forms.DateField(
        label="有效期至", required=False, widget=DateInput, help_text="含当日；长期有效的不填"
    )

    def values(self) -> dict[str, Any]:
        data = self.cleaned_data
        kind, _, level = data["label"].partition(":")
        basis = Basis(data["source"], data["valid_from"], data["valid_to"])
        return {"kind": LabelKind(kind), "level": level, "basis": basis}


class EndLabelForm(Styled, forms.Form):
    """The last day of a label, and why it ends."""

    label = forms.ModelChoiceField(
        EnterpriseLabel.objects.none(), label="标签", empty_label="请选择", to_field_name="pk"
    )
    last_day = forms.DateField(label="截止日期", widget=DateInput, help_text="含当日")
    reason = forms.CharField(label="依据", max_length=200, widget=_REASON)

    def __init__(self, *args: Any, enterprise: Enterprise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label = self.fields["label"]
        if isinstance(label, forms.ModelChoiceField):
            label.queryset = enterprise.labels.order_by("kind", "-valid_from")

    def values(self) -> dict[str, Any]:
        return self.cleaned_data


class KeptForm(Styled, forms.Form):
    """Which entity is kept."""

    kept = forms.CharField(label="保留的统一社会信用代码", max_length=30, help_text="另一条并入这一条")


class MergeForm(KeptForm):
    """Which entity is kept, and why the two are one."""

    reason = forms.CharField(label="理由", max_length=200, widget=_REASON)


class UndoForm(Styled, forms.Form):
    """Why a merge is taken back."""

    reason = forms.CharField(label="撤销理由", max_length=200, widget=_REASON)

    def __init__(self, *args: Any, enterprise: Enterprise, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def values(self) -> dict[str, Any]:
        return self.cleaned_data


class RegisterUploadForm(Styled, forms.Form):
    """A filled-in workbook of the register."""

    file = forms.FileField(label="工作簿", widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods"}))
