import json
from datetime import date
from decimal import Decimal

import pytest

from portal.workbooks import Column, Kind, Sheet, compare, read_sheet
from portal.workbooks.limits import CUT_MARK
from tests.portal.workbooks.files import HEADER, LEDGER, ledger, workbook

HELD = {
    "number": "DB-001",
    "name": "甲公司",
    "due": date(2025, 6, 3),
    "month": date(2025, 6, 1),
    "amount": Decimal("12.50"),
    "count": 3,
    "share": Decimal(85),
    "state": "推进中",
    "done": "一\r\n二",
}
SENT = HELD | {"amount": 12.5, "share": "85%", "done": "一\n二"}


def preview(*rows, held=(HELD,)):
    return compare(read_sheet(ledger(*rows), LEDGER), {LEDGER.key_of(row): row for row in held})


def test_what_came_back_as_it_went_out_is_unchanged():
    found = preview(SENT)
    assert (found.new, found.changed, found.unchanged, found.acceptable) == ((), (), 1, True)


@pytest.mark.parametrize(
    ("change", "key", "before", "after"),
    [
        ({"name": "甲集团"}, "name", "甲公司", "甲集团"),
        ({"due": "2025.6.4"}, "due", date(2025, 6, 3), date(2025, 6, 4)),
        ({"due": None}, "due", date(2025, 6, 3), None),
        ({"count": 0}, "count", 3, 0),
        ({"share": "90%"}, "share", Decimal(85), Decimal(90)),
        ({"phone": "0571"}, "phone", None, "0571"),
        ({"state": "已销号"}, "state", "推进中", "已销号"),
    ],
)
def test_a_change_is_shown_with_before_and_after(change, key, before, after):
    found = preview(SENT | change)
    [row] = found.changed
    [field] = row.fields
    assert (row.number, row.key, found.unchanged) == (2, ("DB-001",), 0)
    assert (field.key, field.before, field.after) == (key, before, after)


@pytest.mark.parametrize(
    "change", [{"name": " 甲公司 "}, {"number": "DB-001 "}, {"phone": " "}, {"amount": "12.5"}]
)
def test_spaces_and_ways_of_writing_are_no_change(change):
    assert preview(SENT | change).unchanged == 1


def test_a_column_the_file_lacks_stays_as_it_is():
    read = read_sheet(workbook([["编号", "企业名称"], ["DB-001", "甲公司"]]), LEDGER)
    found = compare(read, {("DB-001",): HELD})
    assert (found.unchanged, found.absent_columns[0]) == (1, "统一社会信用代码")


def test_new_rows_bad_rows_and_the_rest_are_told_apart():
    found = preview(
        SENT, {"number": "DB-002", "name": "乙"}, {"number": "DB-003", "name": "丙", "due": "尽快"}
    )
    assert [row.number for row in found.new] == [3]
    assert (found.unchanged, found.error_count, found.bad_rows, found.acceptable) == (1, 1, 1, False)


def test_the_same_key_twice_names_the_first_row():
    found = preview(SENT, SENT | {"number": "DB-001 "}, SENT)
    assert [str(error) for error in found.errors] == [
        "「台账」第3行A列「编号」：与第 2 行的编号相同，请只保留一行",
        "「台账」第4行A列「编号」：与第 2 行的编号相同，请只保留一行",
    ]
    assert found.unchanged == 1


NUMBERED = Sheet(
    "台账",
    (Column("number", "编号", Kind.CODE, locked=True), Column("name", "名称", required=True)),
    ("number",),
)


def test_a_number_only_we_give_out_may_be_empty_but_not_made_up():
    file = workbook([["编号", "名称"], ["DB-001", "甲"], [None, "乙"], [None, "丙"], ["DB-999", "丁"]])
    found = compare(read_sheet(file, NUMBERED), {("DB-001",): {"number": "DB-001", "name": "甲"}})
    assert [row.number for row in found.new] == [3, 4]
    [error] = found.errors
    assert str(error) == "「台账」第5行A列「编号」：系统中没有这个编号，请核对；新增的行请留空，由系统编号"


def test_a_key_of_two_columns_is_compared_as_a_whole():
    columns = (Column("unit", "单位"), Column("month", "月份", Kind.MONTH), Column("n", "数", Kind.INTEGER))
    sheet = Sheet("台账", columns, ("unit", "month"))
    file = workbook(
        [["单位", "月份", "数"], ["甲", "2025-06", 1], ["甲", "2025年7月", 2], ["甲", "2025/6", 3]]
    )
    held = {"unit": "甲", "month": date(2025, 6, 1), "n": 1}
    found = compare(read_sheet(file, sheet), {sheet.key_of(held): held})
    assert (len(found.new), found.unchanged) == (1, 1)
    assert found.errors[0].message == "与第 2 行的单位、月份相同，请只保留一行"


def test_a_text_that_was_cut_for_excel_is_unchanged_or_an_error_but_never_saved():
    held = HELD | {"done": "长" * 40_000}
    cut = "长" * 30_000 + CUT_MARK
    assert preview(SENT | {"done": cut}, held=[held]).unchanged == 1
    changed = preview(SENT | {"done": "改" + cut}, held=[held])
    assert (len(changed.changed), "导出时已截断" in changed.errors[0].message) == (0, True)


def test_without_a_key_column_nothing_is_compared_and_nothing_may_be_saved():
    found = compare(read_sheet(workbook([["企业名称", "状态"], ["甲", "推进中"]]), LEDGER), {})
    assert (found.new, found.missing_columns, found.acceptable) == ((), ("编号",), False)


def test_the_preview_of_a_page_shows_the_first_rows_and_counts_all():
    rows = [["DB-001", "甲集团"], *([f"N-{number}", "乙"] for number in range(300)), ["N-0", ""]]
    found = compare(read_sheet(workbook([HEADER, *rows]), LEDGER), {("DB-001",): HELD})
    shown = json.loads(json.dumps(found.as_json()))
    assert shown["counts"] == {"new": 300, "changed": 1, "unchanged": 0, "errors": 2, "bad_rows": 1}
    assert len(shown["new"]) == 200
    assert shown["changed"][0]["row"] == 2
    assert shown["changed"][0]["fields"][0] == {
        "key": "name",
        "label": "企业名称",
        "before": "甲公司",
        "after": "甲集团",
    }
    assert [(error["row"], error["column"]) for error in shown["errors"]] == [(303, "B"), (303, "A")]
    assert shown["new"][0]["cells"][0] == {"key": "number", "label": "编号", "value": "N-0"}
    assert shown["acceptable"] is False
