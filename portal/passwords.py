"""Password rules (GB/T 22239-2019 8.1.4.1 身份鉴别), as validators and as two profiles.

An assessor of 等保 asks for character classes and a change every ninety days;
OWASP ASVS 5.0 (6.2.5, 6.2.10) asks for neither and for longer passwords
instead. Both cannot be followed at once, so the deployment chooses:
`PASSWORD_PROFILE=djbh` (default) or `asvs`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from portal.roles import DUTIES

if TYPE_CHECKING:
    from portal.models import User

MAX_LENGTH = 128
REMEMBERED = 5
# So many characters in a row taken from the account, phone or unit give a password away.
SHARED = 5
# Shorter words are taken whole, if they are at least this long.
LEAST_LATIN, LEAST_CHINESE = 3, 2
CLASSES = (re.compile("[a-z]"), re.compile("[A-Z]"), re.compile("[0-9]"), re.compile("[^a-zA-Z0-9]"))


@dataclass(frozen=True)
class PasswordProfile:
    """What a deployment asks of passwords. `classes` 0: any characters; `expires`: 密码有效期 applies."""

    length: int
    duty_length: int
    classes: int
    expires: bool


PROFILES = {
    "djbh": PasswordProfile(length=10, duty_length=12, classes=3, expires=True),
    "asvs": PasswordProfile(length=12, duty_length=15, classes=0, expires=False),
}


def current_profile() -> PasswordProfile:
    """Return the profile this deployment has chosen."""
    return PROFILES[settings.PASSWORD_PROFILE]


def class_count(password: str) -> int:
    """Count the classes in use: lower case, upper case, digits, anything else (Chinese characters too)."""
    return sum(1 for pattern in CLASSES if pattern.search(password))


def length_for(user: User | None) -> int:
    """Return the least number of characters; the three administrative duties need more."""
    profile = current_profile()
    duty = user is not None and user.pk is not None and user.has_role(*DUTIES)
    return profile.duty_length if duty else profile.length


def personal_words(user: User) -> Iterator[str]:
    """Yield what is known about a person and must not stand in the password, in lower case."""
    unit = user.organisation
    for word in (user.username, user.phone, user.email.partition("@")[0], user.name, unit.code):
        yield word.lower()
    yield from (unit.short_name.lower(), unit.name.lower())


def gives_away(password: str, word: str) -> bool:
    """Tell whether `password` holds five characters in a row of `word`, or all of a shorter one.

    Usernames and unit codes are pinyin, so this also catches a given name in
    pinyin. Separators inside the password don't hide it.
    """
    plain = re.sub(r"[\W_]", "", password.lower())
    word = re.sub(r"[\W_]", "", word.lower())
    size = min(SHARED, len(word))
    if size < (LEAST_LATIN if word.isascii() else LEAST_CHINESE):
        return False
    return any(word[start : start + size] in plain for start in range(len(word) - size + 1))


@cache
def common_passwords() -> frozenset[str]:
    """Return Django's list of about 20,000 common passwords, in lower case."""
    return frozenset(CommonPasswordValidator().passwords)


def is_common(password: str) -> bool:
    """Tell whether the password, or the word or number that makes up at least half of it, is on the list.

    `Sunshine2023!` is `sunshine` with the usual ornaments.
    """
    text = password.lower().strip()
    cores = (re.sub(r"^[^a-z]+|[^a-z]+$", "", text), re.sub(r"^[^0-9]+|[^0-9]+$", "", text))
    listed = common_passwords()
    return text in listed or any(core in listed and 2 * len(core) >= len(text) for core in cores)


class LengthValidator:
    """At least ten characters, twelve for the three duties; at most 128, which a hash can bear."""

    def validate(self, password: str, user: User | None = None) -> None:
        least = length_for(user)
        if len(password) < least:
            raise ValidationError(f"密码至少 {least} 位，现在是 {len(password)} 位", code="too_short")
        if len(password) > MAX_LENGTH:
            raise ValidationError(f"密码最多 {MAX_LENGTH} 位", code="too_long")

    def get_help_text(self) -> str:
        profile = current_profile()
        return f"至少 {profile.length} 位，三类管理员至少 {profile.duty_length} 位"


class CharacterClassValidator:
    """Three of four: lower case, upper case, digits, symbols."""

    def validate(self, password: str, user: User | None = None) -> None:
        if class_count(password) < current_profile().classes:
            raise ValidationError(
                "密码须含小写字母、大写字母、数字、符号中的至少三类", code="too_few_classes"
            )

    def get_help_text(self) -> str:
        return "含小写字母、大写字母、数字、符号中的至少三类" if current_profile().classes else ""


class PersonalValidator:
    """Nothing of the account's name, phone, mail, unit."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is not None and any(gives_away(password, word) for word in personal_words(user)):
            raise ValidationError("密码不能含本人账号、姓名、手机号或单位名称中的连续字符", code="personal")

    def get_help_text(self) -> str:
        return "不含本人账号、姓名、手机号、单位名称"


class CommonValidator:
    """Not on the list of common passwords, ornaments set aside."""

    def validate(self, password: str, user: User | None = None) -> None:
        if is_common(password):
            raise ValidationError("这是常见的弱密码，容易被猜中，请换一个", code="common")

    def get_help_text(self) -> str:
        return "不是常见的弱密码"


class ReuseValidator:
    """Neither the present password nor one of the last five."""

    def validate(self, password: str, user: User | None = None) -> None:
        if user is None or user.pk is None:
            return
        former = list(user.passwords.order_by("-pk").values_list("password", flat=True)[:REMEMBERED])
        if any(check_password(password, stored) for stored in (user.password, *former)):
            raise ValidationError(f"不能使用现在的密码和最近 {REMEMBERED} 次用过的密码", code="reused")

    def get_help_text(self) -> str:
        return f"不同于最近 {REMEMBERED} 次用过的密码"
