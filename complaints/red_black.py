"""Who could stand on the red or the black list 红黑榜 of handling cases: rules as data. Pure.

A rule only finds candidates; a unit appears on a list after a person has decided so.
Its thresholds are settings of the office, taken as they held on the last day of the period.
Every rate has a least number of cases below which it says nothing, so that one case
never names a unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from django.db.models import TextChoices

from portal.roles import Role
from portal.workflow import Step, table_of

HUNDRED = Decimal(100)
PAGE = "/statistics/complaints/red-black/"


class Side(TextChoices):
    RED = "red", "红榜"
    BLACK = "black", "黑榜"


class ListState(TextChoices):
    PROPOSED = "proposed", "待审定"
    PUBLISHED = "published", "已公布"
    REFUSED = "refused", "不予列入"
    WITHDRAWN = "withdrawn", "已撤下"


# In these an entry stands; a unit has at most one such entry for a period.
STANDING = frozenset({ListState.PROPOSED, ListState.PUBLISHED})


HEAD = frozenset({Role.OFFICE_HEAD})
STEPS = table_of(
    Step(
        "publish",
        "审定公布",
        {ListState.PROPOSED},
        ListState.PUBLISHED,
        HEAD,
        "在统计页公布，可选入通报，并告知单位",
    ),
    Step(
        "refuse",
        "不予列入",
        {ListState.PROPOSED},
        ListState.REFUSED,
        HEAD,
        "不列入本期红黑榜，提出的记录保留",
        needs_note=True,
    ),
    Step(
        "withdraw",
        "撤下",
        {ListState.PUBLISHED},
        ListState.WITHDRAWN,
        HEAD,
        "从统计页撤下并告知单位，已引用的通报须先修改再签发",
        needs_note=True,
    ),
)


def period_slug(first: date, last: date) -> str:
    """Return how pages name the months from the one of `first` to the one of `last`: 2023-10, 2023-07..2023-09."""
    begin, end = f"{first:%Y-%m}", f"{last:%Y-%m}"
    return begin if begin == end else f"{begin}..{end}"


@dataclass(frozen=True)
class UnitRecord:
    """What a lead unit did in a period; `overdue` is what was overdue at its end, `again` second rounds begun."""

    due: int = 0
    due_on_time: int = 0
    called: int = 0
    satisfied: int = 0
    again: int = 0
    overdue: int = 0


class Check(StrEnum):
    AT_LEAST = "at_least"
    BELOW = "below"
    NONE = "none"
    MANY = "many"


@dataclass(frozen=True)
class Criterion:
    """One line of the rule: a rate of `part` in `whole` with a least `whole`, or a plain count of `part`."""

    side: Side
    name: str
    part: str
    test: Check
    limit: int
    whole: str = ""
    least: int = 0


Rule = tuple[Criterion, ...]
PREFIX = "complaints."


def rule_of(values: Mapping[str, int | bool | str]) -> Rule:
    """Return the rule by the office's settings. Red: all of its lines hold. Black: any of its lines holds."""

    def number(key: str) -> int:
        return int(values[f"{PREFIX}{key}"])

    due, red_called, black_called = number("listed_due"), number("red_called"), number("black_called")
    return (
        Criterion(Side.RED, "按时办结率", "due_on_time", Check.AT_LEAST, number("red_on_time"), "due", due),
        Criterion(
            Side.RED, "满意率", "satisfied", Check.AT_LEAST, number("red_satisfied"), "called", red_called
        ),
        Criterion(Side.RED, "重办", "again", Check.NONE, 0),
        Criterion(Side.RED, "逾期未答复", "overdue", Check.NONE, 0),
        Criterion(Side.BLACK, "按时办结率", "due_on_time", Check.BELOW, number("black_on_time"), "due", due),
        Criterion(
            Side.BLACK, "满意率", "satisfied", Check.BELOW, number("black_satisfied"), "called", black_called
        ),
        Criterion(Side.BLACK, "重办", "again", Check.MANY, number("black_again")),
        Criterion(Side.BLACK, "逾期未答复", "overdue", Check.MANY, number("black_overdue")),
    )


@dataclass(frozen=True)
class Judgement:
    """The list a unit could stand on, and the words for it."""

    side: Side
    grounds: str


def judge(record: UnitRecord, rule: Rule) -> Judgement | None:
    """Return the list for which a unit is a candidate by its record; None for neither. Black goes first."""
    bad = [_words(line, record) for line in rule if line.side is Side.BLACK and _holds(line, record)]
    if bad:
        return Judgement(Side.BLACK, "，".join(bad))
    good = [line for line in rule if line.side is Side.RED]
    if all(_holds(line, record) for line in good):
        return Judgement(Side.RED, "，".join(_words(line, record) for line in good))
    return None


def rule_in_words(side: Side, rule: Rule) -> str:
    """Return the rule of a list as one sentence's worth of conditions."""
    joint = "，且" if side is Side.RED else "，或"
    return joint.join(_condition(line) for line in rule if line.side is side)


def _rate(line: Criterion, record: UnitRecord) -> Decimal | None:
    """Return a rate in percent, None where there are too few cases to tell."""
    whole: int = getattr(record, line.whole)
    if not whole or whole < line.least:
        return None
    return Decimal(getattr(record, line.part)) * HUNDRED / whole


def _holds(line: Criterion, record: UnitRecord) -> bool:
    count: int = getattr(record, line.part)
    if line.test is Check.NONE:
        return count == 0
    if line.test is Check.MANY:
        return count >= line.limit
    rate = _rate(line, record)
    if rate is None:
        return False
    return rate >= line.limit if line.test is Check.AT_LEAST else rate < line.limit


def _words(line: Criterion, record: UnitRecord) -> str:
    part: int = getattr(record, line.part)
    if not line.whole:
        return f"无{line.name}" if line.test is Check.NONE else f"{line.name}{part}件次"
    whole: int = getattr(record, line.whole)
    rate = (Decimal(part) * HUNDRED / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)
    text = f"{rate:f}".rstrip("0").rstrip(".") if rate % 1 else f"{rate:.0f}"
    return f"{line.name}{text}%（{part}/{whole}）"


def _condition(line: Criterion) -> str:
    if line.test is Check.NONE:
        return f"无{line.name}"
    if line.test is Check.MANY:
        return f"{line.name}{line.limit}件次以上"
    if line.test is Check.AT_LEAST:
        words = f"达到{line.limit}%" if line.limit < HUNDRED else "100%"
    else:
        words = f"低于{line.limit}%"
    return f"{line.name}{words}（至少{line.least}件次）"
