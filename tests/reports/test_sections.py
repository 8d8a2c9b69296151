"""Each sentence of the bulletin, by table: with, without, and at the edges."""

from datetime import date

import pytest

from indicators.selectors.figures import Named, RedItem
from reports.sections import (
    Book,
    Candidate,
    demands,
    lists,
    monitoring,
    overall,
    problems,
    submission,
    taskforces,
    write_sections,
)
from reports.texts.content import text_of
from tests.reports.sheets import figure, values

DB, CX = Named("DB", "对标提升年度目标", ""), Named("CX", "创新试点改革任务", "")
JZ, DL = Named("jz", "办理建筑许可", ""), Named("dl", "获得电力", "")


def book(*figures, **more):
    return Book(month=date(2023, 10, 1), as_of=date(2023, 10, 31), values=values(*figures), **more)


def items(key, value, previous=None, **more):
    return figure(f"indicators.items.{key}", value, previous, **more)


def lamp(colour, value, previous=None, share=None):
    return figure(f"indicators.lamps.{colour}", value, previous, share=share)


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        (
            (
                figure("indicators.taskforces", 16, unit="个"),
                items("total", 288),
                items("closed", 131, 119, share=45),
            ),
            "截至10月31日，全县16个指标专班承担任务和问题288项，已销号131项，占45%，较上月增加12项。",
        ),
        (
            (items("total", 288), items("closed", 131, 133, share=45)),
            "截至10月31日，全县指标专班承担任务和问题288项，已销号131项，占45%，较上月减少2项。",
        ),
        (
            (items("total", 288), items("closed", 131, 131, share=45, last_year=120)),
            "截至10月31日，全县指标专班承担任务和问题288项，已销号131项，占45%，与上月持平，同比增加11项。",
        ),
        (
            (items("total", 288), items("closed", 0)),
            "截至10月31日，全县指标专班承担任务和问题288项，已销号0项。",
        ),
        ((items("total", None), items("closed", None)), ""),
    ],
)
def test_totals(figures, said):
    assert text_of(overall.totals(book(*figures))) == said


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        (
            (
                items("should_close", 140),
                items("closing_rate", "93.6", "95.6", unit="%"),
                items("overdue", 9),
                items("reopened", 1),
            ),
            "应销号140项，销号率93.6%，较上月下降2个百分点，逾期未销号9项，因回头看不合格重新打开1项。",
        ),
        (
            (
                items("should_close", 140),
                items("closing_rate", "100", "95.5", unit="%"),
                items("overdue", 0),
                items("reopened", 0),
            ),
            "应销号140项，销号率100%，较上月提高4.5个百分点，无逾期事项。",
        ),
        ((items("should_close", 0), items("closing_rate", None, unit="%"), items("overdue", 0)), ""),
    ],
)
def test_closing_rate(figures, said):
    assert text_of(overall.closing_rate(book(*figures))) == said


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        (
            (
                lamp("red", 9, share=3),
                lamp("yellow", 25, share=9),
                lamp("blue", 131, share=88),
                lamp("grey", 0, share=0),
            ),
            "从月末亮灯看，蓝灯131项、黄灯25项、红灯9项，分别占88%、9%、3%。",
        ),
        ((lamp("green", 5, share=100),), "从月末亮灯看，绿灯5项，占100%。"),
        ((lamp("green", 5), lamp("red", 1)), "从月末亮灯看，绿灯5项、红灯1项。"),
        ((lamp("red", None),), ""),
    ],
)
def test_lamps(figures, said):
    assert text_of(overall.lamps(book(*figures))) == said


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ((lamp("red", 9, 11), lamp("yellow", 25, 25)), "红灯较上月减少2项，黄灯与上月持平。"),
        ((lamp("red", 9), lamp("yellow", 25, 20)), "黄灯较上月增加5项。"),
        ((lamp("red", 9), lamp("yellow", 25)), ""),
    ],
)
def test_lamp_changes(figures, said):
    assert text_of(overall.lamp_changes(book(*figures))) == said


@pytest.mark.parametrize(
    ("given", "still_open", "overdue", "said"),
    [
        (30, 7, 1, "历次调度交办事项共30项，尚未办结7项，其中逾期1项。"),
        (30, 7, 0, "历次调度交办事项共30项，尚未办结7项。"),
        (30, 0, 0, "历次调度交办事项共30项，已全部办结。"),
        (0, 0, 0, ""),
    ],
)
def test_instructions(given, still_open, overdue, said):
    told = book(
        items("instruction", given),
        figure("indicators.instructions.open", still_open),
        figure("indicators.instructions.overdue", overdue),
    )
    assert text_of(overall.instructions(told)) == said


def force(row, red, yellow, before=None):
    return (
        figure(f"indicators.taskforces.{row.code}.red", red, before),
        figure(f"indicators.taskforces.{row.code}.yellow", yellow),
    )


@pytest.mark.parametrize(
    ("jz", "dl", "said"),
    [
        (
            (2, 3),
            (0, 1),
            "1个专班有红灯事项，红灯、黄灯事项较多的是办理建筑许可（红灯2项、黄灯3项）、获得电力（黄灯1项）专班，具体情况见表1、图1。",
        ),
        (
            (0, 0),
            (1, 0),
            "1个专班有红灯事项，红灯、黄灯事项较多的是获得电力（红灯1项）专班，具体情况见表1、图1。",
        ),
        ((0, 3), (0, 1), "各专班均无红灯事项，具体情况见表1。"),
    ],
)
def test_where_the_red_items_are(jz, dl, said):
    told = book(lamp("red", jz[0] + dl[0]), *force(JZ, *jz), *force(DL, *dl), task_forces=(JZ, DL))
    assert text_of(taskforces.spread(told)) == said


@pytest.mark.parametrize(
    ("before", "said"), [((1, 1), "红灯事项较上月，办理建筑许可增加1项。"), ((2, 3), ""), ((None, None), "")]
)
def test_where_red_items_became_more(before, said):
    told = book(*force(JZ, 2, 0, before[0]), *force(DL, 1, 0, before[1]), task_forces=(JZ, DL))
    assert text_of(taskforces.red_change(told)) == said


@pytest.mark.parametrize(
    ("whole", "db", "cx", "said"),
    [
        (9, 5, 4, "本月销号9项，其中对标提升年度目标5项、创新试点改革任务4项。"),
        (5, 5, 0, "本月销号5项，均为对标提升年度目标事项。"),
        (0, 0, 0, "本月各台账无新销号事项。"),
        (None, None, None, ""),
    ],
)
def test_closed_this_month(whole, db, cx, said):
    told = book(
        items("closed_this_month", whole),
        figure("indicators.lists.DB.closed_in", db),
        figure("indicators.lists.CX.closed_in", cx),
        lists=(DB, CX),
    )
    assert text_of(lists.closed_this_month(told)) == said


@pytest.mark.parametrize(
    ("db", "cx", "said"),
    [
        ("47", "43", "对标提升年度目标销号占比最高，为47%；创新试点改革任务销号占比最低，为43%。"),
        ("47", "47", ""),
        ("47", None, ""),
    ],
)
def test_the_furthest_and_the_least_far_ledger(db, cx, said):
    told = book(
        figure("indicators.lists.DB.closed_share", db, unit="%"),
        figure("indicators.lists.CX.closed_share", cx, unit="%"),
        lists=(DB, CX),
    )
    assert text_of(lists.extremes(told)) == said


def report(key, value, previous=None, unit="项"):
    return figure(f"indicators.reports.{key}", value, previous, unit=unit)


@pytest.mark.parametrize(
    ("figures", "closes_on", "said"),
    [
        (
            (report("due", 169), report("submitted", 162), report("missing", 7), report("units_missing", 4)),
            date(2023, 11, 10),
            "10月份应报进展169项，截至11月10日封账已报162项，未报7项，涉及4个单位。",
        ),
        (
            (report("due", 169), report("submitted", 169), report("missing", 0)),
            None,
            "10月份应报进展169项，截至封账已报169项，全部报齐。",
        ),
        ((report("due", None),), None, ""),
    ],
)
def test_reports_submitted(figures, closes_on, said):
    assert text_of(submission.submitted(book(*figures, closes_on=closes_on))) == said


def test_a_draft_from_before_the_closing_names_the_day_up_to_which_it_counts():
    told = book(
        report("due", 176),
        report("submitted", 169),
        report("missing", 0),
        closes_on=date(2023, 11, 10),
        counted_on=date(2023, 11, 9),
    )
    assert text_of(submission.submitted(told)) == (
        "10月份应报进展176项，截至11月9日（11月10日封账）已报169项，全部报齐。"
    )


@pytest.mark.parametrize(
    ("late", "rate", "previous", "said"),
    [
        (7, "91.7", "93.5", "按时报送155项，迟报7项，按时率91.7%，较上月下降1.8个百分点。"),
        (0, "100", None, "按时报送155项，按时率100%。"),
        (0, None, None, ""),
    ],
)
def test_punctuality(late, rate, previous, said):
    told = book(report("on_time", 155), report("late", late), report("on_time_rate", rate, previous, "%"))
    assert text_of(submission.punctual(told)) == said


def measured(code, value, previous, better="higher", unit="%", name="并联审批率"):
    return figure(f"indicators.measured.{code}", value, previous, unit=unit, better=better, name=name)


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (measured("a", "87.9", "85.2"), ""),
        (measured("a", "85.2", "87.9"), "回落的指标：并联审批率由87.9%降至85.2%。"),
        (measured("a", "1", "0.4", "lower", name="迟报率"), "回落的指标：迟报率由0.4%升至1%。"),
        (measured("a", "0.4", "1", "lower"), ""),
        (measured("a", "1", "1"), ""),
        (measured("a", None, "1"), ""),
    ],
)
def test_which_monitored_items_fell_back(item, said):
    assert text_of(monitoring.fallen(book(item, monitored=(item.key,)))) == said


def test_the_table_begins_with_what_fell_back_then_the_largest_changes():
    rows = (
        measured("a", "101", "100", name="甲"),
        measured("b", "200", "100", name="乙"),
        measured("c", "99", "100", name="丙"),
        measured("d", "5", "0", name="丁"),
        measured("e", "5", "5", name="戊"),
    )
    told = book(*rows, monitored=tuple(row.key for row in rows))
    assert [row.name for row in monitoring.largest(told)] == ["丙", "丁", "乙", "甲"]


@pytest.mark.parametrize(
    ("red", "again", "count", "said"),
    [
        (7, 6, 7, "月末红灯事项7项，其中连续两个月红灯6项，见下表。"),
        (7, 0, 7, "月末红灯事项7项，见下表。"),
        (25, 0, 25, "月末红灯事项25项，前20项见下表。"),
        (0, 0, 0, "月末无红灯事项。"),
        (None, None, 0, ""),
    ],
)
def test_red_items(red, again, count, said):
    rows = tuple(RedItem(f"DB-{n:03d}", "事项", "专班", "逾期1天") for n in range(count))
    told = book(lamp("red", red), figure("indicators.lamps.red_again", again), red_items=rows)
    assert text_of(problems.red(told)) == said
    if rows:
        assert len(problems.table(told).rows) == min(count, 20)


UNIT = (
    figure("indicators.units.zj.overdue", 2),
    figure("indicators.units.zj.missing", 1),
    figure("indicators.units.zj.late", 0),
    figure("indicators.units.gd.late", 3),
)


@pytest.mark.parametrize(
    ("ticked", "said"),
    [
        ((), ""),
        (("zj",), "其中，县住建局逾期2项、未报1项，予以通报。"),
        (("zj", "gd"), "其中，县住建局逾期2项、未报1项；县供电公司迟报3项，予以通报。"),
    ],
)
def test_only_ticked_units_are_named(ticked, said):
    candidates = tuple(
        Candidate(code, name, code in ticked) for code, name in (("zj", "县住建局"), ("gd", "县供电公司"))
    )
    assert text_of(problems.named(book(*UNIT, candidates=candidates))) == said


@pytest.mark.parametrize(
    ("figures", "keys"),
    [
        (
            (lamp("red", 1), items("overdue", 1), report("late", 1), items("open", 9)),
            ["red", "overdue", "reports", "all"],
        ),
        ((lamp("red", 0), items("overdue", 0), report("missing", 0), items("open", 9)), ["all"]),
        ((items("open", 0),), []),
    ],
)
def test_demands_follow_from_the_figures(figures, keys):
    section = demands.write(book(*figures))
    assert [block.key for block in section.blocks] == [f"demands.{key}" for key in keys]


def test_the_demands_are_numbered_without_gaps():
    section = demands.write(book(report("late", 1), items("open", 9)))
    assert [block.text[:3] for block in section.paragraphs] == ["（一）", "（二）"]


def test_nothing_known_leaves_only_the_opening_words():
    written = [section for section in write_sections(book()) if section.blocks]
    assert [section.key for section in written] == ["opening"]


def test_a_correction_names_what_it_corrects():
    section = write_sections(book(corrects="《某通报》（第9期）"))[0]
    assert section.paragraphs[0].text.startswith("经核查，《某通报》（第9期）有关数据有误，现予更正")
