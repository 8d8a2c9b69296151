"""Work reports 工作情况汇报: drafted by an outline from the figures of any run of months, frozen when final."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from reports.querysets import WorkReportQuerySet
from reports.workflow import WorkReportState

PERSON = settings.AUTH_USER_MODEL


class Outline(models.Model):
    """An outline that holds from its making on; never edited, only followed by another.

    `sections` are {key, title, texts}: each text a paragraph with placeholders for figures.
    """

    sections = models.JSONField("提纲")
    note = models.CharField("修改说明", max_length=200)
    created_by = models.ForeignKey(
        PERSON, verbose_name="修改人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField("修改时间")

    class Meta:
        verbose_name = "汇报提纲"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"汇报提纲（{self.created_at:%Y-%m-%d}）"


class WorkReport(models.Model):
    """A report on the work of `months` months that end with `month`.

    `content`, `figures` and `rows` are as in `Bulletin`. From the moment it is final
    triggers refuse every change.
    """

    State = WorkReportState

    code = models.SlugField("代码", max_length=40, unique=True)
    month = models.DateField("截止月份")
    months = models.PositiveSmallIntegerField("月数")
    state = models.CharField("状态", max_length=12, choices=State, default=State.DRAFT)
    title = models.CharField("标题", max_length=120)
    content = models.JSONField("内容", default=list)
    figures = models.JSONField("数据", default=dict)
    rows = models.JSONField("明细", default=dict)
    drafted_by = models.ForeignKey(PERSON, verbose_name="起草人", on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField("起草时间")
    review_note = models.CharField("审核意见", max_length=300, blank=True)
    reviewed_by = models.ForeignKey(
        PERSON, verbose_name="审定人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField("审定时间", null=True, blank=True)
    final_at = models.DateTimeField("定稿时间", null=True, blank=True)
    final_on = models.DateField("定稿日期", null=True, blank=True)
    document = models.JSONField("文书", null=True, blank=True)
    content_hash = models.CharField("内容摘要", max_length=64, blank=True)
    docx = models.BinaryField("DOCX", null=True, blank=True)
    pdf = models.BinaryField("PDF", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = WorkReportQuerySet.as_manager()

    class Meta:
        verbose_name = "工作汇报"
        ordering = ["-month", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="reports_workreport_final_is_complete",
                condition=~Q(state="final") | Q(final_at__isnull=False) & ~Q(content_hash=""),
                violation_error_message="定稿的汇报必须有定稿时间和内容摘要",
            ),
            models.CheckConstraint(name="reports_workreport_first_day", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="reports_workreport_months", condition=Q(months__gte=1, months__lte=12)
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/work-reports/{self.code}/"

    @property
    def is_frozen(self) -> bool:
        return self.final_at is not None
