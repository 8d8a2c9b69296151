"""Runs of months: how they are read and called, and what the figures count over them."""

from datetime import date

import pytest

from reports.figures import Period, parse_period, values_of
from tests.reports.small_county import OCTOBER, SEPTEMBER


@pytest.mark.parametrize(
    ("text", "label", "first"),
    [
        ("2023-10", "2023年10月", date(2023, 10, 1)),
        ("2023-07..2023-09", "2023年第三季度", date(2023, 7, 1)),
        ("2023-01..2023-06", "2023年上半年", date(2023, 1, 1)),
        ("2023-07..2023-12", "2023年下半年", date(2023, 7, 1)),
        ("2023-01..2023-12", "2023年", date(2023, 1, 1)),
        ("2023-02..2023-05", "2023年2月至5月", date(2023, 2, 1)),
        ("2022-11..2023-01", "2022年11月至2023年1月", date(2022, 11, 1)),
    ],
)
def test_a_period_is_read_and_called_by_its_name(text, label, first):
    period = parse_period(text)
    assert (period.label, period.first, period.slug) == (label, first, text)


@pytest.mark.parametrize("text", ["", "2023", "2023-10..", "2023-10..2023-09", "2022-01..2023-10"])
def test_what_is_no_period_is_refused(text):
    with pytest.raises(ValueError, match="月"):
        parse_period(text)


def test_what_stands_is_counted_at_the_end_and_what_happens_over_all_months(small_county):
    two, one = values_of(Period(OCTOBER, 2)), values_of(Period(OCTOBER))
    assert two["indicators.items.closed"].value == one["indicators.items.closed"].value == 3
    assert two["indicators.items.closed_this_month"].value == 3
    assert one["indicators.items.closed_this_month"].value == 2
    assert two["indicators.reports.due"].value == one["indicators.reports.due"].value


def test_the_months_stand_beside_the_whole_and_add_up(small_county):
    values = values_of(Period(OCTOBER, 2))
    assert values["indicators.items.closed@2023-09"].value == 2
    assert values["indicators.items.closed@2023-10"].value == 3
    whole = values["indicators.reports.late"]
    months = next(part for part in whole.parts if part.label == "按月份")
    assert sum(values[key].value or 0 for key in months.keys) == whole.value


def test_names_that_speak_of_a_month_speak_of_the_period(small_county):
    values = values_of(Period(OCTOBER, 2))
    assert values["indicators.items.closed_this_month"].name == "本期销号"
    assert values_of(Period(OCTOBER))["indicators.items.closed_this_month"].name == "本月销号"


@pytest.mark.django_db
def test_a_period_is_compared_with_the_one_of_the_same_length_before():
    assert Period(SEPTEMBER, 3).previous.slug == "2023-04..2023-06"
    assert Period(SEPTEMBER, 3).last_year.slug == "2022-07..2022-09"
    assert Period(date(2023, 3, 1), 3).begins_year
    assert not Period(SEPTEMBER, 3).begins_year


@pytest.mark.django_db
def test_the_pages_take_a_period(small_county, browse, officer):
    client = browse(officer)
    assert "2023年9月至10月末" in client.get("/figures/?period=2023-09..2023-10").content.decode()
    page = client.get("/figures/indicators.items.closed@2023-09/?period=2023-09..2023-10").content.decode()
    assert "2023-DB-002" in page
    assert "2023-DB-003" not in page
    answer = client.get("/api/v1/figures/?period=2023-10..2023-09")
    assert answer.status_code == 400
