"""Policy documents 政策, their items 事项, and the items' versions."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from policies.amounts import GroupRule, read_rule
from policies.querysets import (
    ExclusiveGroupQuerySet,
    PolicyItemQuerySet,
    PolicyItemVersionQuerySet,
    PolicyQuerySet,
)
from policies.terms import Category, Level, Mode, Repeat, Review
from policies.workflow import ItemState
from portal.models import Organisation, Topic
from portal.params import ParamError

PERSON = settings.AUTH_USER_MODEL
# What a document and a version say, in the order of their forms and of the comparison.
DOCUMENT_FIELDS: Final = (
    "title",
    "document_number",
    "issuer",
    "level",
    "issued_on",
    "valid_from",
    "valid_until",
    "text",
    "interpretation",
    "review",
    "review_on",
    "review_conclusion",
)
WORDING_FIELDS: Final = (
    "title",
    "article",
    "category",
    "mode",
    "whom",
    "conditions_text",
    "standard_text",
    "procedure",
    "limit_workdays",
    "valid_from",
    "valid_until",
    "funding",
    "contact",
    "phone",
    "address",
    "beneficiary",
    "basis",
    "amount_statement",
    "validity",
)
# Beside the words: what the editors of conditions and standard keep, and why the version was made.
VERSION_FIELDS: Final = (
    *WORDING_FIELDS,
    "materials",
    "conditions",
    "amount",
    "repeat",
    "yearly_cap",
    "group",
    "cost_shares",
    "change_note",
)


class Policy(models.Model):
    """A document that grants something to enterprises."""

    code = models.SlugField("编号", max_length=40, unique=True)
    title = models.CharField("政策名称", max_length=200)
    document_number = models.CharField("文号", max_length=60, blank=True)
    issuer = models.CharField("发布机关", max_length=80)
    level = models.CharField("层级", max_length=12, choices=Level, default=Level.COUNTY)
    issued_on = models.DateField("发布日期")
    valid_from = models.DateField("施行日期")
    valid_until = models.DateField("有效期至", null=True, blank=True)
    repealed_on = models.DateField("废止日期", null=True, blank=True)
    repeal_reason = models.CharField("废止依据", max_length=300, blank=True)
    text = models.TextField("正文", blank=True)
    interpretation = models.TextField("政策解读", blank=True)
    review = models.CharField("公平竞争审查", max_length=12, choices=Review, default=Review.PENDING)
    review_on = models.DateField("审查日期", null=True, blank=True)
    review_conclusion = models.CharField("审查结论", max_length=300, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("录入时间", auto_now_add=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = "惠企政策"
        ordering = ["-issued_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="policies_policy_period",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                violation_error_message="有效期不能早于施行日期",
            ),
            models.CheckConstraint(
                name="policies_policy_review_dated",
                condition=Q(review=Review.PENDING) | Q(review_on__isnull=False) & ~Q(review_conclusion=""),
                violation_error_message="公平竞争审查须填写日期和结论",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/policies/documents/{self.code}/"


class ExclusiveGroup(models.Model):
    """Items of which an enterprise enjoys only the highest (就高), or only one (一次), within a period."""

    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=60, unique=True)
    rule = models.CharField("规则", max_length=10, choices=GroupRule, default=GroupRule.HIGHEST)
    repeat = models.CharField("互斥期间", max_length=10, choices=Repeat, default=Repeat.ONCE)
    source = models.CharField("依据条款", max_length=120, blank=True)

    objects = ExclusiveGroupQuerySet.as_manager()

    class Meta:
        verbose_name = "互斥组"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/policies/groups/{self.code}/"


class PolicyItem(models.Model):
    """One thing an enterprise can get. What it says is in its versions; `current` is the published one."""

    number = models.CharField("编号", max_length=20, unique=True)
    policy = models.ForeignKey(Policy, verbose_name="政策", on_delete=models.PROTECT, related_name="items")
    organisation = models.ForeignKey(
        Organisation, verbose_name="牵头单位", on_delete=models.PROTECT, related_name="policy_items"
    )
    topic = models.ForeignKey(
        Topic,
        verbose_name="领域",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="policy_items",
    )
    state = models.CharField("状态", max_length=12, choices=ItemState, default=ItemState.DRAFT)
    current = models.OneToOneField(
        "policies.PolicyItemVersion",
        verbose_name="现行版本",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="current_of",
    )
    first_published_on = models.DateField("首次发布", null=True, blank=True)
    state_on = models.DateField("状态日期", null=True, blank=True)
    state_note = models.CharField("状态说明", max_length=300, blank=True)
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("录入时间", auto_now_add=True)

    objects = PolicyItemQuerySet.as_manager()

    class Meta:
        verbose_name = "惠企事项"
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                name="policies_item_published_has_version",
                condition=Q(state__in=[ItemState.DRAFT, ItemState.WITHDRAWN])
                | Q(current__isnull=False, first_published_on__isnull=False),
                violation_error_message="发布的事项必须有现行版本",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state"], name="policies_item_unit"),
            models.Index(fields=["state", "number"], name="policies_item_state"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return f"/policies/items/{self.number}/"


class ItemHandover(models.Model):
    """An item passed from one unit to another: from the day `on`, included, the latter leads it."""

    item = models.ForeignKey(
        PolicyItem, verbose_name="事项", on_delete=models.PROTECT, related_name="handovers"
    )
    former = models.ForeignKey(
        Organisation, verbose_name="原牵头单位", on_delete=models.PROTECT, related_name="+"
    )
    organisation = models.ForeignKey(
        Organisation, verbose_name="接收单位", on_delete=models.PROTECT, related_name="+"
    )
    on = models.DateField("移交日期")
    reason = models.CharField("移交原因", max_length=300)
    actor = models.ForeignKey(PERSON, verbose_name="经办人", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "事项移交"
        ordering = ["item", "on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="policies_handover_other_unit",
                condition=~Q(former=F("organisation")),
                violation_error_message="接收单位应当是另一个单位",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.former} → {self.organisation}"


class PolicyItemVersion(models.Model):
    """What an item says: written as a draft, never changed once published.

    `conditions` is a tree (`policies.conditions`), `amount` a rule
    (`policies.amounts`), `cost_shares` maps a level to its percent of the money,
    `materials` lists what an applicant hands in. Amounts are yuan.
    """

    item = models.ForeignKey(
        PolicyItem, verbose_name="事项", on_delete=models.PROTECT, related_name="versions"
    )
    number = models.PositiveSmallIntegerField("版本号")
    title = models.CharField("事项名称", max_length=120)
    article = models.CharField("政策条款", max_length=60, blank=True)
    category = models.CharField("类别", max_length=16, choices=Category, default=Category.GRANT)
    mode = models.CharField("兑现方式", max_length=12, choices=Mode, default=Mode.TIMED)
    whom = models.CharField("适用对象", max_length=300)
    conditions = models.JSONField("适用条件", null=True, blank=True)
    conditions_text = models.TextField("条件说明", blank=True)
    amount = models.JSONField("兑现标准", default=dict)
    standard_text = models.TextField("标准说明", blank=True)
    group = models.ForeignKey(
        ExclusiveGroup,
        verbose_name="互斥组",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    repeat = models.CharField("享受次数", max_length=10, choices=Repeat, default=Repeat.ONCE)
    yearly_cap = models.DecimalField("每家每年上限", max_digits=14, decimal_places=2, null=True, blank=True)
    procedure = models.TextField("兑现程序", blank=True)
    materials = models.JSONField("申报材料", default=list, blank=True)
    limit_workdays = models.PositiveSmallIntegerField("兑现时限（工作日）", null=True, blank=True)
    valid_from = models.DateField("落实期限起")
    valid_until = models.DateField("落实期限止", null=True, blank=True)
    cost_shares = models.JSONField("资金分担", default=dict, blank=True)
    funding = models.CharField("资金来源", max_length=120, blank=True)
    contact = models.CharField("咨询人", max_length=40, blank=True)
    phone = models.CharField("咨询电话", max_length=40, blank=True)
    address = models.CharField("办理地点", max_length=120, blank=True)
    # The four statements of 免申即享.
    beneficiary = models.CharField("受益对象明确", max_length=300, blank=True)
    basis = models.CharField("结果认定有据", max_length=300, blank=True)
    amount_statement = models.CharField("标准数额具体", max_length=300, blank=True)
    validity = models.CharField("文件时限有效", max_length=300, blank=True)
    change_note = models.CharField("修改说明", max_length=300, blank=True)
    created_by = models.ForeignKey(
        PERSON, verbose_name="起草人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField("起草时间", auto_now_add=True)
    edit = models.PositiveIntegerField("草稿版次", default=1)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    published_by = models.ForeignKey(
        PERSON, verbose_name="发布人", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = PolicyItemVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "事项版本"
        ordering = ["item", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="policies_version_number"),
            models.UniqueConstraint(
                fields=["item"],
                condition=Q(published_at=None),
                name="policies_version_one_draft",
                violation_error_message="该事项已有一份草稿",
            ),
            models.CheckConstraint(
                name="policies_version_period",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                violation_error_message="落实期限的截止日期不能早于起始日期",
            ),
            models.CheckConstraint(
                name="policies_version_yearly_cap",
                condition=Q(yearly_cap=None) | Q(yearly_cap__gt=0),
                violation_error_message="每家每年上限应大于 0",
            ),
            models.CheckConstraint(
                name="policies_version_automatic_stated",
                condition=~Q(mode=Mode.AUTOMATIC)
                | Q(published_at=None)
                | (~Q(beneficiary="") & ~Q(basis="") & ~Q(amount_statement="") & ~Q(validity="")),
                violation_error_message="免申即享发布前须写明四项要件",
            ),
        ]
        indexes = [models.Index(fields=["valid_until"], name="policies_version_until")]

    def __str__(self) -> str:
        return self.title

    @property
    def standard(self) -> str:
        """What is granted, in the document's words, without them as the rule says; empty before it was entered."""
        if self.standard_text or not self.amount:
            return self.standard_text
        try:
            return read_rule(self.amount).describe()
        except ParamError:
            return ""

    def is_in_force(self, on: date) -> bool:
        """Tell whether the item's period covers the day `on`, both ends included."""
        return self.valid_from <= on and (self.valid_until is None or on <= self.valid_until)
