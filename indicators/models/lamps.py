"""Lamp schemes, and the lamp each item showed at a month's end."""

from django.conf import settings
from django.db import models

from indicators.models.items import WorkItem
from indicators.querysets import LampRecordQuerySet


class LampScheme(models.Model):
    """An ordered list of lamp rules that holds from a day on; never edited, only followed by another."""

    name = models.CharField("名称", max_length=60)
    rules = models.JSONField("规则")
    valid_from = models.DateField("生效日期")
    note = models.CharField("说明", max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="制定人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField("制定时间", auto_now_add=True)

    class Meta:
        verbose_name = "亮灯规则"
        ordering = ["-valid_from", "-pk"]

    def __str__(self) -> str:
        return self.name


class LampRecord(models.Model):
    """The lamp of an item as of the last day of a month; final once the month is closed."""

    item = models.ForeignKey(WorkItem, verbose_name="事项", on_delete=models.CASCADE, related_name="lamps")
    month = models.DateField("月份")
    colour = models.CharField("亮灯", max_length=10, choices=WorkItem.LampColour)
    reason = models.CharField("原因", max_length=40)
    percent = models.DecimalField("进度", max_digits=5, decimal_places=1)

    objects = LampRecordQuerySet.as_manager()

    class Meta:
        verbose_name = "逐月亮灯"
        ordering = ["month", "item"]
        constraints = [
            models.UniqueConstraint(fields=["item", "month"], name="indicators_lamprecord_once"),
            models.CheckConstraint(name="indicators_lamprecord_first_day", condition=models.Q(month__day=1)),
        ]
        indexes = [models.Index(fields=["month", "colour"], name="indicators_lamprecord_month")]

    def __str__(self) -> str:
        return f"{self.item} {self.month:%Y-%m} {self.colour}"
