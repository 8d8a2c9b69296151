"""What every scoring method has in common, and the plainest of them.

A method turns a value into points and says how, line by line. Clamping and rounding happen once, in
`score`, so that no method can forget them.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from enum import StrEnum
from typing import ClassVar, Self

from portal.params import Params, to_plain

ZERO = Decimal(0)
HUNDRED = Decimal(100)
PRECISION = 50
LARGEST_VALUE = Decimal(10) ** 18
LEAST_FULL, MOST_FULL = Decimal("0.01"), Decimal(1000)
SHOWN_PLACES = 6
MISSING_STEP = "缺数据，不计分"


class Better(StrEnum):
    """Which direction is better: 正向 higher, 负向 lower."""

    HIGHER = "higher"
    LOWER = "lower"

    @property
    def label(self) -> str:
        return DIRECTIONS[self]


DIRECTIONS = {Better.HIGHER: "正向", Better.LOWER: "负向"}
DIRECTION_CHOICES = {better.value: label for better, label in DIRECTIONS.items()}


@dataclass(frozen=True)
class Score:
    """Points out of `full`, None for a missing value, and the calculation line by line in Chinese."""

    points: Decimal | None
    full: Decimal
    steps: tuple[str, ...]


@dataclass(frozen=True)
class Working:
    """Points before clamping and rounding, and the steps; in the last, {} stands for the result."""

    points: Decimal
    steps: tuple[str, ...]


class Method(ABC):
    """A scoring method with its parameters."""

    kind: ClassVar[str]
    label: ClassVar[str]
    full: Decimal

    @property
    def floor(self) -> Decimal:
        """The fewest points that a value present can get (止扣值)."""
        return ZERO

    @abstractmethod
    def work(self, value: Decimal) -> Working: ...

    @classmethod
    @abstractmethod
    def from_params(cls, raw: object) -> Self:
        """Build the method from decoded JSON; raises ParamError with a sentence for the user."""

    @abstractmethod
    def to_params(self) -> dict[str, object]:
        """Return what `from_params` reads back into an equal method."""


@dataclass(frozen=True)
class Direct(Method):
    """直接赋分法: the value is the points."""

    kind = "direct"
    label = "直接赋分法"
    full: Decimal = HUNDRED

    def work(self, value: Decimal) -> Working:
        return Working(value, ("直接赋分{}分",))

    @classmethod
    def from_params(cls, raw: object) -> Self:
        params = Params.of(raw, "计分参数")
        params.refuse_others({"full"})
        return cls(read_full(params))

    def to_params(self) -> dict[str, object]:
        return {"full": to_plain(self.full)}


def score(method: Method, value: Decimal | None, places: int = 2) -> Score:
    """Score one value: clamped to the method's floor and full mark, then rounded half up, once.

    A missing value has no points; it is not zero. Raises ValueError for a value that is no usable number.
    """
    if value is None:
        return Score(None, method.full, (MISSING_STEP,))
    if not value.is_finite() or abs(value) > LARGEST_VALUE:
        raise ValueError("监测值应为可用范围内的数字")
    with localcontext(prec=PRECISION):
        working = method.work(value)
        points = working.points
        steps = [step.replace("{}", shown(points, places)) for step in working.steps]
        if points > method.full:
            points = method.full
            steps.append(f"超过满分，按{shown(points)}分计")
        elif points < method.floor:
            points = method.floor
            steps.append(f"低于{'止扣值' if points else '0分'}，按{shown(points)}分计")
        rounded = points.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    # A full mark or floor with more places than the score is kept as it is.
    return Score(max(method.floor, min(rounded, method.full)), method.full, tuple(steps))


def shown(number: Decimal, places: int = SHOWN_PLACES) -> str:
    """Write a number for people: rounded to at most `places`, no trailing zeros, a real minus sign."""
    with localcontext(prec=PRECISION):
        rounded = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP).normalize() + 0
    return f"{rounded:f}".replace("-", "−")


def operand(number: Decimal) -> str:
    """Write a number inside a formula: a negative one in brackets."""
    return f"（{shown(number)}）" if number < 0 else shown(number)


def read_full(params: Params) -> Decimal:
    """Read the full mark; 100 where nothing was filled in."""
    full = params.optional_decimal("full", "满分", LEAST_FULL, MOST_FULL)
    return HUNDRED if full is None else full
