"""The lamps kept beside the items and for each month."""

from datetime import date
from decimal import Decimal

import pytest

from indicators.models import LampRecord, WorkItem
from indicators.services.lamps import record_month, relight
from tests.factories import MonthFactory, ReportFactory, WorkItemFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

TODAY = date(2023, 11, 8)


def lamp_of(item):
    item.refresh_from_db()
    return item.lamp, item.lamp_reason


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"state": "closed", "closed_on": date(2023, 9, 1)}, "blue"),
        ({"due_on": None}, "grey"),
        ({"due_on": date(2023, 11, 7), "percent": Decimal(99)}, "red"),
        ({"due_on": date(2023, 11, 8), "percent": Decimal(99)}, "green"),
        ({"percent": Decimal(10)}, "red"),
        ({"percent": Decimal(70)}, "yellow"),
        ({"percent": Decimal(95)}, "green"),
    ],
)
def test_the_lamp_follows_the_dates_and_the_verified_percent(fields, expected):
    item = WorkItemFactory(**fields)
    relight(WorkItem.objects.all(), today=TODAY)
    assert lamp_of(item)[0] == expected


def test_a_report_missing_after_the_deadline_turns_the_lamp_yellow():
    item = WorkItemFactory(percent=Decimal(95), verified_month=date(2023, 9, 1))
    MonthFactory()
    ReportFactory(item=item)
    relight(WorkItem.objects.all(), today=date(2023, 11, 3))
    assert lamp_of(item)[0] == "green"
    relight(WorkItem.objects.all(), today=date(2023, 11, 4))
    assert lamp_of(item)[0] == "yellow"


def test_relighting_twice_on_one_day_changes_nothing_and_costs_few_queries(django_assert_max_num_queries):
    for _ in range(30):
        WorkItemFactory(percent=Decimal(10))
    assert relight(WorkItem.objects.all(), today=TODAY) == 30
    with django_assert_max_num_queries(8):
        assert relight(WorkItem.objects.all(), today=TODAY) == 0


def test_a_months_lamp_judges_by_its_last_day_and_by_the_reports_up_to_it():
    item = WorkItemFactory(percent=Decimal(95), due_on=date(2023, 11, 2))
    MonthFactory()
    ReportFactory(
        item=item,
        month=date(2023, 9, 1),
        state="verified",
        percent=90,
        done="完成",
        submitted_at="2023-10-02T08:00Z",
    )
    ReportFactory(item=item, state="verified", percent=95, done="完成", submitted_at="2023-11-02T08:00Z")
    assert record_month(date(2023, 10, 1), today=TODAY) == 1
    record = LampRecord.objects.get()
    assert (record.colour, record.percent) == ("green", Decimal(95))
    record_month(date(2023, 9, 1), today=TODAY)
    assert LampRecord.objects.get(month=date(2023, 9, 1)).percent == Decimal(90)
