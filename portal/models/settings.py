"""Settings that the office may change: rows with a validity date, never overwritten."""

from django.conf import settings
from django.db import models


class SettingRow(models.Model):
    """A value that holds from a day on; the newest row whose day has come counts."""

    key = models.CharField("设置", max_length=60)
    value = models.JSONField("值")
    valid_from = models.DateField("生效日期")
    note = models.CharField("说明", max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="修改人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField("修改时间", auto_now_add=True)

    class Meta:
        verbose_name = "设置"
        ordering = ["key", "-valid_from", "-pk"]
        indexes = [models.Index(fields=["key", "-valid_from"], name="portal_settingrow_current")]

    def __str__(self) -> str:
        return f"{self.key} ({self.valid_from:%Y-%m-%d})"
