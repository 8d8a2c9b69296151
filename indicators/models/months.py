"""Reporting months and the monthly reports 进展."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q

from indicators.models.items import WorkItem
from indicators.querysets import ProgressReportQuerySet, ReportingMonthQuerySet, UnlockRequestQuerySet
from indicators.workflow import OWED_STATES, ReportState
from portal.models import Organisation

PERSON = settings.AUTH_USER_MODEL


class ReportingMonth(models.Model):
    """A month that is reported on: opened on its first working day after, on time until `due_on`,
    locked after `closes_on` (both days included)."""

    month = models.DateField("月份", primary_key=True)
    opened_at = models.DateTimeField("开放时间")
    opened_by = models.ForeignKey(
        PERSON, verbose_name="开放人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    due_on = models.DateField("按时截止")
    closes_on = models.DateField("封账日期")
    provisional = models.BooleanField("暂定", default=False)
    closed_at = models.DateTimeField("封账时间", null=True, blank=True)

    objects = ReportingMonthQuerySet.as_manager()

    class Meta:
        verbose_name = "月报"
        ordering = ["-month"]
        constraints = [
            models.CheckConstraint(
                name="indicators_month_order",
                condition=Q(closes_on__gte=models.F("due_on")),
                violation_error_message="封账日期不能早于按时截止日期",
            ),
            models.CheckConstraint(name="indicators_month_first_day", condition=Q(month__day=1)),
        ]

    def __str__(self) -> str:
        return f"{self.month.year}年{self.month.month}月"

    def get_absolute_url(self) -> str:
        return f"/months/{self.slug}/"

    @property
    def entry_url(self) -> str:
        return f"/months/{self.slug}/entry/"

    @property
    def review_url(self) -> str:
        return f"/months/{self.slug}/review/"

    @property
    def slug(self) -> str:
        return f"{self.month:%Y-%m}"

    def is_locked(self, on: date) -> bool:
        """Tell whether the month is locked on the day `on` (unlocks of single units aside)."""
        return self.closed_at is not None or (on > self.closes_on and not self.provisional)

    def is_late(self, on: date) -> bool:
        """Tell whether a report submitted on the day `on` is late."""
        return on > self.due_on and not self.provisional


class MonthUnlock(models.Model):
    """Leave for one unit to report a locked month until a day, with the reason."""

    month = models.ForeignKey(
        ReportingMonth, verbose_name="月报", on_delete=models.PROTECT, related_name="unlocks"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="+"
    )
    until = models.DateField("开放至")
    reason = models.CharField("理由", max_length=300)
    granted_by = models.ForeignKey(PERSON, verbose_name="批准人", on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField("批准时间")

    class Meta:
        verbose_name = "月报解锁"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.organisation} {self.month} 至 {self.until:%m-%d}"


class UnlockRequest(models.Model):
    """A unit asks for a locked month to be opened to it, with the reason; the office grants it for a time or refuses."""

    class State(models.TextChoices):
        OPEN = "open", "待办理"
        GRANTED = "granted", "已解锁"
        REFUSED = "refused", "未同意"

    month = models.ForeignKey(
        ReportingMonth, verbose_name="月报", on_delete=models.PROTECT, related_name="unlock_requests"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name="单位", on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField("理由", max_length=300)
    state = models.CharField("状态", max_length=8, choices=State, default=State.OPEN)
    requested_by = models.ForeignKey(
        PERSON, verbose_name="申请人", on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField("申请时间")
    decided_by = models.ForeignKey(
        PERSON, verbose_name="办理人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField("办理时间", null=True, blank=True)
    note = models.CharField("不同意的原因", max_length=300, blank=True)

    objects = UnlockRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "解锁申请"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["month", "organisation"],
                condition=Q(state="open"),
                name="indicators_unlock_request_one_open",
            ),
            models.CheckConstraint(
                name="indicators_unlock_request_refused_has_note",
                condition=~Q(state="refused") | ~Q(note=""),
                violation_error_message="不同意解锁须写明原因",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}申请解锁{self.month}月报"

    def get_absolute_url(self) -> str:
        return f"/months/{self.month.slug}/unlock-request/{self.organisation.code}/"


class ProgressReport(models.Model):
    """What a unit reports on an item for a month. A row exists from the opening of the month on."""

    item = models.ForeignKey(WorkItem, verbose_name="事项", on_delete=models.PROTECT, related_name="reports")
    month = models.DateField("月份")
    organisation = models.ForeignKey(
        Organisation, verbose_name="填报单位", on_delete=models.PROTECT, related_name="reports"
    )
    state = models.CharField("状态", max_length=12, choices=ReportState, default=ReportState.MISSING)
    previous_percent = models.DecimalField("上月进度", max_digits=5, decimal_places=1, default=0)
    percent = models.DecimalField("累计进度", max_digits=5, decimal_places=1, null=True, blank=True)
    quantity_done = models.DecimalField("累计完成", max_digits=14, decimal_places=2, null=True, blank=True)
    done = models.CharField("本月进展", max_length=300, blank=True)
    problems = models.CharField("存在问题", max_length=300, blank=True)
    coordination = models.CharField("提请协调", max_length=300, blank=True)
    next_step = models.CharField("下步打算", max_length=300, blank=True)
    no_change = models.BooleanField("本月无变化", default=False)
    is_late = models.BooleanField("迟报", default=False)
    submitted_at = models.DateTimeField("提交时间", null=True, blank=True)
    submitted_by = models.ForeignKey(
        PERSON, verbose_name="提交人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lead_passed_at = models.DateTimeField("牵头审核时间", null=True, blank=True)
    lead_passed_by = models.ForeignKey(
        PERSON, verbose_name="牵头审核人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    verified_at = models.DateTimeField("审核时间", null=True, blank=True)
    verified_by = models.ForeignKey(
        PERSON, verbose_name="审核人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    returned_at = models.DateTimeField("退回时间", null=True, blank=True)
    returned_by = models.ForeignKey(
        PERSON, verbose_name="退回人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    return_reason = models.CharField("退回原因", max_length=300, blank=True)
    return_count = models.PositiveSmallIntegerField("退回次数", default=0)
    saved_at = models.DateTimeField("保存时间", null=True, blank=True)
    saved_by = models.ForeignKey(
        PERSON, verbose_name="保存人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField("版本", default=1)

    objects = ProgressReportQuerySet.as_manager()

    class Meta:
        verbose_name = "进展"
        ordering = ["month", "item"]
        constraints = [
            models.UniqueConstraint(fields=["item", "month"], name="indicators_report_once"),
            models.CheckConstraint(
                name="indicators_report_percent",
                condition=Q(percent=None) | Q(percent__gte=0, percent__lte=100),
                violation_error_message="累计进度应在 0 到 100 之间",
            ),
            models.CheckConstraint(
                name="indicators_report_submitted_has_text",
                condition=Q(state__in=sorted(OWED_STATES)) | Q(submitted_at__isnull=False) & ~Q(done=""),
                violation_error_message="提交的进展必须写明做了什么",
            ),
            models.CheckConstraint(name="indicators_report_first_day", condition=Q(month__day=1)),
        ]
        indexes = [
            models.Index(fields=["month", "organisation", "state"], name="indicators_report_unit"),
            models.Index(fields=["month", "state"], name="indicators_report_state"),
        ]

    def __str__(self) -> str:
        return f"{self.item.short_number} {self.month:%Y-%m}"
