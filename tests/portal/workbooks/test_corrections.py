from datetime import date
from io import BytesIO

from portal.workbooks import compare, read_sheet, write_error_workbook
from portal.workbooks.gate import open_workbook
from tests.portal.workbooks.files import LEDGER, Formula, ledger

ROWS = (
    {"number": "DB-001", "name": "甲公司", "due": date(2025, 6, 3), "count": 1, "phone": 13800138000},
    {"number": "DB-002", "name": "", "due": "尽快", "code": 123456789012345678, "share": 85},
    {"number": "DB-001", "name": "丙", "amount": Formula("=1/0", "#DIV/0!")},
)


def corrected():
    read = read_sheet(ledger(*ROWS), LEDGER)
    preview = compare(read, {})
    target = BytesIO()
    assert write_error_workbook(target, read, preview.errors, heading="核对未通过", subtitle="县营商办") == 3
    return read, target


def test_every_row_comes_back_with_its_problems_before_it():
    _read, target = corrected()
    with open_workbook(target) as book:
        rows = dict(book.rows("台账"))
    assert rows[3][:3] == ["问题", "编号 *", "企业名称 *"]
    assert rows[4][0] == ""
    assert rows[5][0].splitlines()[0] == "「企业名称」必须填写"
    assert "「完成时限」「尽快」不是日期" in rows[5][0]
    assert "「编号」与第 2 行的编号相同" in rows[6][0]


def test_uploaded_again_uncorrected_the_same_cells_are_refused():
    read, target = corrected()
    again = read_sheet(target, LEDGER)
    assert again.unknown_columns == ()
    before = {(error.label, error.message) for error in read.errors if "公式" not in error.message}
    assert {(error.label, error.message) for error in again.errors} == before
    assert again.rows[0].values == read.rows[0].values


def test_a_row_whose_errors_were_too_many_to_list_says_so(monkeypatch):
    monkeypatch.setattr("portal.workbooks.reader.MAX_ERRORS", 1)
    read = read_sheet(ledger({"number": "1"}, {"number": "2"}), LEDGER)
    target = BytesIO()
    write_error_workbook(target, read, read.errors, heading="核对未通过", subtitle="")
    with open_workbook(target) as book:
        assert [cells[0] for number, cells in book.rows("台账") if number > 3] == [
            "「企业名称」必须填写",
            "本行有误，但错误过多未逐一列出；请先改正其他行，再重新上传核对",
        ]
