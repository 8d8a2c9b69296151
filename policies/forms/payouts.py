"""Forms of the payout ledger, its batches and budgets."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from policies.amounts.money import UNITS
from policies.models import ApprovalBand, Budget, PolicyItem
from policies.services.budgets import Band
from policies.services.payouts import Candidate
from policies.terms import Level, Repeat
from portal.forms.styles import DateInput, Styled
from portal.models import Enterprise, Organisation, User

BOOK = forms.ClearableFileInput(
    attrs={"class": "field__input field__input--files", "accept": ".xlsx,.xls,.ods"}
)
BAND_ROWS = 5


class BatchForm(Styled, forms.Form):
    """A new batch."""

    title = forms.CharField(label="批次名称", max_length=120, help_text="如：2023年第一批规上工业企业奖励")


class ItemChoice(forms.ModelChoiceField):
    """A choice of items by number and title."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.number}　{obj.current.title}"


class EntryForm(Styled, forms.Form):
    """One payment entered by hand."""

    credit_code = forms.CharField(label="统一社会信用代码", max_length=18)
    item = ItemChoice(PolicyItem.objects.none(), to_field_name="number", label="事项", empty_label="请选择")
    period = forms.IntegerField(
        label="所属年度", required=False, min_value=2000, max_value=2100, help_text="一次性事项不填"
    )
    amount = forms.DecimalField(
        label="金额（元）", max_digits=14, decimal_places=2, min_value=Decimal("0.01")
    )
    voucher = forms.CharField(label="凭证号", max_length=60, required=False)

    def __init__(self, *args: Any, user: User, unit: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        choice = self.fields["item"]
        if isinstance(choice, forms.ModelChoiceField):
            rows = PolicyItem.objects.visible_to(user).filter(organisation=unit, current__isnull=False)
            choice.queryset = rows.select_related("current__group", "current__item__organisation")

    def clean_credit_code(self) -> Enterprise:
        code = self.cleaned_data["credit_code"].strip().upper()
        row = Enterprise.objects.visible_to(self.user).filter(credit_code=code).first()
        if row is None:
            raise forms.ValidationError("登记库中没有这个信用代码的市场主体，请核对")
        return row

    def candidate(self, today: date) -> Candidate:
        """Return the payment as the ledger's checks take it."""
        values = self.cleaned_data
        version = values["item"].current
        period = str(values["period"] or "")
        if version.repeat == Repeat.YEARLY and not period:
            period = str(today.year)
        return Candidate(
            version, values["credit_code"], values["amount"], today, period, voucher=values["voucher"]
        )


class BatchStepForm(Styled, forms.Form):
    """What a step of a batch asks for; `edit` is the one that the person saw."""

    edit = forms.IntegerField(
        widget=forms.HiddenInput, error_messages={"required": "页面已过期，请刷新后再提交"}
    )

    def __init__(self, *args: Any, name: str, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{name}_%s")
        super().__init__(*args, **kwargs)
        self.name = name
        if name in {"return", "cancel"}:
            self.fields["note"] = forms.CharField(
                label="原因",
                max_length=300,
                widget=forms.Textarea(attrs={"class": "field__input", "rows": 2}),
            )
        if name == "pay":
            day = DateInput()
            day.attrs["class"] = "field__input"
            self.fields["paid_on"] = forms.DateField(
                label="拨付日期", widget=day, initial=today, help_text="部门已填兑现日期的按其填报"
            )
            self.fields["voucher"] = forms.CharField(
                label="凭证号",
                max_length=60,
                required=False,
                widget=forms.TextInput(attrs={"class": "field__input"}),
                help_text="整批一个凭证号的填在这里，用于尚未填写的各笔",
            )

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in."""
        return len(self.fields) > 1


class ReverseForm(Styled, forms.Form):
    """A reversal with its reason."""

    reason = forms.CharField(
        label="冲销原因",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300}),
        help_text="如：账户信息有误，资金已退回",
    )


class PayoutUploadForm(Styled, forms.Form):
    """A department's workbook of payments."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), to_field_name="code", label="单位", empty_label="请选择"
    )
    file = forms.FileField(
        label="工作簿",
        widget=BOOK,
        help_text="请下载模板填写；金额单位为元",
        error_messages={"required": "请选择要上传的工作簿", "empty": "文件是空的，请重新保存后上传"},
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = self.fields["organisation"]
        if isinstance(units, forms.ModelChoiceField):
            units.queryset = Organisation.objects.filter(pk=user.organisation_id)
        self.initial["organisation"] = user.organisation.code


class UploadForm(Styled, forms.Form):
    """A workbook of the catalogue."""

    file = forms.FileField(
        label="工作簿",
        widget=BOOK,
        help_text="请先导出政策库，在导出的工作簿中修改后上传；新增的行编号留空",
        error_messages={"required": "请选择要上传的工作簿", "empty": "文件是空的，请重新保存后上传"},
    )


class ReconcileForm(Styled, forms.Form):
    """Finance's workbook and the days it covers, both included."""

    start = forms.DateField(label="自", widget=DateInput)
    end = forms.DateField(label="至", widget=DateInput)
    file = forms.FileField(
        label="财政拨付明细",
        widget=BOOK,
        help_text="须有统一社会信用代码、金额（元）、拨付日期三列，有凭证号的更准；多个工作表的，明细表命名为「拨付明细」",
        error_messages={"required": "请选择财政的工作簿", "empty": "文件是空的，请重新保存后上传"},
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("start") and values.get("end") and values["end"] < values["start"]:
            self.add_error("end", "截止日期不能早于起始日期")
        return values


class BudgetForm(Styled, forms.Form):
    """A level's money for an item in a year, typed in 万元 or 元."""

    year = forms.IntegerField(label="年度", min_value=2000, max_value=2100)
    level = forms.ChoiceField(label="资金来源", choices=Level.choices)
    amount = forms.DecimalField(label="预算", max_digits=16, decimal_places=2, min_value=Decimal("0.01"))
    unit = forms.ChoiceField(label="单位", choices=[(unit, unit) for unit in UNITS])
    document = forms.CharField(label="预算文号", max_length=60, required=False)

    def yuan(self) -> Decimal:
        """Return the amount in yuan."""
        amount: Decimal = self.cleaned_data["amount"]
        return amount * UNITS[self.cleaned_data["unit"]]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("amount") is not None and values.get("unit") in UNITS:
            yuan = values["amount"] * UNITS[values["unit"]]
            if yuan >= Decimal(10) ** 14:
                self.add_error("amount", "预算超出可用范围，请核对单位是元还是万元")
        return values


def budget_version(rows: Iterable[Budget], year: int, level: str) -> int | None:
    """Return the version of the budget row of a year and level; None where there is none."""
    return next((row.version for row in rows if row.year == year and row.level == level), None)


class BandsForm(Styled, forms.Form):
    """The approval bands from a day on; each row a sum in yuan, how many approve, whether the office must."""

    valid_from = forms.DateField(label="生效日期", widget=DateInput)

    def __init__(self, *args: Any, bands: Iterable[ApprovalBand] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = list(bands)
        for place in range(BAND_ROWS):
            row = known[place] if place < len(known) else None
            self.fields[f"starts_{place}"] = forms.DecimalField(
                label=f"第{place + 1}档起点（元）",
                required=False,
                min_value=Decimal(0),
                max_digits=16,
                decimal_places=2,
                initial=row.starts_at if row else None,
                widget=forms.NumberInput(attrs={"class": "field__input", "min": 0, "step": "0.01"}),
            )
            self.fields[f"approvals_{place}"] = forms.IntegerField(
                label=f"第{place + 1}档批准人数",
                required=False,
                min_value=1,
                max_value=9,
                initial=row.approvals if row else None,
                widget=forms.NumberInput(attrs={"class": "field__input", "min": 1, "max": 9}),
            )
            self.fields[f"office_{place}"] = forms.BooleanField(
                label="须营商办主任批准", required=False, initial=bool(row and row.needs_office)
            )

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        return [
            (self[f"starts_{place}"], self[f"approvals_{place}"], self[f"office_{place}"])
            for place in range(BAND_ROWS)
        ]

    def bands(self) -> list[Band]:
        """Return the bands that were filled in."""
        values = self.cleaned_data
        return [
            Band(values[f"starts_{place}"], values[f"approvals_{place}"] or 0, values[f"office_{place}"])
            for place in range(BAND_ROWS)
            if values.get(f"starts_{place}") is not None
        ]
