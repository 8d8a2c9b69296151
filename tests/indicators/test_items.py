"""Entry and correction of items, chasing and handing over in bulk, extensions and adjustments."""

from datetime import date
from decimal import Decimal

import pytest

from indicators.models import Adjustment, ProgressReport, WorkItem
from indicators.services import adjustments
from indicators.services.items import (
    StepRefused,
    assign_items,
    chase_items,
    create_item,
    take_step,
    update_item,
)
from portal.errors import Conflict, Refused
from portal.models import AuditEvent, Notification, SettingRow
from tests.factories import MonthFactory, ReportFactory, UserFactory, WorkItemFactory, WorkListFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

TODAY = date(2023, 11, 8)


@pytest.fixture
def item(task_force, unit, lead_unit):
    return WorkItemFactory(task_force=task_force, organisation=unit, lead=lead_unit)


@pytest.fixture
def entry(task_force, unit):
    return {
        "task_force": task_force,
        "organisation": unit,
        "title": "施工图审查改革扩大到社会投资项目",
        "start_on": date(2023, 3, 1),
        "due_on": date(2023, 12, 20),
    }


def test_items_are_numbered_within_their_list_and_year(officer, entry):
    lists = [WorkListFactory(), WorkListFactory(prefix="CX"), WorkListFactory(year=2024)]
    made = [
        create_item(row, actor=officer, today=TODAY, **entry).number for row in (*lists[:2], *lists, lists[0])
    ]
    assert made == [
        "2023-DB-001",
        "2023-CX-001",
        "2023-DB-002",
        "2023-CX-002",
        "2024-DB-001",
        "2023-DB-003",
    ]


def test_a_number_taken_for_a_refused_entry_is_free_again(officer, entry):
    with pytest.raises(Refused, match="不能早于开始日期"):
        create_item(WorkListFactory(), actor=officer, today=TODAY, **(entry | {"due_on": date(2023, 2, 1)}))
    assert create_item(WorkListFactory(), actor=officer, today=TODAY, **entry).number == "2023-DB-001"


def test_a_new_item_is_led_by_its_task_force_keeps_its_first_date_and_tells_the_unit(
    officer, entry, liaison, unit_head, other_unit
):
    row = create_item(WorkListFactory(), actor=officer, today=TODAY, supporting=[other_unit], **entry)
    assert row.lead == row.task_force.lead
    assert row.original_due_on == date(2023, 12, 20)
    assert list(row.supporting.all()) == [other_unit]
    assert {notice.recipient for notice in Notification.objects.all()} == {liaison, unit_head}
    assert AuditEvent.objects.of(row).get().action == "item.create"


@pytest.mark.parametrize(
    ("persona", "source", "may"),
    [
        ("officer", "benchmarking", True),
        ("director", "benchmarking", True),
        ("liaison", "benchmarking", False),
        ("chief", "benchmarking", False),
        ("chief", "instruction", True),
        ("leader", "instruction", True),
        ("inspector", "instruction", False),
        ("inspector", "inspection", True),
        ("liaison", "inspection", False),
        ("observer", "inspection", False),
    ],
)
def test_who_may_add_to_a_list(request, entry, persona, source, may):
    work_list = WorkListFactory(source=source, prefix="XX")
    actor = request.getfixturevalue(persona)
    if may:
        assert create_item(work_list, actor=actor, today=TODAY, **entry).pk
    else:
        with pytest.raises(Refused, match="没有此项权限"):
            create_item(work_list, actor=actor, today=TODAY, **entry)


def test_a_correction_writes_before_and_after_and_raises_the_version(item, officer, other_unit):
    update_item(item, version=1, actor=officer, today=TODAY, weight=3, supporting=[other_unit])
    event = AuditEvent.objects.of(item).get()
    assert event.changes == {"weight": [1, 3], "supporting": ["", "县气象局"], "version": [1, 2]}
    update_item(item, version=2, actor=officer, today=TODAY, weight=3, supporting=[other_unit])
    assert (item.version, AuditEvent.objects.of(item).count()) == (2, 1)


def test_a_lost_update_tells_who_changed_what(item, officer, director):
    seen = item.version
    update_item(WorkItem.objects.get(), version=seen, actor=officer, today=TODAY, title="新题目", weight=5)
    with pytest.raises(Conflict) as caught:
        update_item(WorkItem.objects.get(), version=seen, actor=director, today=TODAY, title="另一题目")
    assert "县营商办沈若宁" in str(caught.value)
    assert "事项、权重" in str(caught.value)
    assert caught.value.theirs == {"事项": "新题目", "权重": 5}
    assert WorkItem.objects.get().title == "新题目"


def test_a_closed_item_is_not_corrected(officer):
    closed = WorkItemFactory(closed=True)
    with pytest.raises(StepRefused, match="现为「已销号」，不能修改"):
        update_item(closed, version=1, actor=officer, today=TODAY, title="改动")


def test_an_item_without_a_date_may_be_given_its_first_one_in_a_correction(officer):
    row = WorkItemFactory(due_on=None)
    update_item(row, version=1, actor=officer, today=TODAY, due_on=date(2023, 12, 1))
    row.refresh_from_db()
    assert (row.due_on, row.original_due_on) == (date(2023, 12, 1), date(2023, 12, 1))
    with pytest.raises(TypeError):
        update_item(row, version=2, actor=officer, today=TODAY, due_on=date(2024, 1, 1))


def test_chasing_sends_each_unit_one_notice_and_counts_each_item(item, officer, liaison, unit_head):
    second = WorkItemFactory(task_force=item.task_force, organisation=item.organisation)
    closed = WorkItemFactory(task_force=item.task_force, organisation=item.organisation, closed=True)
    outcome = chase_items(WorkItem.objects.all(), actor=officer, today=TODAY, note="周五前反馈")
    assert (outcome.done, outcome.units) == (2, 1)
    assert outcome.skipped == ((closed.short_number, "为「已销号」，不需催办"),)
    notice = Notification.objects.get()
    assert notice.recipient == liaison
    assert "2 项" in notice.text
    assert "周五前反馈" in notice.text
    assert AuditEvent.objects.filter(action="item.chase").count() == 2
    assert AuditEvent.objects.of(second).get().note == "周五前反馈"


@pytest.mark.usefixtures("on_the_day")
def test_chasing_twice_on_a_day_sends_nothing_more(item, officer, liaison):
    chase_items(WorkItem.objects.all(), actor=officer, today=TODAY)
    again = chase_items(WorkItem.objects.all(), actor=officer, today=TODAY)
    assert (again.done, again.skipped_text()) == (0, f"{item.short_number} 今天已催办")
    assert (Notification.objects.count(), AuditEvent.objects.count()) == (1, 1)


def test_a_liaison_chases_nobody(item, liaison):
    with pytest.raises(Refused, match="没有此项权限"):
        chase_items(WorkItem.objects.all(), actor=liaison, today=TODAY)


def test_chasing_many_items_costs_few_queries(item, officer, liaison, django_assert_max_num_queries):
    for _ in range(60):
        WorkItemFactory(task_force=item.task_force, organisation=item.organisation)
    with django_assert_max_num_queries(12):
        assert chase_items(WorkItem.objects.all(), actor=officer, today=TODAY).done == 61


def test_handing_over_moves_the_items_and_the_reports_still_owed(item, director, other_unit, outsider):
    month = MonthFactory()
    owed = ReportFactory(item=item)
    earlier = ReportFactory(item=item, month=date(2023, 9, 1))
    waiting = WorkItemFactory(
        task_force=item.task_force, organisation=item.organisation, state="awaiting_lead"
    )
    outcome = assign_items(
        WorkItem.objects.all(), organisation=other_unit, actor=director, today=TODAY, reason="机构改革"
    )
    assert (outcome.done, outcome.units) == (1, 2)
    assert outcome.skipped == ((waiting.short_number, "为「待牵头单位初审」，不能调整责任单位"),)
    assert WorkItem.objects.get(pk=item.pk).organisation == other_unit
    assert ProgressReport.objects.get(pk=owed.pk).organisation == other_unit
    assert ProgressReport.objects.get(pk=earlier.pk).organisation == item.organisation
    assert Adjustment.objects.get().new_organisation == other_unit
    assert Notification.objects.get().recipient == outsider
    assert month.closed_at is None


def test_only_the_director_hands_over_and_says_why(item, officer, director, other_unit):
    with pytest.raises(Refused, match="没有此项权限"):
        assign_items(
            WorkItem.objects.all(), organisation=other_unit, actor=officer, today=TODAY, reason="改革"
        )
    with pytest.raises(Refused, match="须写明原因"):
        assign_items(WorkItem.objects.all(), organisation=other_unit, actor=director, today=TODAY, reason=" ")


def extension(item, actor, **changes):
    values = {"new_due_on": date(2024, 1, 31), "reason": "省级系统升级停机12天"}
    return adjustments.request_extension(item, actor=actor, today=TODAY, **(values | changes))


def test_a_granted_extension_moves_the_date_and_keeps_the_original_one(item, liaison, director):
    row = extension(item, liaison)
    assert Notification.objects.get().recipient == director
    item.refresh_from_db()
    adjustments.decide_extension(row, actor=director, today=TODAY, approve=True)
    item.refresh_from_db()
    assert (item.due_on, item.state) == (date(2024, 1, 31), "in_progress")
    assert AuditEvent.objects.of(item).first().changes["due_on"] == ["2023-12-20", "2024-01-31"]
    with pytest.raises(Refused, match="已延期 1 次"):
        extension(item, liaison, new_due_on=date(2024, 3, 1))


def test_how_often_an_item_may_be_extended_is_a_setting(item, liaison, director):
    adjustments.decide_extension(extension(item, liaison), actor=director, today=TODAY, approve=True)
    SettingRow.objects.create(key="items.extensions", value=2, valid_from=date(2023, 1, 1))
    item.refresh_from_db()
    assert extension(item, liaison, new_due_on=date(2024, 3, 1)).pk


@pytest.mark.parametrize(
    ("changes", "fields", "words"),
    [
        ({"new_due_on": date(2023, 12, 20)}, {}, "应晚于现时限"),
        ({"reason": " "}, {}, "须写明理由"),
        ({}, {"due_on": date(2023, 11, 7)}, "已超过完成时限"),
        ({}, {"due_on": None}, "未设完成时限"),
        ({}, {"state": "awaiting_office"}, "为「待营商办核定」"),
    ],
)
def test_when_an_extension_cannot_be_asked_for(item, liaison, changes, fields, words):
    WorkItem.objects.update(**fields)
    item.refresh_from_db()
    with pytest.raises(Refused, match=words):
        extension(item, liaison, **changes)


def test_an_extension_is_asked_for_once_at_a_time_and_never_by_others(item, liaison, lead_liaison, officer):
    extension(item, liaison)
    with pytest.raises(Refused, match="待审批"):
        extension(item, liaison)
    for person in (lead_liaison, officer):
        with pytest.raises(StepRefused, match="没有此项权限"):
            extension(item, person)


def test_a_request_is_decided_once_by_the_director_and_not_by_the_applicant(item, liaison, officer, director):
    row = extension(item, liaison)
    with pytest.raises(StepRefused, match="营商办主任"):
        adjustments.decide_extension(row, actor=officer, today=TODAY, approve=True)
    with pytest.raises(Refused, match="须写明原因"):
        adjustments.decide_extension(row, actor=director, today=TODAY, approve=False)
    row = Adjustment.objects.get()
    adjustments.decide_extension(row, actor=director, today=TODAY, approve=False, decision="可以按期完成")
    with pytest.raises(StepRefused, match="已经审批"):
        adjustments.decide_extension(row, actor=director, today=TODAY, approve=True)
    assert WorkItem.objects.get().due_on == date(2023, 12, 20)
    both = UserFactory(organisation=item.organisation, roles=["liaison", "office_head"])
    item.refresh_from_db()
    with pytest.raises(StepRefused, match="须由他人审批"):
        adjustments.decide_extension(extension(item, both), actor=both, today=TODAY, approve=True)


def test_an_adjustment_of_duty_waits_until_the_application_is_decided(item, director, other_unit):
    WorkItem.objects.update(state="awaiting_lead")
    item.refresh_from_db()
    with pytest.raises(Refused, match="请先退回申请"):
        adjustments.adjust_item(item, actor=director, today=TODAY, reason="改革", organisation=other_unit)


def test_an_adjustment_that_changes_nothing_is_refused(item, director):
    with pytest.raises(Refused, match="没有改动"):
        adjustments.adjust_item(item, actor=director, today=TODAY, reason="核对", due_on=item.due_on)


def test_stopping_an_item_ends_what_waits_and_takes_back_empty_reports(item, director, liaison):
    MonthFactory()
    ReportFactory(item=item)
    extension(item, liaison)
    adjustments.suspend_item(item, actor=director, today=TODAY, reason="上位政策调整")
    item.refresh_from_db()
    assert (item.state, item.lamp, item.stopped_on) == ("suspended", "grey", TODAY)
    assert Adjustment.objects.get().state == "refused"
    assert ProgressReport.objects.count() == 0
    adjustments.resume_item(item, actor=director, today=TODAY, due_on=date(2024, 2, 1))
    item.refresh_from_db()
    assert (item.state, item.due_on, item.stopped_on) == ("in_progress", date(2024, 2, 1), None)


def test_a_disabled_account_takes_no_step(item, director):
    director.is_active = False
    with pytest.raises(StepRefused):
        take_step(item, "cancel", actor=director, today=TODAY, note="取消")


def test_a_step_costs_few_queries(item, liaison, officer, django_assert_max_num_queries):
    WorkItem.objects.update(state="planned", percent=Decimal(0))
    item.refresh_from_db()
    with django_assert_max_num_queries(12):
        take_step(item, "start", actor=officer, today=TODAY)
