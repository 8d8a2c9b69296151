from datetime import date
from decimal import Decimal

import pytest

from portal.workbooks import Column, Kind, Sheet
from portal.workbooks.columns import column_letter, display, normal_header
from tests.portal.workbooks.files import LEDGER


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("投资额（万元）", "投资额(万元)"),
        ("投资额\n(万元)", "投资额(万元)"),
        (" 企 业　名 称 ", "企业名称"),
        ("企业名称*", "企业名称"),
        ("*企业名称", "企业名称"),
        ("企业名称（必填）", "企业名称"),
        ("ＩＤ号", "id号"),
    ],
)
def test_headers_are_compared_without_blanks_widths_and_marks(written, meant):
    assert normal_header(written) == normal_header(meant)


@pytest.mark.parametrize(("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_named_as_in_excel(index, letter):
    assert column_letter(index) == letter


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Kind.TEXT, None, ""),
        (Kind.TEXT, True, "是"),
        (Kind.DECIMAL, Decimal("12.50"), "12.5"),
        (Kind.DECIMAL, Decimal("1E+3"), "1000"),
        (Kind.INTEGER, 1200, "1200"),
        (Kind.PERCENT, Decimal("62.50"), "62.5%"),
        (Kind.PERCENT, 100, "100%"),
        (Kind.DATE, date(2025, 6, 3), "2025-06-03"),
        (Kind.MONTH, date(2025, 6, 1), "2025-06"),
    ],
)
def test_values_are_shown_as_a_person_reads_them(kind, value, text):
    assert display(Column("x", "栏", kind), value) == text


def test_the_key_of_a_row_does_not_depend_on_stray_spaces():
    assert LEDGER.key_of({"number": " DB-001 "}) == LEDGER.key_of({"number": "DB-001"})
    assert LEDGER.key_of({"number": "  "}) == LEDGER.key_of({}) == (None,)


@pytest.mark.parametrize(
    ("title", "columns", "key"),
    [
        ("台账/2025", (Column("a", "甲"),), ("a",)),
        ("长" * 32, (Column("a", "甲"),), ("a",)),
        ("", (Column("a", "甲"),), ("a",)),
        ("台账", (Column("a", "甲"), Column("a", "乙")), ("a",)),
        ("台账", (Column("a", "甲"), Column("b", "乙", aliases=("甲",))), ("a",)),
        ("台账", (Column("a", "甲"),), ("b",)),
        ("台账", (Column("a", "甲"),), ()),
    ],
)
def test_a_sheet_that_could_not_be_told_apart_is_a_mistake_of_ours(title, columns, key):
    with pytest.raises(ValueError, match=r"sheet"):
        Sheet(title, columns, key)


def test_a_choice_has_choices():
    with pytest.raises(ValueError, match="choice"):
        Column("state", "状态", Kind.CHOICE)
