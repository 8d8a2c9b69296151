"""The workflow: who may take which step from which state, and what each step leaves behind."""

import pytest
from django.db import connection

from complaints.models import CaseEvent, Complaint, FollowUp, Round
from complaints.services import acceptance, closing, handling, replies, routing
from complaints.services.routing import Routing
from complaints.services.steps import StepRefused
from complaints.workflow import CASE_STEPS, PUBLIC_LABELS, CaseState, actors
from portal.errors import Conflict, Refused
from portal.models import AuditEvent, Notification
from tests.complaints.steps import NOW, SATISFIED, TODAY, UNSATISFIED, bring_to, propose, take
from tests.factories import OrganisationFactory

PERSONAS = (
    "liaison",
    "unit_head",
    "lead_liaison",
    "lead_head",
    "officer",
    "director",
    "inspector",
    "outsider",
    "chief",
    "leader",
    "observer",
    "sysadmin",
)


@pytest.fixture
def people(request, db, calendar):
    return {name: request.getfixturevalue(name) for name in PERSONAS}


def allowed(persona, step, state):
    """What the table says, worked out apart from the services: `liaison`'s unit leads, `lead_liaison`'s assists."""
    roles = {
        "liaison": {"liaison"},
        "lead_liaison": {"liaison"},
        "lead_head": {"unit_head"},
        "officer": {"office"},
        "director": {"office_head"},
        "outsider": {"liaison"},
    }.get(persona, {persona})
    with_units = state in {
        "assigned",
        "handling",
        "suspended",
        "awaiting_unit",
        "replied",
        "follow_up",
        "closed",
    }
    capacities = actors(
        roles,
        is_lead=with_units and persona in {"liaison", "unit_head"},
        is_assist=with_units
        and persona in {"lead_liaison", "lead_head"}
        and state not in {"closed", "archived"},
    )
    return state in step.sources and not capacities.isdisjoint(step.actors)


# What the table allows and a rule of the step refuses all the same.
REFUSED = {
    ("handling", "answer"): set(),
    ("awaiting_unit", "answer"): {"lead_liaison", "lead_head"},
}


@pytest.mark.parametrize("state", CaseState.values)
def test_each_step_succeeds_exactly_for_the_states_and_people_of_the_table(state, people, unit):
    case = bring_to(state, people)
    third = OrganisationFactory(short_name="县市场监管局")
    for name, step in CASE_STEPS.items():
        for persona in PERSONAS:
            with connection.cursor() as cursor:
                cursor.execute("SAVEPOINT trial")
            trial = Complaint.objects.get(pk=case.pk)
            try:
                take(name, trial, people[persona], (unit, third))
                taken = True
            except Refused:
                taken = False
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK TO SAVEPOINT trial")
            wanted = allowed(persona, step, state) and persona not in REFUSED.get((state, name), set())
            assert taken == wanted, (state, name, persona)


def test_every_state_has_a_public_label():
    assert set(PUBLIC_LABELS) == set(CaseState)


def test_the_whole_way_from_registration_to_a_second_round_and_archive(people):
    case = bring_to("follow_up", people)
    closing.call_back(case, UNSATISFIED, actor=people["officer"], now=NOW)
    assert (case.state, case.round, case.replied_on) == ("handling", 2, None)
    propose(case, people["liaison"])
    replies.confirm_reply(case, actor=people["unit_head"], now=NOW)
    replies.pass_reply(case, actor=people["officer"], now=NOW)
    closing.call_back(case, SATISFIED, actor=people["officer"], now=NOW)
    closing.archive_complaint(case, actor=people["officer"], today=TODAY)
    case.refresh_from_db()
    assert (case.state, case.closed_on, case.resolved, case.satisfaction) == ("archived", TODAY, True, "very")
    rounds = list(Round.objects.values_list("number", "resolved", "satisfaction"))
    assert rounds == [(1, False, "not"), (2, True, "very")]
    assert list(FollowUp.objects.values_list("round", flat=True)) == [1, 2]
    actions = list(CaseEvent.objects.values_list("action", flat=True))
    assert actions == [
        "register", "accept", "assign", "sign", "answer", "propose", "confirm", "pass", "again",
        "propose", "confirm", "pass", "close", "archive",
    ]  # fmt: skip


def test_a_second_unsatisfied_call_back_closes_and_proposes_supervision_once(people):
    case = bring_to("follow_up", people)
    Complaint.objects.filter(pk=case.pk).update(round=2)
    case.refresh_from_db()
    closing.call_back(case, UNSATISFIED, actor=people["officer"], now=NOW)
    assert case.state == "closed"
    assert case.outcome == "unresolved"
    assert case.escalations.get().rung == "supervise"


def test_somebody_of_a_handling_unit_never_calls_back(people, unit, officer):
    case = bring_to("follow_up", people)
    officer.organisation = unit
    officer.save()
    with pytest.raises(StepRefused, match="承办单位以外"):
        closing.call_back(case, SATISFIED, actor=officer, now=NOW)


def test_an_unreachable_person_is_called_three_times_before_closing(people):
    case = bring_to("follow_up", people)
    missed = closing.CallBack(reachable=False)
    for _ in range(2):
        closing.call_back(case, missed, actor=people["officer"], now=NOW)
        assert case.state == "follow_up"
    closing.call_back(case, missed, actor=people["officer"], now=NOW)
    assert (case.state, case.resolved, case.satisfaction) == ("closed", None, "")
    assert Round.objects.get().is_effective is False


def test_a_unit_returns_once_and_never_what_was_designated(people, unit, other_unit):
    case = bring_to("assigned", people)
    routing.return_complaint(
        case, actor=people["liaison"], today=TODAY, reason="不属我局", suggested=other_unit
    )
    assert (case.state, case.lead) == ("accepted", None)
    assert case.assignments.filter(state="returned").get().suggested == other_unit
    routing.assign_complaint(case, Routing(unit), actor=people["officer"], now=NOW)
    with pytest.raises(StepRefused, match="已退回过一次"):
        routing.return_complaint(case, actor=people["liaison"], today=TODAY, reason="x", suggested=other_unit)
    routing.designate_complaint(case, Routing(unit), actor=people["officer"], now=NOW, note="职责清单第12项")
    with pytest.raises(StepRefused, match="指定"):
        routing.return_complaint(case, actor=people["liaison"], today=TODAY, reason="x", suggested=other_unit)


def test_a_return_after_the_working_day_is_refused(people, other_unit):
    case = bring_to("assigned", people)
    late = TODAY.replace(day=10)
    with pytest.raises(StepRefused, match="超过退回时限"):
        routing.return_complaint(case, actor=people["liaison"], today=late, reason="x", suggested=other_unit)


def test_the_proposer_never_confirms_his_own_reply(people, unit):
    from tests.factories import UserFactory

    both = UserFactory(organisation=unit, roles=["liaison", "unit_head"])
    case = bring_to("handling", people)
    case.assignments.filter(role="assist").update(state="answered")
    propose(case, both)
    with pytest.raises(StepRefused, match="拟稿人本人"):
        replies.confirm_reply(case, actor=both, now=NOW)


def test_merged_cases_keep_both_histories_and_can_be_split(people):
    case = bring_to("merged", people)
    kept = case.merged_into
    assert kept.events.filter(action="absorb", text__contains=case.number).exists()
    acceptance.split_complaint(case, actor=people["officer"], now=NOW, note="不是同一工地")
    assert (case.state, case.merged_into, case.accepted_on) == ("accepted", None, TODAY)
    assert list(case.events.values_list("action", flat=True)) == ["register", "merge", "split"]


def test_what_was_changed_after_it_was_read_is_a_conflict(people):
    case = bring_to("accepted", people)
    stale = Complaint.objects.get(pk=case.pk)
    handling.note_progress(case, actor=people["officer"], now=NOW, note="电话核实一次")
    with pytest.raises(Conflict, match="已有新的办理"):
        routing.assign_complaint(
            stale, Routing(people["liaison"].organisation), actor=people["officer"], now=NOW
        )


def test_every_step_is_in_the_audit_trail_and_told_without_identity(people):
    bring_to("archived", people)
    steps = AuditEvent.objects.filter(action__startswith="complaint.").count()
    assert steps == CaseEvent.objects.count()
    texts = " ".join(Notification.objects.values_list("text", flat=True))
    assert texts
    for secret in ("喆明远", "13800138000", "喆远食品"):
        assert secret not in texts
