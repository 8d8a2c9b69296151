"""The assessment's pure rules: what a unit's facts come to, and who stands where."""

from decimal import Decimal

import pytest

from reports.assessing import Group, RuleError, evaluate, parse_rules, rank
from reports.assessing.stored import facts_from_json, lines_to_json
from tests.factories_reports import fact, rule, rules

UNITS = {"items.overdue": "项", "lamps.red": "项次", "reports.late": "项次"}
TRIGGERS = set(UNITS)


def judge(found, facts, *, group=Group.WITH, waived=()):
    return evaluate(found, facts, unit="zhujian", group=group, units_of=UNITS, waived=waived)


def some(count, prefix="lag"):
    return tuple(fact(f"{prefix}:{number}") for number in range(count))


@pytest.mark.parametrize(
    ("one", "count", "points", "said"),
    [
        (rule(), 0, "0", "无，每项扣2分"),
        (rule(), 3, "-6.00", "3项，每项扣2分，计6分，扣6分"),
        (rule(cap=5), 3, "-5.00", "3项，每项扣2分，计6分；最多扣5分，扣5分"),
        (rule(floor=3), 1, "-3.00", "1项，每项扣2分，计2分；最少扣3分，扣3分"),
        (rule(floor=3), 0, "0", "无，每项扣2分"),
        (rule(per=2, points="-0.5"), 5, "-1.00", "5项，每2项扣0.5分，计1分，扣1分"),
        (rule(points=1, per=4, cap=5), 30, "5.00", "30项，每4项加1分，计7分；最多加5分，加5分"),
        (rule(per=2), 1, "0.00", "1项，每2项扣2分，计0分，扣0分"),
    ],
)
def test_a_line_shows_how_it_was_reckoned(one, count, points, said):
    line = judge(rules(one), {"items.overdue": some(count)}).lines[0]
    assert (line.points, line.calculation) == (Decimal(points), said)


def test_a_fact_that_two_triggers_know_counts_once_under_the_heavier_rule():
    facts = {"items.overdue": some(1), "lamps.red": some(2)}
    score = judge(rules(rule("lamps.red", "-0.5"), rule()), facts)
    red, overdue = score.lines
    assert (overdue.points, red.points, score.total) == (Decimal(-2), Decimal("-0.5"), Decimal("97.5"))
    assert [one.why_not for one in red.verdicts] == ["同一事实只计一次", ""]


def test_of_equally_heavy_rules_the_first_has_the_fact():
    facts = {"items.overdue": some(1), "lamps.red": some(1)}
    first, second = judge(rules(rule("lamps.red"), rule()), facts).lines
    assert (first.points, second.points) == (Decimal(-2), Decimal(0))


def test_a_rule_for_the_other_group_takes_no_fact_away():
    facts = {"items.overdue": some(1), "lamps.red": some(1)}
    found = rules(rule("lamps.red", -1), rule(points=-5, group=Group.WITHOUT))
    assert judge(found, facts).total == Decimal(99)
    assert judge(found, facts, group=Group.WITHOUT).total == Decimal(95)


def test_an_exempt_unit_is_not_touched():
    assert judge(rules(rule(exempt=("zhujian",))), {"items.overdue": some(3)}).lines == ()


def test_a_waived_fact_is_shown_but_does_not_count():
    score = judge(rules(rule()), {"items.overdue": some(2)}, waived={"lag:0"})
    assert (score.total, score.lines[0].verdicts[0].why_not) == (Decimal(98), "异议成立，不计")


def test_a_score_never_falls_below_zero():
    assert judge(rules(rule(points=-60)), {"items.overdue": some(3)}).total == 0


@pytest.mark.parametrize(
    ("total", "grade"),
    [("90", "优秀"), ("89.99", "良好"), ("80", "良好"), ("60", "合格"), ("59.99", "不合格")],
)
def test_a_grade_begins_with_its_line(total, grade):
    assert rules(rule()).grade_of(Decimal(total)) == grade


def test_lines_are_reckoned_again_from_what_was_stored():
    found = rules(rule(), rule("lamps.red", "-0.5"))
    score = judge(found, {"items.overdue": some(2), "lamps.red": some(3)})
    again = judge(found, facts_from_json(lines_to_json(score, dict.fromkeys(UNITS, "事由"))))
    assert again == score


def test_groups_are_ranked_apart_and_equals_share_a_place():
    totals = [
        ("a", Group.WITH, "99"),
        ("b", Group.WITH, "99"),
        ("c", Group.WITH, "90"),
        ("d", Group.WITHOUT, "1"),
    ]
    found = rank((unit, group, Decimal(total)) for unit, group, total in totals)
    assert {unit: (one.place, one.of) for unit, one in found.items()} == {
        "a": (1, 3),
        "b": (1, 3),
        "c": (3, 3),
        "d": (1, 1),
    }


def stored(**changes):
    one = {"trigger": "items.overdue", "points": "-2", "per": "", "cap": "5", "floor": "", "group": "all"}
    return {"base": 100, "grades": [["优秀", 90], ["良好", 80]], "rules": [one | changes]}


def test_rules_are_read_back_as_they_were_written():
    found = parse_rules(stored(exempt=["zhujian"]), TRIGGERS)
    assert parse_rules(found.to_json(), TRIGGERS) == found


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (stored(trigger="nothing"), "第 1 条：请选择考核事由"),
        (stored(points="0"), "第 1 条：分值不能为零"),
        (stored(points="x"), "第 1 条：分值应填数字"),
        (stored(floor="6"), "第 1 条：“最少”不能大于“最多”"),
        (stored(per="0"), "第 1 条：每不能小于"),
        ({"rules": []}, "至少要有一条"),
        ({**stored(), "rules": stored()["rules"] * 2}, "第 2 条：同一事由对同一类单位只能有一条细则"),
        ({**stored(), "grades": [["优秀", 80], ["良好", 90]]}, "由高到低"),
    ],
)
def test_wrong_rules_are_refused_by_their_place(wrong, sentence):
    with pytest.raises(RuleError, match=sentence):
        parse_rules(wrong, TRIGGERS)
