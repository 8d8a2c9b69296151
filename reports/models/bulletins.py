"""Bulletins 通报: drafted from figures, numbered and frozen when issued."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from reports.querysets import BulletinQuerySet
from reports.workflow import BulletinState

PERSON = settings.AUTH_USER_MODEL


class Bulletin(models.Model):
    """One bulletin of a series; its figures cover `months` months that end with `month`.

    A special one 专项通报 has a `subject`: its occasion, whom or what it is about, the
    chosen sections.
    `content` holds the sections as blocks (text, table, chart) with the figure
    keys behind each number; `figures` the values at drafting; `rows` for each
    figure the identifiers of the rows behind it. From the moment of issue on
    triggers refuse every change of what was printed.
    """

    class Series(models.TextChoices):
        MONTHLY = "monthly", "月通报"
        QUARTERLY = "quarterly", "季通报"
        SPECIAL = "special", "专项通报"

    State = BulletinState

    series = models.CharField("系列", max_length=10, choices=Series, default=Series.MONTHLY)
    month = models.DateField("月份")
    months = models.PositiveSmallIntegerField("月数", default=1)
    subject = models.JSONField("专项内容", default=dict, blank=True)
    code = models.SlugField("代码", max_length=40, unique=True)
    state = models.CharField("状态", max_length=12, choices=State, default=State.DRAFT)
    title = models.CharField("标题", max_length=120)
    issue_number = models.PositiveSmallIntegerField("期号", null=True, blank=True)
    issue_year = models.PositiveSmallIntegerField("期号年度", null=True, blank=True)
    document_number = models.CharField("文号", max_length=40, blank=True)
    content = models.JSONField("内容", default=list)
    figures = models.JSONField("数据", default=dict)
    rows = models.JSONField("明细", default=dict)
    named_units = models.JSONField("点名单位", default=list, blank=True)
    drafted_by = models.ForeignKey(
        PERSON, verbose_name="起草人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    drafted_at = models.DateTimeField("起草时间")
    reviewed_by = models.ForeignKey(
        PERSON, verbose_name="审核人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField("审核时间", null=True, blank=True)
    review_note = models.CharField("审核意见", max_length=300, blank=True)
    issued_by = models.ForeignKey(
        PERSON, verbose_name="签发人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    issued_at = models.DateTimeField("签发时间", null=True, blank=True)
    issued_on = models.DateField("签发日期", null=True, blank=True)
    document = models.JSONField("文书", null=True, blank=True)
    content_hash = models.CharField("内容摘要", max_length=64, blank=True)
    docx = models.BinaryField("DOCX", null=True, blank=True)
    pdf = models.BinaryField("PDF", null=True, blank=True)
    supersedes = models.OneToOneField(
        "self",
        verbose_name="更正",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
    )
    version = models.PositiveIntegerField("版本", default=1)

    objects = BulletinQuerySet.as_manager()

    class Meta:
        verbose_name = "通报"
        ordering = ["-month", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="reports_bulletin_issued_is_complete",
                condition=~Q(state__in=["issued", "superseded"])
                | Q(issue_number__isnull=False, issued_at__isnull=False) & ~Q(content_hash=""),
                violation_error_message="签发的通报必须有期号、签发时间和内容摘要",
            ),
            models.UniqueConstraint(
                fields=["series", "issue_year", "issue_number"],
                condition=Q(issue_number__isnull=False),
                name="reports_bulletin_issue_number",
            ),
            models.CheckConstraint(name="reports_bulletin_first_day", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="reports_bulletin_months", condition=Q(months__gte=1, months__lte=12)
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/bulletins/{self.code}/"

    @property
    def is_frozen(self) -> bool:
        return self.issued_at is not None
