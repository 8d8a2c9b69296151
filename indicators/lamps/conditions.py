"""The conditions that a lamp rule can be made of.

Each kind is a small class: it matches facts, says in Chinese what it asks for, carries the reason
shown when the rule has no wording of its own, and goes to JSON and back.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import ClassVar, Self

from indicators.lamps.facts import LampFacts, ReportState, behind_points
from portal.params import ParamError, Params, to_plain

DEEPEST = 4
MOST_PARTS = 10


class Condition(ABC):
    kind: ClassVar[str]
    reason: ClassVar[str]

    @abstractmethod
    def matches(self, facts: LampFacts) -> bool: ...

    @abstractmethod
    def describe(self) -> str: ...

    def wording(self, facts: LampFacts) -> str:
        """Return the reason, placeholders included, for facts that match."""
        del facts
        return self.reason

    def values(self, facts: LampFacts) -> dict[str, str]:
        """Return the placeholders that this condition fills better than the facts alone."""
        del facts
        return {}

    @classmethod
    def read(cls, params: Params) -> Self:
        """Build the condition from typed-in parameters; raises ParamError."""
        params.refuse_others({"kind"})
        return cls()

    def to_json(self) -> dict[str, object]:
        return {"kind": self.kind}


@dataclass(frozen=True)
class Closed(Condition):
    kind = "closed"
    reason = "已完成"

    def matches(self, facts: LampFacts) -> bool:
        return facts.closed

    def describe(self) -> str:
        return "已销号"


@dataclass(frozen=True)
class Suspended(Condition):
    kind = "suspended"
    reason = "已中止"

    def matches(self, facts: LampFacts) -> bool:
        return facts.suspended

    def describe(self) -> str:
        return "已中止"


@dataclass(frozen=True)
class NoDueDate(Condition):
    kind = "no_due_date"
    reason = "未设时限"

    def matches(self, facts: LampFacts) -> bool:
        return facts.due_on is None

    def describe(self) -> str:
        return "没有完成时限"


@dataclass(frozen=True)
class NoStartDate(Condition):
    """Without a start there is no schedule, so nobody can say that the item keeps to it."""

    kind = "no_start_date"
    reason = "未设起始日期"

    def matches(self, facts: LampFacts) -> bool:
        return facts.start_on is None

    def describe(self) -> str:
        return "没有起始日期，算不出序时进度"


@dataclass(frozen=True)
class Overdue(Condition):
    """Past the due date by at least `min_days` calendar days."""

    kind = "overdue"
    reason = "逾期{天数}天"
    min_days: int = 1

    def matches(self, facts: LampFacts) -> bool:
        return facts.days_overdue >= self.min_days

    def describe(self) -> str:
        return "已过完成时限" if self.min_days == 1 else f"超过完成时限{self.min_days}天及以上"

    @classmethod
    def read(cls, params: Params) -> Self:
        params.refuse_others({"kind", "min_days"})
        if params.values.get("min_days") is None:
            return cls()
        return cls(params.whole("min_days", "逾期天数", 1, 3650))

    def to_json(self) -> dict[str, object]:
        return super().to_json() | {"min_days": self.min_days}


@dataclass(frozen=True)
class Behind(Condition):
    """Behind schedule by more than `over`, or by `at_least`, and by no more than `up_to` points."""

    kind = "behind"
    reason = "落后序时{点数}点"
    over: Decimal | None = None
    at_least: Decimal | None = None
    up_to: Decimal | None = None

    def __post_init__(self) -> None:
        if (self.over is None) == (self.at_least is None):
            raise ParamError("落后序时请填写“超过”或“不少于”其中一项")
        lower = self.over if self.over is not None else self.at_least
        if self.up_to is not None and lower is not None and not self._contains(self.up_to):
            raise ParamError(f"落后序时的上限{self.up_to:f}应大于下限{lower:f}")

    def _contains(self, points: Decimal) -> bool:
        return (
            (self.over is None or points > self.over)
            and (self.at_least is None or points >= self.at_least)
            and (self.up_to is None or points <= self.up_to)
        )

    def matches(self, facts: LampFacts) -> bool:
        points = behind_points(facts)
        return points is not None and self._contains(points)

    def values(self, facts: LampFacts) -> dict[str, str]:
        """Show whole points, but never a number that the rule itself would not match.

        30.3 points are red as "more than 30"; printed as 30 they would look like a mistake.
        """
        points = behind_points(facts)
        if points is None:
            return {}
        whole = points.quantize(Decimal(1), ROUND_HALF_UP)
        return {"点数": str(whole if self._contains(whole) else points)}

    def describe(self) -> str:
        lower = f"超过{self.over:f}个" if self.over is not None else f"不少于{self.at_least:f}个"
        if self.up_to is None:
            return f"落后序时进度{lower}百分点"
        return f"落后序时进度{lower}、不超过{self.up_to:f}个百分点"

    @classmethod
    def read(cls, params: Params) -> Self:
        params.refuse_others({"kind", "over", "at_least", "up_to"})
        return cls(
            over=params.optional_decimal("over", "落后点数（超过）", 0, 100),
            at_least=params.optional_decimal("at_least", "落后点数（不少于）", 0, 100),
            up_to=params.optional_decimal("up_to", "落后点数（不超过）", 0, 100),
        )

    def to_json(self) -> dict[str, object]:
        limits = {"over": self.over, "at_least": self.at_least, "up_to": self.up_to}
        return super().to_json() | {
            key: to_plain(value) for key, value in limits.items() if value is not None
        }


@dataclass(frozen=True)
class UnverifiedMonths(Condition):
    kind = "unverified_months"
    reason = "连续{月数}个月无审核通过进展"
    at_least: int

    def matches(self, facts: LampFacts) -> bool:
        return facts.months_unverified >= self.at_least

    def describe(self) -> str:
        return f"连续{self.at_least}个月及以上没有审核通过的进展"

    @classmethod
    def read(cls, params: Params) -> Self:
        params.refuse_others({"kind", "at_least"})
        return cls(params.whole("at_least", "连续月数", 1, 24))

    def to_json(self) -> dict[str, object]:
        return super().to_json() | {"at_least": self.at_least}


@dataclass(frozen=True)
class ReportLate(Condition):
    kind = "report_late"
    reason = "本月迟报"

    def matches(self, facts: LampFacts) -> bool:
        return facts.report_state == ReportState.LATE

    def describe(self) -> str:
        return "本月月报迟报"


@dataclass(frozen=True)
class ReportMissing(Condition):
    kind = "report_missing"
    reason = "本月未报"

    def matches(self, facts: LampFacts) -> bool:
        return facts.report_state == ReportState.MISSING

    def describe(self) -> str:
        return "本月月报过截止时间未报"


@dataclass(frozen=True)
class DueSoon(Condition):
    """Due today or within `workdays` working days, with less than `below_percent` done."""

    kind = "due_soon"
    reason = "临期，完成{完成}%"
    workdays: int
    below_percent: Decimal

    def matches(self, facts: LampFacts) -> bool:
        left = facts.workdays_left
        return left is not None and 0 <= left <= self.workdays and facts.percent < self.below_percent

    def describe(self) -> str:
        return f"距完成时限不超过{self.workdays}个工作日且完成不到{self.below_percent:f}%"

    @classmethod
    def read(cls, params: Params) -> Self:
        params.refuse_others({"kind", "workdays", "below_percent"})
        return cls(
            workdays=params.whole("workdays", "临期工作日数", 0, 250),
            below_percent=params.decimal("below_percent", "完成比例", 0, 100),
        )

    def to_json(self) -> dict[str, object]:
        return super().to_json() | {"workdays": self.workdays, "below_percent": to_plain(self.below_percent)}


@dataclass(frozen=True)
class Always(Condition):
    kind = "always"
    reason = "其他情况"

    def matches(self, facts: LampFacts) -> bool:
        del facts
        return True

    def describe(self) -> str:
        return "其他情况"


@dataclass(frozen=True)
class AnyOf(Condition):
    """At least one part matches; the first that does gives the reason."""

    kind = "any"
    parts: tuple[Condition, ...]

    def matches(self, facts: LampFacts) -> bool:
        return any(part.matches(facts) for part in self.parts)

    def describe(self) -> str:
        return "，或".join(_bracketed(part) for part in self.parts)

    def _first(self, facts: LampFacts) -> Condition:
        return next(part for part in self.parts if part.matches(facts))

    def wording(self, facts: LampFacts) -> str:
        return self._first(facts).wording(facts)

    def values(self, facts: LampFacts) -> dict[str, str]:
        return self._first(facts).values(facts)

    def to_json(self) -> dict[str, object]:
        return super().to_json() | {"of": [part.to_json() for part in self.parts]}


@dataclass(frozen=True)
class AllOf(Condition):
    """Every part matches; the first gives the reason."""

    kind = "all"
    parts: tuple[Condition, ...]

    def matches(self, facts: LampFacts) -> bool:
        return all(part.matches(facts) for part in self.parts)

    def describe(self) -> str:
        return "，且".join(_bracketed(part) for part in self.parts)

    def wording(self, facts: LampFacts) -> str:
        return self.parts[0].wording(facts)

    def values(self, facts: LampFacts) -> dict[str, str]:
        return {name: value for part in reversed(self.parts) for name, value in part.values(facts).items()}

    def to_json(self) -> dict[str, object]:
        return super().to_json() | {"of": [part.to_json() for part in self.parts]}


SIMPLE: dict[str, type[Condition]] = {
    condition.kind: condition
    for condition in (
        Closed,
        Suspended,
        NoDueDate,
        NoStartDate,
        Overdue,
        Behind,
        UnverifiedMonths,
        ReportLate,
        ReportMissing,
        DueSoon,
        Always,
    )
}
CONDITIONS: dict[str, str] = {
    Closed.kind: "已销号",
    Suspended.kind: "已中止",
    NoDueDate.kind: "未设时限",
    NoStartDate.kind: "未设起始日期",
    Overdue.kind: "逾期",
    Behind.kind: "落后序时",
    UnverifiedMonths.kind: "连续无审核通过进展",
    ReportLate.kind: "本月迟报",
    ReportMissing.kind: "本月未报",
    DueSoon.kind: "临期未完成",
    AnyOf.kind: "满足任一条件",
    AllOf.kind: "同时满足条件",
    Always.kind: "其他情况",
}
"""Every kind of condition and its name on the form, in the order of the form."""


def read_condition(raw: object, depth: int = 1) -> Condition:
    """Build a condition from decoded JSON; raises ParamError with a sentence for the user."""
    params = Params.of(raw, "条件")
    kind = params.choice("kind", "条件类型", CONDITIONS)
    if kind in SIMPLE:
        return SIMPLE[kind].read(params)
    if depth == DEEPEST:
        raise ParamError(f"条件最多嵌套{DEEPEST}层")
    params.refuse_others({"kind", "of"})
    parts = tuple(
        _read_part(part, position, depth + 1)
        for position, part in enumerate(params.items("of", "条件", MOST_PARTS), start=1)
    )
    return AnyOf(parts) if kind == AnyOf.kind else AllOf(parts)


def _read_part(raw: object, position: int, depth: int) -> Condition:
    try:
        return read_condition(raw, depth)
    except ParamError as error:
        raise ParamError(f"第{position}个条件，{error}") from error


def _bracketed(part: Condition) -> str:
    return f"（{part.describe()}）" if isinstance(part, AnyOf | AllOf) else part.describe()
