from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.workbooks import Column, Kind
from portal.workbooks.process import Fault
from portal.workbooks.values import UnreadableError, parser_for

JUNE_3 = date(2025, 6, 3)
ROUNDED = "请把该列设为文本格式后重新填写"


def read(kind, cell, **options):
    choices = ("推进中", "已销号", "是", "否") if kind is Kind.CHOICE else ()
    return parser_for(Column("x", "栏", kind, choices=choices, **options))(cell)


def complaint(kind, cell, **options):
    with pytest.raises(UnreadableError) as unreadable:
        read(kind, cell, **options)
    return str(unreadable.value)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("cell", ["", " ", "　", "\n", "\xa0"])
def test_an_empty_cell_is_no_value_of_any_kind(kind, cell):
    assert read(kind, cell) is None
    assert complaint(kind, cell, required=True) == "必须填写"


@pytest.mark.parametrize("kind", Kind)
def test_a_formula_without_a_value_is_never_taken_for_an_empty_cell(kind):
    assert "错误值" in complaint(kind, Fault.ERROR)
    assert "保存后重新上传" in complaint(kind, Fault.NOT_COMPUTED)


@pytest.mark.parametrize("kind", Kind)
@given(
    cell=st.one_of(
        st.text(max_size=40), st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes()
    )
)
def test_whatever_stands_in_a_cell_gives_a_value_or_a_sentence(kind, cell):
    with suppress(UnreadableError):
        read(kind, cell)


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        (Kind.TEXT, "=1+1", "=1+1"),
        (Kind.TEXT, " 甲公司", " 甲公司"),
        (Kind.TEXT, 123.0, "123"),
        (Kind.TEXT, 0.5, "0.5"),
        (Kind.TEXT, True, "是"),
        (Kind.TEXT, JUNE_3, "2025-06-03"),
        (Kind.TEXT, datetime.fromisoformat("2025-06-03T09:30"), "2025-06-03 09:30"),
        (Kind.LONG_TEXT, "一\n二", "一\n二"),
        (Kind.PHONE, 13800138000.0, "13800138000"),
        (Kind.PHONE, "13800138000.0", "13800138000"),
        (Kind.PHONE, "１３８００１３８０００", "13800138000"),
        (Kind.PHONE, "\u202d13800138000\u202c", "13800138000"),
        (Kind.PHONE, "0571-88888888", "0571-88888888"),
        (Kind.CODE, "91330000123456789X ", "91330000123456789X"),
        (Kind.CODE, "９１３３Ａ", "9133A"),
        (Kind.CODE, "001", "001"),
        (Kind.CODE, "云政办（2025）1号", "云政办（2025）1号"),
        (Kind.CODE, "2E10", "2E10"),
        (Kind.CODE, 999999999999999.0, "999999999999999"),
        (Kind.CHOICE, "推进中", "推进中"),
        (Kind.CHOICE, " 推进 中\n", "推进中"),
        (Kind.CHOICE, True, "是"),
        (Kind.INTEGER, 12.0, 12),
        (Kind.INTEGER, "1,200", 1200),
        (Kind.INTEGER, "１，２００", 1200),
        (Kind.INTEGER, "-3", -3),
        (Kind.INTEGER, "−3", -3),
        (Kind.INTEGER, "12.00", 12),
        (Kind.DECIMAL, 12.5, Decimal("12.5")),
        (Kind.DECIMAL, 0.1 + 0.2, Decimal("0.3")),
        (Kind.DECIMAL, "1,234.50", Decimal("1234.50")),
        (Kind.DECIMAL, "12．5", Decimal("12.5")),
        (Kind.PERCENT, 0.85, Decimal(85)),
        (Kind.PERCENT, 1.0, Decimal(100)),
        (Kind.PERCENT, 0.333, Decimal("33.3")),
        (Kind.PERCENT, "85%", Decimal(85)),
        (Kind.PERCENT, "85.5 ％", Decimal("85.5")),
        (Kind.PERCENT, "0.5%", Decimal("0.5")),
        (Kind.PERCENT, "85", Decimal(85)),
        (Kind.PERCENT, "0", Decimal(0)),
        (Kind.DATE, JUNE_3, JUNE_3),
        (Kind.DATE, datetime.fromisoformat("2025-06-03T14:30"), JUNE_3),
        (Kind.DATE, 45811.0, JUNE_3),
        (Kind.DATE, 45811.6, JUNE_3),
        (Kind.DATE, 20250603.0, JUNE_3),
        (Kind.DATE, "2025.6.3", JUNE_3),
        (Kind.DATE, "2025．6．3", JUNE_3),
        (Kind.DATE, "2025年6月3日", JUNE_3),
        (Kind.DATE, "2025 年 6 月 3 日", JUNE_3),
        (Kind.DATE, "2025年06月03号", JUNE_3),
        (Kind.DATE, "2025/6/3", JUNE_3),
        (Kind.DATE, "2025-06-03", JUNE_3),
        (Kind.DATE, "２０２５－０６－０３", JUNE_3),
        (Kind.DATE, "20250603", JUNE_3),
        (Kind.DATE, "2025-06-03 00:00:00", JUNE_3),
        (Kind.DATE, "2025/6/3 9:30", JUNE_3),
        (Kind.DATE, "2025年6月3日 9:30", JUNE_3),
        (Kind.MONTH, "2023-10", date(2023, 10, 1)),
        (Kind.MONTH, "2023年10月", date(2023, 10, 1)),
        (Kind.MONTH, "2023年10月份", date(2023, 10, 1)),
        (Kind.MONTH, "2023/1", date(2023, 1, 1)),
        (Kind.MONTH, "2023.10", date(2023, 10, 1)),
        (Kind.MONTH, "202310", date(2023, 10, 1)),
        (Kind.MONTH, 202310.0, date(2023, 10, 1)),
        (Kind.MONTH, 2023.6, date(2023, 6, 1)),
        (Kind.MONTH, 45200.0, date(2023, 10, 1)),
        (Kind.MONTH, date(2023, 10, 17), date(2023, 10, 1)),
        (Kind.MONTH, "2023-10-17", date(2023, 10, 1)),
    ],
)
def test_what_people_mean_is_read(kind, cell, value):
    found = read(kind, cell)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("kind", "cell", "options", "sentence"),
    [
        (Kind.CODE, 1.234567890123457e17, {}, ROUNDED),
        (Kind.CODE, 123456789012345678, {}, ROUNDED),
        (Kind.CODE, "1.23457E+17", {}, ROUNDED),
        (Kind.PHONE, "1.38E+10", {}, ROUNDED),
        (Kind.TEXT, 3.30102199001011e17, {}, ROUNDED),
        (Kind.INTEGER, 1e15, {}, ROUNDED),
        (Kind.CODE, JUNE_3, {}, "变成日期"),
        (Kind.CODE, "A" * 19, {"max_length": 18}, "最多 18 位，现有 19 位"),
        (Kind.TEXT, "字" * 11, {"max_length": 10}, "最多 10 字，现有 11 字"),
        (Kind.CHOICE, "推进", {}, "「推进」不在可选项中，请从下拉列表选择：推进中、已销号"),
        (Kind.INTEGER, "十二", {}, "「十二」不是数字，请填写整数"),
        (Kind.INTEGER, "12户", {}, "不带单位"),
        (Kind.INTEGER, 12.5, {}, "「12.5」不是整数"),
        (Kind.INTEGER, JUNE_3, {}, "不是数字"),
        (Kind.INTEGER, True, {}, "不是数字"),
        (Kind.INTEGER, -1, {"minimum": 0}, "不能小于 0，现为 -1"),
        (Kind.INTEGER, "9" * 40, {}, "位数过多"),
        (Kind.DECIMAL, "1,5", {}, "不是数字"),
        (Kind.DECIMAL, "1.2E+5", {}, "科学计数法"),
        (Kind.DECIMAL, float("nan"), {}, ROUNDED),
        (Kind.DECIMAL, 100 / 3, {"places": 2}, "最多保留 2 位小数，现为 33.3333333333333"),
        (Kind.DECIMAL, 100.5, {"maximum": 100}, "不能大于 100"),
        (
            Kind.PERCENT,
            85.0,
            {"maximum": 100},
            "单元格的值是 85，即 8500%，超出范围；如指 85%，请连同百分号填写",
        ),
        (Kind.PERCENT, 85.0, {}, "8500%"),
        (Kind.PERCENT, "1", {}, "请连同百分号填写"),
        (Kind.PERCENT, "0.85", {}, "请连同百分号填写"),
        (Kind.PERCENT, "120%", {"maximum": 100}, "不能大于 100%，现为 120%"),
        (Kind.PERCENT, "%", {}, "不是百分比"),
        (Kind.DATE, "2025.13.1", {}, "不是有效的日期"),
        (Kind.DATE, "2025年2月30日", {}, "不是有效的日期"),
        (Kind.DATE, "6月3日", {}, "请按 2025-06-03 的样式填写"),
        (Kind.DATE, "25.6.3", {}, "不是日期"),
        (Kind.DATE, "2025年6月", {}, "不是日期"),
        (Kind.DATE, "2025-6/3", {}, "不是日期"),
        (Kind.DATE, "1025-06-03", {}, "年份不对"),
        (Kind.DATE, 2025.6, {}, "不是日期"),
        (Kind.DATE, "尽快", {}, "「尽快」不是日期"),
        (Kind.DATE, "2024-12-31", {"minimum": date(2025, 1, 1)}, "不能早于 2025-01-01"),
        (Kind.DATE, "2026-01-01", {"maximum": date(2025, 12, 31)}, "不能晚于 2025-12-31"),
        (Kind.MONTH, 2025.1, {}, "分不清是1月还是10月"),
        (Kind.MONTH, "2025-13", {}, "不是有效"),
        (Kind.MONTH, "10月", {}, "请按 2025-06 的样式填写"),
        (Kind.MONTH, "2024-12", {"minimum": date(2025, 1, 1)}, "不能早于 2025-01"),
    ],
)
def test_what_may_mean_two_things_or_none_is_refused_with_a_way_out(kind, cell, options, sentence):
    assert sentence in complaint(kind, cell, **options)


def test_a_long_text_is_quoted_in_part():
    assert "「" + "长" * 30 + "…」" in complaint(Kind.DATE, "长" * 500)
