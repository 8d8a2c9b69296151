"""Ranks, tiers, movement and the gap to a benchmark."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from indicators.scoring.methods import Better

THIRDS = (Fraction(1, 3), Fraction(2, 3))
FEWEST_FOR_TIERS = 3


class Tier(StrEnum):
    """靠前, 中游 or 落后: where a rank stands among all."""

    FRONT = "front"
    MIDDLE = "middle"
    BEHIND = "behind"

    @property
    def label(self) -> str:
        return _TIER_LABELS[self]


_TIER_LABELS = {Tier.FRONT: "靠前", Tier.MIDDLE: "中游", Tier.BEHIND: "落后"}


def tier(
    rank: int | None, of: int | None, shares: tuple[Fraction | Decimal, Fraction | Decimal] = THIRDS
) -> Tier | None:
    """Return the tier of a rank given by others, such as the province.

    `shares` are the parts of all that end 靠前 and 中游, both inclusive: of 11, ranks 1-3 are 靠前, 4-7
    中游 and 8-11 落后. None without a rank, or among fewer than three. Raises ValueError for a rank
    that cannot be.
    """
    if rank is None or of is None:
        return None
    if not 1 <= rank <= of:
        raise ValueError(f"名次应在1与{of}之间")
    if not 0 < shares[0] <= shares[1] <= 1:
        raise ValueError("档次占比应由小到大，且在0与1之间")
    if of < FEWEST_FOR_TIERS:
        return None
    front, middle = (Fraction(share) * of for share in shares)
    if rank <= front:
        return Tier.FRONT
    return Tier.MIDDLE if rank <= middle else Tier.BEHIND


def competition_ranks(values: Sequence[Decimal | None], *, higher_better: bool) -> list[int | None]:
    """Rank values in their own order; equals share a rank and the next is skipped: 1, 2, 2, 4.

    A missing value is unranked and takes no place.
    """
    present = sorted(value for value in values if value is not None)
    count = len(present)

    def rank(value: Decimal) -> int:
        return (count - bisect_right(present, value) if higher_better else bisect_left(present, value)) + 1

    return [None if value is None else rank(value) for value in values]


def movement(previous: int | None, current: int | None) -> int | None:
    """Return the places gained since the last period: positive is up; None without both ranks."""
    return None if previous is None or current is None else previous - current


def gap(value: Decimal | None, benchmark: Decimal | None, better: Better) -> Decimal | None:
    """Return how far a value is from its benchmark: negative is short of it, whichever way is better."""
    if value is None or benchmark is None:
        return None
    return value - benchmark if better is Better.HIGHER else benchmark - value
