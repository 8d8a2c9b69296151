from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.shares import rate, whole_percents


@pytest.mark.parametrize(
    ("counts", "percents"),
    [
        ([6, 16], [27, 73]),  # the printed shares of a county's bulletin: 22 cases, 6 closed
        ([85, 11, 4, 1], [84, 11, 4, 1]),  # a survey of 101 answers
        ([1, 1, 1], [34, 33, 33]),
        ([2, 1, 1, 1, 1, 1], [29, 15, 14, 14, 14, 14]),
        ([5, 0], [100, 0]),
        ([0, 3, 0], [0, 100, 0]),
        ([1] * 200, [1] * 100 + [0] * 100),
        ([999, 1], [100, 0]),
        ([45, 26], [63, 37]),
        ([Decimal("3679.5"), Decimal("1226.5")], [75, 25]),
        ([7], [100]),
    ],
)
def test_printed_shares_total_100(counts, percents):
    assert whole_percents(counts) == percents


@pytest.mark.parametrize("counts", [[], [0], [0, 0, 0]])
def test_nothing_to_share_out_has_no_shares(counts):
    assert whole_percents(counts) == [None] * len(counts)


@given(st.lists(st.integers(0, 10**9), min_size=1).filter(any))
def test_shares_total_100_stay_within_a_point_and_keep_the_order(counts):
    percents = whole_percents(counts)
    assert sum(percents) == 100
    assert all(
        abs(p * sum(counts) - 100 * count) < sum(counts) for p, count in zip(percents, counts, strict=True)
    )
    by_count = sorted(zip(counts, percents, strict=True))
    assert all(low[1] <= high[1] for low, high in pairwise(by_count) if low[0] < high[0])
    assert all(p == 0 for p, count in zip(percents, counts, strict=True) if count == 0)


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match="数量不能为负数"):
        whole_percents([3, -1])


@pytest.mark.parametrize(
    ("part", "whole", "places", "expected"),
    [
        (0, 0, 1, None),
        (3, 0, 1, None),
        (0, 5, 1, "0.0"),
        (5, 5, 1, "100.0"),
        (1, 3, 1, "33.3"),
        (2, 3, 1, "66.7"),
        (1, 8, 1, "12.5"),
        (1, 16, 1, "6.3"),  # 6.25: half goes up, not to the even digit
        (1, 16, 0, "6"),
        (1, 8, 2, "12.50"),
        (6, 5, 1, "120.0"),
        (Decimal("3679.5"), Decimal(4906), 2, "75.00"),
    ],
)
def test_a_rate_in_percent(part, whole, places, expected):
    result = rate(part, whole, places)
    assert (None if result is None else str(result)) == expected


def test_a_rate_has_one_decimal_place_unless_asked_otherwise():
    assert str(rate(1, 3)) == "33.3"


def test_a_negative_whole_is_refused():
    with pytest.raises(ValueError, match="总数不能为负数"):
        rate(1, -3)
