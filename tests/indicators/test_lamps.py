from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indicators.lamps import (
    CONDITIONS,
    DEFAULT_SCHEME,
    Colour,
    LampFacts,
    ReportState,
    SchemeError,
    behind_points,
    describe,
    elapsed_percent,
    light,
    parse_scheme,
)

# 100 days, so that one day of the period is one point of the schedule.
START, DUE = date(2026, 1, 1), date(2026, 4, 10)
ON_TRACK = LampFacts(
    closed=False,
    suspended=False,
    start_on=START,
    due_on=DUE,
    as_of=date(2026, 2, 19),  # day 50
    percent=Decimal(50),
    months_unverified=0,
    report_state=ReportState.ON_TIME,
    workdays_left=33,
)
ALWAYS = {"colour": "green", "when": {"kind": "always"}, "label": "达到序时"}


def lit(facts=ON_TRACK, scheme=DEFAULT_SCHEME, **changes):
    lamp = light(scheme, replace(facts, **changes))
    return lamp.colour.label, lamp.reason


# Schedule


@pytest.mark.parametrize(
    ("start", "due", "as_of", "percent"),
    [
        (START, DUE, date(2025, 12, 31), "0"),
        (START, DUE, START, "1"),
        (START, DUE, date(2026, 2, 19), "50"),
        (START, DUE, date(2026, 4, 9), "99"),
        (START, DUE, DUE, "100"),
        (START, DUE, date(2027, 1, 1), "100"),
        (date(2023, 1, 1), date(2023, 12, 31), date(2023, 10, 31), "83.3"),  # 304 of 365 days
        (date(2026, 1, 1), date(2027, 2, 4), date(2026, 1, 1), "0.3"),  # 1 of 400 days: 0.25 goes up
        (START, START, START, "100"),
        (START, START, date(2025, 12, 31), "0"),
    ],
)
def test_the_schedule_counts_both_ends_of_the_period(start, due, as_of, percent):
    assert elapsed_percent(start, due, as_of) == Decimal(percent)


@pytest.mark.parametrize(("start", "due"), [(None, DUE), (START, None), (None, None)])
def test_without_both_dates_there_is_no_schedule_rather_than_one_of_zero(start, due):
    assert elapsed_percent(start, due, START) is None
    assert behind_points(replace(ON_TRACK, start_on=start, due_on=due)) is None


@pytest.mark.parametrize(
    ("percent", "behind"), [("30", "20"), ("50", "0"), ("80", "-30"), ("33.33", "16.7"), ("33.35", "16.7")]
)
def test_points_behind_schedule(percent, behind):
    assert behind_points(replace(ON_TRACK, percent=Decimal(percent))) == Decimal(behind)


# The default scheme


@pytest.mark.parametrize(
    ("changes", "colour", "reason"),
    [
        ({}, "绿", "达到序时"),
        ({"percent": Decimal(100)}, "绿", "达到序时"),
        # 10 and 30 points are both yellow (银川: 10-30 个百分点含)
        ({"percent": Decimal("40.1")}, "绿", "达到序时"),
        ({"percent": Decimal("40")}, "黄", "落后序时10点"),
        ({"percent": Decimal("36")}, "黄", "落后序时14点"),
        ({"percent": Decimal("20.4")}, "黄", "落后序时30点"),
        ({"percent": Decimal("20")}, "黄", "落后序时30点"),
        ({"percent": Decimal("19.9")}, "红", "落后序时30.1点"),
        ({"percent": Decimal("19.7")}, "红", "落后序时30.3点"),
        ({"percent": Decimal("19.5")}, "红", "落后序时31点"),
        ({"percent": Decimal("17")}, "红", "落后序时33点"),
        # months without a verified report
        ({"months_unverified": 1}, "绿", "达到序时"),
        ({"months_unverified": 2}, "红", "连续2个月无审核通过进展"),
        ({"months_unverified": 11}, "红", "连续11个月无审核通过进展"),
        # this month's report
        ({"report_state": ReportState.NONE}, "绿", "达到序时"),
        ({"report_state": ReportState.LATE}, "黄", "本月迟报"),
        ({"report_state": ReportState.MISSING}, "黄", "本月未报"),
        ({"report_state": "missing"}, "黄", "本月未报"),
        # due soon
        ({"workdays_left": 10, "percent": Decimal(79)}, "黄", "临期，完成79%"),
        ({"workdays_left": 10, "percent": Decimal("79.96")}, "黄", "临期，完成79%"),
        ({"workdays_left": 10, "percent": Decimal(80)}, "绿", "达到序时"),
        ({"workdays_left": 11, "percent": Decimal(79)}, "绿", "达到序时"),
        ({"workdays_left": 0, "percent": Decimal(79)}, "黄", "临期，完成79%"),
        ({"workdays_left": None, "percent": Decimal(79)}, "绿", "达到序时"),
        # past the due date
        ({"as_of": DUE, "percent": Decimal(95)}, "绿", "达到序时"),
        ({"as_of": DUE + timedelta(days=1), "percent": Decimal(95)}, "红", "逾期1天"),
        ({"as_of": DUE + timedelta(days=10), "percent": Decimal(100)}, "红", "逾期10天"),
        # which rule comes first
        ({"closed": True, "as_of": DUE + timedelta(days=9)}, "蓝", "已完成"),
        ({"closed": True, "suspended": True, "due_on": None}, "蓝", "已完成"),
        ({"suspended": True, "as_of": DUE + timedelta(days=9)}, "灰", "已中止"),
        ({"due_on": None, "workdays_left": None, "months_unverified": 5}, "灰", "未设时限"),
        ({"as_of": DUE + timedelta(days=2), "percent": Decimal(0)}, "红", "逾期2天"),
        ({"percent": Decimal(10), "months_unverified": 3}, "红", "落后序时40点"),
        ({"percent": Decimal(30), "report_state": ReportState.LATE}, "黄", "落后序时20点"),
        # without a start nobody can say that it keeps to the schedule, but the rest still counts
        ({"start_on": None}, "灰", "未设起始日期"),
        ({"start_on": None, "report_state": ReportState.LATE}, "黄", "本月迟报"),
        ({"start_on": None, "as_of": DUE + timedelta(days=3)}, "红", "逾期3天"),
    ],
)
def test_the_default_scheme(changes, colour, reason):
    assert lit(**changes) == (colour, reason)


def test_a_provisional_due_date_is_never_overdue():
    late = {"as_of": DUE + timedelta(days=10), "percent": Decimal(95)}
    assert lit(**late, due_provisional=True) == ("绿", "达到序时")


def test_the_lamp_names_the_rule_that_gave_it():
    assert light(DEFAULT_SCHEME, replace(ON_TRACK, closed=True)).rule_index == 0
    assert light(DEFAULT_SCHEME, ON_TRACK).rule_index == len(DEFAULT_SCHEME.rules) - 1


percents = st.decimals(0, 100, places=2)
dates = st.dates(date(2025, 6, 1), date(2026, 12, 31))
some_facts = st.builds(
    LampFacts,
    closed=st.booleans(),
    suspended=st.booleans(),
    start_on=st.none() | dates,
    due_on=st.none() | dates,
    as_of=dates,
    percent=percents,
    months_unverified=st.integers(0, 14),
    report_state=st.sampled_from(ReportState),
    workdays_left=st.none() | st.integers(-30, 250),
    due_provisional=st.booleans(),
)


@given(some_facts)
def test_every_item_has_a_colour_and_a_short_reason(facts):
    lamp = light(DEFAULT_SCHEME, facts)
    assert lamp.colour in Colour
    assert 0 < len(lamp.reason) <= 14
    assert "{" not in lamp.reason
    assert "—" not in lamp.reason


@given(some_facts, percents)
def test_more_progress_never_makes_the_lamp_worse(facts, percent):
    less, more = sorted((facts.percent, percent))
    before = light(DEFAULT_SCHEME, replace(facts, percent=less)).colour
    after = light(DEFAULT_SCHEME, replace(facts, percent=more)).colour
    assert after.urgency <= before.urgency


@given(some_facts, st.sampled_from([DEFAULT_SCHEME.rules[4], DEFAULT_SCHEME.rules[6]]))
def test_the_points_shown_never_contradict_the_rule(facts, rule):
    if rule.when.matches(facts):
        shown = Decimal(rule.reason(facts).removeprefix("落后序时").removesuffix("点"))
        assert shown > 30 if rule.colour is Colour.RED else 10 <= shown <= 30


def test_red_comes_before_yellow_and_grey_before_green():
    by_urgency = sorted(Colour, key=lambda colour: -colour.urgency)
    assert "".join(colour.label for colour in by_urgency) == "红黄灰绿蓝"


# Schemes as data


def test_a_scheme_survives_being_stored_as_json():
    assert parse_scheme(DEFAULT_SCHEME.to_json()) == DEFAULT_SCHEME


leaves = st.one_of(
    st.sampled_from(
        [
            {"kind": kind}
            for kind in CONDITIONS
            if kind not in {"any", "all", "behind", "due_soon", "unverified_months"}
        ]
    ),
    st.builds(
        lambda n: {"kind": "behind", "over": n}, st.integers(0, 100) | st.sampled_from(["12.5", "0.25"])
    ),
    st.builds(
        lambda n, more: {"kind": "behind", "at_least": n, "up_to": n + more},
        st.integers(0, 50),
        st.integers(0, 50),
    ),
    st.builds(lambda n: {"kind": "unverified_months", "at_least": n}, st.integers(1, 24)),
    st.builds(
        lambda n, p: {"kind": "due_soon", "workdays": n, "below_percent": p},
        st.integers(0, 250),
        st.integers(0, 100),
    ),
)
conditions = leaves | st.builds(
    lambda kind, parts: {"kind": kind, "of": parts},
    st.sampled_from(["any", "all"]),
    st.lists(leaves, min_size=1, max_size=3),
)
rules = st.builds(
    lambda colour, when: {"colour": colour.value, "when": when}, st.sampled_from(Colour), conditions
)


@given(st.lists(rules.filter(lambda rule: rule["when"]["kind"] != "always"), max_size=5), some_facts)
def test_any_scheme_the_office_can_write_lights_every_item_and_reads_back(written, facts):
    scheme = parse_scheme([*written, ALWAYS])
    assert parse_scheme(scheme.to_json()) == scheme
    lamp = light(scheme, facts)
    assert lamp.reason
    assert lamp.colour is scheme.rules[lamp.rule_index].colour
    assert all(describe(rule).startswith(f"{rule.colour.label}灯：") for rule in scheme.rules)


@pytest.mark.parametrize(
    ("index", "sentence"),
    [
        (0, "蓝灯：已销号，显示“已完成”"),
        (3, "红灯：已过完成时限，显示“逾期{天数}天”"),
        (4, "红灯：落后序时进度超过30个百分点，显示“落后序时{点数}点”"),
        (6, "黄灯：落后序时进度不少于10个、不超过30个百分点，显示“落后序时{点数}点”"),
        (9, "黄灯：距完成时限不超过10个工作日且完成不到80%，显示“临期，完成{完成}%”"),
        (11, "绿灯：其他情况，显示“达到序时”"),
    ],
)
def test_a_rule_reads_as_a_sentence(index, sentence):
    assert describe(DEFAULT_SCHEME.rules[index]) == sentence


def test_nested_conditions_read_as_a_sentence_and_take_the_reason_of_what_matched():
    late = {"kind": "any", "of": [{"kind": "report_late"}, {"kind": "report_missing"}]}
    soon = {"kind": "due_soon", "workdays": 5, "below_percent": 90}
    scheme = parse_scheme(
        [
            {"colour": "red", "when": {"kind": "all", "of": [late, {"kind": "behind", "at_least": 20}]}},
            {"colour": "yellow", "when": {"kind": "any", "of": [late, soon]}},
            ALWAYS,
        ]
    )
    assert (
        describe(scheme.rules[0])
        == "红灯：（本月月报迟报，或本月月报过截止时间未报），且落后序时进度不少于20个百分点"
    )
    assert lit(scheme=scheme, report_state=ReportState.MISSING, percent=Decimal(30)) == ("红", "本月未报")
    assert lit(scheme=scheme, report_state=ReportState.LATE, percent=Decimal(31)) == ("黄", "本月迟报")
    assert lit(scheme=scheme, workdays_left=5, percent=Decimal(45)) == ("黄", "临期，完成45%")
    assert lit(scheme=scheme, percent=Decimal(0)) == ("绿", "达到序时")


def test_a_wording_of_the_office_is_filled_with_figures_and_a_dash_where_there_is_none():
    scheme = parse_scheme([{"colour": "blue", "when": {"kind": "always"}, "label": "剩{剩余}天差{点数}点"}])
    assert lit(scheme=scheme, percent=Decimal("40.5")) == ("蓝", "剩33天差9.5点")
    assert lit(scheme=scheme, start_on=None, workdays_left=None) == ("蓝", "剩—天差—点")


@pytest.mark.parametrize("label", ["原因文字正好写满十四个字为止", "连续无进展已经有{月数}个月整了"])
def test_a_wording_may_have_fourteen_characters_a_figure_counting_as_two(label):
    assert parse_scheme(only({"kind": "closed"}, label=label)).rules[0].label == label
    with pytest.raises(SchemeError, match="最多14个字"):
        parse_scheme(only({"kind": "closed"}, label=label + "了"))


def test_a_scheme_may_have_thirty_rules():
    assert len(parse_scheme([*only({"kind": "closed"})[:1] * 29, ALWAYS]).rules) == 30


def only(when, **rule):
    return [{"colour": "red", "when": when, **rule}, ALWAYS]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (None, "亮灯方案应为规则列表"),
        ({"rules": []}, "亮灯方案应为规则列表"),
        ([], "亮灯方案至少要有一条规则"),
        ([ALWAYS] * 31, "亮灯方案最多30条规则"),
        (only({"kind": "closed"})[:1], "第1条规则：最后一条的条件应为“其他情况”，保证每个事项都有灯"),
        ([ALWAYS, ALWAYS], "第1条规则：“其他情况”只能放在最后一条，其后的规则不会起作用"),
        (["red", ALWAYS], "第1条规则：规则格式不对，应为名称与值的对照"),
        ([{"colour": "red"}, ALWAYS], "第1条规则：请填写条件"),
        ([ALWAYS | {"colour": "pink"}], "第1条规则：灯色应从红、黄、绿、蓝、灰中选择"),
        ([ALWAYS | {"colour": ["red"]}], "第1条规则：灯色应从红、黄、绿、蓝、灰中选择"),
        ([ALWAYS | {"color": "red"}], "第1条规则：不认识的参数：color"),
        (only("closed"), "第1条规则：条件格式不对，应为名称与值的对照"),
        (only({"kind": "closed", "days": 3}), "第1条规则：不认识的参数：days"),
        (only({"kind": "overdue", "min_days": 0}), "第1条规则：逾期天数不能小于1"),
        (only({"kind": "overdue", "min_days": "三"}), "第1条规则：逾期天数应填数字，现为“三”"),
        (only({"kind": "overdue", "min_days": 1.5}), "第1条规则：逾期天数应填整数"),
        (only({"kind": "overdue", "min_days": True}), "第1条规则：逾期天数应填数字"),
        (only({"kind": "behind"}), "第1条规则：落后序时请填写“超过”或“不少于”其中一项"),
        (
            only({"kind": "behind", "over": 10, "at_least": 10}),
            "第1条规则：落后序时请填写“超过”或“不少于”其中一项",
        ),
        (only({"kind": "behind", "over": 30, "up_to": 30}), "第1条规则：落后序时的上限30应大于下限30"),
        (only({"kind": "behind", "over": 101}), "第1条规则：落后点数（超过）不能大于100"),
        (only({"kind": "behind", "over": "NaN"}), "第1条规则：落后点数（超过）超出可用范围"),
        (only({"kind": "behind", "over": "1e999999"}), "第1条规则：落后点数（超过）超出可用范围"),
        (only({"kind": "behind", "over": "0.0000001"}), "第1条规则：落后点数（超过）最多保留6位小数"),
        (only({"kind": "unverified_months"}), "第1条规则：请填写连续月数"),
        (only({"kind": "due_soon", "workdays": 10}), "第1条规则：请填写完成比例"),
        (only({"kind": "any", "of": []}), "第1条规则：请填写条件，至少一项"),
        (only({"kind": "any", "of": [{"kind": "closed"}] * 11}), "第1条规则：条件最多10项"),
        (
            only({"kind": "all", "of": [{"kind": "closed"}, {"kind": "overdue", "min_days": -1}]}),
            "第1条规则：第2个条件，逾期天数不能小于1",
        ),
        (only({"kind": "closed"}, label="原因文字写得太长超过十四个字了啊"), "第1条规则：原因文字最多14个字"),
        (only({"kind": "closed"}, label="两行\n文字"), "第1条规则：原因文字应为一行文本"),
        (only({"kind": "closed"}, label=3), "第1条规则：原因文字应为一行文本"),
        (only({"kind": "closed"}, label="逾期{天数天"), "第1条规则：原因文字中的大括号不成对"),
        (
            only({"kind": "overdue"}, label="逾期{facts.__class__}天"),
            "第1条规则：原因文字中的{facts.__class__}无法填充，可用的有{天数}、{点数}、{月数}、{完成}、{剩余}",
        ),
    ],
)
def test_a_scheme_that_cannot_be_used_is_refused_with_the_position_of_the_rule(raw, sentence):
    with pytest.raises(SchemeError) as refused:
        parse_scheme(raw)
    assert str(refused.value) == sentence


def test_endless_nesting_is_refused():
    when = {"kind": "closed"}
    for _ in range(5000):
        when = {"kind": "any", "of": [when]}
    with pytest.raises(SchemeError, match="条件最多嵌套4层"):
        parse_scheme(only(when))


def test_an_unknown_condition_is_refused_with_the_names_of_the_known():
    with pytest.raises(SchemeError, match=r"第1条规则：条件类型应从已销号、已中止、.*、其他情况中选择"):
        parse_scheme(only({"kind": "moon"}))
