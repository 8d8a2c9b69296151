"""Workbooks that were uploaded and wait to be confirmed."""

from django.conf import settings
from django.db import models


class WorkbookImport(models.Model):
    """An uploaded workbook: read and compared at upload, applied whole at confirmation, or discarded.

    A large one that was confirmed is applied by a job: `confirmed_at` says since when it
    waits, `attempts` how often the job has begun, and `refusal` why it came back unapplied.
    """

    class State(models.TextChoices):
        CHECKED = "checked", "待确认"
        APPLYING = "applying", "正在导入"
        APPLIED = "applied", "已导入"
        DISCARDED = "discarded", "已放弃"

    token = models.CharField("标识", max_length=32, unique=True)
    kind = models.CharField("种类", max_length=40)
    parameters = models.JSONField("参数", default=dict)
    name = models.CharField("文件名", max_length=200)
    stored_name = models.CharField("存储名", max_length=80)
    sha256 = models.CharField("摘要", max_length=64)
    state = models.CharField("状态", max_length=10, choices=State, default=State.CHECKED)
    preview = models.JSONField("预览", default=dict)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="上传人", on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField("上传时间", auto_now_add=True)
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    refusal = models.CharField("未导入原因", max_length=300, blank=True)
    applied_at = models.DateTimeField("导入时间", null=True, blank=True)

    class Meta:
        verbose_name = "导入"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name
