import csv
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import portal
from portal.workdays import (
    DueDate,
    Unit,
    add_days,
    add_workdays,
    due_after,
    is_workday,
    last_workday,
    nth_workday,
    received_on,
    workdays_between,
)

TABLE = Path(portal.__file__).parent / "data" / "workdays.csv"
with TABLE.open(encoding="utf-8", newline="") as file:
    ROWS = list(csv.DictReader(file))
EXCEPTIONS = {date.fromisoformat(row["date"]): row["is_workday"] == "1" for row in ROWS}
PUBLISHED = set(range(2020, 2027))

days = st.dates(date(2020, 1, 1), date(2026, 12, 31))
amounts = st.integers(0, 120)


def in_county(moment):
    return datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo("Asia/Shanghai"))


# The table that is shipped


def test_the_table_is_sorted_names_every_day_once_and_says_where_it_comes_from():
    assert list(EXCEPTIONS) == sorted(EXCEPTIONS)
    assert len(EXCEPTIONS) == len(ROWS)
    assert all(row["is_workday"] in {"0", "1"} and row["name"] for row in ROWS)
    assert all(row["source"].startswith("国办发明电〔") for row in ROWS)


def test_a_day_worked_in_exchange_is_always_a_saturday_or_sunday():
    assert {day.weekday() for day, worked in EXCEPTIONS.items() if worked} == {5, 6}


@pytest.mark.parametrize(
    ("year", "count"),
    [(2020, 249), (2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)],
)
def test_working_days_of_a_year(year, count):
    assert workdays_between(date(year - 1, 12, 31), date(year, 12, 31), EXCEPTIONS) == count


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        (date(2020, 1, 31), False),  # the Spring Festival of 2020 was prolonged to 2 February ...
        (date(2020, 2, 1), False),  # ... which took back this Saturday's work
        (date(2020, 2, 3), True),
        (date(2022, 12, 31), False),  # New Year 2023 begins in 2022
        (date(2023, 10, 6), False),
        (date(2023, 10, 7), True),  # Saturday
        (date(2023, 10, 8), True),  # Sunday
        (date(2024, 2, 4), True),  # Sunday before the Spring Festival
        (date(2024, 2, 9), True),  # New Year's Eve was not off in 2024
        (date(2024, 2, 18), True),
        (date(2025, 1, 26), True),
        (date(2025, 1, 28), False),  # and was in 2025
        (date(2025, 10, 8), False),
        (date(2026, 1, 4), True),
        (date(2026, 2, 14), True),
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 9, 20), True),
        (date(2026, 7, 4), False),  # an ordinary Saturday
        (date(2026, 7, 6), True),  # an ordinary Monday
    ],
)
def test_which_days_are_worked(day, worked):
    assert is_workday(day, EXCEPTIONS) is worked


# Adding


@pytest.mark.parametrize(
    ("start", "amount", "due"),
    [
        (date(2026, 7, 6), 1, date(2026, 7, 7)),  # Monday, due on Tuesday
        (date(2026, 7, 10), 1, date(2026, 7, 13)),  # Friday, due on Monday
        (date(2026, 7, 11), 1, date(2026, 7, 13)),  # received on a rest day
        (date(2026, 7, 11), 0, date(2026, 7, 11)),  # no time at all: the day itself
        (date(2026, 9, 30), 5, date(2026, 10, 13)),  # National Day, and a worked Saturday after it
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # a worked Saturday is a working day ...
        (date(2026, 2, 14), 1, date(2026, 2, 24)),  # ... then nine days of Spring Festival
        (date(2024, 2, 2), 10, date(2024, 2, 21)),  # two worked Sundays and a festival
        (date(2024, 4, 26), 1, date(2024, 4, 28)),  # due on a worked Sunday
        (date(2020, 1, 23), 1, date(2020, 2, 3)),
        (date(2025, 12, 31), 3, date(2026, 1, 6)),  # over the year's end: 4 January is a worked Sunday
        (date(2026, 7, 14), -1, date(2026, 7, 13)),
        (date(2026, 7, 13), -3, date(2026, 7, 8)),
        (date(2026, 10, 8), -1, date(2026, 9, 30)),
    ],
)
def test_the_last_day_of_a_period(start, amount, due):
    assert add_workdays(start, amount, EXCEPTIONS) == due


def test_a_year_without_a_notice_is_counted_as_monday_to_friday():
    assert add_workdays(date(2026, 12, 31), 1, {}) == date(2027, 1, 1)
    assert add_workdays(date(2026, 12, 31), 2, {}) == date(2027, 1, 4)


def test_calendar_days_run_over_rest_days_and_may_end_on_one():
    assert add_days(date(2026, 9, 5), 30) == date(2026, 10, 5)


@given(days, amounts, amounts)
def test_two_periods_in_a_row_are_one_long_period(start, first, second):
    together = add_workdays(start, first + second, EXCEPTIONS)
    assert add_workdays(add_workdays(start, first, EXCEPTIONS), second, EXCEPTIONS) == together


@given(days, st.integers(-120, 120).filter(bool))
def test_a_period_ends_on_a_working_day_on_the_right_side(start, amount):
    due = add_workdays(start, amount, EXCEPTIONS)
    assert is_workday(due, EXCEPTIONS)
    assert (due > start) is (amount > 0)


@given(days, amounts)
def test_a_later_start_never_ends_earlier(start, amount):
    due = add_workdays(start, amount, EXCEPTIONS)
    assert add_workdays(start + timedelta(days=1), amount, EXCEPTIONS) >= due


# Counting


@pytest.mark.parametrize(
    ("start", "end", "count"),
    [
        (date(2026, 7, 6), date(2026, 7, 6), 0),
        (date(2026, 7, 6), date(2026, 7, 7), 1),
        (date(2026, 7, 10), date(2026, 7, 13), 1),
        (date(2026, 7, 10), date(2026, 7, 12), 0),
        (date(2026, 7, 13), date(2026, 7, 10), -1),
        (date(2026, 9, 30), date(2026, 10, 13), 5),
        (date(2026, 9, 30), date(2026, 10, 7), 0),
        (date(2026, 10, 13), date(2026, 9, 30), -5),
    ],
)
def test_working_days_after_start_up_to_and_including_end(start, end, count):
    assert workdays_between(start, end, EXCEPTIONS) == count


@given(days, amounts)
def test_counting_gives_back_what_was_added(start, amount):
    assert workdays_between(start, add_workdays(start, amount, EXCEPTIONS), EXCEPTIONS) == amount


@given(st.lists(days, min_size=3, max_size=3))
def test_counts_over_neighbouring_stretches_add_up_in_any_order(three):
    a, b, c = three
    whole = workdays_between(a, c, EXCEPTIONS)
    assert workdays_between(a, b, EXCEPTIONS) + workdays_between(b, c, EXCEPTIONS) == whole


# Days of a month


@pytest.mark.parametrize(
    ("year", "month", "n", "day"),
    [
        (2026, 7, 1, date(2026, 7, 1)),
        (2026, 7, 3, date(2026, 7, 3)),
        (2026, 1, 1, date(2026, 1, 4)),  # a worked Sunday
        (2026, 10, 3, date(2026, 10, 10)),  # a worked Saturday
        (2023, 11, 3, date(2023, 11, 3)),
        (2025, 2, 3, date(2025, 2, 7)),
    ],
)
def test_the_nth_working_day_of_a_month(year, month, n, day):
    assert nth_workday(year, month, n, EXCEPTIONS) == day


@pytest.mark.parametrize(("n", "sentence"), [(0, "工作日序号应从1算起"), (17, "2026年2月没有第17个工作日")])
def test_a_working_day_that_a_month_does_not_have_is_refused(n, sentence):
    with pytest.raises(ValueError, match=sentence):
        nth_workday(2026, 2, n, EXCEPTIONS)


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        (2026, 12, date(2026, 12, 31)),
        (2026, 5, date(2026, 5, 29)),
        (2026, 2, date(2026, 2, 28)),  # a worked Saturday
        (2022, 4, date(2022, 4, 29)),
    ],
)
def test_the_last_working_day_of_a_month(year, month, day):
    assert last_workday(year, month, EXCEPTIONS) == day


# Due dates and whether they may still move


@pytest.mark.parametrize(
    ("start", "amount", "unit", "expected"),
    [
        (date(2026, 12, 10), 15, Unit.WORKDAY, DueDate(date(2026, 12, 31), provisional=False)),
        (date(2026, 12, 11), 15, Unit.WORKDAY, DueDate(date(2027, 1, 1), provisional=True)),
        (date(2026, 12, 31), 0, Unit.WORKDAY, DueDate(date(2026, 12, 31), provisional=False)),
        (date(2027, 1, 1), 0, Unit.WORKDAY, DueDate(date(2027, 1, 1), provisional=False)),
        (date(2019, 12, 31), 1, Unit.WORKDAY, DueDate(date(2020, 1, 2), provisional=False)),
        (date(2027, 1, 4), -1, Unit.WORKDAY, DueDate(date(2027, 1, 1), provisional=True)),
        (date(2027, 1, 1), -1, Unit.WORKDAY, DueDate(date(2026, 12, 31), provisional=False)),
        (date(2026, 12, 31), 30, Unit.DAY, DueDate(date(2027, 1, 30), provisional=False)),
        (date(2026, 9, 30), 5, "workday", DueDate(date(2026, 10, 13), provisional=False)),
    ],
)
def test_a_due_date_is_provisional_when_it_counts_days_of_an_unpublished_year(start, amount, unit, expected):
    assert due_after(start, amount, unit, EXCEPTIONS, PUBLISHED) == expected


def test_a_gap_in_the_published_years_makes_a_long_period_provisional():
    due = due_after(date(2024, 12, 2), 300, Unit.WORKDAY, EXCEPTIONS, {2024, 2026})
    assert due.on.year == 2026
    assert due.provisional


def test_an_unknown_unit_is_refused():
    with pytest.raises(ValueError, match="hour"):
        due_after(date(2026, 7, 6), 2, "hour", EXCEPTIONS, PUBLISHED)


# The day of receipt


@pytest.mark.parametrize(
    ("arrived", "day"),
    [
        ("2026-07-06 00:00", date(2026, 7, 6)),
        ("2026-07-06 17:30", date(2026, 7, 6)),
        ("2026-07-06 17:30:01", date(2026, 7, 7)),
        ("2026-07-10 20:00", date(2026, 7, 13)),
        ("2026-07-11 09:00", date(2026, 7, 13)),
        ("2026-09-20 09:00", date(2026, 9, 20)),  # a worked Sunday
        ("2026-09-30 18:00", date(2026, 10, 8)),
    ],
)
def test_what_arrives_late_or_on_a_rest_day_counts_from_the_next_working_day(arrived, day):
    assert received_on(in_county(arrived), EXCEPTIONS) == day


def test_the_closing_time_can_be_set():
    assert received_on(in_county("2026-07-06 17:20"), EXCEPTIONS, closing=time(17, 0)) == date(2026, 7, 7)
