"""Slots of periodic work: the database decides what runs, once."""

from django.db import models


class JobSlot(models.Model):
    """One planned run of a job. Unique, so that two schedulers plan it once; claimed before it acts."""

    class State(models.TextChoices):
        DUE = "due", "待执行"
        RUNNING = "running", "执行中"
        DONE = "done", "完成"
        FAILED = "failed", "失败"

    job = models.CharField("任务", max_length=60)
    slot_at = models.DateTimeField("计划时间")
    state = models.CharField("状态", max_length=10, choices=State, default=State.DUE)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    leased_until = models.DateTimeField("占用至", null=True, blank=True)
    started_at = models.DateTimeField("开始时间", null=True, blank=True)
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)
    outcome = models.CharField("结果", max_length=300, blank=True)

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
        return f"{self.job} {self.slot_at:%Y-%m-%d %H:%M}"
