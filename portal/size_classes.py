"""大、中、小、微型 by 工信部联企业〔2011〕300号《中小企业划型标准规定》, as a versioned table. Pure.

An entity belongs to a tier when *every* measure of its industry reaches the lower
bound of that tier; it falls to the tier of its weakest measure (art. 4; in the
statistical version, 国统字〔2017〕213号, note 2). There are no upper bounds: rules
that join upper bounds by AND leave entities with no tier at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.enterprise_terms import FACTS, FactKind, SizeClass


@dataclass(frozen=True)
class Measure:
    """The lower bounds of one fact, in the fact's unit: persons, or 万元."""

    fact: FactKind
    large: int
    medium: int
    small: int

    def tier(self, value: Decimal) -> int:
        """Return the tier this measure alone would give: 0 micro … 3 large."""
        return (value >= self.small) + (value >= self.medium) + (value >= self.large)


@dataclass(frozen=True)
class Category:
    """One of the standard's industries; `codes` are beginnings of GB/T 4754 codes, the longest one decides."""

    label: str
    codes: tuple[str, ...]
    measures: tuple[Measure, ...]


@dataclass(frozen=True)
class Standard:
    """A standard as it holds from a day on, until the next one."""

    title: str
    valid_from: date
    categories: tuple[Category, ...]
    # Divisions whose classes belong to different industries: two digits don't tell.
    ambiguous: frozenset[str]

    def category_of(self, industry: str) -> Category | None:
        """Return the industry of the standard that a code belongs to, or None where it has none."""
        for length in range(len(industry), 1, -1):
            for category in self.categories:
                if industry[:length] in category.codes:
                    return category
        return None


@dataclass(frozen=True)
class Sizing:
    """The tier, or None with what is missing; `missing` holds facts, `reason` is a sentence for a person."""

    size: SizeClass | None
    reason: str
    category: str = ""
    missing: tuple[FactKind, ...] = ()


_STAFF, _REVENUE, _ASSETS = FactKind.EMPLOYEES, FactKind.REVENUE, FactKind.ASSETS


def _divisions(first: int, last: int) -> tuple[str, ...]:
    return tuple(f"{number:02d}" for number in range(first, last + 1))


STANDARD_2011 = Standard(
    title="工信部联企业〔2011〕300号",
    valid_from=date(2011, 6, 18),
    ambiguous=frozenset({"59", "70"}),
    categories=(
        Category("农、林、牧、渔业", _divisions(1, 5), (Measure(_REVENUE, 20000, 500, 50),)),
        Category(
            "工业",
            _divisions(6, 46),
            (Measure(_STAFF, 1000, 300, 20), Measure(_REVENUE, 40000, 2000, 300)),
        ),
        Category(
            "建筑业",
            _divisions(47, 50),
            (Measure(_REVENUE, 80000, 6000, 300), Measure(_ASSETS, 80000, 5000, 300)),
        ),
        Category("批发业", ("51",), (Measure(_STAFF, 200, 20, 5), Measure(_REVENUE, 40000, 5000, 1000))),
        Category("零售业", ("52",), (Measure(_STAFF, 300, 50, 10), Measure(_REVENUE, 20000, 500, 100))),
        # Railways (53) are left out by the standard; loading and moving (591) is transport, not storage.
        Category(
            "交通运输业",
            ("54", "55", "56", "57", "58", "591"),
            (Measure(_STAFF, 1000, 300, 20), Measure(_REVENUE, 30000, 3000, 200)),
        ),
        Category(
            "仓储业",
            ("592", "593", "594", "595", "596", "599"),
            (Measure(_STAFF, 200, 100, 20), Measure(_REVENUE, 30000, 1000, 100)),
        ),
        Category("邮政业", ("60",), (Measure(_STAFF, 1000, 300, 20), Measure(_REVENUE, 30000, 2000, 100))),
        Category(
            "住宿业、餐饮业",
            ("61", "62"),
            (Measure(_STAFF, 300, 100, 10), Measure(_REVENUE, 10000, 2000, 100)),
        ),
        Category(
            "信息传输业",
            ("63", "64"),
            (Measure(_STAFF, 2000, 100, 10), Measure(_REVENUE, 100000, 1000, 100)),
        ),
        Category(
            "软件和信息技术服务业",
            ("65",),
            (Measure(_STAFF, 300, 100, 10), Measure(_REVENUE, 10000, 1000, 50)),
        ),
        Category(
            "房地产开发经营",
            ("701",),
            (Measure(_REVENUE, 200000, 1000, 100), Measure(_ASSETS, 10000, 5000, 2000)),
        ),
        Category("物业管理", ("702",), (Measure(_STAFF, 1000, 300, 100), Measure(_REVENUE, 5000, 1000, 500))),
        Category(
            "租赁和商务服务业",
            ("71", "72"),
            (Measure(_STAFF, 300, 100, 10), Measure(_ASSETS, 120000, 8000, 100)),
        ),
        # Art. 3 ends its list with 等: what is neither named nor left out is measured here.
        Category(
            "其他未列明行业",
            ("703", "704", "709", *_divisions(73, 90)),
            (Measure(_STAFF, 300, 100, 10),),
        ),
    ),
)
# A new standard is added behind the old one, with the day it takes effect; old days keep the old one.
STANDARDS = (STANDARD_2011,)

_TIERS = (SizeClass.MICRO, SizeClass.SMALL, SizeClass.MEDIUM, SizeClass.LARGE)


def standard_on(on: date) -> Standard | None:
    """Return the standard in force on the day `on`; None before the first one."""
    held = [standard for standard in STANDARDS if standard.valid_from <= on]
    return held[-1] if held else None


def size_class(industry: str, facts: Mapping[FactKind, Decimal], *, on: date) -> Sizing:
    """Return the tier of an entity by its industry code and the facts of the day `on`.

    A missing fact leaves the tier unknown, unless the other measure is micro
    already: no value of the missing one could raise it.
    """
    standard = standard_on(on)
    if standard is None:
        return Sizing(None, f"{on:%Y年}没有划型标准")
    if not industry:
        return Sizing(None, "缺少行业代码")
    category = standard.category_of(industry)
    if category is None:
        unclear = industry in standard.ambiguous
        return Sizing(
            None,
            f"行业代码 {industry} 须细到三位，才能确定划型行业"
            if unclear
            else "该行业不适用中小企业划型标准",
        )
    known = [measure.tier(facts[measure.fact]) for measure in category.measures if measure.fact in facts]
    missing = tuple(measure.fact for measure in category.measures if measure.fact not in facts)
    if missing and (not known or min(known) > 0):
        words = "、".join(fact.label for fact in missing)
        return Sizing(None, f"缺少{words}", category.label, missing)
    size = _TIERS[min(known)]
    return Sizing(size, f"按{category.label}：{_shown(category, facts)}", category.label)


def _shown(category: Category, facts: Mapping[FactKind, Decimal]) -> str:
    return "，".join(
        f"{measure.fact.label} {facts[measure.fact].normalize():f} {FACTS[measure.fact].unit}"
        for measure in category.measures
        if measure.fact in facts
    )
