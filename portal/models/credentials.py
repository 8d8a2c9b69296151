"""What stands in for a telephone that is lost, and for a person at the API; only digests are kept."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portal.querysets import ApiTokenQuerySet


class RecoveryCode(models.Model):
    """A code on paper that replaces one code of the authenticator, once."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="人员", on_delete=models.CASCADE, related_name="recovery_codes"
    )
    number = models.PositiveSmallIntegerField("序号")
    digest = models.CharField("摘要", max_length=128)
    created_at = models.DateTimeField("生成时间", auto_now_add=True)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = "恢复码"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["user", "number"], name="portal_recoverycode_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} 第{self.number}个"


class ApiToken(models.Model):
    """A person's key to the API, for one programme and a limited time; never deleted, only revoked."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="人员", on_delete=models.PROTECT, related_name="api_tokens"
    )
    name = models.CharField("用途", max_length=40)
    # The first characters, by which the person tells tokens apart.
    hint = models.CharField("开头", max_length=12)
    digest = models.CharField("摘要", max_length=64, unique=True)
    # A token ends with the sessions: with "log out everywhere", a new password from the administrator, disabling.
    session_epoch = models.PositiveIntegerField("会话批次")
    created_at = models.DateTimeField("生成时间")
    expires_at = models.DateTimeField("有效至")
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)
    last_address = models.GenericIPAddressField("最近地址", null=True, blank=True)
    revoked_at = models.DateTimeField("停用时间", null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = "接口令牌"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="portal_apitoken_ends",
                condition=Q(expires_at__gt=F("created_at")),
                violation_error_message="有效期须晚于生成时间",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}：{self.name}"
