"""What the nightly match found: runs, the outcome of every condition for every enterprise, verdicts past and present."""

from django.db import models
from django.db.models import F, Q

from policies.criteria import Verdict as Answer
from policies.models.catalogue import PolicyItem, PolicyItemVersion
from policies.querysets import OfferSpanQuerySet, QualifiedSpanQuerySet, VerdictQuerySet
from portal.models import Enterprise


class MatchRun(models.Model):
    """One match of all live items with all enterprises, or of one item after its publication."""

    on = models.DateField("匹配日期")
    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("结束时间", null=True, blank=True)
    items = models.PositiveIntegerField("事项数", default=0)
    enterprises = models.PositiveIntegerField("市场主体数", default=0)
    new_matches = models.PositiveIntegerField("新增符合", default=0)
    lost_matches = models.PositiveIntegerField("不再符合", default=0)

    class Meta:
        verbose_name = "匹配"
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d}"


class VerdictBlock(models.Model):
    """The verdicts of one item version on a block of enterprises, packed: see `policies.matching.packing`.

    Block `number` covers the enterprises with keys from `number * BLOCK` on. The
    digest tells whether anything has changed, so that only changes are written.
    `met`, `not_met` and `unknown` count the block.
    """

    version = models.ForeignKey(
        PolicyItemVersion,
        verbose_name="事项版本",
        on_delete=models.CASCADE,
        related_name="blocks",
        db_index=False,
    )
    number = models.PositiveIntegerField("块号")
    codes = models.BinaryField("判定")
    digest = models.CharField("摘要", max_length=16)
    met = models.PositiveIntegerField("符合", default=0)
    not_met = models.PositiveIntegerField("不符合", default=0)
    unknown = models.PositiveIntegerField("信息不足", default=0)
    checked_on = models.DateField("判定日期")

    class Meta:
        verbose_name = "匹配结果块"
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="policies_block_once"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.number}"


class Verdict(models.Model):
    """An enterprise that qualifies for an item, or once did; `changed_on` is the day of the last change.

    `outcomes` holds two bits per condition of `version` (`policies.matching.packing`).
    Enterprises that never qualified have no row here; they are in the blocks.
    """

    # Written by the hundred thousand from these very tables, whose rows are never deleted: to have the
    # database look each key up again would take longer than the whole match.
    item = models.ForeignKey(
        PolicyItem,
        verbose_name="事项",
        on_delete=models.PROTECT,
        related_name="verdicts",
        db_constraint=False,
        db_index=False,
    )
    version = models.ForeignKey(
        PolicyItemVersion,
        verbose_name="事项版本",
        on_delete=models.PROTECT,
        related_name="verdicts",
        db_constraint=False,
        db_index=False,
    )
    enterprise = models.ForeignKey(
        Enterprise,
        verbose_name="市场主体",
        on_delete=models.PROTECT,
        related_name="verdicts",
        db_constraint=False,
        db_index=False,
    )
    verdict = models.CharField("结论", max_length=8, choices=Answer)
    outcomes = models.BigIntegerField("各条件结论", default=0)
    changed_on = models.DateField("变化日期")

    objects = VerdictQuerySet.as_manager()

    class Meta:
        verbose_name = "匹配结论"
        ordering = ["item", "enterprise"]
        constraints = [
            models.UniqueConstraint(fields=["item", "enterprise"], name="policies_verdict_once"),
        ]
        indexes = [models.Index(fields=["item", "verdict", "changed_on"], name="policies_verdict_changed")]

    def __str__(self) -> str:
        return f"{self.item_id} {self.enterprise_id} {self.get_verdict_display()}"


class QualifiedSpan(models.Model):
    """An enterprise qualified for an item from `from_on` up to, not including, `until_on`, and then no longer.

    Who qualifies now has a `Verdict` that is met since its `changed_on`; together
    the two say who qualified on any day. Written when a match finds that somebody
    no longer does, never changed.
    """

    # Written by the match as the verdicts are, in whatever numbers: see there.
    item = models.ForeignKey(
        PolicyItem,
        verbose_name="事项",
        on_delete=models.PROTECT,
        related_name="qualified_spans",
        db_constraint=False,
        db_index=False,
    )
    enterprise = models.ForeignKey(
        Enterprise,
        verbose_name="市场主体",
        on_delete=models.PROTECT,
        related_name="qualified_spans",
        db_constraint=False,
        db_index=False,
    )
    from_on = models.DateField("符合起")
    until_on = models.DateField("不再符合日期")

    objects = QualifiedSpanQuerySet.as_manager()

    class Meta:
        verbose_name = "曾经符合"
        ordering = ["item", "enterprise", "from_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["item", "enterprise", "from_on"], name="policies_qualified_span_once"
            ),
            models.CheckConstraint(
                name="policies_qualified_span_period",
                condition=Q(until_on__gt=F("from_on")),
                violation_error_message="不再符合日期应晚于符合起日",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.enterprise_id} {self.from_on:%Y-%m-%d}"


class OfferSpan(models.Model):
    """An item that pays money was matched from `from_on` up to, not including, `until_on`; None: it still is."""

    item = models.ForeignKey(
        PolicyItem, verbose_name="事项", on_delete=models.PROTECT, related_name="offer_spans"
    )
    from_on = models.DateField("参与匹配起")
    until_on = models.DateField("不再参与日期", null=True, blank=True)

    objects = OfferSpanQuerySet.as_manager()

    class Meta:
        verbose_name = "参与匹配期间"
        ordering = ["item", "from_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(until_on=None), name="policies_offer_span_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.from_on:%Y-%m-%d}"


class StoredColumn(models.Model):
    """What is known of all enterprises in one respect, packed as the nightly match read it: see `matching.stored`.

    Facts and labels belong to the register of the same `token`: their places are
    those of its keys.
    """

    name = models.CharField("列", max_length=80, unique=True)
    token = models.CharField("批次", max_length=16)
    on = models.DateField("数据日期")
    read_at = models.DateTimeField("读取时间")
    content = models.BinaryField("内容")

    class Meta:
        verbose_name = "登记数据列"

    def __str__(self) -> str:
        return self.name
