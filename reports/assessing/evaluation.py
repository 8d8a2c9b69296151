"""What a unit's facts come to under the rules, with the calculation shown. No database, no request, no clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from reports.assessing.facts import Fact
from reports.assessing.rules import Group, Rule, RuleSet

ZERO = Decimal(0)
CENT = Decimal("0.01")
COUNTED = ""
WAIVED = "异议成立，不计"
TWICE = "同一事实只计一次"
Facts = Mapping[str, Sequence[Fact]]


@dataclass(frozen=True)
class Verdict:
    """A fact, and why it does not count; empty where it does."""

    fact: Fact
    why_not: str = COUNTED

    @property
    def counts(self) -> bool:
        return self.why_not == COUNTED


@dataclass(frozen=True)
class Line:
    """What one rule made of its facts: the amount that counted, the points, and how they were reckoned."""

    rule: Rule
    amount: Decimal
    points: Decimal
    calculation: str
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True)
class Score:
    """`total` is the base and all lines together, never below zero."""

    base: Decimal
    lines: tuple[Line, ...]
    total: Decimal
    grade: str

    @property
    def deducted(self) -> Decimal:
        return sum((line.points for line in self.lines if line.points < 0), ZERO)

    @property
    def added(self) -> Decimal:
        return sum((line.points for line in self.lines if line.points > 0), ZERO)


def evaluate(
    rules: RuleSet,
    facts: Facts,
    *,
    unit: str,
    group: Group,
    units_of: Mapping[str, str],
    waived: Collection[str] = frozenset(),
) -> Score:
    """Judge one unit. `facts` are its facts by trigger, `units_of` what each trigger counts in.

    A fact counts once: where several rules know one identity the heaviest rule has
    it, of equally heavy ones the first. `waived` are identities of facts that an
    objection has removed.
    """
    touching = [rule for rule in rules.rules if rule.touches(group, unit)]
    owners = _owners(touching, facts)
    lines = tuple(
        _line(rule, _verdicts(rule, facts.get(rule.trigger, ()), owners, waived), units_of[rule.trigger])
        for rule in touching
    )
    total = max(rules.base + sum((line.points for line in lines), ZERO), ZERO)
    return Score(rules.base, lines, total, rules.grade_of(total))


def _owners(rules: Sequence[Rule], facts: Facts) -> dict[str, str]:
    """Return which trigger each identity counts under."""
    heaviest: dict[str, tuple[Decimal, str]] = {}
    for rule in rules:
        for fact in facts.get(rule.trigger, ()):
            held = heaviest.get(fact.identity)
            if held is None or rule.weight > held[0]:
                heaviest[fact.identity] = (rule.weight, rule.trigger)
    return {identity: trigger for identity, (_, trigger) in heaviest.items()}


def _verdicts(
    rule: Rule, facts: Sequence[Fact], owners: Mapping[str, str], waived: Collection[str]
) -> tuple[Verdict, ...]:
    found: list[Verdict] = []
    seen: set[str] = set()
    for fact in facts:
        if fact.identity in waived:
            why = WAIVED
        elif owners[fact.identity] != rule.trigger or fact.identity in seen:
            why = TWICE
        else:
            why = COUNTED
            seen.add(fact.identity)
        found.append(Verdict(fact, why))
    return tuple(found)


def _line(rule: Rule, verdicts: tuple[Verdict, ...], unit: str) -> Line:
    amount = sum((one.fact.amount for one in verdicts if one.counts), ZERO)
    points, calculation = reckon(rule, amount, unit)
    return Line(rule, amount, points, calculation, verdicts)


def reckon(rule: Rule, amount: Decimal, unit: str) -> tuple[Decimal, str]:
    """Return the points of an amount under a rule, to the cent, and the calculation in words."""
    word = "扣" if rule.points < 0 else "加"
    each = _plain(abs(rule.points))
    price = f"每{_plain(rule.per) if rule.per != 1 else ''}{unit}{word}{each}分"
    if amount <= 0:
        return ZERO, f"无，{price}"
    size = abs(rule.points) * (amount // rule.per)
    said = f"{_plain(amount)}{unit}，{price}，计{_plain(size)}分"
    if rule.cap is not None and size > rule.cap:
        size, said = rule.cap, f"{said}；最多{word}{_plain(rule.cap)}分"
    if rule.floor is not None and size < rule.floor:
        size, said = rule.floor, f"{said}；最少{word}{_plain(rule.floor)}分"
    size = size.quantize(CENT, ROUND_HALF_UP)
    return (-size if rule.points < 0 else size), f"{said}，{word}{_plain(size)}分"


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
