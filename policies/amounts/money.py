"""Money as Decimal yuan: reading it with its unit, writing it, and rounding."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Final

from policies.criteria.vocabulary import plain
from portal.params import ParamError, Params

CENT: Final = Decimal("0.01")
UNITS: Final = {"万元": Decimal(10_000), "元": Decimal(1)}
UNIT_NAMES: Final = {unit: unit for unit in UNITS}
# What one enterprise gets for one item; beyond it a slip of the unit is likelier than a grant.
MOST_LIKELY: Final = Decimal(50_000_000)
LEAST_LIKELY: Final = Decimal(100)
STEPS: Final = {
    "cent": ("精确到分", CENT),
    "yuan": ("取整到元", Decimal(1)),
    "hundred": ("取整到百元", Decimal(100)),
    "ten_thousand": ("取整到万元", Decimal(10_000)),
}
MODES: Final = {"half_up": ("四舍五入", ROUND_HALF_UP), "down": ("舍去尾数", ROUND_DOWN)}


def read_yuan(params: Params, key: str, label: str) -> Decimal:
    """Return a required amount in yuan; `unit` of the same parameters says in what it was typed."""
    unit = params.choice("unit", "金额单位", UNIT_NAMES) if params.values.get("unit") else "元"
    amount = params.decimal(key, label)
    if amount < 0:
        raise ParamError(f"{label}不能是负数")
    yuan = amount * UNITS[unit]
    if yuan != yuan.quantize(CENT):
        raise ParamError(f"{label}最多精确到分")
    return yuan


def optional_yuan(params: Params, key: str, label: str) -> Decimal | None:
    """Return an amount in yuan, or None where nothing was filled in."""
    return None if params.values.get(key) in (None, "") else read_yuan(params, key, label)


def shown(yuan: Decimal) -> str:
    """Write an amount as documents do: whole hundreds from 10,000 yuan on in 万元, the rest in 元."""
    if abs(yuan) >= UNITS["万元"] and yuan % 100 == 0:
        return f"{plain(yuan / UNITS['万元'])} 万元"
    return f"{yuan:,.2f}".removesuffix(".00") + " 元"


def rounded(yuan: Decimal, step: str, mode: str) -> Decimal:
    """Round to a multiple of the step."""
    size, rule = STEPS[step][1], MODES[mode][1]
    return (yuan / size).quantize(Decimal(1), rule) * size


def slip(label: str, yuan: Decimal) -> str:
    """Return a sentence where an amount looks like a mistaken unit, or an empty one."""
    if 0 < yuan < LEAST_LIKELY:
        return f"{label}只有 {shown(yuan)}，请核对单位是元还是万元"
    if yuan > MOST_LIKELY:
        return f"{label}高达 {shown(yuan)}，请核对单位是元还是万元"
    return ""


def split(yuan: Decimal, percents: Mapping[str, int]) -> dict[str, Decimal]:
    """Return each level's share of an amount to the cent; the last level bears what rounding leaves.

    The shares add up to the amount. Without percents nothing is split.
    """
    found: dict[str, Decimal] = {}
    left = yuan
    for place, (level, percent) in enumerate(percents.items(), start=1):
        share = left if place == len(percents) else (yuan * percent / 100).quantize(CENT, ROUND_HALF_UP)
        found[level] = share
        left -= share
    return found
