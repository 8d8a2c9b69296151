"""Findings after the feedback: accepted, objected to and reviewed by others, entered in the ledger, re-checked."""

from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection, connections

from indicators.models import Finding, FindingReply, InspectionPaper, WorkItem, WorkList
from indicators.services import inspections as services
from indicators.services.items import StepRefused
from portal.errors import Refused
from portal.models import Notification
from portal.services.office_settings import change_setting
from tests.factories import UserFactory
from tests.factories_inspections import CONCLUDED, concluded, found, started

pytestmark = pytest.mark.django_db
LAST = date(2023, 12, 1)
AFTER = date(2023, 12, 2)
DUE = date(2023, 12, 20)


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def running(inspector, unit, lead_unit):
    return started(inspector, unit, lead_unit)


@pytest.fixture
def finding(running, inspector, unit, task_force):
    """A finding that was fed back on 1 November; the unit may object until 1 December."""
    row = found(running, unit, task_force, inspector)
    concluded(running, inspector)
    return fresh(row)


@pytest.fixture
def reviewer(db):
    return UserFactory(name="复核人", roles=["inspector"])


def fresh(row):
    return Finding.objects.select_related("inspection", "organisation", "task_force", "item").get(pk=row.pk)


def answer(row, actor, today=CONCLUDED):
    return services.answer_finding(
        row, version=row.version, text="系统未设预警，月内整改。", actor=actor, today=today
    )


def objection(row, actor, today=CONCLUDED):
    return services.object_to_finding(
        row, version=row.version, text="其中两件为企业申请中止。", actor=actor, today=today
    )


def enter(row, actor, today=CONCLUDED):
    return services.rectify_findings(
        row.inspection, row.organisation, [row], due_on=DUE, actor=actor, today=today
    )


def check(row, actor, *, passed, today=CONCLUDED, due_on=None):
    row = fresh(row)
    return services.recheck_finding(
        row,
        version=row.version,
        passed=passed,
        note="逐件核对了办理记录",
        due_on=due_on,
        actor=actor,
        today=today,
    )


@pytest.mark.parametrize("act", [answer, objection])
@pytest.mark.parametrize(
    ("persona", "may"),
    [
        ("liaison", True),
        ("unit_head", True),
        ("lead_liaison", False),
        ("outsider", False),
        ("inspector", False),
        ("director", False),
        ("leader", False),
    ],
)
def test_only_the_inspected_unit_answers_and_objects(finding, act, persona, may, request):
    person = request.getfixturevalue(persona)
    if may:
        assert act(finding, person).state in {"answered", "objected"}
        assert FindingReply.objects.get().written_by == person
    else:
        with pytest.raises(StepRefused, match="被督查单位联络员、被督查单位负责人"):
            act(finding, person)


def test_a_unit_that_accepted_may_still_object_and_the_last_day_counts(finding, liaison):
    answer(finding, liaison)
    objection(finding, liaison, today=LAST)
    reply = FindingReply.objects.get(kind="objection")
    assert (reply.written_on, reply.decide_by) == (LAST, date(2023, 12, 31))
    assert FindingReply.objects.count() == 2


def test_after_the_last_day_no_objection_is_taken(finding, liaison):
    with pytest.raises(StepRefused, match="异议期已过"):
        objection(finding, liaison, today=AFTER)


def test_the_days_to_object_follow_the_offices_setting(running, inspector, unit, task_force, officer):
    change_setting(
        "inspections.objection_days",
        45,
        valid_from=CONCLUDED,
        note="县里延长",
        actor=officer,
        today=CONCLUDED,
    )
    row = found(running, unit, task_force, inspector)
    concluded(running, inspector)
    assert fresh(row).objection_until == date(2023, 12, 16)
    with pytest.raises(Refused, match="30 到 90"):
        change_setting(
            "inspections.objection_days",
            10,
            valid_from=CONCLUDED,
            note="缩短",
            actor=officer,
            today=CONCLUDED,
        )


def test_whoever_took_part_does_not_decide_on_the_objection(finding, liaison, inspector, reviewer):
    objection(finding, liaison)
    with pytest.raises(StepRefused, match="未参加本次督查"):
        services.decide_objection(
            finding, version=3, revoke=False, note="维持", actor=inspector, today=CONCLUDED
        )
    services.decide_objection(
        finding, version=3, revoke=False, note="中止没有书面申请。", actor=reviewer, today=CONCLUDED
    )
    reply = FindingReply.objects.get()
    assert (finding.state, reply.outcome, reply.decision, reply.decided_by) == (
        "maintained",
        "maintained",
        "中止没有书面申请。",
        reviewer,
    )
    assert Notification.objects.filter(recipient=liaison, text__startswith="异议复核维持").exists()


def test_a_revoked_finding_is_put_right_no_more(finding, liaison, reviewer, inspector):
    objection(finding, liaison)
    services.decide_objection(
        finding, version=3, revoke=True, note="理由成立", actor=reviewer, today=CONCLUDED
    )
    assert (finding.state, finding.revoked_on) == ("revoked", CONCLUDED)
    with pytest.raises(Refused, match="复核撤销"):
        enter(finding, inspector)
    assert not WorkItem.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_stands(finding, liaison, reviewer):
    objection(finding, liaison)
    other = UserFactory(name="另一复核人", roles=["inspector"])
    barrier, results = Barrier(2), []

    def decide(person, revoke):
        try:
            row = fresh(finding)
            barrier.wait()
            services.decide_objection(
                row, version=3, revoke=revoke, note="理由", actor=person, today=CONCLUDED
            )
            results.append("done")
        except Refused as error:
            results.append(str(error))
        finally:
            connections.close_all()

    threads = [
        Thread(target=decide, args=(person, revoke)) for person, revoke in ((reviewer, True), (other, False))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one == "done" for one in results) == [False, True], results
    reply = FindingReply.objects.get()
    assert (reply.outcome == "revoked") == (fresh(finding).state == "revoked")
    connection.close()


def test_a_finding_becomes_an_item_of_the_list_and_the_unit_gets_a_notice(
    finding, liaison, inspector, unit, lead_unit, task_force
):
    answer(finding, liaison)
    paper = enter(fresh(finding), inspector)
    item = WorkItem.objects.get()
    assert (item.number, item.title, item.organisation, item.lead, item.due_on) == (
        "2023-DC-001",
        finding.title,
        unit,
        lead_unit,
        DUE,
    )
    assert item.work_list.source == WorkList.Source.INSPECTION
    assert item.finding == finding
    assert (paper.number, paper.organisation, paper.label) == ("县政督改〔2023〕1号", unit, "整改通知")
    text = str(services.stored_document(paper))
    assert "DC-001" in text
    assert "2023年12月20日前整改到位" in text
    assert Notification.objects.filter(recipient=liaison, text__contains="整改通知").count() == 1


def test_pressing_twice_makes_one_item(finding, liaison, inspector):
    answer(finding, liaison)
    row = fresh(finding)
    enter(row, inspector)
    with pytest.raises(Refused, match="整改中"):
        enter(fresh(finding), inspector)
    assert WorkItem.objects.count() == InspectionPaper.objects.filter(kind="rectify").count() == 1


def test_a_silent_unit_keeps_its_days_to_object(finding, inspector):
    with pytest.raises(Refused, match="异议期到12月1日"):
        enter(finding, inspector, today=LAST)
    enter(finding, inspector, today=AFTER)
    assert fresh(finding).item.number == "2023-DC-001"


def test_findings_of_another_unit_are_not_put_into_the_notice(finding, inspector, lead_unit):
    with pytest.raises(Refused, match="不是县行政审批局在本次督查中的问题"):
        services.rectify_findings(
            finding.inspection, lead_unit, [finding], due_on=DUE, actor=inspector, today=AFTER
        )


def test_an_item_that_is_still_open_cannot_pass_the_recheck(finding, liaison, inspector):
    answer(finding, liaison)
    enter(fresh(finding), inspector)
    with pytest.raises(StepRefused, match="尚未销号"):
        check(finding, inspector, passed=True)
    WorkItem.objects.update(state="closed", closed_on=date(2023, 11, 20))
    check(finding, inspector, passed=True, today=date(2023, 11, 22))
    row = fresh(finding)
    assert (row.state, row.rectified_on) == ("rectified", date(2023, 11, 22))


def test_a_failed_recheck_opens_the_item_and_the_inspection_again(finding, liaison, inspector):
    answer(finding, liaison)
    enter(fresh(finding), inspector)
    WorkItem.objects.update(state="closed", closed_on=date(2023, 11, 20))
    check(finding, inspector, passed=True, today=date(2023, 11, 22))
    row = finding.inspection
    row.refresh_from_db()
    services.close_inspection(row, version=row.version, actor=inspector, today=date(2023, 11, 23))
    with pytest.raises(Refused, match="新的整改时限"):
        check(finding, inspector, passed=False, today=date(2023, 12, 25))
    check(finding, inspector, passed=False, today=date(2023, 12, 25), due_on=date(2024, 1, 20))
    item, row = WorkItem.objects.get(), fresh(finding)
    assert (item.state, item.round, item.due_on) == ("in_progress", 2, date(2024, 1, 20))
    assert (row.state, row.rectified_on, row.inspection.state) == ("rectifying", None, "concluded")


def test_what_was_put_right_on_the_spot_needs_no_item(finding, liaison, inspector):
    answer(finding, liaison)
    check(finding, inspector, passed=True)
    assert fresh(finding).state == "rectified"
    with pytest.raises(StepRefused, match="没有列入台账"):
        check(finding, inspector, passed=False)
