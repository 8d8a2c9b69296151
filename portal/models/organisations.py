"""Units of every kind that lead, owe or support work."""

from django.db import models
from django.db.models import F, Q

from portal.querysets import OrganisationQuerySet


class Organisation(models.Model):
    """A unit 单位: department, court, utility company, town, park … none is a special case in code."""

    class Kind(models.TextChoices):
        DEPARTMENT = "department", "县直部门"
        VERTICAL = "vertical", "垂直管理单位"
        COURT = "court", "法院检察院"
        UTILITY = "utility", "公用企业"
        BANK = "bank", "金融机构"
        TOWN = "town", "乡镇街道"
        PARK = "park", "园区"
        LEADING = "leading", "领导机关"
        OTHER = "other", "其他"

    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("全称", max_length=80, unique=True)
    short_name = models.CharField("简称", max_length=30, unique=True)
    kind = models.CharField("类别", max_length=20, choices=Kind, default=Kind.DEPARTMENT)
    parent = models.ForeignKey(
        "self",
        verbose_name="上级单位",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
    )
    order = models.PositiveIntegerField("排序", default=0)
    active_from = models.DateField("启用日期", null=True, blank=True)
    active_until = models.DateField("停用日期", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "单位"
        ordering = ["order", "pk"]
        constraints = [
            models.CheckConstraint(
                name="portal_organisation_active_period",
                condition=Q(active_until=None) | Q(active_from=None) | Q(active_until__gte=F("active_from")),
                violation_error_message="停用日期不能早于启用日期",
            ),
        ]

    def __str__(self) -> str:
        return self.short_name

    @property
    def is_local(self) -> bool:
        """Tell whether the unit governs a place in which market entities lie."""
        return self.kind in LOCAL_KINDS


LOCAL_KINDS = frozenset({Organisation.Kind.TOWN, Organisation.Kind.PARK})
