"""Due dates beside the cases: stops, extensions, other units, a calendar that comes late, limits that change."""

from datetime import date, timedelta

import pytest

from complaints.limits import LimitKind, LimitStep, LimitUnit
from complaints.models import Complaint, Round, TimeLimit
from complaints.services import acceptance, handling, replies, routing
from complaints.services.clocks import recompute_open_cases
from complaints.services.desk_tables import NewLimit, set_time_limit
from complaints.services.routing import Routing
from complaints.services.steps import StepRefused
from portal.errors import Refused
from portal.models import CalendarDay, CalendarYear
from portal.services.calendar import DayKind, set_day
from tests.complaints.steps import NOW, TODAY, bring_to, propose
from tests.factories import OrganisationFactory
from tests.factories_complaints import moment, register

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(officer, director, liaison, unit_head, lead_liaison, calendar):
    return {
        "officer": officer, "director": director, "liaison": liaison,
        "unit_head": unit_head, "lead_liaison": lead_liaison,
    }  # fmt: skip


def handled(people, now, **changes):
    """Return a case accepted, assigned to one unit and signed for on the day of `now`."""
    case = register(now=now, **changes)
    acceptance.accept_complaint(case, actor=people["officer"], now=now)
    routing.assign_complaint(case, Routing(people["liaison"].organisation), actor=people["officer"], now=now)
    return routing.sign_complaint(case, actor=people["liaison"], today=now.date())


@pytest.mark.parametrize(
    ("kind", "clock", "on", "due_on"),
    [
        ("inquiry", "ordinary", date(2023, 11, 8), date(2023, 11, 13)),
        ("help", "ordinary", date(2023, 9, 27), date(2023, 10, 10)),  # over National Day
        ("complaint", "ordinary", date(2024, 2, 7), date(2024, 2, 27)),  # over Spring Festival
        ("complaint", "arrears", date(2023, 11, 8), date(2023, 12, 8)),
        ("complaint", "petition", date(2023, 11, 8), date(2024, 1, 7)),
    ],
)
def test_the_handling_time_by_type_and_clock(people, kind, clock, on, due_on):
    case = handled(people, moment(on), kind=kind, clock=clock)
    assert (case.handle_due_on, case.original_due_on, case.due_on) == (due_on, due_on, due_on)
    row = Round.objects.get()
    assert (row.due_on, row.lead) == (due_on, people["liaison"].organisation)


def test_a_critical_case_runs_on_hours(people):
    case = handled(people, moment(date(2023, 11, 8), 9), urgency="critical")
    assert case.handle_due_at == moment(date(2023, 11, 10), 9)


def test_with_assisting_units_an_ordinary_case_has_fifteen_working_days(people):
    case = bring_to("handling", people)
    assert (case.clock, case.handle_due_on) == ("complex", date(2023, 11, 29))
    assert case.assignments.get(role="assist").due_on == date(2023, 11, 13)


def test_a_change_of_unit_leaves_the_handling_time_as_it_is(people):
    case = handled(people, NOW)
    before = case.handle_due_on
    routing.recall_complaint(case, actor=people["officer"], today=date(2023, 11, 10), note="职责划转")
    later = moment(date(2023, 11, 13))
    routing.assign_complaint(case, Routing(OrganisationFactory()), actor=people["officer"], now=later)
    assert case.handle_due_on == before
    assert "不重新计算" in case.events.get(action="recall").text


def test_a_suspension_moves_the_due_date_by_its_working_days(people):
    case = handled(people, NOW)
    assert case.handle_due_on == date(2023, 11, 22)
    handling.suspend_complaint(case, actor=people["director"], today=date(2023, 11, 9), reason="等待鉴定")
    assert not case.is_overdue(date(2024, 1, 1))
    handling.resume_complaint(case, actor=people["director"], today=date(2023, 11, 14))
    assert (case.handle_due_on, case.original_due_on) == (date(2023, 11, 27), date(2023, 11, 22))
    assert Round.objects.get().due_on == date(2023, 11, 27)


def test_an_extension_moves_the_due_date_and_keeps_the_original(people):
    case = handled(people, NOW)
    row = handling.request_extension(case, actor=people["liaison"], now=NOW, days=5, reason="须第三方检测")
    with pytest.raises(StepRefused, match="待审批"):
        handling.request_extension(case, actor=people["liaison"], now=NOW, days=5, reason="再申请")
    handling.decide_extension(row, actor=people["director"], approved=True, decision="同意", now=NOW)
    case.refresh_from_db()
    row.refresh_from_db()
    assert (case.handle_due_on, case.original_due_on) == (date(2023, 11, 29), date(2023, 11, 22))
    assert (row.state, row.new_due_on) == ("approved", date(2023, 11, 29))
    assert Round.objects.get().extended_on == TODAY
    told = case.events.get(action="approve_extension").public_text
    assert told == "因情况复杂，办理时限延长至2023年11月29日"
    with pytest.raises(StepRefused, match="已延期 1 次"):
        handling.request_extension(case, actor=people["liaison"], now=NOW, days=5, reason="再延")


@pytest.mark.parametrize(("on", "allowed"), [(date(2023, 11, 21), True), (date(2023, 11, 22), False)])
def test_more_time_is_asked_for_one_working_day_before_it_is_due(people, on, allowed):
    case = handled(people, NOW)
    assert (handling.extension_block(case, today=on) == "") is allowed


def test_arrears_are_never_extended_beyond_ninety_days(people):
    case = handled(people, NOW, clock="arrears")
    row = handling.request_extension(case, actor=people["liaison"], now=NOW, days=90, reason="分期支付")
    handling.decide_extension(row, actor=people["director"], approved=True, decision="同意", now=NOW)
    case.refresh_from_db()
    assert case.handle_due_on == NOW.date() + timedelta(days=90)


def test_a_reply_on_the_due_day_is_in_time_and_the_day_after_late(people):
    for day, late in ((22, False), (23, True)):
        case = handled(people, NOW)
        propose(case, people["liaison"])
        replies.confirm_reply(case, actor=people["unit_head"], now=moment(date(2023, 11, day), 23))
        row = case.rounds.get()
        assert (row.is_late, row.workdays) == (late, day - 12)


def test_a_year_published_late_moves_open_cases_only_and_once(people):
    now = moment(date(2026, 12, 28))
    case = handled(people, now, kind="help")
    closed = handled(people, now, kind="help")
    Complaint.objects.filter(pk=closed.pk).update(state="closed", closed_on=date(2026, 12, 29))
    assert (case.handle_due_on, case.handle_provisional) == (date(2027, 1, 4), True)
    assert not case.is_overdue(date(2027, 1, 20))
    CalendarYear.objects.create(year=2027)
    CalendarDay.objects.create(date=date(2027, 1, 1), is_workday=False, name="元旦")
    assert recompute_open_cases(date(2026, 12, 29)) == 1
    assert recompute_open_cases(date(2026, 12, 29)) == 0
    case.refresh_from_db()
    assert (case.handle_due_on, case.due_on, case.handle_provisional) == (
        date(2027, 1, 5),
        date(2027, 1, 5),
        False,
    )
    assert case.is_overdue(date(2027, 1, 6))
    assert case.rounds.get().due_on == date(2027, 1, 5)
    assert case.events.get(action="recompute").text == "工作日历变更，时限由2027年1月4日改为2027年1月5日"
    assert not closed.events.filter(action="recompute").exists()


def test_loading_a_year_recomputes_in_the_same_transaction(people):

    case = handled(people, NOW)
    set_day(
        date(2023, 11, 9), DayKind.REST, name="县里停办", reason="暴雪", actor=people["officer"], today=TODAY
    )
    case.refresh_from_db()
    assert case.handle_due_on == date(2023, 11, 23)


def test_a_new_limit_holds_for_cases_that_begin_after_it(people):
    earlier = handled(people, NOW, kind="inquiry")
    new = NewLimit(
        LimitKind.INQUIRY, LimitStep.HANDLE, 2, LimitUnit.WORKDAY, "县政府常务会议纪要", date(2023, 11, 9)
    )
    set_time_limit(new, actor=people["officer"], today=TODAY)
    set_time_limit(new, actor=people["officer"], today=TODAY)
    assert TimeLimit.objects.count() == 1
    assert recompute_open_cases(TODAY) == 0
    earlier.refresh_from_db()
    assert earlier.handle_due_on == date(2023, 11, 13)
    assert handled(people, moment(date(2023, 11, 9)), kind="inquiry").handle_due_on == date(2023, 11, 13)
    with pytest.raises(Refused, match="不能早于今天"):
        set_time_limit(new, actor=people["officer"], today=date(2023, 11, 10))
