"""Opening, closing and unlocking a reporting month; who owes what."""

import threading
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from indicators.models import LampRecord, ProgressReport, ReportingMonth, WorkItem
from indicators.selectors.months import (
    MonthProgress,
    count_reports,
    is_open_for,
    progress_by_month,
    progress_by_unit,
    unreported,
    window,
)
from indicators.services.months import (
    chase_unreported,
    close_month,
    open_month,
    recompute_provisional_months,
    unlock_month,
)
from portal.errors import Refused
from portal.models import AuditEvent, CalendarYear, Notification, SettingRow
from tests.factories import CHINA, MonthFactory, ReportFactory, UserFactory, WorkItemFactory

pytestmark = [pytest.mark.django_db]

OCTOBER = date(2023, 10, 1)


@pytest.fixture
def october(calendar):
    return MonthFactory()


@pytest.mark.parametrize(
    ("month", "due_on", "closes_on"),
    [
        # 1 November 2023 is a Wednesday.
        (OCTOBER, date(2023, 11, 3), date(2023, 11, 10)),
        # The holidays of 2023 end on 6 October; Saturday the 7th and Sunday the 8th are worked.
        (date(2023, 9, 1), date(2023, 10, 9), date(2023, 10, 16)),
        # New Year's Day 2024 is a Monday; the year changes in between.
        (date(2023, 12, 1), date(2024, 1, 4), date(2024, 1, 11)),
    ],
)
def test_the_on_time_day_is_the_third_working_day_and_the_closing_day_five_later(
    calendar, month, due_on, closes_on
):
    row = open_month(month, actor=None, today=date(2024, 1, 5)).month
    assert (row.due_on, row.closes_on, row.provisional) == (due_on, closes_on, False)


def test_the_office_may_set_other_days(calendar, officer):
    for key, value in (("months.due_workday", 5), ("months.closing_workdays", 0)):
        SettingRow.objects.create(key=key, value=value, valid_from=date(2023, 1, 1), created_by=officer)
    row = open_month(OCTOBER, actor=officer, today=date(2023, 11, 1)).month
    assert (row.due_on, row.closes_on) == (date(2023, 11, 7), date(2023, 11, 7))


@pytest.mark.parametrize(
    ("fields", "owes"),
    [
        ({}, True),
        ({"state": "planned"}, True),
        ({"state": "awaiting_office"}, True),
        ({"start_on": date(2023, 10, 31)}, True),
        ({"start_on": date(2023, 11, 1)}, False),
        ({"state": "closed", "closed_on": date(2023, 9, 30)}, False),
        ({"state": "closed", "closed_on": OCTOBER}, True),
        ({"state": "closed", "closed_on": date(2023, 11, 1)}, True),
        ({"state": "suspended"}, False),
        ({"state": "cancelled"}, False),
    ],
)
def test_what_was_open_in_the_month_owes_a_report(calendar, fields, owes):
    item = WorkItemFactory(**fields)
    opening = open_month(OCTOBER, actor=None, today=date(2023, 11, 1))
    assert opening.added == int(owes)
    assert ProgressReport.objects.filter(item=item, month=OCTOBER, state="missing").exists() is owes


def test_opening_twice_is_opening_once_and_later_items_join(calendar, officer, liaison, unit):
    WorkItemFactory(organisation=unit, percent=Decimal(84))
    first = open_month(OCTOBER, actor=officer, today=date(2023, 11, 1))
    again = open_month(OCTOBER, actor=officer, today=date(2023, 11, 2))
    assert (first.created, first.added, again.created, again.added) == (True, 1, False, 0)
    assert ProgressReport.objects.get().previous_percent == 84
    WorkItemFactory(organisation=unit)
    assert open_month(OCTOBER, actor=officer, today=date(2023, 11, 2)).added == 1
    assert AuditEvent.objects.filter(action="month.open").count() == 1
    assert (
        Notification.objects.get(recipient=liaison).text
        == "2023年10月月报已开放，本单位应报 1 项，请于11月3日前填报"
    )


def test_a_blank_report_follows_its_item_to_another_unit_and_a_written_one_stays(calendar, unit, other_unit):
    blank, written = WorkItemFactory(organisation=unit), WorkItemFactory(organisation=unit)
    open_month(OCTOBER, actor=None, today=date(2023, 11, 1))
    ProgressReport.objects.filter(item=written).update(state="draft")
    WorkItem.objects.update(organisation=other_unit)
    open_month(OCTOBER, actor=None, today=date(2023, 11, 2))
    assert ProgressReport.objects.get(item=blank).organisation == other_unit
    assert ProgressReport.objects.get(item=written).organisation == unit


def test_a_month_opened_late_starts_from_the_percent_before_it(calendar):
    item = WorkItemFactory(percent=Decimal(90), verified_month=OCTOBER)
    verified = {"state": "verified", "done": "已完成", "submitted_at": datetime(2023, 9, 1, tzinfo=CHINA)}
    ReportFactory(item=item, month=date(2023, 8, 1), percent=Decimal(60), **verified)
    open_month(date(2023, 9, 1), actor=None, today=date(2023, 11, 2))
    assert ProgressReport.objects.get(item=item, month=date(2023, 9, 1)).previous_percent == 60


def test_many_items_are_opened_in_few_queries(calendar, django_assert_max_num_queries):
    item = WorkItemFactory()
    WorkItem.objects.bulk_create(
        WorkItem(
            number=f"2023-CX-{n:04d}",
            work_list=item.work_list,
            task_force=item.task_force,
            title="企业开办",
            lead=item.lead,
            organisation=item.organisation,
            start_on=date(2023, 1, 10),
        )
        for n in range(600)
    )
    with django_assert_max_num_queries(40):
        assert open_month(OCTOBER, actor=None, today=date(2023, 11, 1)).added == 601


def test_a_month_that_has_not_begun_cannot_be_opened(calendar):
    with pytest.raises(Refused, match="2023年12月尚未开始"):
        open_month(date(2023, 12, 1), actor=None, today=date(2023, 11, 30))


def test_only_the_office_opens_a_month(calendar, liaison):
    with pytest.raises(Refused, match="只有营商办"):
        open_month(OCTOBER, actor=liaison, today=date(2023, 11, 1))


def test_a_month_over_an_unpublished_year_is_provisional_and_never_late_until_it_is_settled(calendar):
    CalendarYear.objects.filter(year=2024).delete()
    row = open_month(date(2023, 12, 1), actor=None, today=date(2024, 1, 2)).month
    assert (row.provisional, row.is_late(date(2024, 3, 1)), row.is_locked(date(2024, 3, 1))) == (
        True,
        False,
        False,
    )
    with pytest.raises(Refused, match="暂定"):
        close_month(row, actor=None, today=date(2024, 3, 1))
    assert recompute_provisional_months(date(2024, 1, 2)) == []
    CalendarYear.objects.create(year=2024)
    (settled,) = recompute_provisional_months(date(2024, 1, 3))
    assert (settled.provisional, settled.due_on) == (False, date(2024, 1, 4))
    assert AuditEvent.objects.of(settled).filter(action="month.recompute").exists()


def test_a_month_is_closed_after_its_closing_day_and_then_for_good(october, officer):
    WorkItemFactory(percent=Decimal(10))
    with pytest.raises(Refused, match="11月10日封账"):
        close_month(october, actor=officer, today=date(2023, 11, 10))
    assert close_month(october, actor=officer, today=date(2023, 11, 11)) is True
    assert close_month(october, actor=officer, today=date(2023, 11, 12)) is False
    assert LampRecord.objects.get(month=OCTOBER).colour == "red"
    with pytest.raises(Refused, match="已封账"):
        open_month(OCTOBER, actor=officer, today=date(2023, 11, 12))


@pytest.mark.parametrize(
    ("today", "open_", "words"),
    [
        (date(2023, 11, 3), True, "按时截止11月3日，11月10日封账"),
        (date(2023, 11, 4), True, "按时截止11月3日已过，11月10日封账"),
        (date(2023, 11, 10), True, "今天24时封账"),
        (date(2023, 11, 11), False, "已于11月10日封账，需要修改请向营商办申请解锁"),
    ],
)
def test_the_lock_is_shown(october, unit, today, open_, words):
    opening = window(october, unit, today=today)
    assert opening.is_open is open_
    assert words in opening.sentence


def test_one_unit_is_unlocked_for_a_time_with_a_reason(october, officer, liaison, unit, other_unit):
    ReportFactory(item=WorkItemFactory(organisation=unit))
    today = date(2023, 11, 13)
    until = date(2023, 11, 15)
    row = unlock_month(october, unit, until=until, reason="更正口径", actor=officer, today=today)
    assert unlock_month(october, unit, until=until, reason="更正口径", actor=officer, today=today) == row
    assert is_open_for(october, unit, today=until) is True
    assert is_open_for(october, unit, today=date(2023, 11, 16)) is False
    assert is_open_for(october, other_unit, today=until) is False
    assert "更正口径" in Notification.objects.get(recipient=liaison).text
    event = AuditEvent.objects.of(october).get(action="month.unlock")
    assert (event.note, event.changes["单位"]) == ("更正口径", "县住建局")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"reason": "  "}, "请写明解锁理由"),
        ({"reason": "长" * 301}, "不超过 300 字"),
        ({"until": date(2023, 11, 12)}, "开放至"),
        ({"until": date(2023, 12, 31)}, "开放至"),
        ({"today": date(2023, 11, 10), "until": date(2023, 11, 10)}, "尚未封账"),
    ],
)
def test_an_unlock_that_makes_no_sense_is_refused(october, officer, unit, changes, words):
    ReportFactory(item=WorkItemFactory(organisation=unit))
    terms = {"until": date(2023, 11, 15), "reason": "更正口径", "today": date(2023, 11, 13)} | changes
    with pytest.raises(Refused, match=words):
        unlock_month(october, unit, actor=officer, **terms)


def test_a_unit_without_reports_cannot_be_unlocked(october, officer, other_unit):
    terms = {"until": date(2023, 11, 15), "reason": "更正口径", "today": date(2023, 11, 13)}
    with pytest.raises(Refused, match="没有应报事项"):
        unlock_month(october, other_unit, actor=officer, **terms)


@pytest.fixture
def mixed(october, unit, other_unit):
    """Seven reports of one unit in every state, one of another."""
    submitted = {"done": "已办", "percent": Decimal(50), "submitted_at": datetime(2023, 11, 2, tzinfo=CHINA)}
    for state, fields in (
        ("missing", {}),
        ("draft", {}),
        ("returned", submitted),
        ("submitted", submitted),
        ("lead_passed", submitted | {"is_late": True}),
        ("verified", submitted),
        ("missing", {}),
    ):
        ReportFactory(item=WorkItemFactory(organisation=unit), state=state, **fields)
    ReportFactory(item=WorkItemFactory(organisation=other_unit))
    return october


def test_the_counts_add_up_and_are_the_same_by_unit_and_by_month(mixed, unit, today):
    one = progress_by_unit(mixed, ProgressReport.objects.all(), today=today)[0]
    assert one.organisation == unit
    assert one.progress == MonthProgress(
        due=7, blank=2, draft=1, returned=1, submitted=1, lead_passed=1, verified=1, late=1, on_time=2
    )
    total = count_reports(ProgressReport.objects.all())
    assert (total.due, total.missing + total.pending + total.verified) == (8, 8)
    assert progress_by_month(ProgressReport.objects.all()) == {OCTOBER: total}


def test_a_stopped_item_owes_nothing_any_more_but_what_it_reported_counts(mixed, unit):
    WorkItem.objects.update(state="suspended")
    total = count_reports(ProgressReport.objects.all())
    assert (total.due, total.missing, total.reported) == (3, 0, 3)


def test_those_who_have_not_reported_are_pressed_once_a_day(mixed, officer, liaison, other_unit):
    first = chase_unreported(mixed, actor=officer, today=date(2023, 11, 3))
    assert (first.units, first.people, first.unreachable) == (1, 1, (other_unit,))
    assert Notification.objects.get(recipient=liaison).text == (
        "2023年10月月报本单位还有 4 项未报，请于11月3日前填报"
    )
    assert chase_unreported(mixed, actor=officer, today=date(2023, 11, 3)).people == 0
    assert chase_unreported(mixed, actor=officer, today=date(2023, 11, 6)).people == 1
    assert "已过，请尽快填报" in Notification.objects.filter(recipient=liaison).first().text


def test_who_still_owes_is_named_in_the_units_order(mixed, unit, other_unit):
    assert [row.organisation for row in unreported(mixed)] == [unit, other_unit]


@pytest.mark.django_db(transaction=True)
def test_of_two_closings_at_the_same_moment_one_counts():
    MonthFactory()
    WorkItemFactory(percent=Decimal(10))
    barrier, results = threading.Barrier(2), []

    def close():
        barrier.wait()
        try:
            month = ReportingMonth.objects.get(month=OCTOBER)
            results.append(close_month(month, actor=None, today=date(2023, 11, 11)))
        finally:
            connection.close()

    threads = [threading.Thread(target=close) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [False, True]
    assert AuditEvent.objects.filter(action="month.close").count() == 1


def test_a_liaison_who_has_left_is_not_pressed(mixed, officer, unit):
    UserFactory(organisation=unit, roles=["liaison"], is_active=False)
    assert chase_unreported(mixed, actor=officer, today=date(2023, 11, 3)).people == 0
