"""The closing workflow: who may take which step from which state, and what each step leaves behind."""

from datetime import date
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection

from indicators.models import Adjustment, ClosingApplication, WorkItem
from indicators.services import adjustments, closing
from indicators.services.items import StepRefused, take_step
from indicators.workflow import ITEM_STEPS, ItemState, actors
from portal.errors import Conflict, Refused
from portal.models import Attachment, AuditEvent, Notification
from tests.factories import MonthFactory, ReportFactory, UserFactory, WorkItemFactory
from tests.indicators.closing_steps import TODAY, apply, bring_to, take

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


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def people(request, db, calendar):
    return {name: request.getfixturevalue(name) for name in PERSONAS}


@pytest.fixture
def item(task_force, unit, lead_unit):
    return WorkItemFactory(task_force=task_force, organisation=unit, lead=lead_unit)


def allowed(persona, step, state):
    """What the table says, worked out apart from the services."""
    roles = {
        "liaison": {"liaison"},
        "lead_liaison": {"liaison"},
        "lead_head": {"unit_head"},
        "officer": {"office"},
        "director": {"office_head"},
        "outsider": {"liaison"},
    }.get(persona, {persona})
    capacities = actors(
        roles,
        of_responsible=persona in {"liaison", "unit_head"},
        of_lead=persona in {"lead_liaison", "lead_head"},
    )
    return state in step.sources and not capacities.isdisjoint(step.actors)


@pytest.mark.parametrize("state", ItemState.values)
def test_each_step_succeeds_exactly_for_the_states_and_people_of_the_table(state, item, people):
    bring_to(state, item, people)
    for name, step in ITEM_STEPS.items():
        for persona in PERSONAS:
            with connection.cursor() as cursor:
                cursor.execute("SAVEPOINT trial")
            trial = WorkItem.objects.get(pk=item.pk)
            try:
                take(name, trial, people[persona])
                taken = True
            except Refused:
                taken = False
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK TO SAVEPOINT trial")
            assert taken == allowed(persona, step, state), (state, name, persona)


def test_the_whole_way_from_application_to_closed(item, people):
    row = apply(item, people["liaison"])
    assert (item.state, row.round, Attachment.objects.count()) == ("awaiting_unit", 1, 1)
    closing.confirm_application(item, actor=people["unit_head"], today=TODAY)
    closing.lead_pass(item, actor=people["lead_liaison"], today=TODAY, note="情况属实")
    closing.approve_closing(item, actor=people["director"], today=TODAY, note="同意")
    item.refresh_from_db()
    row.refresh_from_db()
    assert (item.state, item.closed_on, item.percent, item.lamp) == ("closed", TODAY, Decimal(100), "blue")
    assert (row.outcome, row.lead_opinion, row.decided_by) == ("approved", "情况属实", people["director"])
    event = AuditEvent.objects.of(item).first()
    assert event.action == "item.approve"
    assert event.changes["state"] == ["awaiting_office", "closed"]
    assert event.changes["snapshot"]["evidence"][0]["name"] == "说明.txt"
    assert event.changes["snapshot"]["result"] == "已全面实行，抽查合格。"


def test_those_whose_turn_it_is_are_told_and_the_acting_person_is_not(item, people):
    apply(item, people["liaison"])
    closing.confirm_application(item, actor=people["unit_head"], today=TODAY)
    closing.lead_pass(item, actor=people["lead_liaison"], today=TODAY)
    told = {(row.recipient.username, row.text.split()[1]) for row in Notification.objects.all()}
    assert told == {
        ("head", "申请销号：" + item.title),
        ("leadliaison", "确认销号申请：" + item.title),
        ("leadhead", "确认销号申请：" + item.title),
        ("director", "初审通过：" + item.title),
    }


def test_the_lead_review_is_skipped_where_the_lead_owes_the_item_itself(item, people, unit):
    item.lead = unit
    item.save()
    apply(item, people["liaison"])
    closing.confirm_application(item, actor=people["unit_head"], today=TODAY)
    assert item.state == ItemState.AWAITING_OFFICE


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"completed_on": date(2023, 11, 9)}, "不能晚于今天"),
        ({"completed_on": date(2023, 1, 9)}, "不能早于开始日期"),
        ({"result": "  "}, "请写明完成情况"),
        ({"uploads": []}, "至少上传一份佐证"),
    ],
)
def test_an_application_lacking_something_changes_nothing(item, people, changes, words):
    with pytest.raises(Refused, match=words):
        apply(item, people["liaison"], **changes)
    assert ClosingApplication.objects.count() == 0
    assert WorkItem.objects.get().state == "in_progress"


def test_an_evidence_that_is_not_accepted_leaves_no_application_behind(item, people):
    wrong = [closing_file("脚本.exe", b"MZ\x90")]
    with pytest.raises(Refused, match="脚本"):
        apply(item, people["liaison"], uploads=wrong)
    assert (ClosingApplication.objects.count(), WorkItem.objects.get().version) == (0, 1)


def closing_file(name, content):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, content)


def test_the_applicant_never_reviews_his_own_application(item, people, lead_unit):
    both = UserFactory(organisation=item.organisation, roles=["liaison", "unit_head"])
    apply(item, both)
    with pytest.raises(StepRefused, match="不能由申请人本人"):
        closing.confirm_application(item, actor=both, today=TODAY)
    closing.confirm_application(item, actor=people["unit_head"], today=TODAY)
    both.organisation = lead_unit
    both.save()
    for review in (closing.lead_pass, closing.lead_return):
        with pytest.raises(StepRefused, match="不能由申请人本人"):
            review(item, actor=both, today=TODAY, note="可以")
    assert item.state == "awaiting_lead"


def test_a_return_by_the_office_gives_the_reason_and_a_new_date_and_keeps_the_first_one(item, people):
    bring_to("awaiting_office", item, people)
    with pytest.raises(Refused, match="应晚于今天"):
        closing.office_return(item, actor=people["director"], today=TODAY, note="补充", due_on=TODAY)
    assert WorkItem.objects.get().state == "awaiting_office"
    item.refresh_from_db()
    closing.office_return(
        item, actor=people["director"], today=TODAY, note="请补充台账", due_on=date(2024, 1, 15)
    )
    item.refresh_from_db()
    assert (item.state, item.due_on, item.original_due_on) == (
        "in_progress",
        date(2024, 1, 15),
        date(2023, 12, 20),
    )
    row = Adjustment.objects.get()
    assert (row.kind, row.old_due_on, row.new_due_on) == ("date", date(2023, 12, 20), date(2024, 1, 15))
    assert ClosingApplication.objects.get().outcome == "returned"


def test_a_failed_recheck_opens_a_new_round_with_the_percent_of_the_last_verified_report(item, people):
    MonthFactory()
    submitted = {"done": "完成", "submitted_at": "2023-11-02T08:00Z"}
    ReportFactory(item=item, state="verified", percent=Decimal(85), **submitted)
    bring_to("closed", item, people)
    closing.fail_recheck(
        item, actor=people["inspector"], today=TODAY, note="抽查发现反弹", due_on=date(2023, 12, 28)
    )
    item.refresh_from_db()
    assert (item.state, item.round, item.closed_on, item.percent) == ("in_progress", 2, None, Decimal(85))
    assert item.lamp != "blue"
    assert ClosingApplication.objects.get().reopened_on == TODAY
    row = apply(item, people["liaison"])
    assert (row.round, item.applications.count()) == (2, 2)


def test_a_withdrawn_application_may_be_followed_by_another(item, people):
    bring_to("awaiting_lead", item, people)
    closing.withdraw_application(item, actor=people["liaison"], today=TODAY)
    assert ClosingApplication.objects.get().outcome == "withdrawn"
    apply(item, people["liaison"])
    assert ClosingApplication.objects.filter(outcome="pending").count() == 1


def test_evidence_taken_away_before_the_decision_stops_it(item, people):
    bring_to("awaiting_office", item, people)
    Attachment.objects.update(removed_at="2023-11-08T09:00Z")
    with pytest.raises(Refused, match="佐证材料已被移除"):
        closing.approve_closing(item, actor=people["director"], today=TODAY)


def test_a_step_on_a_stale_page_says_who_was_faster(item, people):
    bring_to("awaiting_office", item, people)
    stale = WorkItem.objects.get(pk=item.pk)
    closing.approve_closing(item, actor=people["director"], today=TODAY)
    other = UserFactory(organisation=people["director"].organisation, roles=["office_head"])
    with pytest.raises(StepRefused, match=r"现为「已销号」（县营商办顾维舟 .*已办理），不能「同意销号」"):
        closing.approve_closing(stale, actor=other, today=TODAY)


def test_a_step_after_another_change_that_still_allows_it_is_a_conflict(item, people):
    stale = WorkItem.objects.get(pk=item.pk)
    adjustments.adjust_item(
        item, actor=people["director"], today=TODAY, reason="提前", due_on=date(2023, 12, 1)
    )
    with pytest.raises(Conflict, match=r"县营商办顾维舟 .*改了完成时限"):
        take_step(stale, "suspend", actor=people["director"], today=TODAY, note="等待")


@pytest.mark.django_db(transaction=True)
def test_of_two_people_approving_at_once_exactly_one_succeeds(item, people):
    bring_to("awaiting_office", item, people)
    second = UserFactory(organisation=people["director"].organisation, roles=["office_head"])
    start, outcomes = Barrier(2), []

    def approve(person):
        mine = WorkItem.objects.get(pk=item.pk)
        start.wait()
        try:
            closing.approve_closing(mine, actor=person, today=TODAY)
            outcomes.append("closed")
        except Refused as error:
            outcomes.append(str(error))
        finally:
            connection.close()

    threads = [Thread(target=approve, args=(person,)) for person in (people["director"], second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome == "closed" for outcome in outcomes) == [False, True]
    assert any("不能「同意销号」" in outcome for outcome in outcomes)
    assert AuditEvent.objects.filter(action="item.approve").count() == 1
    assert WorkItem.objects.get().version == 5
