"""8.1.4.1 身份鉴别."""

from __future__ import annotations

from collections import Counter

from django.conf import settings
from django.contrib.auth.hashers import identify_hasher, is_password_usable
from django.contrib.auth.password_validation import validate_password
from django.core import checks
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Lower
from django.utils import timezone

from portal.djbh.probes import constraints_in_database, has_middleware
from portal.djbh.seen import Asked, Seen
from portal.models import LoginAttempt, Organisation, User
from portal.passwords import current_profile
from portal.roles import Role
from portal.security_profile import current_limits
from portal.selectors.locks import account_lock, address_lock
from portal.selectors.settings import number_setting, setting

SHARED_WORDS = ("办公室", "公用", "共用", "测试", "值班")
WEAK = ("", "Ab1!", "abcdefghijkl", "Password2023!", "202611212026", "Qwerty123456")
STRONG_HASHERS = {"argon2", "pbkdf2_sha256"}
PLAIN_SESSIONS = "django.contrib.sessions.backends.signed_cookies"
YEAR_SECONDS = 31_536_000
# Nobody's account, and an address that RFC 5737 keeps for examples.
NOBODY, NOWHERE = "?check_djbh", "192.0.2.1"


def one_account_one_person(asked: Asked, seen: Seen) -> None:
    needed = {"portal_user_username_unique", "portal_user_is_a_person"}
    missing = needed - constraints_in_database(User)
    seen.expect(
        not missing, "数据库约束账号唯一（不分大小写）", f"数据库缺少约束：{'、'.join(sorted(missing))}"
    )
    lowered = Counter(User.objects.annotate(low=Lower("username")).values_list("low", flat=True))
    twice = sorted(name for name, count in lowered.items() if count > 1)
    seen.expect(not twice, "", f"账号重复：{'、'.join(twice)}")
    units = set(Organisation.objects.values_list("name", flat=True))
    units |= set(Organisation.objects.values_list("short_name", flat=True))
    unreal = units | {role.label for role in Role}
    people = User.objects.filter(is_active=True).values_list("username", "name")
    shared = [
        username
        for username, name in people
        if name in unreal or not name.strip() or any(word in name for word in SHARED_WORDS)
    ]
    seen.expect(
        not shared, f"启用账号 {len(people)} 个，均对应个人", f"疑似公用账号：{'、'.join(sorted(shared))}"
    )


def passwords(asked: Asked, seen: Seen) -> None:
    profile, days = current_profile(), asked.limits.password_days
    seen.expect(
        profile.length >= 10 and profile.duty_length >= 12 and profile.classes >= 3,
        f"长度 {profile.length}/{profile.duty_length} 位、{profile.classes} 类字符",
        f"PASSWORD_PROFILE={settings.PASSWORD_PROFILE} 不要求长度（10/12 位）和三类字符，应为 djbh",
    )
    held = number_setting("security.password_days", on=timezone.localdate(asked.now))
    seen.expect(
        profile.expires and held <= days, f"{held} 天更换", f"口令有效期应不超过 {days} 天，现为 {held} 天"
    )
    taken = [password for password in WEAK if not _is_refused(password)]
    seen.expect(not taken, "弱口令试验均被拒绝", f"弱口令未被拒绝：{len(taken)} 个（口令校验器不全）")
    stored = User.objects.exclude(password="").values_list("password", flat=True)
    weak = sum(is_password_usable(value) and not _is_strong(value) for value in stored)
    seen.expect(not weak, "口令均以 Argon2 或 PBKDF2 保存", f"{weak} 个账号的口令保存方式不安全")


def _is_refused(password: str) -> bool:
    try:
        validate_password(password)
    except ValidationError:
        return True
    return False


def _is_strong(stored: str) -> bool:
    try:
        return identify_hasher(stored).algorithm in STRONG_HASHERS
    except ValueError:
        return False


def failed_logins(asked: Asked, seen: Seen) -> None:
    """Write failures for nobody, look whether they lock, and take them back."""
    limits, now = asked.limits, asked.now
    with transaction.atomic():
        LoginAttempt.objects.bulk_create(
            LoginAttempt(username=NOBODY, at=now) for _ in range(limits.failures_per_account)
        )
        LoginAttempt.objects.bulk_create(
            LoginAttempt(username=f"{NOBODY}{number}", address=NOWHERE, at=now)
            for number in range(limits.failures_per_address)
        )
        account, address = account_lock(NOBODY, now), address_lock(NOWHERE, now)
        transaction.set_rollback(True)
    minutes = limits.locked_minutes
    for lock, word, count in (
        (account, "账号", limits.failures_per_account),
        (address, "地址", limits.failures_per_address),
    ):
        held = int((lock.until - now).total_seconds()) // 60 if lock else 0
        seen.expect(
            held >= minutes,
            f"{word}失败 {count} 次锁定 {held} 分钟",
            f"{word}失败 {count} 次应锁定 {minutes} 分钟，实测 {held} 分钟",
        )


def sessions(asked: Asked, seen: Seen) -> None:
    limits, here = asked.limits, current_limits()
    idle = number_setting("security.idle_minutes", on=timezone.localdate(asked.now))
    duty = min(idle, here.duty_idle_minutes)
    hours = settings.SESSION_COOKIE_AGE / 3600
    for held, most, word in (
        (idle, limits.idle_minutes, "闲置退出（分钟）"),
        (duty, limits.duty_idle_minutes, "三类管理员闲置退出（分钟）"),
        (hours, limits.session_hours, "会话最长（小时）"),
    ):
        seen.expect(held <= most, f"{word} {held:g}", f"{word}应不超过 {most}，现为 {held:g}")
    seen.expect(
        has_middleware("portal.middleware.session_limits") and settings.SESSION_ENGINE != PLAIN_SESSIONS,
        "会话由服务器控制",
        "会话没有由服务器控制时限",
    )


def transport(asked: Asked, seen: Seen) -> None:
    """Ask Django's own checks of a deployment, and the flags that keep cookies within TLS."""
    said = checks.run_checks(tags=[checks.Tags.security], include_deployment_checks=True)
    ids = sorted({str(message.id) for message in said if not message.is_silenced()})
    seen.expect(not ids, "check --deploy 无告警", f"check --deploy 有告警：{'、'.join(ids)}")
    seen.expect(not settings.DEBUG, "", "DEBUG 未关闭")
    secure = (
        settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE and settings.SESSION_COOKIE_HTTPONLY
    )
    named = settings.SESSION_COOKIE_NAME.startswith("__Host-")
    seen.expect(secure and named, "Cookie 只经 HTTPS", "Cookie 未限于 HTTPS（BEHIND_TLS 未开启）")
    seen.expect(
        settings.SECURE_SSL_REDIRECT and settings.SECURE_HSTS_SECONDS >= YEAR_SECONDS,
        "HTTP 转 HTTPS，HSTS 一年",
        "没有强制 HTTPS（SECURE_SSL_REDIRECT、HSTS）",
    )


def second_factor(asked: Asked, seen: Seen) -> None:
    today = timezone.localdate(asked.now)
    demanded, here = bool(setting("security.second_factor", on=today)), current_limits()
    seen.expect(demanded, "强制动态口令已开启", "参数「强制动态口令」没有开启")
    lacking = asked.limits.second_factor_roles - here.second_factor_roles
    words = "、".join(Role(role).label for role in sorted(lacking))
    seen.expect(not lacking, "", f"SECURITY_PROFILE={settings.SECURITY_PROFILE} 没有要求：{words}")
    owing = User.objects.holding(*asked.limits.second_factor_roles, on=today)
    enrolled = owing.exclude(totp_confirmed_at=None).count()
    seen.facts.append(f"应启用 {owing.count()} 人，已启用 {enrolled} 人（未启用的只能打开启用页）")
