"""Methods that place a value on the straight line from the worst value to the best.

Sources of the definitions: the frontier distance of Doing Business; the four ways of the 功效法 as
municipal platforms configure them. Those name the parameters but not the formula between the ends:
the straight line is our reading, as is the 止扣值 as the points below which nothing more is taken off.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from indicators.scoring.methods import (
    DIRECTION_CHOICES,
    HUNDRED,
    ZERO,
    Better,
    Method,
    Working,
    operand,
    read_full,
    shown,
)
from portal.params import ParamError, Params, to_plain

COMPARISONS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
}
COMPARISON_CHOICES = {">": "＞", ">=": "≥", "<": "＜", "<=": "≤", "=": "＝"}


def check_ends(best: Decimal, worst: Decimal, better: Better, names: tuple[str, str]) -> None:
    """Refuse ends that run against the direction; equal ends are allowed (see `on_the_line`)."""
    if (better is Better.HIGHER and best < worst) or (better is Better.LOWER and best > worst):
        side = "大于" if better is Better.HIGHER else "小于"
        raise ParamError(f"{better.label}指标的{names[0]}应{side}{names[1]}")


def on_the_line(value: Decimal, best: Decimal, worst: Decimal, better: Better, full: Decimal) -> Working:
    """Return (value − worst) ÷ (best − worst) × full, written so that both brackets are positive.

    Where best and worst are the same number there is no line: a value at least as good gets the full
    mark, any other gets nothing.
    """
    if best == worst:
        reached = value >= best if better is Better.HIGHER else value <= best
        outcome = "达到" if reached else "未达到"
        return Working(full if reached else ZERO, (f"满分与零分界线同为{shown(best)}，{outcome}，得{{}}分",))
    high, low, top, bottom = (
        (value, worst, best, worst) if better is Better.HIGHER else (worst, value, worst, best)
    )
    line = (
        f"（{operand(high)} − {operand(low)}）÷（{operand(top)} − {operand(bottom)}）× {shown(full)} = {{}}"
    )
    return Working((high - low) * full / (top - bottom), (line,))


@dataclass(frozen=True)
class FrontierDistance(Method):
    """前沿距离法: (worst − y) ÷ (worst − best) × full."""

    kind = "frontier"
    label = "前沿距离法"
    best: Decimal
    worst: Decimal
    better: Better
    full: Decimal = HUNDRED

    def __post_init__(self) -> None:
        check_ends(self.best, self.worst, self.better, ("最优值", "最差值"))

    def work(self, value: Decimal) -> Working:
        return on_the_line(value, self.best, self.worst, self.better, self.full)

    @classmethod
    def from_params(cls, raw: object) -> Self:
        """Read `best`, `worst`, `full` (100) and `better`, which follows from the ends if they differ."""
        params = Params.of(raw, "计分参数")
        params.refuse_others({"best", "worst", "better", "full"})
        best, worst = params.decimal("best", "最优值"), params.decimal("worst", "最差值")
        if params.values.get("better") not in (None, ""):
            better = Better(params.choice("better", "指标方向", DIRECTION_CHOICES))
        elif best == worst:
            raise ParamError("最优值与最差值相同时，请选择指标方向")
        else:
            better = Better.HIGHER if best > worst else Better.LOWER
        return cls(best, worst, better, read_full(params))

    def to_params(self) -> dict[str, object]:
        numbers = {"best": self.best, "worst": self.worst, "full": self.full}
        return {"better": self.better.value} | {key: to_plain(number) for key, number in numbers.items()}


@dataclass(frozen=True)
class FullMark:
    """满分条件: a comparison that gives the full mark at once."""

    comparison: str
    value: Decimal

    def met_by(self, value: Decimal) -> bool:
        return COMPARISONS[self.comparison](value, self.value)

    def __str__(self) -> str:
        return f"{COMPARISON_CHOICES[self.comparison]} {shown(self.value)}"


@dataclass(frozen=True)
class Efficacy(Method):
    """功效法 in its four ways: 正向 and 负向 between best and worst value, with an optional 满分条件; and
    正向定额 and 负向定额 between an upper and a lower threshold, beyond which there are no or all points.
    """

    kind = "efficacy"
    label = "功效法"
    better: Better
    best: Decimal
    worst: Decimal
    stop: Decimal
    full: Decimal = HUNDRED
    quota: bool = False
    full_when: FullMark | None = None

    def __post_init__(self) -> None:
        names = ("阈值上限", "阈值下限") if self.quota else ("最优值", "最差值")
        if self.quota and self.better is Better.LOWER:
            names = ("阈值下限", "阈值上限")
        check_ends(self.best, self.worst, self.better, names)
        if not ZERO <= self.stop <= self.full:
            raise ParamError(f"止扣值应在0与满分{self.full:f}之间")
        if self.quota and self.full_when is not None:
            raise ParamError("定额方式按阈值给满分，不再填写满分条件")

    @property
    def floor(self) -> Decimal:
        return self.stop

    def work(self, value: Decimal) -> Working:
        if self.full_when is not None and self.full_when.met_by(value):
            return Working(self.full, (f"{shown(value)}符合满分条件“{self.full_when}”，得{{}}分",))
        return on_the_line(value, self.best, self.worst, self.better, self.full)

    @classmethod
    def from_params(cls, raw: object) -> Self:
        """Read `way` (higher, lower, higher_quota, lower_quota), `full` (100), `stop` and the way's own:
        `best`, `worst` and `full_when` {comparison, value}, or `upper` and `lower`.
        """
        params = Params.of(raw, "计分参数")
        way = params.choice("way", "计算方式", WAYS)
        better, quota = Better(way.removesuffix(QUOTA)), way.endswith(QUOTA)
        stop, full = params.decimal("stop", "止扣值", 0), read_full(params)
        if quota:
            params.refuse_others({"way", "stop", "full", "upper", "lower"})
            upper, lower = params.decimal("upper", "阈值上限"), params.decimal("lower", "阈值下限")
            best, worst = (upper, lower) if better is Better.HIGHER else (lower, upper)
            return cls(better, best, worst, stop, full, quota=True)
        params.refuse_others({"way", "stop", "full", "best", "worst", "full_when"})
        best, worst = params.decimal("best", "最优值"), params.decimal("worst", "最差值")
        return cls(better, best, worst, stop, full, full_when=_read_full_mark(params.values.get("full_when")))

    def to_params(self) -> dict[str, object]:
        low, high = sorted((self.best, self.worst))
        ends = {"upper": high, "lower": low} if self.quota else {"best": self.best, "worst": self.worst}
        numbers = ends | {"stop": self.stop, "full": self.full}
        written: dict[str, object] = {key: to_plain(number) for key, number in numbers.items()}
        written["way"] = self.better.value + (QUOTA if self.quota else "")
        if self.full_when is not None:
            mark = self.full_when
            written["full_when"] = {"comparison": mark.comparison, "value": to_plain(mark.value)}
        return written


QUOTA = "_quota"
WAYS = {"higher": "正向", "lower": "负向", "higher_quota": "正向定额", "lower_quota": "负向定额"}


def _read_full_mark(raw: object) -> FullMark | None:
    if raw is None:
        return None
    params = Params.of(raw, "满分条件")
    params.refuse_others({"comparison", "value"})
    return FullMark(
        params.choice("comparison", "满分条件的比较", COMPARISON_CHOICES),
        params.decimal("value", "满分条件的数值"),
    )
