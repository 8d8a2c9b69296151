"""Assessment rules 考核细则 as data. No database, no request, no clock."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from portal.params import ParamError, Params, to_plain

MOST_POINTS = 100
MOST_RULES = 40
DEFAULT_BASE = Decimal(100)
DEFAULT_GRADES = (("优秀", Decimal(90)), ("良好", Decimal(80)), ("合格", Decimal(60)))
LOWEST_GRADE = "不合格"
KEYS = ("trigger", "points", "per", "cap", "floor", "group", "exempt")


class RuleError(ValueError):
    """The rules cannot be used; the text is a Chinese sentence that names the rule."""


class Group(StrEnum):
    """The two groups that are ranked apart, and all units for a rule that holds for both."""

    ALL = "all"
    WITH = "with_indicators"
    WITHOUT = "without_indicators"

    @property
    def label(self) -> str:
        return _GROUP_LABELS[self]

    def holds(self, group: Group) -> bool:
        return self in {Group.ALL, group}


_GROUP_LABELS = {Group.ALL: "全部单位", Group.WITH: "承担指标单位", Group.WITHOUT: "不承担指标单位"}


@dataclass(frozen=True)
class Rule:
    """What a trigger's facts cost or bring.

    `points` (negative: taken off) for every full `per` of what the facts amount to;
    together at most `cap` and, once anything counts, at least `floor`, both without
    sign. `exempt` are the codes of units that the rule does not touch.
    """

    trigger: str
    points: Decimal
    per: Decimal = Decimal(1)
    cap: Decimal | None = None
    floor: Decimal | None = None
    group: Group = Group.ALL
    exempt: tuple[str, ...] = ()

    @property
    def weight(self) -> Decimal:
        """What one fact weighs, whichever way; of two rules the heavier one takes a shared fact."""
        return abs(self.points) / self.per

    def touches(self, group: Group, unit: str) -> bool:
        return self.group.holds(group) and unit not in self.exempt

    def to_json(self) -> dict[str, Any]:
        return {
            "trigger": self.trigger,
            "points": to_plain(self.points),
            "per": to_plain(self.per),
            "cap": None if self.cap is None else to_plain(self.cap),
            "floor": None if self.floor is None else to_plain(self.floor),
            "group": self.group.value,
            "exempt": list(self.exempt),
        }


@dataclass(frozen=True)
class RuleSet:
    """The rules of a year: every unit begins with `base`; `grades` from the best down with their lowest score."""

    rules: tuple[Rule, ...]
    base: Decimal = DEFAULT_BASE
    grades: tuple[tuple[str, Decimal], ...] = DEFAULT_GRADES

    def grade_of(self, score: Decimal) -> str:
        return next((label for label, least in self.grades if score >= least), LOWEST_GRADE)

    def to_json(self) -> dict[str, Any]:
        return {
            "base": to_plain(self.base),
            "grades": [[label, to_plain(least)] for label, least in self.grades],
            "rules": [rule.to_json() for rule in self.rules],
        }


def parse_rules(stored: Mapping[str, Any], triggers: Collection[str]) -> RuleSet:
    """Build the rule set from its stored or typed form; `triggers` are the known ones.

    Raises RuleError with a sentence that names the rule.
    """
    raw = stored.get("rules") or []
    if not raw:
        raise RuleError("细则至少要有一条")
    if len(raw) > MOST_RULES:
        raise RuleError(f"细则最多 {MOST_RULES} 条")
    rules: list[Rule] = []
    for place, one in enumerate(raw, start=1):
        try:
            rules.append(_rule(Params.of(one, "细则"), triggers))
        except ParamError as error:
            raise RuleError(f"第 {place} 条：{error}") from error
    _refuse_overlaps(rules)
    try:
        base = Params.of(stored, "细则").decimal("base", "基础分", 1, 1000)
        grades = tuple(
            (str(label), Params({"least": least}).decimal("least", f"“{label}”分数线", 0, 1000))
            for label, least in stored.get("grades", ())
        )
    except ParamError as error:
        raise RuleError(str(error)) from error
    lines = [least for _, least in grades]
    if lines != sorted(lines, reverse=True) or len(set(lines)) < len(lines):
        raise RuleError("等次的分数线应由高到低，不能相同")
    return RuleSet(tuple(rules), base, grades or DEFAULT_GRADES)


def _rule(params: Params, triggers: Collection[str]) -> Rule:
    params.refuse_others(KEYS)
    trigger = str(params.values.get("trigger", ""))
    if trigger not in triggers:
        raise ParamError("请选择考核事由")
    points = params.decimal("points", "分值", -MOST_POINTS, MOST_POINTS)
    if not points:
        raise ParamError("分值不能为零；扣分填负数，加分填正数")
    cap = params.optional_decimal("cap", "最多", 0, MOST_POINTS)
    floor = params.optional_decimal("floor", "最少", 0, MOST_POINTS)
    if cap is not None and floor is not None and floor > cap:
        raise ParamError("“最少”不能大于“最多”")
    group = params.choice("group", "适用单位", {one.value: one.label for one in Group})
    per = params.optional_decimal("per", "每", Decimal("0.01"), 10_000)
    exempt = params.values.get("exempt") or []
    if not isinstance(exempt, list | tuple):
        raise ParamError("豁免单位格式不对")
    codes = tuple(str(code) for code in exempt)
    return Rule(trigger, points, Decimal(1) if per is None else per, cap, floor, Group(group), codes)


def _refuse_overlaps(rules: list[Rule]) -> None:
    """Refuse two rules that would judge the same unit by the same trigger."""
    for place, rule in enumerate(rules):
        for earlier in rules[:place]:
            if rule.trigger == earlier.trigger and (
                rule.group == earlier.group or Group.ALL in {rule.group, earlier.group}
            ):
                raise RuleError(f"第 {place + 1} 条：同一事由对同一类单位只能有一条细则")
