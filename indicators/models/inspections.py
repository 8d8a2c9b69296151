"""Inspections 督查: what they rest on, who goes where, what is found, and what becomes of it."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q

from indicators.inspection_workflow import (
    SETTLED,
    TOLD,
    Authority,
    FindingState,
    InspectionKind,
    InspectionState,
    Method,
    word_of,
)
from indicators.models.items import WorkItem
from indicators.models.taskforces import TaskForce
from indicators.querysets import (
    FindingQuerySet,
    InspectionPaperQuerySet,
    InspectionQuerySet,
    InspectionReferralQuerySet,
    InspectionVisitQuerySet,
)
from portal.models import Organisation, User

PERSON = settings.AUTH_USER_MODEL


class Inspection(models.Model):
    """One inspection from its plan to its end. From `issued_on` on triggers refuse changes of what it rests on."""

    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("次数")
    occasion = models.SlugField("事由键", max_length=80, unique=True)
    title = models.CharField("名称", max_length=80)
    kind = models.CharField("类型", max_length=20, choices=InspectionKind)
    method = models.CharField("方式", max_length=10, choices=Method)
    state = models.CharField("状态", max_length=10, choices=InspectionState, default=InspectionState.DRAFT)
    authority = models.CharField("授权", max_length=20, choices=Authority, blank=True)
    authority_document = models.CharField("依据文件", max_length=160, blank=True)
    approver = models.CharField("批准人", max_length=40, blank=True)
    approved_on = models.DateField("批准日期", null=True, blank=True)
    authority_scope = models.CharField("授权事项、范围和职责", max_length=300, blank=True)
    authority_until = models.DateField("授权期限", null=True, blank=True)
    scope = models.TextField("督查范围", blank=True)
    plan = models.TextField("督查方案", blank=True)
    starts_on = models.DateField("开始日期", null=True, blank=True)
    ends_on = models.DateField("结束日期", null=True, blank=True)
    organisations = models.ManyToManyField(
        Organisation, verbose_name="被督查单位", related_name="inspections", blank=True
    )
    companions = models.CharField("其他参加人员", max_length=200, blank=True)
    issued_on = models.DateField("启动日期", null=True, blank=True)
    issued_by = models.ForeignKey(
        PERSON, verbose_name="启动人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    conclusion = models.TextField("督查结论", blank=True)
    concluded_on = models.DateField("反馈日期", null=True, blank=True)
    concluded_by = models.ForeignKey(
        PERSON, verbose_name="反馈人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_on = models.DateField("办结日期", null=True, blank=True)
    cancelled_on = models.DateField("取消日期", null=True, blank=True)
    created_by = models.ForeignKey(PERSON, verbose_name="立项人", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("立项时间", auto_now_add=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = "督查"
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="indicators_inspection_number"),
            models.CheckConstraint(
                name="indicators_inspection_has_authority",
                condition=Q(issued_on=None)
                | Q(kind=InspectionKind.ROUTINE)
                | ~Q(authority="") & ~Q(approver="") & Q(approved_on__isnull=False),
                violation_error_message="没有授权的，只能作为日常督办",
            ),
            models.CheckConstraint(
                name="indicators_inspection_dates",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                violation_error_message="结束日期不能早于开始日期",
            ),
            models.CheckConstraint(
                name="indicators_inspection_concluded_has_date",
                condition=~Q(state__in=["concluded", "closed"])
                | Q(issued_on__isnull=False, concluded_on__isnull=False),
                violation_error_message="反馈的督查须有启动日期和反馈日期",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年第{self.number}号{self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        return f"/inspections/{self.slug}/"

    @property
    def slug(self) -> str:
        return f"{self.year}-{self.number:02d}"

    @property
    def word(self) -> str:
        """督查, or 督办 where it has no authority of the government."""
        return word_of(self.kind)

    @property
    def is_covert(self) -> bool:
        return self.method == Method.COVERT


class InspectionMember(models.Model):
    """Somebody who takes part in an inspection; he stays out of the review of objections to it."""

    inspection = models.ForeignKey(
        Inspection, verbose_name="督查", on_delete=models.CASCADE, related_name="members"
    )
    user = models.ForeignKey(PERSON, verbose_name="督查人员", on_delete=models.PROTECT, related_name="+")
    is_head = models.BooleanField("组长", default=False)

    class Meta:
        verbose_name = "督查人员"
        ordering = ["inspection", "-is_head", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "user"], name="indicators_inspection_member_once"),
            models.UniqueConstraint(
                fields=["inspection"], condition=Q(is_head=True), name="indicators_inspection_one_head"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class InspectionVisit(models.Model):
    """One visit: when, where, who was seen, what was learnt. The inspected units don't read it."""

    inspection = models.ForeignKey(
        Inspection, verbose_name="督查", on_delete=models.PROTECT, related_name="visits"
    )
    visited_on = models.DateField("走访日期")
    organisation = models.ForeignKey(
        Organisation,
        verbose_name="被督查单位",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    place = models.CharField("地点", max_length=80)
    note = models.TextField("了解的情况")
    recorded_by = models.ForeignKey(PERSON, verbose_name="登记人", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = InspectionVisitQuerySet.as_manager()

    class Meta:
        verbose_name = "走访"
        ordering = ["inspection", "visited_on", "pk"]

    def __str__(self) -> str:
        return f"{self.inspection} {self.visited_on:%m-%d} {self.place}"


class Finding(models.Model):
    """A problem an inspection has found; fed back with the conclusion it is frozen, and lives on as a work item."""

    class Weight(models.TextChoices):
        ORDINARY = "ordinary", "一般"
        GRAVE = "grave", "突出"

    inspection = models.ForeignKey(
        Inspection, verbose_name="督查", on_delete=models.PROTECT, related_name="findings"
    )
    position = models.PositiveSmallIntegerField("序号")
    organisation = models.ForeignKey(
        Organisation, verbose_name="被督查单位", on_delete=models.PROTECT, related_name="findings"
    )
    task_force = models.ForeignKey(
        TaskForce, verbose_name="专班", on_delete=models.PROTECT, related_name="findings"
    )
    weight = models.CharField("程度", max_length=10, choices=Weight, default=Weight.ORDINARY)
    title = models.CharField("问题", max_length=120)
    fact = models.TextField("事实")
    basis = models.CharField("对照要求", max_length=200)
    demand = models.CharField("整改要求", max_length=300)
    state = models.CharField("状态", max_length=12, choices=FindingState, default=FindingState.RECORDED)
    recorded_by = models.ForeignKey(PERSON, verbose_name="登记人", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)
    issued_on = models.DateField("反馈日期", null=True, blank=True)
    objection_until = models.DateField("异议期至", null=True, blank=True)
    revoked_on = models.DateField("撤销日期", null=True, blank=True)
    rectified_on = models.DateField("复查合格日期", null=True, blank=True)
    item = models.OneToOneField(
        WorkItem,
        verbose_name="整改事项",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="finding",
    )
    version = models.PositiveIntegerField("版本", default=1)

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = "督查发现"
        ordering = ["inspection", "position"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "position"], name="indicators_finding_position"),
            models.CheckConstraint(
                name="indicators_finding_told_has_date",
                condition=Q(state__in=["recorded", "dropped"])
                | Q(issued_on__isnull=False, objection_until__isnull=False),
                violation_error_message="反馈的问题须有反馈日期和异议期",
            ),
            models.CheckConstraint(
                name="indicators_finding_ends_have_dates",
                condition=(~Q(state="rectified") | Q(rectified_on__isnull=False))
                & (~Q(state="revoked") | Q(revoked_on__isnull=False)),
                violation_error_message="整改和撤销须有日期",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state"], name="indicators_finding_unit"),
            models.Index(fields=["issued_on"], name="indicators_finding_issued"),
        ]

    def __str__(self) -> str:
        return f"{self.inspection}问题{self.position}"

    def get_absolute_url(self) -> str:
        return f"{self.inspection.get_absolute_url()}findings/{self.position}/"

    @property
    def is_settled(self) -> bool:
        return self.state in SETTLED

    @property
    def is_told(self) -> bool:
        """Whether the inspected unit has been told of it."""
        return self.state in TOLD

    def may_object(self, on: date) -> bool:
        """Tell whether the time to object is still open on a day, the last one included."""
        return self.objection_until is not None and on <= self.objection_until


class FindingReply(models.Model):
    """What the unit says to a finding: that it accepts it, or its objection with the review's decision."""

    class Kind(models.TextChoices):
        ANSWER = "answer", "认领"
        OBJECTION = "objection", "异议"

    class Outcome(models.TextChoices):
        MAINTAINED = "maintained", "维持"
        REVOKED = "revoked", "撤销"

    finding = models.ForeignKey(
        Finding, verbose_name="问题", on_delete=models.PROTECT, related_name="replies"
    )
    kind = models.CharField("种类", max_length=10, choices=Kind)
    text = models.TextField("内容")
    written_by = models.ForeignKey(PERSON, verbose_name="填写人", on_delete=models.PROTECT, related_name="+")
    written_on = models.DateField("提交日期")
    decide_by = models.DateField("复核期限", null=True, blank=True)
    outcome = models.CharField("复核结果", max_length=10, choices=Outcome, blank=True)
    decision = models.CharField("复核意见", max_length=300, blank=True)
    decided_by = models.ForeignKey(
        PERSON, verbose_name="复核人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_on = models.DateField("复核日期", null=True, blank=True)

    class Meta:
        verbose_name = "单位意见"
        ordering = ["finding", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["finding", "kind"], name="indicators_finding_reply_once"),
        ]

    def __str__(self) -> str:
        return f"{self.finding}{self.get_kind_display()}"


class FindingRecheck(models.Model):
    """One re-check 复查 of a finding; the newest one on a day says whether it was put right by then."""

    finding = models.ForeignKey(
        Finding, verbose_name="问题", on_delete=models.PROTECT, related_name="rechecks"
    )
    checked_on = models.DateField("复查日期")
    passed = models.BooleanField("合格")
    note = models.CharField("复查情况", max_length=300)
    checked_by = models.ForeignKey(PERSON, verbose_name="复查人", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "复查"
        ordering = ["finding", "pk"]

    def __str__(self) -> str:
        return f"{self.finding}复查{'合格' if self.passed else '不合格'}"


class InspectionPaper(models.Model):
    """A numbered paper of an inspection. Written once: triggers refuse every change."""

    class Kind(models.TextChoices):
        NOTICE = "notice", "通知"
        FEEDBACK = "feedback", "反馈意见书"
        RECTIFY = "rectify", "整改通知"

    inspection = models.ForeignKey(
        Inspection, verbose_name="督查", on_delete=models.PROTECT, related_name="papers"
    )
    kind = models.CharField("文种", max_length=10, choices=Kind)
    # None: to all units of the inspection together.
    organisation = models.ForeignKey(
        Organisation,
        verbose_name="主送单位",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    slug = models.SlugField("标识", max_length=80, unique=True)
    number = models.CharField("文号", max_length=40, unique=True)
    issued_on = models.DateField("印发日期")
    issued_by = models.ForeignKey(PERSON, verbose_name="印发人", on_delete=models.PROTECT, related_name="+")
    document = models.JSONField("文书")

    objects = InspectionPaperQuerySet.as_manager()

    class Meta:
        verbose_name = "督查文书"
        ordering = ["inspection", "pk"]

    def __str__(self) -> str:
        return self.number

    @property
    def label(self) -> str:
        """督查通知, 督查反馈意见书, 整改通知; 督办通知 where there is no authority of the government."""
        label = self.get_kind_display()
        return label if self.kind == self.Kind.RECTIFY else f"{self.inspection.word}{label}"


class InspectionReferral(models.Model):
    """A clue handed to discipline inspection 线索移交: restricted to the inspectors named as readers.

    `facts` and `outcome` are sealed by `portal.crypto`. What it is called anywhere
    else (audit trail, notices) tells nothing of its subject (art. 23).
    """

    inspection = models.ForeignKey(
        Inspection, verbose_name="督查", on_delete=models.PROTECT, related_name="referrals"
    )
    token = models.SlugField("标识", max_length=40, unique=True)
    facts = models.TextField("线索情况")
    referred_to = models.CharField("移交对象", max_length=60)
    referred_on = models.DateField("移交日期")
    made_by = models.ForeignKey(PERSON, verbose_name="移交人", on_delete=models.PROTECT, related_name="+")
    readers = models.ManyToManyField(User, verbose_name="知悉人员", related_name="+")
    outcome = models.TextField("办理结果", blank=True)
    answered_on = models.DateField("结果日期", null=True, blank=True)

    objects = InspectionReferralQuerySet.as_manager()

    class Meta:
        verbose_name = "限制知悉记录"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return "限制知悉记录"

    def get_absolute_url(self) -> str:
        return f"/inspections/restricted/{self.token}/"
