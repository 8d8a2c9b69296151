"""Time limits over real holidays, stops, extensions, midnight and the year's end; no database."""

from dataclasses import dataclass
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.deadlines import (
    Deadline,
    Stop,
    capped,
    distance,
    due,
    due_at,
    is_overdue,
    last_day_to_ask,
    may_return,
)
from complaints.limits import DEFAULTS, Limit, LimitKind, LimitStep, LimitUnit, kinds_for, limit_for
from tests.factories import CHINA
from tests.portal.test_workdays import EXCEPTIONS


@dataclass(frozen=True)
class Days:
    exceptions: dict
    published: frozenset


CALENDAR = Days(EXCEPTIONS, frozenset(range(2020, 2027)))


def workdays(amount):
    return Limit(amount, LimitUnit.WORKDAY, "")


def day(text):
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "amount", "expected"),
    [
        ("2023-11-06", 1, "2023-11-07"),  # Monday, due on Tuesday
        ("2023-11-10", 1, "2023-11-13"),  # over a weekend
        ("2023-09-27", 1, "2023-09-28"),
        ("2023-09-28", 1, "2023-10-07"),  # National Day: 7 October, a Saturday, is worked
        ("2023-09-28", 2, "2023-10-08"),  # and so is Sunday the 8th
        ("2023-09-28", 5, "2023-10-11"),
        ("2024-02-08", 1, "2024-02-09"),  # New Year's Eve 2024 was worked by the notice
        ("2024-02-09", 1, "2024-02-18"),  # Spring Festival 2024, Sunday the 18th worked
        ("2024-02-02", 3, "2024-02-06"),  # Sunday 4 February 2024 is worked
        ("2025-01-24", 1, "2025-01-26"),  # Sunday 26 January 2025 is worked
        ("2025-01-27", 1, "2025-02-05"),  # Spring Festival 2025
        ("2025-09-30", 3, "2025-10-11"),  # eight days off, Saturday 11 October worked
        ("2026-02-13", 1, "2026-02-14"),  # Saturday 14 February 2026 is worked
        ("2026-02-14", 1, "2026-02-24"),
        ("2026-09-30", 5, "2026-10-13"),
        ("2023-12-29", 1, "2024-01-02"),
    ],
)
def test_working_days_over_real_holidays(start, amount, expected):
    assert due(day(start), workdays(amount), CALENDAR) == Deadline(day(expected))


@pytest.mark.parametrize(
    ("start", "amount", "expected", "provisional"),
    [
        ("2026-12-30", 1, "2026-12-31", False),
        ("2026-12-31", 1, "2027-01-01", True),  # nobody knows yet that this is a holiday
        ("2026-12-21", 10, "2027-01-04", True),
        ("2026-12-21", 8, "2026-12-31", False),
    ],
)
def test_a_due_date_in_an_unpublished_year_is_provisional(start, amount, expected, provisional):
    assert due(day(start), workdays(amount), CALENDAR) == Deadline(day(expected), provisional)


def test_the_date_is_final_once_the_year_is_published():
    published = Days({**EXCEPTIONS, day("2027-01-01"): False}, CALENDAR.published | {2027})
    assert due(day("2026-12-31"), workdays(1), published) == Deadline(day("2027-01-04"))


def test_calendar_days_consult_no_calendar_and_may_end_on_a_holiday():
    thirty = Limit(30, LimitUnit.DAY, "")
    assert due(day("2026-12-10"), thirty, CALENDAR) == Deadline(day("2027-01-09"))
    assert due(day("2023-09-02"), thirty, CALENDAR) == Deadline(day("2023-10-02"))


@pytest.mark.parametrize(
    ("stops", "expected"),
    [
        ([], "2023-11-13"),
        ([Stop(day("2023-11-07"), day("2023-11-07"))], "2023-11-13"),  # within one day nothing is lost
        ([Stop(day("2023-11-07"), day("2023-11-09"))], "2023-11-15"),
        ([Stop(day("2023-11-10"), day("2023-11-12"))], "2023-11-13"),  # a weekend costs nothing
        (
            [Stop(day("2023-11-07"), day("2023-11-08")), Stop(day("2023-11-09"), day("2023-11-10"))],
            "2023-11-15",
        ),
        ([Stop(day("2023-11-07"))], "2023-11-13"),  # shown as it was while it still stands
        ([Stop(day("2023-11-01"), day("2023-11-03"))], "2023-11-13"),  # before the clock began
    ],
)
def test_stops_move_the_due_date_by_the_working_days_they_cost(stops, expected):
    assert due(day("2023-11-06"), workdays(5), CALENDAR, stops=stops).on == day(expected)


def test_a_stop_over_national_day_costs_only_working_days():
    stop = Stop(day("2023-09-28"), day("2023-10-08"))
    assert due(day("2023-09-27"), workdays(2), CALENDAR, stops=[stop]).on == day("2023-10-09")


def test_an_extension_lengthens_by_the_unit_of_the_limit_and_a_statute_caps_it():
    assert due(day("2023-11-06"), workdays(5), CALENDAR, extra=3).on == day("2023-11-16")
    month = Limit(30, LimitUnit.DAY, "")
    wanted = due(day("2023-11-06"), month, CALENDAR, extra=90)
    most = due(day("2023-11-06"), Limit(90, LimitUnit.DAY, ""), CALENDAR)
    assert capped(wanted, most).on == day("2024-02-04")
    assert capped(most, None) == most


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2023-11-06T09:30", 2, "2023-11-06T11:30"),
        ("2023-11-06T23:30", 2, "2023-11-07T01:30"),  # past midnight
        ("2023-12-31T23:59", 24, "2024-01-01T23:59"),
    ],
)
def test_hours_are_counted_round_the_clock(start, hours, expected):
    moment = datetime.fromisoformat(start).replace(tzinfo=CHINA)
    found = due_at(moment, Limit(hours, LimitUnit.HOUR, ""))
    assert found.at == datetime.fromisoformat(expected).replace(tzinfo=CHINA)
    assert found.on == found.at.date()


@pytest.mark.parametrize(
    ("due_on", "today", "options", "late"),
    [
        ("2023-11-08", "2023-11-08", {}, False),
        ("2023-11-08", "2023-11-09", {}, True),
        ("2027-01-04", "2027-01-05", {"provisional": True}, False),
        ("2023-11-08", "2023-11-20", {"stopped": True}, False),
    ],
)
def test_overdue_begins_the_day_after_and_never_while_provisional_or_stopped(due_on, today, options, late):
    assert is_overdue(day(due_on), day(today), **options) is late


def test_a_limit_in_hours_is_overdue_from_the_moment_on():
    at = datetime(2023, 11, 8, 10, tzinfo=CHINA)
    assert not is_overdue(at.date(), at.date(), at=at, now=at)
    assert is_overdue(at.date(), at.date(), at=at, now=at.replace(second=1))
    assert not is_overdue(None, at.date())


@pytest.mark.parametrize(
    ("due_on", "today", "unit", "words"),
    [
        ("2023-11-13", "2023-11-08", "workday", "剩3个工作日"),
        ("2023-11-08", "2023-11-08", "workday", "今天到期"),
        ("2023-11-08", "2023-11-10", "workday", "逾期2个工作日"),
        ("2023-11-10", "2023-11-11", "workday", "已逾期"),  # Friday's case on Saturday
        ("2023-11-28", "2023-11-08", "day", "剩20日"),
        ("2023-11-06", "2023-11-08", "day", "逾期2日"),
    ],
)
def test_the_distance_in_words(due_on, today, unit, words):
    assert distance(day(due_on), day(today), unit, CALENDAR).words == words


def test_more_time_is_asked_for_one_working_day_before():
    assert last_day_to_ask(day("2023-11-13"), CALENDAR) == day("2023-11-10")
    assert last_day_to_ask(day("2023-10-07"), CALENDAR) == day("2023-09-28")


def test_a_case_is_returned_within_one_working_day():
    assert may_return(day("2023-09-28"), day("2023-10-07"), workdays(1), CALENDAR)
    assert not may_return(day("2023-09-28"), day("2023-10-08"), workdays(1), CALENDAR)


@pytest.mark.parametrize(
    ("case", "step", "expected"),
    [
        (("inquiry", "ordinary", "normal"), LimitStep.HANDLE, "3个工作日"),
        (("help", "ordinary", "normal"), LimitStep.HANDLE, "5个工作日"),
        (("complaint", "ordinary", "normal"), LimitStep.HANDLE, "10个工作日"),
        (("complaint", "complex", "normal"), LimitStep.HANDLE, "15个工作日"),
        (("complaint", "ordinary", "critical"), LimitStep.HANDLE, "48小时"),
        (("complaint", "arrears", "normal"), LimitStep.HANDLE, "30日"),
        (("complaint", "arrears", "critical"), LimitStep.HANDLE, "30日"),  # the statute goes first
        (("complaint", "arrears", "normal"), LimitStep.TRANSFER, "10个工作日"),
        (("complaint", "petition", "normal"), LimitStep.HANDLE, "60日"),
        (("inquiry", "ordinary", "normal"), LimitStep.EXAMINE, "1个工作日"),
        (("inquiry", "ordinary", "urgent"), LimitStep.CONTACT, "24小时"),
    ],
)
def test_which_limit_applies(case, step, expected):
    assert str(limit_for(DEFAULTS, step, kinds_for(*case))) == expected


def test_every_step_but_the_longest_has_a_limit_for_every_type():
    for kind in ("inquiry", "help", "suggestion", "complaint", "report"):
        for step in LimitStep:
            found = limit_for(DEFAULTS, step, kinds_for(kind, "ordinary", "normal"))
            assert (found is None) == (step == LimitStep.MOST), (kind, step)
    assert LimitKind.ANY in kinds_for("help", "ordinary", "normal")


@given(
    st.dates(date(2020, 1, 2), date(2026, 6, 30)), st.integers(1, 40), st.integers(0, 20), st.integers(0, 20)
)
def test_a_stop_never_shortens_and_costs_at_most_its_own_days(start, amount, wait, length):
    plain = due(start, workdays(amount), CALENDAR).on
    begin = date.fromordinal(start.toordinal() + wait)
    stop = Stop(begin, date.fromordinal(begin.toordinal() + length))
    stopped = due(start, workdays(amount), CALENDAR, stops=[stop]).on
    assert plain <= stopped
    costs = sum(1 for n in range(1, length + 1) if stop.covers(date.fromordinal(begin.toordinal() + n)))
    assert costs == length
