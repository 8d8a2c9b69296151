"""What an enterprise fills in at its own page, and what the office fills in about it."""

from __future__ import annotations

from django import forms

from policies.models import Correction
from policies.one_time_codes import LENGTH, normalise
from policies.services.enterprise_codes import EMAIL_LENGTH, clean_email
from portal.credit_codes import clean_credit_code
from portal.errors import Refused
from portal.forms.styles import Styled

# As many as are printed at once.
MOST_OPENED = 60
LONGEST_LIST = 10_000


class EnterForm(Styled, forms.Form):
    """A one-time code, in any spelling."""

    code = forms.CharField(
        label="一次性码",
        max_length=60,
        help_text=f"{LENGTH} 位字母和数字，不分大小写，短横可以不填",
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def clean_code(self) -> str:
        code = normalise(self.cleaned_data["code"])
        if len(code) != LENGTH:
            raise forms.ValidationError(f"一次性码应为 {LENGTH} 位字母和数字")
        return code


class CorrectionForm(Styled, forms.Form):
    """What is outdated, what it should be, and what shows it."""

    about = forms.ChoiceField(label="哪一项需要更正", choices=[("", "请选择"), *Correction.About.choices])
    stated = forms.CharField(label="应当是", max_length=200, help_text="如“上年从业人员 126 人”")
    basis = forms.CharField(
        label="说明和依据",
        max_length=500,
        help_text="写明依据的文件、名单或报表，不要填写个人的身份证号、电话",
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": 500}),
    )


class OpenForm(Styled, forms.Form):
    """Which enterprise gets a code, and where its one-time codes go."""

    code = forms.CharField(
        label="统一社会信用代码",
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    email = forms.CharField(
        label="联系邮箱",
        required=False,
        max_length=EMAIL_LENGTH,
        help_text="接收一次性码，加密保存；没有的可不填，改发纸质一次性码",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def clean_code(self) -> str:
        try:
            return clean_credit_code(self.cleaned_data["code"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class OpenManyForm(Styled, forms.Form):
    """A list of enterprises that get a code, one to a line; behind the credit code an address where there is one."""

    lines = forms.CharField(
        label="企业名单",
        max_length=LONGEST_LIST,
        help_text=f"每行一家，最多 {MOST_OPENED} 家：统一社会信用代码，后面可以空一格写联系邮箱；可从表格中复制粘贴",
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )

    def clean_lines(self) -> dict[str, str]:
        """Return the address by credit code; every line that can't be read is named."""
        found: dict[str, str] = {}
        errors = []
        for place, line in enumerate(self.cleaned_data["lines"].splitlines(), start=1):
            code, _, email = " ".join(line.split()).partition(" ")
            if not code:
                continue
            try:
                code = clean_credit_code(code)
                if code in found:
                    raise ValueError(f"{code} 前面已经有了，请只保留一行")
                found[code] = clean_email(email)
            except (ValueError, Refused) as error:
                errors.append(f"第 {place} 行：{error}")
        if len(found) > MOST_OPENED:
            errors.append(f"一次最多 {MOST_OPENED} 家，现有 {len(found)} 家，请分几次开通")
        if errors:
            raise forms.ValidationError(errors)
        return found


class EmailForm(Styled, forms.Form):
    """The enterprise's address; empty takes it away."""

    email = forms.CharField(
        label="联系邮箱",
        required=False,
        max_length=EMAIL_LENGTH,
        help_text="留空则清除；更换后发往原邮箱的一次性码作废",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class SettleForm(Styled, forms.Form):
    """The office's answer to a request for correction."""

    done = forms.ChoiceField(label="处理结果", choices=[("1", "已更正"), ("0", "不予更正")])
    answer = forms.CharField(label="答复", required=False, max_length=300)
