"""Several units, many cases, visits, work items, and the periodic work."""

from datetime import date, timedelta

import pytest
import time_machine

from complaints import jobs
from complaints.models import Complaint, Escalation, Pairing, Visit
from complaints.selectors.cases import case_page, find_visible_case
from complaints.selectors.desk import case_desk
from complaints.selectors.todos import todos, waiting
from complaints.selectors.visits import unvisited
from complaints.services import (
    acceptance,
    bulk,
    closing,
    handling,
    replies,
    routing,
    visits,
    whistles,
    work_items,
)
from complaints.services.routing import Routing
from complaints.services.steps import StepRefused
from complaints.services.whistles import Call
from portal.errors import Refused
from portal.models import Notification, User
from tests.complaints.steps import NOW, SATISFIED, TODAY, bring_to, propose
from tests.factories import OrganisationFactory, UserFactory
from tests.factories_complaints import entry, moment, register
from tests.factories_enterprises import EnterpriseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(officer, director, liaison, unit_head, lead_liaison, calendar):
    return {
        "officer": officer, "director": director, "liaison": liaison,
        "unit_head": unit_head, "lead_liaison": lead_liaison,
    }  # fmt: skip


def handled(people):
    case = bring_to("accepted", people)
    routing.assign_complaint(case, Routing(people["liaison"].organisation), actor=people["officer"], now=NOW)
    return routing.sign_complaint(case, actor=people["liaison"], today=TODAY)


def test_a_whistle_case_with_three_units_closes_when_all_have_answered(people):
    case = handled(people)
    units = [OrganisationFactory() for _ in range(3)]
    helpers = [UserFactory(organisation=unit, roles=["liaison"]) for unit in units]
    call = Call(units, "联合踏勘", respond_workdays=2)
    whistle = whistles.call_units(case, call, actor=people["officer"], now=NOW)
    assert whistle.respond_due_on == date(2023, 11, 10)
    with pytest.raises(StepRefused, match="已吹哨"):
        whistles.call_units(case, call, actor=people["officer"], now=NOW)
    for helper in helpers:
        assert Complaint.objects.visible_to(helper).exists()
        routing.sign_assistance(case, actor=helper, today=TODAY)
    with pytest.raises(StepRefused, match="尚未提交意见"):
        whistles.close_whistle(case, actor=people["liaison"], now=NOW, result="已会商")
    with pytest.raises(StepRefused, match="尚未提交协办意见"):
        propose(case, people["liaison"])
    for helper in helpers:
        routing.answer_assistance(case, actor=helper, today=TODAY, answer="已现场办结本单位事项")
    whistles.close_whistle(case, actor=people["liaison"], now=NOW, result="三部门联合踏勘，一次办结")
    propose(case, people["liaison"])
    whistle.refresh_from_db()
    assert (whistle.state, case.is_whistle, case.state) == ("closed", True, "awaiting_unit")


def test_only_the_office_blows_the_whistle(people):
    case = handled(people)
    call = Call([OrganisationFactory()], "联合踏勘")
    with pytest.raises(StepRefused, match="营商办发起"):
        whistles.call_units(case, call, actor=people["liaison"], now=NOW)


def test_many_cases_are_assigned_and_what_cannot_be_is_named(people):
    ready = [bring_to("accepted", people) for _ in range(2)]
    raw = register()
    done = bulk.assign_many(
        Complaint.objects.all(), Routing(people["liaison"].organisation), actor=people["officer"], now=NOW
    )
    assert done.done == tuple(case.number for case in ready)
    assert done.skipped[0][0] == raw.number
    assert "待受理" in done.skipped_text()


def test_a_unit_is_chased_once_a_day_with_one_notice(people, inspector):
    for _ in range(2):
        handled(people)
    with time_machine.travel(NOW):
        Notification.objects.all().delete()
        first = bulk.chase_many(Complaint.objects.all(), actor=inspector, today=TODAY, note="请加快")
        second = bulk.chase_many(Complaint.objects.all(), actor=inspector, today=TODAY)
    assert (len(first.done), len(second.done)) == (2, 0)
    assert Notification.objects.filter(recipient=people["liaison"], text__startswith="催办").count() == 1
    with pytest.raises(Refused):
        bulk.chase_many(Complaint.objects.all(), actor=people["liaison"], today=TODAY)


def test_nobody_is_late_or_chased_while_the_clock_stands_still(people):
    case = handled(people)
    after = case.handle_due_on + timedelta(days=30)

    def shown():
        director = User.objects.get(pk=people["director"].pk)
        page = case_page(find_visible_case(director, case.number), director, today=after)
        return case_desk(page, director, today=after)

    assert [row.is_late for row in shown().parts] == [True]
    assert "chase" in {act.name for act in shown().acts}
    case.refresh_from_db()
    handling.suspend_complaint(case, actor=people["director"], today=TODAY, reason="界址争议进入诉讼程序")
    assert [row.is_late for row in shown().parts] == [False]
    assert "chase" not in {act.name for act in shown().acts}
    skipped = bulk.chase_many(Complaint.objects.all(), actor=people["director"], today=after).skipped
    assert skipped == ((case.number, "暂停计时，不需催办"),)


def test_each_demand_of_a_visit_becomes_a_case_of_the_enterprise(people, liaison):
    enterprise = EnterpriseFactory()
    note = visits.VisitNote(enterprise, TODAY, situation="订单饱满，用工短缺")
    made = visits.record_visit(note, [entry(), entry(title="用电增容排队两个月")], actor=liaison, now=NOW)
    assert [one.complaint.channel for one in made.cases] == ["visit", "visit"]
    assert {one.complaint.enterprise for one in made.cases} == {enterprise}
    assert Visit.objects.get().has_demands
    with pytest.raises(Refused, match="已登记"):
        visits.record_visit(note, [], actor=liaison, now=NOW)
    with pytest.raises(Refused, match="不能晚于今天"):
        visits.record_visit(visits.VisitNote(enterprise, date(2023, 11, 9)), [], actor=liaison, now=NOW)


def test_a_campaign_collects_demands(people, office_unit):
    note = visits.GatheringNote(
        "campaign", "益企助企大走访", date(2023, 9, 1), date(2023, 9, 28), host=office_unit
    )
    made = visits.record_gathering(note, [entry() for _ in range(7)], actor=people["officer"], now=NOW)
    assert made.gathering.complaints.count() == 7
    with pytest.raises(Refused):
        visits.record_gathering(note, [], actor=people["liaison"], now=NOW)


def test_enterprises_nobody_has_visited_this_quarter(people, liaison):
    seen, unseen = EnterpriseFactory(), EnterpriseFactory()
    for enterprise in (seen, unseen):
        visits.start_pairing(liaison, enterprise, actor=people["officer"], since=date(2023, 1, 1))
    visits.record_visit(visits.VisitNote(seen, date(2023, 10, 8)), [], actor=liaison, now=NOW)
    visits.record_visit(visits.VisitNote(unseen, date(2023, 9, 28)), [], actor=liaison, now=NOW)
    (row,) = unvisited(people["officer"], today=TODAY)
    assert (row.enterprise, row.last_on) == (unseen, date(2023, 9, 28))
    with pytest.raises(Refused, match="已由"):
        visits.start_pairing(liaison, seen, actor=people["officer"], since=TODAY)
    visits.end_pairing(Pairing.objects.get(enterprise=unseen), actor=people["officer"], until=TODAY)


def test_a_case_becomes_a_work_item_once_and_gives_nothing_of_the_person(people):
    case = handled(people)
    draft = work_items.complaint_for_work_item(case, actor=people["officer"], version=case.version)
    assert (draft.number, draft.organisation) == (case.number, people["liaison"].organisation)
    assert "喆明远" not in draft.text
    work_items.link_work_item(case, "2023-SQ-001", actor=people["officer"])
    with pytest.raises(StepRefused, match="已转为事项"):
        work_items.complaint_for_work_item(case, actor=people["officer"], version=case.version)


def test_nobody_decides_and_the_case_is_deemed_accepted_once(people):
    case = register(now=moment(date(2023, 11, 6)))
    with time_machine.travel(moment(date(2023, 11, 7))):
        assert jobs.deem_undecided(date(2023, 11, 7)) == "没有逾期未审查的诉求"
    with time_machine.travel(moment(date(2023, 11, 8), 0)):
        assert jobs.deem_undecided(TODAY).startswith("1 件")
        assert jobs.deem_undecided(TODAY) == "没有逾期未审查的诉求"
    case.refresh_from_db()
    assert (case.state, case.is_deemed_accepted, case.accepted_on) == ("accepted", True, TODAY)


def test_reminders_go_out_once_a_day_and_supervision_is_proposed_once(people):
    case = handled(people)
    assert case.handle_due_on == date(2023, 11, 22)
    Notification.objects.all().delete()
    assert jobs.remind_due(date(2023, 11, 20)) == "没有需要提醒的诉求"
    assert jobs.remind_due(date(2023, 11, 21)) == "提醒 2 人次"
    assert jobs.remind_due(date(2023, 11, 21)) == "没有需要提醒的诉求"
    jobs.remind_due(date(2023, 11, 24))
    texts = list(Notification.objects.filter(recipient=people["liaison"]).values_list("text", flat=True))
    assert "11月22日到期" in texts[1]
    assert "已逾期 2 个工作日" in texts[0]
    assert jobs.escalate_overdue(date(2023, 11, 24)) == "没有需要督办的诉求"
    assert jobs.escalate_overdue(date(2023, 11, 27)) == "提出督办建议 1 件"
    assert jobs.escalate_overdue(date(2023, 11, 28)) == "没有需要督办的诉求"
    assert jobs.escalate_overdue(date(2023, 12, 6)) == "提出督办建议 1 件"
    assert set(Escalation.objects.values_list("rung", flat=True)) == {"supervise", "talk"}


def test_what_waits_for_whom(people):
    register()
    handled(people)
    awaiting = bring_to("awaiting_unit", people)
    assert {todo.kind for todo in todos(_fresh(people["officer"]), today=TODAY)} == {"诉求受理"}
    assert {todo.kind for todo in todos(_fresh(people["liaison"]), today=TODAY)} == {"诉求办理"}
    confirm = [todo for todo in todos(_fresh(people["unit_head"]), today=TODAY) if todo.kind == "答复确认"]
    assert confirm[0].url == awaiting.get_absolute_url()
    counts = {
        name: sum(rows.count() for rows in waiting(_fresh(person)).get("complaints", []))
        for name, person in people.items()
    }
    assert counts["officer"] == 1
    assert counts["liaison"] == 1
    assert counts["lead_liaison"] == 0


def test_a_reopened_case_has_a_new_round_with_a_time_of_its_own(people):
    case = handled(people)
    propose(case, people["liaison"])
    replies.confirm_reply(case, actor=people["unit_head"], now=NOW)
    replies.pass_reply(case, actor=people["officer"], now=NOW)
    closing.call_back(case, SATISFIED, actor=people["officer"], now=NOW)
    later = moment(date(2023, 12, 1))
    closing.reopen_complaint(case, actor=people["director"], now=later, reason="问题反弹")
    assert (case.state, case.round, case.handle_due_on) == ("handling", 2, date(2023, 12, 15))
    assert case.rounds.get(number=1).resolved is True
    acceptance.ask_for_more(case, actor=people["officer"], today=date(2023, 12, 4), wanted="照片")
    assert case.stops.get().round == 2


def _fresh(user):
    return User.objects.get(pk=user.pk)
