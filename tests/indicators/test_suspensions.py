"""A time of suspension counts as one for ever, whatever becomes of the item: told by tables."""

from datetime import date
from decimal import Decimal

import pytest

from indicators.models import LampRecord, Suspension, WorkItem
from indicators.selectors.figures import item_rows
from indicators.services import adjustments
from indicators.services.lamps import record_month
from tests.factories import MonthFactory, WorkItemFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

AUGUST, SEPTEMBER, OCTOBER, NOVEMBER = (date(2023, month, 1) for month in (8, 9, 10, 11))
MONTHS = (AUGUST, SEPTEMBER, OCTOBER, NOVEMBER)


@pytest.fixture
def item(task_force):
    """Due on 31 July: overdue at the end of every month from August on, unless it was suspended then."""
    return WorkItemFactory(task_force=task_force, due_on=date(2023, 7, 31), percent=Decimal(40))


def play(item, director, acts):
    steps = {
        "suspend": adjustments.suspend_item,
        "resume": adjustments.resume_item,
        "cancel": adjustments.cancel_item,
    }
    for name, day in acts:
        steps[name](item, actor=director, today=date(2023, *day), reason="上位政策调整")


def overdue_in(months):
    return [month.month for month in months if item_rows(month, "overdue")]


@pytest.mark.parametrize(
    ("acts", "overdue"),
    [
        ([], [8, 9, 10, 11]),
        ([("suspend", (8, 10))], []),
        ([("suspend", (9, 5))], [8]),
        ([("suspend", (9, 5)), ("resume", (10, 9))], [8, 10, 11]),
        # Taken up again on the last day of a month it is at work at that month's end; stopped on it, it is not.
        ([("suspend", (9, 30)), ("resume", (10, 31))], [8, 10, 11]),
        ([("suspend", (9, 5)), ("resume", (9, 20))], [8, 9, 10, 11]),
        ([("suspend", (8, 3)), ("resume", (9, 4)), ("suspend", (10, 8)), ("resume", (11, 6))], [9, 11]),
        ([("suspend", (9, 5)), ("cancel", (11, 3))], [8]),
        ([("cancel", (10, 9))], [8, 9]),
    ],
)
def test_a_month_counts_an_item_as_it_was_at_its_end_whatever_came_later(item, director, acts, overdue):
    play(item, director, acts)
    assert overdue_in(MONTHS) == overdue


def test_a_months_answer_is_the_same_before_and_after_the_item_is_taken_up_again(item, director):
    play(item, director, [("suspend", (9, 5))])
    before = overdue_in(MONTHS[:2])
    play(item, director, [("resume", (10, 9))])
    assert overdue_in(MONTHS[:2]) == before == [8]


def test_each_time_is_kept_with_its_days(item, director):
    play(item, director, [("suspend", (8, 3)), ("resume", (9, 4)), ("suspend", (10, 8)), ("cancel", (11, 6))])
    kept = Suspension.objects.order_by("pk").values_list("stopped_on", "ended_on")
    assert list(kept) == [(date(2023, 8, 3), date(2023, 9, 4)), (date(2023, 10, 8), date(2023, 11, 6))]
    item.refresh_from_db()
    assert item.stopped_on == date(2023, 11, 6)


@pytest.mark.parametrize(
    ("acts", "colour"),
    [
        ([], "red"),
        ([("suspend", (10, 20))], "grey"),
        ([("suspend", (10, 20)), ("resume", (11, 3))], "grey"),
        ([("suspend", (11, 3))], "red"),
        ([("suspend", (9, 20)), ("resume", (10, 31))], "red"),
    ],
)
def test_a_months_lamp_is_that_of_its_last_day(item, director, acts, colour):
    MonthFactory()
    play(item, director, acts)
    record_month(OCTOBER, today=date(2023, 11, 8))
    assert LampRecord.objects.get(item=item, month=OCTOBER).colour == colour
    assert WorkItem.objects.get().due_on == date(2023, 7, 31)
