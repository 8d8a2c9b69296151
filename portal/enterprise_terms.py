"""What is known of a market entity: kinds, states, facts with their units, labels with their levels. Pure data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices


class EntityKind(TextChoices):
    """What a market entity is registered as."""

    ENTERPRISE = "enterprise", "企业"
    INDIVIDUAL = "individual", "个体工商户"
    COOPERATIVE = "cooperative", "农民专业合作社"
    OTHER = "other", "其他组织"


class EntityState(TextChoices):
    """Where a market entity stands with its registration."""

    ACTIVE = "active", "存续"
    REVOKED = "revoked", "吊销"
    DEREGISTERED = "deregistered", "注销"
    MOVED = "moved", "迁出"


class SizeClass(TextChoices):
    """大/中/小/微 by 工信部联企业〔2011〕300号; no row means that it cannot be told."""

    LARGE = "large", "大型"
    MEDIUM = "medium", "中型"
    SMALL = "small", "小型"
    MICRO = "micro", "微型"


class FactKind(TextChoices):
    """A dated number about a market entity."""

    EMPLOYEES = "employees", "从业人员"
    REVENUE = "revenue", "营业收入"
    MAIN_REVENUE = "main_revenue", "主营业务收入"
    ASSETS = "assets", "资产总额"
    RD_EXPENSE = "rd_expense", "研发费用"
    TAX = "tax", "纳税额"
    FIXED_INVESTMENT = "fixed_investment", "固定资产投资"
    EXPORTS = "exports", "出口额"


class LabelLevel(TextChoices):
    """Who recognised a label; NONE where the label has no levels."""

    NATIONAL = "national", "国家级"
    PROVINCIAL = "provincial", "省级"
    MUNICIPAL = "municipal", "市级"
    COUNTY = "county", "县级"
    NONE = "", "不分级"


class LabelKind(TextChoices):
    """A dated recognition, listing or mark of a market entity."""

    INDUSTRY_ABOVE = "industry_above", "规上工业"
    WHOLESALE_ABOVE = "wholesale_above", "限上批发"
    RETAIL_ABOVE = "retail_above", "限上零售"
    CATERING_ABOVE = "catering_above", "限上住餐"
    SERVICES_ABOVE = "services_above", "规上服务业"
    CONSTRUCTION_QUALIFIED = "construction_qualified", "资质内建筑业"
    REAL_ESTATE = "real_estate", "房地产开发业"
    HIGH_TECH = "high_tech", "高新技术企业"
    TECH_SME = "tech_sme", "科技型中小企业"
    INNOVATIVE_SME = "innovative_sme", "创新型中小企业"
    SPECIALISED = "specialised", "专精特新中小企业"
    SPECIALISED_GIANT = "specialised_giant", "专精特新小巨人企业"
    SPECIALISED_BACKBONE = "specialised_backbone", "专精特新骨干企业"
    SPECIALISED_MODEL = "specialised_model", "专精特新示范企业"
    SINGLE_CHAMPION = "single_champion", "单项冠军企业"
    TECH_LEADER = "tech_leader", "科技领军企业"
    FARMING_LEADER = "farming_leader", "农业产业化龙头企业"
    SMALL_TO_ABOVE = "small_to_above", "小升规企业"
    DISHONEST = "dishonest", "失信被执行人"
    SERIOUSLY_DISHONEST = "seriously_dishonest", "严重违法失信名单"
    ABNORMAL = "abnormal", "经营异常名录"


@dataclass(frozen=True)
class FactTerm:
    """How a kind of fact is entered and printed. `whole`: counted in whole units; `yearly`: the sum of a year."""

    kind: FactKind
    unit: str
    whole: bool = False
    yearly: bool = True


@dataclass(frozen=True)
class LabelTerm:
    """`levels` are those it may be held at; `adverse` marks what speaks against its holder."""

    kind: LabelKind
    levels: frozenset[LabelLevel] = frozenset({LabelLevel.NONE})
    adverse: bool = False


_GRADED = frozenset({LabelLevel.NATIONAL, LabelLevel.PROVINCIAL, LabelLevel.MUNICIPAL})
_NATIONAL = frozenset({LabelLevel.NATIONAL})
_PROVINCIAL = frozenset({LabelLevel.PROVINCIAL})

# Money in 万元, as the statistical forms and the size standard have it.
FACTS = {
    term.kind: term
    for term in (
        FactTerm(FactKind.EMPLOYEES, "人", whole=True, yearly=False),
        FactTerm(FactKind.REVENUE, "万元"),
        FactTerm(FactKind.MAIN_REVENUE, "万元"),
        FactTerm(FactKind.ASSETS, "万元", yearly=False),
        FactTerm(FactKind.RD_EXPENSE, "万元"),
        FactTerm(FactKind.TAX, "万元"),
        FactTerm(FactKind.FIXED_INVESTMENT, "万元"),
        FactTerm(FactKind.EXPORTS, "万元"),
    )
}

LABELS = {
    term.kind: term
    for term in (
        LabelTerm(LabelKind.INDUSTRY_ABOVE),
        LabelTerm(LabelKind.WHOLESALE_ABOVE),
        LabelTerm(LabelKind.RETAIL_ABOVE),
        LabelTerm(LabelKind.CATERING_ABOVE),
        LabelTerm(LabelKind.SERVICES_ABOVE),
        LabelTerm(LabelKind.CONSTRUCTION_QUALIFIED),
        LabelTerm(LabelKind.REAL_ESTATE),
        LabelTerm(LabelKind.HIGH_TECH, _NATIONAL),
        LabelTerm(LabelKind.TECH_SME),
        LabelTerm(LabelKind.INNOVATIVE_SME, _PROVINCIAL),
        LabelTerm(LabelKind.SPECIALISED, frozenset({LabelLevel.PROVINCIAL, LabelLevel.MUNICIPAL})),
        LabelTerm(LabelKind.SPECIALISED_GIANT, _NATIONAL),
        LabelTerm(LabelKind.SPECIALISED_BACKBONE, _PROVINCIAL),
        LabelTerm(LabelKind.SPECIALISED_MODEL, _PROVINCIAL),
        LabelTerm(LabelKind.SINGLE_CHAMPION, frozenset({LabelLevel.NATIONAL, LabelLevel.PROVINCIAL})),
        LabelTerm(LabelKind.TECH_LEADER, _GRADED),
        LabelTerm(LabelKind.FARMING_LEADER, _GRADED | {LabelLevel.COUNTY}),
        LabelTerm(LabelKind.SMALL_TO_ABOVE),
        LabelTerm(LabelKind.DISHONEST, adverse=True),
        LabelTerm(LabelKind.SERIOUSLY_DISHONEST, adverse=True),
        LabelTerm(LabelKind.ABNORMAL, adverse=True),
    )
}


def label_name(kind: str, level: str) -> str:
    """Return a label as it is spoken of: `省级专精特新中小企业`, `规上工业`, `国家高新技术企业`."""
    name = LabelKind(kind).label
    if level == LabelLevel.NATIONAL:
        return f"国家{name}"
    return f"{LabelLevel(level).label}{name}" if level else name


def held_on(valid_from: date, valid_to: date | None, on: date) -> bool:
    """Tell whether a period holds on the day `on`; both ends are included, no end means until further notice."""
    return valid_from <= on and (valid_to is None or valid_to >= on)
