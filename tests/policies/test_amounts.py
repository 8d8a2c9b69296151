"""Groups, caps and rounding; the rules themselves are in cases/amounts.yaml."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.amounts import Award, GroupRule, calculate, read_rule, settle
from policies.criteria import Profile
from tests.policies.strategies import TODAY

INNOVATION = "科技创新奖励"
HIGH_TECH = Award("high", "国家高新技术企业", Decimal(100_000), INNOVATION)
GIANT = Award("giant", "国家专精特新小巨人企业", Decimal(600_000), INNOVATION)


def granted(*awards, **limits):
    return {row.award.key: row.amount for row in settle(awards, **limits).granted}


def test_a_high_tech_enterprise_that_is_also_a_little_giant_gets_sixty_not_seventy():
    found = settle([HIGH_TECH, GIANT])
    assert found.total == Decimal(600_000)
    assert granted(HIGH_TECH, GIANT) == {"high": 0, "giant": 600_000}
    assert "就高不重复，按“国家专精特新小巨人企业”60 万元兑现" in found.granted[0].reason


def test_what_was_paid_before_from_the_group_is_taken_off_the_higher_award():
    paid = Award("high", "国家高新技术企业", Decimal(100_000), INNOVATION, paid=True)
    assert granted(paid, GIANT) == {"giant": 500_000}


def test_nothing_more_is_granted_once_the_higher_award_was_paid():
    paid = Award("giant", "国家专精特新小巨人企业", Decimal(600_000), INNOVATION, paid=True)
    assert granted(paid, HIGH_TECH) == {"high": 0}


def test_awards_of_another_period_do_not_exclude():
    last_year = Award("last", "上年", Decimal(600_000), INNOVATION, period="2022", paid=True)
    this_year = Award("this", "本年", Decimal(100_000), INNOVATION, period="2023")
    assert granted(last_year, this_year) == {"this": 100_000}


def test_once_means_the_first_and_no_second():
    first, second = (Award(key, key, Decimal(50_000), "入规奖励", GroupRule.ONCE) for key in ("a", "b"))
    assert granted(first, second) == {"a": 50_000, "b": 0}


def test_awards_without_a_group_add_up_until_the_yearly_cap():
    awards = [Award(key, key, Decimal(80_000)) for key in ("a", "b", "c")]
    assert granted(*awards, yearly_cap=Decimal(200_000), paid=Decimal(50_000)) == {
        "a": 80_000,
        "b": 70_000,
        "c": 0,
    }


@given(
    st.lists(
        st.tuples(
            st.integers(0, 100),
            st.sampled_from(["", "甲", "乙"]),
            st.sampled_from(list(GroupRule)),
            st.booleans(),
        ),
        max_size=8,
    ),
    st.integers(0, 200),
)
def test_nobody_gets_more_than_the_award_the_group_or_the_cap(rows, cap):
    awards = [
        Award(str(n), str(n), Decimal(amount), group, GroupRule.HIGHEST if group == "甲" else rule, paid=paid)
        for n, (amount, group, rule, paid) in enumerate(rows)
    ]
    found = settle(awards, yearly_cap=Decimal(cap))
    assert found.total <= cap
    assert all(0 <= row.amount <= row.award.amount for row in found.granted)
    first = [award.amount for award in awards if award.group == "甲"]
    before = sum(award.amount for award in awards if award.group == "甲" and award.paid)
    now = sum(row.amount for row in found.granted if row.award.group == "甲")
    assert now + before <= max([*first, before], default=0)


@given(
    rate=st.integers(1, 100),
    tax=st.integers(0, 10**8),
    cap=st.integers(1, 100),
    step=st.sampled_from(["cent", "yuan", "hundred", "ten_thousand"]),
)
def test_neither_cap_nor_floor_is_passed_by_rounding(rate, tax, cap, step):
    rule = read_rule(
        {"kind": "rate", "rate": rate, "base": "tax", "cap": cap, "unit": "万元", "floor": 1, "step": step}
    )
    found = calculate(rule, Profile(on=TODAY, facts={"tax": Decimal(tax) / 10_000}))
    assert Decimal(10_000) <= found.amount <= Decimal(cap) * 10_000
    assert found.lines[-1].amount == found.amount


@given(st.integers(0, 10**7))
def test_slices_never_give_less_for_more(tax):
    rows = [{"start": 0, "rate": 1}, {"start": 100, "rate": 2}, {"start": 500, "rate": 5}]
    rule = read_rule({"kind": "bands", "base": "tax", "sliced": True, "bands": rows})
    less, more = (
        calculate(rule, Profile(on=TODAY, facts={"tax": Decimal(n) / 10_000})).amount for n in (tax, tax + 1)
    )
    assert more >= less


@pytest.mark.parametrize(
    "raw",
    [
        {"kind": "fixed", "amount": 50_000},
        {"kind": "rate", "rate": "2.5", "base": "tax", "floor": 100, "cap": 5000},
        {"kind": "bands", "base": "employees", "bands": [{"start": 10, "amount": 1000}]},
        {"kind": "levels", "levels": [{"label": "high_tech:national", "amount": 100_000}]},
        {"kind": "none", "benefit": "免费刻制首套印章"},
    ],
)
def test_a_rule_comes_back_from_json_as_it_was(raw):
    rule = read_rule(raw)
    assert read_rule(rule.to_json()) == rule
    assert rule.describe()
