"""What a case leads to: replies, call-backs, ratings, files, whistle calls, supervision."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from complaints.kinds import Outcome, Satisfaction
from complaints.models.cases import Complaint
from complaints.querysets import EnclosureQuerySet, EscalationQuerySet, WhistleQuerySet
from complaints.workflow import EscalationRung
from portal.models import Organisation

PERSON = settings.AUTH_USER_MODEL


class Reply(models.Model):
    """A version of the reply: written by the liaison, confirmed by the unit's head, reviewed by the office."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待单位确认"
        CONFIRMED = "confirmed", "待审核"
        PASSED = "passed", "已答复"
        RETURNED = "returned", "已退回"

    complaint = models.ForeignKey(
        Complaint, verbose_name="诉求", on_delete=models.PROTECT, related_name="replies"
    )
    round = models.PositiveSmallIntegerField("轮次", default=1)
    version = models.PositiveSmallIntegerField("版本")
    organisation = models.ForeignKey(
        Organisation, verbose_name="答复单位", on_delete=models.PROTECT, related_name="+"
    )
    text = models.TextField("答复")
    measures = models.TextField("办理过程", blank=True)
    outcome = models.CharField("办理结果", max_length=12, choices=Outcome)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(PERSON, verbose_name="拟稿人", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField("拟稿时间")
    confirmed_by = models.ForeignKey(
        PERSON, verbose_name="确认人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True)
    reviewed_by = models.ForeignKey(
        PERSON, verbose_name="审核人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    reviewed_at = models.DateTimeField("审核时间", null=True)
    opinion = models.CharField("意见", max_length=500, blank=True)

    class Meta:
        verbose_name = "答复"
        ordering = ["complaint", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["complaint", "version"], name="complaints_reply_version"),
            models.UniqueConstraint(
                fields=["complaint"],
                condition=Q(state__in=["proposed", "confirmed"]),
                name="complaints_reply_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint} 第{self.version}稿"


class FollowUp(models.Model):
    """A call-back 回访 by somebody outside the handling units."""

    complaint = models.ForeignKey(
        Complaint, verbose_name="诉求", on_delete=models.PROTECT, related_name="follow_ups"
    )
    round = models.PositiveSmallIntegerField("轮次", default=1)
    on = models.DateField("回访日期", db_index=True)
    by = models.ForeignKey(PERSON, verbose_name="回访人", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("登记时间")
    reachable = models.BooleanField("联系上")
    refused = models.BooleanField("拒绝评价", default=False)
    resolved = models.BooleanField("已解决", null=True, blank=True)
    satisfaction = models.CharField("满意度", max_length=8, choices=Satisfaction, blank=True)
    is_justified = models.BooleanField("不满意理由成立", null=True, blank=True)
    note = models.CharField("说明", max_length=500, blank=True)

    class Meta:
        verbose_name = "回访"
        ordering = ["complaint", "pk"]
        constraints = [
            models.CheckConstraint(
                name="complaints_followup_answered",
                condition=Q(reachable=False)
                | Q(refused=True)
                | (Q(resolved__isnull=False) & ~Q(satisfaction="")),
                violation_error_message="联系上的须登记是否解决和满意程度",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint} {self.on}"


class Rating(models.Model):
    """What the person himself says after closing, by query code; once for each round."""

    complaint = models.ForeignKey(
        Complaint, verbose_name="诉求", on_delete=models.PROTECT, related_name="ratings"
    )
    round = models.PositiveSmallIntegerField("轮次")
    satisfaction = models.CharField("满意度", max_length=8, choices=Satisfaction)
    resolved = models.BooleanField("已解决")
    comment = models.CharField("意见", max_length=500, blank=True)
    at = models.DateTimeField("评价时间")

    class Meta:
        verbose_name = "评价"
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["complaint", "round"], name="complaints_rating_once")]

    def __str__(self) -> str:
        return f"{self.complaint} {self.get_satisfaction_display()}"


class Enclosure(models.Model):
    """Files handed in together. Those of the reporter reach a unit only when the office has released them."""

    class Side(models.TextChoices):
        REPORTER = "reporter", "来件人"
        OFFICE = "office", "营商办"
        UNIT = "unit", "承办单位"

    complaint = models.ForeignKey(
        Complaint, verbose_name="诉求", on_delete=models.PROTECT, related_name="enclosures"
    )
    side = models.CharField("提供方", max_length=10, choices=Side)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name="提供单位",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    note = models.CharField("说明", max_length=200, blank=True)
    is_released = models.BooleanField("可供承办单位查看", default=False)
    released_by = models.ForeignKey(
        PERSON, verbose_name="核对人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("时间", auto_now_add=True)

    objects = EnclosureQuerySet.as_manager()

    class Meta:
        verbose_name = "材料"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.complaint} {self.get_side_display()}材料"


class WhistleCall(models.Model):
    """企业吹哨、部门报到: the office calls several units to one case; each answers as its assignment."""

    class State(models.TextChoices):
        OPEN = "open", "进行中"
        CLOSED = "closed", "已办结"

    complaint = models.OneToOneField(
        Complaint, verbose_name="诉求", on_delete=models.PROTECT, related_name="whistle"
    )
    state = models.CharField("状态", max_length=8, choices=State, default=State.OPEN)
    task = models.CharField("吹哨事由", max_length=500)
    called_by = models.ForeignKey(PERSON, verbose_name="吹哨人", on_delete=models.PROTECT, related_name="+")
    called_on = models.DateField("吹哨日期")
    respond_due_on = models.DateField("报到时限")
    result = models.TextField("办理结果", blank=True)
    closed_by = models.ForeignKey(
        PERSON, verbose_name="办结人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    closed_on = models.DateField("办结日期", null=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = WhistleQuerySet.as_manager()

    class Meta:
        verbose_name = "吹哨"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="complaints_whistle_closed", condition=~Q(state="closed") | Q(closed_on__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint} 吹哨"


class Escalation(models.Model):
    """A proposal to supervise a unit over a case 督办: proposed by a rule, signed or dismissed by a person."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "待签发"
        ISSUED = "issued", "已签发"
        DISMISSED = "dismissed", "不予发出"

    complaint = models.ForeignKey(
        Complaint, verbose_name="诉求", on_delete=models.PROTECT, related_name="escalations"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name="发往单位", on_delete=models.PROTECT, related_name="+"
    )
    rung = models.CharField("文种", max_length=10, choices=EscalationRung)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PROPOSED)
    occasion = models.SlugField("事由键", max_length=80, unique=True)
    reason = models.CharField("理由", max_length=300)
    number = models.CharField("文号", max_length=40, blank=True)
    proposed_at = models.DateTimeField("提出时间")
    signed_by = models.ForeignKey(
        PERSON, verbose_name="签发人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    issued_on = models.DateField("签发日期", null=True, blank=True)
    reply_by = models.DateField("反馈时限", null=True, blank=True)
    dismissal_reason = models.CharField("不发理由", max_length=300, blank=True)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        verbose_name = "诉求督办"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="complaints_escalation_number"
            ),
            models.CheckConstraint(
                name="complaints_escalation_issued",
                condition=~Q(state="issued") | ~Q(number=""),
                violation_error_message="签发的督办必须有文号",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.complaint} {self.get_rung_display()}（待签发）"
