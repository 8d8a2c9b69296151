"""Handing in, numbering, the job and extensions at the same moment: one outcome, nothing lost, nothing twice."""

from datetime import date

import pytest

from complaints.grounds import Ground
from complaints.models import CaseEvent, Complaint, Extension, Submission
from complaints.services import acceptance, handling, routing
from complaints.services.intake import register_complaint
from complaints.services.routing import Routing
from portal.errors import Refused
from tests.complaints.steps import NOW, TODAY, bring_to
from tests.factories import UserFactory
from tests.factories_complaints import entry, moment, register
from tests.indicators.test_report_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(calendar, officer, director, liaison):
    return {"officer": officer, "director": director, "liaison": liaison}


def fresh(case):
    return Complaint.objects.get(pk=case.pk)


def test_the_job_deems_a_case_accepted_while_an_officer_declines_it(people):
    case = register(now=moment(date(2023, 11, 6)))
    first, second = fresh(case), fresh(case)
    at_once(
        lambda: acceptance.deem_accepted(first, now=NOW),
        lambda: acceptance.decline_complaint(
            second, actor=people["officer"], today=TODAY, ground=Ground.MARKET, reason="合同纠纷"
        ),
    )
    (decision,) = CaseEvent.objects.exclude(action="register").values_list("action", flat=True)
    now = fresh(case)
    assert (now.state, decision, now.rounds.count()) in {
        ("accepted", "deem", 1),
        ("declined", "decline", 0),
    }


def test_the_same_submission_twice_at_once_makes_one_case(people):
    def submit():
        return register_complaint(entry(), actor=None, now=NOW, source="form", key="same")

    at_once(submit, submit)
    assert (Complaint.objects.count(), Submission.objects.count()) == (1, 1)
    assert submit().is_new is False


def test_numbers_have_neither_gaps_nor_duplicates(people):
    at_once(*(lambda: register_complaint(entry(), actor=None, now=NOW) for _ in range(6)))
    numbers = sorted(Complaint.objects.values_list("number", flat=True))
    assert numbers == [f"SQ2023{n:06d}" for n in range(1, 7)]


def test_an_extension_is_decided_once(people):
    case = bring_to("accepted", people)
    routing.assign_complaint(case, Routing(people["liaison"].organisation), actor=people["officer"], now=NOW)
    routing.sign_complaint(case, actor=people["liaison"], today=TODAY)
    row = handling.request_extension(case, actor=people["liaison"], now=NOW, days=3, reason="须检测")
    heads = [people["director"], UserFactory(roles=["office_head"])]

    def decide(head, *, approved):
        mine = Extension.objects.select_related("complaint").get(pk=row.pk)
        return lambda: handling.decide_extension(
            mine, actor=head, approved=approved, decision="按规定", now=NOW
        )

    outcomes = at_once(decide(heads[0], approved=True), decide(heads[1], approved=False))
    assert sorted(isinstance(outcome, Refused) for outcome in outcomes) == [False, True]
    decided = CaseEvent.objects.filter(action__in=["approve_extension", "refuse_extension"])
    assert decided.count() == 1
