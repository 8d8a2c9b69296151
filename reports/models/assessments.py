"""The year's assessment 年度考核: rules by year, the units' results, their objections."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.models import Organisation
from reports.assessing.rules import Group
from reports.querysets import AssessmentQuerySet, ObjectionQuerySet, ResultQuerySet
from reports.workflow import AssessmentState, ObjectionState

PERSON = settings.AUTH_USER_MODEL
GROUPS = [(group.value, group.label) for group in (Group.WITH, Group.WITHOUT)]


class AssessmentRules(models.Model):
    """The rules of a year in one version; never edited, only followed by the next version."""

    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("版次")
    rules = models.JSONField("细则")
    note = models.CharField("修改说明", max_length=200, blank=True)
    created_by = models.ForeignKey(
        PERSON, verbose_name="制定人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField("制定时间")

    class Meta:
        verbose_name = "考核细则"
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="reports_assessmentrules_once")
        ]

    def __str__(self) -> str:
        return f"{self.year}年度考核细则（第{self.number}版）"


class Assessment(models.Model):
    """The assessment of a year by the facts up to the end of `month`.

    From the moment it is published triggers refuse every change of it and of its results.
    """

    State = AssessmentState

    year = models.PositiveSmallIntegerField("年度", unique=True)
    month = models.DateField("数据截至月份")
    state = models.CharField("状态", max_length=12, choices=State, default=State.DRAFT)
    rules = models.ForeignKey(
        AssessmentRules, verbose_name="细则", on_delete=models.PROTECT, related_name="assessments"
    )
    evaluated_by = models.ForeignKey(
        PERSON, verbose_name="测算人", on_delete=models.PROTECT, related_name="+"
    )
    evaluated_at = models.DateTimeField("测算时间")
    opened_by = models.ForeignKey(
        PERSON, verbose_name="送核对人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    opened_at = models.DateTimeField("送核对时间", null=True, blank=True)
    objections_until = models.DateField("异议截止", null=True, blank=True)
    published_by = models.ForeignKey(
        PERSON, verbose_name="公布人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_at = models.DateTimeField("公布时间", null=True, blank=True)
    table = models.JSONField("结果表", default=list, blank=True)
    content_hash = models.CharField("内容摘要", max_length=64, blank=True)
    docx = models.BinaryField("DOCX", null=True, blank=True)
    pdf = models.BinaryField("PDF", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = "年度考核"
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                name="reports_assessment_published_is_complete",
                condition=~Q(state="published") | Q(published_at__isnull=False) & ~Q(content_hash=""),
                violation_error_message="公布的考核结果必须有公布时间和内容摘要",
            ),
            models.CheckConstraint(
                name="reports_assessment_checked_until",
                condition=~Q(state="provisional") | Q(objections_until__isnull=False),
                violation_error_message="送单位核对必须有异议截止日期",
            ),
            models.CheckConstraint(name="reports_assessment_first_day", condition=Q(month__day=1)),
        ]

    def __str__(self) -> str:
        return f"{self.year}年度营商环境工作考核"

    def get_absolute_url(self) -> str:
        return f"/assessments/{self.year}/"

    @property
    def is_frozen(self) -> bool:
        return self.published_at is not None


class Result(models.Model):
    """A unit's result: `lines` are the rules one by one with the calculation and the evidence."""

    assessment = models.ForeignKey(
        Assessment, verbose_name="考核", on_delete=models.CASCADE, related_name="results"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="+"
    )
    group = models.CharField("组别", max_length=20, choices=GROUPS)
    base = models.DecimalField("基础分", max_digits=7, decimal_places=2)
    added = models.DecimalField("加分", max_digits=7, decimal_places=2)
    deducted = models.DecimalField("扣分", max_digits=7, decimal_places=2)
    total = models.DecimalField("得分", max_digits=7, decimal_places=2)
    grade = models.CharField("等次", max_length=10)
    place = models.PositiveSmallIntegerField("位次")
    of = models.PositiveSmallIntegerField("组内单位数")
    lines = models.JSONField("计分明细", default=list)
    frozen_at = models.DateTimeField("冻结时间", null=True, blank=True)

    objects = ResultQuerySet.as_manager()

    class Meta:
        verbose_name = "考核结果"
        ordering = ["group", "place", "organisation__order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "organisation"], name="reports_result_once"),
            models.CheckConstraint(
                name="reports_result_place", condition=Q(place__gte=1, place__lte=models.F("of"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment}　{self.organisation}"

    def get_absolute_url(self) -> str:
        return f"{self.assessment.get_absolute_url()}units/{self.organisation.code}/"


class Objection(models.Model):
    """A unit's objection 异议 to evidence of its own result, and what the office decided.

    `identities` are the facts it is about, `labels` how they were called when it was made.
    """

    State = ObjectionState

    assessment = models.ForeignKey(
        Assessment, verbose_name="考核", on_delete=models.PROTECT, related_name="objections"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="+"
    )
    number = models.PositiveSmallIntegerField("序号")
    identities = models.JSONField("所涉依据")
    labels = models.JSONField("依据名称")
    text = models.CharField("异议理由", max_length=500)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PENDING)
    made_by = models.ForeignKey(PERSON, verbose_name="提出人", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("提出时间")
    decision = models.CharField("处理理由", max_length=500, blank=True)
    decided_by = models.ForeignKey(
        PERSON, verbose_name="处理人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField("处理时间", null=True, blank=True)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        verbose_name = "考核异议"
        ordering = ["assessment", "number"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "number"], name="reports_objection_number"),
            models.CheckConstraint(
                name="reports_objection_decided_has_reason",
                condition=Q(state="pending") | (~Q(decision="") & Q(decided_at__isnull=False)),
                violation_error_message="处理异议必须写明理由",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}异议（{self.number}号）"
