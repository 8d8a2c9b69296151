from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.scoring import Better, Tier, competition_ranks, gap, movement, tier


def decimals(*numbers):
    return [None if number is None else Decimal(number) for number in numbers]


@pytest.mark.parametrize(
    ("rank", "of", "label"),
    [
        (1, 3, "靠前"),
        (2, 3, "中游"),
        (3, 3, "落后"),
        (3, 11, "靠前"),
        (4, 11, "中游"),
        (7, 11, "中游"),
        (8, 11, "落后"),
        (33, 100, "靠前"),
        (34, 100, "中游"),
        (66, 100, "中游"),
        (67, 100, "落后"),
    ],
)
def test_thirds_of_a_ranking(rank, of, label):
    assert tier(rank, of).label == label


def test_the_shares_can_be_set():
    shares = (Decimal("0.2"), Decimal("0.8"))
    assert [tier(rank, 10, shares) for rank in (2, 3, 8, 9)] == [
        Tier.FRONT,
        Tier.MIDDLE,
        Tier.MIDDLE,
        Tier.BEHIND,
    ]


@pytest.mark.parametrize(("rank", "of"), [(None, 11), (3, None), (1, 1), (2, 2)])
def test_no_rank_or_too_few_have_no_tier(rank, of):
    assert tier(rank, of) is None


@pytest.mark.parametrize(("rank", "of"), [(0, 11), (12, 11)])
def test_a_rank_that_cannot_be_is_refused(rank, of):
    with pytest.raises(ValueError, match="名次应在1与11之间"):
        tier(rank, of)


def test_shares_out_of_order_are_refused():
    with pytest.raises(ValueError, match="档次占比应由小到大"):
        tier(1, 11, (Fraction(2, 3), Fraction(1, 3)))


@pytest.mark.parametrize(
    ("values", "higher_better", "ranks"),
    [
        ([], True, []),
        (decimals("90", "80", "80", "70"), True, [1, 2, 2, 4]),
        (decimals("70", "80", "90", "80"), True, [4, 2, 1, 2]),
        (decimals("70", "80", "90", "80"), False, [1, 2, 4, 2]),
        (decimals("80", None, "80.0", None, "79"), True, [1, None, 1, None, 3]),
        (decimals(None), True, [None]),
    ],
)
def test_equals_share_a_rank_and_the_missing_have_none(values, higher_better, ranks):
    assert competition_ranks(values, higher_better=higher_better) == ranks


@given(st.lists(st.none() | st.integers(0, 9).map(Decimal)), st.booleans())
def test_a_rank_is_one_more_than_the_number_of_better_values(values, higher_better):
    present = [value for value in values if value is not None]
    for value, rank in zip(values, competition_ranks(values, higher_better=higher_better), strict=True):
        if value is None:
            assert rank is None
        else:
            assert rank == 1 + sum(other > value if higher_better else other < value for other in present)


@pytest.mark.parametrize(
    ("previous", "current", "places"), [(5, 3, 2), (3, 5, -2), (3, 3, 0), (None, 3, None), (3, None, None)]
)
def test_movement_counts_the_places_gained(previous, current, places):
    assert movement(previous, current) == places


@pytest.mark.parametrize(
    ("value", "benchmark", "better", "expected"),
    [
        ("87.9", "95", Better.HIGHER, "-7.1"),
        ("247", "220", Better.HIGHER, "27"),
        ("100", "100", Better.HIGHER, "0"),
        ("0.5", "1", Better.LOWER, "0.5"),
        ("3", "1", Better.LOWER, "-2"),
        (None, "1", Better.LOWER, None),
        ("3", None, Better.LOWER, None),
    ],
)
def test_a_negative_gap_is_short_of_the_benchmark_whichever_way_is_better(value, benchmark, better, expected):
    assert [gap(*decimals(value, benchmark), better)] == decimals(expected)
