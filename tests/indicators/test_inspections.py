"""Inspections from the draft to the conclusion: authority, numbers, what is frozen, who is told, two at once."""

from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from indicators.models import Finding, Inspection, InspectionPaper
from indicators.services import inspections as services
from portal.errors import Conflict, Refused
from portal.models import AuditEvent, Notification, NumberSeries
from portal.selectors.files import attachments_of
from tests.factories import UserFactory
from tests.factories_inspections import (
    CONCLUDED,
    STARTED,
    concluded,
    draft,
    found,
    proof,
    seen,
    started,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def running(inspector, unit, lead_unit):
    return started(inspector, unit, lead_unit)


def told():
    return {(row.recipient.username, row.text.partition("：")[0]) for row in Notification.objects.all()}


def test_an_inspection_is_entered_once_and_numbered_within_its_year(inspector, unit):
    design = services.Design("并联审批专项督查", "special", "joint", organisations=[unit], head=inspector)
    first = services.open_inspection(design, occasion="a", actor=inspector, today=STARTED)
    again = services.open_inspection(design, occasion="a", actor=inspector, today=STARTED)
    second = services.open_inspection(design, occasion="b", actor=inspector, today=STARTED)
    assert (first, first.slug, second.slug) == (again, "2023-01", "2023-02")
    assert [member.user for member in first.members.all()] == [inspector]


@pytest.mark.parametrize("persona", ["officer", "director", "leader", "liaison", "unit_head", "chief"])
def test_nobody_but_an_inspector_enters_one(persona, request):
    design = services.Design("并联审批专项督查", "special", "joint")
    with pytest.raises(Refused, match="由督查人员立项"):
        services.open_inspection(design, occasion="a", actor=request.getfixturevalue(persona), today=STARTED)


def test_people_of_the_inspected_unit_and_strangers_take_no_part(inspector, officer, unit):
    biased = UserFactory(name="自查人", organisation=unit, roles=["inspector"])
    for person, words in ((officer, "不是督查人员"), (biased, "应当回避")):
        design = services.Design(
            "督查", "special", "joint", organisations=[unit], members=[inspector, person]
        )
        with pytest.raises(Refused, match=words):
            services.open_inspection(design, occasion="a", actor=inspector, today=STARTED)


def test_without_an_authority_it_starts_only_as_routine_supervision(inspector, unit):
    row = draft(inspector, unit, authority="", authority_document="", approver="", approved_on=None)
    with pytest.raises(Refused, match="改为“日常督办”"):
        services.issue_inspection(row, version=1, actor=inspector, today=STARTED)
    assert not InspectionPaper.objects.exists()
    Inspection.objects.filter(pk=row.pk).update(kind="routine")
    row.refresh_from_db()
    services.issue_inspection(row, version=1, actor=inspector, today=STARTED)
    paper = InspectionPaper.objects.get()
    assert (paper.number, paper.label) == ("云营商办日督通〔2023〕1号", "督办通知")
    assert "督查" not in services.stored_document(paper).masthead


def test_the_database_itself_refuses_one_without_an_authority(inspector, unit):
    row = draft(inspector, unit, authority="", approver="", approved_on=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Inspection.objects.filter(pk=row.pk).update(issued_on=STARTED)


@pytest.mark.parametrize(
    ("authority", "number", "masthead"),
    [
        ("decision", "县政督通〔2023〕1号", "云溪县人民政府督查室"),
        ("approval", "县政督通〔2023〕1号", "云溪县人民政府督查室"),
        ("designation", "云营商办督查通〔2023〕1号", "云溪县优化营商环境工作领导小组办公室"),
    ],
)
def test_the_paper_is_headed_by_whoever_was_authorised(inspector, unit, authority, number, masthead):
    values = {"authority_scope": "并联审批", "authority_until": date(2023, 12, 31)}
    started(inspector, unit, authority=authority, **values)
    paper = InspectionPaper.objects.get()
    document = services.stored_document(paper)
    assert (paper.number, document.masthead, document.addressee) == (number, masthead, f"{unit.name}：")


def test_the_units_are_told_of_the_start_but_not_of_a_covert_one(inspector, unit, liaison, unit_head):
    started(inspector, unit, method="covert")
    assert not InspectionPaper.objects.exists()
    assert not Notification.objects.exists()
    started(inspector, unit)
    assert told() == {("liaison", "县政督通〔2023〕1号 督查通知"), ("head", "县政督通〔2023〕1号 督查通知")}


def test_what_it_rests_on_is_frozen_by_the_start(running):
    with pytest.raises(DatabaseError), transaction.atomic():
        Inspection.objects.filter(pk=running.pk).update(approver="他人")
    with pytest.raises(DatabaseError), transaction.atomic():
        InspectionPaper.objects.update(number="改过的")


def test_a_draft_is_edited_as_it_was_read(inspector, unit):
    row = draft(inspector, unit)
    design = services.Design("改名", "special", "walk", organisations=[unit], head=inspector)
    services.edit_inspection(row, design, version=1, actor=inspector, today=STARTED)
    with pytest.raises(Conflict):
        services.edit_inspection(row, design, version=1, actor=inspector, today=STARTED)
    assert (row.title, row.method, row.version) == ("改名", "walk", 2)


@pytest.mark.parametrize(
    ("visited_on", "words"), [(date(2023, 10, 21), "晚于今天"), (date(2023, 10, 15), "早于启动日期")]
)
def test_a_visit_lies_between_the_start_and_today(running, inspector, visited_on, words):
    visit = services.Visit(visited_on, "综合窗口", "走了一遍流程")
    with pytest.raises(Refused, match=words):
        services.record_visit(running, visit, actor=inspector, today=date(2023, 10, 20))


def test_a_finding_needs_evidence_and_a_unit_of_the_inspection(
    running, inspector, unit, other_unit, task_force
):
    with pytest.raises(Refused, match="至少上传一份佐证"):
        services.record_finding(running, seen(unit, task_force), uploads=[], actor=inspector)
    with pytest.raises(Refused, match="不是本次的被督查单位"):
        found(running, other_unit, task_force, inspector)
    row = found(running, unit, task_force, inspector)
    assert row.position == 1
    assert [file.name for file in attachments_of(row)] == ["现场记录.pdf"]
    assert found(running, unit, task_force, inspector).position == 2


def test_the_conclusion_feeds_back_to_every_unit_what_concerns_it(
    running, inspector, unit, lead_unit, task_force, liaison, unit_head, lead_liaison
):
    first = found(running, unit, task_force, inspector)
    weak = found(running, lead_unit, task_force, inspector)
    services.drop_finding(weak, version=1, note="已有延期批复", actor=inspector)
    Notification.objects.all().delete()
    concluded(running, inspector)
    first.refresh_from_db()
    weak.refresh_from_db()
    assert (first.state, first.issued_on, first.objection_until) == (
        "fed_back",
        CONCLUDED,
        date(2023, 12, 1),
    )
    assert weak.state == "dropped"
    papers = InspectionPaper.objects.filter(kind="feedback").order_by("number")
    texts = {paper.organisation: str(services.stored_document(paper)) for paper in papers}
    assert [paper.number for paper in papers] == ["县政督反〔2023〕1号", "县政督反〔2023〕2号"]
    assert first.fact in texts[unit]
    assert "30日内书面提出" in texts[unit]
    assert first.fact not in texts[lead_unit]
    assert "未发现需要整改的问题" in texts[lead_unit]
    assert {name for name, _ in told()} == {"liaison", "head", "leadliaison"}


def test_what_was_fed_back_is_frozen(running, inspector, unit, task_force):
    found(running, unit, task_force, inspector)
    concluded(running, inspector)
    with pytest.raises(DatabaseError), transaction.atomic():
        Finding.objects.update(fact="改轻一点")


def test_a_finding_recorded_meanwhile_stops_a_conclusion_that_has_not_seen_it(
    running, inspector, unit, task_force
):
    version = running.version
    found(running, unit, task_force, inspector)
    with pytest.raises(Conflict, match="登记了新的内容"):
        services.conclude_inspection(
            running, version=version, conclusion="结论", actor=inspector, today=CONCLUDED
        )
    assert not InspectionPaper.objects.filter(kind="feedback").exists()
    assert not NumberSeries.objects.filter(series="inspection-government-feedback").exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_conclude_at_once_one_succeeds_and_the_numbers_have_no_gap(
    running, inspector, unit, task_force
):
    found(running, unit, task_force, inspector)
    running.refresh_from_db()
    second = UserFactory(name="第二人", roles=["inspector"])
    barrier, results = Barrier(2), []

    def conclude(person):
        try:
            row = Inspection.objects.get(pk=running.pk)
            barrier.wait()
            services.conclude_inspection(
                row, version=row.version, conclusion="结论", actor=person, today=CONCLUDED
            )
            results.append("done")
        except Refused as error:
            results.append(str(error))
        finally:
            connections.close_all()

    threads = [Thread(target=conclude, args=(person,)) for person in (inspector, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one == "done" for one in results) == [False, True], results
    assert InspectionPaper.objects.filter(kind="feedback").count() == 2
    assert NumberSeries.objects.get(series="inspection-government-feedback").value == 2
    connection.close()


def test_it_ends_when_everything_was_put_right(running, inspector, unit, task_force):
    row = found(running, unit, task_force, inspector)
    concluded(running, inspector)
    with pytest.raises(Refused, match="还有 1 个问题"):
        services.close_inspection(running, version=running.version, actor=inspector, today=CONCLUDED)
    Finding.objects.filter(pk=row.pk).update(state="rectified", rectified_on=CONCLUDED)
    services.close_inspection(running, version=running.version, actor=inspector, today=CONCLUDED)
    assert (running.state, running.closed_on) == ("closed", CONCLUDED)


def test_a_cancelled_one_keeps_its_number_and_the_units_hear_of_it(running, inspector, liaison):
    Notification.objects.all().delete()
    with pytest.raises(Refused, match="须写明理由"):
        services.cancel_inspection(running, version=running.version, note=" ", actor=inspector, today=STARTED)
    services.cancel_inspection(
        running, version=running.version, note="与市级督查重复", actor=inspector, today=STARTED
    )
    assert (running.state, running.cancelled_on) == ("cancelled", STARTED)
    assert {row.recipient for row in Notification.objects.all()} == {liaison}


def test_every_step_stands_in_the_history(running, inspector, unit, task_force):
    services.record_visit(
        running,
        services.Visit(STARTED, "综合窗口", "走了一遍流程"),
        uploads=[proof()],
        actor=inspector,
        today=STARTED,
    )
    row = found(running, unit, task_force, inspector)
    concluded(running, inspector)
    assert [event.action for event in AuditEvent.objects.of(running)] == [
        "inspection.conclude",
        "inspection.visit",
        "inspection.issue",
    ]
    assert [event.action for event in AuditEvent.objects.of(row)] == [
        "finding.feed_back",
        "finding.record",
        "file.upload",
    ]
