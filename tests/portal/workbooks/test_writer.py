import re
import subprocess
import sys
import zipfile
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.workbooks import (
    Column,
    Kind,
    Part,
    Sheet,
    WorkbookTooLongError,
    compare,
    read_sheet,
    subtitle_line,
    write_sheets,
    write_workbook,
)
from portal.workbooks.gate import open_workbook
from portal.workbooks.layout import column_widths, line_count, row_height
from portal.workbooks.limits import CUT_MARK
from tests.portal.workbooks.files import LEDGER

STATES = LEDGER.column("state").choices


def written(rows, sheet=LEDGER, **options):
    target = BytesIO()
    write_workbook(target, sheet, rows, **{"heading": "台账", "subtitle": "县营商办"} | options)
    return target


def part(target, name="xl/worksheets/sheet1.xml"):
    return zipfile.ZipFile(target).read(name).decode()


def texts(**options):
    """Texts as a form keeps them: with no blanks around, and the line breaks of Excel."""
    alphabet = st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff")
    openings = st.sampled_from(["", "=", "+", "-", "@", "\t", "\r", "=1+1", "_x000D_", "喆堃䶮", "😀", "'"])
    return st.builds(str.__add__, openings, st.text(alphabet, **options)).filter(
        lambda text: text.strip() and "\r\n" not in text
    )


def decimals(places):
    return st.decimals(-(10**9), 10**9, places=places, allow_nan=False)


ROWS = st.fixed_dictionaries(
    {
        "name": texts(max_size=10).map(lambda text: text[:20]).filter(str.strip),
        "code": st.none() | st.text("0123456789ABCXYZ-", min_size=1, max_size=18),
        "phone": st.none() | st.from_regex(r"1[3-9][0-9]{9}|0571-[0-9]{8}", fullmatch=True),
        "due": st.none() | st.dates(date(1900, 1, 1), date(2199, 12, 31)),
        "month": st.none() | st.dates(date(1950, 1, 1), date(2110, 1, 1)).map(lambda day: day.replace(day=1)),
        "amount": st.none() | decimals(2),
        "count": st.none() | st.integers(0, 10**18),
        "share": st.none() | st.decimals(0, 100, places=4, allow_nan=False),
        "state": st.none() | st.sampled_from(STATES),
        "done": st.none() | texts(max_size=200),
    }
)


@settings(max_examples=40)
@given(st.lists(ROWS, min_size=1, max_size=30))
def test_what_goes_out_comes_back_unchanged(rows):
    rows = [{"number": f"DB-{number}", **row} for number, row in enumerate(rows)]
    read = read_sheet(written(rows), LEDGER)
    assert [str(error) for error in read.errors] == []
    assert [row.values for row in read.rows] == [
        {**dict.fromkeys(row.values), **row0} for row, row0 in zip(read.rows, rows, strict=True)
    ]
    assert compare(read, {LEDGER.key_of(row): row for row in rows}).unchanged == len(rows)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+86",
        "-无",
        "@某人",
        "\t制表",
        "\r回车",
        '=HYPERLINK("http://x","y")',
        "喆堃䶮😀",
        "http://a.b",
        "001",
        "1E5",
    ],
)
def test_text_stays_text_whatever_it_begins_with(text):
    target = written([{"number": "1", "name": "甲", "done": text}])
    assert "<f>" not in part(target)
    assert "hyperlink" not in part(target)
    assert read_sheet(target, LEDGER).rows[0].values["done"] == text


def test_what_excel_cannot_hold_is_replaced_or_cut_and_marked():
    rows = [{"number": "1", "name": "甲\ufffe\ud800\r\n乙", "done": "😀" * 20_000}]
    [row] = read_sheet(written(rows), LEDGER).rows
    assert row.values["name"] == "甲\ufffd\ufffd\n乙"
    done = row.values["done"]
    assert done.endswith(CUT_MARK)
    assert len(done.encode("utf-16-le")) // 2 <= 32_767


def test_numbers_beyond_excels_fifteen_digits_are_written_as_text():
    rows = [{"number": "1", "name": "甲", "count": 10**16 + 1, "amount": Decimal("1234567890123456.78")}]
    [row] = read_sheet(written(rows), LEDGER).rows
    assert (row.values["count"], row.values["amount"]) == (10**16 + 1, Decimal("1234567890123456.78"))


def test_a_moment_with_a_zone_is_no_day():
    with pytest.raises(ValueError, match="local date"):
        written([{"number": "1", "due": datetime.fromisoformat("2025-06-03T22:00:00+00:00")}])


def test_a_sheet_is_set_up_for_the_screen_and_for_a4():
    target = written([{"number": "DB-001", "name": "甲"}], heading="台账 & 清单")
    xml = part(target)
    assert '<pane xSplit="1" ySplit="3" topLeftCell="B4"' in xml
    assert '<autoFilter ref="A3:K4"/>' in xml
    assert '<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"' in xml
    assert '<pageSetUpPr fitToPage="1"/>' in xml
    assert "&amp;L&amp;9台账 &amp;&amp; 清单&amp;R&amp;9第 &amp;P 页 共 &amp;N 页" in xml
    assert "台账!$3:$3" in part(target, "xl/workbook.xml")


def test_choices_drop_down_below_the_last_row_too():
    xml = part(written([{"number": "1"}]))
    [(area, formula)] = re.findall(r'type="list"[^>]*sqref="([^"]+)"[^>]*><formula1>([^<]+)', xml)
    assert (area, formula) == ("J4:J504", "'选项'!$A$1:$A$3")
    assert 'state="hidden"' in part(written([]), "xl/workbook.xml")


def test_a_long_list_of_choices_is_not_bound_by_excels_255_letters():
    units = tuple(f"第{number}个很长的责任单位名称" for number in range(300))
    sheet = Sheet("台账", (Column("unit", "单位", Kind.CHOICE, choices=units), Column("n", "注")), ("unit",))
    target = written([{"unit": units[299]}], sheet)
    assert read_sheet(target, sheet).rows[0].values["unit"] == units[299]
    with open_workbook(target) as book:
        assert [name.title for name in book.sheets if name.visible] == ["台账", "填写说明"]
        assert len(list(book.rows("选项"))) == 300


def test_the_guide_says_what_each_column_wants():
    columns = (
        Column("number", "编号", Kind.CODE, locked=True),
        Column("lamp", "亮灯", locked=True),
        Column("share", "进度", Kind.PERCENT, required=True, minimum=0, maximum=100, help="累计进度。"),
        Column("due", "时限", Kind.DATE, minimum=date(2025, 1, 1)),
        Column("amount", "金额", Kind.DECIMAL, places=2, maximum=1000),
    )
    target = written([], Sheet("台账", columns, ("number",)), notes=("每月 3 日前上报。",))
    with open_workbook(target) as book:
        lines = [tuple(cells) for _number, cells in book.rows("填写说明")]
    assert ("6. 每月 3 日前上报。", "", "", "") in lines
    assert lines[-5:] == [
        ("编号", "系统生成", "用来对应系统中的记录，不要改动；新增的行留空", ""),
        ("亮灯", "系统生成", "不用填写", ""),
        ("进度", "必填", "百分比，例如 85%，0% 至 100%", "累计进度。"),
        ("时限", "选填", "日期，例如 2025-06-03，不早于 2025-01-01", ""),
        ("金额", "选填", "数字，最多 2 位小数，不大于 1000，不带单位", ""),
    ]


@pytest.mark.parametrize(("columns", "height"), [(10, ""), (16, ""), (30, ' fitToHeight="2"')])
def test_the_guide_leaves_no_few_rows_on_a_page_of_their_own(columns, height):
    sheet = Sheet("台账", tuple(Column(f"c{n}", f"栏目{n}") for n in range(columns)), ("c0",))
    xml = part(written([], sheet), "xl/worksheets/sheet2.xml")
    assert f'<pageSetup paperSize="9"{height} orientation="landscape"' in xml


def test_an_export_nobody_can_fill_in_has_no_guide():
    sheet = Sheet(
        "统计",
        (Column("unit", "单位", locked=True), Column("n", "件数", Kind.INTEGER, locked=True)),
        ("unit",),
    )
    with open_workbook(written([{"unit": "甲", "n": 3}], sheet)) as book:
        assert [name.title for name in book.sheets] == ["统计"]


def test_several_sheets_share_a_workbook_and_blank_rows_come_back_as_none():
    other = Sheet("事项", (Column("a", "甲"), Column("b", "乙")), ("a",))
    target = BytesIO()
    parts = [
        Part(LEDGER, [{"number": "1", "name": "甲"}], "台账", "", blank_rows=5),
        Part(other, [{"a": "x"}, {"a": "y"}], "事项", ""),
    ]
    assert write_sheets(target, parts) == 3
    assert len(read_sheet(target, LEDGER).rows) == 1
    assert len(read_sheet(target, other).rows) == 2


def test_more_rows_than_a_sheet_holds_are_refused_and_nothing_is_written(monkeypatch, tmp_path):
    monkeypatch.setattr("portal.workbooks.writer.EXCEL_ROWS", 10)
    with pytest.raises(WorkbookTooLongError, match="请缩小筛选范围"):
        write_workbook(
            tmp_path / "x.xlsx", LEDGER, ({"number": n} for n in range(8)), heading="", subtitle=""
        )
    assert list(tmp_path.iterdir()) == []


def test_the_line_under_the_title_says_whose_when_and_what():
    line = subtitle_line(
        unit="县营商办", person="沈若宁", at=datetime.fromisoformat("2025-11-10T09:05:00"), count=103
    )
    assert line.split("　　") == [
        "导出单位：县营商办",
        "导出人：沈若宁",
        "导出时间：2025-11-10 09:05",
        "筛选条件：全部",
        "共 103 条",
    ]


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 20, 1),
        ("ab", 20, 1),
        ("字" * 9, 20, 1),
        ("字" * 10, 20, 2),
        ("字\n字\n", 20, 3),
        ("字" * 90, 20, 10),
    ],
)
def test_lines_are_counted_with_chinese_twice_as_wide(text, width, lines):
    assert line_count(text, width) == lines


def test_rows_are_as_high_as_their_longest_text_and_never_beyond_excel():
    assert row_height(1) == 21
    assert row_height(4) > row_height(3) > row_height(2)
    assert row_height(1000) == 409


def test_running_text_gives_way_to_fit_a_page_and_given_widths_stand():
    columns = [
        Column("a", "编号", Kind.CODE),
        *(Column(f"t{number}", "说明", Kind.LONG_TEXT) for number in range(5)),
        Column("w", "固定", width=33),
    ]
    widths = column_widths(columns, [{column.key: "字" * 100 for column in columns}])
    assert sum(widths) <= 180
    assert widths[-1] == 33
    assert min(widths[1:6]) >= 24


MEASURE = """
import sys
from pathlib import Path
from portal.workbooks import write_workbook
from tests.portal.workbooks.files import LEDGER
def peak():
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024
row = {"number": "DB-001", "name": "甲公司", "amount": 12, "state": "推进中", "done": "按时办结，企业满意。" * 5}
def rows(count):
    return (row for _number in range(count))
write_workbook(Path(sys.argv[1], "a.xlsx"), LEDGER, rows(500), heading="台账", subtitle="")
before = peak()
write_workbook(Path(sys.argv[1], "b.xlsx"), LEDGER, rows(30_000), heading="台账", subtitle="")
print(peak() - before)
"""


def test_the_length_of_an_export_does_not_show_in_memory(tmp_path):
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert float(measured.stdout) < 5
