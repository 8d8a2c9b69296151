"""Task forces: who is in them, who sees them, and the page that tells how one stands."""

from datetime import date
from decimal import Decimal
from http import HTTPStatus

import pytest

from indicators.models import Instruction, LampRecord, Measurement, TaskForce
from indicators.selectors.taskforces import task_force_page
from indicators.services.taskforces import MakeUp, create_task_force, fingerprint, update_task_force
from portal.errors import Conflict, Refused
from portal.models import AuditEvent, Notification
from tests.factories import (
    IndicatorFactory,
    MonthFactory,
    ReportFactory,
    SystemFactory,
    TaskForceFactory,
    UserFactory,
    WorkItemFactory,
    WorkListFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "on_the_day")]

TODAY = date(2023, 11, 8)
OCTOBER = date(2023, 10, 1)
OK, MISSING, REFUSED = HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN


def text_of(response):
    return response.content.decode()


def make_up(force, **changes):
    members = list(force.members.all())
    now = {
        "name": force.name,
        "lead": force.lead,
        "responsible": list(force.responsible.all()),
        "chief": next((row.user for row in members if row.duty == "chief"), None),
        "deputies": [row.user for row in members if row.duty == "deputy"],
        "liaisons": [row.user for row in members if row.duty == "liaison"],
    }
    return MakeUp(**(now | changes))


def change(force, actor, *, seen=None, **changes):
    seen = seen or fingerprint(force)
    return update_task_force(force, make_up(force, **changes), seen=seen, actor=actor, today=TODAY)


def test_a_task_force_is_set_up_for_a_first_level_indicator_once(officer, lead_unit, chief, liaison):
    indicator = IndicatorFactory(name="纳税", order=7)
    force = create_task_force(
        indicator,
        MakeUp("纳税", lead_unit, chief=chief, liaisons=[liaison]),
        code="nashui",
        actor=officer,
        today=TODAY,
    )
    assert (force.year, force.order) == (2023, 7)
    assert set(force.members.values_list("user__username", "duty")) == {
        ("chief", "chief"),
        ("liaison", "liaison"),
    }
    assert {notice.recipient for notice in Notification.objects.all()} == {chief, liaison}
    with pytest.raises(Refused, match="已有专班"):
        create_task_force(indicator, MakeUp("税", lead_unit), code="shui", actor=officer, today=TODAY)
    leaf = IndicatorFactory(parent=indicator, depth=2)
    with pytest.raises(Refused, match="一级指标"):
        create_task_force(leaf, MakeUp("税", lead_unit), code="shui", actor=officer, today=TODAY)


def test_a_change_of_people_is_audited_told_to_the_new_ones_and_done_once(
    task_force, officer, chief, liaison
):
    deputy = UserFactory(name="王副县", roles=["chief"])
    change(task_force, officer, deputies=[deputy], liaisons=[liaison])
    event = AuditEvent.objects.of(task_force).get()
    assert event.changes["副指标长"] == ["", "王副县"]
    assert {notice.recipient for notice in Notification.objects.all()} == {deputy, liaison}
    change(task_force, officer)
    assert AuditEvent.objects.of(task_force).count() == 1
    change(task_force, officer, chief=deputy, deputies=[])
    assert list(task_force.members.filter(duty="chief").values_list("user__name", flat=True)) == ["王副县"]


def test_whoever_heads_a_task_force_holds_the_role_and_only_one_duty(task_force, officer, chief, liaison):
    with pytest.raises(Refused, match="没有指标长角色"):
        change(task_force, officer, chief=liaison)
    with pytest.raises(Refused, match="不必再列为副指标长"):
        change(task_force, officer, deputies=[chief])


def test_a_change_from_a_stale_page_is_a_conflict_that_shows_what_is_there_now(
    task_force, officer, director, chief, other_unit
):
    seen = fingerprint(task_force)
    change(task_force, officer, responsible=[other_unit])
    with pytest.raises(Conflict) as caught:
        change(task_force, director, seen=seen, name="新名称")
    assert caught.value.theirs["责任单位"] == "县气象局"
    assert TaskForce.objects.get().name == "办理建筑许可"


def test_units_and_chiefs_change_nothing(task_force, chief, liaison, lead_head):
    for person in (chief, liaison, lead_head):
        with pytest.raises(Refused, match="没有此项权限"):
            change(task_force, person, name="新名称")


@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        ("officer", OK),
        ("leader", OK),
        ("inspector", OK),
        ("chief", OK),
        ("lead_liaison", OK),
        ("liaison", OK),
        ("outsider", MISSING),
        ("observer", REFUSED),
        ("auditor", REFUSED),
    ],
)
def test_who_may_open_a_task_force(browse, request, task_force, persona, expected):
    client = browse(request.getfixturevalue(persona))
    assert client.get(task_force.get_absolute_url()).status_code == expected
    listed = client.get("/taskforces/")
    assert listed.status_code == (REFUSED if expected == REFUSED else OK)
    assert (task_force.name in text_of(listed)) == (expected == OK)


def test_the_page_for_changes_is_the_offices_own(browse, task_force, officer, chief, other_unit, liaison):
    url = f"{task_force.get_absolute_url()}edit/"
    assert browse(chief).get(url).status_code == REFUSED
    client = browse(officer)
    assert "周启明" in text_of(client.get(url))
    values = {
        "seen": fingerprint(task_force),
        "name": task_force.name,
        "lead": task_force.lead_id,
        "chief": chief.pk,
        "responsible": [other_unit.pk],
        "liaisons": [liaison.pk],
    }
    assert client.post(url, values).status_code == HTTPStatus.FOUND
    assert list(task_force.responsible.all()) == [other_unit]
    response = client.post(url, {**values, "name": ""})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "请填写专班名称" in text_of(response)
    response = client.post(url, {**values, "name": "改名"})
    assert response.status_code == HTTPStatus.CONFLICT
    assert "责任单位：县气象局" in text_of(response)


def test_a_task_force_is_set_up_by_the_page(browse, officer, lead_unit):
    indicator = IndicatorFactory(name="获得电力")
    values = {"indicator": indicator.pk, "code": "HUODE", "name": "获得电力", "lead": lead_unit.pk}
    client = browse(officer)
    assert client.post("/taskforces/new/", values).url == "/taskforces/huode/"
    response = client.post("/taskforces/new/", values)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "该代码已被其他专班使用" in text_of(response)


@pytest.fixture
def busy(task_force, unit, officer):
    """A task force with items of every lamp, a measurement, an instruction and a matter."""
    MonthFactory()
    for lamp, number in (("green", 1), ("red", 2), ("yellow", 3)):
        item = WorkItemFactory(
            task_force=task_force,
            organisation=unit,
            lamp=lamp,
            lamp_reason="缘由",
            number=f"2023-ZX-70{number}",
        )
        LampRecord.objects.create(item=item, month=OCTOBER, colour=lamp, reason="缘由", percent=Decimal(50))
        report = {
            "state": "verified",
            "percent": Decimal(50),
            "done": "有进展",
            "submitted_at": "2023-11-02T08:00Z",
        }
        ReportFactory(item=item, coordination="请协调授权" if lamp == "red" else "", **report)
    leaf = IndicatorFactory(
        system=SystemFactory(),
        parent=task_force.indicator,
        depth=2,
        name="并联审批率",
        unit="%",
        benchmark=Decimal(95),
        lead=unit,
    )
    for month, value in ((9, 85), (10, "87.9")):
        Measurement.objects.create(
            indicator=leaf, period=date(2023, month, 1), value=Decimal(value), state="verified"
        )
    told = WorkItemFactory(
        task_force=task_force,
        organisation=unit,
        title="人防审批进驻综合窗口",
        number="2023-JB-001",
        work_list=WorkListFactory(prefix="JB", source="instruction", label="调度交办事项"),
        due_on=date(2023, 11, 4),
    )
    Instruction.objects.create(item=told, given_by=officer, given_on=date(2023, 10, 20))
    return task_force


def test_the_page_tells_how_the_task_force_stands(browse, busy, chief):
    text = text_of(browse(chief).get(busy.get_absolute_url()))
    assert "任务和问题 3 项：红 <b>1</b>、黄 1、绿 1" in text
    assert "10月应报 3 项，已报 3 项" in text
    for words in ("并联审批率", "87.9", "95", "−7.1", "人防审批进驻综合窗口", "逾期4天", "请协调授权"):
        assert words in text


def test_the_strip_shows_red_first_then_yellow_and_no_instructions(busy, chief):
    page = task_force_page(busy, chief, today=TODAY)
    assert [row.cells[-1] for row in page.heat] == ["red", "yellow", "green"]
    assert [len(row.cells) for row in page.heat] == [10, 10, 10]
    assert [row.item.lamp for row in page.alerts] == ["red", "yellow"]
    assert (page.item_count, page.all_count) == (3, 4)


def test_a_unit_sees_its_own_items_of_a_task_force_only(busy, liaison, task_force, other_unit):
    foreign = WorkItemFactory(
        task_force=task_force, organisation=other_unit, lamp="red", number="2023-ZX-799"
    )
    shown = {row.label for row in task_force_page(busy, liaison, today=TODAY).heat}
    assert not any("ZX-799" in label for label in shown)
    assert foreign.task_force == busy


def test_the_pages_cost_the_same_for_ten_times_the_items(
    browse, busy, officer, django_assert_max_num_queries
):
    client = browse(officer)
    client.get("/taskforces/")
    with django_assert_max_num_queries(24) as few:
        client.get(busy.get_absolute_url())
    for _ in range(60):
        WorkItemFactory(task_force=busy, lamp="red")
    with django_assert_max_num_queries(24) as many:
        client.get(busy.get_absolute_url())
    assert len(many) == len(few)
    for _ in range(15):
        TaskForceFactory()
    with django_assert_max_num_queries(16):
        client.get("/taskforces/")


def test_an_earlier_year_is_named_in_the_address(browse, task_force, officer):
    earlier = IndicatorFactory(system=SystemFactory(year=2022))
    TaskForceFactory(year=2022, name="去年的专班", indicator=earlier)
    client = browse(officer)
    assert "去年的专班" not in text_of(client.get("/taskforces/"))
    assert "去年的专班" in text_of(client.get("/taskforces/?year=2022"))
    assert client.get("/taskforces/?year=1822").status_code == OK
