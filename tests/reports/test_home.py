"""The home page of each role, the chief's page and the leaders' sheet."""

from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus

import pytest
import time_machine

from indicators.models import DispatchRound, ReportingMonth, WorkItem
from indicators.services.lamps import relight
from indicators.services.months import unlock_month
from portal.selectors.calendar import load_calendar
from reports.selectors.home import month_strip
from tests.ceilings.test_pages import CEILINGS
from tests.factories import CHINA, MonthFactory, ReportFactory, WorkItemFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "on_the_day")]

TODAY = date(2023, 11, 8)


@pytest.fixture
def october(task_force, unit):
    """Four items of one unit: one overdue, one closed, two on the way; one report waits for review."""
    MonthFactory()
    items = [
        WorkItemFactory(
            task_force=task_force, organisation=unit, due_on=date(2023, 11, 1), percent=Decimal(80)
        ),
        WorkItemFactory(task_force=task_force, organisation=unit, closed=True),
        WorkItemFactory(task_force=task_force, organisation=unit, percent=Decimal(95)),
        WorkItemFactory(task_force=task_force, organisation=unit, percent=Decimal(95)),
    ]
    ReportFactory(item=items[0])
    ReportFactory(
        item=items[2], state="submitted", done="完成系统联调", percent=95, submitted_at="2023-11-02T08:00Z"
    )
    ReportFactory(
        item=items[3],
        state="verified",
        done="印发清单",
        percent=95,
        submitted_at="2023-11-02T08:00Z",
        coordination="请县财政局明确经费渠道",
    )
    relight(WorkItem.objects.all(), today=TODAY)
    return items


def page(browse, person, url="/"):
    return browse(person).get(url)


@pytest.mark.parametrize(
    ("persona", "target"),
    [("leader", "/leader/"), ("chief", "/chief/"), ("sysadmin", "/system/"), ("auditor", "/system/")],
)
@pytest.mark.usefixtures("october")
def test_home_sends_each_role_to_its_own_first_page(browse, persona, target, request):
    answer = page(browse, request.getfixturevalue(persona))
    assert answer.status_code == HTTPStatus.FOUND
    assert answer.url == target


@pytest.mark.parametrize(
    ("persona", "shown", "hidden"),
    [
        ("officer", "1 个单位 1 项进展待审核", "去填报"),
        ("liaison", "10月进展还有 1 项未提交", "待审核</a>"),
        ("outsider", "没有待办", "待审核"),
    ],
)
@pytest.mark.usefixtures("october")
def test_home_lists_what_the_person_must_do(browse, persona, shown, hidden, request):
    text = page(browse, request.getfixturevalue(persona)).content.decode()
    assert shown in text
    assert hidden not in text.partition("我的待办")[2].partition("</section>")[0]


@pytest.mark.usefixtures("october")
def test_a_locked_month_opened_for_one_unit_stands_on_its_home_page(browse, liaison, officer, unit):
    day, until = date(2023, 11, 13), date(2023, 11, 15)
    with time_machine.travel(datetime(2023, 11, 13, 10, tzinfo=CHINA)):
        before = page(browse, liaison).content.decode()
        unlock_month(ReportingMonth.objects.get(), unit, until=until, reason="更正", actor=officer, today=day)
        after = page(browse, liaison).content.decode()
    assert "项未提交" not in before
    assert "10月进展还有 1 项未提交" in after
    assert "营商办为本单位单独开放" in after


@pytest.mark.usefixtures("october")
def test_the_leaders_sheet_counts_lamps_and_names_what_is_asked_of_them(browse, leader):
    answer = page(browse, leader, "/leader/")
    counts = answer.context["overview"].counts
    assert (counts["red"], counts["blue"], counts["green"]) == (1, 1, 2)
    text = answer.content.decode()
    assert "请县财政局明确经费渠道" in text
    assert "办理建筑许可" in text


@pytest.mark.usefixtures("october")
def test_the_leaders_sheet_offers_the_month_before_and_the_lamps_of_today(browse, leader):
    with time_machine.travel(datetime(2023, 11, 8, 10, tzinfo=CHINA)):
        running = page(browse, leader, "/leader/")
    with time_machine.travel(datetime(2023, 11, 28, 10, tzinfo=CHINA)):
        closed = page(browse, leader, "/leader/")
        today = page(browse, leader, "/leader/?month=2023-11")
    assert running.context["months"] == [date(2023, 9, 1), date(2023, 10, 1)]
    assert closed.context["months"] == [date(2023, 10, 1), date(2023, 11, 1)]
    assert (closed.context["live"], today.context["live"]) == (False, True)
    assert (closed.context["reported"], today.context["reported"]) == (date(2023, 10, 1), date(2023, 10, 1))
    assert "10月月报按时率" in today.content.decode()


@pytest.mark.usefixtures("october")
def test_a_chief_sees_only_the_task_forces_he_heads(browse, chief):
    other = WorkItemFactory(title="与其他指标长有关的事项", percent=Decimal(5))
    relight(WorkItem.objects.all(), today=TODAY)
    text = page(browse, chief, "/chief/").content.decode()
    assert "办理建筑许可" in text
    assert other.title not in text


@pytest.mark.parametrize("persona", ["liaison", "unit_head", "outsider", "chief", "observer", "sysadmin"])
def test_the_leaders_sheet_is_refused_to_others(browse, persona, request):
    assert page(browse, request.getfixturevalue(persona), "/leader/").status_code == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    ("url", "persona"), [("/", "officer"), ("/", "liaison"), ("/leader/", "leader"), ("/chief/", "chief")]
)
@pytest.mark.usefixtures("october")
def test_these_pages_cost_the_same_for_many_items(
    browse, url, persona, request, task_force, unit, django_assert_max_num_queries
):
    for _ in range(30):
        item = WorkItemFactory(task_force=task_force, organisation=unit, due_on=date(2023, 11, 9))
        ReportFactory(
            item=item, state="submitted", done="已推进", percent=50, submitted_at="2023-11-02T08:00Z"
        )
    client = browse(request.getfixturevalue(persona))
    client.get(url)
    with django_assert_max_num_queries(CEILINGS["gathering"]):
        assert client.get(url).status_code == HTTPStatus.OK


def test_an_observer_sees_no_figures_of_work_he_may_not_read(small_county, browse, observer):
    answer = browse(observer).get("/", follow=True)
    html = answer.content.decode()
    assert answer.redirect_chain == [("/clues/", HTTPStatus.FOUND)]
    assert "红灯事项" not in html
    assert "专班亮灯" not in html


@pytest.fixture
def rounds(task_force):
    """Rounds of November for a task force of the unit: held, planned twice on a day, without a day, called off."""
    at = datetime(2023, 11, 24, 15, tzinfo=CHINA)
    made = [
        {"state": "held", "held_on": date(2023, 11, 2), "chair": "周启明"},
        {"planned_at": at},
        {"planned_at": at, "form": "office"},
        {"planned_at": datetime(2023, 11, 26, 0, 30, tzinfo=CHINA)},
        {},
        {"planned_at": datetime(2023, 11, 28, 9, tzinfo=CHINA), "state": "cancelled"},
        {"planned_at": datetime(2023, 12, 1, 0, tzinfo=CHINA)},
    ]
    for number, fields in enumerate(made, start=1):
        row = DispatchRound.objects.create(
            **{"year": 2023, "number": number, "form": "chief", "occasion": f"r{number}"} | fields,
            month=date(2023, 11, 1),
            cutoff_on=date(2023, 11, 8),
        )
        row.task_forces.add(task_force)


def test_the_month_strip_shows_the_dispatch_days_a_person_may_read_of(rounds, liaison, outsider, officer):
    month = MonthFactory(opened_at=datetime(2023, 11, 1, 0, 30, tzinfo=CHINA))
    shown = {}
    for person in (liaison, outsider, officer):
        strip = month_strip(TODAY, load_calendar(), month, person)
        shown[person] = [
            (day.on.day, day.lane, *((event.name, event.note) for event in day.events))
            for day in strip
            if day.events
        ]
    cycle = [month.opened_at, month.due_on, month.closes_on]
    assert shown[liaison] == shown[officer]
    assert [row for row in shown[liaison] if "月月报" not in row[2][1]] == [
        (2, 2, ("指标长调度", "已召开")),
        (24, 1, ("调度", "2场")),
        (26, 2, ("指标长调度", "00:30")),
    ]
    assert [row[0] for row in shown[outsider]] == [day.day if day != cycle[0] else 1 for day in cycle]


def test_the_day_leads_to_the_dispatch_round(rounds, browse, officer, october):
    page = browse(officer).get("/").content.decode()
    assert '<a href="/dispatch/2023-04/">指标长调度</a></b><span>00:30</span>' in page
    assert "month--30" in page
