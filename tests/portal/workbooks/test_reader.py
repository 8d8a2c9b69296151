import time
import zipfile
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest

from portal.workbooks import (
    Column,
    Kind,
    Part,
    Sheet,
    WorkbookRefused,
    check_rows,
    read_sheet,
    read_sheets,
    write_sheets,
)
from tests.portal.workbooks.files import (
    HEADER,
    LEDGER,
    MB,
    SAMPLES,
    SHEET,
    Formula,
    Percent,
    handmade,
    ledger,
    workbook,
)

FIRST = {
    "number": "DB-001",
    "name": "甲公司",
    "code": "91330000123456789X",
    "phone": 13800138000,
    "due": date(2025, 6, 3),
    "month": "2023年10月",
    "amount": 12.5,
    "count": "1,200",
    "share": Percent(0.85),
    "state": "推进中",
    "done": "一\n二",
}


def errors_of(file, sheet=LEDGER):
    return [str(error) for error in read_sheet(file, sheet).errors]


def test_a_row_is_read_by_kind_and_known_by_excels_number():
    read = read_sheet(ledger(FIRST), LEDGER)
    assert (read.errors, read.missing_columns, read.absent_columns, read.unknown_columns) == ((), (), (), ())
    [row] = read.rows
    assert row.number == 2
    assert row.values == {
        "number": "DB-001",
        "name": "甲公司",
        "code": "91330000123456789X",
        "phone": "13800138000",
        "due": date(2025, 6, 3),
        "month": date(2023, 10, 1),
        "amount": Decimal("12.5"),
        "count": 1200,
        "share": Decimal(85),
        "state": "推进中",
        "done": "一\n二",
    }


def test_titles_merged_above_the_header_are_passed_over():
    rows = [
        [],
        ["单位：县营商办", None, None, "编号", "填表人"],
        [],
        HEADER,
        ["DB-001", "甲公司"],
    ]
    read = read_sheet(workbook(rows, merge=[("A1:K1", "云溪县对标提升台账")]), LEDGER)
    assert [(row.number, row.values["name"]) for row in read.rows] == [(5, "甲公司")]


def test_a_header_merged_over_two_rows_is_read_from_both():
    rows = [
        [None, "企业", None, "联系电话"],
        [None, "企业名称", "统一社会信用代码"],
        ["DB-001", "甲公司", "9133", "0571"],
    ]
    file = workbook(rows, merge=[("A1:A2", "编号"), ("D1:D2", "联系电话")])
    read = read_sheet(file, LEDGER)
    assert read.rows[0].values == {"number": "DB-001", "name": "甲公司", "code": "9133", "phone": "0571"}


def test_columns_may_stand_in_any_order_under_other_names_and_beside_others():
    header = ["备注", " 单位\n名称 ", "编 号（必填）", "问题"]
    read = read_sheet(workbook([[], [None, *header], [None, "好", "甲公司", "DB-001", "错"]]), LEDGER)
    [row] = read.rows
    assert (row.number, row.values) == (3, {"name": "甲公司", "number": "DB-001"})
    assert read.letters == {"name": "C", "number": "D"}
    assert read.unknown_columns == ("备注",)
    assert read.absent_columns[:2] == ("统一社会信用代码", "联系电话")


def test_without_a_key_or_required_column_nothing_is_read():
    read = read_sheet(workbook([["编号", "联系电话"], ["DB-001", "1"]]), LEDGER)
    assert not read.readable
    assert read.missing_columns == ("企业名称",)
    assert read.rows == ()


def test_a_column_that_stands_twice_is_an_error():
    [error] = errors_of(workbook([["编号", "企业名称", "单位名称"], ["DB-001", "甲", "乙"]]))
    assert error == "「台账」第1行C列「企业名称」：该列在 B 列和 C 列各出现一次，请只保留一列"


def test_a_wrong_sheet_is_named_with_those_there_are():
    with pytest.raises(WorkbookRefused) as refused:
        read_sheet(workbook([HEADER], title="Sheet1", more=["汇总"]), LEDGER)
    assert str(refused.value).startswith("没有找到工作表「台账」，文件中有：「Sheet1」、「汇总」。")


def test_the_name_of_a_sheet_is_taken_loosely():
    assert read_sheet(workbook([HEADER, ["1", "甲"]], title=" 台 账"), LEDGER).rows


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "是空的"),
        ([["甲", "乙"], ["丙", "丁"]], "没有找到表头（应有：编号、企业名称"),
        ([*[["说明"]] * 20, HEADER], "前 20 行没有找到表头"),
    ],
)
def test_a_sheet_without_its_header_is_refused(rows, sentence):
    with pytest.raises(WorkbookRefused) as refused:
        read_sheet(workbook(rows), LEDGER)
    assert sentence in str(refused.value)


def test_blank_rows_are_passed_over_and_the_numbers_stay_excels():
    rows = [HEADER, [], ["DB-001", "甲"], [" ", "　"], [], ["DB-002", "乙"]]
    assert [row.number for row in read_sheet(workbook(rows), LEDGER).rows] == [3, 6]


def test_every_error_names_sheet_row_column_and_label():
    rows = [
        ["台账"],
        HEADER,
        ["DB-001", "", 123456789012345678, "", "2025.13.1"],
        ["DB-002", "乙", None, None, None, None, "12万"],
    ]
    assert errors_of(workbook(rows)) == [
        "「台账」第3行B列「企业名称」：必须填写",
        "「台账」第3行C列「统一社会信用代码」：数字已被 Excel 舍入，请把该列设为文本格式后重新填写",
        "「台账」第3行E列「完成时限」：「2025.13.1」不是有效的日期，请核对，按 2025-06-03 的样式填写",
        "「台账」第4行G列「投资额（万元）」：「12万」不是数字，请填写数字，例如 12.5，不带单位和文字",
    ]


def test_a_cell_in_error_is_kept_as_found_and_not_taken_for_empty():
    [row] = read_sheet(ledger(FIRST | {"due": "尽快"}), LEDGER).rows
    assert "due" not in row.values
    assert row.raw == {"due": "尽快"}


def test_formulas_give_their_results():
    row = {
        "number": Formula('="DB-"&"001"', "DB-001"),
        "name": Formula('="甲"&"公司"', "甲公司"),
        "count": Formula("=600*2", 1200),
        "due": Formula("=DATE(2025,6,3)", 45811),
    }
    [read] = read_sheet(ledger(row), LEDGER).rows
    assert (read.values["number"], read.values["name"]) == ("DB-001", "甲公司")
    assert (read.values["count"], read.values["due"]) == (1200, date(2025, 6, 3))


def test_formulas_that_failed_or_were_never_computed_are_errors():
    first = FIRST | {"count": Formula("=1/0", "#DIV/0!"), "amount": Formula("=X", "#N/A")}
    second = {"number": "DB-002", "name": "乙", "state": Formula("=1+1", "")}
    assert [
        (error.row, error.column_letter) for error in read_sheet(ledger(first, second), LEDGER).errors
    ] == [
        (2, "G"),
        (2, "H"),
        (3, "J"),
    ]


def test_a_failed_formula_is_found_wherever_it_stands_and_whoever_wrote_it():
    body = (
        '<x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>编号</x:t></x:is></x:c>'
        '<x:c r="B1" t="inlineStr"><x:is><x:t>企业名称</x:t></x:is></x:c></x:row>'
        '<x:row r="2"><x:c r="A2" t="str"><x:f>A1</x:f><x:v>DB-001</x:v></x:c>'
        '<x:c t="e" r="B2"><x:f>B1</x:f><x:v>#REF!</x:v></x:c></x:row>'
        '<x:row r="9"><x:c r="A9"><x:f t="shared" si="0"/></x:c></x:row>'
    )
    xml = f'<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>{body}'
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(handmade())) as source, zipfile.ZipFile(file, "w") as target:
        for name in source.namelist():
            content = source.read(name).decode()
            target.writestr(name, f"{xml}</x:sheetData></x:worksheet>" if name == SHEET else content)
    read = read_sheet(file, LEDGER)
    assert [(error.row, error.column_letter) for error in read.errors] == [(2, "B"), (9, "A"), (9, "B")]


def test_locked_columns_are_kept_as_found_unless_they_are_the_key():
    sheet = Sheet(
        "台账",
        (
            Column("number", "编号", Kind.CODE, locked=True),
            Column("lamp", "亮灯", locked=True),
            Column("n", "注"),
        ),
        ("number",),
    )
    read = read_sheet(workbook([["编号", "亮灯", "注"], ["DB-001", "红", "好"]]), sheet)
    [row] = read.rows
    assert (row.values, row.raw) == ({"number": "DB-001", "n": "好"}, {"lamp": "红"})
    assert read_sheet(workbook([["编号", "注"], ["DB-001", "好"]]), sheet).absent_columns == ()


def test_old_and_open_formats_are_read_alike():
    columns = (
        Column("number", "编号", Kind.CODE),
        Column("name", "名称"),
        Column("due", "日期", Kind.DATE),
        Column("amount", "金额", Kind.DECIMAL),
    )
    sheet = Sheet("台账", columns, ("number",))
    for name in ("ledger.xls", "ledger.ods"):
        rows = read_sheet(SAMPLES / name, sheet).rows
        assert [row.values for row in rows] == [
            {"number": "DB-001", "name": "甲公司", "due": date(2025, 6, 3), "amount": Decimal("12.5")},
            {"number": "DB-002", "name": "喆堃䶮", "due": date(2025, 6, 4), "amount": Decimal(-3)},
        ]


def test_more_rows_than_allowed_are_refused():
    file = workbook([HEADER, *(["DB", "甲"] for _number in range(11))])
    assert len(read_sheet(file, LEDGER, max_rows=11).rows) == 11
    with pytest.raises(WorkbookRefused, match="超过 10 行"):
        read_sheet(file, LEDGER, max_rows=10)


def test_several_sheets_are_read_in_turn_even_after_one_that_cannot_be():
    other = Sheet("汇总", (Column("a", "甲", required=True), Column("b", "乙")), ("b",))
    file = BytesIO()
    rows = [{"b": f"{number}"} for number in range(3000)]
    write_sheets(file, [Part(other, rows, "汇总", ""), Part(LEDGER, [{"number": "DB-001"}], "台账", "")])
    renamed = Sheet("汇总", (Column("a", "丙", required=True), Column("b", "乙"), Column("c", "甲")), ("b",))
    summary, read = read_sheets(file, [renamed, LEDGER])
    assert (summary.missing_columns, summary.rows) == (("丙",), ())
    assert [row.values["number"] for row in read.rows] == ["DB-001"]
    with pytest.raises(WorkbookRefused, match="没有找到工作表「别的」"):
        read_sheets(file, [LEDGER, Sheet("别的", other.columns, ("b",))])


def test_the_check_of_a_form_is_named_by_cell_or_by_row():
    read = read_sheet(ledger(FIRST, {"number": "DB-002", "name": "乙", "due": "尽快"}), LEDGER)
    checked = check_rows(
        read, lambda values: {"phone": ["号码不存在，请核对"], "__all__": ["与政策不符，请核对"]}
    )
    assert [str(error) for error in checked.errors] == [
        "「台账」第2行D列「联系电话」：号码不存在，请核对",
        "「台账」第2行：与政策不符，请核对",
        "「台账」第3行E列「完成时限」：「尽快」不是日期，请按 2025-06-03 的样式填写",
    ]
    assert (checked.error_count, checked.bad_rows) == (3, {2, 3})


def test_fifty_thousand_rows_with_errors_are_read_at_ten_thousand_a_second():
    rows = [
        [f"DB-{number}", "甲公司", "9133", "13800138000", "2025.6.3", None, 1.5, -1 if number % 5 == 0 else 1]
        for number in range(50_000)
    ]
    file = workbook([HEADER, *rows])
    assert len(file.getvalue()) < 20 * MB
    began = time.monotonic()
    read = read_sheet(file, LEDGER)
    spent = time.monotonic() - began
    assert (len(read.rows), read.error_count, len(read.bad_rows)) == (50_000, 10_000, 10_000)
    assert read.errors[-1].row == 49_997
    assert spent < 5


def test_errors_beyond_the_most_that_are_kept_are_still_counted(monkeypatch):
    monkeypatch.setattr("portal.workbooks.reader.MAX_ERRORS", 3)
    read = read_sheet(workbook([HEADER, *([number, ""] for number in range(10))]), LEDGER)
    assert (len(read.errors), read.error_count, len(read.bad_rows)) == (3, 10, 10)
