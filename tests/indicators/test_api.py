"""The API: the pages' scopes and services, one shape for errors, a description that holds."""

from datetime import date
from http import HTTPStatus

import pytest
from django.test import Client

from tests.factories import MonthFactory, ReportFactory, WorkItemFactory
from tests.factories_portal import api_token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "on_the_day")]


@pytest.fixture
def report(task_force, unit):
    MonthFactory()
    item = WorkItemFactory(task_force=task_force, organisation=unit)
    return ReportFactory(item=item)


@pytest.fixture
def call():
    """Return a client that calls with a person's token."""

    def client_for(person):
        return Client(headers={"authorization": f"Token {api_token(person)}"})

    return client_for


def address(report, step=""):
    return f"/api/v1/reports/{report.item.number}_2023-10/{step}"


def test_a_call_without_an_account_is_refused_in_the_documented_shape():
    answer = Client().get("/api/v1/work-items/")
    assert answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    assert set(answer.json()["error"]) == {"code", "message", "fields"}


@pytest.mark.parametrize(
    ("persona", "seen"),
    [("liaison", 1), ("lead_liaison", 1), ("officer", 1), ("chief", 1), ("leader", 1), ("outsider", 0)],
)
def test_lists_and_details_agree_on_who_sees_what(report, call, persona, seen, request):
    client = call(request.getfixturevalue(persona))
    assert len(client.get("/api/v1/work-items/").json()["results"]) == seen
    expected = HTTPStatus.OK if seen else HTTPStatus.NOT_FOUND
    assert client.get(f"/api/v1/work-items/{report.item.number}/").status_code == expected
    assert client.get(address(report)).status_code == expected


@pytest.mark.parametrize("persona", ["observer", "sysadmin", "security_officer", "auditor"])
def test_the_administrative_duties_have_no_way_in(call, persona, request):
    answer = call(request.getfixturevalue(persona)).get("/api/v1/work-items/")
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert answer.json()["error"]["code"] == "permission_denied"


def test_a_report_is_written_submitted_and_verified_through_the_api(report, call, liaison, officer):
    unit, office = call(liaison), call(officer)
    body = {"version": 1, "percent": "62.0", "done": "完成 2 个项目方案预审", "quantity_done": None}
    saved = unit.post(address(report, "draft/"), body, content_type="application/json")
    assert saved.status_code == HTTPStatus.OK, saved.content
    assert unit.post(address(report, "submit/")).json()["state"] == "submitted"
    assert unit.post(address(report, "verify/")).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert office.post(address(report, "verify/")).json()["state"] == "verified"
    report.item.refresh_from_db()
    assert report.item.percent == 62


def test_a_stale_version_is_a_conflict_that_shows_the_other_text(report, call, liaison):
    client = call(liaison)
    first = {"version": 1, "percent": "10", "done": "先写的内容"}
    assert (
        client.post(address(report, "draft/"), first, content_type="application/json").status_code
        == HTTPStatus.OK
    )
    late = {"version": 1, "percent": "20", "done": "后写的内容"}
    answer = client.post(address(report, "draft/"), late, content_type="application/json")
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "先写的内容" in answer.content.decode()


def test_wrong_input_names_the_field_in_chinese(report, call, liaison):
    answer = call(liaison).post(
        address(report, "draft/"),
        {"version": 1, "percent": "900", "done": ""},
        content_type="application/json",
    )
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert "100" in answer.json()["error"]["fields"]["percent"][0]


def test_a_month_that_is_none_is_an_input_error(call, officer):
    answer = call(officer).get("/api/v1/reports/?month=十月")
    assert answer.status_code == HTTPStatus.BAD_REQUEST


def test_the_list_pages_by_key_and_costs_the_same_for_many(
    call, officer, task_force, unit, django_assert_max_num_queries
):
    for _ in range(60):
        WorkItemFactory(task_force=task_force, organisation=unit)
    client = call(officer)
    with django_assert_max_num_queries(10):
        page = client.get("/api/v1/work-items/").json()
    assert len(page["results"]) == 50
    rest = client.get(page["next"]).json()["results"]
    assert len(rest) == 10


def test_the_description_lists_every_endpoint(call, officer):
    text = call(officer).get("/api/schema/").content.decode()
    for path in ("organisations", "task-forces", "work-items", "reports", "measurements", "dispatch-rounds"):
        assert f"/api/v1/{path}/" in text


def test_filters_narrow_the_list(call, officer, task_force, unit):
    WorkItemFactory(task_force=task_force, organisation=unit, due_on=date(2023, 6, 1))
    WorkItemFactory(task_force=task_force, organisation=unit, closed=True)
    client = call(officer)
    assert len(client.get("/api/v1/work-items/?state=closed").json()["results"]) == 1
    assert len(client.get("/api/v1/work-items/?due_before=2023-07-01").json()["results"]) == 1
