"""Forms of proposals and applications."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from policies.models import Proposal
from policies.services.proposals import Answer
from portal.forms.styles import Styled

REASON_LENGTH = 300


def reason_field(label: str, *, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=REASON_LENGTH,
        error_messages={"required": f"请写明{label}"},
        widget=forms.Textarea(attrs={"class": "field__input", "rows": 2, "maxlength": REASON_LENGTH}),
    )


class ProposalStepForm(Styled, forms.Form):
    """What a step of a proposal asks for."""

    def __init__(self, *args: Any, name: str, proposal: Proposal, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", f"{name}_%s")
        super().__init__(*args, **kwargs)
        self.name, self.proposal = name, proposal
        if name in {"dismiss", "reject", "return"}:
            label = "需要补正的内容" if name == "return" else "原因"
            self.fields["note"] = reason_field(label)
        elif name == "pass":
            self._ask_amount()
        elif name == "answer":
            self._ask_answer()

    def _ask_amount(self) -> None:
        self.fields["amount"] = forms.DecimalField(
            label="核定金额（元）",
            max_digits=14,
            decimal_places=2,
            min_value=Decimal(0),
            initial=self.proposal.amount,
            widget=forms.NumberInput(attrs={"class": "field__input", "step": "0.01", "min": "0"}),
            error_messages={"required": "请填写核定金额"},
        )
        self.fields["note"] = reason_field("与测算不一致的原因（可不填）", required=False)

    def _ask_answer(self) -> None:
        plain = forms.TextInput(attrs={"class": "field__input"})
        for key, label, length in (("contact", "联系人", 40), ("phone", "联系电话", 30)):
            told = {"required": f"请填写{label}"}
            self.fields[key] = forms.CharField(
                label=label, max_length=length, widget=plain, error_messages=told
            )
        self.fields["account"] = forms.CharField(
            label="收款账户",
            max_length=120,
            required=False,
            widget=plain,
            help_text="开户行和账号，加密保存",
        )
        self.fields["statement"] = reason_field("情况说明（可不填）", required=False)
        names = [row["name"] for row in self.proposal.version.materials]
        if names:
            self.fields["materials"] = forms.MultipleChoiceField(
                label="已收到的材料",
                required=False,
                choices=[(name, name) for name in names],
                widget=forms.CheckboxSelectMultiple,
            )
        self.fields["promised"] = forms.BooleanField(
            label="企业已承诺所填内容和材料属实",
            error_messages={"required": "企业承诺后才能登记，请确认后勾选"},
        )

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in."""
        return bool(self.fields)

    def answer(self) -> Answer:
        """Return the registered answer as the service takes it."""
        values = self.cleaned_data
        return Answer(
            values["contact"],
            values["phone"],
            values["account"],
            values["statement"],
            values["promised"],
            dict.fromkeys(values.get("materials", []), ""),
        )
