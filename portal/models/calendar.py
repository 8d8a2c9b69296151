"""The working calendar: exceptions by date, and which years have been published."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class CalendarYear(models.Model):
    """A year whose holiday notice has been published and entered."""

    year = models.PositiveSmallIntegerField("年份", primary_key=True)
    source = models.CharField("依据", max_length=120, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    loaded_at = models.DateTimeField("载入时间", auto_now=True)

    class Meta:
        verbose_name = "日历年度"
        ordering = ["-year"]

    def __str__(self) -> str:
        return f"{self.year}年"


class CalendarDay(models.Model):
    """A day that departs from Monday-to-Friday: a holiday, or a working Saturday or Sunday (调休)."""

    date = models.DateField("日期", primary_key=True)
    is_workday = models.BooleanField("上班")
    name = models.CharField("名称", max_length=40, blank=True)
    source = models.CharField("依据", max_length=120, blank=True)

    class Meta:
        verbose_name = "日历例外"
        ordering = ["date"]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {'上班' if self.is_workday else '休息'}"


class CalendarProposal(models.Model):
    """A year's holidays that one keeper has entered and another has to confirm before they count.

    `rows` is the whole of the year's exceptions as `[date, worked, name, source]`;
    `version` is the calendar's when it was compared, 0 for a new year.
    """

    class State(models.TextChoices):
        PENDING = "pending", "待复核"
        CONFIRMED = "confirmed", "已载入"
        RETURNED = "returned", "已退回"

    year = models.PositiveSmallIntegerField("年份")
    source = models.CharField("依据", max_length=120)
    version = models.PositiveIntegerField("比对的版本")
    rows = models.JSONField("安排")
    state = models.CharField("状态", max_length=10, choices=State, default=State.PENDING)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="提交人", on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField("提交时间", auto_now_add=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="复核人",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    decided_at = models.DateTimeField("复核时间", null=True, blank=True)
    note = models.CharField("退回原因", max_length=300, blank=True)

    class Meta:
        verbose_name = "日历复核"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["year"], condition=Q(state="pending"), name="portal_calendarproposal_one_pending"
            ),
            models.CheckConstraint(
                name="portal_calendarproposal_two_people",
                condition=~Q(state="confirmed")
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by"))),
                violation_error_message="提交人不能复核自己提交的安排",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年放假安排"
