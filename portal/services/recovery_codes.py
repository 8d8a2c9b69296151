"""Codes on paper for the day the telephone is lost: each works once, in place of the authenticator's."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from typing import Final

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.urls import reverse

from portal.models import RecoveryCode, User
from portal.services import audit
from portal.services.notices import notify

COUNT: Final = 8
LETTERS: Final = 10
# Base 32 without the signs that are mistaken for one another: fifty bits a code.
ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_TYPED: Final = re.compile(rf"([1-{COUNT}])([{ALPHABET}]{{{LETTERS}}})")


def draw_codes() -> list[str]:
    """Return a fresh set as it is printed: `3-K7QXM-9TWVR`, the first sign being the code's number."""
    drawn = ("".join(secrets.choice(ALPHABET) for _sign in range(LETTERS)) for _code in range(COUNT))
    return [
        f"{number}-{sign[: LETTERS // 2]}-{sign[LETTERS // 2 :]}"
        for number, sign in enumerate(drawn, start=1)
    ]


def digests_of(codes: list[str]) -> dict[int, str]:
    """Return what is stored of a set, by number. Slow on purpose: computed before a transaction begins."""
    split = (_split(code) for code in codes)
    return {number: make_password(secret) for number, secret in filter(None, split)}


def replace_codes(user: User, digests: dict[int, str]) -> None:
    """Store a set in the caller's transaction; the former one no longer works."""
    drop_codes(user)
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, number=number, digest=digest) for number, digest in digests.items()
    )


def drop_codes(user: User) -> None:
    """Forget the set of a person whose second factor ends."""
    RecoveryCode.objects.filter(user=user).delete()


def looks_like_code(text: str) -> bool:
    """Tell whether `text` is one of these rather than six digits of an authenticator."""
    return _split(text) is not None


def left_of(user: User) -> int:
    """Return how many codes of the person have not been used."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def use_recovery_code(user: User, text: str, *, now: datetime) -> bool:
    """Tell whether the code is right, and use it up; the person is told, in case it was somebody else.

    Of two requests with the same code exactly one succeeds. One hash is
    computed whatever was typed: the number says with which code to compare.
    """
    typed = _split(text)
    if typed is None:
        return False
    number, secret = typed
    row = RecoveryCode.objects.filter(user=user, number=number).first()
    if row is None:
        make_password(secret)
        return False
    if not check_password(secret, row.digest):
        return False
    with transaction.atomic():
        if not RecoveryCode.objects.filter(pk=row.pk, used_at=None).update(used_at=now):
            return False
        left = left_of(user)
        audit.record(user, "user.recovery_code", actor=user, changes={"left": left})
        notify(
            [user],
            f"您的账号刚用恢复码登录，还剩 {left} 个未用。不是您本人的，请立即更换密码并告知安全管理员",
            url=reverse("portal:second_factor"),
            event_key=f"user.recovery_code:{row.pk}",
        )
    return True


def _split(text: str) -> tuple[int, str] | None:
    """Return number and secret of what was typed, whatever its case, blanks and hyphens."""
    found = _TYPED.fullmatch(re.sub(r"[\s-]", "", text).upper())
    return (int(found[1]), found[2]) if found else None
