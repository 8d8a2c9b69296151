"""Schemes: ordered lamp rules as data, and the scheme that is used where the county set none."""

import re
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from indicators.lamps.conditions import (
    Always,
    Behind,
    Closed,
    Condition,
    DueSoon,
    NoDueDate,
    NoStartDate,
    Overdue,
    ReportLate,
    ReportMissing,
    Suspended,
    UnverifiedMonths,
    read_condition,
)
from indicators.lamps.facts import Colour, LampFacts, behind_points
from portal.params import ParamError, Params

MOST_RULES = 30
LONGEST_LABEL = 14
PLACEHOLDER_WIDTH = 2
UNKNOWN = "—"

PLACEHOLDERS = {
    "天数": "已逾期的自然日天数",
    "点数": "落后序时进度的百分点",
    "月数": "连续没有审核通过进展的月数",
    "完成": "审核通过的累计完成百分比",
    "剩余": "距完成时限的工作日数",
}
"""What a rule's wording may name in braces, with its meaning for the form."""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


class SchemeError(ValueError):
    """A scheme can't be used; the text is a Chinese sentence that names the rule by its position."""


@dataclass(frozen=True)
class Rule:
    """`colour` when the condition matches; without a `label` the condition words the reason."""

    colour: Colour
    when: Condition
    label: str = ""

    def reason(self, facts: LampFacts) -> str:
        values = _values(facts) | self.when.values(facts)
        return _PLACEHOLDER.sub(
            lambda found: values.get(found[1], UNKNOWN), self.label or self.when.wording(facts)
        )

    def to_json(self) -> dict[str, object]:
        written: dict[str, object] = {"colour": self.colour.value, "when": self.when.to_json()}
        return written | ({"label": self.label} if self.label else {})


@dataclass(frozen=True)
class Scheme:
    """Ordered rules of which the last, and only the last, matches always."""

    rules: tuple[Rule, ...]

    def __post_init__(self) -> None:
        if not self.rules:
            raise SchemeError("亮灯方案至少要有一条规则")
        for position, rule in enumerate(self.rules[:-1], start=1):
            if isinstance(rule.when, Always):
                raise SchemeError(f"第{position}条规则：“其他情况”只能放在最后一条，其后的规则不会起作用")
        if not isinstance(self.rules[-1].when, Always):
            raise SchemeError(f"第{len(self.rules)}条规则：最后一条的条件应为“其他情况”，保证每个事项都有灯")

    def to_json(self) -> list[dict[str, object]]:
        """Return what `parse_scheme` reads back into an equal scheme."""
        return [rule.to_json() for rule in self.rules]


@dataclass(frozen=True)
class Lamp:
    """The colour, why, and which rule (counted from 0) gave it."""

    colour: Colour
    reason: str
    rule_index: int


def light(scheme: Scheme, facts: LampFacts) -> Lamp:
    """Return the lamp of the first rule that matches; a scheme always has one."""
    index, rule = next((n, rule) for n, rule in enumerate(scheme.rules) if rule.when.matches(facts))
    return Lamp(rule.colour, rule.reason(facts), index)


def describe(rule: Rule) -> str:
    """Return the rule as one Chinese sentence without a full stop."""
    shown = f"，显示“{rule.label}”" if rule.label else ""
    return f"{rule.colour.label}灯：{rule.when.describe()}{shown}"


def parse_scheme(raw: object) -> Scheme:
    """Build a scheme from decoded JSON: a list of `{"colour", "when", "label"}`.

    Raises SchemeError with a sentence that names the rule by its position, counted from 1.
    """
    if not isinstance(raw, list | tuple):
        raise SchemeError("亮灯方案应为规则列表")
    if len(raw) > MOST_RULES:
        raise SchemeError(f"亮灯方案最多{MOST_RULES}条规则")
    rules = []
    for position, item in enumerate(raw, start=1):
        try:
            rules.append(_read_rule(item))
        except ParamError as error:
            raise SchemeError(f"第{position}条规则：{error}") from error
    return Scheme(tuple(rules))


def _read_rule(raw: object) -> Rule:
    params = Params.of(raw, "规则")
    params.refuse_others({"colour", "when", "label"})
    colour = Colour(params.choice("colour", "灯色", {colour.value: colour.label for colour in Colour}))
    if params.values.get("when") is None:
        raise ParamError("请填写条件")
    return Rule(colour, read_condition(params.values["when"]), _read_label(params.values.get("label")))


def _read_label(raw: object) -> str:
    if raw is None:
        return ""
    if not isinstance(raw, str) or not raw.isprintable():
        raise ParamError("原因文字应为一行文本")
    label = raw.strip()
    for name in _PLACEHOLDER.findall(label):
        if name not in PLACEHOLDERS:
            allowed = "、".join(f"{{{known}}}" for known in PLACEHOLDERS)
            raise ParamError(f"原因文字中的{{{name}}}无法填充，可用的有{allowed}")
    filled = _PLACEHOLDER.sub("0" * PLACEHOLDER_WIDTH, label)
    if "{" in filled or "}" in filled:
        raise ParamError("原因文字中的大括号不成对")
    if len(filled) > LONGEST_LABEL:
        raise ParamError(f"原因文字最多{LONGEST_LABEL}个字")
    return label


def _values(facts: LampFacts) -> dict[str, str]:
    points = behind_points(facts)
    left = facts.workdays_left
    return {
        "天数": str(facts.days_overdue),
        "点数": UNKNOWN if points is None else f"{points.normalize():f}",
        "月数": str(facts.months_unverified),
        # Rounded down: 79.6 must not be shown as the 80 that would have been enough.
        "完成": str(facts.percent.quantize(Decimal(1), ROUND_FLOOR)),
        "剩余": UNKNOWN if left is None else str(left),
    }


DEFAULT_SCHEME = Scheme(
    (
        Rule(Colour.BLUE, Closed(), "已完成"),
        Rule(Colour.GREY, Suspended(), "已中止"),
        Rule(Colour.GREY, NoDueDate(), "未设时限"),
        Rule(Colour.RED, Overdue(), "逾期{天数}天"),
        Rule(Colour.RED, Behind(over=Decimal(30)), "落后序时{点数}点"),
        Rule(Colour.RED, UnverifiedMonths(2), "连续{月数}个月无审核通过进展"),
        Rule(Colour.YELLOW, Behind(at_least=Decimal(10), up_to=Decimal(30)), "落后序时{点数}点"),
        Rule(Colour.YELLOW, ReportLate(), "本月迟报"),
        Rule(Colour.YELLOW, ReportMissing(), "本月未报"),
        Rule(Colour.YELLOW, DueSoon(10, Decimal(80)), "临期，完成{完成}%"),
        Rule(Colour.GREY, NoStartDate(), "未设起始日期"),
        Rule(Colour.GREEN, Always(), "达到序时"),
    )
)
