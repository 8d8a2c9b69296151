"""Letters: sent by rule within the weekly limit, proposed, signed once, dismissed, answered; seen by whom."""

from datetime import date, datetime
from http import HTTPStatus
from threading import Barrier, Thread

import pytest
from django.db import connection, connections, transaction
from django.db.utils import DatabaseError

from indicators import dispatch_jobs
from indicators.models import LampRecord, Letter
from indicators.services.letters import (
    Draft,
    answer_letter,
    dismiss_letter,
    edit_letter,
    escalate,
    issue_letter,
    propose_letter,
    stored_document,
)
from portal.errors import Conflict, Refused
from portal.models import AuditEvent, Notification, NumberSeries, SettingRow
from tests.factories import CHINA, MonthFactory, ReportFactory, UserFactory, WorkItemFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

TODAY = date(2023, 11, 8)  # a Wednesday
OCTOBER = date(2023, 10, 1)


@pytest.fixture
def late(task_force, unit):
    def make(days, **changes):
        due = date.fromordinal(TODAY.toordinal() - days)
        return WorkItemFactory(task_force=task_force, organisation=unit, due_on=due, **changes)

    return make


@pytest.fixture
def letter(late, officer, unit):
    draft = Draft("supervise", unit, "逾期12天，催办后仍未完成", "请书面反馈。", "hand-1", items=[late(12)])
    return propose_letter(draft, actor=officer, today=TODAY)


def test_one_chase_goes_to_each_unit_with_all_its_items(late, unit, other_unit, liaison, unit_head):
    for days in (1, 5, 9):
        late(days)
    WorkItemFactory(organisation=other_unit, due_on=date(2023, 11, 7))
    assert dispatch_jobs.propose_letters(TODAY) == "发出提醒和催办 2 份"
    letter = Letter.objects.get(organisation=unit)
    assert (letter.rung, letter.state, letter.items.count(), letter.issued_on) == (
        "chase",
        "issued",
        3,
        TODAY,
    )
    assert set(Letter.objects.values_list("number", flat=True)) == {
        "云营商办催办〔2023〕1号",
        "云营商办催办〔2023〕2号",
    }
    document = stored_document(letter)
    assert (document.number, document.addressee) == (letter.number, f"{unit.name}：")
    assert {row.recipient for row in Notification.objects.filter(text__contains=letter.number)} == {
        liaison,
        unit_head,
    }
    assert AuditEvent.objects.filter(action="item.chase").count() == 4


def test_the_job_run_twice_or_the_next_day_sends_nothing_more(late):
    late(2)
    assert escalate(TODAY).sent == 1
    assert escalate(TODAY).sent == 0
    assert escalate(date(2023, 11, 9)).sent == 0
    assert NumberSeries.objects.get(series="letter-chase").value == 1


def test_nothing_is_sent_on_a_rest_day(late):
    late(2)
    assert "休息日" in dispatch_jobs.propose_letters(date(2023, 11, 11))
    assert dispatch_jobs.propose_letters(date(2023, 11, 13)) == "发出提醒和催办 1 份"


def test_a_unit_gets_no_more_than_the_weekly_limit_and_the_rest_next_week(late):
    SettingRow.objects.create(key="letters.weekly_limit", value=1, valid_from=OCTOBER)
    late(1)
    assert escalate(TODAY).sent == 1
    late(0)
    thursday = escalate(date(2023, 11, 9))
    assert (thursday.sent, thursday.held_back) == (0, 1)
    assert escalate(date(2023, 11, 13)).sent == 1


def test_the_chase_comes_before_the_reminder_when_only_one_letter_is_left(late, unit, task_force):
    SettingRow.objects.create(key="letters.weekly_limit", value=1, valid_from=OCTOBER)
    MonthFactory()
    ReportFactory(item=WorkItemFactory(task_force=task_force, organisation=unit))
    late(3)
    done = escalate(TODAY)
    assert (done.sent, done.held_back) == (1, 1)
    assert Letter.objects.get().rung == "chase"


@pytest.mark.parametrize(("before", "expected"), [("green", "chase"), ("red", None)])
def test_a_lamp_that_turned_red_is_chased(task_force, unit, before, expected):
    item = WorkItemFactory(task_force=task_force, organisation=unit, lamp="red", lamp_reason="落后31点")
    LampRecord.objects.create(item=item, month=OCTOBER, colour=before, reason="", percent=0)
    escalate(TODAY)
    assert Letter.objects.values_list("rung", flat=True).first() == expected


def test_months_without_a_report_count_only_after_their_deadline(task_force, unit):
    item = WorkItemFactory(task_force=task_force, organisation=unit)
    for month, due, closes in [
        (date(2023, 8, 1), date(2023, 9, 5), date(2023, 9, 12)),
        (date(2023, 9, 1), date(2023, 10, 10), date(2023, 10, 17)),
        (OCTOBER, date(2023, 11, 3), date(2023, 11, 10)),
    ]:
        MonthFactory(month=month, due_on=due, closes_on=closes)
        ReportFactory(item=item, month=month)
    escalate(date(2023, 11, 3))
    assert Letter.objects.get().reason == "连续2个月未报月报"
    escalate(date(2023, 11, 6))
    assert Letter.objects.get(rung="supervise").reason == "连续3个月未报月报，已催办未见成效"


def test_what_a_person_must_sign_is_proposed_once_and_told_to_the_director(late, director):
    late(12)
    late(15)
    assert dispatch_jobs.propose_letters(TODAY) == "提出督办建议 1 份"
    assert dispatch_jobs.propose_letters(date(2023, 11, 9)).startswith("没有需要")
    letter = Letter.objects.get()
    assert (letter.state, letter.number, letter.items.count()) == ("proposed", "", 2)
    assert Notification.objects.get().recipient == director


@pytest.mark.parametrize("state", ["awaiting_office", "suspended", "cancelled", "closed"])
def test_items_that_are_not_at_work_are_left_alone(late, state):
    late(20, state=state, closed_on=TODAY if state == "closed" else None)
    assert escalate(TODAY).sent == escalate(TODAY).proposed == 0


def test_signing_numbers_and_freezes_the_letter_and_tells_the_unit(
    letter, director, liaison, unit_head, late
):
    issue_letter(letter, version=1, actor=director, today=TODAY)
    letter.refresh_from_db()
    assert (letter.number, letter.signed_by, letter.issued_on) == ("云营商办督办〔2023〕1号", director, TODAY)
    assert letter.reply_by == date(2023, 11, 15)
    before = stored_document(letter)
    item = letter.items.get()
    type(item).objects.filter(pk=item.pk).update(title="后来改了的名称")
    letter.refresh_from_db()
    assert stored_document(letter) == before
    assert "后来改了的名称" not in before.title
    assert {row.recipient for row in Notification.objects.filter(text__contains="〔2023〕1号")} == {
        liaison,
        unit_head,
    }
    with pytest.raises(DatabaseError), transaction.atomic():
        Letter.objects.filter(pk=letter.pk).update(reason="改写")


def test_only_the_director_signs_and_dismisses(letter, officer, chief):
    for person in (officer, chief):
        with pytest.raises(Refused, match="营商办主任"):
            issue_letter(letter, version=1, actor=person, today=TODAY)
        with pytest.raises(Refused, match="营商办主任"):
            dismiss_letter(letter, version=1, reason="已完成", actor=person)
    assert not NumberSeries.objects.filter(series="letter-supervise", value__gt=0).exists()


def test_a_dismissed_letter_keeps_its_reason_and_is_not_proposed_again_at_once(letter, director):
    with pytest.raises(Refused, match="须写明理由"):
        dismiss_letter(letter, version=1, reason="", actor=director)
    dismiss_letter(letter, version=1, reason="单位已提交销号材料", actor=director)
    assert escalate(TODAY).proposed == 0
    with pytest.raises(Refused, match="已决定不予发出"):
        issue_letter(letter, version=2, actor=director, today=TODAY)


def test_an_edit_from_an_old_page_is_refused_with_what_the_other_wrote(letter, officer, director):
    edit_letter(
        letter,
        version=1,
        reason="逾期12天",
        body="请主要负责同志牵头。",
        reply_by=None,
        actor=officer,
        today=TODAY,
    )
    with pytest.raises(Conflict) as refusal:
        issue_letter(letter, version=1, actor=director, today=TODAY)
    assert refusal.value.theirs["正文"] == "请主要负责同志牵头。"
    assert not NumberSeries.objects.filter(series="letter-supervise").exists()


def test_a_reply_day_that_is_over_must_be_changed_before_signing(letter, director):
    Letter.objects.update(reply_by=TODAY)
    letter.refresh_from_db()
    with pytest.raises(Refused, match="反馈时限已过"):
        issue_letter(letter, version=1, actor=director, today=TODAY)


@pytest.mark.django_db(transaction=True)
def test_two_directors_signing_at_once_issue_one_letter_with_one_number(letter, director):
    second = UserFactory(name="副主任", organisation=director.organisation, roles=["office_head"])
    barrier, results = Barrier(2), []

    def sign(person):
        try:
            row = Letter.objects.get(pk=letter.pk)
            barrier.wait()
            issue_letter(row, version=1, actor=person, today=TODAY)
            results.append("done")
        except Refused as error:
            results.append(str(error))
        finally:
            connections.close_all()

    threads = [Thread(target=sign, args=(person,)) for person in (director, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one == "done" for one in results) == [False, True], results
    assert NumberSeries.objects.get(series="letter-supervise").value == 1
    connection.close()


def test_the_unit_answers_once_and_nobody_else_does(letter, director, liaison, outsider, officer):
    issue_letter(letter, version=1, actor=director, today=TODAY)
    for person in (outsider, officer):
        with pytest.raises(Refused, match="收文单位"):
            answer_letter(letter, version=2, reply="已整改", actor=person, today=TODAY)
    answer_letter(letter, version=2, reply="消防已进驻，人防11月20日前进驻。", actor=liaison, today=TODAY)
    letter.refresh_from_db()
    assert (letter.replied_on, letter.replied_by) == (TODAY, liaison)
    with pytest.raises(Refused, match="已反馈"):
        answer_letter(letter, version=3, reply="再报", actor=liaison, today=TODAY)


def test_the_next_rung_waits_for_the_reply_day_of_the_last_letter(late, director, officer, unit):
    item = late(29)
    draft = Draft("supervise", unit, "逾期29天", "请反馈。", "hand-2", items=[item])
    letter = propose_letter(draft, actor=officer, today=TODAY)
    issue_letter(letter, version=1, actor=director, today=TODAY)
    assert escalate(date(2023, 11, 15)).proposed == 0
    assert escalate(date(2023, 11, 16)).proposed == 1
    assert Letter.objects.get(rung="talk").reason == "逾期37天，已督办未见成效"


def test_a_letter_names_only_items_of_the_unit_it_goes_to(late, officer, other_unit):
    with pytest.raises(Refused, match="责任单位不是县气象局"):
        propose_letter(
            Draft("supervise", other_unit, "逾期", "请反馈。", "x", items=[late(3)]),
            actor=officer,
            today=TODAY,
        )


@pytest.mark.parametrize(
    ("persona", "proposed", "issued"),
    [
        ("officer", HTTPStatus.OK, HTTPStatus.OK),
        ("director", HTTPStatus.OK, HTTPStatus.OK),
        ("leader", HTTPStatus.OK, HTTPStatus.OK),
        ("inspector", HTTPStatus.OK, HTTPStatus.OK),
        ("liaison", HTTPStatus.NOT_FOUND, HTTPStatus.OK),
        ("lead_liaison", HTTPStatus.NOT_FOUND, HTTPStatus.NOT_FOUND),
        ("outsider", HTTPStatus.NOT_FOUND, HTTPStatus.NOT_FOUND),
        ("chief", HTTPStatus.FORBIDDEN, HTTPStatus.FORBIDDEN),
        ("observer", HTTPStatus.FORBIDDEN, HTTPStatus.FORBIDDEN),
    ],
)
def test_who_reads_a_letter(letter, director, browse, persona, proposed, issued, request):
    client = browse(request.getfixturevalue(persona))
    addresses = ["/letters/hand-1/", "/letters/hand-1/files/docx/"]
    assert [client.get(one).status_code for one in addresses] == [proposed] * 2
    issue_letter(letter, version=1, actor=director, today=TODAY)
    assert [client.get(one).status_code for one in addresses] == [issued] * 2


def test_a_transfer_is_never_shown_or_told_to_the_unit(
    late, officer, director, inspector, unit, liaison, browse
):
    item = late(95)
    draft = Draft("transfer", unit, "逾期95天", "请依规依纪处理。", "secret", items=[item])
    letter = propose_letter(draft, actor=director, today=TODAY)
    issue_letter(letter, version=1, actor=director, today=TODAY)
    for person in (liaison, officer):
        assert browse(person).get("/letters/secret/").status_code == HTTPStatus.NOT_FOUND
        assert "逾期95天" not in browse(person).get("/letters/").content.decode()
    assert browse(inspector).get("/letters/secret/").status_code == HTTPStatus.OK
    assert {row.recipient for row in Notification.objects.filter(url="/letters/secret/")} == {inspector}
    assert not AuditEvent.objects.of(item).exists()
    assert stored_document(letter).addressee == "县纪委监委："


@pytest.mark.usefixtures("on_the_day")
def test_a_letter_goes_from_draft_to_answer_on_the_pages(browse, officer, director, liaison, late, unit):
    late(12, number="2023-DB-011")
    data = {
        "rung": "supervise",
        "organisation": unit.pk,
        "numbers": "DB-011",
        "reason": "逾期12天",
        "body": "请主要负责同志牵头。",
        "reply_by": "",
        "occasion": "abc",
    }
    office = browse(officer)
    assert (
        "没有找到未销号的事项：DB-099"
        in office.post("/letters/new/", data | {"numbers": "DB-099"}).content.decode()
    )
    assert office.post("/letters/new/", data).url == "/letters/hand-abc/"
    edit = {"reason": "逾期12天，仍未完成", "body": "请书面反馈。", "reply_by": "", "version": "1"}
    assert office.post("/letters/hand-abc/", edit).status_code == HTTPStatus.FOUND
    stale = office.post("/letters/hand-abc/", edit | {"body": "我的改法"})
    assert stale.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "我的改法" in stale.content.decode()
    office.post("/letters/hand-abc/issue/", {"version": "2"})
    assert Letter.objects.get().state == "proposed"
    head = browse(director)
    head.post("/letters/hand-abc/issue/", {"version": "2"})
    assert Letter.objects.get().number == "云营商办督办〔2023〕1号"
    own = browse(liaison)
    assert "书面反馈" in own.get("/letters/hand-abc/").content.decode()
    own.post("/letters/hand-abc/answer/", {"version": "3", "note": "已完成整改。"})
    assert "已完成整改。" in head.get("/letters/hand-abc/").content.decode()
    pdf = head.get("/letters/hand-abc/files/pdf/")
    assert pdf.content.startswith(b"%PDF")
    assert head.get("/letters/hand-abc/files/exe/").status_code == HTTPStatus.NOT_FOUND
    assert head.post("/letters/hand-abc/forge/", {"version": "4"}).status_code == HTTPStatus.NOT_FOUND


def test_units_and_attendants_are_reminded_once_of_answers_that_are_due(letter, director, liaison):
    issue_letter(letter, version=1, actor=director, today=TODAY)
    assert dispatch_jobs.send_reminders(date(2023, 11, 13)).startswith("没有需要提醒")
    assert dispatch_jobs.send_reminders(date(2023, 11, 14)) == "提醒 1 人次"
    assert dispatch_jobs.send_reminders(date(2023, 11, 15)).startswith("没有需要提醒")


@pytest.mark.usefixtures("on_the_day")
def test_the_list_costs_the_same_for_many_rows(unit, browse, officer, django_assert_max_num_queries):
    for number in range(30):
        Letter.objects.create(
            rung="supervise",
            organisation=unit,
            occasion=f"o{number}",
            reason="逾期",
            proposed_at=datetime(2023, 11, 8, 9, tzinfo=CHINA),
        )
    client = browse(officer)
    client.get("/letters/")
    with django_assert_max_num_queries(15):
        client.get("/letters/")
