"""Prove who one is: passwords, codes, and the locks that stop guessing."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import check_password, make_password
from django.db import connection, transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from portal.errors import Refused
from portal.models import AuditEvent, LoginAttempt, User
from portal.security_profile import current_limits
from portal.selectors.locks import Lock, account_lock, address_lock
from portal.selectors.networks import may_work_from
from portal.services import audit
from portal.services.recovery_codes import looks_like_code, use_recovery_code
from portal.services.second_factor import use_code

WRONG = "账号或密码不正确。连续输错 {count} 次将锁定 {minutes} 分钟，忘记密码请联系系统管理员。"
WRONG_AGAIN = "当前密码不正确，请重新输入。连续输错 {count} 次将锁定 {minutes} 分钟。"
WRONG_CODE = "动态口令不正确或已用过，请等验证器换出新的 6 位数字后再试。"
WRONG_RECOVERY_CODE = "恢复码不正确或已用过，请核对纸上的序号和字母，每个恢复码只能用一次。"
DISABLED = "该账号已停用。如需恢复，请联系系统管理员。"
# The reason in the trail; the person is told what everybody with a wrong password is told.
OUTSIDE = "管理网段以外"
INITIAL_EXPIRED = "初始密码已超过 24 小时有效期，请联系系统管理员重新生成。"
LOCKED = {
    "account": "连续输错 {count} 次，该账号已锁定，请 {minutes} 分钟后再试，或联系安全管理员解锁。",
    "address": "这台电脑所在的网络登录失败次数过多，请 {minutes} 分钟后再试。",
}
# Classes of advisory locks on PostgreSQL.
ACCOUNT_CLAIM, ADDRESS_CLAIM = 7101, 7102


class LoginRefused(Refused):
    """The login is refused; the message is the same for an unknown account and a wrong password."""


@dataclass(frozen=True)
class _Attempt:
    """A claimed attempt; `locks` is the lock that begins if it fails."""

    pk: int
    user: User | None
    locks: Lock | None


def prove_password(username: str, password: str, *, address: str, now: datetime) -> User:
    """Return the person, or raise `LoginRefused`; five failures lock the account for 15 minutes.

    An attempt is claimed and committed before any hash is computed, so twenty
    guesses at once compute at most five. Unknown accounts are counted, refused
    and locked like known ones, with the same work. Not for use inside a
    transaction: the claim has to outlive a refusal. Somebody with a second
    factor is not logged in by this alone: `prove_code` follows.
    """
    user = User.objects.select_related("organisation").filter(username__iexact=username).first()
    attempt = _claim(user, _account_key(username, user), address, now)
    if user is None:
        make_password(password)
        raise _failed(attempt, "账号", told(WRONG))
    if not check_password(password, user.password, setter=_upgrade(user)):
        raise _failed(attempt, "密码", told(WRONG))
    if not may_work_from(user, address):
        raise _failed(attempt, OUTSIDE, told(WRONG))
    if not user.is_active:
        raise _failed(attempt, "已停用", DISABLED)
    if user.initial_password_until is not None and user.initial_password_until < now:
        raise _failed(attempt, "初始密码过期", INITIAL_EXPIRED)
    if user.totp_confirmed_at is None:
        _settle(attempt, succeeded=True)
    else:
        # The password alone is neither a failure nor a success that wipes out earlier wrong codes.
        _settle(attempt, cleared=True)
    return user


def prove_code(user: User, code: str, *, address: str, now: datetime) -> None:
    """Finish the login of somebody with a second factor; wrong codes count and lock like wrong passwords.

    `code` is the authenticator's or one of the recovery codes on paper.
    """
    attempt = _claim(user, _account_key(user.username, user), address, now)
    if not may_work_from(user, address):
        raise _failed(attempt, OUTSIDE, WRONG_CODE)
    if looks_like_code(code):
        if not use_recovery_code(user, code, now=now):
            raise _failed(attempt, "恢复码", WRONG_RECOVERY_CODE)
    elif not use_code(user, code, now=now):
        raise _failed(attempt, "动态口令", WRONG_CODE)
    _settle(attempt, succeeded=True)


def confirm_password(user: User, password: str, *, address: str, now: datetime) -> None:
    """Let a signed-in person prove the password once more; wrong ones count and lock as at the login."""
    attempt = _claim(user, _account_key(user.username, user), address, now)
    if not check_password(password, user.password):
        raise _failed(attempt, "密码", told(WRONG_AGAIN))
    _settle(attempt, cleared=True)


@transaction.atomic
def record_login(user: User) -> None:
    """Write the login into the audit trail, once the session exists."""
    audit.record(user, "session.login", actor=user, organisation=user.organisation)


@transaction.atomic
def record_logout(user: User) -> None:
    """Write the logout into the audit trail, before the session goes."""
    audit.record(user, "session.logout", actor=user, organisation=user.organisation)


@transaction.atomic
def end_other_sessions(user: User) -> None:
    """End every session of `user`; the caller keeps the present one by renewing its hash."""
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.refresh_from_db(fields=["session_epoch"])
    audit.record(user, "session.end_others", actor=user, organisation=user.organisation)


def forget_attempts(*, before: datetime) -> int:
    """Delete attempts older than `before`; the audit trail keeps what happened. Return how many."""
    return LoginAttempt.objects.filter(at__lt=before).delete()[0]


def _account_key(username: str, user: User | None) -> str:
    """Return what failures are counted under.

    An unknown name is kept as a digest only: people type their password into
    the wrong field.
    """
    if user is not None:
        return user.username.lower()
    return f"?{salted_hmac('portal.login', username.lower(), algorithm='sha256').hexdigest()[:32]}"


def _claim(user: User | None, key: str, address: str, now: datetime) -> _Attempt:
    """Take one of the attempts that are left, or raise `LoginRefused` without touching the password."""
    with transaction.atomic():
        _queue_up(key, address)
        lock = _lock(key, address, now)
        if lock is None:
            row = LoginAttempt.objects.create(username=key, address=address or None, at=now)
            return _Attempt(row.pk, user, _lock(key, address, now))
        _record_denied("session.refused", user, {"lock": lock.subject})
    limits = current_limits()
    raise LoginRefused(
        LOCKED[lock.subject].format(minutes=lock.minutes_left(now), count=limits.failures_per_account)
    )


def _lock(key: str, address: str, now: datetime) -> Lock | None:
    return account_lock(key, now) or address_lock(address, now)


def _queue_up(key: str, address: str) -> None:
    """Make claims of one account, and of one address, follow one another until commit.

    SQLite writes one transaction at a time anyway. The order account, address
    is always the same, so no two claims wait for each other.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for kind, name in ((ACCOUNT_CLAIM, key), (ADDRESS_CLAIM, address)):
                number = zlib.crc32(name.encode()) - 2**31
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [kind, number])


def told(sentence: str) -> str:
    """Fill the limits that hold here into a sentence."""
    limits = current_limits()
    return sentence.format(count=limits.failures_per_account, minutes=limits.locked_minutes)


@transaction.atomic
def _failed(attempt: _Attempt, reason: str, message: str) -> LoginRefused:
    """Record a failure, and the lock if it was the last attempt allowed; return the refusal to raise."""
    _record_denied("session.failed", attempt.user, {"reason": reason})
    if attempt.locks is not None:
        _record_denied("session.locked", attempt.user, {"lock": attempt.locks.subject})
    return LoginRefused(message)


def _settle(attempt: _Attempt, **result: bool) -> None:
    LoginAttempt.objects.filter(pk=attempt.pk).update(**result)


def _record_denied(action: str, user: User | None, changes: dict[str, str]) -> None:
    """Record what somebody unproven did to an account; the account is the object, nobody the actor."""
    note = "" if user is not None else "未知账号"
    unit = user.organisation if user is not None else None
    audit.record(
        user,
        action,
        actor=None,
        changes=changes,
        note=note,
        organisation=unit,
        outcome=AuditEvent.Outcome.DENIED,
    )


def _upgrade(user: User) -> Callable[[str], None]:
    """Return what stores a stronger hash of the same password; the password itself stays as old as it is."""

    def store(password: str) -> None:
        strong = make_password(password)
        User.objects.filter(pk=user.pk, password=user.password).update(password=strong)
        user.password = strong

    return store
