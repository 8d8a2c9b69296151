"""Every step keeps within its number of queries, however many rows it is taken on, in a full county.

A step asks at most 15 times. `OWN` names those that write down what many rows add up to,
with what they may ask: that number, too, is the same for two rows and for fifty.
What is chained into the audit trail after the answer's transaction is not counted.
"""

from http import HTTPStatus
from time import time

import pytest
from django.contrib.messages import get_messages
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.ceilings.steps import STEPS
from tests.ceilings.test_pages import asked

CEILING = 15
# Each of these writes down what many tables say at one moment; every table is read once, whatever it holds.
FIGURES = 22  # lists, task forces, monitored items, items, lamps, reports, inspections, cases, policies, their places
OWN = {
    "draft bulletin": FIGURES + 6,  # who asks, the calendar, the red items, the draft and its trace
    "refresh bulletin": FIGURES + 6,
    "issue bulletin": FIGURES + 16,  # the rows behind the figures by domain, the number, the notices
    "record meeting": 38,  # the form (6), the frozen sheet (20), the round (2), its instructions (10)
}


def at_work(browse, person):
    """Return the client of a person who has just given the password once more and seen a page."""
    client = browse(person)
    session = client.session
    session["proven"] = time()
    session.save()
    client.get("/inbox/")
    return client


def refused(answer):
    """Return what the page says against a step that was taken."""
    return [str(told) for told in get_messages(answer.wsgi_request) if told.level_tag == "error"]


def test_every_step_keeps_within_its_ceiling_in_a_full_county(county, browse):
    over, broken = [], []
    for name, (person, prepare) in STEPS.items():
        client = at_work(browse, county.people[person])
        with transaction.atomic():
            address, data = prepare(county)
            with CaptureQueriesContext(connection) as captured:
                answer = client.post(address, data)
            transaction.set_rollback(True)
        if answer.status_code not in {HTTPStatus.OK, HTTPStatus.FOUND}:
            broken.append(f"{name}: {answer.status_code}")
        if told := refused(answer):
            broken.append(f"{name}: {told}")
        if (count := asked(captured)) > OWN.get(name, CEILING):
            over.append(f"{name}: {count}")
    assert (over, broken) == ([], [])


def test_only_steps_that_exist_have_a_ceiling_of_their_own():
    assert set(OWN) <= set(STEPS)


@pytest.mark.parametrize(
    "name",
    [
        "record meeting",
        "draft bulletin",
        "issue bulletin",
        "verify many",
        "return many",
        "assign many",
        "chase many",
        "save many reports",
        "submit many reports",
        "import reports",
    ],
)
def test_a_step_on_many_rows_costs_what_it_costs_on_few(name, county, browse):
    person, prepare = STEPS[name]
    client = at_work(browse, county.people[person])
    counts = {}
    for rows in (12, 50):
        with transaction.atomic():
            address, data = prepare(county, rows)
            with CaptureQueriesContext(connection) as captured:
                assert client.post(address, data).status_code == HTTPStatus.FOUND
            transaction.set_rollback(True)
        counts[rows] = asked(captured)
    # The history of so many rows is cut in two by SQLite.
    assert counts[50] - counts[12] <= 1
