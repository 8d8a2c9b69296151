"""一企一码: an enterprise's own page, the one-time codes that open it, and what it asks to have corrected."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from policies.querysets import CorrectionQuerySet, EnterpriseCodeQuerySet
from portal.models import Enterprise

PERSON = settings.AUTH_USER_MODEL


class EnterpriseCode(models.Model):
    """What names an enterprise's page in its QR code; it opens nothing by itself.

    `email` is the enterprise's own address for one-time codes, encrypted. `epoch`
    goes up when the code is renewed or disabled: whoever is inside is outside then.
    """

    enterprise = models.OneToOneField(
        Enterprise, verbose_name="企业", on_delete=models.PROTECT, related_name="page_code"
    )
    code = models.SlugField("代码", max_length=20, unique=True)
    email = models.CharField("联系邮箱", max_length=400, blank=True)
    is_active = models.BooleanField("启用", default=True)
    epoch = models.PositiveIntegerField("期次", default=1)
    created_by = models.ForeignKey(PERSON, verbose_name="开通人", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("开通时间")
    renewed_at = models.DateTimeField("更换时间", null=True, blank=True)
    entered_at = models.DateTimeField("最近进入", null=True, blank=True)

    objects = EnterpriseCodeQuerySet.as_manager()

    class Meta:
        verbose_name = "企业码"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.enterprise)

    def get_absolute_url(self) -> str:
        return f"/policies/codes/{self.enterprise.credit_code}/"


class CodeScan(models.Model):
    """How often an enterprise's code was opened on a day; a counter, nothing about who."""

    page = models.ForeignKey(
        EnterpriseCode, verbose_name="企业码", on_delete=models.CASCADE, related_name="scans"
    )
    on = models.DateField("日期")
    count = models.PositiveIntegerField("次数", default=0)

    class Meta:
        verbose_name = "企业码扫码次数"
        constraints = [models.UniqueConstraint(fields=["page", "on"], name="policies_codescan_once")]

    def __str__(self) -> str:
        return f"{self.page_id} {self.on:%Y-%m-%d}"


class OneTimeCode(models.Model):
    """A code that opens the page once, by e-mail or on paper; only its digest is kept.

    A newer one of the same kind ends the former, and so do renewing and disabling
    the enterprise's code.
    """

    class Kind(models.TextChoices):
        MAIL = "mail", "邮件发送"
        PAPER = "paper", "当面发放"

    page = models.ForeignKey(
        EnterpriseCode, verbose_name="企业码", on_delete=models.CASCADE, related_name="one_time_codes"
    )
    kind = models.CharField("方式", max_length=8, choices=Kind)
    digest = models.CharField("摘要", max_length=64, unique=True)
    made_at = models.DateTimeField("生成时间")
    made_by = models.ForeignKey(
        PERSON, verbose_name="发放人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    expires_at = models.DateTimeField("有效至")
    used_at = models.DateTimeField("使用时间", null=True, blank=True)
    ended_at = models.DateTimeField("作废时间", null=True, blank=True)

    class Meta:
        verbose_name = "一次性码"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "kind"],
                condition=Q(used_at=None, ended_at=None),
                name="policies_onetimecode_one_live",
            ),
            models.CheckConstraint(
                name="policies_onetimecode_paper_by",
                condition=~Q(kind="paper") | Q(made_by__isnull=False),
                violation_error_message="当面发放的一次性码须有发放人",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page} {self.get_kind_display()}"


class Correction(models.Model):
    """What an enterprise says is outdated in the register; the office looks into it and answers."""

    class About(models.TextChoices):
        NAME = "name", "名称、住所"
        INDUSTRY = "industry", "行业"
        EMPLOYEES = "employees", "从业人员"
        REVENUE = "revenue", "营业收入"
        RD_EXPENSE = "rd_expense", "研发费用"
        OTHER_FACT = "other_fact", "其他经营数据"
        LABEL = "label", "资质认定"
        EMAIL = "email", "联系邮箱"
        OTHER = "other", "其他"

    class State(models.TextChoices):
        ASKED = "asked", "待核实"
        DONE = "done", "已更正"
        REFUSED = "refused", "不予更正"

    enterprise = models.ForeignKey(
        Enterprise, verbose_name="企业", on_delete=models.PROTECT, related_name="corrections"
    )
    about = models.CharField("更正内容", max_length=12, choices=About)
    stated = models.CharField("应为", max_length=200)
    basis = models.CharField("说明和依据", max_length=500)
    state = models.CharField("状态", max_length=8, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField("提出时间")
    settled_by = models.ForeignKey(
        PERSON, verbose_name="处理人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField("处理时间", null=True, blank=True)
    answer = models.CharField("答复", max_length=300, blank=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = "更正申请"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="policies_correction_settled",
                condition=Q(state="asked") | Q(settled_at__isnull=False, settled_by__isnull=False),
                violation_error_message="处理须有处理人和时间",
            ),
            models.CheckConstraint(
                name="policies_correction_refused_why",
                condition=~Q(state="refused") | ~Q(answer=""),
                violation_error_message="不予更正须写明原因",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="policies_correction_state"),
            models.Index(fields=["enterprise", "id"], name="policies_correction_of"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.get_about_display()}"
