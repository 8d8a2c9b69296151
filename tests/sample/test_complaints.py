"""The sample's cases: every way, kind and state, dates as the services compute them, figures that agree."""

from collections import Counter
from datetime import date

import pytest
from django.db import transaction
from django.db.models import Count, Sum

from complaints.kinds import CaseType, Channel
from complaints.models import (
    Assignment,
    Complaint,
    Escalation,
    Extension,
    FollowUp,
    Gathering,
    Identity,
    ListedUnit,
    QuestionnaireWave,
    Round,
    Visit,
    WhistleCall,
)
from complaints.selectors.trends import problems
from complaints.services.clocks import recompute_open_cases
from complaints.workflow import CaseState
from portal.models import AuditEvent, Notification, NumberSeries
from reports.figures import Period, values_of

TODAY = date(2023, 11, 10)
MONTHS = [date(2023, month, 1) for month in range(1, 11)]


pytestmark = pytest.mark.django_db


def test_about_four_hundred_cases_come_in_by_every_way_and_of_every_kind(sample):
    assert 380 <= Complaint.objects.count() <= 420
    assert set(Complaint.objects.values_list("channel", flat=True)) == set(Channel.values)
    assert set(Complaint.objects.values_list("kind", flat=True)) == set(CaseType.values)


def test_every_state_occurs(sample):
    assert set(Complaint.objects.values_list("state", flat=True)) == set(CaseState.values)


def test_the_due_dates_are_those_that_the_services_compute(sample):
    with transaction.atomic():
        assert recompute_open_cases(TODAY) == 0
        transaction.set_rollback(True)


def test_the_campaign_brought_seven_demands(sample):
    campaign = Gathering.objects.get(title="益企助企520")
    assert campaign.complaints.count() == 7


def test_the_survey_has_364_answers_about_every_unit(sample):
    wave = QuestionnaireWave.objects.get()
    assert wave.answered == 364
    sums = wave.results.annotate(
        answers=Sum("very") + Sum("fairly") + Sum("unsatisfied") + Sum("unknown")
    ).values_list("answers", flat=True)
    assert set(sums) == {364}


def test_some_are_overdue_reopened_handled_again_supervised_and_whistled(sample):
    assert Complaint.objects.overdue(TODAY).count() >= 4
    assert Round.objects.filter(number=2).count() >= 5
    assert Escalation.objects.count() == 2
    assert Counter(WhistleCall.objects.values_list("state", flat=True)) == {"closed": 1, "open": 1}


def test_something_waits_for_the_person_for_a_decision_and_for_another_call(sample):
    assert Complaint.objects.filter(state="registered", clock_stopped_on__isnull=False).count() == 1
    assert Extension.objects.filter(state="requested").count() == 1
    assert FollowUp.objects.filter(reachable=False, complaint__state="follow_up").exists()
    assert Assignment.objects.filter(state="returned", complaint__state="assigned").exists()


def test_reports_are_secret_and_their_units_read_them_masked(sample):
    reports = Complaint.objects.filter(kind=CaseType.REPORT)
    assert not reports.exclude(secrecy="secret").exists()
    assert not Assignment.objects.filter(complaint__in=reports, masked=False).exists()


def test_no_text_for_units_names_the_enterprise_or_the_phone(sample):
    for case in Complaint.objects.select_related("enterprise").exclude(enterprise=None):
        assert case.enterprise.name not in case.shared_title + case.shared_text + case.shared_wishes


def test_the_anonymous_have_no_identity_and_all_others_have_one(sample):
    assert not Identity.objects.filter(complaint__is_anonymous=True).exists()
    assert Identity.objects.count() == Complaint.objects.filter(is_anonymous=False).count()


def test_visits_are_numbered_without_a_gap_and_the_counter_follows(sample):
    numbers = sorted(Visit.objects.values_list("number", flat=True))
    assert numbers == [f"ZF2023{n:05d}" for n in range(1, len(numbers) + 1)]
    assert NumberSeries.objects.get(series="complaints.visit", year=2023).value == len(numbers)


def test_the_next_case_gets_the_next_number(sample):
    last = NumberSeries.objects.get(series="complaints", year=2023).value
    assert Complaint.objects.filter(number=f"SQ2023{last:06d}").exists()
    assert Complaint.objects.count() == last


def test_the_history_of_each_case_follows_its_states(sample):
    for case in Complaint.objects.prefetch_related("events"):
        events = list(case.events.all())
        assert events[0].action == "register"
        assert [row.at for row in events] == sorted(row.at for row in events)
        assert [row.target for row in events if row.action != "paper"][-1] == case.state


def test_nothing_is_told_of_today_or_later(sample):
    assert not Complaint.objects.filter(registered_on__gte=TODAY).exists()
    assert not Round.objects.filter(replied_on__gte=TODAY).exists()


def test_the_audit_trail_tells_of_every_case(sample):
    registered = AuditEvent.objects.filter(action="complaint.register").aggregate(cases=Count("object_id"))
    assert registered["cases"] == Complaint.objects.count()


@pytest.mark.parametrize("month", MONTHS)
def test_what_the_figures_divide_into_adds_up(sample, month):
    values = values_of(Period(month), compare=False)
    for part in values["complaints.accepted"].parts:
        assert sum(values[key].value for key in part.keys) == values["complaints.accepted"].value


def test_something_recurs(sample):
    assert any(row.is_recurrent for row in problems(date(2023, 10, 31)))


def test_the_red_list_of_the_last_quarter_is_out_and_one_unit_waits_for_its_decision(sample):
    rows = ListedUnit.objects.order_by("pk")
    assert [(row.side, row.state) for row in rows] == [
        ("red", "published"),
        ("red", "published"),
        ("red", "proposed"),
    ]
    assert {(row.first, row.last) for row in rows} == {(date(2023, 7, 1), date(2023, 9, 30))}
    assert all(row.reason and "100%" in row.grounds and row.decided_by != row.proposed_by for row in rows)
    waiting = Notification.objects.filter(url__contains="red-black", read_at=None)
    assert [row.text for row in waiting] == [f"{rows[2]}待审定"]


def test_the_enterprises_that_raised_a_demand_openly_were_at_the_gathering(sample):
    for gathering in Gathering.objects.all():
        heard = gathering.complaints.filter(reported=None).exclude(enterprise=None)
        assert set(gathering.enterprises.all()) == {case.enterprise for case in heard} != set()
