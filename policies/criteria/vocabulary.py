"""The nouns that conditions and amounts are made of: facts with their units, labels with their levels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from portal.enterprise_terms import FACTS as TERMS
from portal.enterprise_terms import LABELS as LABEL_TERMS
from portal.enterprise_terms import FactKind, LabelLevel, label_name

TEN_THOUSAND = "万元"
# What one unit is worth in the unit in which the register keeps the fact (money in 万元).
_UNITS: Mapping[str, Mapping[str, Decimal]] = {
    TEN_THOUSAND: MappingProxyType({"万元": Decimal(1), "元": Decimal("0.0001"), "亿元": Decimal(10_000)}),
    "人": MappingProxyType({"人": Decimal(1)}),
}
YUAN_PER_TEN_THOUSAND = Decimal(10_000)


@dataclass(frozen=True)
class Fact:
    """One kind of number about an enterprise; values are kept in `unit`, the finest step is `step`."""

    key: str
    label: str
    unit: str
    units: Mapping[str, Decimal]
    step: Decimal

    @property
    def is_money(self) -> bool:
        return self.unit == TEN_THOUSAND

    def shown(self, value: Decimal, unit: str = "") -> str:
        """Write a kept value in `unit`, without one as the register keeps it: 2,000 万元."""
        unit = unit or self.unit
        return f"{plain(value / self.units[unit])} {unit}"

    def in_yuan(self, value: Decimal) -> Decimal:
        """Return a kept value of money in yuan."""
        return value * YUAN_PER_TEN_THOUSAND


FACTS: dict[str, Fact] = {
    term.kind.value: Fact(
        term.kind.value,
        str(FactKind(term.kind).label),
        term.unit,
        _UNITS.get(term.unit, MappingProxyType({term.unit: Decimal(1)})),
        Decimal(1) if term.whole else Decimal("0.0001"),
    )
    for term in TERMS.values()
}


def label_key(kind: str, level: str) -> str:
    """Return how conditions name a label of a level: `specialised:provincial`, `industry_above`."""
    return f"{kind}:{level}" if level else kind


def split_label(key: str) -> tuple[str, str]:
    """Return kind and level of a label key."""
    kind, _, level = key.partition(":")
    return kind, level


def _names(*, adverse: bool) -> dict[str, str]:
    return {
        label_key(term.kind, level): label_name(term.kind, level)
        for term in LABEL_TERMS.values()
        if term.adverse is adverse
        for level in LabelLevel
        if level in term.levels
    }


LABELS = _names(adverse=False)
ADVERSE_LABELS = _names(adverse=True)
ALL_LABELS = LABELS | ADVERSE_LABELS


def label_names(keys: Iterable[str], joint: str = "、") -> str:
    """Return the names of label keys, the last two joined by `joint`."""
    return joined([ALL_LABELS.get(key, key) for key in keys], joint)


def joined(names: list[str], joint: str = "、") -> str:
    """Return names as a list in a sentence, the last two joined by `joint`."""
    if len(names) < 2:
        return "".join(names)
    return f"{'、'.join(names[:-1])}{joint}{names[-1]}"


def plain(number: Decimal) -> str:
    """Write a number with thousands separators and at most four places, without trailing zeros."""
    text = f"{number:,.4f}"
    return text.rstrip("0").rstrip(".")
