"""Two people at the same moment: exactly one step is taken, the other person is told, the history is complete."""

from datetime import date

import pytest

from complaints.grounds import Ground
from complaints.kinds import Outcome, PaperKind
from complaints.models import Assignment, CaseEvent, Complaint, Escalation, Paper
from complaints.services import acceptance, bulk, desk, replies, routing, tickets
from complaints.services.closing import call_back
from complaints.services.escalations import issue_escalation, propose_escalation
from complaints.services.papers import issue_paper
from complaints.services.routing import Routing
from complaints.workflow import EscalationRung
from portal.errors import Refused
from portal.models import AuditEvent, WorkbookImport
from tests.complaints.steps import NOW, REPLY, SATISFIED, TODAY, bring_to
from tests.complaints.test_desk_intake import workbook
from tests.factories import OrganisationFactory, UserFactory
from tests.factories_complaints import register
from tests.indicators.test_report_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ONE_TAKEN = [False, True]


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def people(calendar, officer, director, liaison, unit_head, lead_liaison):
    return {
        "officer": officer,
        "director": director,
        "liaison": liaison,
        "unit_head": unit_head,
        "lead_liaison": lead_liaison,
    }


def read(case):
    """Read the case as each of two people has it on the screen."""
    return Complaint.objects.select_related("lead").get(pk=case.pk)


def refused(results):
    return sorted(isinstance(result, Refused) for result in results)


def events(case, *actions):
    return CaseEvent.objects.filter(complaint=case, action__in=actions).count()


def test_of_two_officers_who_assign_a_case_one_does_it_and_one_is_told(people):
    case = bring_to("accepted", people)
    units = [OrganisationFactory(), OrganisationFactory()]
    seen = [read(case), read(case)]
    officers = [people["officer"], people["director"]]
    results = at_once(
        *(
            lambda case=case, unit=unit, actor=actor: routing.assign_complaint(
                case, Routing(unit), actor=actor, now=NOW
            )
            for case, unit, actor in zip(seen, units, officers, strict=True)
        )
    )
    assert refused(results) == ONE_TAKEN
    part = Assignment.objects.get()
    assert read(case).lead == part.organisation
    assert events(case, "assign") == 1
    assert AuditEvent.objects.filter(action="complaint.assign").count() == 1


def test_a_case_is_returned_by_the_unit_or_designated_by_the_office_but_never_both(people):
    case = bring_to("assigned", people)
    other = OrganisationFactory()
    mine, theirs = read(case), read(case)
    results = at_once(
        lambda: routing.return_complaint(
            mine, actor=people["liaison"], today=TODAY, reason="不属我局职责", suggested=other
        ),
        lambda: routing.designate_complaint(
            theirs,
            Routing(people["liaison"].organisation),
            actor=people["director"],
            now=NOW,
            note="职责交叉，指定办理",
        ),
    )
    assert refused(results) == ONE_TAKEN
    after = read(case)
    assert (after.state, after.is_designated, after.lead_id is None) in {
        ("accepted", False, True),
        ("assigned", True, False),
    }
    assert events(case, "return", "designate") == 1


def test_a_case_is_accepted_or_declined_but_never_both(people):
    case = register()
    mine, theirs = read(case), read(case)
    results = at_once(
        lambda: acceptance.accept_complaint(mine, actor=people["officer"], now=NOW),
        lambda: acceptance.decline_complaint(
            theirs, actor=people["director"], today=TODAY, ground=Ground.MARKET, reason="合同纠纷"
        ),
    )
    assert refused(results) == ONE_TAKEN
    assert events(case, "accept", "decline") == 1
    assert read(case).rounds.count() == (1 if read(case).state == "accepted" else 0)


def test_a_reply_that_is_proposed_twice_at_once_is_one_draft(people):
    case = bring_to("handling", people)
    case.assignments.filter(role="assist").update(state="answered")
    second = UserFactory(organisation=people["liaison"].organisation, roles=["liaison"])
    seen = [read(case), read(case)]
    results = at_once(
        *(
            lambda case=case, actor=actor: desk.reply_with_files(
                case, actor=actor, now=NOW, text=REPLY, outcome=Outcome.RESOLVED
            )
            for case, actor in zip(seen, (people["liaison"], second), strict=True)
        )
    )
    assert refused(results) == ONE_TAKEN
    assert case.replies.count() == 1


def test_a_reply_is_passed_or_sent_back_but_never_both(people):
    case = bring_to("replied", people)
    mine, theirs = read(case), read(case)
    results = at_once(
        lambda: replies.pass_reply(mine, actor=people["officer"], now=NOW),
        lambda: replies.send_reply_again(theirs, actor=people["director"], now=NOW, note="未答复收费依据"),
    )
    assert refused(results) == ONE_TAKEN
    assert read(case).state in {"follow_up", "handling"}


def test_a_call_back_that_is_written_down_twice_counts_once(people):
    case = bring_to("follow_up", people)
    seen = [read(case), read(case)]
    results = at_once(
        *(
            lambda case=case, actor=actor: call_back(case, SATISFIED, actor=actor, now=NOW)
            for case, actor in zip(seen, (people["officer"], people["director"]), strict=True)
        )
    )
    assert refused(results) == ONE_TAKEN
    assert case.follow_ups.count() == 1


def test_of_two_bulk_assignments_every_case_goes_to_one_unit(people):
    cases = [bring_to("accepted", people) for _ in range(4)]
    chosen = Complaint.objects.filter(pk__in=[case.pk for case in cases])
    units = [OrganisationFactory(), OrganisationFactory()]
    results = at_once(
        *(
            lambda unit=unit, actor=actor: bulk.assign_many(chosen.all(), Routing(unit), actor=actor, now=NOW)
            for unit, actor in zip(units, (people["officer"], people["director"]), strict=True)
        )
    )
    assert sum(len(result.done) for result in results) == 4
    assert sum(len(result.skipped) for result in results) == 4
    assert Assignment.objects.count() == 4


def test_a_supervision_is_signed_once(people):
    case = bring_to("handling", people)
    propose_escalation(case, EscalationRung.SUPERVISE, "逾期", occasion="test", now=NOW)
    second = UserFactory(roles=["office_head"])
    results = at_once(
        *(
            lambda actor=actor: issue_escalation(
                Escalation.objects.select_related("complaint__lead", "organisation").get(),
                actor=actor,
                today=date(2023, 11, 8),
            )
            for actor in (people["director"], second)
        )
    )
    assert refused(results) == ONE_TAKEN
    assert Escalation.objects.get().number == "云营商办诉督〔2023〕1号"


def test_a_paper_is_given_out_once_and_its_number_is_not_lost(people):
    case = bring_to("accepted", people)
    seen = [read(case), read(case)]
    results = at_once(
        *(
            lambda case=case, actor=actor: issue_paper(case, PaperKind.ACCEPTANCE, actor=actor, today=TODAY)
            for case, actor in zip(seen, (people["officer"], people["director"]), strict=True)
        )
    )
    assert refused(results) == ONE_TAKEN
    assert Paper.objects.get().number == "云营商办诉受〔2023〕1号"
    assert events(case, "paper") == 1
    assert AuditEvent.objects.filter(action="complaint.paper").count() == 1
    other = bring_to("accepted", people)
    following = issue_paper(other, PaperKind.ACCEPTANCE, actor=people["officer"], today=TODAY)
    assert following.number == "云营商办诉受〔2023〕2号"


def test_of_papers_of_two_cases_given_out_at_once_each_has_a_number_of_its_own(people):
    cases = [bring_to("accepted", people) for _ in range(2)]
    at_once(
        *(
            lambda case=case: issue_paper(case, PaperKind.ACCEPTANCE, actor=people["officer"], today=TODAY)
            for case in cases
        )
    )
    numbers = Paper.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == ["云营商办诉受〔2023〕1号", "云营商办诉受〔2023〕2号"]


def test_an_upload_of_tickets_is_registered_once(people):
    batch = tickets.check_tickets(workbook(), actor=people["officer"])
    seen = [WorkbookImport.objects.get(pk=batch.pk) for _ in range(2)]
    results = at_once(
        *(lambda row=row: tickets.apply_tickets(row, actor=people["officer"], now=NOW) for row in seen)
    )
    assert sorted(result.again for result in results) == [False, True]
    assert Complaint.objects.count() == 2
