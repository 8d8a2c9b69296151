"""The audit trail: rows that are only ever added, and the chain that seals them."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from portal.querysets import AuditEventQuerySet


class AuditEvent(models.Model):
    """Who did what to which row, when, from where, with what outcome.

    Append-only: triggers refuse UPDATE and DELETE on both engines. `digest`
    covers every other column; the seal chains the digests.
    """

    class Outcome(models.TextChoices):
        OK = "ok", "成功"
        DENIED = "denied", "拒绝"
        ERROR = "error", "出错"

    at = models.DateTimeField("时间", db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="操作人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_name = models.CharField("姓名", max_length=40)
    actor_unit = models.CharField("单位", max_length=40, blank=True)
    actor_roles = models.CharField("角色", max_length=120, blank=True)
    address = models.CharField("地址", max_length=45, blank=True)
    session = models.CharField("会话", max_length=16, blank=True)
    request_id = models.CharField("请求号", max_length=32, blank=True)
    action = models.CharField("动作", max_length=60, db_index=True)
    outcome = models.CharField("结果", max_length=10, choices=Outcome, default=Outcome.OK)
    object_type = models.CharField("对象类型", max_length=60, blank=True)
    object_id = models.CharField("对象主键", max_length=40, blank=True)
    object_label = models.CharField("对象", max_length=120, blank=True)
    organisation_code = models.CharField("所涉单位", max_length=40, blank=True)
    changes = models.JSONField("变化", default=dict)
    note = models.TextField("说明", blank=True)
    digest = models.CharField("摘要", max_length=64)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = "审计记录"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["object_type", "object_id", "id"], name="portal_audit_object")]

    def __str__(self) -> str:
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M:%S} {self.actor_name} {self.action}"


class AuditSeal(models.Model):
    """A link of the chain: hash = SHA-256(previous hash + the event's digest)."""

    sequence = models.BigIntegerField("序号", primary_key=True)
    event_id = models.BigIntegerField("审计记录", unique=True)
    hash = models.CharField("链值", max_length=64)

    class Meta:
        verbose_name = "审计封存"
        ordering = ["sequence"]

    def __str__(self) -> str:
        return f"{self.sequence}"


class ChainHead(models.Model):
    """Where the chain ends; locked while events are sealed."""

    name = models.CharField("链", max_length=20, primary_key=True)
    sequence = models.BigIntegerField("序号", default=0)
    hash = models.CharField("链值", max_length=64, default="")
    floor = models.BigIntegerField("已封存至", default=0)

    class Meta:
        verbose_name = "审计链"

    def __str__(self) -> str:
        return self.name


class LogForwarding(models.Model):
    """How far a log server has the chain: everything up to `sequence` was handed over, in that order.

    `claim` is held by the one process that sends, until `claimed_until`.
    """

    name = models.CharField("去向", max_length=20, primary_key=True)
    sequence = models.BigIntegerField("已外送至", default=0)
    claim = models.CharField("占用标识", max_length=32, blank=True)
    claimed_until = models.DateTimeField("占用至", null=True, blank=True)
    sent_at = models.DateTimeField("最近外送", null=True, blank=True)
    failing_since = models.DateTimeField("中断自", null=True, blank=True)
    last_error = models.CharField("最近错误", max_length=200, blank=True)

    class Meta:
        verbose_name = "审计外送"

    def __str__(self) -> str:
        return f"{self.name} {self.sequence}"
