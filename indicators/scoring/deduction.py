"""扣分法: points taken off for every unit of deviation from a standard, or for every case."""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
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

BASES = {"points": "按分值扣", "percent": "按满分的百分比扣"}


@dataclass(frozen=True)
class Deduction(Method):
    """`each` is taken off for every `per` units by which a value misses `target` (满分标准).

    A number of cases above an allowed number is the same with `better` lower and `per` 1. Parts of a
    unit count in proportion unless `whole_units`. `each` is points, or percent of the full mark with
    `percent`. Nothing is taken off below `stop` (止扣值).
    """

    kind = "deduction"
    label = "扣分法"
    better: Better
    target: Decimal
    each: Decimal
    stop: Decimal
    per: Decimal = Decimal(1)
    full: Decimal = HUNDRED
    percent: bool = False
    whole_units: bool = False

    def __post_init__(self) -> None:
        if self.per <= 0:
            raise ParamError("偏离单位应大于0")
        if not ZERO <= self.stop <= self.full:
            raise ParamError(f"止扣值应在0与满分{self.full:f}之间")

    @property
    def floor(self) -> Decimal:
        return self.stop

    def work(self, value: Decimal) -> Working:
        high, low = (self.target, value) if self.better is Better.HIGHER else (value, self.target)
        if high <= low:
            return Working(self.full, (f"{shown(value)}达到满分标准{shown(self.target)}，得{{}}分",))
        missed = high - low
        units = missed / self.per
        lines = [f"偏离 {operand(high)} − {operand(low)} = {shown(missed)}"]
        if self.per != 1:
            lines.append(f"{shown(missed)} ÷ {shown(self.per)} = {shown(units)}")
        if self.whole_units and units != units.to_integral_value():
            units = units.quantize(Decimal(1), ROUND_FLOOR)
            lines.append(f"不足一个单位的不计，按{shown(units)}计")
        each = self.full * self.each / HUNDRED if self.percent else self.each
        taken = units * each
        lines.append(f"扣分 {shown(units)} × {shown(each)} = {shown(taken)}")
        lines.append(f"{shown(self.full)} − {shown(taken)} = {{}}")
        return Working(self.full - taken, tuple(lines))

    @classmethod
    def from_params(cls, raw: object) -> Self:
        """Read `better`, `target`, `each`, `stop`, `per` (1), `full` (100), `basis` (points or percent)
        and `whole_units` (no).
        """
        params = Params.of(raw, "计分参数")
        params.refuse_others({"better", "target", "each", "stop", "per", "full", "basis", "whole_units"})
        percent = "basis" in params.values and params.choice("basis", "扣分方式", BASES) == "percent"
        per = params.optional_decimal("per", "偏离单位")
        return cls(
            better=Better(params.choice("better", "指标方向", DIRECTION_CHOICES)),
            target=params.decimal("target", "满分标准"),
            each=params.decimal("each", "每单位扣分", 0),
            stop=params.decimal("stop", "止扣值", 0),
            per=Decimal(1) if per is None else per,
            full=read_full(params),
            percent=percent,
            whole_units=params.flag("whole_units", "只计整单位"),
        )

    def to_params(self) -> dict[str, object]:
        numbers = {
            "target": self.target,
            "each": self.each,
            "stop": self.stop,
            "per": self.per,
            "full": self.full,
        }
        written: dict[str, object] = {key: to_plain(number) for key, number in numbers.items()}
        basis = "percent" if self.percent else "points"
        return written | {"better": self.better.value, "basis": basis, "whole_units": self.whole_units}
