"""Compute what one enterprise gets by a rule, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import singledispatch

from policies.amounts.money import CENT, MODES, STEPS, rounded, shown
from policies.amounts.rules import AmountRule, Band, Bands, Fixed, Levels, Limits, NoMoney, Rate
from policies.criteria import Profile
from policies.criteria.vocabulary import FACTS, LABELS, YUAN_PER_TEN_THOUSAND, Fact, plain

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Line:
    """One line of a calculation as it is shown: what, how, and the amount in yuan after it."""

    label: str
    formula: str
    amount: Decimal


@dataclass(frozen=True)
class Calculation:
    """An amount in yuan with its lines; None where `missing` says what is not known."""

    amount: Decimal | None
    lines: tuple[Line, ...] = ()
    missing: str = ""


@singledispatch
def calculate(rule: AmountRule, profile: Profile) -> Calculation:
    """Return what the enterprise gets by `rule`, by the facts and labels of the profile's day."""
    raise TypeError(f"no calculation for {rule!r}")


@calculate.register
def _no_money(rule: NoMoney, profile: Profile) -> Calculation:
    del profile
    return Calculation(Decimal(0), (Line("惠企内容", rule.describe(), Decimal(0)),))


@calculate.register
def _fixed(rule: Fixed, profile: Profile) -> Calculation:
    del profile
    return Calculation(rule.amount, (Line("定额", rule.describe(), rule.amount),))


@calculate.register
def _rate(rule: Rate, profile: Profile) -> Calculation:
    fact = FACTS[rule.base]
    value = profile.facts.get(rule.base)
    if value is None:
        return Calculation(None, missing=fact.label)
    return _limited((_share(fact, value, rule.rate),), rule.limits)


@calculate.register
def _levels(rule: Levels, profile: Profile) -> Calculation:
    held = [level for level in rule.levels if level.label in profile.labels]
    if not held:
        return Calculation(Decimal(0), (Line("级别", "未取得任何一级认定", Decimal(0)),))
    best = max(held, key=lambda level: level.amount)
    lines = [Line(LABELS[level.label], f"标准 {shown(level.amount)}", level.amount) for level in held]
    if len(held) > 1:
        lines.append(Line("就高不重复", f"取{LABELS[best.label]}", best.amount))
    return Calculation(best.amount, tuple(lines))


@calculate.register
def _bands(rule: Bands, profile: Profile) -> Calculation:
    fact = FACTS[rule.base]
    value = profile.facts.get(rule.base)
    if value is None:
        return Calculation(None, missing=fact.label)
    if value < rule.bands[0].start:
        least = fact.shown(rule.bands[0].start)
        line = Line("分档", f"{fact.label} {fact.shown(value)}，未达到最低档 {least}", Decimal(0))
        return Calculation(Decimal(0), (line,))
    lines = _slices(rule, fact, value) if rule.sliced else (_one_band(rule, fact, value),)
    return _limited(lines, rule.limits)


def _one_band(rule: Bands, fact: Fact, value: Decimal) -> Line:
    band = [band for band in rule.bands if band.start <= value][-1]
    where = f"{fact.label} {fact.shown(value)}，属 {fact.shown(band.start)}起一档"
    if band.amount is not None:
        return Line("分档", where, band.amount)
    share = _share(fact, value, band.rate or Decimal(0))
    return Line("分档", f"{where}，{share.formula}", share.amount)


def _slices(rule: Bands, fact: Fact, value: Decimal) -> tuple[Line, ...]:
    """Return a line for each slice of the value; the amounts add up."""
    lines, ends = [], [band.start for band in rule.bands[1:]]
    for band, end in zip(rule.bands, [*ends, None], strict=True):
        if value > band.start:
            top = value if end is None else min(value, end)
            lines.append(_slice(band, fact, top - band.start))
    return tuple(lines)


def _slice(band: Band, fact: Fact, width: Decimal) -> Line:
    share = _share(fact, width, band.rate or Decimal(0))
    return Line(f"超过 {fact.shown(band.start)}部分", share.formula, share.amount)


def _share(fact: Fact, value: Decimal, rate: Decimal) -> Line:
    amount = value * YUAN_PER_TEN_THOUSAND * rate / HUNDRED
    return Line("按比例", f"{fact.label} {fact.shown(value)} × {plain(rate)}%", amount)


def _limited(lines: tuple[Line, ...], limits: Limits) -> Calculation:
    """Add the lines up, then round, then apply floor and cap: neither may be passed by rounding."""
    total = sum((line.amount for line in lines), Decimal(0))
    found = list(lines)
    if len(lines) > 1:
        found.append(Line("合计", "各档相加", total))
    amount = rounded(total, limits.step, limits.mode)
    if amount != total:
        how = f"{STEPS[limits.step][0]}，{MODES[limits.mode][0]}"
        found.append(Line("取整", how, amount))
    if limits.cap is not None and amount > limits.cap:
        amount = limits.cap
        found.append(Line("封顶", f"最高 {shown(limits.cap)}", amount))
    if limits.floor is not None and amount < limits.floor:
        amount = limits.floor
        found.append(Line("保底", f"不低于 {shown(limits.floor)}", amount))
    return Calculation(amount.quantize(CENT), tuple(found))
