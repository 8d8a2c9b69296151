"""Rounds: opened once by the calendar or by hand, held once with their sheet frozen, cancelled."""

from datetime import date, datetime
from http import HTTPStatus
from threading import Barrier, Thread

import pytest
from django.db import connection, connections, transaction
from django.db.utils import DatabaseError

from indicators import dispatch_jobs
from indicators.models import DispatchRound, Instruction, WorkItem
from indicators.services.dispatch import (
    Meeting,
    RoundPlan,
    cancel_round,
    hold_round,
    open_round,
    plan_round,
    sheet_hash,
)
from indicators.services.instructions import Order
from portal.errors import Conflict, Refused
from portal.models import AuditEvent, Notification
from tests.factories import CHINA, MonthFactory, TaskForceFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

TODAY = date(2023, 11, 8)
NOVEMBER = date(2023, 11, 1)
SHEET = {"format": 1, "title": "调度表"}


@pytest.fixture
def plan(task_force, chief):
    def make(**changes):
        values = {
            "form": "chief",
            "month": NOVEMBER,
            "task_forces": [task_force],
            "cutoff_on": date(2023, 11, 10),
            "occasion": "2023-11-chief",
            "chief": chief,
        }
        return RoundPlan(**(values | changes))

    return make


@pytest.fixture
def draft(plan, officer):
    return open_round(plan(), actor=officer)[0]


@pytest.fixture
def order(task_force, unit):
    return Order(task_force, "人防审批事项进驻综合窗口", unit, date(2023, 11, 20), requirement="明确授权方式")


def held(row, actor, **changes):
    meeting = Meeting(**({"held_on": TODAY, "chair": "周启明", "minutes": "会议听取汇报。"} | changes))
    return hold_round(row, meeting, version=row.version, sheet=SHEET, actor=actor, today=TODAY)


def test_rounds_are_numbered_within_their_year_and_an_occasion_opens_once(plan, officer):
    made = [
        open_round(plan(occasion=name, month=month), actor=officer)
        for name, month in [("a", NOVEMBER), ("b", NOVEMBER), ("a", NOVEMBER), ("c", date(2024, 1, 1))]
    ]
    assert [(row.slug, is_new) for row, is_new in made] == [
        ("2023-01", True),
        ("2023-02", True),
        ("2023-01", False),
        ("2024-01", True),
    ]
    assert open_round(plan(occasion="d"), actor=officer)[0].number == 3


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"chief": None}, "选择指标长"),
        ({"task_forces": []}, "至少选择一个专班"),
        ({"form": "lead"}, "选择牵头单位"),
    ],
)
def test_a_round_without_its_parts_is_refused(plan, officer, changes, sentence):
    with pytest.raises(Refused, match=sentence):
        open_round(plan(**changes), actor=officer)


def test_a_lead_unit_dispatches_only_what_it_leads(plan, officer, lead_unit, task_force):
    foreign = TaskForceFactory(name="获得电力")
    row, _ = open_round(plan(form="lead", lead=lead_unit, occasion="lead"), actor=officer)
    assert (row.chief, row.lead) == (None, lead_unit)
    with pytest.raises(Refused, match="获得电力不由县行政审批局牵头"):
        open_round(plan(form="lead", lead=lead_unit, task_forces=[task_force, foreign]), actor=officer)


@pytest.mark.parametrize("persona", ["liaison", "leader", "inspector", "unit_head"])
def test_only_the_office_and_the_chief_himself_open_a_round(plan, persona, request):
    with pytest.raises(Refused, match="没有此项权限"):
        open_round(plan(), actor=request.getfixturevalue(persona))


def test_a_chief_opens_his_own_round_but_not_anothers(plan, chief):
    other = UserFactory(roles=["chief"])
    assert open_round(plan(), actor=chief)[1]
    with pytest.raises(Refused, match="没有此项权限"):
        open_round(plan(chief=other, occasion="other"), actor=chief)


def test_planning_tells_the_chief_and_the_lead_unit(draft, officer, chief, lead_liaison):
    at = datetime(2023, 11, 16, 15, tzinfo=CHINA)
    plan_round(
        draft,
        version=1,
        cutoff_on=date(2023, 11, 10),
        planned_at=at,
        place="县政府 3 号会议室",
        actor=officer,
        today=TODAY,
    )
    told = Notification.objects.filter(text__contains="11月16日 15:00")
    assert {row.recipient for row in told} == {chief, lead_liaison}
    with pytest.raises(Conflict):
        plan_round(draft, version=1, cutoff_on=TODAY, planned_at=None, place="", actor=officer, today=TODAY)


def test_holding_keeps_the_record_the_sheet_and_the_instructions(draft, officer, order, liaison, unit_head):
    held(draft, officer, orders=(order,), present="县住建局、县国动办")
    draft.refresh_from_db()
    assert (draft.state, draft.held_on, draft.recorded_by) == ("held", TODAY, officer)
    assert (draft.sheet, draft.sheet_hash) == (SHEET, sheet_hash(SHEET))
    item = Instruction.objects.get(round=draft).item
    assert (item.number, item.organisation, item.due_on) == ("2023-JB-001", order.organisation, order.due_on)
    assert {row.recipient for row in Notification.objects.filter(text__contains="JB-001")} == {
        liaison,
        unit_head,
    }
    assert AuditEvent.objects.of(draft).first().action == "round.hold"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"chair": " "}, "主持人"),
        ({"held_on": date(2023, 11, 9)}, "不能晚于今天"),
        ({"held_on": date(2023, 10, 31)}, "不能早于调度月份"),
    ],
)
def test_a_wrong_record_is_refused_and_the_round_stays_a_draft(draft, officer, changes, sentence):
    with pytest.raises(Refused, match=sentence):
        held(draft, officer, **changes)
    draft.refresh_from_db()
    assert (draft.state, draft.sheet) == ("draft", None)


def test_an_instruction_outside_the_rounds_task_forces_undoes_the_whole_record(draft, officer, order, unit):
    foreign = Order(TaskForceFactory(), "别的专班的事", unit, date(2023, 11, 20))
    with pytest.raises(Refused, match="不在本次调度范围内"):
        held(draft, officer, orders=(order, foreign))
    draft.refresh_from_db()
    assert draft.state == "draft"
    assert not WorkItem.objects.exists()


def test_a_held_round_can_be_neither_recorded_again_nor_cancelled_nor_changed(draft, officer, director):
    held(draft, officer)
    with pytest.raises(Refused, match="已由沈若宁登记"):
        held(draft, director)
    with pytest.raises(Refused, match="已由沈若宁登记"):
        cancel_round(draft, version=2, reason="改期", actor=officer)
    with pytest.raises(DatabaseError), transaction.atomic():
        DispatchRound.objects.filter(pk=draft.pk).update(minutes="改写")


def test_cancelling_needs_a_reason_and_keeps_the_number(draft, plan, officer):
    with pytest.raises(Refused, match="写明原因"):
        cancel_round(draft, version=1, reason=" ", actor=officer)
    cancel_round(draft, version=1, reason="与县委常委会冲突", actor=officer)
    assert AuditEvent.objects.of(draft).first().note == "与县委常委会冲突"
    assert open_round(plan(occasion="next"), actor=officer)[0].number == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_people_recording_at_once_exactly_one_succeeds(draft, officer, director, order):
    barrier, results = Barrier(2), []

    def record(person):
        try:
            row = DispatchRound.objects.get(pk=draft.pk)
            barrier.wait()
            held(row, person, orders=(order,))
            results.append("done")
        except Refused as error:
            results.append(str(error))
        finally:
            connections.close_all()

    threads = [Thread(target=record, args=(person,)) for person in (officer, director)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one == "done" for one in results) == [False, True], results
    assert Instruction.objects.count() == 1
    connection.close()


def test_the_calendar_opens_one_round_of_each_chief_and_one_of_the_office(task_force, chief, lead_liaison):
    second = TaskForceFactory(name="获得电力")
    other = UserFactory(name="罗景行", roles=["chief"])
    second.members.create(user=other, duty="chief")
    MonthFactory()
    assert dispatch_jobs.open_rounds(NOVEMBER) == "发起2023年11月调度 3 次"
    assert dispatch_jobs.open_rounds(date(2023, 11, 20)) == "2023年11月调度已发起"
    rows = DispatchRound.objects.order_by("number")
    assert [(row.form, row.chief, row.task_forces.count()) for row in rows] == [
        ("chief", chief, 1),
        ("chief", other, 1),
        ("office", None, 2),
    ]
    assert rows[0].cutoff_on == date(2023, 11, 10)
    assert Notification.objects.filter(recipient=lead_liaison).count() == 2


@pytest.mark.usefixtures("task_force", "chief")
def test_the_calendar_waits_for_the_first_working_day():
    assert "尚未到期" in dispatch_jobs.open_rounds(date(2023, 10, 6))
    assert dispatch_jobs.open_rounds(date(2023, 10, 7)) == "发起2023年10月调度 2 次"


def test_the_calendar_does_not_repeat_what_was_opened_by_hand_or_cancelled(draft, officer):
    cancel_round(draft, version=1, reason="改期", actor=officer)
    assert dispatch_jobs.open_rounds(TODAY) == "发起2023年11月调度 1 次"
    assert DispatchRound.objects.filter(form="chief").count() == 1


@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        ("officer", HTTPStatus.OK),
        ("chief", HTTPStatus.OK),
        ("leader", HTTPStatus.OK),
        ("inspector", HTTPStatus.OK),
        ("lead_liaison", HTTPStatus.OK),
        ("liaison", HTTPStatus.OK),
        ("outsider", HTTPStatus.NOT_FOUND),
        ("observer", HTTPStatus.FORBIDDEN),
        ("sysadmin", HTTPStatus.FORBIDDEN),
    ],
)
def test_who_may_open_a_round(draft, browse, persona, expected, request):
    client = browse(request.getfixturevalue(persona))
    assert client.get("/dispatch/2023-01/").status_code == expected
    assert client.get("/dispatch/2023-01/sheet/").status_code == expected


def test_a_chief_of_other_task_forces_finds_nothing(draft, browse):
    stranger = UserFactory(roles=["chief"])
    TaskForceFactory(name="获得电力").members.create(user=stranger, duty="chief")
    client = browse(stranger)
    assert client.get("/dispatch/2023-01/").status_code == HTTPStatus.NOT_FOUND
    assert client.get("/dispatch/2023-01/meeting/").status_code == HTTPStatus.NOT_FOUND
    assert "2023年第1次" not in client.get("/dispatch/").content.decode()


@pytest.mark.parametrize("slug", ["abc", "2023-", "2023-99", "20231-01", "2023-９"])
def test_an_address_that_means_nothing_is_not_found(draft, browse, officer, slug):
    assert browse(officer).get(f"/dispatch/{slug}/").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.usefixtures("on_the_day")
def test_a_round_is_opened_by_hand_once_however_often_the_button_is_pressed(
    browse, officer, chief, task_force
):
    client = browse(officer)
    assert client.get("/dispatch/new/").status_code == HTTPStatus.OK
    data = {
        "form": "chief",
        "chief": chief.pk,
        "task_forces": [task_force.pk],
        "cutoff_on": "2023-11-10",
        "planned_at": "2023-11-16T15:00",
        "place": "县政府 3 号会议室",
        "occasion": "abc123",
    }
    for _ in range(2):
        assert client.post("/dispatch/new/", data).url == "/dispatch/2023-01/"
    wrong = client.post("/dispatch/new/", data | {"planned_at": "2023-11-09T15:00", "occasion": "x"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "调度时间不能早于数据截至日期" in wrong.content.decode()


@pytest.mark.usefixtures("on_the_day")
def test_a_meeting_is_recorded_on_the_page_with_several_instructions(
    draft, browse, officer, task_force, unit, lead_unit
):
    client = browse(officer)
    page = client.get("/dispatch/2023-01/meeting/").content.decode()
    assert page.count("order-") > 10
    row = {"task_force": task_force.pk, "due_on": "2023-11-20", "requirement": "", "about": ""}
    data = {
        "held_on": "2023-11-08",
        "chair": "周启明",
        "present": "县住建局",
        "minutes": "会议听取汇报。",
        "version": "1",
        "order-TOTAL_FORMS": "3",
        "order-INITIAL_FORMS": "0",
        **{f"order-0-{k}": v for k, v in (row | {"title": "甲事项", "organisation": unit.pk}).items()},
        **{f"order-2-{k}": v for k, v in (row | {"title": "乙事项", "organisation": lead_unit.pk}).items()},
    }
    broken = client.post("/dispatch/2023-01/meeting/", data | {"order-2-due_on": ""})
    assert broken.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "请填写完成时限" in broken.content.decode()
    more = client.post("/dispatch/2023-01/meeting/", data | {"more": "1", "chair": "改主持人"})
    assert "改主持人" in more.content.decode()
    assert "乙事项" in more.content.decode()
    assert 'name="order-5-title"' in more.content.decode()
    assert client.post("/dispatch/2023-01/meeting/", data).url == "/dispatch/2023-01/"
    titles = Instruction.objects.filter(given_by=draft.chief).values_list("item__title", flat=True)
    assert set(titles) == {"甲事项", "乙事项"}
    assert client.post("/dispatch/2023-01/meeting/", data).status_code == HTTPStatus.FOUND
    assert Instruction.objects.count() == 2


@pytest.mark.usefixtures("on_the_day")
def test_the_list_and_a_round_cost_the_same_for_many_rows(
    plan, browse, officer, order, unit, django_assert_max_num_queries
):
    for number in range(25):
        row, _ = open_round(plan(occasion=f"o{number}"), actor=officer)
    orders = tuple(Order(order.task_force, f"第{n}项交办", unit, date(2023, 11, 20)) for n in range(12))
    held(row, officer, orders=orders)
    client = browse(officer)
    client.get("/dispatch/")
    for address in ("/dispatch/", f"/dispatch/{row.slug}/"):
        with django_assert_max_num_queries(15):
            assert client.get(address).status_code == HTTPStatus.OK
