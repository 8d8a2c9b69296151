"""E-mail owed to people without an account; notices to accounts have an outbox of their own."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class OutgoingMail(models.Model):
    """One mail, owed once for each event (`key`).

    Address and content are encrypted while it waits, and erased once it was sent or
    given up: they hold one-time codes and links.
    """

    class State(models.TextChoices):
        OWED = "owed", "待发送"
        SENT = "sent", "已发送"
        DEAD = "dead", "不再发送"

    key = models.CharField("事件", max_length=120, unique=True)
    address = models.CharField("收件地址", max_length=400, blank=True)
    content = models.TextField("内容", blank=True)
    state = models.CharField("状态", max_length=8, choices=State, default=State.OWED)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    created_at = models.DateTimeField("时间")
    # After this moment the mail would be of no use to anybody.
    expires_at = models.DateTimeField("有效至")
    next_attempt_at = models.DateTimeField("下次发送")
    claimed_until = models.DateTimeField("占用至", null=True, blank=True)
    sent_at = models.DateTimeField("发送时间", null=True, blank=True)
    last_error = models.CharField("最近错误", max_length=80, blank=True)

    class Meta:
        verbose_name = "对外邮件"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="policies_mail_erased",
                condition=Q(state="owed") | Q(address="", content=""),
                violation_error_message="发送后须清除地址和内容",
            )
        ]
        indexes = [
            models.Index(fields=["next_attempt_at"], condition=Q(state="owed"), name="policies_mail_owed")
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.get_state_display()}"
