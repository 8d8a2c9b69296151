"""Who handles a case and by when: rounds, assignments, stops of the clock, extensions."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from complaints.kinds import DutyRole, Outcome, Satisfaction
from complaints.models.cases import Complaint
from complaints.querysets import AssignmentQuerySet, ExtensionQuerySet
from complaints.workflow import ExtensionState
from portal.models import Organisation

PERSON = settings.AUTH_USER_MODEL


class Round(models.Model):
    """One handling of a case: from acceptance (or from being opened again) to the reply and the call-back.

    Figures of handling are counted on rounds: a second round leaves what the first
    one was as it was. `workdays` is what the reply took, stops left out.
    """

    complaint = models.ForeignKey(
        Complaint, verbose_name="诉求", on_delete=models.PROTECT, related_name="rounds"
    )
    number = models.PositiveSmallIntegerField("轮次", default=1)
    lead = models.ForeignKey(
        Organisation,
        verbose_name="主办单位",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    started_on = models.DateField("起算日期")
    original_due_on = models.DateField("原办理时限", null=True, blank=True)
    due_on = models.DateField("办理时限", null=True, blank=True)
    due_at = models.DateTimeField("办理时限（时刻）", null=True, blank=True)
    provisional = models.BooleanField("暂定", default=False)
    extended_on = models.DateField("延期批准日期", null=True, blank=True)
    replied_on = models.DateField("答复日期", null=True, blank=True)
    is_late = models.BooleanField("逾期答复", null=True, blank=True)
    workdays = models.PositiveSmallIntegerField("办理工作日", null=True, blank=True)
    ended_on = models.DateField("结束日期", null=True, blank=True)
    outcome = models.CharField("办理结果", max_length=12, choices=Outcome, blank=True)
    is_effective = models.BooleanField("有效回访", null=True, blank=True)
    resolved = models.BooleanField("已解决", null=True, blank=True)
    satisfaction = models.CharField("满意度", max_length=8, choices=Satisfaction, blank=True)

    class Meta:
        verbose_name = "办理轮次"
        ordering = ["complaint", "number"]
        constraints = [
            models.UniqueConstraint(fields=["complaint", "number"], name="complaints_round_once"),
        ]
        indexes = [
            models.Index(fields=["started_on"], name="complaints_round_started"),
            models.Index(fields=["due_on"], name="complaints_round_due"),
            models.Index(fields=["replied_on"], name="complaints_round_replied"),
            models.Index(fields=["ended_on"], name="complaints_round_ended"),
        ]

    def __str__(self) -> str:
        return f"{self.complaint} 第{self.number}轮"


class Assignment(models.Model):
    """A unit's part in a case: leading or assisting, by when, and what became of it.

    `masked` parts read only the text without identity, whatever the case's secrecy:
    the unit complained about, and what belongs to it.
    """

    class State(models.TextChoices):
        SENT = "sent", "待签收"
        SIGNED = "signed", "办理中"
        ANSWERED = "answered", "已提交意见"
        DONE = "done", "已办结"
        RETURNED = "returned", "已退回"
        RECALLED = "recalled", "已收回"

    complaint = models.ForeignKey(
        Complaint, verbose_name="诉求", on_delete=models.PROTECT, related_name="assignments"
    )
    round = models.PositiveSmallIntegerField("轮次", default=1)
    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="assignments"
    )
    role = models.CharField("职责", max_length=8, choices=DutyRole)
    state = models.CharField("状态", max_length=10, choices=State, default=State.SENT)
    masked = models.BooleanField("隐去身份", default=False)
    is_designated = models.BooleanField("指定", default=False)
    instruction = models.CharField("办理要求", max_length=500, blank=True)
    assigned_by = models.ForeignKey(
        PERSON, verbose_name="转办人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    assigned_at = models.DateTimeField("转办时间")
    assigned_on = models.DateField("转办日期")
    sign_due_on = models.DateField("签收时限", null=True, blank=True)
    due_on = models.DateField("办理时限", null=True, blank=True)
    due_provisional = models.BooleanField("暂定", default=False)
    signed_on = models.DateField("签收日期", null=True, blank=True)
    signed_by = models.ForeignKey(
        PERSON, verbose_name="签收人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    returned_on = models.DateField("退回日期", null=True, blank=True)
    return_reason = models.CharField("退回理由", max_length=500, blank=True)
    suggested = models.ForeignKey(
        Organisation,
        verbose_name="建议单位",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    answer = models.TextField("意见", blank=True)
    answered_on = models.DateField("提交日期", null=True, blank=True)
    answered_by = models.ForeignKey(
        PERSON, verbose_name="提交人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "转办"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "organisation"],
                condition=Q(state__in=["sent", "signed", "answered"]),
                name="complaints_assignment_once",
                violation_error_message="该单位已在办理此件",
            ),
            models.UniqueConstraint(
                fields=["complaint"],
                condition=Q(role="lead", state__in=["sent", "signed"]),
                name="complaints_assignment_one_lead",
            ),
            models.CheckConstraint(
                name="complaints_assignment_returned_has_reason",
                condition=~Q(state="returned") | ~Q(return_reason=""),
                violation_error_message="退回必须写明理由",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "complaint"], name="complaints_assignment_unit"),
            models.Index(fields=["assigned_on"], name="complaints_assignment_day"),
            models.Index(
                fields=["organisation", "due_on"],
                condition=Q(state__in=["sent", "signed"]),
                name="complaints_assignment_open",
            ),
            # The few parts without identity; every list of a unit asks which they are.
            models.Index(
                fields=["organisation", "complaint"],
                condition=Q(masked=True),
                name="complaints_assignment_masked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint} {self.get_role_display()} {self.organisation}"


class ClockStop(models.Model):
    """The clock stands still: who stopped it, why, from which day to which."""

    class Kind(models.TextChoices):
        SUPPLEMENT = "supplement", "等待补充"
        SUSPENSION = "suspension", "中止办理"

    complaint = models.ForeignKey(
        Complaint, verbose_name="诉求", on_delete=models.PROTECT, related_name="stops"
    )
    round = models.PositiveSmallIntegerField("轮次", default=1)
    kind = models.CharField("种类", max_length=12, choices=Kind)
    reason = models.CharField("原因", max_length=500)
    from_on = models.DateField("自")
    to_on = models.DateField("至", null=True, blank=True)
    stopped_by = models.ForeignKey(
        PERSON, verbose_name="决定人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    restarted_by = models.ForeignKey(
        PERSON, verbose_name="恢复人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "停止计时"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint"], condition=Q(to_on=None), name="complaints_clockstop_one_open"
            ),
            models.CheckConstraint(
                name="complaints_clockstop_period", condition=Q(to_on=None) | Q(to_on__gte=F("from_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint} {self.get_kind_display()}"


class Extension(models.Model):
    """A unit asks for more time: how much, why, and what was decided."""

    complaint = models.ForeignKey(
        Complaint, verbose_name="诉求", on_delete=models.PROTECT, related_name="extensions"
    )
    round = models.PositiveSmallIntegerField("轮次", default=1)
    organisation = models.ForeignKey(
        Organisation, verbose_name="申请单位", on_delete=models.PROTECT, related_name="+"
    )
    days = models.PositiveSmallIntegerField("延长")
    reason = models.CharField("理由", max_length=500)
    state = models.CharField("状态", max_length=10, choices=ExtensionState, default=ExtensionState.REQUESTED)
    old_due_on = models.DateField("原时限", null=True)
    new_due_on = models.DateField("新时限", null=True, blank=True)
    requested_by = models.ForeignKey(
        PERSON, verbose_name="申请人", on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(
        PERSON, verbose_name="审批人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField("审批时间", null=True)
    decision = models.CharField("审批意见", max_length=300, blank=True)

    objects = ExtensionQuerySet.as_manager()

    class Meta:
        verbose_name = "延期申请"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["complaint"],
                condition=Q(state="requested"),
                name="complaints_extension_one_pending",
                violation_error_message="已有一项待审批的延期申请",
            ),
            models.CheckConstraint(name="complaints_extension_days", condition=Q(days__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.complaint} 延期{self.days}"
