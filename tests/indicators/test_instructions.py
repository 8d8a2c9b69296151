"""Instructions: items of the list 调度交办, given by whom, seen by whom, how they stand."""

from datetime import date, datetime
from http import HTTPStatus

import pytest

from indicators import dispatch_jobs
from indicators.models import Instruction, WorkItem, WorkList
from indicators.services.instructions import Order, give_instruction
from portal.errors import Refused
from portal.models import Notification
from tests.factories import CHINA, ReportFactory, TaskForceFactory, UserFactory, WorkItemFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

TODAY = date(2023, 11, 8)
DUE = date(2023, 11, 20)
HANDED_IN = datetime(2023, 11, 2, 9, tzinfo=CHINA)


@pytest.fixture
def order(task_force, unit):
    def make(**changes):
        values = {
            "task_force": task_force,
            "title": "消防设计审查纳入并联窗口",
            "organisation": unit,
            "due_on": DUE,
        }
        return Order(**(values | changes))

    return make


def give(order, actor, on=TODAY):
    return give_instruction(order, actor=actor, given_on=on, today=TODAY)


def test_an_instruction_is_an_item_of_the_years_list(order, officer, unit, lead_unit, liaison, unit_head):
    row = give(order(requirement="派员进驻综合窗口"), officer)
    item = row.item
    assert (item.number, item.work_list.source, item.target) == (
        "2023-JB-001",
        "instruction",
        "派员进驻综合窗口",
    )
    assert (item.organisation, item.lead, item.start_on, item.due_on) == (unit, lead_unit, TODAY, DUE)
    assert {one.recipient for one in Notification.objects.all()} == {liaison, unit_head}
    assert give(order(title="人防审批事项进驻综合窗口"), officer).item.number == "2023-JB-002"
    assert WorkList.objects.filter(prefix="JB").count() == 1


def test_pressing_twice_gives_one_instruction(order, officer):
    assert give(order(), officer) == give(order(), officer)
    assert WorkItem.objects.count() == 1


def test_a_chief_instructs_his_own_task_forces_only(order, chief):
    assert give(order(), chief).given_by == chief
    with pytest.raises(Refused, match="不是获得电力专班的指标长"):
        give(order(task_force=TaskForceFactory(name="获得电力")), chief)


def test_the_office_enters_what_a_chief_has_ordered_but_nobody_else_does(order, officer, chief):
    row = give(order(given_by=chief), officer)
    assert (row.given_by, row.item.responsible_leader) == (chief, "周启明")
    with pytest.raises(Refused, match="只能以本人名义"):
        give(order(title="另一件事", given_by=officer), chief)


@pytest.mark.parametrize("persona", ["liaison", "unit_head", "inspector", "leader"])
def test_others_give_no_instructions(order, persona, request):
    with pytest.raises(Refused, match="没有此项权限"):
        give(order(), request.getfixturevalue(persona))


def test_a_due_date_before_the_day_it_is_given_is_refused(order, officer):
    with pytest.raises(Refused, match="不能早于交办日期"):
        give(order(due_on=date(2023, 11, 7)), officer)
    assert give(order(due_on=TODAY), officer).item.due_on == TODAY


def test_the_item_it_is_about_belongs_to_the_same_task_force(order, officer, task_force):
    own, foreign = WorkItemFactory(task_force=task_force), WorkItemFactory()
    assert give(order(about=own), officer).about == own
    with pytest.raises(Refused, match="不属于办理建筑许可专班"):
        give(order(title="另一件事", about=foreign), officer)


@pytest.mark.parametrize(
    ("persona", "seen"),
    [("officer", True), ("chief", True), ("liaison", True), ("lead_liaison", True), ("outsider", False)],
)
def test_who_finds_an_instruction_in_the_list(order, officer, browse, persona, seen, request):
    person = request.getfixturevalue(persona)
    give(order(), officer)
    page = browse(person).get("/instructions/")
    assert page.status_code == HTTPStatus.OK
    assert ("消防设计审查纳入并联窗口" in page.content.decode()) is seen


@pytest.mark.usefixtures("on_the_day")
def test_the_list_shows_open_overdue_and_done_ones_with_their_newest_report(order, officer, chief, browse):
    late = give(
        order(title="已经逾期的事", due_on=date(2023, 11, 6), given_by=chief), officer, date(2023, 10, 17)
    )
    done = give(order(title="已经办结的事"), officer)
    give(order(title="还在时限内的事"), officer)
    WorkItem.objects.filter(pk=done.item_id).update(state="closed", closed_on=TODAY)
    ReportFactory(
        item=late.item, state="verified", done="已派员进驻，系统联调中", percent=40, submitted_at=HANDED_IN
    )
    client = browse(chief)
    shown = {
        show: client.get(f"/instructions/?show={show}").content.decode()
        for show in ("open", "overdue", "done", "all")
    }
    assert "已派员进驻，系统联调中" in shown["overdue"]
    titles = ("已经逾期的事", "已经办结的事", "还在时限内的事")
    found = {show: [title in text for title in titles] for show, text in shown.items()}
    assert found == {
        "open": [True, False, True],
        "overdue": [True, False, False],
        "done": [False, True, False],
        "all": [True, True, True],
    }
    mine = client.get("/instructions/?show=all&mine=1").content.decode()
    assert [title in mine for title in titles] == [True, False, False]


@pytest.mark.usefixtures("on_the_day")
def test_a_chief_gives_an_instruction_on_the_page(browse, chief, task_force, unit):
    item = WorkItemFactory(task_force=task_force, number="2023-DB-011")
    TaskForceFactory(name="别人的专班")
    client = browse(chief)
    page = client.get("/instructions/new/?about=2023-DB-011").content.decode()
    assert "别人的专班" not in page
    assert "2023-DB-011" in page
    data = {
        "task_force": task_force.pk,
        "title": "并联审批数据逐项核对",
        "organisation": unit.pk,
        "due_on": "2023-11-17",
        "requirement": "",
        "about": "DB-011",
    }
    assert client.post("/instructions/new/", data).status_code == HTTPStatus.FOUND
    assert Instruction.objects.get().about == item
    wrong = client.post("/instructions/new/", data | {"about": "DB-999", "due_on": "尽快"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    text = wrong.content.decode()
    assert "没有找到编号为 DB-999 的事项" in text
    assert "尽快" in text


def test_units_are_reminded_once_before_and_once_after_the_due_date(order, officer, chief, liaison):
    give(order(due_on=date(2023, 11, 13), given_by=chief), officer)
    Notification.objects.all().delete()
    assert dispatch_jobs.send_reminders(date(2023, 11, 7)).startswith("没有需要提醒")
    assert dispatch_jobs.send_reminders(TODAY) == "提醒 1 人次"
    assert dispatch_jobs.send_reminders(date(2023, 11, 9)).startswith("没有需要提醒")
    assert dispatch_jobs.send_reminders(date(2023, 11, 14)) == "提醒 2 人次"
    told = {row.recipient for row in Notification.objects.filter(text__contains="尚未办结")}
    assert told == {liaison, chief}


def test_a_stranger_chief_sees_no_instruction(order, officer, browse):
    give(order(), officer)
    stranger = UserFactory(roles=["chief"])
    assert "消防设计审查" not in browse(stranger).get("/instructions/?show=all").content.decode()


@pytest.mark.usefixtures("on_the_day")
def test_the_list_costs_the_same_for_many_rows(order, officer, browse, django_assert_max_num_queries):
    for number in range(30):
        give(order(title=f"第{number}项"), officer)
    client = browse(officer)
    client.get("/instructions/")
    with django_assert_max_num_queries(15):
        client.get("/instructions/")
