"""政策找企业: proposals from match to payment, and what an enterprise hands in."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from policies.models.catalogue import PolicyItem, PolicyItemVersion
from policies.querysets import ApplicationQuerySet, ProposalQuerySet
from policies.workflow import ProposalState
from portal.models import Enterprise

PERSON = settings.AUTH_USER_MODEL


class Proposal(models.Model):
    """An item offered to an enterprise for a period; it keeps the version under which it was made.

    Of the one-time link only the digest is kept. `amount` is yuan by `calculation`,
    whose lines are `[label, formula, yuan]`; None where a fact is missing.
    """

    item = models.ForeignKey(
        PolicyItem, verbose_name="事项", on_delete=models.PROTECT, related_name="proposals"
    )
    version = models.ForeignKey(
        PolicyItemVersion, verbose_name="事项版本", on_delete=models.PROTECT, related_name="proposals"
    )
    enterprise = models.ForeignKey(
        Enterprise, verbose_name="市场主体", on_delete=models.PROTECT, related_name="proposals"
    )
    period = models.CharField("所属期间", max_length=10, blank=True)
    state = models.CharField("状态", max_length=12, choices=ProposalState, default=ProposalState.PROPOSED)
    amount = models.DecimalField("金额", max_digits=14, decimal_places=2, null=True, blank=True)
    calculation = models.JSONField("计算过程", default=list)
    proposed_on = models.DateField("提出日期")
    confirmed_by = models.ForeignKey(
        PERSON, verbose_name="确认人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)
    notified_at = models.DateTimeField("告知时间", null=True, blank=True)
    link_digest = models.CharField("链接摘要", max_length=64, null=True, blank=True, unique=True)
    link_until = models.DateField("链接有效至", null=True, blank=True)
    answered_at = models.DateTimeField("企业答复时间", null=True, blank=True)
    answered_by = models.ForeignKey(
        PERSON, verbose_name="代为登记", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_by = models.ForeignKey(
        PERSON, verbose_name="审核人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField("审核时间", null=True, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    edit = models.PositiveIntegerField("版次", default=1)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = "惠企推送"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "enterprise", "period"],
                name="policies_proposal_once",
                violation_error_message="该企业在本期间已有这一事项的推送",
            ),
            models.CheckConstraint(
                name="policies_proposal_amount",
                condition=Q(amount=None) | Q(amount__gte=0),
                violation_error_message="金额不能是负数",
            ),
            models.CheckConstraint(
                name="policies_proposal_reviewed_amount",
                condition=~Q(state__in=[ProposalState.REVIEWED, ProposalState.PAID])
                | Q(amount__isnull=False, reviewed_at__isnull=False),
                violation_error_message="审核通过的必须核定金额",
            ),
        ]
        indexes = [
            models.Index(fields=["item", "state", "id"], name="policies_proposal_state"),
            models.Index(fields=["enterprise", "state"], name="policies_proposal_enterprise"),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.enterprise}"

    def get_absolute_url(self) -> str:
        return f"/policies/matches/proposals/{self.pk}/"


class Application(models.Model):
    """What an enterprise says when it agrees or applies. Contact and account are encrypted."""

    proposal = models.OneToOneField(
        Proposal, verbose_name="推送", on_delete=models.PROTECT, related_name="application"
    )
    contact = models.CharField("联系人", max_length=300, blank=True)
    phone = models.CharField("联系电话", max_length=300, blank=True)
    account = models.CharField("收款账户", max_length=400, blank=True)
    statement = models.CharField("情况说明", max_length=1000, blank=True)
    promised = models.BooleanField("承诺属实", default=False)
    handed_in_at = models.DateTimeField("提交时间")
    round = models.PositiveSmallIntegerField("提交次数", default=1)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = "惠企申请"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="policies_application_promised",
                condition=Q(promised=True),
                violation_error_message="请先承诺所填内容属实",
            ),
        ]

    def __str__(self) -> str:
        return str(self.proposal)


class ApplicationMaterial(models.Model):
    """One material of the version's list that was handed in; its files are attachments of this row."""

    application = models.ForeignKey(
        Application, verbose_name="申请", on_delete=models.PROTECT, related_name="materials"
    )
    name = models.CharField("材料", max_length=120)
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = "申报材料"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "name"], name="policies_material_once"),
        ]

    def __str__(self) -> str:
        return self.name
