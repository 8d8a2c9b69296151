"""Criteria that compare a fact of the enterprise with a number."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Self

from policies.criteria.base import Criterion, Finding, Profile, Verdict
from policies.criteria.vocabulary import FACTS, YUAN_PER_TEN_THOUSAND, Fact, plain
from portal.params import ParamError, Params, to_plain

OPERATORS: Final[dict[str, str]] = {
    "at_least": "不低于",
    "more_than": "高于",
    "at_most": "不高于",
    "less_than": "低于",
    "equals": "等于",
}
COMPARE: Final[dict[str, Callable[[Decimal, Decimal], bool]]] = {
    "at_least": operator.ge,
    "more_than": operator.gt,
    "at_most": operator.le,
    "less_than": operator.lt,
    "equals": operator.eq,
}
LOWER_BOUNDS = frozenset({"at_least", "more_than"})
# A threshold below this many yuan, or above that many, is rarely meant: the unit was mistaken.
LEAST_LIKELY_YUAN = Decimal(10_000)
MOST_LIKELY_YUAN = Decimal(10) ** 12


@dataclass(frozen=True)
class FactCompared(Criterion):
    """A fact of the day compared with `value`, typed in `unit`."""

    kind = "fact"
    label = "数据比较"
    fact: str
    op: str
    value: Decimal
    unit: str

    @property
    def term(self) -> Fact:
        return FACTS[self.fact]

    @property
    def threshold(self) -> Decimal:
        """The number in the unit in which the register keeps the fact."""
        return self.value * self.term.units[self.unit]

    def judge(self, profile: Profile) -> Finding:
        found = profile.facts.get(self.fact)
        if found is None:
            return Finding(Verdict.UNKNOWN, f"缺少{self.term.label}", missing=self.term.label)
        shown = self.term.shown(found, self.unit)
        if COMPARE[self.op](found, self.threshold):
            return Finding(Verdict.MET, f"{self.term.label} {shown}，{self._asked()}")
        return Finding(
            Verdict.NOT_MET, f"{self.term.label} {shown}，要求{self._asked()}", gap=self._gap(found)
        )

    def _gap(self, found: Decimal) -> str:
        """Return how much more is needed; nothing where less would be needed."""
        if self.op not in LOWER_BOUNDS:
            return ""
        lack = self.threshold - found
        if self.op == "more_than":
            lack += self.term.step
        return f"{self.term.label} {self.term.shown(lack, self.unit)}"

    def _asked(self) -> str:
        return f"{OPERATORS[self.op]} {plain(self.value)} {self.unit}"

    def describe(self) -> str:
        return f"{self.term.label}{self._asked()}"

    def to_json(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "fact": self.fact,
            "op": self.op,
            "value": to_plain(self.value),
            "unit": self.unit,
        }

    @classmethod
    def read(cls, params: Params) -> Self:
        fact = params.choice("fact", "数据项", {key: term.label for key, term in FACTS.items()})
        op = params.choice("op", "比较方式", OPERATORS)
        term = FACTS[fact]
        unit = params.choice("unit", f"{term.label}的单位", {unit: unit for unit in term.units})
        value = params.decimal("value", term.label, 0)
        kept = value * term.units[unit]
        if kept != kept.quantize(term.step):
            finest = "整数" if term.step == 1 else "到元"
            raise ParamError(f"{term.label}的数值应填{finest}，现为“{plain(value)} {unit}”")
        return cls(fact, op, value, unit)

    def warnings(self) -> list[str]:
        if not self.term.is_money or not self.value:
            return []
        yuan = self.term.in_yuan(self.threshold)
        if yuan < LEAST_LIKELY_YUAN or yuan >= MOST_LIKELY_YUAN:
            return [f"“{self.describe()}”折合 {plain(yuan / YUAN_PER_TEN_THOUSAND)} 万元，请核对单位是否填错"]
        return []
