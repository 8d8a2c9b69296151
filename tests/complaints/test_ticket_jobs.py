"""Large workbooks of tickets are registered by the job: in slices, once, and going on where it was stopped."""

from http import HTTPStatus

import pytest
from django.utils import timezone

from complaints.jobs import apply_tickets
from complaints.models import Complaint
from complaints.services import ticket_jobs, tickets
from complaints.services.intake import register_complaint
from complaints.services.ticket_jobs import confirm_tickets
from portal import file_store
from portal.errors import Refused
from portal.models import AuditEvent, Notification, RoleGrant, WorkbookImport
from portal.services.imports import MAX_ATTEMPTS
from tests.complaints.steps import NOW, TODAY
from tests.complaints.test_desk_intake import upload, workbook
from tests.factories import UserFactory
from tests.factories_complaints import entry

pytestmark = pytest.mark.django_db
State = WorkbookImport.State
MANY = 501
DONE, WAITING = "12345 工单登记完 1 份", "12345 工单未登记完 1 份"


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.fixture(autouse=True)
def _morning(on_the_day, calendar, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def lines(count):
    return [(f"0578-{n}", "投诉", f"第{n}件", "办理缓慢", "喆明远", "", "", "") for n in range(count)]


@pytest.fixture
def waiting(officer, monkeypatch):
    """Seven tickets in slices of three, left to the job."""
    monkeypatch.setattr(ticket_jobs, "AT_ONCE", 5)
    monkeypatch.setattr(ticket_jobs, "SLICE", 3)
    batch = tickets.check_tickets(workbook(lines(7)), actor=officer)
    assert confirm_tickets(batch, actor=officer, now=NOW) is None
    return batch


def test_more_than_five_hundred_wait_for_the_job_and_the_page_tells_how_it_stands(officer, browse):
    client = browse(officer)
    page = upload(client, workbook(lines(MANY))).request["PATH_INFO"]
    answer = client.post(f"{page}apply/")
    assert (answer.status_code, answer.headers["Location"]) == (HTTPStatus.FOUND, page)
    assert Complaint.objects.count() == 0
    assert "已确认，等待后台登记" in client.get(page).content.decode()
    assert client.post(f"{page}apply/").headers["Location"] == page
    assert AuditEvent.objects.filter(action="import.confirm").count() == 1


def test_the_job_registers_every_ticket_once_and_tells_the_office_once(
    waiting, officer, django_capture_on_commit_callbacks
):
    colleague = UserFactory(organisation=officer.organisation, roles=["office"])
    with django_capture_on_commit_callbacks(execute=True):
        assert apply_tickets(TODAY) == DONE
    assert apply_tickets(TODAY) == "没有等待登记的工单"
    waiting.refresh_from_db()
    assert (waiting.state, Complaint.objects.count()) == (State.APPLIED, 7)
    assert not file_store.path_of(waiting.stored_name).exists()
    told = Notification.objects.values_list("recipient", "text")
    assert set(told) == {
        (person.pk, "「工单.xlsx」已登记：12345 工单 7 件，待受理") for person in (officer, colleague)
    }


def test_killed_between_two_slices_it_goes_on_where_it_was_stopped(waiting, monkeypatch):
    register, calls = ticket_jobs.register_complaint, []

    def die_at_the_fifth(*args, **kwargs):
        calls.append(1)
        if len(calls) == 5:
            raise Killed
        return register(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(ticket_jobs, "register_complaint", die_at_the_fifth)
        with pytest.raises(Killed):
            apply_tickets(TODAY)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, Complaint.objects.count()) == (State.APPLYING, 1, 3)
    assert apply_tickets(TODAY) == DONE
    numbers = Complaint.objects.values_list("external_number", flat=True)
    assert sorted(numbers) == [f"0578-{n}" for n in range(7)]


def test_a_run_registers_so_many_and_the_next_one_goes_on(waiting, monkeypatch):
    monkeypatch.setattr(ticket_jobs, "A_RUN", 2)
    for made in (2, 4, 6):
        assert apply_tickets(TODAY) == "12345 工单下次接着登记 1 份"
        assert Complaint.objects.count() == made
    assert apply_tickets(TODAY) == DONE
    assert Complaint.objects.count() == 7


def test_a_ticket_that_came_in_otherwise_meanwhile_is_left_as_it_is(waiting, officer):
    other = entry(channel="hotline", external_number="0578-4", title="接口送来的")
    register_complaint(other, actor=officer, now=NOW)
    assert apply_tickets(TODAY) == DONE
    assert Complaint.objects.count() == 7
    assert Complaint.objects.get(external_number="0578-4").title == "接口送来的"


def test_who_lost_the_right_in_between_registers_nothing_and_is_told(waiting, officer):
    RoleGrant.objects.filter(user=officer).update(revoked_at=timezone.now())
    assert apply_tickets(TODAY) == WAITING
    waiting.refresh_from_db()
    assert (waiting.state, Complaint.objects.count()) == (State.CHECKED, 0)
    assert "没有此项权限" in waiting.refusal
    assert Notification.objects.get(recipient=officer).text.startswith("「工单.xlsx」没有登记完：")


def test_an_import_that_is_killed_again_and_again_comes_back(waiting):
    WorkbookImport.objects.filter(pk=waiting.pk).update(attempts=MAX_ATTEMPTS)
    assert apply_tickets(TODAY) == WAITING
    waiting.refresh_from_db()
    assert waiting.state == State.CHECKED
    assert "均中断，没有做完" in waiting.refusal


def test_while_it_waits_it_can_neither_be_given_up_nor_applied_by_hand(waiting, officer):
    tickets.discard_tickets(waiting, actor=officer)
    with pytest.raises(Refused, match="正在后台进行"):
        tickets.apply_tickets(waiting, actor=officer, now=NOW)
    waiting.refresh_from_db()
    assert waiting.state == State.APPLYING


def test_a_large_upload_with_an_error_is_not_confirmed(officer, browse):
    client = browse(officer)
    shown = upload(client, workbook([*lines(MANY), ("0578-x", "无此类型", "标题", "内容", "", "", "", "")]))
    page = shown.request["PATH_INFO"]
    assert "改正 1 处错误后重新上传" in shown.content.decode()
    assert client.post(f"{page}apply/").status_code == HTTPStatus.CONFLICT
    assert WorkbookImport.objects.get().state == State.CHECKED
