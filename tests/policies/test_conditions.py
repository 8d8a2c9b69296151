"""Trees of conditions: reading, writing, the sentence, and what holds for every tree."""

from datetime import date

import pytest
from hypothesis import given

from policies.conditions import AllOf, describe, evaluate, in_force, leaves, read_tree
from policies.contradictions import contradictions
from policies.criteria import Profile, Verdict
from portal.params import ParamError
from tests.policies.strategies import TODAY, profiles, trees

SMALL = {"kind": "size", "values": ["small", "micro"], "source": "第二条第一款"}
RICH = {"kind": "fact", "fact": "revenue", "op": "at_least", "value": 2000, "unit": "万元"}


@given(trees())
def test_a_tree_comes_back_from_json_as_it_was(tree):
    assert read_tree(tree.to_json()) == tree


@given(trees(), profiles())
def test_every_condition_gets_a_finding_or_is_not_in_force(tree, profile):
    found = evaluate(tree, profile)
    assert [part.leaf for part in found.conditions] == list(leaves(tree))
    assert all((part.finding is None) != part.leaf.in_force(profile.on) for part in found.conditions)


@given(trees(), profiles())
def test_leaving_out_what_is_not_in_force_changes_no_verdict(tree, profile):
    assert evaluate(in_force(tree, profile.on), profile).verdict == evaluate(tree, profile).verdict


@given(trees())
def test_an_enterprise_of_which_nothing_is_known_never_qualifies_by_a_number(tree):
    numbers = AllOf((tree, read_tree(RICH)))
    assert evaluate(numbers, Profile(on=TODAY)).verdict != Verdict.MET


@given(trees(), profiles())
def test_what_is_lacking_is_said_only_where_it_is_lacking(tree, profile):
    found = evaluate(tree, profile)
    if found.verdict == Verdict.MET:
        assert not found.gaps
        assert not found.missing
    if found.verdict == Verdict.UNKNOWN:
        assert found.missing


def test_the_sentence_says_what_was_entered():
    tree = read_tree(
        {
            "kind": "all",
            "of": [SMALL, {"kind": "any", "of": [RICH, {"kind": "age", "op": "at_least", "years": 3}]}],
        }
    )
    assert describe(tree) == "企业规模为小型或微型，且（营业收入不低于 2,000 万元，或成立满 3 年）。"
    assert describe(None) == "未录入适用条件。"


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ({"kind": "all", "of": []}, "至少一项"),
        ({"kind": "all"}, "至少一项"),
        ({"kind": "all", "of": [{"kind": "size", "values": []}]}, "第1个条件，请选择企业规模"),
        ({"kind": "size", "values": ["huge"]}, "不在可选范围内"),
        ({"kind": "colour"}, "请选择条件类型"),
        ({**RICH, "unit": "人"}, "营业收入的单位应从"),
        ({**RICH, "value": -1}, "不能小于0"),
        ({**RICH, "value": "许多"}, "应填数字"),
        ({**RICH, "fact": "employees", "unit": "人", "value": "1.5"}, "应填整数"),
        ({**RICH, "unit": "元", "value": "0.5"}, "应填到元"),
        ({"kind": "industry", "values": ["C99"]}, "不在国民经济行业分类中"),
        ({"kind": "industry", "values": ["3"]}, "不在国民经济行业分类中"),
        ({"kind": "label_gained", "labels": ["industry_above"]}, "请填写认定起始日期"),
        ({"kind": "label", "labels": ["dishonest"]}, "不在可选范围内"),
        ({"kind": "age", "op": "at_least", "years": 0}, "年数不能小于1"),
        ({**SMALL, "valid_from": "2024-01-01", "valid_until": "2023-01-01"}, "不能早于起用日期"),
        ({**SMALL, "valid_from": "明年"}, "应写成 2023-11-08 的样子"),
        (
            {
                "kind": "all",
                "of": [{"kind": "all", "of": [{"kind": "all", "of": [{"kind": "all", "of": [SMALL]}]}]}],
            },
            "最多嵌套",
        ),
        (
            {"kind": "all", "of": [{"kind": "any", "of": [SMALL] * 20}, {"kind": "any", "of": [SMALL] * 20}]},
            "最多录入 31 个条件",
        ),
        ("size", "格式不对"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(raw, sentence):
    with pytest.raises(ParamError, match=sentence):
        read_tree(raw)


def test_a_condition_keeps_its_source_and_its_days():
    tree = read_tree({**SMALL, "valid_from": "2023-01-01", "valid_until": "2023-12-31"})
    assert (tree.source, tree.valid_from, tree.valid_until) == (
        "第二条第一款",
        date(2023, 1, 1),
        date(2023, 12, 31),
    )
    assert tree.in_force(date(2023, 12, 31))
    assert not tree.in_force(date(2024, 1, 1))


EXCLUDED = {"kind": "none", "of": [{"kind": "size", "values": ["large"]}]}
ABOVE = {"kind": "label", "labels": ["industry_above"]}


def test_what_should_not_be_met_stands_as_it_is_asked():
    tree = read_tree({"kind": "all", "of": [ABOVE, EXCLUDED]})
    small = evaluate(tree, Profile(on=TODAY, size="small", labels={"industry_above": TODAY}))
    assert [row.verdict for row in small.conditions] == [Verdict.MET, Verdict.MET]
    assert small.conditions[1].describe() == "不属于：企业规模为大型"
    large = evaluate(tree, Profile(on=TODAY, size="large", labels={"industry_above": TODAY}))
    assert [row.verdict for row in large.conditions] == [Verdict.MET, Verdict.NOT_MET]
    unknown = evaluate(tree, Profile(on=TODAY, labels={"industry_above": TODAY}))
    assert unknown.conditions[1].verdict == Verdict.UNKNOWN


def test_nothing_is_lacking_for_what_should_not_be_met():
    poor = {"kind": "none", "of": [RICH]}
    found = evaluate(read_tree(poor), Profile(on=TODAY, facts={"revenue": 1}))
    assert (found.verdict, found.conditions[0].gap) == (Verdict.MET, "")


@pytest.mark.parametrize(
    ("tree", "near"),
    [
        ({"kind": "all", "of": [ABOVE, SMALL]}, True),
        ({"kind": "all", "of": [ABOVE, EXCLUDED]}, True),
        ({"kind": "all", "of": [ABOVE, {"kind": "any", "of": [SMALL, RICH]}]}, True),
        ({"kind": "all", "of": [ABOVE, RICH]}, False),
        (ABOVE, True),
        (SMALL, False),
    ],
)
def test_one_part_that_is_lacking_is_near_whatever_stands_inside_the_others(tree, near):
    assert evaluate(read_tree(tree), Profile(on=TODAY, size="small")).is_near is near


def test_the_reason_of_what_is_excluded_does_not_say_that_it_is_asked_for():
    found = evaluate(read_tree(EXCLUDED), Profile(on=TODAY, size="medium"))
    assert found.conditions[0].reason == "企业规模为中型"


def undated(raw):
    if "of" in raw:
        return {**raw, "of": [undated(part) for part in raw["of"]]}
    return {key: value for key, value in raw.items() if key not in {"valid_from", "valid_until"}}


@given(trees(), profiles())
def test_what_an_enterprise_meets_is_never_called_contradictory(tree, profile):
    tree = read_tree(undated(tree.to_json()))
    if evaluate(tree, profile).verdict == Verdict.MET:
        # Asking for a listed enterprise can be met, and is never what is meant.
        assert [words for words in contradictions(tree, profile.on) if "请移到" not in words] == []
