"""Indicator systems and their trees; ranks published by the province."""

from django.db import models
from django.db.models import F, Q

from indicators.querysets import IndicatorQuerySet, IndicatorSystemQuerySet
from portal.models import Organisation


class IndicatorSystem(models.Model):
    """The indicators of one year and level; a change of method makes a new one, never rewrites an old one."""

    class Level(models.TextChoices):
        NATIONAL = "national", "国评"
        PROVINCIAL = "provincial", "省评"
        COUNTY = "county", "自定"

    class State(models.TextChoices):
        DRAFT = "draft", "编制中"
        ACTIVE = "active", "执行中"
        ARCHIVED = "archived", "已归档"

    year = models.PositiveSmallIntegerField("年度")
    level = models.CharField("层级", max_length=20, choices=Level, default=Level.PROVINCIAL)
    title = models.CharField("名称", max_length=80)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)

    objects = IndicatorSystemQuerySet.as_manager()

    class Meta:
        verbose_name = "指标体系"
        ordering = ["-year", "pk"]
        constraints = [models.UniqueConstraint(fields=["year", "level"], name="indicators_system_once")]

    def __str__(self) -> str:
        return self.title


class Indicator(models.Model):
    """A node of the tree, up to three levels; leaves are measured."""

    class Better(models.TextChoices):
        HIGHER = "higher", "越高越好"
        LOWER = "lower", "越低越好"

    class Frequency(models.TextChoices):
        MONTH = "month", "每月"
        QUARTER = "quarter", "每季"
        YEAR = "year", "每年"

    class Method(models.TextChoices):
        NONE = "none", "不计分"
        FRONTIER = "frontier", "前沿距离法"
        EFFICACY = "efficacy", "功效法"
        INTERVAL = "interval", "层差法"
        DIRECT = "direct", "直接赋分法"
        DEDUCTION = "deduction", "扣分法"

    system = models.ForeignKey(
        IndicatorSystem, verbose_name="指标体系", on_delete=models.PROTECT, related_name="indicators"
    )
    parent = models.ForeignKey(
        "self",
        verbose_name="上级指标",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
    )
    depth = models.PositiveSmallIntegerField("级次", default=1)
    code = models.SlugField("代码", max_length=60)
    name = models.CharField("名称", max_length=60)
    order = models.PositiveIntegerField("排序", default=0)
    weight = models.DecimalField("权重", max_digits=8, decimal_places=4, default=1)
    unit = models.CharField("单位", max_length=20, blank=True)
    better = models.CharField("方向", max_length=10, choices=Better, default=Better.HIGHER)
    frequency = models.CharField("频次", max_length=10, choices=Frequency, default=Frequency.MONTH)
    data_source = models.CharField("数据来源", max_length=120, blank=True)
    collection_rule = models.TextField("采集标准", blank=True)
    scoring_rule = models.TextField("计分规则", blank=True)
    method = models.CharField("计分方法", max_length=20, choices=Method, default=Method.NONE)
    parameters = models.JSONField("计分参数", default=dict, blank=True)
    target = models.DecimalField("目标值", max_digits=18, decimal_places=4, null=True, blank=True)
    benchmark = models.DecimalField("对标值", max_digits=18, decimal_places=4, null=True, blank=True)
    worst = models.DecimalField("最差值", max_digits=18, decimal_places=4, null=True, blank=True)
    lead = models.ForeignKey(
        Organisation,
        verbose_name="填报单位",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="indicators",
    )
    supersedes = models.OneToOneField(
        "self",
        verbose_name="替代",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
    )
    retired_on = models.DateField("停用日期", null=True, blank=True)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = "指标"
        ordering = ["system", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["system", "code"], name="indicators_indicator_code"),
            models.CheckConstraint(
                name="indicators_indicator_depth",
                condition=Q(depth__gte=1, depth__lte=3),
                violation_error_message="指标最多三级",
            ),
            models.CheckConstraint(
                name="indicators_indicator_weight",
                condition=Q(weight__gte=0),
                violation_error_message="权重不能为负",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RankRecord(models.Model):
    """The county's place for a first-level indicator, as the province gave it for a period."""

    indicator = models.ForeignKey(
        Indicator, verbose_name="指标", on_delete=models.PROTECT, related_name="ranks"
    )
    period = models.DateField("期间首日")
    rank = models.PositiveSmallIntegerField("位次")
    of = models.PositiveSmallIntegerField("参评数")
    source = models.CharField("依据", max_length=120, blank=True)

    class Meta:
        verbose_name = "位次"
        ordering = ["indicator", "-period"]
        constraints = [
            models.UniqueConstraint(fields=["indicator", "period"], name="indicators_rank_once"),
            models.CheckConstraint(
                name="indicators_rank_within",
                condition=Q(rank__gte=1, rank__lte=F("of")),
                violation_error_message="位次不能大于参评数",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.rank}/{self.of}"
