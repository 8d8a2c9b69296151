"""Every step keeps within its number of queries, however many rows it is taken on, in a full county.

A step asks at most 15 times. `OWN` names the two that write what many rows add up to,
with what they may ask: that number, too, is the same for two rows and for fifty.
What is chained into the audit trail after the answer's transaction is not counted.
"""

from http import HTTPStatus

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.ceilings.steps import STEPS
from tests.ceilings.test_pages import DOMAINS, FIGURES_PER_DOMAIN, asked

CEILING = 15
# The units of the task forces, five for the block of cases, four for that of the policies.
SHEET_BLOCKS = 10
OWN = {
    "draft bulletin": 22 + FIGURES_PER_DOMAIN * DOMAINS,  # every figure of two months
    "record meeting": 32 + SHEET_BLOCKS,  # the frozen sheet (18 and its blocks), the instructions
}


def test_every_step_keeps_within_its_ceiling_in_a_full_county(county, browse):
    over, broken = [], []
    for name, (person, prepare) in STEPS.items():
        client = browse(county.people[person])
        client.get("/inbox/")
        with transaction.atomic():
            address, data = prepare(county)
            with CaptureQueriesContext(connection) as captured:
                answer = client.post(address, data)
            transaction.set_rollback(True)
        if answer.status_code not in {HTTPStatus.OK, HTTPStatus.FOUND}:
            broken.append(f"{name}: {answer.status_code}")
        if (count := asked(captured)) > OWN.get(name, CEILING):
            over.append(f"{name}: {count}")
    assert (over, broken) == ([], [])


def test_only_steps_that_exist_have_a_ceiling_of_their_own():
    assert set(OWN) <= set(STEPS)


@pytest.mark.parametrize(
    "name",
    [
        "record meeting",
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
    client = browse(county.people[person])
    client.get("/inbox/")
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
