"""Figures and bulletins through the API."""

from http import HTTPStatus

import pytest

from tests.factories import WorkItemFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "on_the_day")]


def test_figures_come_with_their_definitions_and_rows(browse, officer, task_force, unit):
    item = WorkItemFactory(task_force=task_force, organisation=unit, closed=True)
    client = browse(officer)
    found = {row["key"]: row for row in client.get("/api/v1/figures/?period=2023-10").json()}
    assert found["indicators.items.closed"]["value"] == "1"
    assert found["indicators.items.closed"]["definition"]
    rows = client.get("/api/v1/figures/indicators.items.closed/?period=2023-10").json()
    assert [item.number in str(row) or item.short_number in str(row) for row in rows] == [True]


def test_a_figure_shows_only_the_rows_that_the_account_may_read(browse, outsider, task_force, unit):
    WorkItemFactory(task_force=task_force, organisation=unit, closed=True)
    assert browse(outsider).get("/api/v1/figures/indicators.items.closed/?period=2023-10").json() == []


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/api/v1/figures/?period=2023", HTTPStatus.BAD_REQUEST),
        ("/api/v1/figures/nothing.like.it/", HTTPStatus.NOT_FOUND),
        ("/api/v1/bulletins/none/", HTTPStatus.NOT_FOUND),
        ("/api/v1/bulletins/", HTTPStatus.OK),
    ],
)
def test_wrong_questions_get_clear_answers(browse, officer, url, status):
    assert browse(officer).get(url).status_code == status
