"""Figures of the supporting policies: how many items, what was paid to how many, how fast, and how far it reaches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any

from indicators.selectors.figures import FigureRow
from policies.amounts.money import UNITS
from policies.selectors.counts import Behind, PolicyCounts, batches_behind, items_behind
from policies.selectors.figure_marks import batches_of_period, batches_of_year
from policies.selectors.places import EVERY, Part
from policies.terms import Category, Mode
from portal.models import User
from reports.figures.figure import Figure
from reports.figures.period import Period
from reports.shares import rate
from reports.texts.values import Parts, Value

HIGHER, LOWER = "higher", "lower"
MODES_GROUP = "policies.modes"
HUNDREDTH = Decimal("0.01")
ITEM, BATCH = "policy_item", "payout_batch"
YEAR = "本年1月1日至期末"
AUTOMATIC = Part(mode=Mode.AUTOMATIC.value)

Measure = Callable[[PolicyCounts], Value]


def _value(measure: Measure, period: Period) -> Value:
    return measure(period.policies) if period.policies.known else None


def _figure(key: str, name: str, unit: str, definition: str, measure: Measure, **more: Any) -> Figure:
    figure = Figure(f"policies.{key}", name, unit, definition, partial(_value, measure))
    return replace(figure, **more)


def _items(part: Part, period: Period, user: User | None) -> list[FigureRow]:
    """Return the items behind a count. Without a person all figures of the period share one reading."""
    if user is None:
        found = [one.row for one in period.policy_item_marks if part.holds(one.place)]
    else:
        found = items_behind(period.span, user, part)
    return [_row(ITEM, row) for row in found]


def _batches(part: Part, period: Period, user: User | None) -> list[FigureRow]:
    span = period.span
    if user is None:
        found = batches_of_year(period.payment_marks, part)
    else:
        found = batches_behind(span.year_begin, span.last, user, part)
    return [_row(BATCH, row) for row in found]


def _batches_of_period(period: Period, user: User | None) -> list[FigureRow]:
    if user is None:
        found = batches_of_period(period.payment_marks)
    else:
        found = batches_behind(period.first, period.end, user)
    return [_row(BATCH, row) for row in found]


def _row(kind: str, row: Behind) -> FigureRow:
    return FigureRow(kind, row.number, row.label, row.note, row.url, row.unit)


def in_ten_thousands(yuan: Decimal) -> Decimal:
    """Return yuan in 万元, to two places."""
    return (yuan / UNITS["万元"]).quantize(HUNDREDTH, ROUND_HALF_UP)


def _count_items(part: Part, counts: PolicyCounts) -> Value:
    return counts.count_items(part.holds)


def _sum_paid(part: Part, counts: PolicyCounts) -> Value:
    return counts.sum_paid(part.holds)


def _item_parts(period: Period) -> tuple[Parts, ...]:
    if not period.policies.known:
        return ()
    return (
        Parts("按兑现方式", tuple(f"policies.items.{mode}" for mode in Mode.values)),
        Parts("按类别", tuple(f"policies.items.{category}" for category in Category.values)),
    )


def _paid_parts(period: Period) -> tuple[Parts, ...]:
    if not period.policies.known:
        return ()
    units = tuple(f"policies.units.{code}.paid_yuan" for code in period.policies.units)
    by_category = Parts("按类别", tuple(f"policies.paid.{category}_yuan" for category in Category.values))
    return (by_category, Parts("按牵头单位", units))


def _of_modes() -> tuple[Figure, ...]:
    return tuple(
        _figure(
            f"items.{mode.value}",
            f"{mode.label}事项",
            "项",
            f"截至期末已发布且未撤回的惠企事项中，兑现方式为{mode.label}的项数",
            partial(_count_items, Part(mode=mode.value)),
            rows=partial(_items, Part(mode=mode.value)),
            group=MODES_GROUP,
            yearly=False,
        )
        for mode in Mode
    )


def _of_categories() -> tuple[Figure, ...]:
    counted = tuple(
        _figure(
            f"items.{category.value}",
            f"{category.label}事项",
            "项",
            f"截至期末已发布且未撤回的惠企事项中，{category.label}的项数",
            partial(_count_items, Part(category=category.value)),
            rows=partial(_items, Part(category=category.value)),
            yearly=False,
        )
        for category in Category
    )
    paid = tuple(
        _figure(
            f"paid.{category.value}_yuan",
            f"{category.label}兑现金额",
            "元",
            f"{YEAR}{category.label}事项实际拨付的金额，扣除冲销",
            partial(_sum_paid, Part(category=category.value)),
            rows=partial(_batches, Part(category=category.value)),
        )
        for category in Category
    )
    return (*counted, *paid)


def _automatic_items(counts: PolicyCounts) -> Value:
    return rate(counts.count_items(AUTOMATIC.holds), counts.count_items())


def _coverage(measure: str, period: Period) -> Value:
    found = period.policy_coverage
    if found is None:
        return None
    value: Value = getattr(found, measure)
    return value


FIGURES = (
    _figure(
        "items",
        "惠企政策事项",
        "项",
        "截至期末已发布且未撤回的惠企事项数，含已暂停和已到期的",
        lambda counts: counts.count_items(),
        rows=partial(_items, EVERY),
        parts=_item_parts,
        yearly=False,
    ),
    *_of_modes(),
    *_of_categories(),
    _figure(
        "items.automatic_share",
        "免申即享事项占比",
        "%",
        "免申即享事项占惠企政策事项的比重，没有事项的不计算",
        _automatic_items,
        rows=partial(_items, AUTOMATIC),
        yearly=False,
        better=HIGHER,
    ),
    _figure(
        "items.without_payout",
        "尚无兑现事项",
        "项",
        f"截至期末的惠企事项中，{YEAR}没有资金兑现的项数，含非资金类事项",
        lambda counts: counts.count_items(lambda cell: not cell.paid),
        better=LOWER,
    ),
    _figure(
        "paid_yuan",
        "惠企资金兑现金额",
        "元",
        f"{YEAR}实际拨付的惠企资金，按拨付日期计，扣除冲销",
        lambda counts: counts.paid_yuan,
        rows=partial(_batches, EVERY),
        parts=_paid_parts,
        better=HIGHER,
    ),
    _figure(
        "paid_10k_yuan",
        "惠企资金兑现金额（万元）",
        "万元",
        "惠企资金兑现金额折合万元，保留两位小数",
        lambda counts: in_ten_thousands(counts.paid_yuan),
        rows=partial(_batches, EVERY),
        better=HIGHER,
    ),
    _figure(
        "payouts",
        "兑现笔数",
        "笔",
        f"{YEAR}拨付且期末未被冲销的兑现笔数",
        lambda counts: counts.payouts,
        rows=partial(_batches, EVERY),
        better=HIGHER,
    ),
    _figure(
        "paid_enterprises",
        "兑现家数",
        "家",
        f"{YEAR}得到兑现的市场主体数，同一统一社会信用代码只计一家，已合并的计为一家",
        lambda counts: counts.enterprises,
        rows=partial(_batches, EVERY),
        better=HIGHER,
    ),
    _figure(
        "payouts.automatic_share",
        "免申即享兑现占比",
        "%",
        "免申即享事项的兑现笔数占兑现笔数的比重，没有兑现的不计算",
        lambda counts: counts.automatic_share,
        better=HIGHER,
    ),
    _figure(
        "paid_this_period_10k_yuan",
        "本月兑现金额",
        "万元",
        "本月实际拨付的惠企资金折合万元，扣除冲销",
        lambda counts: in_ten_thousands(counts.period_yuan),
        rows=_batches_of_period,
        yearly=False,
        better=HIGHER,
    ),
    _figure(
        "payouts_this_period",
        "本月兑现笔数",
        "笔",
        "本月拨付且期末未被冲销的兑现笔数",
        lambda counts: counts.period_payouts,
        rows=_batches_of_period,
        yearly=False,
        better=HIGHER,
    ),
    _figure(
        "days_to_payout",
        "平均兑现时长",
        "天",
        f"{YEAR}经推送兑现的各笔，从提出推送到拨付的平均自然日数，没有的不计算",
        lambda counts: counts.days,
        better=LOWER,
    ),
    Figure(
        "policies.qualified",
        "符合条件家数",
        "家",
        "截至期末，按本期最近一次匹配符合至少一项资金类惠企事项条件的市场主体数，已合并的计为一家；本期没有匹配的不计算",
        partial(_coverage, "qualified"),
        yearly=False,
    ),
    Figure(
        "policies.coverage",
        "政策覆盖率",
        "%",
        f"符合条件家数中，{YEAR}已得到相应事项兑现的比重，没有符合条件的不计算",
        partial(_coverage, "share"),
        yearly=False,
        better=HIGHER,
    ),
)


def figures(period: Period) -> list[Figure]:
    """Return the figures of each unit that leads items or paid this year, the largest sum first."""
    found: list[Figure] = []
    for code, name in period.policies.units.items():
        found += _unit_figures(code, name)
    return found


def _unit_figures(code: str, name: str) -> list[Figure]:
    own = Part(unit=code)
    return [
        _figure(
            f"units.{code}.items",
            f"{name}惠企政策事项",
            "项",
            f"截至期末由{name}牵头、已发布且未撤回的惠企事项数",
            partial(_count_items, own),
            rows=partial(_items, own),
            yearly=False,
        ),
        _figure(
            f"units.{code}.paid_yuan",
            f"{name}兑现金额",
            "元",
            f"{YEAR}由{name}牵头的事项实际拨付的金额，扣除冲销",
            partial(_sum_paid, own),
            rows=partial(_batches, own),
            better=HIGHER,
        ),
        _figure(
            f"units.{code}.paid_10k_yuan",
            f"{name}兑现金额（万元）",
            "万元",
            f"{YEAR}由{name}牵头的事项实际拨付的金额折合万元，扣除冲销",
            lambda counts: in_ten_thousands(counts.sum_paid(own.holds)),
            rows=partial(_batches, own),
            better=HIGHER,
        ),
    ]
