"""The second factor: one-time codes by time (TOTP, RFC 6238) from an authenticator app."""

from __future__ import annotations

from datetime import date, datetime

import pyotp
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from portal.crypto import CannotDecrypt, current_prefix, decrypt, encrypt, rewrap
from portal.errors import Refused
from portal.models import User
from portal.roles import Role
from portal.security_profile import current_limits
from portal.selectors.settings import setting
from portal.services import audit, recovery_codes

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


def confirm_enrolment(user: User, code: str, *, now: datetime) -> list[str]:
    """Switch the second factor on once the app shows the right code; raise `Refused` otherwise.

    Returns the recovery codes, which are shown this once: only their hashes are kept.
    """
    if not user.totp_secret or user.totp_confirmed_at is not None:
        raise Refused("请先生成绑定二维码，再填写验证器上的 6 位数字。")
    codes, digests = _fresh_codes(user, code, now)
    with transaction.atomic():
        if not use_code(user, code, now=now):
            raise Refused(WRONG_CODE)
        if not User.objects.filter(pk=user.pk, totp_confirmed_at=None).update(totp_confirmed_at=now):
            raise Refused("动态口令已经启用，无需重复绑定。")
        user.refresh_from_db(fields=["totp_confirmed_at"])
        recovery_codes.replace_codes(user, digests)
        audit.record(user, "user.second_factor", actor=user, changes={"totp": ["未启用", "已启用"]})
    return codes


def renew_recovery_codes(user: User, code: str, *, now: datetime) -> list[str]:
    """Give a fresh set of recovery codes against a valid code; the former set no longer works."""
    if user.totp_confirmed_at is None:
        raise Refused("动态口令尚未启用，没有恢复码可换。")
    codes, digests = _fresh_codes(user, code, now)
    with transaction.atomic():
        if not use_code(user, code, now=now):
            raise Refused(WRONG_CODE)
        recovery_codes.replace_codes(user, digests)
        audit.record(user, "user.recovery_codes", actor=user, changes={"count": len(codes)})
    return codes


def _fresh_codes(user: User, code: str, now: datetime) -> tuple[list[str], dict[int, str]]:
    """Draw a set and hash it, which takes a second: only for somebody whose code is right."""
    if _step_of(user, code, now) is None:
        raise Refused(WRONG_CODE)
    codes = recovery_codes.draw_codes()
    return codes, recovery_codes.digests_of(codes)


def use_code(user: User, code: str, *, now: datetime) -> bool:
    """Tell whether `code` is right, and use it up: the same code, or an older one, is refused afterwards.

    Of two requests with the same code exactly one succeeds: the step is part of the UPDATE.
    """
    step = _step_of(user, code, now)
    if step is None:
        return False
    fresh = User.objects.filter(pk=user.pk, totp_secret=user.totp_secret, totp_last_step__lt=step)
    return bool(fresh.update(totp_last_step=step))


def _step_of(user: User, code: str, now: datetime) -> int | None:
    try:
        return matching_step(user, code, now)
    except CannotDecrypt as error:
        raise Refused("动态口令的密钥无法读取，请联系安全管理员重置后重新绑定。") from error


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
    return bool(demanded) and user.has_role(*current_limits().second_factor_roles)


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


def rewrap_seeds(limit: int = 1000) -> int:
    """Encrypt up to `limit` seeds anew with the present key; return how many, 0 when none is left.

    A seed that is replaced meanwhile stays as it is: its old value is part of the UPDATE.
    """
    rows = User.objects.exclude(totp_secret="").exclude(totp_secret__startswith=current_prefix())
    seeds = list(rows.order_by("pk").values_list("pk", "totp_secret")[:limit])
    return sum(
        User.objects.filter(pk=pk, totp_secret=seed).update(totp_secret=rewrap(seed, CONTEXT))
        for pk, seed in seeds
    )


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
    recovery_codes.drop_codes(user)
    user.api_tokens.filter(revoked_at=None).update(revoked_at=timezone.now())
    User.objects.filter(pk=user.pk).update(totp_secret="", totp_confirmed_at=None, totp_last_step=0)
    user.refresh_from_db(fields=["totp_secret", "totp_confirmed_at", "totp_last_step"])
