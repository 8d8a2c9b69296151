"""What a policy item is classified by: mode, category, period. No database, no clock."""

from __future__ import annotations

from datetime import date

from django.db.models import TextChoices


class Mode(TextChoices):
    """How a benefit reaches the enterprise."""

    AUTOMATIC = "automatic", "免申即享"
    INSTANT = "instant", "即申即享"
    PROMISE = "promise", "承诺兑现"
    TIMED = "timed", "限时兑现"


class Category(TextChoices):
    RELIEF = "relief", "减免类"
    GRANT = "grant", "奖补类"
    RIGHT = "right", "权益类"
    QUALIFICATION = "qualification", "资质类"
    FINANCE = "finance", "金融类"
    SERVICE = "service", "服务类"


class Level(TextChoices):
    """Who issued a policy, and whose money pays for it."""

    NATIONAL = "national", "国家级"
    PROVINCIAL = "provincial", "省级"
    MUNICIPAL = "municipal", "市级"
    COUNTY = "county", "县级"


class Repeat(TextChoices):
    """How often one enterprise may enjoy an item, and within what its group excludes."""

    ONCE = "once", "一次性"
    YEARLY = "yearly", "每年一次"


class Review(TextChoices):
    """Where the fair-competition review of a document stands (《公平竞争审查条例》)."""

    PENDING = "pending", "未审查"
    PASSED = "passed", "审查通过"
    EXCEPTED = "excepted", "适用例外规定"
    NOT_NEEDED = "not_needed", "不属于审查范围"


FIT_REVIEWS = frozenset({Review.PASSED, Review.EXCEPTED, Review.NOT_NEEDED})
FOREVER = ""


def period_of(repeat: str, on: date) -> str:
    """Return the period to which something on the day `on` belongs: the year, or one period for ever."""
    return str(on.year) if repeat == Repeat.YEARLY else FOREVER


# 免申即享 is published only with these four statements: 受益对象明确、结果认定有据、标准数额具体、文件时限有效.
STATEMENTS = {
    "beneficiary": "受益对象明确",
    "basis": "结果认定有据",
    "amount": "标准数额具体",
    "validity": "文件时限有效",
}
