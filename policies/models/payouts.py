"""兑现台账: batches, payouts, budgets, and the approvals a batch needs."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from policies.models.catalogue import PolicyItem, PolicyItemVersion
from policies.models.proposals import Proposal
from policies.querysets import PayoutBatchQuerySet, PayoutQuerySet
from policies.terms import Level
from policies.workflow import BatchState
from portal.models import Enterprise, Organisation

PERSON = settings.AUTH_USER_MODEL


class ApprovalBand(models.Model):
    """From which sum of a batch on how many people must approve it; the newest row of a day counts."""

    starts_at = models.DecimalField("批次金额起（元）", max_digits=16, decimal_places=2)
    approvals = models.PositiveSmallIntegerField("批准人数")
    needs_office = models.BooleanField("须营商办主任批准", default=False)
    valid_from = models.DateField("生效日期")
    created_by = models.ForeignKey(
        PERSON, verbose_name="设置人", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "审批档次"
        ordering = ["valid_from", "starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["valid_from", "starts_at"], name="policies_band_once"),
            models.CheckConstraint(
                name="policies_band_sane",
                condition=Q(starts_at__gte=0, approvals__gte=1),
                violation_error_message="档次金额不能是负数，至少要有一人批准",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at} 元起 {self.approvals} 人"


class PayoutBatch(models.Model):
    """Payouts that one unit proposes together, that others approve, and that are paid together.

    Approved, it is frozen: `digest` covers every payment's digest, `signature` is
    made with the key for payouts and names it by `key_id`.
    """

    number = models.CharField("批次号", max_length=20, unique=True)
    organisation = models.ForeignKey(
        Organisation, verbose_name="编制单位", on_delete=models.PROTECT, related_name="payout_batches"
    )
    title = models.CharField("批次名称", max_length=120)
    state = models.CharField("状态", max_length=12, choices=BatchState, default=BatchState.DRAFT)
    created_by = models.ForeignKey(PERSON, verbose_name="编制人", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("编制时间", auto_now_add=True)
    submitted_by = models.ForeignKey(
        PERSON, verbose_name="提交人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    approved_at = models.DateTimeField("批准时间", null=True, blank=True)
    digest = models.CharField("摘要", max_length=64, blank=True)
    signature = models.CharField("签名", max_length=128, blank=True)
    key_id = models.CharField("签名密钥", max_length=16, blank=True)
    paid_on = models.DateField("拨付日期", null=True, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    edit = models.PositiveIntegerField("版次", default=1)

    objects = PayoutBatchQuerySet.as_manager()

    class Meta:
        verbose_name = "兑现批次"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="policies_batch_approved_is_signed",
                condition=~Q(state__in=[BatchState.APPROVED, BatchState.PAID])
                | (Q(approved_at__isnull=False) & ~Q(digest="") & ~Q(signature="")),
                violation_error_message="批准的批次必须有签名",
            ),
            models.CheckConstraint(
                name="policies_batch_paid_has_date",
                condition=~Q(state=BatchState.PAID) | Q(paid_on__isnull=False),
                violation_error_message="拨付必须有日期",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "state"], name="policies_batch_unit")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return f"/policies/payouts/batches/{self.number}/"


class BatchApproval(models.Model):
    """One person's approval of a batch as it stood at edit `edit`; returned batches need new ones."""

    batch = models.ForeignKey(
        PayoutBatch, verbose_name="批次", on_delete=models.PROTECT, related_name="approvals"
    )
    person = models.ForeignKey(PERSON, verbose_name="批准人", on_delete=models.PROTECT, related_name="+")
    edit = models.PositiveIntegerField("批次版次")
    as_office = models.BooleanField("以营商办主任身份", default=False)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "批次审批"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "person", "edit"], name="policies_approval_once"),
        ]

    def __str__(self) -> str:
        return f"{self.batch} {self.person}"


class Payout(models.Model):
    """One payment 笔 to one enterprise for one item and period, in yuan; reversals are negative rows.

    `digest` is filled when the batch is approved; from then on the database
    refuses changes of what was paid to whom. `voided_at` marks rows taken off a
    batch or left in a cancelled one; they count nowhere.
    """

    batch = models.ForeignKey(
        PayoutBatch, verbose_name="批次", on_delete=models.PROTECT, related_name="payouts"
    )
    item = models.ForeignKey(
        PolicyItem, verbose_name="事项", on_delete=models.PROTECT, related_name="payouts"
    )
    version = models.ForeignKey(
        PolicyItemVersion, verbose_name="事项版本", on_delete=models.PROTECT, related_name="payouts"
    )
    enterprise = models.ForeignKey(
        Enterprise, verbose_name="市场主体", on_delete=models.PROTECT, related_name="payouts"
    )
    proposal = models.ForeignKey(
        Proposal, verbose_name="推送", on_delete=models.PROTECT, null=True, blank=True, related_name="payouts"
    )
    period = models.CharField("所属期间", max_length=10, blank=True)
    amount = models.DecimalField("金额", max_digits=14, decimal_places=2)
    # Whose budget it is counted against: the year of the day it was entered for.
    budget_year = models.PositiveSmallIntegerField("预算年度")
    # The day that a department's workbook gives; it becomes `paid_on` when the batch is paid.
    stated_on = models.DateField("部门填报的兑现日期", null=True, blank=True)
    paid_on = models.DateField("兑现日期", null=True, blank=True)
    voucher = models.CharField("凭证号", max_length=60, blank=True)
    shares = models.JSONField("资金分担", default=dict, blank=True)
    digest = models.CharField("摘要", max_length=64, null=True, blank=True)
    reversal_of = models.OneToOneField(
        "self",
        verbose_name="冲销",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reversal",
    )
    reversed_on = models.DateField("被冲销日期", null=True, blank=True)
    reason = models.CharField("冲销原因", max_length=300, blank=True)
    voided_at = models.DateTimeField("移出时间", null=True, blank=True)
    created_by = models.ForeignKey(
        PERSON, verbose_name="录入人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField("录入时间", auto_now_add=True)

    objects = PayoutQuerySet.as_manager()

    class Meta:
        verbose_name = "兑现"
        ordering = ["-pk"]
        constraints = [
            # The same payout imported twice, or confirmed by two people: paid once.
            models.UniqueConstraint(
                fields=["item", "enterprise", "period"],
                condition=Q(reversal_of=None, reversed_on=None, voided_at=None),
                name="policies_payout_once",
                violation_error_message="该企业在本期间已有这一事项的兑现",
            ),
            models.CheckConstraint(
                name="policies_payout_sign",
                condition=Q(reversal_of=None, amount__gte=0)
                | (Q(reversal_of__isnull=False, amount__lte=0) & ~Q(reason="")),
                violation_error_message="兑现金额不能是负数；冲销须写明原因",
            ),
            models.CheckConstraint(
                name="policies_payout_not_of_itself",
                condition=Q(reversal_of=None) | ~Q(reversal_of=F("id")),
            ),
            models.CheckConstraint(
                name="policies_payout_paid_is_sealed",
                condition=Q(paid_on=None) | Q(digest__isnull=False),
                violation_error_message="拨付的必须先批准",
            ),
        ]
        indexes = [
            models.Index(fields=["paid_on", "item"], name="policies_payout_paid"),
            models.Index(fields=["enterprise", "paid_on"], name="policies_payout_enterprise"),
            models.Index(fields=["item", "budget_year"], name="policies_payout_budget"),
            models.Index(fields=["item", "paid_on"], name="policies_payout_item"),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.enterprise} {self.amount}"


class Budget(models.Model):
    """Money set aside for an item in a year, by the level that gives it, in yuan."""

    item = models.ForeignKey(
        PolicyItem, verbose_name="事项", on_delete=models.PROTECT, related_name="budgets"
    )
    year = models.PositiveSmallIntegerField("年度")
    level = models.CharField("资金来源", max_length=12, choices=Level, default=Level.COUNTY)
    amount = models.DecimalField("预算", max_digits=16, decimal_places=2)
    document = models.CharField("预算文号", max_length=60, blank=True)
    # The highest share of which a warning has gone out, so that each goes out once.
    warned_percent = models.PositiveSmallIntegerField("已预警", default=0)
    version = models.PositiveIntegerField("版本", default=1)

    class Meta:
        verbose_name = "预算"
        ordering = ["-year", "item", "level"]
        constraints = [
            models.UniqueConstraint(fields=["item", "year", "level"], name="policies_budget_once"),
            models.CheckConstraint(
                name="policies_budget_amount",
                condition=Q(amount__gt=0),
                violation_error_message="预算应大于 0",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.year} {self.get_level_display()}"
