"""Forms of accounts: login, passwords and codes; people and their rights."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import QuerySet

from portal.forms.styles import DateInput, Styled
from portal.models import Organisation, User
from portal.roles import Role
from portal.selectors.people import STATES, AccountQuery
from portal.services.tokens import TOKEN_DAYS

# Words that stand at the place of a username in addresses.
RESERVED = frozenset({"create", "export"})
USERNAME = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._-]{2,39}\Z",
    "账号为 3 至 40 位字母、数字，可含点、横线、下划线，以字母或数字开头",
)
MOBILE = re.compile(r"1[0-9]{10}")


def clean_mobile(text: str) -> str:
    """Return the number without blanks and hyphens, or raise a sentence."""
    number = re.sub(r"[\s-]", "", text)
    if number and not MOBILE.fullmatch(number):
        raise ValidationError("手机号应为 11 位数字，例如 13800001234")
    return number


class LoginForm(Styled, forms.Form):
    """Account and password; the code of a second factor is asked on its own page."""

    username = forms.CharField(
        label="账号",
        max_length=150,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autofocus": True,
                "autocapitalize": "off",
                "spellcheck": "false",
            }
        ),
    )
    password = forms.CharField(
        label="密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class ProofForm(Styled, forms.Form):
    """The own password, once more."""

    password = forms.CharField(
        label="您的密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(Styled, forms.Form):
    """Change the own password; the rules are applied by the service."""

    old = forms.CharField(
        label="当前密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label="新密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再输一遍新密码",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("new", again):
            raise ValidationError("两次输入的新密码不一致，请重新输入")
        return again


class CodeForm(Styled, forms.Form):
    """Six digits from the authenticator."""

    code = forms.CharField(
        label="验证器上的 6 位数字",
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class LoginCodeForm(Styled, forms.Form):
    """Six digits from the authenticator, or a recovery code from the paper."""

    code = forms.CharField(
        label="验证器上的 6 位数字",
        max_length=20,
        help_text="手机不在身边时，可填写一个恢复码，如 3-K7QXM-9TWVR",
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}),
    )


class TokenForm(Styled, forms.Form):
    """What a token of the API is for, and how long it works."""

    name = forms.CharField(label="用途", max_length=40, help_text="写明给哪个系统用，例如“政务数据平台取数”")
    days = forms.TypedChoiceField(
        label="有效期", coerce=int, initial=90, choices=[(days, f"{days} 天") for days in TOKEN_DAYS]
    )


class ContactForm(Styled, forms.ModelForm):
    """What a person may correct of the own account."""

    class Meta:
        model = User
        fields = ["phone", "email"]

    def clean_phone(self) -> str:
        return clean_mobile(self.cleaned_data["phone"])


class AccountForm(Styled, forms.ModelForm):
    """A person's account; the username is given once and stays."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = User
        fields = ["username", "name", "organisation", "title", "phone", "email"]
        help_texts = {
            "username": "建立后不能更改，停用后也不再给别人使用；一人一号，不设公用账号",
            "name": "与身份证件一致的真实姓名",
            "phone": "11 位手机号，用于工作联系和短信提醒",
        }

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = self.fields["organisation"]
        if isinstance(units, forms.ModelChoiceField):
            present = self.instance.organisation_id
            active = Organisation.objects.active(today)
            units.queryset = active | Organisation.objects.filter(pk=present) if present else active
            units.empty_label = "请选择"
        self.fields["username"].validators.append(USERNAME)
        if self.instance.pk:
            del self.fields["username"]
            self.fields["version"].required = True
            self.initial["version"] = self.instance.version

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"].lower()
        if username in RESERVED:
            raise ValidationError("这个账号名由系统保留，请换一个")
        return username

    def clean_phone(self) -> str:
        return clean_mobile(self.cleaned_data["phone"])


class AccountFilterForm(Styled, forms.Form):
    """The filter row of the list of accounts; what it does not know it leaves out."""

    q = forms.CharField(
        label="查找",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "账号、姓名、职务、手机"}),
    )
    unit = forms.ModelChoiceField(
        Organisation.objects.all(), label="单位", required=False, empty_label="全部单位", to_field_name="code"
    )
    role = forms.ChoiceField(label="角色", required=False, choices=[("", "全部角色"), *Role.choices])
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部状态"), *STATES.items()])

    def query(self) -> AccountQuery:
        """Return what the valid fields ask for."""
        self.is_valid()
        values = self.cleaned_data
        return AccountQuery(
            text=values.get("q") or "",
            unit=values.get("unit"),
            role=values.get("role") or "",
            state=values.get("state") or "",
        )

    def words(self) -> str:
        """Return the filter in words, for the line under the title of a workbook."""
        query = self.query()
        parts = [
            query.text and f"含“{query.text}”",
            query.unit and query.unit.short_name,
            query.role and Role(query.role).label,
            query.state and STATES[query.state],
        ]
        return "，".join(str(part) for part in parts if part)


class GrantForm(Styled, forms.Form):
    """A role, until when, and on what ground."""

    role = forms.ChoiceField(label="角色")
    valid_until = forms.DateField(
        label="有效至", required=False, widget=DateInput, help_text="含当日；不填为长期有效"
    )
    note = forms.CharField(
        label="授权依据",
        max_length=200,
        required=False,
        help_text="例如任职文件、单位申请",
        widget=forms.TextInput,
    )

    def __init__(self, *args: Any, held: frozenset[str] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        if isinstance(role, forms.ChoiceField):
            role.choices = [("", "请选择"), *(pair for pair in Role.choices if pair[0] not in held)]


class ReasonForm(Styled, forms.Form):
    """Why a step is taken."""

    reason = forms.CharField(label="原因", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class RevokeForm(ReasonForm):
    """Which role is taken back, and why."""

    role = forms.ChoiceField(label="角色")

    field_order = ["role", "reason"]

    def __init__(self, *args: Any, held: frozenset[str] = frozenset(), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        if isinstance(role, forms.ChoiceField):
            role.choices = [("", "请选择"), *(pair for pair in Role.choices if pair[0] in held)]


class HandOverForm(ReasonForm):
    """Who takes over, and why."""

    successor = forms.ModelChoiceField(
        User.objects.none(), label="接任人", empty_label="请选择", to_field_name="username"
    )

    field_order = ["successor", "reason"]

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        successor = self.fields["successor"]
        if isinstance(successor, forms.ModelChoiceField):
            successor.queryset = people
