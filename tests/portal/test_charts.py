"""Charts are well-formed, escaped, and honest about what is missing."""

import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
import resvg_py

from portal.charts import (
    Bar,
    HeatRow,
    Part,
    Series,
    bar,
    donut,
    heat_strip,
    line,
    ranked_bar,
    share_bar,
    sparkline,
    stacked_bar,
)
from portal.charts.drawing import FILLS, breadth, level_name, steps
from portal.charts.rings import whole_shares

SVG = "{http://www.w3.org/2000/svg}"
EVIL = '<script>"&'
MONTHS = ["1月", "2月", "3月"]
LAMPS = {"red": "红", "yellow": "黄", "green": "绿", "blue": "蓝", "grey": "灰"}
ROWS = [
    Part("办理建筑许可", {"red": 2, "yellow": 3}, "/items/?lamp=red&unit=1"),
    Part(EVIL, {"red": 0, "yellow": 1}),
]
CHARTS = {
    "bar": bar([Bar(EVIL, 3), Bar("2月", None), Bar("3月", Decimal("-1.5"))], title=EVIL, unit="项"),
    "stacked": stacked_bar(ROWS, title=EVIL, names={"red": "红灯", "yellow": "黄灯"}),
    "ranked": ranked_bar([(EVIL, 3), ("纳税", None), ("获得电力", 7)], title="排名", unit="项"),
    "line": line(MONTHS, [Series("实际", [1, None, 3]), Series("序时", [1, 2, 3], dashed=True)], title=EVIL),
    "donut": donut([("已销号", "blue", 131), (EVIL, "green", 118), ("灰", "grey", 0)], title="构成"),
    "heat": heat_strip(MONTHS, [HeatRow(EVIL, [None, "red", "grey"], "/items/1/")], title=EVIL),
    "nothing": stacked_bar([Part("纳税", {"red": 0})], title="空"),
    "share": share_bar({"red": 1, "green": 3}, title=EVIL),
    "spark": sparkline([1, None, 4], title=EVIL, goal=5),
}
FOR_DOCUMENTS = [name for name in CHARTS if name not in {"share", "spark"}]


def words_of(svg):
    return ["".join(one.itertext()) for one in ElementTree.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_well_formed_escaped_and_free_of_styles(name):
    svg = CHARTS[name]
    root = ElementTree.fromstring(svg)
    assert root.find(f"{SVG}title") is not None or root.find("title") is not None
    assert "<script" not in svg
    assert "style=" not in svg


@pytest.mark.parametrize("name", FOR_DOCUMENTS)
def test_a_chart_for_documents_says_in_words_what_it_shows(name):
    root = ElementTree.fromstring(CHARTS[name])
    named = root.get("aria-labelledby").split()
    found = {one.get("id"): one.text for one in root.iter() if one.tag in {f"{SVG}title", f"{SVG}desc"}}
    assert all(found[one] for one in named)


@pytest.mark.parametrize("name", CHARTS)
def test_every_filling_of_a_chart_stands_in_the_chart_or_on_every_page(name):
    svg = CHARTS[name]
    on_pages = Path("templates/components/patterns.html").read_text(encoding="utf-8")
    used = set(re.findall(r"url\(#([^)]+)\)", svg))
    assert used <= set(re.findall(r'id="([^"]+)"', svg + on_pages))


@pytest.mark.parametrize("name", FOR_DOCUMENTS)
def test_a_chart_for_documents_draws_by_itself(name):
    png = bytes(resvg_py.svg_to_bytes(svg_string=CHARTS[name]))
    assert png.startswith(b"\x89PNG")
    assert len(png) > 500


def test_charts_of_one_page_do_not_share_names_unless_they_are_the_same():
    def named(months, values):
        svg = line(months, [Series("a", values)], title="t")
        return ElementTree.fromstring(svg).get("aria-labelledby")

    assert named(MONTHS, [1, 2, 3]) == named(MONTHS, [1, 2, 3])
    assert named(MONTHS, [1, 2, 3]) != named(MONTHS, [1, 2, 4])


def test_chart_colours_are_those_of_the_style_sheet():
    tokens = Path("static/css/tokens.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", tokens))
    for step in "12345":
        assert FILLS[step] == colours[f"chart-{step}"]
    for lamp in ("red", "blue"):
        assert FILLS[lamp] == colours[lamp]
    for lamp in ("yellow", "green", "grey"):
        assert FILLS[lamp] == colours[f"lampbar-{lamp}"]


def test_a_missing_value_has_no_bar_and_a_dash():
    assert words_of(ranked_bar([("纳税", None), ("获得电力", 7)], title="排名")) == [
        "获得电力",
        "7",
        "纳税",
        "—",
    ]
    assert ranked_bar([("纳税", None), ("获得电力", 7)], title="排名").count("<rect") == 1
    upright = bar([Bar("1月", None), Bar("2月", 0), Bar("3月", 4)], title="销号")
    assert upright.count("<rect") == 1
    assert words_of(upright)[-6:] == ["—", "1月", "0", "2月", "4", "3月"]


def test_a_gap_lifts_the_line():
    svg = line(MONTHS, [Series("a", [1, None, 3])], title="t")
    path = next(
        one.get("d")
        for one in ElementTree.fromstring(svg).iter(f"{SVG}path")
        if one.get("stroke-width") == "2"
    )
    assert path.count("M") == 2
    assert "L" not in path


def test_a_dashed_line_that_stays_at_one_value_is_named_at_its_end():
    svg = line(
        MONTHS, [Series("a", [80, 85, 87.9]), Series("对标", [95] * 3, dashed=True)], title="t", unit="%"
    )
    assert words_of(svg)[-2:] == ["87.9%", "对标 95"]


@pytest.mark.parametrize(
    "series",
    [
        [Series("a", [80, 85, 94.8]), Series("对标", [95] * 3, dashed=True)],
        [Series("按时", [80, 85, 94.8]), Series("满意", [90, 91, 95])],
        [Series("按时", [80, 85, 90]), Series("满意", [95, 91, 90])],
        [Series("a", [5, 0]), Series("b", [9, 0]), Series("c", [7, 0.1])],
        [Series("a", [1, 9]), Series("b", [2, 9]), Series("对标", [9] * 2, dashed=True)],
    ],
)
def test_words_at_the_ends_of_lines_do_not_lie_on_one_another(series):
    svg = line(MONTHS[: len(series[0].values)], series, title="t")
    ends = list(ElementTree.fromstring(svg).iter(f"{SVG}text"))[-len(series) :]
    heights = sorted(float(end.get("y")) for end in ends)
    assert all(below - above >= 13 for above, below in pairwise(heights))
    assert heights[-1] <= 180  # above the names of the months


def test_labels_of_many_months_are_thinned_out_and_the_last_one_stays():
    labels = [f"{year}年{month}月" for year in (2021, 2022, 2023) for month in range(1, 13)]
    shown = [word for word in words_of(line(labels, [Series("a", range(36))], title="t")) if "年" in word]
    assert shown[-1] == "2023年12月"
    assert sum(breadth(word) for word in shown) < 500


@pytest.mark.parametrize(
    ("low", "high", "levels"),
    [
        (0, 19, [0, 5, 10, 15, 20]),
        (79.2, 95, [75, 80, 85, 90, 95]),
        (0, 100, [0, 25, 50, 75, 100]),
        (0, 0.3, [0, 0.1, 0.2, 0.3]),
        (0, 0, [0, 0.25]),
        (7, 7, [6, 8]),
        (-3, 10, [-5, 0, 5, 10]),
    ],
)
def test_an_axis_has_few_round_levels_that_hold_every_value(low, high, levels):
    found = steps(low, high)
    assert found == levels
    assert found[0] <= low
    assert found[-1] >= high


@pytest.mark.parametrize(
    ("levels", "names"),
    [([0, 25, 50], ["0", "25", "50"]), ([0, 2.5], ["0.0", "2.5"]), ([0, 0.25], ["0.00", "0.25"])],
)
def test_a_level_is_written_as_exactly_as_its_neighbour_demands(levels, names):
    assert [level_name(level, levels) for level in levels] == names


@pytest.mark.parametrize(
    ("values", "shares"), [([14, 11, 6, 5], [39, 30, 17, 14]), ([1, 1, 1], [34, 33, 33]), ([7], [100])]
)
def test_shares_of_a_ring_sum_to_a_hundred(values, shares):
    assert whole_shares(values) == shares


def test_a_ring_of_one_part_is_a_whole_ring():
    root = ElementTree.fromstring(donut([("已销号", "blue", 5), ("红", "red", 0)], title="构成"))
    assert len([one for one in root.iter(f"{SVG}path") if "A" in one.get("d", "")]) == 1


@pytest.mark.parametrize(
    ("values", "end"),
    [
        ({"red": 2, "yellow": 4}, "2 / 4"),
        ({"red": 7, "yellow": 9, "green": 37, "blue": 48, "grey": 2}, "103"),
    ],
)
def test_two_values_stand_at_the_end_of_a_bar_and_the_sum_of_more(values, end):
    assert words_of(stacked_bar([Part("对标提升", values)], title="亮灯", names=LAMPS))[-1] == end


def test_a_small_part_of_a_bar_is_still_seen():
    svg = stacked_bar([Part("全县", {"red": 1, "green": 9999})], title="亮灯")
    red = next(
        one for one in ElementTree.fromstring(svg).iter(f"{SVG}rect") if one.get("fill") == FILLS["red"]
    )
    assert float(red.get("width")) >= 1


def test_each_cell_of_a_strip_carries_its_word_and_a_month_before_the_start_a_dot():
    svg = heat_strip(MONTHS, [HeatRow("DB-011", [None, "yellow", "red"])], title="逐月亮灯")
    assert words_of(svg)[-3:] == ["·", "黄", "红"]


def test_nothing_to_draw_is_said():
    assert words_of(CHARTS["nothing"]) == ["本期没有可以绘制的数据"]
    assert words_of(bar([], title="空")) == ["本期没有可以绘制的数据"]
    assert words_of(heat_strip(MONTHS, [], title="空")) == ["本期没有可以绘制的数据"]
    assert sparkline([None, None], title="t") == "—"


@pytest.mark.parametrize(
    ("name", "url", "words"),
    [("stacked", "/items/?lamp=red&unit=1", "办理建筑许可 2 / 3"), ("heat", "/items/1/", EVIL)],
)
def test_a_bar_links_to_its_rows_and_the_link_has_a_name(name, url, words):
    root = ElementTree.fromstring(CHARTS[name])
    link = root.find(f".//{SVG}a")
    assert (link.get("href"), link.get("aria-label")) == (url, words)
    # What is inside an image is not read out, so a picture with links is none.
    assert root.get("role") == "group"
    assert ElementTree.fromstring(CHARTS["ranked"]).get("role") == "img"
