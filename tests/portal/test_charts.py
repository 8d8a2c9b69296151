"""Charts are well-formed, escaped, and honest about what is missing."""

from xml.etree import ElementTree

import pytest
import resvg_py

from portal.charts import Part, Series, donut, line, ranked_bar, share_bar, sparkline, stacked_bar

EVIL = '<script>"&'
ROWS = [
    Part("办理建筑许可", {"red": 2, "yellow": 3}, "/items/?lamp=red"),
    Part(EVIL, {"red": 0, "yellow": 1}),
]
CHARTS = {
    "stacked": stacked_bar(ROWS, title=EVIL, names={"red": "红灯", "yellow": "黄灯"}),
    "ranked": ranked_bar([(EVIL, 3), ("纳税", None), ("获得电力", 7)], title="排名", unit="项"),
    "line": line(
        ["1月", "2月", "3月"],
        [Series("实际", [1, None, 3]), Series("序时", [1, 2, 3], dashed=True)],
        title=EVIL,
    ),
    "donut": donut([("已销号", "blue", 131), (EVIL, "green", 118), ("灰", "grey", 0)], title="构成"),
    "share": share_bar({"red": 1, "green": 3}, title=EVIL),
    "spark": sparkline([1, None, 4], title=EVIL, goal=5),
    "nothing": stacked_bar([Part("纳税", {"red": 0})], title="空"),
}


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_well_formed_escaped_and_free_of_styles(name):
    svg = CHARTS[name]
    root = ElementTree.fromstring(svg)
    assert root.find("{http://www.w3.org/2000/svg}title") is not None or root.find("title") is not None
    assert "<script" not in svg
    assert "style=" not in svg


@pytest.mark.parametrize("name", ["stacked", "ranked", "line", "donut", "nothing"])
def test_a_chart_for_documents_draws_by_itself(name):
    png = bytes(resvg_py.svg_to_bytes(svg_string=CHARTS[name]))
    assert png.startswith(b"\x89PNG")
    assert len(png) > 500


def test_a_missing_value_has_no_bar_and_a_dash():
    svg = ranked_bar([("纳税", None), ("获得电力", 7)], title="排名")
    assert "—" in svg
    assert svg.count("<rect") == 1


def test_a_gap_lifts_the_line():
    path = (
        line(["1", "2", "3"], [Series("a", [1, None, 3])], title="t")
        .partition('stroke-width="2"')[0]
        .rpartition("<path")[2]
    )
    assert path.count("M") == 2
    assert "L" not in path.replace("stroke-linejoin", "")


def test_nothing_to_draw_is_said():
    assert "没有可以绘制的数据" in CHARTS["nothing"]
    assert sparkline([None, None], title="t") == "—"


def test_a_bar_links_to_its_rows():
    assert '<a href="/items/?lamp=red">' in CHARTS["stacked"]
