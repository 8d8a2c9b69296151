"""Roles: given and taken by the security officer only, never to or from himself; locks lifted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.errors import Refused
from portal.models import LoginAttempt, RoleGrant, User
from portal.roles import Role, exclusion
from portal.selectors.locks import locked_accounts
from portal.services import audit
from portal.services.notices import notify


@transaction.atomic
def grant_role(
    user: User, role: str, *, actor: User, now: datetime, valid_until: date | None = None, note: str = ""
) -> RoleGrant:
    """Give `user` a role from today until `valid_until` (included; none: without end).

    Whoever creates accounts cannot authorise them, and nobody authorises himself.
    A second call for a role already held is refused, so nothing is given twice.
    """
    _check_officer(user, actor)
    today = timezone.localdate(now)
    if not user.is_active:
        raise Refused(f"{user.name}的账号已停用，请先恢复账号再授权。")
    if valid_until is not None and valid_until < today:
        raise Refused("失效日期不能早于今天，请重新选择。")
    # The person's row is held until commit, so that of two grants at once the second sees the first.
    User.objects.select_for_update().get(pk=user.pk)
    _close_expired(user, now)
    held = frozenset(user.grants.filter(revoked_at=None).values_list("role", flat=True))
    if role in held:
        raise Refused(f"{user.name}已有「{Role(role).label}」角色。如需改变期限，请先撤销再授权。")
    if problem := exclusion(held | {role}):
        raise Refused(f"{problem}。{user.name}现有：{_labels(held)}，请先撤销再授权。")
    try:
        with transaction.atomic():
            grant = RoleGrant.objects.create(
                user=user, role=role, valid_from=today, valid_until=valid_until, granted_by=actor
            )
    except IntegrityError as error:
        raise Refused("该人员的角色刚刚有变动，请刷新页面后再试。") from error
    changes = {"role": [None, grant.get_role_display()], "valid_until": [None, valid_until]}
    _record(user, "user.grant", actor, changes, note)
    _tell(user, f"安全管理员已授予您「{grant.get_role_display()}」角色", f"user.grant:{grant.pk}")
    return grant


@transaction.atomic
def revoke_role(grant: RoleGrant, *, actor: User, reason: str, now: datetime) -> None:
    """Take a role back; the row stays, with who and when."""
    user = grant.user
    _check_officer(user, actor)
    if not reason.strip():
        raise Refused("请填写撤销原因，例如“岗位调整”。")
    if not RoleGrant.objects.filter(pk=grant.pk, revoked_at=None).update(revoked_at=now, revoked_by=actor):
        raise Refused(f"「{grant.get_role_display()}」已经撤销，无需重复办理。")
    _record(user, "user.revoke", actor, {"role": [grant.get_role_display(), None]}, reason.strip())
    _tell(user, f"安全管理员已撤销您的「{grant.get_role_display()}」角色", f"user.revoke:{grant.pk}")


@transaction.atomic
def unlock_account(user: User, *, actor: User, now: datetime) -> None:
    """Lift the lock that failed logins have brought about; only the security officer may."""
    if not actor.has_role(Role.SECURITY):
        raise Refused("账号由安全管理员解锁。")
    if not locked_accounts(now, [user.username]):
        raise Refused(f"{user.name}的账号没有锁定，或已自动解锁。")
    LoginAttempt.objects.filter(username=user.username.lower(), succeeded=False).update(cleared=True)
    _record(user, "user.unlock", actor, {"locked": [True, False]}, "")


def _check_officer(user: User, actor: User) -> None:
    if not actor.has_role(Role.SECURITY):
        raise Refused("角色由安全管理员授予和撤销，建立账号的人不能授权。")
    if actor.pk == user.pk:
        raise Refused("不能给自己授予或撤销角色，请由另一名安全管理员办理。")


def _close_expired(user: User, now: datetime) -> None:
    """Close grants whose last day has passed, so that they no longer stand in the way of new ones."""
    grants = user.grants.filter(revoked_at=None, valid_until__lt=timezone.localdate(now))
    for grant in grants:
        changes = {"role": [grant.get_role_display(), None], "valid_until": grant.valid_until}
        _record(user, "user.expire", None, changes, "期限已过")
    grants.update(revoked_at=now)


def _labels(roles: frozenset[str]) -> str:
    return "、".join(role.label for role in Role if role in roles)


def _record(user: User, action: str, actor: User | None, changes: Mapping[str, object], note: str) -> None:
    audit.record(user, action, actor=actor, changes=changes, note=note, organisation=user.organisation)


def _tell(user: User, text: str, key: str) -> None:
    notify([user], text, url=reverse("portal:profile"), event_key=key)
