"""The months' pages and the reviewers' queue; what fifty items cost."""

from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus

import pytest
import time_machine

from indicators.models import MonthUnlock, ProgressReport, ReportingMonth, WorkItem
from portal.models import Notification
from tests.factories import CHINA, MonthFactory, ReportFactory, UserFactory, WorkItemFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "on_the_day")]

ENTRY = "/months/2023-10/entry/"
REVIEW = "/months/2023-10/review/"
OCTOBER = date(2023, 10, 1)
SUBMITTED = {
    "done": "完成并联审批 66 件",
    "percent": Decimal(88),
    "submitted_at": datetime(2023, 11, 2, tzinfo=CHINA),
}


@pytest.fixture
def month():
    return MonthFactory()


@pytest.fixture
def item(unit, task_force, month):
    return WorkItemFactory(
        task_force=task_force, organisation=unit, title="并联审批率提升", percent=Decimal(84)
    )


@pytest.fixture
def report(item):
    return ReportFactory(item=item, previous_percent=Decimal(84))


def many(unit, count, **fields):
    return [ReportFactory(item=WorkItemFactory(organisation=unit), **fields) for _ in range(count)]


def test_fifty_items_cost_the_queries_of_one(
    browse, liaison, officer, unit, month, django_assert_max_num_queries
):
    rows = many(unit, 50)
    client = browse(liaison)
    client.get(ENTRY)
    with django_assert_max_num_queries(15):
        assert client.get(ENTRY).status_code == HTTPStatus.OK
    ProgressReport.objects.filter(pk__in=[row.pk for row in rows]).update(state="submitted", **SUBMITTED)
    reviewer = browse(officer)
    reviewer.get(REVIEW)
    with django_assert_max_num_queries(15):
        page = reviewer.get(REVIEW).content.decode()
    assert page.count('class="review"') == 50


def test_the_reviewer_verifies_many_and_returns_one(browse, officer, unit, month, liaison):
    rows = many(unit, 3, state="submitted", submitted_by=liaison, **SUBMITTED)
    client = browse(officer)
    client.post(REVIEW, {"step": "verify", "selected": [row.item.number for row in rows[:2]]})
    no_reason = client.post(REVIEW, {"step": f"return:{rows[2].item.number}"})
    assert no_reason.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    number = rows[2].item.number
    client.post(REVIEW, {"step": f"return:{number}", f"reason-{number}": "请核对办件范围"})
    states = list(ProgressReport.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["verified", "verified", "returned"]
    assert "请核对办件范围" in browse(liaison).get(ENTRY).content.decode()


def test_a_return_after_closing_unlocks_the_unit_until_the_day_given(browse, officer, unit, month, liaison):
    (row,) = many(unit, 1, state="submitted", submitted_by=liaison, **SUBMITTED)
    with time_machine.travel(datetime(2023, 11, 13, 9, tzinfo=CHINA), tick=True):
        client = browse(officer)
        assert "退回后开放至" in client.get(REVIEW).content.decode()
        number = row.item.number
        client.post(
            REVIEW,
            {"step": f"return:{number}", f"reason-{number}": "请核对", f"until-{number}": "2023-11-15"},
        )
    unlock = MonthUnlock.objects.get()
    assert (unlock.organisation, unlock.until, unlock.reason) == (
        unit,
        date(2023, 11, 15),
        "月报退回修改：请核对",
    )


def test_the_lead_units_queue_holds_what_others_sent_it(
    browse, lead_liaison, liaison, item, lead_unit, month
):
    report = ReportFactory(item=item, state="submitted", submitted_by=liaison, **SUBMITTED)
    many(lead_unit, 1, state="submitted", **SUBMITTED)
    client = browse(lead_liaison)
    assert client.get(REVIEW).content.decode().count('class="review"') == 1
    client.post(REVIEW, {"step": "lead_pass", "selected": [report.item.number]})
    report.refresh_from_db()
    assert (report.state, report.lead_passed_by) == ("lead_passed", lead_liaison)


@pytest.mark.parametrize(
    ("show", "fields"),
    [
        ("coordination", {"coordination": "请协调人防审批"}),
        ("problems", {"problems": "核减"}),
        ("backwards", {"previous_percent": Decimal(90)}),
        ("no_change", {"no_change": True}),
        ("again", {"return_count": 1}),
        ("late", {"is_late": True}),
    ],
)
def test_the_queue_is_narrowed_to_what_deserves_a_look(browse, officer, unit, month, show, fields):
    (special, *_rest) = many(unit, 3, state="submitted", **SUBMITTED)
    ProgressReport.objects.filter(pk=special.pk).update(**fields)
    page = browse(officer).get(f"{REVIEW}?show={show}").content.decode()
    assert page.count('class="review"') == 1
    assert special.item.number in page


def test_the_month_shows_each_unit_and_presses_those_who_have_not_reported(browse, officer, liaison, report):
    client = browse(officer)
    page = client.get("/months/2023-10/").content.decode()
    assert "县住建局" in page
    answer = client.post("/months/2023-10/chase/", follow=True)
    assert "已向 1 个单位的 1 名联络员发出催报" in answer.content.decode()
    assert Notification.objects.filter(recipient=liaison).count() == 1


def test_a_unit_sees_its_own_counts_only(browse, liaison, other_unit, report):
    many(other_unit, 2)
    page = browse(liaison).get("/months/2023-10/").content.decode()
    assert "县气象局" not in page
    listed = browse(liaison).get("/months/").content.decode()
    assert "填报10月进展" in listed


def test_the_office_opens_last_month_by_a_button(browse, officer, unit, calendar):
    WorkItemFactory(organisation=unit)
    client = browse(officer)
    assert "开放10月填报" in client.get("/months/").content.decode()
    client.post("/months/open/", {"month": "2023-10"})
    assert ReportingMonth.objects.get().month == OCTOBER
    assert ProgressReport.objects.count() == 1


def test_the_office_unlocks_one_unit(browse, officer, report, unit, other_unit):
    with time_machine.travel(datetime(2023, 11, 13, 9, tzinfo=CHINA), tick=True):
        client = browse(officer)
        wrong = client.post("/months/2023-10/unlock/", {"organisation": other_unit.pk, "until": "2023-11-15"})
        assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "该单位在本月没有应报事项" in wrong.content.decode()
        terms = {"organisation": unit.pk, "until": "2023-11-15", "reason": "更正口径"}
        client.post("/months/2023-10/unlock/", terms)
    assert MonthUnlock.objects.get().organisation == unit


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("/months/", {"officer", "liaison", "chief", "leader", "inspector"}),
        ("/months/2023-10/", {"officer", "liaison", "chief", "leader", "inspector"}),
        ("/months/2023-10/export/", {"officer", "liaison", "chief", "leader", "inspector"}),
        (ENTRY, {"officer", "liaison"}),
        (REVIEW, {"officer", "liaison"}),
        ("/months/2023-10/workbook/", {"officer", "liaison"}),
        ("/months/2023-10/import/", {"liaison"}),
    ],
)
def test_who_may_open_which_page(request, browse, report, url, allowed):
    for name in ("officer", "liaison", "chief", "leader", "inspector", "observer", "sysadmin", "auditor"):
        status = browse(request.getfixturevalue(name)).get(url).status_code
        assert status == (HTTPStatus.OK if name in allowed else HTTPStatus.FORBIDDEN), name


def test_a_liaison_cannot_open_close_press_or_unlock(browse, liaison, report):
    client = browse(liaison)
    for url in ("/months/open/", "/months/2023-10/chase/", "/months/2023-10/unlock/"):
        assert client.post(url).status_code == HTTPStatus.FORBIDDEN


def test_reopening_needs_a_reason_and_returns_the_report(browse, officer, report):
    ProgressReport.objects.filter(pk=report.pk).update(state="verified", **SUBMITTED)
    WorkItem.objects.update(verified_month=OCTOBER, percent=Decimal(88))
    client, number = browse(officer), report.item.number
    client.post(f"{ENTRY}?unit=zhujian", {"action": f"reopen:{number}"})
    report.refresh_from_db()
    assert report.state == "verified"
    client.post(f"{ENTRY}?unit=zhujian", {"action": f"reopen:{number}", f"reason-{number}": "口径有误"})
    report.refresh_from_db()
    assert (report.state, report.return_reason) == ("returned", "口径有误")


def test_a_person_of_two_duties_reviews_no_report_of_his_own(browse, unit, month, officer):
    both = UserFactory(organisation=unit, roles=["liaison", "office"])
    many(unit, 1, state="submitted", submitted_by=both, **SUBMITTED)
    assert 'class="review"' not in browse(both).get(REVIEW).content.decode()
    assert browse(officer).get(REVIEW).content.decode().count('class="review"') == 1
