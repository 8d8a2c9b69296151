"""The rules by which an amount is granted: fixed, rate × base, by band, by level, or no money.

Each rule reads typed-in parameters, refuses what cannot be, warns of what looks
like a slip, and says in Chinese what it grants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import ClassVar, Final, Protocol, Self

from policies.amounts.money import CENT, MODES, STEPS, optional_yuan, read_yuan, shown, slip
from policies.criteria.vocabulary import FACTS, LABELS, plain
from portal.params import ParamError, Params, to_plain

MOST_ROWS = 20
LIKELY_RATE = Decimal(50)
FULL_RATE = Decimal(100)
MONEY_FACTS: Final = {key: fact.label for key, fact in FACTS.items() if fact.is_money}
BAND_FACTS: Final = {key: fact.label for key, fact in FACTS.items()}


@dataclass(frozen=True)
class Limits:
    """The least and most one enterprise gets for one item, and how the amount is rounded."""

    floor: Decimal | None = None
    cap: Decimal | None = None
    step: str = "cent"
    mode: str = "half_up"

    def __post_init__(self) -> None:
        if self.floor is not None and self.cap is not None and self.cap < self.floor:
            raise ParamError(f"封顶 {shown(self.cap)} 低于保底 {shown(self.floor)}，请核对两个数")

    @classmethod
    def read(cls, params: Params) -> Self:
        step = params.values.get("step") or "cent"
        mode = params.values.get("mode") or "half_up"
        if step not in STEPS or mode not in MODES:
            raise ParamError("请选择取整方式")
        floor, cap = optional_yuan(params, "floor", "保底金额"), optional_yuan(params, "cap", "封顶金额")
        return cls(floor, cap, str(step), str(mode))

    def to_json(self) -> dict[str, object]:
        written: dict[str, object] = {"step": self.step, "mode": self.mode}
        amounts = {"floor": self.floor, "cap": self.cap}
        return written | {key: to_plain(value) for key, value in amounts.items() if value is not None}

    def describe(self) -> str:
        parts = [f"不低于 {shown(self.floor)}"] if self.floor is not None else []
        parts += [f"最高 {shown(self.cap)}"] if self.cap is not None else []
        return "".join(f"，{part}" for part in parts)


class AmountRule(Protocol):
    """One way of granting an amount: frozen dataclasses, which name it as their base for what is common."""

    kind: ClassVar[str]
    label: ClassVar[str]
    limits: Limits

    def describe(self) -> str: ...

    def to_json(self) -> dict[str, object]: ...

    @classmethod
    def read(cls, params: Params) -> Self: ...

    def problems(self) -> list[str]:
        """Return why the rule as a whole can't be used."""
        return []

    def warnings(self) -> list[str]:
        """Return sentences about what is allowed but looks like a slip."""
        amounts = {"保底金额": self.limits.floor, "封顶金额": self.limits.cap}
        return [found for label, yuan in amounts.items() if yuan is not None and (found := slip(label, yuan))]

    @property
    def most(self) -> Decimal | None:
        """The most one enterprise can get, None where the rule sets no limit."""
        return self.limits.cap


@dataclass(frozen=True)
class NoMoney(AmountRule):
    """A benefit that is no money: a free service, a right, a qualification."""

    kind = "none"
    label = "非资金类"
    benefit: str = ""
    limits: Limits = Limits()

    def describe(self) -> str:
        return self.benefit or "不涉及资金"

    def to_json(self) -> dict[str, object]:
        return {"kind": self.kind, "benefit": self.benefit}

    @classmethod
    def read(cls, params: Params) -> Self:
        return cls(str(params.values.get("benefit") or "").strip()[:120])

    @property
    def most(self) -> Decimal | None:
        return Decimal(0)


@dataclass(frozen=True)
class Fixed(AmountRule):
    """The same amount for everybody who qualifies."""

    kind = "fixed"
    label = "定额"
    amount: Decimal
    limits: Limits = Limits()

    def describe(self) -> str:
        return f"每家 {shown(self.amount)}"

    def to_json(self) -> dict[str, object]:
        return {"kind": self.kind, "amount": to_plain(self.amount)}

    @classmethod
    def read(cls, params: Params) -> Self:
        return cls(_positive(read_yuan(params, "amount", "金额")))

    def warnings(self) -> list[str]:
        sentence = slip("金额", self.amount)
        return [sentence] if sentence else []

    @property
    def most(self) -> Decimal | None:
        return self.amount


@dataclass(frozen=True)
class Rate(AmountRule):
    """A share, in percent, of a fact counted in money: 研发费用的 10%，最高 50 万元."""

    kind = "rate"
    label = "按比例"
    rate: Decimal
    base: str
    limits: Limits = Limits()

    def describe(self) -> str:
        return f"{MONEY_FACTS[self.base]}的 {plain(self.rate)}%{self.limits.describe()}"

    def to_json(self) -> dict[str, object]:
        written = {"kind": self.kind, "rate": to_plain(self.rate), "base": self.base}
        return written | self.limits.to_json()

    @classmethod
    def read(cls, params: Params) -> Self:
        base = params.choice("base", "计算基数", MONEY_FACTS)
        return cls(read_rate(params), base, Limits.read(params))

    def warnings(self) -> list[str]:
        found = super().warnings()
        if self.rate > LIKELY_RATE:
            found.append(f"比例为 {plain(self.rate)}%，超过{MONEY_FACTS[self.base]}的一半，请核对")
        if self.limits.cap is None:
            found.append("按比例计算没有设封顶金额，单笔金额没有上限")
        return found


@dataclass(frozen=True)
class Band:
    """One band of a base, from `start` on (included) up to the next band; a fixed amount or a rate."""

    start: Decimal
    amount: Decimal | None = None
    rate: Decimal | None = None


@dataclass(frozen=True)
class Bands(AmountRule):
    """By band of a fact: the band that the value falls in grants, or each slice its own rate (`sliced`).

    `start` of a band is in the unit in which the register keeps the fact.
    """

    kind = "bands"
    label = "分档"
    base: str
    bands: tuple[Band, ...]
    sliced: bool = False
    limits: Limits = Limits()

    def describe(self) -> str:
        fact = FACTS[self.base]
        parts = [
            f"{fact.shown(band.start)}起{shown(band.amount) if band.amount is not None else _percent(band)}"
            for band in self.bands
        ]
        how = "，超额累进" if self.sliced else ""
        return f"按{fact.label}分档：{'；'.join(parts)}{how}{self.limits.describe()}"

    def to_json(self) -> dict[str, object]:
        bands = [
            {
                key: to_plain(value)
                for key, value in (("start", band.start), ("amount", band.amount), ("rate", band.rate))
                if value is not None
            }
            for band in self.bands
        ]
        written = {"kind": self.kind, "base": self.base, "bands": bands, "sliced": self.sliced}
        return written | self.limits.to_json()

    @classmethod
    def read(cls, params: Params) -> Self:
        base = params.choice("base", "分档依据", BAND_FACTS)
        rows = params.items("bands", "档次", MOST_ROWS)
        bands = tuple(_read_band(row, place, params) for place, row in enumerate(rows, start=1))
        return cls(base, bands, params.flag("sliced", "超额累进"), Limits.read(params))

    def problems(self) -> list[str]:
        found = []
        starts = [band.start for band in self.bands]
        if any(later <= earlier for earlier, later in pairwise(starts)):
            found.append("各档的起点应从小到大排列，不能重复")
        if any(band.rate is not None for band in self.bands) and self.base not in MONEY_FACTS:
            found.append(f"{FACTS[self.base].label}不是金额，不能按比例计算，请改为每档定额")
        if self.sliced and any(band.rate is None for band in self.bands):
            found.append("超额累进的每一档都应填比例")
        return found

    def warnings(self) -> list[str]:
        found = super().warnings()
        for place, band in enumerate(self.bands, start=1):
            if band.amount is not None and (sentence := slip(f"第{place}档的金额", band.amount)):
                found.append(sentence)
        return found

    @property
    def most(self) -> Decimal | None:
        if self.limits.cap is not None or any(band.rate is not None for band in self.bands):
            return self.limits.cap
        return max(band.amount or Decimal(0) for band in self.bands)


@dataclass(frozen=True)
class Level:
    """What one recognition grants."""

    label: str
    amount: Decimal


@dataclass(frozen=True)
class Levels(AmountRule):
    """By level of recognition: of the labels held, the one that grants most counts (就高)."""

    kind = "levels"
    label = "按级别"
    levels: tuple[Level, ...]
    limits: Limits = Limits()

    def describe(self) -> str:
        return "；".join(f"{LABELS[level.label]} {shown(level.amount)}" for level in self.levels)

    def to_json(self) -> dict[str, object]:
        rows = [{"label": level.label, "amount": to_plain(level.amount)} for level in self.levels]
        return {"kind": self.kind, "levels": rows}

    @classmethod
    def read(cls, params: Params) -> Self:
        rows = params.items("levels", "级别", MOST_ROWS)
        return cls(tuple(_read_level(row, place, params) for place, row in enumerate(rows, start=1)))

    def problems(self) -> list[str]:
        labels = [level.label for level in self.levels]
        return ["同一级别只能填写一次"] if len(set(labels)) < len(labels) else []

    def warnings(self) -> list[str]:
        rows = (slip(f"{LABELS[level.label]}的金额", level.amount) for level in self.levels)
        return [sentence for sentence in rows if sentence]

    @property
    def most(self) -> Decimal | None:
        return max(level.amount for level in self.levels)


RULES: dict[str, type[AmountRule]] = {rule.kind: rule for rule in (Fixed, Rate, Bands, Levels, NoMoney)}
"""Every kind of rule in the order of the form; `label` is its name there."""


def read_rule(raw: object) -> AmountRule:
    """Build a rule from decoded JSON; raises ParamError with a sentence for the user."""
    params = Params.of(raw, "兑现标准")
    names = {kind: rule.label for kind, rule in RULES.items()}
    rule = RULES[params.choice("kind", "兑现标准", names)].read(params)
    if found := rule.problems():
        raise ParamError(found[0])
    return rule


def problems(raw: object) -> list[str]:
    """Return why a rule as typed in can't be used; nothing where it can."""
    try:
        read_rule(raw)
    except ParamError as error:
        return [str(error)]
    return []


def warnings(rule: AmountRule) -> list[str]:
    """Return sentences about what looks like a slip; they don't keep a rule from being saved."""
    return rule.warnings()


def read_rate(params: Params) -> Decimal:
    """Return a share in percent: more than nothing, at most the whole."""
    rate = params.decimal("rate", "比例", 0)
    if not rate:
        raise ParamError("比例不能是 0")
    if rate > FULL_RATE:
        raise ParamError(f"比例为 {plain(rate)}%，超过 100%，请核对（5% 应填 5）")
    return rate


def _positive(amount: Decimal) -> Decimal:
    if amount < CENT:
        raise ParamError("金额不能是 0；不涉及资金的请选择“非资金类”")
    return amount


def _percent(band: Band) -> str:
    return f"按 {plain(band.rate or Decimal(0))}%"


def _with_unit(row: object, params: Params, label: str) -> Params:
    """Return a row's parameters; without a unit of its own the rule's unit counts."""
    read = Params.of(row, label)
    values: Mapping[str, object] = {"unit": params.values.get("unit", "元"), **read.values}
    return Params(values)


def _read_band(row: object, place: int, params: Params) -> Band:
    read = _with_unit(row, params, f"第{place}档")
    start = read.decimal("start", f"第{place}档的起点", 0)
    amount = optional_yuan(read, "amount", f"第{place}档的金额")
    rate = read_rate(read) if read.values.get("rate") not in (None, "") else None
    if (amount is None) == (rate is None):
        raise ParamError(f"第{place}档请填金额或比例其中一项")
    return Band(start, amount, rate)


def _read_level(row: object, place: int, params: Params) -> Level:
    read = _with_unit(row, params, f"第{place}级")
    label = read.values.get("label")
    if not isinstance(label, str) or label not in LABELS:
        raise ParamError(f"第{place}级请选择资质")
    return Level(label, _positive(read_yuan(read, "amount", f"{LABELS[label]}的金额")))
