from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.scoring import (
    METHODS,
    Better,
    Direct,
    FrontierDistance,
    read_method,
    roll_up,
    score,
)
from portal.params import ParamError

APPROVALS = {"best": 60, "worst": 95}
BANDS = [{"to": 60, "points": 0}, {"from": 60, "to": 80, "points": 6}, {"from": 80, "points": 10}]
SATISFACTION = {"better": "higher", "target": 98, "each": "0.5", "stop": 0, "full": 25}
EFFICACY = {"way": "higher", "best": 100, "worst": 60, "stop": 0}
QUOTA = {"way": "higher_quota", "upper": 90, "lower": 60, "stop": 0, "full": 20}


def points(kind, params, value):
    return score(read_method(kind, params), Decimal(value)).points


def steps(kind, params, value):
    return score(read_method(kind, params), Decimal(value)).steps


# Frontier distance


@pytest.mark.parametrize(
    ("params", "value", "expected"),
    [
        (APPROVALS, "87.9", "20.29"),
        (APPROVALS, "60", "100"),
        (APPROVALS, "95", "0"),
        (APPROVALS, "12", "100"),  # better than the best
        (APPROVALS, "200", "0"),  # worse than the worst
        ({"best": 95, "worst": 60}, "87.9", "79.71"),
        ({"best": 95, "worst": 60, "better": "higher"}, "95", "100"),
        ({"best": 95, "worst": 60, "full": 15}, "87.9", "11.96"),
        ({"best": 3, "worst": 0}, "1", "33.33"),
        ({"best": 3, "worst": 0}, "2", "66.67"),
        ({"best": 800, "worst": 0}, "0.04", "0.01"),  # exactly half a hundredth goes up
        ({"best": -2, "worst": 8}, "3", "50"),
        # best and worst the same: reaching it is everything
        ({"best": 90, "worst": 90, "better": "higher"}, "90", "100"),
        ({"best": 90, "worst": 90, "better": "higher"}, "89.99", "0"),
        ({"best": 0, "worst": 0, "better": "lower"}, "0", "100"),
        ({"best": 0, "worst": 0, "better": "lower"}, "1", "0"),
    ],
)
def test_frontier_distance(params, value, expected):
    assert points("frontier", params, value) == Decimal(expected)


@pytest.mark.parametrize(
    ("params", "value", "expected"),
    [
        (APPROVALS, "87.9", ("（95 − 87.9）÷（95 − 60）× 100 = 20.29",)),
        ({"best": 95, "worst": 60}, "87.9", ("（87.9 − 60）÷（95 − 60）× 100 = 79.71",)),
        ({"best": 5, "worst": -5}, "-2.5", ("（（−2.5） − （−5））÷（5 − （−5））× 100 = 25",)),
        ({"best": 0, "worst": 8}, "2", ("（8 − 2）÷（8 − 0）× 100 = 75",)),
        (APPROVALS, "12", ("（95 − 12）÷（95 − 60）× 100 = 237.14", "超过满分，按100分计")),
        (APPROVALS, "100", ("（95 − 100）÷（95 − 60）× 100 = −14.29", "低于0分，按0分计")),
        ({"best": 90, "worst": 90, "better": "higher"}, "91", ("满分与零分界线同为90，达到，得100分",)),
    ],
)
def test_the_calculation_is_shown_line_by_line(params, value, expected):
    assert steps("frontier", params, value) == expected


# Efficacy


@pytest.mark.parametrize(
    ("params", "value", "expected"),
    [
        (EFFICACY, "90", "75"),
        (EFFICACY, "50", "0"),
        (EFFICACY | {"stop": 20}, "50", "20"),
        (EFFICACY | {"stop": 20}, "68", "20"),
        (EFFICACY | {"stop": 20}, "70", "25"),
        (EFFICACY | {"full_when": {"comparison": ">=", "value": 95}}, "95", "100"),
        (EFFICACY | {"full_when": {"comparison": ">", "value": 95}}, "95", "87.5"),
        ({"way": "lower", "best": 1, "worst": 5, "stop": 0, "full": 10}, "2", "7.5"),
        ({"way": "lower", "best": 1, "worst": 5, "stop": 0, "full": 10}, "0.5", "10"),
        (
            {"way": "lower", "best": 1, "worst": 5, "stop": 0, "full_when": {"comparison": "<=", "value": 2}},
            "2",
            "100",
        ),
        (QUOTA, "91", "20"),
        (QUOTA, "90", "20"),
        (QUOTA, "75", "10"),
        (QUOTA, "60", "0"),
        (QUOTA, "59", "0"),
        (QUOTA | {"stop": 5}, "59", "5"),
        (QUOTA | {"way": "lower_quota"}, "91", "0"),
        (QUOTA | {"way": "lower_quota"}, "75", "10"),
        (QUOTA | {"way": "lower_quota"}, "59", "20"),
        (QUOTA | {"upper": 60}, "60", "20"),
        (QUOTA | {"upper": 60}, "59.9", "0"),
    ],
)
def test_efficacy(params, value, expected):
    assert points("efficacy", params, value) == Decimal(expected)


def test_efficacy_says_why_the_full_mark_or_the_floor_was_given():
    full_when = {"comparison": ">=", "value": 95}
    assert steps("efficacy", EFFICACY | {"full_when": full_when}, "96") == ("96符合满分条件“≥ 95”，得100分",)
    assert steps("efficacy", EFFICACY | {"stop": 20}, "50")[-1] == "低于止扣值，按20分计"


# Interval and direct


@pytest.mark.parametrize(
    ("value", "lower", "upper"),
    [("59.99", 0, 0), ("60", 6, 0), ("79.9", 6, 6), ("80", 10, 6), ("99", 10, 10)],
)
def test_an_interval_says_which_end_belongs_to_a_band(value, lower, upper):
    assert points("interval", {"bands": BANDS}, value) == lower
    assert points("interval", {"bands": BANDS, "includes": "upper"}, value) == upper


def test_an_interval_names_the_band():
    assert steps("interval", {"bands": BANDS}, "79.9") == ("79.9属于“60（含）至80”一档，得6分",)
    assert steps("interval", {"bands": BANDS}, "3") == ("3属于“60以下”一档，得0分",)
    assert steps("interval", {"bands": BANDS}, "80") == ("80属于“80（含）以上”一档，得10分",)
    upper = {"bands": BANDS, "includes": "upper"}
    assert steps("interval", upper, "80") == ("80属于“60至80（含）”一档，得6分",)


def test_points_given_directly_stay_within_the_full_mark():
    assert score(Direct(), Decimal("87.905")).points == Decimal("87.91")
    assert score(Direct(), Decimal("87.905")).steps == ("直接赋分87.91分",)
    assert score(Direct(full=Decimal(10)), Decimal(11)).points == 10
    assert score(Direct(), Decimal(-1)).points == 0


# Deduction


@pytest.mark.parametrize(
    ("params", "value", "expected"),
    [
        # published points of a city's 12345 bulletin: satisfaction, closed in time, signed in time
        (SATISFACTION, "75", "13.5"),
        (SATISFACTION, "83.33", "17.67"),
        (SATISFACTION, "87.5", "19.75"),
        (SATISFACTION, "98", "25"),
        (SATISFACTION, "100", "25"),
        (SATISFACTION | {"target": 100, "each": 1}, "89.82", "14.82"),
        (SATISFACTION | {"target": 100, "each": 1}, "66.67", "0"),
        (SATISFACTION | {"target": 100, "each": 1, "full": 20}, "80", "0"),
        (SATISFACTION | {"stop": 15}, "75", "15"),
        (SATISFACTION | {"per": 5, "each": 2}, "84", "19.4"),
        (SATISFACTION | {"per": 5, "each": 2, "whole_units": True}, "84", "21"),
        (SATISFACTION | {"each": 4, "basis": "percent"}, "96", "23"),
        # cases above an allowed number
        ({"better": "lower", "target": 3, "each": 2, "stop": 0, "full": 10}, "3", "10"),
        ({"better": "lower", "target": 3, "each": 2, "stop": 0, "full": 10}, "5", "6"),
        ({"better": "lower", "target": 3, "each": 2, "stop": 0, "full": 10}, "9", "0"),
    ],
)
def test_deduction(params, value, expected):
    assert points("deduction", params, value) == Decimal(expected)


def test_a_deduction_is_shown_line_by_line():
    assert steps("deduction", SATISFACTION, "83.33") == (
        "偏离 98 − 83.33 = 14.67",
        "扣分 14.67 × 0.5 = 7.335",
        "25 − 7.335 = 17.67",
    )
    assert steps("deduction", SATISFACTION | {"per": 5, "each": 2, "whole_units": True}, "84") == (
        "偏离 98 − 84 = 14",
        "14 ÷ 5 = 2.8",
        "不足一个单位的不计，按2计",
        "扣分 2 × 2 = 4",
        "25 − 4 = 21",
    )
    assert steps("deduction", SATISFACTION, "99") == ("99达到满分标准98，得25分",)


# Every method

numbers = st.decimals(-1000, 1000, places=3)
fulls = st.decimals("0.01", 200, places=2)


@st.composite
def methods(draw):
    low, high = sorted([draw(numbers), draw(numbers)])
    full, stop = sorted([draw(fulls), draw(fulls)], reverse=True)
    better = draw(st.sampled_from(["higher", "lower"]))
    best, worst = (high, low) if better == "higher" else (low, high)
    kind = draw(st.sampled_from(list(METHODS)))
    bands = [{"to": low, "points": stop}, {"from": low, "points": full}]
    params = {
        "frontier": {"best": best, "worst": worst, "better": better, "full": full},
        "efficacy": {"way": better, "best": best, "worst": worst, "stop": stop, "full": full},
        "interval": {"bands": bands, "full": full},
        "direct": {"full": full},
        "deduction": {"better": better, "target": low, "each": high - low, "stop": stop, "full": full},
    }
    return read_method(kind, params[kind])


@given(methods(), numbers)
def test_points_stay_between_the_floor_and_the_full_mark(method, value):
    result = score(method, value)
    assert method.floor <= result.points <= result.full == method.full
    assert result.steps
    assert not any("{" in step for step in result.steps)


@given(methods(), numbers, numbers)
def test_a_better_value_never_scores_less(method, one, other):
    better_low = getattr(method, "better", Better.HIGHER) is Better.LOWER
    worse, best = sorted((one, other), reverse=better_low)
    assert score(method, worse).points <= score(method, best).points


@given(methods())
def test_a_missing_value_has_no_points_rather_than_zero(method):
    assert score(method, None).points is None
    assert score(method, None).steps == ("缺数据，不计分",)


@given(methods())
def test_a_method_survives_being_stored_as_json(method):
    assert read_method(method.kind, method.to_params()) == method


def test_a_full_mark_with_more_places_than_the_score_is_never_exceeded():
    assert score(Direct(full=Decimal("33.335")), Decimal(50)).points == Decimal("33.335")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e30"])
def test_a_value_that_is_no_usable_number_is_refused(value):
    with pytest.raises(ValueError, match="监测值"):
        score(Direct(), Decimal(value))


@pytest.mark.parametrize(
    ("kind", "params", "sentence"),
    [
        ("magic", {}, "计分方法应从前沿距离法、功效法、层差法、直接赋分法、扣分法中选择"),
        ("frontier", [], "计分参数格式不对，应为名称与值的对照"),
        ("frontier", {"best": 60}, "请填写最差值"),
        ("frontier", {"best": "很好", "worst": 1}, "最优值应填数字，现为“很好”"),
        ("frontier", {"best": 60, "worst": 60}, "最优值与最差值相同时，请选择指标方向"),
        ("frontier", APPROVALS | {"better": "higher"}, "正向指标的最优值应大于最差值"),
        ("frontier", APPROVALS | {"better": "up"}, "指标方向应从正向、负向中选择"),
        ("frontier", APPROVALS | {"full": 0}, "满分不能小于0.01"),
        ("frontier", APPROVALS | {"ful": 10}, "不认识的参数：ful"),
        ("efficacy", {"way": "higher", "best": 1, "worst": 0}, "请填写止扣值"),
        ("efficacy", EFFICACY | {"stop": 101}, "止扣值应在0与满分100之间"),
        ("efficacy", EFFICACY | {"way": "lower"}, "负向指标的最优值应小于最差值"),
        ("efficacy", EFFICACY | {"way": "both"}, "计算方式应从正向、负向、正向定额、负向定额中选择"),
        ("efficacy", EFFICACY | {"full_when": {"value": 3}}, "满分条件的比较应从＞、≥、＜、≤、＝中选择"),
        ("efficacy", QUOTA | {"lower": 95}, "正向指标的阈值上限应大于阈值下限"),
        ("efficacy", QUOTA | {"lower": 95, "way": "lower_quota"}, "负向指标的阈值下限应小于阈值上限"),
        ("efficacy", QUOTA | {"full_when": {}}, "不认识的参数：full_when"),
        ("interval", {}, "请填写分档，至少一项"),
        ("interval", {"bands": BANDS[:2]}, "各档应覆盖所有数值：第一档不填下限，最后一档不填上限"),
        ("interval", {"bands": [BANDS[0], BANDS[2]]}, "第2档的下限应等于第1档的上限"),
        (
            "interval",
            {"bands": [BANDS[0], {"from": 60, "to": 60, "points": 1}, {"from": 60, "points": 2}]},
            "第2档的上限应大于下限",
        ),
        ("interval", {"bands": [BANDS[0], {"from": 60, "points": "多"}]}, "第2档的得分应填数字，现为“多”"),
        ("interval", {"bands": BANDS, "full": 8}, "各档得分应在0与满分8之间"),
        ("interval", {"bands": BANDS, "includes": "both"}, "端点归属应从含下限、含上限中选择"),
        ("deduction", SATISFACTION | {"per": 0}, "偏离单位应大于0"),
        ("deduction", SATISFACTION | {"each": -1}, "每单位扣分不能小于0"),
        ("deduction", SATISFACTION | {"stop": 26}, "止扣值应在0与满分25之间"),
        ("deduction", SATISFACTION | {"basis": "cash"}, "扣分方式应从按分值扣、按满分的百分比扣中选择"),
        ("deduction", SATISFACTION | {"whole_units": "yes"}, "只计整单位应填是或否"),
    ],
)
def test_parameters_that_cannot_be_used_are_refused_with_a_sentence(kind, params, sentence):
    with pytest.raises(ParamError) as refused:
        read_method(kind, params)
    assert str(refused.value) == sentence


# Roll-up


@pytest.mark.parametrize(
    ("children", "expected", "coverage"),
    [
        ([], None, "0"),
        ([("10", None)], None, "0"),
        ([("0", "80")], None, "0"),
        ([("10", "80")], "80", "1"),
        ([("10", "80"), ("30", "60")], "65", "1"),
        ([("10", "80"), ("30", None)], "80", "0.25"),
        ([("10", "0"), ("30", None)], "0", "0.25"),
        ([("1", "100"), ("2", "0")], "33.33", "1"),
        ([("1", "0.01"), ("1", "0")], "0.01", "1"),  # half a hundredth goes up
    ],
)
def test_a_parent_is_the_weighted_mean_of_what_is_present(children, expected, coverage):
    result = roll_up((Decimal(weight), None if p is None else Decimal(p)) for weight, p in children)
    assert result.points == (None if expected is None else Decimal(expected))
    assert result.coverage == Decimal(coverage)


@given(
    st.lists(st.tuples(st.decimals(0, 50, places=1), st.none() | st.decimals(0, 100, places=2)), max_size=8)
)
def test_a_parent_lies_between_its_children_and_coverage_between_0_and_1(children):
    result = roll_up(children)
    counted = [p for weight, p in children if p is not None and weight > 0]
    assert 0 <= result.coverage <= 1
    assert (result.points is None) is (not counted)
    if counted:
        assert min(counted) <= result.points <= max(counted)


def test_a_negative_weight_is_refused():
    with pytest.raises(ValueError, match="权重不能为负数"):
        roll_up([(Decimal(-1), Decimal(80))])


def test_a_frontier_made_in_code_is_checked_like_one_typed_in():
    with pytest.raises(ParamError, match="正向指标的最优值应大于最差值"):
        FrontierDistance(best=Decimal(1), worst=Decimal(2), better=Better.HIGHER)
