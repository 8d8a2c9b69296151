"""Several people issue at the same moment, each on a connection of his own: numbers without gap or duplicate."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Barrier

import pytest
from django.db import connection

from portal.errors import Refused
from portal.models import AuditEvent, NumberSeries
from reports.models import Bulletin
from reports.services.bulletins import correct_bulletin, draft_bulletin, issue_bulletin, submit_bulletin
from tests.factories import CHINA, UserFactory
from tests.reports.small_county import OCTOBER, SEPTEMBER

TODAY = date(2023, 11, 13)
NOW = datetime(2023, 11, 13, 15, tzinfo=CHINA)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def heads(director):
    return [
        director,
        UserFactory(username="second", organisation=director.organisation, roles=["office_head"]),
    ]


def submitted(month, officer):
    bulletin = draft_bulletin(month, actor=officer, today=TODAY)
    return submit_bulletin(bulletin, actor=officer, now=NOW)


def issue_at_once(tries):
    """Issue with each (bulletin, head) of `tries` at the same moment; return the numbers, None for a refusal."""
    gate = Barrier(len(tries))

    def run(one):
        pk, head = one
        try:
            row = Bulletin.objects.get(pk=pk)
            gate.wait()
            return issue_bulletin(row, actor=head, now=NOW).issue_number
        except Refused:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tries)) as pool:
        return list(pool.map(run, tries))


def last_number():
    return NumberSeries.objects.get(series="bulletin.monthly", year=2023).value


def test_of_two_heads_who_issue_the_same_bulletin_at_once_one_succeeds(small_county, officer, heads):
    bulletin = submitted(OCTOBER, officer)
    numbers = issue_at_once([(bulletin.pk, head) for head in heads * 2])
    assert sorted(numbers, key=str) == [1, None, None, None]
    assert last_number() == 1
    assert AuditEvent.objects.filter(action="bulletin.issue").count() == 1


def test_bulletins_issued_at_once_take_numbers_that_follow_one_another(small_county, officer, heads):
    august = submitted(date(2023, 8, 1), officer)
    rows = [august, submitted(SEPTEMBER, officer), submitted(OCTOBER, officer)]
    numbers = issue_at_once([(row.pk, heads[place % 2]) for place, row in enumerate(rows)])
    assert sorted(numbers) == [1, 2, 3]
    printed = Bulletin.objects.order_by("issue_number").values_list("document_number", flat=True)
    assert list(printed) == [f"云营商办通报〔2023〕{number}号" for number in (1, 2, 3)]
    assert last_number() == 3


def test_a_refused_one_leaves_no_gap_between_the_others(small_county, officer, heads):
    """The head's own draft is refused; a correction and another month go out at the same moment."""
    first = submitted(SEPTEMBER, officer)
    issue_bulletin(first, actor=heads[0], now=NOW)
    correction = correct_bulletin(first, actor=officer, today=TODAY)
    submit_bulletin(correction, actor=officer, now=NOW)
    own = submitted(OCTOBER, heads[0])
    august = submitted(date(2023, 8, 1), officer)
    numbers = issue_at_once([(correction.pk, heads[0]), (own.pk, heads[0]), (august.pk, heads[1])])
    assert numbers[1] is None
    assert sorted([numbers[0], numbers[2]]) == [2, 3]
    assert last_number() == 3
