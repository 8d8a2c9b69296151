"""Measurements 监测值 of the leaves of the indicator tree."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from indicators.models.catalogue import Indicator
from indicators.querysets import MeasurementQuerySet
from indicators.workflow import MeasurementState

PERSON = settings.AUTH_USER_MODEL


class Measurement(models.Model):
    """The value of an indicator for a period. `value` None with a note is a stated "no data", not a zero."""

    indicator = models.ForeignKey(
        Indicator, verbose_name="监测项", on_delete=models.PROTECT, related_name="measurements"
    )
    period = models.DateField("期间首日")
    value = models.DecimalField("监测值", max_digits=18, decimal_places=4, null=True, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    source = models.CharField("来源", max_length=120, blank=True)
    state = models.CharField("状态", max_length=10, choices=MeasurementState, default=MeasurementState.DRAFT)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    submitted_by = models.ForeignKey(
        PERSON, verbose_name="提交人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    verified_at = models.DateTimeField("审核时间", null=True, blank=True)
    verified_by = models.ForeignKey(
        PERSON, verbose_name="审核人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    return_reason = models.CharField("退回原因", max_length=300, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = MeasurementQuerySet.as_manager()

    class Meta:
        verbose_name = "监测值"
        ordering = ["indicator", "period"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "period"], name="indicators_measurement_once"),
            models.CheckConstraint(
                name="indicators_measurement_first_day",
                condition=Q(period__day=1),
                violation_error_message="期间应为当月或当季首日",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.period:%Y-%m}"
