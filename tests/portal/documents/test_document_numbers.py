from datetime import date

import pytest

from portal.documents.numbers import (
    chinese_numeral,
    document_number,
    heading_number,
    issue_label,
    printed_date,
    text_width,
)


@pytest.mark.parametrize(
    ("number", "printed"),
    [(1, "一"), (10, "十"), (11, "十一"), (19, "十九"), (20, "二十"), (35, "三十五"), (99, "九十九")],
)
def test_numerals_are_written_as_headings_write_them(number, printed):
    assert chinese_numeral(number) == printed


@pytest.mark.parametrize("number", [0, -1, 100])
def test_a_heading_number_out_of_range_is_refused(number):
    with pytest.raises(ValueError, match="1 至 99"):
        chinese_numeral(number)


@pytest.mark.parametrize(("level", "printed"), [(1, "三、"), (2, "（三）"), (3, "3."), (4, "（3）")])
def test_each_level_has_its_own_number(level, printed):
    assert heading_number(level, 3) == printed


def test_a_fifth_level_is_refused():
    with pytest.raises(ValueError, match="一至四级"):
        heading_number(5, 1)


@pytest.mark.parametrize(
    ("number", "printed"),
    [(8, "云营商办〔2023〕8号"), (108, "云营商办〔2023〕108号"), (None, "云营商办〔2023〕　号")],
)
def test_the_document_number_has_no_leading_zero_and_may_be_blank(number, printed):
    assert document_number("云营商办", 2023, number) == printed


@pytest.mark.parametrize(("number", "printed"), [(10, "第10期"), (None, "第　　期")])
def test_the_issue_number_is_blank_in_a_draft(number, printed):
    assert issue_label(number) == printed


@pytest.mark.parametrize(
    ("day", "printed"), [(date(2023, 11, 8), "2023年11月8日"), (None, "　　　年　月　日")]
)
def test_dates_have_no_leading_zero_and_may_be_blank(day, printed):
    assert printed_date(day) == printed


@pytest.mark.parametrize(("text", "width"), [("营商", 2), ("ab", 1), ("2023年", 3), ("“好”", 3), ("", 0)])
def test_a_half_width_character_counts_one_half(text, width):
    assert text_width(text) == width
