"""People, the roles they hold, and what is kept to guard the login."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property

from portal.models.organisations import Organisation
from portal.querysets import UserQuerySet
from portal.roles import DUTIES, Role

UserManager = BaseUserManager.from_queryset(UserQuerySet)


class User(AbstractBaseUser):
    """A person: one account, one unit, one or more roles."""

    username = models.CharField("账号", max_length=40)
    name = models.CharField("姓名", max_length=40)
    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="people"
    )
    title = models.CharField("职务", max_length=40, blank=True)
    phone = models.CharField("手机", max_length=20, blank=True)
    email = models.EmailField("邮箱", blank=True)
    is_active = models.BooleanField("启用", default=True)
    disabled_reason = models.CharField("停用原因", max_length=200, blank=True)
    must_change_password = models.BooleanField("须改密码", default=True)
    password_changed_at = models.DateTimeField("密码更换时间", null=True, blank=True)
    initial_password_until = models.DateTimeField("初始密码有效至", null=True, blank=True)
    last_seen_at = models.DateTimeField("最近访问", null=True, blank=True)
    session_epoch = models.PositiveIntegerField("会话批次", default=0)
    totp_secret = models.CharField("动态口令密钥", max_length=200, blank=True)
    totp_confirmed_at = models.DateTimeField("动态口令启用时间", null=True, blank=True)
    totp_last_step = models.BigIntegerField("已用动态口令时段", default=0)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "organisation"]

    class Meta:
        verbose_name = "人员"
        ordering = ["organisation__order", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("username"), name="portal_user_username_unique", violation_error_message="该账号已存在"
            ),
            models.CheckConstraint(
                name="portal_user_is_a_person",
                condition=~Q(username="") & ~Q(name=""),
                violation_error_message="账号必须对应真实姓名",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles held today; grants that were revoked or have expired don't count."""
        return held_roles(self.grants.all(), on=timezone.localdate())

    def has_role(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)

    def role_labels(self) -> str:
        return "、".join(role.label for role in Role if role in self.roles)

    def get_session_auth_hash(self) -> str:
        """Bind sessions to the password and to the epoch that "log out everywhere" raises."""
        value = f"{self.password}:{self.session_epoch}"
        return salted_hmac("portal.session", value, algorithm="sha256").hexdigest()


def held_roles(grants: Iterable[RoleGrant], *, on: date) -> frozenset[str]:
    """Return the roles of those `grants` that hold on the day `on`."""
    return frozenset(
        grant.role
        for grant in grants
        if grant.revoked_at is None
        and grant.valid_from <= on
        and (grant.valid_until is None or grant.valid_until >= on)
    )


class RoleGrant(models.Model):
    """A role given to a person, by whom, from when until when; never deleted, only revoked."""

    user = models.ForeignKey(User, verbose_name="人员", on_delete=models.PROTECT, related_name="grants")
    role = models.CharField("角色", max_length=20, choices=Role)
    valid_from = models.DateField("生效日期")
    valid_until = models.DateField("失效日期", null=True, blank=True)
    granted_by = models.ForeignKey(
        User, verbose_name="授权人", on_delete=models.PROTECT, null=True, related_name="grants_given"
    )
    granted_at = models.DateTimeField("授权时间", auto_now_add=True)
    revoked_at = models.DateTimeField("撤销时间", null=True, blank=True)
    revoked_by = models.ForeignKey(
        User,
        verbose_name="撤销人",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="grants_revoked",
    )

    class Meta:
        verbose_name = "授权"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(revoked_at=None), name="portal_rolegrant_once"
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(revoked_at=None, role__in=sorted(DUTIES)),
                name="portal_rolegrant_one_duty",
                violation_error_message="系统、安全、审计三项管理职责不得由同一人担任",
            ),
            models.CheckConstraint(
                name="portal_rolegrant_period",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                violation_error_message="失效日期不能早于生效日期",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}：{self.get_role_display()}"


class LoginAttempt(models.Model):
    """One try to log in, kept to lock accounts and addresses; counted in the database, not in a cache."""

    username = models.CharField("账号", max_length=150, db_index=True)
    address = models.GenericIPAddressField("地址", null=True, db_index=True)
    at = models.DateTimeField("时间", db_index=True)
    succeeded = models.BooleanField("成功", default=False)
    cleared = models.BooleanField("已解锁", default=False)

    class Meta:
        verbose_name = "登录记录"

    def __str__(self) -> str:
        return f"{self.username} {self.at:%Y-%m-%d %H:%M}"


class PasswordRecord(models.Model):
    """A former password's hash, so that the last five cannot come back."""

    user = models.ForeignKey(User, verbose_name="人员", on_delete=models.CASCADE, related_name="passwords")
    password = models.CharField("密码摘要", max_length=128)
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "历史密码"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.user} {self.at:%Y-%m-%d}"
