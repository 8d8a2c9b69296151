"""The second factor: one-time codes by time (TOTP, RFC 6238) from an authenticator app."""

from __future__ import annotations

from datetime import date, datetime

import pyotp
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from portal.crypto import CannotDecrypt, decrypt, encrypt
from portal.errors import Refused
from portal.models import User
from portal.roles import SECOND_FACTOR_ROLES, Role
from portal.selectors.settings import setting
from portal.services import audit

CONTEXT = "portal.user.totp_secret"
STEP_SECONDS = 30
# A telephone's clock may be off by this many steps.
DRIFT = 1
WRONG_CODE = "动态口令不正确或已用过，请核对手机时间，等验证器换出新的 6 位数字后再试。"


@transaction.atomic
def start_enrolment(user: User) -> User:
    """Give `user` a new seed to scan; nothing changes at the login until it is confirmed."""
    seed = encrypt(pyotp.random_base32(), CONTEXT)
    open_accounts = User.objects.filter(pk=user.pk, totp_confirmed_at=None)
    if not open_accounts.update(totp_secret=seed, totp_last_step=0):
        raise Refused("动态口令已经启用。如需更换手机，请先停用再重新绑定。")
    user.refresh_from_db(fields=["totp_secret", "totp_last_step"])
    return user


def enrolment_address(user: User) -> str:
    """Return the `otpauth://` address that the authenticator scans."""
    issuer = f"{settings.COUNTY_NAME}营商环境"
    return pyotp.TOTP(seed_of(user)).provisioning_uri(name=user.username, issuer_name=issuer)


def seed_of(user: User) -> str:
    """Return the seed in base32, for those who cannot scan; raise `CannotDecrypt` when the key is gone."""
    return decrypt(user.totp_secret, CONTEXT)


@transaction.atomic
def confirm_enrolment(user: User, code: str, *, now: datetime) -> None:
    """Switch the second factor on once the app shows the right code; raise `Refused` otherwise."""
    if not user.totp_secret or user.totp_confirmed_at is not None:
        raise Refused("请先生成绑定二维码，再填写验证器上的 6 位数字。")
    if not use_code(user, code, now=now):
        raise Refused(WRONG_CODE)
    if not User.objects.filter(pk=user.pk, totp_confirmed_at=None).update(totp_confirmed_at=now):
        raise Refused("动态口令已经启用，无需重复绑定。")
    user.refresh_from_db(fields=["totp_confirmed_at"])
    audit.record(user, "user.second_factor", actor=user, changes={"totp": ["未启用", "已启用"]})


def use_code(user: User, code: str, *, now: datetime) -> bool:
    """Tell whether `code` is right, and use it up: the same code, or an older one, is refused afterwards.

    Of two requests with the same code exactly one succeeds: the step is part of the UPDATE.
    """
    try:
        step = matching_step(user, code, now)
    except CannotDecrypt as error:
        raise Refused("动态口令的密钥无法读取，请联系安全管理员重置后重新绑定。") from error
    if step is None:
        return False
    fresh = User.objects.filter(pk=user.pk, totp_secret=user.totp_secret, totp_last_step__lt=step)
    return bool(fresh.update(totp_last_step=step))


def matching_step(user: User, code: str, now: datetime) -> int | None:
    """Return the number of the half minute that `code` belongs to, or None."""
    digits = "".join(code.split())
    generator, present = pyotp.TOTP(seed_of(user)), int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(present - DRIFT, present + DRIFT + 1):
        if constant_time_compare(generator.generate_otp(step), digits):
            found = step
    return found


def must_have(user: User, *, today: date) -> bool:
    """Tell whether the office's settings demand a second factor of this person."""
    demanded = setting("security.second_factor", on=today)
    return bool(demanded) and user.has_role(*SECOND_FACTOR_ROLES)


@transaction.atomic
def drop(user: User, code: str, *, now: datetime) -> None:
    """Switch one's own second factor off, with a valid code; refused where it is obligatory."""
    if user.totp_confirmed_at is None:
        raise Refused("动态口令尚未启用。")
    if must_have(user, today=timezone.localdate(now)):
        raise Refused("您的岗位必须使用动态口令，不能停用。更换手机请联系安全管理员重置。")
    if not use_code(user, code, now=now):
        raise Refused(WRONG_CODE)
    _clear(user)
    audit.record(user, "user.second_factor", actor=user, changes={"totp": ["已启用", "未启用"]})


@transaction.atomic
def reset(user: User, *, actor: User, reason: str) -> None:
    """Take the second factor off somebody who lost the telephone; only the security officer may, never for himself."""
    if not actor.has_role(Role.SECURITY) or actor.pk == user.pk:
        raise Refused("重置动态口令须由另一名安全管理员办理。")
    if not reason.strip():
        raise Refused("请填写重置原因，例如“更换手机，已当面核实本人”。")
    if not user.totp_secret:
        raise Refused(f"{user.name}没有绑定动态口令，无需重置。")
    _clear(user)
    audit.record(
        user,
        "user.second_factor_reset",
        actor=actor,
        changes={"totp": ["已启用", "未启用"]},
        note=reason.strip(),
        organisation=user.organisation,
    )


def _clear(user: User) -> None:
    User.objects.filter(pk=user.pk).update(totp_secret="", totp_confirmed_at=None, totp_last_step=0)
    user.refresh_from_db(fields=["totp_secret", "totp_confirmed_at", "totp_last_step"])
