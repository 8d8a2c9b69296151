"""Slots of periodic work: the database decides what runs, once."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class JobSlot(models.Model):
    """One run of a job, planned or asked for. Unique, so that two schedulers plan it once; claimed before it acts.

    A slot that is due may carry `leased_until`: before that moment it is not tried again.
    """

    class State(models.TextChoices):
        DUE = "due", "待执行"
        RUNNING = "running", "执行中"
        DONE = "done", "完成"
        FAILED = "failed", "失败"
        SKIPPED = "skipped", "略过"

    job = models.CharField("任务", max_length=60)
    slot_at = models.DateTimeField("计划时间")
    state = models.CharField("状态", max_length=10, choices=State, default=State.DUE)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    leased_until = models.DateTimeField("占用至", null=True, blank=True)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)
    outcome = models.CharField("结果", max_length=300, blank=True)
    # A run that somebody asked for is not part of the plan: the next slot follows from the planned ones.
    planned = models.BooleanField("按计划", default=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="手动执行",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = "定时任务"
        ordering = ["-slot_at", "job"]
        constraints = [models.UniqueConstraint(fields=["job", "slot_at"], name="portal_jobslot_once")]
        indexes = [
            models.Index(
                fields=["slot_at"],
                condition=models.Q(state__in=["due", "running"]),
                name="portal_jobslot_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job} {timezone.localtime(self.slot_at):%Y-%m-%d %H:%M}"
