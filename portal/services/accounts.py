"""Accounts of people: created, corrected, disabled, handed over; passwords set and changed."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from portal.errors import Conflict, Refused
from portal.models import LoginAttempt, Organisation, PasswordRecord, RoleGrant, User
from portal.roles import DUTIES, OFFICE_ROLES, Role
from portal.selectors.people import masked_mail, masked_phone
from portal.selectors.settings import number_setting
from portal.services import audit
from portal.services.login import confirm_password
from portal.services.notices import notify
from portal.services.recovery_codes import drop_codes

FIELDS = ("name", "organisation", "title", "phone", "email")
INITIAL_PASSWORD_VALID = timedelta(hours=24)
INITIAL_GROUPS, INITIAL_GROUP_LENGTH = 4, 4
REMEMBERED = 5
# Without the letters and digits that are mistaken for one another on paper.
UNAMBIGUOUS = "".join(set(string.ascii_letters + string.digits) - set("0O1lIioS5Z2"))


def create_account(
    *, actor: User | None, username: str, organisation: Organisation, now: datetime, **values: Any
) -> tuple[User, str]:
    """Create an account without any role; return it with the initial password, which is shown once.

    The password works for 24 hours and must be changed at the first login.
    Whoever creates cannot authorise: the security officers are told to.
    """
    if actor is not None:
        _check_administrator(actor)
    password = initial_password()
    digest = make_password(password)
    with transaction.atomic():
        user = User(
            username=username.lower(),
            organisation=organisation,
            password=digest,
            initial_password_until=now + INITIAL_PASSWORD_VALID,
            **values,
        )
        try:
            with transaction.atomic():
                user.save(force_insert=True)
        except IntegrityError as error:
            raise Refused(f"账号「{username}」已有人使用（含已停用的账号），请换一个。") from error
        _record(user, "user.create", actor, {name: [None, _shown(user, name)] for name in FIELDS})
        _ask_for_roles(user, now)
    return user, password


@transaction.atomic
def update_account(user: User, *, actor: User, version: int, values: Mapping[str, Any]) -> User:
    """Correct what is known of a person; raise `Conflict` when somebody else did so since `version`."""
    _check_manager(user, actor)
    before = User.objects.select_related("organisation").get(pk=user.pk)
    rows = User.objects.filter(pk=user.pk, version=version)
    if not rows.update(**values, version=F("version") + 1):
        theirs = {name: getattr(before, name) for name in values}
        raise Conflict(f"{before.name}的账号刚刚被他人修改，请核对现在的内容后再保存。", theirs)
    user.refresh_from_db()
    _record(user, "user.update", actor, _difference(before, user))
    return user


@transaction.atomic
def update_own_contact(user: User, *, phone: str, email: str) -> User:
    """Let a person correct the own telephone and mail; a second call changes nothing more."""
    before = User.objects.get(pk=user.pk)
    User.objects.filter(pk=user.pk).update(phone=phone, email=email, version=F("version") + 1)
    user.refresh_from_db(fields=["phone", "email", "version"])
    if changes := _difference(before, user):
        _record(user, "user.update", user, changes)
    return user


@transaction.atomic
def disable_account(user: User, *, actor: User, reason: str, now: datetime) -> None:
    """Disable an account and end its sessions at once.

    Accounts of the three duties are disabled by the security officer, others
    also by the system administrator; nobody disables the own one.
    """
    _check_manager(user, actor)
    if not reason.strip():
        raise Refused("请填写停用原因，例如“调离本单位”。")
    if not _switch_off(user, reason.strip()):
        raise Refused(f"{user.name}的账号已经停用，无需重复办理。")
    _record(user, "user.disable", actor, {"is_active": [True, False]}, reason.strip())
    _tell_office(user, timezone.localdate(now))


@transaction.atomic
def enable_account(user: User, *, actor: User, reason: str, now: datetime) -> None:
    """Enable a disabled account again; sessions from before stay ended, roles are as they were left."""
    _check_manager(user, actor)
    if not reason.strip():
        raise Refused("请填写恢复原因，例如“休假结束返岗”。")
    rows = User.objects.filter(pk=user.pk, is_active=False)
    if not rows.update(is_active=True, disabled_reason="", last_seen_at=now, version=F("version") + 1):
        raise Refused(f"{user.name}的账号正在使用，无需恢复。")
    user.refresh_from_db()
    _record(user, "user.enable", actor, {"is_active": [False, True]}, reason.strip())


def reset_password(user: User, *, actor: User | None, now: datetime) -> str:
    """Give a new initial password for 24 hours, end all sessions; return it to be shown once."""
    if actor is not None:
        _check_manager(user, actor)
    password = initial_password()
    digest = make_password(password)
    with transaction.atomic():
        _keep_former(user)
        User.objects.filter(pk=user.pk).update(
            password=digest,
            must_change_password=True,
            initial_password_until=now + INITIAL_PASSWORD_VALID,
            session_epoch=F("session_epoch") + 1,
        )
        user.refresh_from_db()
        _record(user, "user.reset_password", actor, {})
    return password


def change_password(user: User, *, old: str, new: str, address: str, now: datetime) -> None:
    """Change the own password; every other session ends with the old one.

    Raises `Refused` for a wrong present password (which counts towards the
    lock) and `ValidationError` for a new one that breaks a rule.
    """
    confirm_password(user, old, address=address, now=now)
    validate_password(new, user)
    digest = make_password(new)
    with transaction.atomic():
        _keep_former(user)
        rows = User.objects.filter(pk=user.pk, password=user.password)
        if not rows.update(
            password=digest,
            must_change_password=False,
            password_changed_at=now,
            initial_password_until=None,
        ):
            raise Refused("密码刚刚在别处改过，请用新密码重新登录。")
        user.refresh_from_db()
        _record(user, "user.password", user, {})


@transaction.atomic
def hand_over(user: User, successor: User, *, actor: User, reason: str, now: datetime) -> None:
    """A person leaves: the account is disabled today, the office and the successor are told what to take over.

    Roles are not passed on: the security officer gives them. Duties in task
    forces belong to another app; the office gets the notice to reassign them.
    """
    if successor.pk == user.pk or not successor.is_active:
        raise Refused("请选择另一名启用的人员接任。")
    if successor.organisation_id != user.organisation_id:
        raise Refused(f"接任人须在{user.organisation.short_name}，请先建立或调整其账号。")
    roles = user.role_labels() or "无"
    disable_account(user, actor=actor, reason=f"工作交接给{successor.name}：{reason.strip()}", now=now)
    _record(user, "user.hand_over", actor, {"successor": [None, successor.name], "roles": roles})
    today = timezone.localdate(now)
    told = f"{user.organisation.short_name}{user.name}的工作交接给{successor.name}"
    page = reverse("portal:user_detail", args=[successor.username])
    key = f"user.hand_over:{user.pk}:{user.version}"
    for people, text in (
        (User.objects.holding(*OFFICE_ROLES, on=today), f"{told}，请调整专班成员和事项责任人"),
        (User.objects.holding(Role.SECURITY, on=today), f"{told}，请核对授权（原有角色：{roles}）"),
    ):
        notify(people, text, url=page, event_key=key)
    own_page = reverse("portal:profile")
    notify([successor], f"{user.name}的工作已交接给您", url=own_page, event_key=f"{key}:successor")


@transaction.atomic
def disable_unused(*, now: datetime) -> list[User]:
    """Disable accounts that nobody has used for 90 days (setting); tell the security officers; return them.

    Of each of the three duties the last active person is kept: without one
    nobody could let the others in again. A second call finds nothing more.
    """
    today = timezone.localdate(now)
    days = number_setting("security.unused_days", on=today)
    limit = now - timedelta(days=days)
    unused = User.objects.filter(
        Q(last_seen_at=None) | Q(last_seen_at__lt=limit),
        Q(last_login=None) | Q(last_login__lt=limit),
        is_active=True,
        created_at__lt=limit,
    )
    holders = {duty: User.objects.holding(duty, on=today).count() for duty in DUTIES}
    disabled: list[User] = []
    for user in unused.select_related("organisation").prefetch_related("grants").order_by("pk"):
        duties = user.roles & DUTIES
        if any(holders[Role(duty)] == 1 for duty in duties) or not _switch_off(user, f"{days} 天未登录"):
            continue
        for duty in duties:
            holders[Role(duty)] -= 1
        _record(user, "user.disable", None, {"is_active": [True, False]}, f"{days} 天未登录")
        disabled.append(user)
    if disabled:
        names = "、".join(user.name for user in disabled)
        notify(
            User.objects.holding(Role.SECURITY, on=today),
            f"{len(disabled)} 个账号超过 {days} 天未登录，已自动停用：{names}",
            url=f"{reverse('portal:user_list')}?state=disabled",
            event_key=f"user.disable_unused:{today}",
        )
    return disabled


def create_duty_accounts(
    people: Mapping[Role, tuple[str, str]], *, organisation: Organisation, now: datetime
) -> list[tuple[User, Role, str]]:
    """Create the three administrators of a fresh installation: (username, name) by duty.

    A duty that somebody active holds already is left out, so a second call
    creates nothing. Returns account, duty and initial password (24 hours).
    """
    today = timezone.localdate(now)
    created = []
    for duty, (username, name) in people.items():
        if User.objects.holding(duty, on=today).exists():
            continue
        with transaction.atomic():
            user, password = create_account(
                actor=None, username=username, name=name, organisation=organisation, now=now
            )
            RoleGrant.objects.create(user=user, role=duty, valid_from=today)
            _record(user, "user.grant", None, {"role": [None, duty.label]}, "初始化安装")
        created.append((user, duty, password))
    return created


@transaction.atomic
def recover_account(user: User, *, now: datetime) -> str:
    """Let a person in again from the server's console: account enabled, code and lock off, new password."""
    User.objects.filter(pk=user.pk).update(
        is_active=True, disabled_reason="", last_seen_at=now, totp_secret="", totp_confirmed_at=None
    )
    drop_codes(user)
    LoginAttempt.objects.filter(username=user.username.lower(), succeeded=False).update(cleared=True)
    _record(user, "user.recover", None, {}, "服务器控制台")
    return reset_password(user, actor=None, now=now)


def initial_password() -> str:
    """Return a random password of sixteen letters and digits in groups (about 90 bits)."""
    while True:
        groups = [
            "".join(secrets.choice(UNAMBIGUOUS) for _ in range(INITIAL_GROUP_LENGTH))
            for _ in range(INITIAL_GROUPS)
        ]
        password = "-".join(groups)
        if all(any(test(letter) for letter in password) for test in (str.islower, str.isupper, str.isdigit)):
            return password


def _check_administrator(actor: User) -> None:
    if not actor.has_role(Role.SYSADMIN):
        raise Refused("账号由系统管理员建立。")


def _check_manager(user: User, actor: User) -> None:
    """Refuse who may not manage this account: duties by the security officer only, nobody the own one."""
    if actor.pk == user.pk:
        raise Refused("不能对自己的账号做此操作，请由另一名管理员办理。")
    if user.roles & DUTIES and not actor.has_role(Role.SECURITY):
        raise Refused("三类管理员的账号由安全管理员维护。")
    if not actor.has_role(Role.SYSADMIN, Role.SECURITY):
        raise Refused("账号由系统管理员维护。")


def _switch_off(user: User, reason: str) -> bool:
    changed = User.objects.filter(pk=user.pk, is_active=True).update(
        is_active=False,
        disabled_reason=reason[:200],
        session_epoch=F("session_epoch") + 1,
        version=F("version") + 1,
    )
    if changed:
        user.refresh_from_db()
    return bool(changed)


def _keep_former(user: User) -> None:
    """Remember the password that goes, and forget all but the last five."""
    PasswordRecord.objects.create(user=user, password=user.password)
    kept = user.passwords.order_by("-pk").values_list("pk", flat=True)[:REMEMBERED]
    user.passwords.exclude(pk__in=list(kept)).delete()


def _shown(user: User, name: str) -> object:
    """Return what the audit trail keeps of a field: how to reach a person only in part."""
    if name == "phone":
        return masked_phone(user.phone)
    if name == "email":
        return masked_mail(user.email)
    value = getattr(user, name)
    return str(value) if isinstance(value, Organisation) else value


def _difference(before: User, after: User) -> dict[str, object]:
    changed = [name for name in FIELDS if getattr(before, name) != getattr(after, name)]
    return {name: [_shown(before, name), _shown(after, name)] for name in changed}


def _ask_for_roles(user: User, now: datetime) -> None:
    notify(
        User.objects.holding(Role.SECURITY, on=timezone.localdate(now)),
        f"{user.organisation.short_name}{user.name}的账号已建立，请按岗位授权",
        url=reverse("portal:user_detail", args=[user.username]),
        event_key=f"user.create:{user.pk}",
    )


def _tell_office(user: User, today: date) -> None:
    """Tell the office that a person of business has gone, so that duties and items find somebody else."""
    if user.roles - DUTIES:
        notify(
            User.objects.holding(*OFFICE_ROLES, on=today),
            f"{user.organisation.short_name}{user.name}的账号已停用，请核对其承担的专班和事项",
            url=reverse("portal:user_detail", args=[user.username]),
            event_key=f"user.disable:{user.pk}:{user.version}",
        )


def _record(
    user: User, action: str, actor: User | None, changes: Mapping[str, object], note: str = ""
) -> None:
    audit.record(user, action, actor=actor, changes=changes, note=note, organisation=user.organisation)
