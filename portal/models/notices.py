"""Notices owed to people, and their delivery through each channel."""

from django.conf import settings
from django.db import models

from portal.querysets import NotificationQuerySet


class Notification(models.Model):
    """One notice: owed once per person and event, readable in the in-app inbox at once."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="接收人",
        on_delete=models.CASCADE,
        related_name="notifications",
    )
    event_key = models.CharField("事件", max_length=120)
    text = models.CharField("内容", max_length=300)
    url = models.CharField("链接", max_length=200, blank=True)
    created_at = models.DateTimeField("时间", auto_now_add=True)
    read_at = models.DateTimeField("已读时间", null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = "消息"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["recipient", "event_key"], name="portal_notification_once"),
        ]
        indexes = [
            models.Index(
                fields=["recipient"], condition=models.Q(read_at=None), name="portal_notification_unread"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Delivery(models.Model):
    """The outbox: a notice owed through an outside channel (e-mail, gateway)."""

    class State(models.TextChoices):
        OWED = "owed", "待发送"
        SENT = "sent", "已发送"
        DEAD = "dead", "多次失败"

    notification = models.ForeignKey(
        Notification, verbose_name="消息", on_delete=models.CASCADE, related_name="deliveries"
    )
    channel = models.CharField("渠道", max_length=20)
    state = models.CharField("状态", max_length=10, choices=State, default=State.OWED)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    next_attempt_at = models.DateTimeField("下次发送")
    claimed_until = models.DateTimeField("占用至", null=True, blank=True)
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    last_error = models.CharField("最近错误", max_length=200, blank=True)

    class Meta:
        verbose_name = "消息发送"
        constraints = [
            models.UniqueConstraint(fields=["notification", "channel"], name="portal_delivery_once"),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=models.Q(state="owed"), name="portal_delivery_owed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.get_state_display()}"
