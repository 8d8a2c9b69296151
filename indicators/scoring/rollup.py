"""Rolling scores up a tree of indicators."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from indicators.scoring.methods import PRECISION, ZERO


@dataclass(frozen=True)
class RollUp:
    """The weighted mean of the scores present, and how much of the weight they are (0 to 1).

    `coverage` is exact; round it down for display, so that 99.96 % is not shown as complete.
    """

    points: Decimal | None
    coverage: Decimal


def roll_up(children: Iterable[tuple[Decimal, Decimal | None]], places: int = 2) -> RollUp:
    """Return the mean of (weight, points) pairs over those that have points, rounded half up.

    Points must be on one scale. A child without points takes its weight out of the mean and out of the
    coverage; it never counts as zero. With nothing present, or no weight, there are no points.
    Raises ValueError for a negative weight.
    """
    total = present = weighted = ZERO
    with localcontext(prec=PRECISION):
        for weight, points in children:
            if weight < 0:
                raise ValueError("权重不能为负数")
            total += weight
            if points is not None:
                present += weight
                weighted += weight * points
        if present == 0:
            return RollUp(None, ZERO)
        mean = (weighted / present).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        return RollUp(mean, present / total)
