"""The cases over the API: the pages' scope and masks, intake with a key, the first steps."""

from http import HTTPStatus

import pytest
from django.test import Client

from complaints.models import Complaint, Identity
from complaints.services import acceptance, routing, visits
from complaints.services.routing import Routing
from complaints.services.visits import VisitNote
from tests.complaints.steps import NOW, TODAY
from tests.complaints.test_page_ceilings import asked
from tests.factories_complaints import TopicFactory, register
from tests.factories_enterprises import EnterpriseFactory
from tests.factories_portal import api_token

LIST = "/api/v1/complaints/"
IDENTITY = ("喆明远", "13800138000", "138 0013 8000", "喆远", "解放路18号")


@pytest.fixture(autouse=True)
def _morning(on_the_day, calendar, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def call():
    def client_for(person):
        return Client(headers={"authorization": f"Token {api_token(person)}"})

    return client_for


@pytest.fixture
def case(officer, unit):
    row = register(enterprise=EnterpriseFactory(name="云溪县喆远食品有限公司"), secrecy="secret")
    acceptance.accept_complaint(row, actor=officer, now=NOW)
    return routing.assign_complaint(row, Routing(unit), actor=officer, now=NOW)


def ticket(**changes):
    return {
        "kind": "help",
        "external_number": "GD-1",
        "title": "用电增容",
        "text": "厂区需要增容",
        "name": "喆明远",
        "phone": "13800138000",
    } | changes


@pytest.mark.parametrize(
    ("persona", "seen"),
    [("officer", True), ("liaison", True), ("inspector", True), ("outsider", False), ("leader", False)],
)
def test_list_and_detail_agree_on_who_sees_the_case(persona, seen, case, call, request):
    client = call(request.getfixturevalue(persona))
    assert [row["number"] for row in client.get(LIST).json()["results"]] == [case.number] * seen
    expected = HTTPStatus.OK if seen else HTTPStatus.NOT_FOUND
    assert client.get(f"{LIST}{case.number}/").status_code == expected


@pytest.mark.parametrize("persona", ["observer", "sysadmin", "auditor"])
def test_observers_and_administrators_have_no_way_in(persona, call, request):
    assert call(request.getfixturevalue(persona)).get(LIST).status_code == HTTPStatus.FORBIDDEN


def test_the_unit_reads_the_words_without_identity_and_nulls(case, liaison, officer, call):
    answer = call(liaison).get(f"{LIST}{case.number}/")
    body = answer.json()
    assert [part for part in IDENTITY if part in answer.content.decode()] == []
    assert (body["is_hidden"], body["enterprise"], body["channel"]) == (True, None, None)
    shown = call(officer).get(f"{LIST}{case.number}/").json()
    assert (shown["is_hidden"], shown["enterprise"]) == (False, case.enterprise.credit_code)


@pytest.mark.parametrize(
    ("condition", "found"),
    [("state=assigned", True), ("state=closed", False), ("organisation=zhujian", True), ("q=审图", True)],
)
def test_the_list_is_filtered_as_the_page_is(condition, found, case, officer, call):
    rows = call(officer).get(f"{LIST}?{condition}").json()["results"]
    assert bool(rows) is found


def test_a_unit_cannot_feel_its_way_to_a_name_by_filters(case, liaison, call):
    client = call(liaison)
    for condition in ("q=喆远", "channel=web", f"enterprise={case.enterprise.credit_code}"):
        assert client.get(f"{LIST}?{condition}").json()["results"] == []


def test_another_system_hands_a_case_in_once_for_each_key(officer, call):
    topic, client = TopicFactory(), call(officer)
    headers = {"Idempotency-Key": "hotline-1"}
    first = client.post(LIST, ticket(topic=topic.code), "application/json", headers=headers)
    again = client.post(LIST, ticket(topic=topic.code), "application/json", headers=headers)
    assert (first.status_code, again.status_code) == (HTTPStatus.CREATED, HTTPStatus.OK)
    assert (first.json()["code"], again.json()["is_new"]) == (again.json()["code"], False)
    row = Complaint.objects.get()
    assert (row.channel, row.topic, row.external_number) == ("hotline", topic, "GD-1")
    assert "喆明远" not in Identity.objects.get().name
    other = client.post(LIST, ticket(title="另一件"), "application/json", headers=headers)
    assert other.status_code == HTTPStatus.CONFLICT


@pytest.mark.parametrize(
    ("headers", "changes"),
    [({}, {}), ({"Idempotency-Key": "k" * 41}, {}), ({"Idempotency-Key": "k"}, {"topic": "none"})],
)
def test_a_call_that_lacks_something_makes_no_case(headers, changes, officer, call):
    answer = call(officer).post(LIST, ticket(**changes), "application/json", headers=headers)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert Complaint.objects.count() == 0


def test_only_the_office_takes_cases_in(liaison, call):
    headers = {"Idempotency-Key": "k1"}
    answer = call(liaison).post(LIST, ticket(), "application/json", headers=headers)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "营商办" in answer.json()["error"]["message"]
    assert Complaint.objects.count() == 0


def test_a_case_is_accepted_and_assigned_by_the_version_that_was_read(officer, unit, liaison, call):
    row, client = register(), call(officer)
    base = f"{LIST}{row.number}/"
    assert call(liaison).post(f"{base}accept/", {"version": 1}, "application/json").status_code == 404
    accepted = client.post(f"{base}accept/", {"version": row.version}, "application/json")
    assert (accepted.status_code, accepted.json()["state"]) == (HTTPStatus.OK, "accepted")
    stale = client.post(f"{base}assign/", {"version": row.version, "lead": unit.code}, "application/json")
    assert stale.status_code == HTTPStatus.CONFLICT
    sent = {"version": accepted.json()["version"], "lead": unit.code}
    assigned = client.post(f"{base}assign/", sent, "application/json")
    assert (assigned.json()["state"], assigned.json()["lead"]) == ("assigned", unit.code)
    twice = client.post(f"{base}accept/", {"version": assigned.json()["version"]}, "application/json")
    assert twice.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_visits_are_read_by_those_who_may_read_them(liaison, outsider, call):
    note = VisitNote(EnterpriseFactory(), TODAY, situation="订单稳定")
    made = visits.record_visit(note, [], actor=liaison, now=NOW).visit
    assert call(liaison).get("/api/v1/visits/").json()["results"][0]["number"] == made.number
    client = call(outsider)
    assert client.get("/api/v1/visits/").json()["results"] == []
    assert client.get(f"/api/v1/visits/{made.number}/").status_code == HTTPStatus.NOT_FOUND


def test_a_page_of_the_list_asks_a_fixed_number_of_times(officer, browse):
    enterprise, topic = EnterpriseFactory(), TopicFactory()
    for n in range(55):
        register(title=f"第{n}件：审图补正", enterprise=enterprise, topic=topic)
    client = browse(officer)
    answer, count = asked(client, lambda: client.get(LIST))
    assert (len(answer.json()["results"]), count <= 15) == (50, True), count
