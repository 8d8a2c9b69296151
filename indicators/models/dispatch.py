"""Dispatch rounds 调度, instructions 交办 and the letters of the escalation ladder."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from indicators.models.items import WorkItem
from indicators.models.taskforces import TaskForce
from indicators.querysets import DispatchRoundQuerySet, InstructionQuerySet, LetterQuerySet
from portal.models import Organisation

PERSON = settings.AUTH_USER_MODEL


class DispatchRound(models.Model):
    """A dispatch meeting of a month: which task forces, as of when, and what was said and decided.

    From the moment `sheet` is filled triggers refuse every change of it and of the minutes.
    """

    class Form(models.TextChoices):
        CHIEF = "chief", "指标长调度"
        OFFICE = "office", "营商办调度"
        LEAD = "lead", "牵头单位调度"

    class State(models.TextChoices):
        DRAFT = "draft", "待召开"
        HELD = "held", "已召开"
        CANCELLED = "cancelled", "已取消"

    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveSmallIntegerField("次数")
    month = models.DateField("月份")
    form = models.CharField("形式", max_length=10, choices=Form)
    occasion = models.SlugField("场次键", max_length=80, unique=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    chief = models.ForeignKey(
        PERSON, verbose_name="指标长", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lead = models.ForeignKey(
        Organisation,
        verbose_name="牵头单位",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    task_forces = models.ManyToManyField(TaskForce, verbose_name="专班", related_name="rounds")
    cutoff_on = models.DateField("数据截至")
    planned_at = models.DateTimeField("计划时间", null=True, blank=True)
    place = models.CharField("地点", max_length=60, blank=True)
    held_on = models.DateField("召开日期", null=True, blank=True)
    chair = models.CharField("主持人", max_length=40, blank=True)
    present = models.CharField("参加人员", max_length=300, blank=True)
    minutes = models.TextField("会议纪要", blank=True)
    recorded_by = models.ForeignKey(
        PERSON, verbose_name="记录人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sheet = models.JSONField("调度表", null=True, blank=True)
    sheet_hash = models.CharField("调度表摘要", max_length=64, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = DispatchRoundQuerySet.as_manager()

    class Meta:
        verbose_name = "调度"
        ordering = ["-year", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["year", "number"], name="indicators_round_number"),
            models.CheckConstraint(
                name="indicators_round_held_has_record",
                condition=~Q(state="held") | Q(held_on__isnull=False) & ~Q(chair=""),
                violation_error_message="登记会议须填召开日期和主持人",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年第{self.number}次{self.get_form_display()}"

    def get_absolute_url(self) -> str:
        return f"/dispatch/{self.slug}/"

    @property
    def slug(self) -> str:
        return f"{self.year}-{self.number:02d}"


class PickedItem(models.Model):
    """An item that the office has put on a round's sheet 转入调度, whatever its lamp, with the reason."""

    round = models.ForeignKey(
        DispatchRound, verbose_name="调度", on_delete=models.PROTECT, related_name="picks"
    )
    item = models.ForeignKey(WorkItem, verbose_name="事项", on_delete=models.PROTECT, related_name="picks")
    reason = models.CharField("转入理由", max_length=200)
    picked_by = models.ForeignKey(PERSON, verbose_name="转入人", on_delete=models.PROTECT, related_name="+")
    picked_at = models.DateTimeField("转入时间")

    class Meta:
        verbose_name = "转入调度的事项"
        ordering = ["item__number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "item"], name="indicators_picked_once"),
            models.CheckConstraint(
                name="indicators_picked_has_reason",
                condition=~Q(reason=""),
                violation_error_message="转入调度须写明理由",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item.short_number} {self.round}"


class Instruction(models.Model):
    """What a chief or the office tells a unit to do 交办; it lives on as a work item with a due date."""

    round = models.ForeignKey(
        DispatchRound,
        verbose_name="调度",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="instructions",
    )
    item = models.OneToOneField(
        WorkItem, verbose_name="事项", on_delete=models.PROTECT, related_name="instruction"
    )
    about = models.ForeignKey(
        WorkItem,
        verbose_name="所涉事项",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="instructions",
    )
    given_by = models.ForeignKey(PERSON, verbose_name="交办人", on_delete=models.PROTECT, related_name="+")
    given_on = models.DateField("交办日期")

    objects = InstructionQuerySet.as_manager()

    class Meta:
        verbose_name = "交办"
        ordering = ["-given_on", "-pk"]

    def __str__(self) -> str:
        return self.item.title


class Letter(models.Model):
    """A letter of the escalation ladder; numbered and frozen when it is issued, answered by the unit.

    From the moment `document` is filled triggers refuse every change of what was printed.
    """

    class Rung(models.TextChoices):
        REMIND = "remind", "提醒函"
        CHASE = "chase", "催办通知"
        SUPERVISE = "supervise", "督办函"
        TALK = "talk", "约谈通知"
        CIRCULATE = "circulate", "通报"
        TRANSFER = "transfer", "移交函"

    class State(models.TextChoices):
        PROPOSED = "proposed", "待签发"
        ISSUED = "issued", "已签发"
        DISMISSED = "dismissed", "不予发出"

    rung = models.CharField("文种", max_length=10, choices=Rung)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PROPOSED)
    number = models.CharField("文号", max_length=40, blank=True)
    organisation = models.ForeignKey(
        Organisation, verbose_name="发往单位", on_delete=models.PROTECT, related_name="letters"
    )
    items = models.ManyToManyField(WorkItem, verbose_name="所涉事项", related_name="letters", blank=True)
    occasion = models.SlugField("事由键", max_length=80, unique=True)
    reason = models.CharField("理由", max_length=300)
    body = models.TextField("正文", blank=True)
    reply_by = models.DateField("反馈时限", null=True, blank=True)
    proposed_at = models.DateTimeField("提出时间")
    proposed_by = models.ForeignKey(
        PERSON, verbose_name="提出人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    signed_by = models.ForeignKey(
        PERSON, verbose_name="签发人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    issued_on = models.DateField("签发日期", null=True, blank=True)
    document = models.JSONField("文书", null=True, blank=True)
    dismissal_reason = models.CharField("不发理由", max_length=300, blank=True)
    reply = models.TextField("单位反馈", blank=True)
    replied_on = models.DateField("反馈日期", null=True, blank=True)
    replied_by = models.ForeignKey(
        PERSON, verbose_name="反馈人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField("版本", default=1)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = "督办文书"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="indicators_letter_number"
            ),
            models.CheckConstraint(
                name="indicators_letter_issued_has_number",
                condition=~Q(state="issued") | ~Q(number=""),
                violation_error_message="签发的文书必须有文号",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.get_rung_display()}（待签发）"

    def get_absolute_url(self) -> str:
        return f"/letters/{self.occasion}/"
