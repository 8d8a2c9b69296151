"""Percentages as they are printed: shares that total 100, and rates that may not exist."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

HUNDRED = 100


def whole_percents(counts: Sequence[int | Decimal]) -> list[int | None]:
    """Return each count's share of all in whole percent, so that the shares total exactly 100.

    By the largest remainder: every share is rounded down, and the points left over go to the largest
    remainders, among equal ones to the larger count and then to the earlier. A larger count never
    gets a smaller share, and a count of zero gets 0. Where there is nothing to share out, every
    share is None. Raises ValueError for a negative count.
    """
    if any(count < 0 for count in counts):
        raise ValueError("数量不能为负数")
    exact = [Fraction(count) for count in counts]
    total = sum(exact)
    if not total:
        return [None] * len(exact)
    shares = [count * HUNDRED / total for count in exact]
    percents = [int(share) for share in shares]
    order = sorted(range(len(exact)), key=lambda n: (percents[n] - shares[n], -exact[n], n))
    for n in order[: HUNDRED - sum(percents)]:
        percents[n] += 1
    return list(percents)


def rate(part: int | Decimal, whole: int | Decimal, places: int = 1) -> Decimal | None:
    """Return `part` of `whole` in percent, rounded half up; None when there is no whole.

    A unit without cases has no rate: neither 0 % nor 100 %. Rates above 100 are possible, where more
    was done than was planned. Raises ValueError for a negative whole.
    """
    if whole < 0:
        raise ValueError("总数不能为负数")
    if not whole:
        return None
    return (Decimal(part) * HUNDRED / Decimal(whole)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
