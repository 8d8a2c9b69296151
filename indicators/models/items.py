"""Work lists 台账, their items, and what is applied for or decided about an item."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from indicators.lamps import Colour
from indicators.models.taskforces import TaskForce
from indicators.querysets import WorkItemQuerySet, WorkListQuerySet
from indicators.workflow import OPEN_STATES, ItemState
from portal.models import Organisation

PERSON = settings.AUTH_USER_MODEL


class WorkList(models.Model):
    """A ledger: the tasks or problems that one basis document of one year lays down."""

    class Kind(models.TextChoices):
        TASK = "task", "任务"
        PROBLEM = "problem", "问题"

    class Source(models.TextChoices):
        BENCHMARKING = "benchmarking", "对标提升"
        INNOVATION_PILOT = "innovation_pilot", "创新试点"
        EVALUATION_PROBLEMS = "evaluation_problems", "省评反馈"
        SURVEY_PROBLEMS = "survey_problems", "领题调研"
        INSPECTION = "inspection", "督查发现"
        INSTRUCTION = "instruction", "调度交办"
        BLOCKAGE = "blockage", "堵点难点"
        COMPLAINT = "complaint", "诉求转办"
        LEGACY_PROMISE = "legacy_promise", "新官不理旧账"
        OTHER = "other", "其他"

    year = models.PositiveSmallIntegerField("年度")
    source = models.CharField("来源", max_length=30, choices=Source)
    kind = models.CharField("种类", max_length=10, choices=Kind)
    title = models.CharField("名称", max_length=80)
    label = models.CharField("简称", max_length=20)
    prefix = models.CharField("编号前缀", max_length=6)
    basis = models.CharField("依据文件", max_length=160, blank=True)
    order = models.PositiveIntegerField("排序", default=0)

    objects = WorkListQuerySet.as_manager()

    class Meta:
        verbose_name = "台账"
        ordering = ["-year", "order", "pk"]
        constraints = [models.UniqueConstraint(fields=["year", "prefix"], name="indicators_worklist_prefix")]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return f"/items/?work_list={self.slug}"

    @property
    def slug(self) -> str:
        """The list's part of a URL: `2023-DB`."""
        return f"{self.year}-{self.prefix}"


class WorkItem(models.Model):
    """A task or a problem: who owes what by when, how far it is, and what lamp it shows.

    `percent`, `quantity_done` and `verified_month` repeat the newest verified
    report; `lamp`, `lamp_reason` and `lamp_as_of` are the roll-up of the lamp
    rules on that day. Both are kept by services, in the transaction of the change.
    `stopped_on` is the day on which a suspended or cancelled item was stopped, so
    that the figures of earlier months still count it as it was.
    """

    class LampColour(models.TextChoices):
        RED = Colour.RED.value, Colour.RED.label
        YELLOW = Colour.YELLOW.value, Colour.YELLOW.label
        GREEN = Colour.GREEN.value, Colour.GREEN.label
        BLUE = Colour.BLUE.value, Colour.BLUE.label
        GREY = Colour.GREY.value, Colour.GREY.label

    number = models.CharField("编号", max_length=24, unique=True)
    work_list = models.ForeignKey(
        WorkList, verbose_name="台账", on_delete=models.PROTECT, related_name="items"
    )
    task_force = models.ForeignKey(
        TaskForce, verbose_name="专班", on_delete=models.PROTECT, related_name="items"
    )
    title = models.CharField("事项", max_length=120)
    target = models.TextField("目标", blank=True)
    quantity = models.DecimalField("目标数量", max_digits=14, decimal_places=2, null=True, blank=True)
    unit = models.CharField("计量单位", max_length=20, blank=True)
    measures = models.TextField("举措", blank=True)
    lead = models.ForeignKey(
        Organisation, verbose_name="牵头单位", on_delete=models.PROTECT, related_name="items_led"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name="责任单位", on_delete=models.PROTECT, related_name="items"
    )
    supporting = models.ManyToManyField(
        Organisation, verbose_name="配合单位", related_name="items_supported", blank=True
    )
    responsible_leader = models.CharField("责任领导", max_length=40, blank=True)
    responsible_person = models.CharField("责任人", max_length=40, blank=True)
    start_on = models.DateField("开始日期")
    due_on = models.DateField("完成时限", null=True, blank=True)
    original_due_on = models.DateField("原定时限", null=True, blank=True)
    weight = models.PositiveSmallIntegerField("权重", default=1)
    is_important = models.BooleanField("重点", default=False)
    is_urgent = models.BooleanField("紧急", default=False)
    state = models.CharField("状态", max_length=20, choices=ItemState, default=ItemState.PLANNED)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    closed_on = models.DateField("销号日期", null=True, blank=True)
    stopped_on = models.DateField("停办日期", null=True, blank=True)
    percent = models.DecimalField("进度", max_digits=5, decimal_places=1, default=0)
    quantity_done = models.DecimalField("完成数量", max_digits=14, decimal_places=2, null=True, blank=True)
    verified_month = models.DateField("最近审核月份", null=True, blank=True)
    lamp = models.CharField("亮灯", max_length=10, choices=LampColour, default=LampColour.GREEN)
    lamp_reason = models.CharField("亮灯原因", max_length=40, blank=True)
    lamp_as_of = models.DateField("亮灯日期", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("建立时间", auto_now_add=True)

    objects = WorkItemQuerySet.as_manager()

    class Meta:
        verbose_name = "事项"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="indicators_item_dates",
                condition=Q(due_on=None) | Q(due_on__gte=F("start_on")),
                violation_error_message="完成时限不能早于开始日期",
            ),
            models.CheckConstraint(
                name="indicators_item_percent",
                condition=Q(percent__gte=0, percent__lte=100),
                violation_error_message="进度应在 0 到 100 之间",
            ),
            models.CheckConstraint(
                name="indicators_item_closed_has_date",
                condition=~Q(state=ItemState.CLOSED) | Q(closed_on__isnull=False),
                violation_error_message="销号必须有销号日期",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state"], name="indicators_item_unit"),
            models.Index(fields=["task_force", "state"], name="indicators_item_taskforce"),
            models.Index(fields=["work_list", "id"], name="indicators_item_list"),
            models.Index(fields=["lamp", "id"], name="indicators_item_lamp"),
            models.Index(
                fields=["due_on"],
                condition=Q(state__in=sorted(OPEN_STATES)),
                name="indicators_item_open_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.short_number} {self.title}"

    def get_absolute_url(self) -> str:
        return f"/items/{self.number}/"

    @property
    def short_number(self) -> str:
        """The number as it is spoken of within its year: `DB-011` for `2023-DB-011`."""
        return self.number.partition("-")[2]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    def is_overdue(self, on: date) -> bool:
        """Tell whether the item is open and its due date lies before `on`."""
        return self.is_open and self.due_on is not None and self.due_on < on


class Milestone(models.Model):
    """What an item is to have reached by the end of a month."""

    item = models.ForeignKey(
        WorkItem, verbose_name="事项", on_delete=models.CASCADE, related_name="milestones"
    )
    month = models.DateField("月份")
    text = models.CharField("节点", max_length=120)
    percent = models.DecimalField("应达进度", max_digits=5, decimal_places=1)

    class Meta:
        verbose_name = "节点"
        ordering = ["item", "month"]
        constraints = [
            models.UniqueConstraint(fields=["item", "month"], name="indicators_milestone_once"),
            models.CheckConstraint(
                name="indicators_milestone_percent", condition=Q(percent__gte=0, percent__lte=100)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.month:%Y-%m}"


class Suspension(models.Model):
    """A time for which an item was stopped, once it is over: taken up again, or given up for good.

    `stopped_on` is the first day of it, `ended_on` the first day after it. While an
    item is still suspended only its own `stopped_on` says so.
    """

    item = models.ForeignKey(
        WorkItem, verbose_name="事项", on_delete=models.CASCADE, related_name="suspensions"
    )
    stopped_on = models.DateField("中止日期")
    ended_on = models.DateField("结束日期")

    class Meta:
        verbose_name = "中止记录"
        ordering = ["item", "pk"]
        constraints = [
            models.CheckConstraint(
                name="indicators_suspension_order",
                condition=Q(ended_on__gte=F("stopped_on")),
                violation_error_message="中止的结束日期不能早于开始日期",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.stopped_on:%Y-%m-%d} 至 {self.ended_on:%Y-%m-%d}"


class ClosingApplication(models.Model):
    """An application to close an item 销号申请, with everybody's opinion on it; evidence is attached to it."""

    class Outcome(models.TextChoices):
        PENDING = "pending", "审核中"
        APPROVED = "approved", "同意销号"
        RETURNED = "returned", "已退回"
        WITHDRAWN = "withdrawn", "已撤回"

    item = models.ForeignKey(
        WorkItem, verbose_name="事项", on_delete=models.PROTECT, related_name="applications"
    )
    round = models.PositiveSmallIntegerField("轮次")
    completed_on = models.DateField("完成日期")
    result = models.TextField("完成情况")
    applicant = models.ForeignKey(PERSON, verbose_name="申请人", on_delete=models.PROTECT, related_name="+")
    applied_at = models.DateTimeField("申请时间")
    confirmed_by = models.ForeignKey(
        PERSON, verbose_name="单位确认", on_delete=models.PROTECT, null=True, related_name="+"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True)
    lead_by = models.ForeignKey(
        PERSON, verbose_name="牵头初审", on_delete=models.PROTECT, null=True, related_name="+"
    )
    lead_at = models.DateTimeField("初审时间", null=True)
    lead_opinion = models.CharField("初审意见", max_length=300, blank=True)
    decided_by = models.ForeignKey(
        PERSON, verbose_name="核定", on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField("核定时间", null=True)
    opinion = models.CharField("核定意见", max_length=300, blank=True)
    outcome = models.CharField("结果", max_length=10, choices=Outcome, default=Outcome.PENDING)
    reopened_on = models.DateField("重新打开日期", null=True, blank=True)

    class Meta:
        verbose_name = "销号申请"
        ordering = ["item", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(outcome="pending"), name="indicators_application_one_pending"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} 第{self.round}轮"


class Adjustment(models.Model):
    """A change of an item's date or duty, with its reason: asked for and decided, or decided at once."""

    class Kind(models.TextChoices):
        EXTENSION = "extension", "延期"
        DATE = "date", "调整时限"
        DUTY = "duty", "调整责任单位"

    class State(models.TextChoices):
        REQUESTED = "requested", "待审批"
        APPROVED = "approved", "已同意"
        REFUSED = "refused", "未同意"

    item = models.ForeignKey(
        WorkItem, verbose_name="事项", on_delete=models.PROTECT, related_name="adjustments"
    )
    kind = models.CharField("种类", max_length=10, choices=Kind)
    state = models.CharField("状态", max_length=10, choices=State, default=State.REQUESTED)
    reason = models.CharField("理由", max_length=300)
    old_due_on = models.DateField("原时限", null=True, blank=True)
    new_due_on = models.DateField("新时限", null=True, blank=True)
    new_organisation = models.ForeignKey(
        Organisation,
        verbose_name="新责任单位",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    requested_by = models.ForeignKey(
        PERSON, verbose_name="申请人", on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(
        PERSON, verbose_name="审批人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField("审批时间", null=True)
    decision = models.CharField("审批意见", max_length=300, blank=True)

    class Meta:
        verbose_name = "调整"
        ordering = ["item", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "kind"],
                condition=Q(state="requested"),
                name="indicators_adjustment_one_pending",
                violation_error_message="该事项已有一项待审批的申请",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.get_kind_display()}"
