"""Visits, pairings and meetings as pages: who reads what, demands become cases, nothing typed is lost."""

from datetime import date, timedelta
from http import HTTPStatus

import pytest

from complaints.kinds import CaseType, Channel
from complaints.models import Complaint, Gathering, Pairing, Visit
from complaints.services import visits
from complaints.services.intake import Entry
from complaints.services.visits import VisitNote
from tests.complaints.steps import NOW, TODAY
from tests.complaints.test_page_ceilings import asked
from tests.factories_complaints import GatheringFactory
from tests.factories_enterprises import EnterpriseFactory

LIST, DETAIL, STEP = 15, 20, 15
DEMAND = Entry(Channel.VISIT, CaseType.HELP, title="厂区北门道路积水", text="雨天车辆进不来，请市政处理")


@pytest.fixture(autouse=True)
def _morning(on_the_day, calendar, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def enterprise(db):
    return EnterpriseFactory(name="云溪县佳合机械有限公司")


@pytest.fixture
def visit(enterprise, liaison):
    made = visits.record_visit(
        VisitNote(enterprise, TODAY, situation="订单稳定"), [DEMAND], actor=liaison, now=NOW
    )
    return made.visit


def sent(enterprise, **changes):
    return {
        "enterprise": getattr(enterprise, "credit_code", enterprise),
        "on": TODAY.isoformat(),
        "situation": "订单稳定",
    } | changes


@pytest.mark.parametrize(
    ("persona", "status"),
    [
        ("liaison", HTTPStatus.OK),
        ("unit_head", HTTPStatus.OK),
        ("officer", HTTPStatus.OK),
        ("leader", HTTPStatus.OK),
        ("inspector", HTTPStatus.OK),
        ("outsider", HTTPStatus.NOT_FOUND),
        ("observer", HTTPStatus.FORBIDDEN),
        ("sysadmin", HTTPStatus.FORBIDDEN),
    ],
)
def test_who_may_open_a_visit(persona, status, visit, browse, request):
    client = browse(request.getfixturevalue(persona))
    assert client.get(visit.get_absolute_url()).status_code == status


@pytest.mark.parametrize(("persona", "seen"), [("liaison", True), ("officer", True), ("outsider", False)])
def test_the_list_shows_what_a_person_may_read(persona, seen, visit, browse, request):
    client = browse(request.getfixturevalue(persona))
    assert (visit.number in client.get("/visits/").content.decode()) is seen


@pytest.mark.parametrize("day", [date(2023, 10, 1), date(2023, 11, 8), date(2023, 9, 30)])
def test_the_office_reads_the_counts_of_this_quarter(day, enterprise, liaison, officer, browse):
    visits.record_visit(VisitNote(enterprise, day), [DEMAND], actor=liaison, now=NOW)
    count = int(day.month > 9)
    shown = browse(officer).get("/visits/").content.decode()
    assert f"本季度走访 {count} 次，收集诉求 {count} 项" in shown


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("q=佳合", True),
        ("q=别家", False),
        ("since=2023-11-08", True),
        ("until=2023-11-07", False),
        ("demands=no", False),
        ("mine=1", True),
        ("since=早些时候", True),
    ],
)
def test_the_list_is_filtered(condition, found, visit, liaison, browse):
    shown = browse(liaison).get(f"/visits/?{condition}").content.decode()
    assert (visit.number in shown) is found


def test_a_visit_is_written_down_and_its_demand_becomes_a_case(enterprise, liaison, browse):
    answer = browse(liaison).post(
        "/visits/new/", sent(enterprise, demand_title="用电增容", demand_text="需要增容到 500 千伏安")
    )
    row = Visit.objects.get()
    case = Complaint.objects.get()
    assert (answer.status_code, answer.url) == (HTTPStatus.FOUND, row.get_absolute_url())
    assert (row.visitor, case.visit, case.channel, case.enterprise) == (liaison, row, "visit", enterprise)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"enterprise": "没有这家"}, "市场主体名录中没有"),
        ({"on": "2023-11-09"}, "不能晚于今天"),
        ({"demand_title": "只有标题"}, "须同时填写"),
        ({"on": ""}, "请填写走访日期"),
    ],
)
def test_a_refused_visit_comes_back_with_what_was_typed(changes, words, enterprise, liaison, browse):
    answer = browse(liaison).post(
        "/visits/new/", sent(**({"enterprise": enterprise, "place": "三号车间"} | changes))
    )
    shown = answer.content.decode()
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert words in shown
    assert "三号车间" in shown
    assert Visit.objects.count() == 0


def test_the_same_visit_is_not_written_down_twice(visit, enterprise, liaison, browse):
    answer = browse(liaison).post("/visits/new/", sent(enterprise))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    on = visit.on
    assert f"{on.year}年{on.month}月{on.day}日对{enterprise.name}的走访已登记" in answer.content.decode()
    assert Visit.objects.count() == 1


def test_a_unit_writes_down_its_own_visits_only(enterprise, liaison, unit_head, officer, browse):
    browse(liaison).post("/visits/new/", sent(enterprise, visitor=unit_head.pk))
    assert Visit.objects.get().visitor == liaison
    browse(officer).post("/visits/new/", sent(enterprise, visitor=unit_head.pk))
    assert Visit.objects.filter(visitor=unit_head, recorded_by=officer).exists()


def test_demands_are_added_later_by_the_visitor_and_the_office(visit, liaison, officer, unit_head, browse):
    values = {
        "demand-kind": "help",
        "demand-title": "融资",
        "demand-text": "贷款到期续贷",
        "demand-urgency": "normal",
    }
    url = f"{visit.get_absolute_url()}demands/"
    assert browse(liaison).post(url, values).status_code == HTTPStatus.FOUND
    assert browse(officer).post(url, values).status_code == HTTPStatus.FOUND
    refused = browse(unit_head).post(url, values)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert visit.complaints.count() == 3


def test_of_two_corrections_the_second_is_told(visit, liaison, browse):
    client, url = browse(liaison), f"{visit.get_absolute_url()}edit/"
    first = client.post(url, {"version": 1, "situation": "新增一条生产线"})
    second = client.post(url, {"version": 1, "situation": "停产检修"})
    assert (first.status_code, second.status_code) == (HTTPStatus.FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
    assert "停产检修" in second.content.decode()
    visit.refresh_from_db()
    assert visit.situation == "新增一条生产线"


def test_the_demands_shown_are_those_the_reader_may_connect_with_the_visit(visit, liaison, officer, browse):
    number = Complaint.objects.get().number
    assert number in browse(officer).get(visit.get_absolute_url()).content.decode()
    assert number not in browse(liaison).get(visit.get_absolute_url()).content.decode()


def test_pairings_are_arranged_by_the_office_and_end_with_their_day(
    enterprise, chief, officer, liaison, browse
):
    values = {"person": chief.pk, "enterprise": enterprise.name, "since": "2023-07-01"}
    assert browse(liaison).post("/visits/pairings/new/", values).status_code == HTTPStatus.FORBIDDEN
    client = browse(officer)
    assert client.post("/visits/pairings/new/", values).status_code == HTTPStatus.FOUND
    again = client.post("/visits/pairings/new/", values)
    assert again.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    row = Pairing.objects.get()
    assert chief.name in client.get("/visits/pairings/").content.decode()
    assert "佳合" not in browse(liaison).get("/visits/pairings/").content.decode()
    client.post(f"/visits/pairings/{row.pk}/end/")
    row.refresh_from_db()
    assert row.until == TODAY


def test_who_was_visited_by_anybody_this_quarter_is_not_missing(enterprise, chief, officer, liaison, browse):
    forgotten = EnterpriseFactory(name="云溪县远望木业有限公司")
    for row in (enterprise, forgotten):
        visits.start_pairing(chief, row, actor=officer, since=date(2023, 1, 1))
    visits.record_visit(VisitNote(enterprise, TODAY), [], actor=liaison, now=NOW)
    visits.record_visit(VisitNote(forgotten, date(2023, 9, 30)), [], actor=liaison, now=NOW)
    shown = browse(officer).get("/visits/missing/").content.decode()
    assert "远望木业" in shown
    assert "佳合机械" not in shown


def test_a_meeting_is_recorded_and_its_demands_become_cases(enterprise, officer, office_unit, browse):
    client = browse(officer)
    values = {
        "kind": "roundtable",
        "title": "装备制造圆桌会",
        "start_on": "2023-11-07",
        "end_on": "2023-11-07",
        "host": office_unit.pk,
        "enterprises": f"{enterprise.name}\n{enterprise.credit_code}",
    }
    wrong = client.post("/visits/gatherings/new/", values | {"enterprises": "没有这家"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    client.post("/visits/gatherings/new/", values)
    row = Gathering.objects.get()
    assert list(row.enterprises.all()) == [enterprise]
    demand = {
        "enterprise": enterprise.name,
        "kind": "help",
        "title": "用工",
        "text": "缺技工",
        "urgency": "normal",
    }
    assert client.post(f"{row.get_absolute_url()}demands/", demand).status_code == HTTPStatus.FOUND
    case = Complaint.objects.get()
    assert (case.channel, case.gathering, case.enterprise) == ("roundtable", row, enterprise)


def test_the_enterprise_s_page_shows_its_cases_and_visits_to_those_who_may_read_them(
    visit, enterprise, officer, outsider, browse
):
    number = Complaint.objects.get().number
    shown = browse(officer).get(enterprise.get_absolute_url()).content.decode()
    assert visit.number in shown
    assert number in shown
    hidden = browse(outsider).get(enterprise.get_absolute_url()).content.decode()
    assert visit.number not in hidden
    assert number not in hidden


@pytest.fixture
def many(liaison, officer, office_unit):
    """Sixty visits, pairings and meetings."""
    for n in range(60):
        row = EnterpriseFactory()
        visits.record_visit(VisitNote(row, TODAY - timedelta(days=n)), [DEMAND], actor=liaison, now=NOW)
        other = EnterpriseFactory()
        Pairing.objects.create(person=liaison, enterprise=other, since=date(2023, 1, 1), created_by=officer)
        GatheringFactory(host=office_unit).enterprises.add(row)
    return Visit.objects.first()


@pytest.mark.parametrize("persona", ["officer", "liaison"])
def test_the_pages_ask_a_fixed_number_of_times(persona, many, browse, request):
    client, over = browse(request.getfixturevalue(persona)), []
    gathering = Gathering.objects.first()
    for url, ceiling in (
        ("/visits/?size=50", LIST),
        ("/visits/?size=50&q=县&demands=yes", LIST),
        ("/visits/pairings/?size=50", LIST),
        ("/visits/missing/?size=50", LIST),
        ("/visits/gatherings/?size=50", LIST),
        ("/visits/new/", STEP),
        (many.get_absolute_url(), DETAIL),
        (gathering.get_absolute_url(), DETAIL),
        (many.enterprise.get_absolute_url(), DETAIL),
    ):
        answer, count = asked(client, lambda url=url: client.get(url))
        if answer.status_code != HTTPStatus.OK or count > ceiling:
            over.append(f"{url} {answer.status_code}: {count}")
    assert over == []
