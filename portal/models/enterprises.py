"""Market entities 市场主体: who they are, dated facts and labels about them, and which of them are one."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portal.enterprise_terms import (
    FACTS,
    LABELS,
    EntityKind,
    EntityState,
    FactKind,
    LabelKind,
    LabelLevel,
    SizeClass,
    label_name,
)
from portal.industries import Section
from portal.models.organisations import Organisation
from portal.querysets import (
    EnterpriseFactQuerySet,
    EnterpriseLabelQuerySet,
    EnterpriseQuerySet,
    TopicQuerySet,
)

NOT_MERGED = Q(merged_into=None)


class Enterprise(models.Model):
    """A market entity, known by its unified social credit code.

    `search_name` is the name as it is looked for (see `portal.enterprise_names`),
    `section` follows from `industry`; `size` is the roll-up of the size rules over
    the facts of the day `size_as_of`, empty where they do not suffice. Services
    keep all three. A row that was merged into another stays, for what names it.
    """

    credit_code = models.CharField("统一社会信用代码", max_length=18, unique=True)
    name = models.CharField("名称", max_length=120)
    search_name = models.CharField("检索名称", max_length=120)
    kind = models.CharField("类型", max_length=20, choices=EntityKind, default=EntityKind.ENTERPRISE)
    industry = models.CharField("行业代码", max_length=4, blank=True)
    section = models.CharField("行业门类", max_length=1, choices=Section, blank=True)
    town = models.ForeignKey(
        Organisation,
        verbose_name="所属镇街园区",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="enterprises",
    )
    address = models.CharField("住所", max_length=160, blank=True)
    founded_on = models.DateField("成立日期", null=True, blank=True)
    state = models.CharField("状态", max_length=20, choices=EntityState, default=EntityState.ACTIVE)
    state_on = models.DateField("状态日期", null=True, blank=True)
    # Only what the enterprise itself has made public; a person's number does not belong here.
    public_phone = models.CharField("公开电话", max_length=30, blank=True)
    website = models.CharField("网站", max_length=120, blank=True)
    size = models.CharField("规模", max_length=10, choices=SizeClass, blank=True)
    size_as_of = models.DateField("规模日期", null=True, blank=True)
    source = models.CharField("来源", max_length=60, blank=True)
    merged_into = models.ForeignKey(
        "self",
        verbose_name="已合并到",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="merged",
    )
    version = models.PositiveIntegerField("版本", default=1)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = EnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = "市场主体"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="portal_enterprise_section_of_industry",
                condition=Q(industry="", section="") | (~Q(industry="") & ~Q(section="")),
                violation_error_message="行业代码与行业门类必须一并填写",
            ),
            models.CheckConstraint(
                name="portal_enterprise_state_has_date",
                condition=Q(state=EntityState.ACTIVE) | Q(state_on__isnull=False),
                violation_error_message="吊销、注销、迁出必须有日期",
            ),
            models.CheckConstraint(
                name="portal_enterprise_not_into_itself",
                condition=NOT_MERGED | ~Q(merged_into=F("id")),
                violation_error_message="不能合并到自身",
            ),
        ]
        indexes = [
            models.Index(fields=["search_name"], name="portal_enterprise_search_name"),
            models.Index(fields=["town", "id"], condition=NOT_MERGED, name="portal_enterprise_town_page"),
            models.Index(
                fields=["section", "id"], condition=NOT_MERGED, name="portal_enterprise_section_page"
            ),
            models.Index(fields=["size", "id"], condition=NOT_MERGED, name="portal_enterprise_size_page"),
            models.Index(fields=["state", "id"], condition=NOT_MERGED, name="portal_enterprise_state_page"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/enterprises/{self.credit_code}/"

    @property
    def is_active(self) -> bool:
        """Tell whether the entity exists and is registered here."""
        return self.state == EntityState.ACTIVE and self.merged_into_id is None


class EnterpriseFact(models.Model):
    """A number about an entity that holds from a day on, until `valid_to` or until a newer one holds.

    `value` is in the unit of its kind (`portal.enterprise_terms.FACTS`): money in
    万元. `period_year` is the year that a yearly sum covers.
    """

    enterprise = models.ForeignKey(
        Enterprise, verbose_name="市场主体", on_delete=models.PROTECT, related_name="facts"
    )
    kind = models.CharField("指标", max_length=20, choices=FactKind)
    value = models.DecimalField("数值", max_digits=18, decimal_places=4)
    period_year = models.PositiveSmallIntegerField("所属年度", null=True, blank=True)
    valid_from = models.DateField("起用日期")
    valid_to = models.DateField("止用日期", null=True, blank=True)
    source = models.CharField("来源", max_length=60)
    recorded_at = models.DateTimeField("记录时间")

    objects = EnterpriseFactQuerySet.as_manager()

    class Meta:
        verbose_name = "市场主体数据"
        ordering = ["enterprise", "kind", "-valid_from"]
        constraints = [
            # Also the path of every question "this kind, on that day".
            models.UniqueConstraint(
                fields=["enterprise", "kind", "valid_from"], name="portal_enterprisefact_once"
            ),
            models.CheckConstraint(
                name="portal_enterprisefact_period",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="止用日期不能早于起用日期",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value.normalize():f} {self.unit}"

    @property
    def unit(self) -> str:
        return FACTS[FactKind(self.kind)].unit


class EnterpriseLabel(models.Model):
    """A recognition, listing or mark that an entity holds from a day on, until `valid_to` or further notice."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name="市场主体", on_delete=models.PROTECT, related_name="labels"
    )
    kind = models.CharField("标签", max_length=30, choices=LabelKind)
    level = models.CharField(
        "级别", max_length=12, choices=LabelLevel, default=LabelLevel.NONE.value, blank=True
    )
    valid_from = models.DateField("认定日期")
    valid_to = models.DateField("有效期至", null=True, blank=True)
    source = models.CharField("来源", max_length=60)
    recorded_at = models.DateTimeField("记录时间")

    objects = EnterpriseLabelQuerySet.as_manager()

    class Meta:
        verbose_name = "市场主体标签"
        ordering = ["enterprise", "kind", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "kind", "level", "valid_from"], name="portal_enterpriselabel_once"
            ),
            models.CheckConstraint(
                name="portal_enterpriselabel_period",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="有效期不能早于认定日期",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "level", "enterprise"], name="portal_enterpriselabel_holders"),
        ]

    def __str__(self) -> str:
        return label_name(self.kind, self.level)

    @property
    def is_adverse(self) -> bool:
        return LABELS[LabelKind(self.kind)].adverse


class EnterpriseMerge(models.Model):
    """The record that one row turned out to be another: what was moved, so that it can be moved back."""

    kept = models.ForeignKey(Enterprise, verbose_name="保留", on_delete=models.PROTECT, related_name="merges")
    gone = models.ForeignKey(
        Enterprise, verbose_name="并入", on_delete=models.PROTECT, related_name="merged_by"
    )
    reason = models.CharField("理由", max_length=300)
    moved = models.JSONField("移动的记录", default=dict)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="合并人", on_delete=models.PROTECT, related_name="+"
    )
    merged_at = models.DateTimeField("合并时间")
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="撤销人", on_delete=models.PROTECT, null=True, related_name="+"
    )
    undone_at = models.DateTimeField("撤销时间", null=True)

    class Meta:
        verbose_name = "市场主体合并"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], condition=Q(undone_at=None), name="portal_enterprisemerge_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gone} → {self.kept}"


class Topic(models.Model):
    """A field of work 领域 that indicators, cases and policies share."""

    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=40, unique=True)
    order = models.PositiveIntegerField("排序", default=0)
    active = models.BooleanField("启用", default=True)

    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = "领域"
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name
