"""The daily jobs of the monthly reporting: on the day, a day late, twice."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from indicators import jobs
from indicators.models import LampRecord, ProgressReport, ReportingMonth
from portal.models import Notification
from tests.factories import CHINA, MonthFactory, ReportFactory, WorkItemFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

OCTOBER = date(2023, 10, 1)


@pytest.fixture
def owing(unit):
    return WorkItemFactory(organisation=unit)


def test_the_month_opens_on_the_first_working_day(owing):
    # 1 to 6 October 2023 are holidays; Saturday the 7th is worked.
    assert jobs.open_due_month(date(2023, 10, 6)) == "没有需要开放的月报"
    assert jobs.open_due_month(date(2023, 10, 7)) == "开放2023年9月月报，应报 1 项"
    assert jobs.open_due_month(date(2023, 10, 7)) == "没有需要开放的月报"
    assert ReportingMonth.objects.get().month == date(2023, 9, 1)


def test_months_missed_while_the_portal_was_off_are_opened_all(owing):
    jobs.open_due_month(date(2023, 8, 1))
    jobs.open_due_month(date(2023, 11, 20))
    months = ReportingMonth.objects.order_by("month").values_list("month", flat=True)
    assert list(months) == [date(2023, month, 1) for month in (7, 8, 9, 10)]
    assert ProgressReport.objects.count() == 4


def test_an_item_that_comes_in_while_the_month_is_open_joins_it(owing, unit):
    jobs.open_due_month(date(2023, 11, 1))
    WorkItemFactory(organisation=unit)
    assert jobs.open_due_month(date(2023, 11, 2)) == "2023年10月月报增加应报 1 项"
    WorkItemFactory(organisation=unit)
    assert jobs.open_due_month(date(2023, 11, 13)) == "没有需要开放的月报"


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2023, 10, 30), "没有需要提醒的单位"),
        (date(2023, 10, 31), "还剩 3 个工作日"),
        (date(2023, 11, 1), "还剩 2 个工作日"),
        (date(2023, 11, 2), "还剩 1 个工作日"),
        (date(2023, 11, 3), "今天截止"),
        (date(2023, 11, 4), "没有需要提醒的单位"),
    ],
)
def test_who_has_not_reported_is_reminded_three_and_one_working_days_before(owing, liaison, day, sentence):
    MonthFactory(opened_at=datetime(2023, 10, 27, 8, tzinfo=CHINA))
    ReportFactory(item=owing)
    outcome = jobs.remind_unreported(day)
    text = Notification.objects.filter(recipient=liaison).values_list("text", flat=True).first()
    assert sentence in (text or outcome)
    assert jobs.remind_unreported(day) == "没有需要提醒的单位"


def test_nobody_is_reminded_on_the_day_the_month_opens(owing, liaison):
    jobs.open_due_month(date(2023, 11, 1))
    ReportingMonth.objects.update(opened_at=datetime(2023, 11, 1, 8, tzinfo=CHINA))
    assert jobs.remind_unreported(date(2023, 11, 1)) == "没有需要提醒的单位"
    assert jobs.remind_unreported(date(2023, 11, 2)) == "提醒未报单位联络员 1 人次"


def test_the_unreported_are_named_once_after_the_deadline(owing, liaison, unit_head, officer, outsider):
    MonthFactory()
    ReportFactory(item=owing)
    assert jobs.name_unreported(date(2023, 11, 3)) == "没有需要点名的单位"
    # The portal was off on the 4th and the 5th.
    assert jobs.name_unreported(date(2023, 11, 6)) == "2023年10月月报 1 个单位 1 项未报，已通知 3 人"
    assert "县住建局1项" in Notification.objects.get(recipient=officer).text
    assert not Notification.objects.filter(recipient=outsider).exists()
    assert jobs.name_unreported(date(2023, 11, 7)) == "没有需要点名的单位"


def test_the_month_closes_the_day_after_its_closing_day(owing):
    MonthFactory()
    assert jobs.close_due_month(date(2023, 11, 10)) == "没有到期封账的月报"
    assert jobs.close_due_month(date(2023, 11, 15)) == "2023年10月月报已封账"
    assert jobs.close_due_month(date(2023, 11, 15)) == "没有到期封账的月报"


def test_the_lamps_of_an_open_month_are_recorded_nightly_and_of_a_closed_one_no_more(unit):
    item = WorkItemFactory(organisation=unit, percent=Decimal(10))
    MonthFactory()
    assert "1 项有变化" in jobs.light_lamps(date(2023, 11, 8))
    assert LampRecord.objects.get(item=item).colour == "red"
    jobs.close_due_month(date(2023, 11, 11))
    item.due_on = None
    item.save(update_fields=["due_on"])
    jobs.light_lamps(date(2023, 11, 12))
    item.refresh_from_db()
    assert (item.lamp, LampRecord.objects.get(item=item).colour) == ("grey", "red")
