"""The case 诉求 itself and its history."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from complaints.grounds import Ground
from complaints.kinds import CaseType, Channel, Clock, Outcome, ProblemKind, Satisfaction, Secrecy, Urgency
from complaints.limits import LimitUnit
from complaints.models.intake import IntakePoint
from complaints.models.visits import Gathering, Visit
from complaints.querysets import CaseEventQuerySet, ComplaintQuerySet
from complaints.workflow import ENDED, OPEN_STATES, CaseState, public_label
from portal.models import Enterprise, Organisation, Topic

PERSON = settings.AUTH_USER_MODEL
OPEN = Q(state__in=sorted(OPEN_STATES))


class Complaint(models.Model):
    """A complaint or request of an enterprise or a citizen about the business environment.

    Who handed it in stands in `Identity`, encrypted. `shared_*` is what units read
    where they must not learn who that is: the text without names and numbers, made
    at registration and corrected by the office. `due_on` is the date of what comes
    next (see `services.clocks`), `handle_due_on` that of the whole handling.
    """

    number = models.CharField("编号", max_length=20, unique=True)
    channel = models.CharField("来源渠道", max_length=12, choices=Channel)
    intake_point = models.ForeignKey(
        IntakePoint,
        verbose_name="扫码点位",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
    )
    external_number = models.CharField("来源编号", max_length=40, blank=True)
    kind = models.CharField("类型", max_length=12, choices=CaseType)
    clock = models.CharField("时限类别", max_length=12, choices=Clock, default=Clock.ORDINARY)
    topic = models.ForeignKey(
        Topic,
        verbose_name="领域",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
    )
    problem_kind = models.CharField("问题类型", max_length=16, choices=ProblemKind, default=ProblemKind.OTHER)
    enterprise = models.ForeignKey(
        Enterprise,
        verbose_name="企业",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
    )
    town = models.ForeignKey(
        Organisation,
        verbose_name="所在镇街园区",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    reported = models.ForeignKey(
        Organisation,
        verbose_name="被反映单位",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints_about",
    )
    title = models.CharField("标题", max_length=120)
    text = models.TextField("内容", max_length=10000)
    wishes = models.TextField("诉求", max_length=2000, blank=True)
    shared_title = models.CharField("标题（隐去身份）", max_length=120, blank=True)
    shared_text = models.TextField("内容（隐去身份）", blank=True)
    shared_wishes = models.TextField("诉求（隐去身份）", blank=True)
    shared_checked_by = models.ForeignKey(
        PERSON, verbose_name="核对人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    secrecy = models.CharField("公开程度", max_length=8, choices=Secrecy, default=Secrecy.OPEN)
    is_anonymous = models.BooleanField("匿名", default=False)
    urgency = models.CharField("紧急程度", max_length=10, choices=Urgency, default=Urgency.NORMAL)
    # The observer who handed in a clue, or the clerk who wrote a case down.
    reporter = models.ForeignKey(
        PERSON,
        verbose_name="社会监督员",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="clues",
    )
    registered_by = models.ForeignKey(
        PERSON, verbose_name="登记人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    visit = models.ForeignKey(
        Visit,
        verbose_name="走访",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
    )
    gathering = models.ForeignKey(
        Gathering,
        verbose_name="活动",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
    )

    state = models.CharField("状态", max_length=14, choices=CaseState, default=CaseState.REGISTERED)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    lead = models.ForeignKey(
        Organisation,
        verbose_name="主办单位",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="cases_led",
    )
    is_designated = models.BooleanField("已指定办理", default=False)
    is_whistle = models.BooleanField("吹哨", default=False)
    is_supervised = models.BooleanField("督办", default=False)
    merged_into = models.ForeignKey(
        "self", verbose_name="并入", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    repeat_of = models.ForeignKey(
        "self",
        verbose_name="重复反映",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="repeats",
    )
    work_item_number = models.CharField("转为事项", max_length=20, blank=True)

    received_at = models.DateTimeField("收到时间")
    registered_on = models.DateField("登记日期")
    decided_on = models.DateField("受理决定日期", null=True, blank=True)
    accepted_on = models.DateField("受理日期", null=True, blank=True)
    is_deemed_accepted = models.BooleanField("逾期视为受理", default=False)
    ground = models.CharField("不予受理情形", max_length=12, choices=Ground, blank=True)
    decline_reason = models.CharField("不予受理理由", max_length=500, blank=True)
    right_door = models.CharField("应当向何处反映", max_length=300, blank=True)
    assigned_on = models.DateField("转办日期", null=True, blank=True)
    signed_on = models.DateField("签收日期", null=True, blank=True)
    contacted_at = models.DateTimeField("首次联系时间", null=True, blank=True)
    replied_on = models.DateField("答复日期", null=True, blank=True)
    reviewed_on = models.DateField("审核日期", null=True, blank=True)
    followed_up_on = models.DateField("回访日期", null=True, blank=True)
    closed_on = models.DateField("办结日期", null=True, blank=True)
    outcome = models.CharField("办理结果", max_length=12, choices=Outcome, blank=True)
    resolved = models.BooleanField("已解决", null=True, blank=True)
    satisfaction = models.CharField("满意度", max_length=8, choices=Satisfaction, blank=True)

    due_on = models.DateField("当前环节时限", null=True, blank=True)
    due_at = models.DateTimeField("当前环节时限（时刻）", null=True, blank=True)
    due_provisional = models.BooleanField("时限暂定", default=False)
    examine_due_on = models.DateField("受理时限", null=True, blank=True)
    transfer_due_on = models.DateField("转办时限", null=True, blank=True)
    contact_due_at = models.DateTimeField("首次联系时限", null=True, blank=True)
    handle_from = models.DateTimeField("办理起算", null=True, blank=True)
    handle_due_on = models.DateField("办理时限", null=True, blank=True)
    handle_due_at = models.DateTimeField("办理时限（时刻）", null=True, blank=True)
    handle_unit = models.CharField("时限单位", max_length=8, choices=LimitUnit, blank=True)
    handle_provisional = models.BooleanField("办理时限暂定", default=False)
    original_due_on = models.DateField("原办理时限", null=True, blank=True)
    feedback_due_on = models.DateField("审核反馈时限", null=True, blank=True)
    follow_up_due_on = models.DateField("回访时限", null=True, blank=True)
    clock_stopped_on = models.DateField("停止计时", null=True, blank=True)
    supplement_wanted = models.CharField("待补充", max_length=500, blank=True)

    query_digest = models.CharField("查询码摘要", max_length=64, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = "诉求"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["query_digest"], condition=~Q(query_digest=""), name="complaints_complaint_query"
            ),
            models.UniqueConstraint(
                fields=["channel", "external_number"],
                condition=~Q(external_number=""),
                name="complaints_complaint_external",
                violation_error_message="该来源编号已登记过",
            ),
            models.CheckConstraint(
                name="complaints_complaint_lead",
                condition=~Q(state__in=["assigned", "handling", "suspended", "awaiting_unit", "replied"])
                | Q(lead__isnull=False),
                violation_error_message="转办必须选择主办单位",
            ),
            models.CheckConstraint(
                name="complaints_complaint_closed",
                condition=~Q(state__in=sorted(ENDED)) | Q(closed_on__isnull=False),
                violation_error_message="办结必须有办结日期",
            ),
            models.CheckConstraint(
                name="complaints_complaint_declined",
                condition=~Q(state="declined") | ~Q(ground="") & ~Q(decline_reason=""),
                violation_error_message="不予受理必须有情形和理由",
            ),
            models.CheckConstraint(
                name="complaints_complaint_merged",
                condition=~Q(state="merged") | Q(merged_into__isnull=False),
                violation_error_message="并案必须有并入的诉求",
            ),
            models.CheckConstraint(
                name="complaints_complaint_not_itself",
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
                violation_error_message="不能并入自身",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="complaints_case_state"),
            models.Index(fields=["lead", "id"], name="complaints_case_lead"),
            models.Index(fields=["topic", "id"], name="complaints_case_topic"),
            models.Index(fields=["town", "id"], name="complaints_case_town"),
            models.Index(fields=["enterprise", "id"], name="complaints_case_enterprise"),
            models.Index(fields=["registered_on"], name="complaints_case_registered"),
            models.Index(fields=["accepted_on"], name="complaints_case_accepted"),
            models.Index(fields=["decided_on"], name="complaints_case_decided"),
            models.Index(fields=["closed_on"], name="complaints_case_closed"),
            models.Index(fields=["contact_due_at"], name="complaints_case_contact"),
            models.Index(fields=["due_on", "id"], condition=OPEN, name="complaints_case_open_due"),
            models.Index(fields=["lead", "due_on"], condition=OPEN, name="complaints_case_open_lead"),
            models.Index(
                fields=["reporter", "id"], condition=Q(reporter__isnull=False), name="complaints_case_clue"
            ),
        ]

    def __str__(self) -> str:
        # Never the title: what stands in the audit trail must not tell who it was.
        return self.number

    def get_absolute_url(self) -> str:
        return f"/complaints/{self.number}/"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_secret(self) -> bool:
        return self.secrecy == Secrecy.SECRET

    @property
    def is_stopped(self) -> bool:
        return self.clock_stopped_on is not None

    @property
    def public_state(self) -> str:
        """The state as the public reads it."""
        return public_label(self.state)

    def is_overdue(self, on: date) -> bool:
        """Tell whether what comes next was due before `on`; never while provisional or stopped."""
        running = self.is_open and not self.is_stopped and not self.due_provisional
        return running and self.due_on is not None and self.due_on < on


class CaseEvent(models.Model):
    """What happened to a case: one row for each step; triggers refuse every change.

    `text` is for those that `audience` names, `public_text` for the person who
    handed it in. Neither ever holds what identifies that person.
    """

    class Audience(models.TextChoices):
        UNITS = "units", "承办单位可见"
        OFFICE = "office", "仅营商办可见"

    complaint = models.ForeignKey(
        Complaint, verbose_name="诉求", on_delete=models.PROTECT, related_name="events"
    )
    at = models.DateTimeField("时间")
    action = models.CharField("动作", max_length=24)
    actor = models.ForeignKey(
        PERSON, verbose_name="操作人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    actor_name = models.CharField("姓名", max_length=40)
    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, null=True, related_name="+"
    )
    round = models.PositiveSmallIntegerField("轮次", default=1)
    source = models.CharField("原状态", max_length=14, choices=CaseState, blank=True)
    target = models.CharField("新状态", max_length=14, choices=CaseState, blank=True)
    audience = models.CharField("范围", max_length=8, choices=Audience, default=Audience.UNITS)
    text = models.TextField("说明", blank=True)
    public_text = models.TextField("告知来件人", blank=True)

    objects = CaseEventQuerySet.as_manager()

    class Meta:
        verbose_name = "办理经过"
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["complaint", "id"], name="complaints_event_case"),
            models.Index(fields=["action", "at"], name="complaints_event_action"),
        ]

    def __str__(self) -> str:
        return f"{self.complaint} {self.action}"
