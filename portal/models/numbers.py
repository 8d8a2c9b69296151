"""Counters for printed numbers."""

from django.db import models


class NumberSeries(models.Model):
    """The last number given out in a series and year; raised in the transaction that uses the number."""

    series = models.CharField("系列", max_length=40)
    year = models.PositiveSmallIntegerField("年份")
    value = models.PositiveIntegerField("已用到", default=0)

    class Meta:
        verbose_name = "编号"
        constraints = [models.UniqueConstraint(fields=["series", "year"], name="portal_numberseries_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.year}: {self.value}"
