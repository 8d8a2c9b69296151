"""A large ledger is confirmed on the page and applied by a job: whole, once, and also when killed in between."""

from datetime import date
from http import HTTPStatus

import pytest
from django.urls import reverse
from django.utils import timezone

from indicators.jobs import apply_ledgers
from indicators.models import WorkItem
from indicators.services import ledgers
from indicators.services.ledgers import applying, check_ledger, confirm_ledger
from portal.errors import Refused
from portal.models import AuditEvent, Notification, RoleGrant, SettingRow, WorkbookImport
from portal.services.imports import MAX_ATTEMPTS, claim_import, discard_import
from tests.factories import WorkListFactory
from tests.indicators.test_ledger_import import NEW, TODAY, upload, workbook

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "on_the_day")]

State = WorkbookImport.State
DONE, WAITING = "导入台账 1 份，未导入 0 份", "导入台账 0 份，未导入 1 份"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def limit(officer):
    """Let three rows be written at once, and more by the job."""
    SettingRow.objects.create(
        key="imports.background_rows", value=3, valid_from=date(2023, 1, 1), created_by=officer
    )


@pytest.fixture
def work_list(db):
    return WorkListFactory()


@pytest.fixture
def checked(work_list, task_force, unit, officer, limit):
    """Return an upload of so many new rows, checked and waiting to be confirmed."""

    def make(rows):
        content = workbook(work_list, *({**NEW, "事项": f"改革事项第{n}项"} for n in range(rows)))
        return check_ledger(work_list, upload(content), actor=officer, today=TODAY)

    return make


@pytest.fixture
def waiting(checked, officer):
    batch = checked(4)
    assert confirm_ledger(batch, actor=officer, today=TODAY) is None
    return batch


@pytest.mark.parametrize(("rows", "written", "state"), [(3, 3, State.APPLIED), (4, 0, State.APPLYING)])
def test_what_is_within_the_limit_is_written_at_once_and_more_is_left_to_the_job(
    checked, officer, rows, written, state
):
    batch = checked(rows)
    confirm_ledger(batch, actor=officer, today=TODAY)
    batch.refresh_from_db()
    assert (WorkItem.objects.count(), batch.state) == (written, state)


def test_the_job_writes_it_once_and_tells_who_confirmed_it(waiting, officer, liaison):
    assert apply_ledgers(TODAY) == DONE
    assert apply_ledgers(TODAY) == "没有等待导入的台账"
    waiting.refresh_from_db()
    assert (waiting.state, WorkItem.objects.count()) == (State.APPLIED, 4)
    told = Notification.objects.get(recipient=officer)
    assert told.text == f"「{waiting.name}」已导入：新增 4 项，更改 0 项"
    assert told.url == reverse("indicators:item_import_detail", args=[waiting.token])
    assert AuditEvent.objects.get(action="import.apply").actor == officer


def test_confirming_twice_queues_once_and_after_the_job_says_so(waiting, officer):
    assert confirm_ledger(waiting, actor=officer, today=TODAY) is None
    apply_ledgers(TODAY)
    assert confirm_ledger(waiting, actor=officer, today=TODAY).again
    assert AuditEvent.objects.filter(action="import.confirm").count() == 1
    assert WorkItem.objects.count() == 4


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


@pytest.mark.parametrize("line", ["_create", "_tell"])
def test_killed_in_between_nothing_is_written_and_the_next_run_writes_everything(waiting, monkeypatch, line):
    def die(*_args, **_kwargs):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(applying, line, die)
        with pytest.raises(Killed):
            apply_ledgers(TODAY)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, WorkItem.objects.count()) == (State.APPLYING, 1, 0)
    assert apply_ledgers(TODAY) == DONE
    assert WorkItem.objects.count() == 4


def test_an_import_that_is_killed_again_and_again_comes_back_and_stops_no_other(
    waiting, checked, officer, monkeypatch
):
    WorkbookImport.objects.filter(pk=waiting.pk).update(attempts=MAX_ATTEMPTS)
    other = checked(5)
    confirm_ledger(other, actor=officer, today=TODAY)
    assert apply_ledgers(TODAY) == "导入台账 1 份，未导入 1 份"
    waiting.refresh_from_db()
    assert waiting.state == State.CHECKED
    assert "均中断，没有做完" in waiting.refusal
    assert WorkItem.objects.count() == 5


def test_what_was_changed_meanwhile_is_refused_and_the_person_told_why(waiting, officer, monkeypatch):
    batch = WorkbookImport.objects.get(pk=waiting.pk)
    batch.preview["fingerprint"] = "another"
    batch.save()
    assert apply_ledgers(TODAY) == WAITING
    batch.refresh_from_db()
    assert (batch.state, WorkItem.objects.count()) == (State.CHECKED, 0)
    assert "已被他人修改" in batch.refusal
    assert Notification.objects.get(recipient=officer).text.startswith(f"「{batch.name}」没有导入：")


def test_who_lost_the_right_in_between_imports_nothing(waiting, officer):
    RoleGrant.objects.filter(user=officer).update(revoked_at=timezone.now())
    assert apply_ledgers(TODAY) == WAITING
    waiting.refresh_from_db()
    assert (WorkItem.objects.count(), "没有此项权限" in waiting.refusal) == (0, True)


def test_while_it_waits_it_can_neither_be_given_up_nor_applied_by_hand(waiting, officer):
    discard_import(waiting, actor=officer)
    assert not claim_import(waiting, State.APPLIED)
    with pytest.raises(Refused, match="正在后台进行"):
        ledgers.apply_ledger(waiting, actor=officer, today=TODAY)
    waiting.refresh_from_db()
    assert waiting.state == State.APPLYING


def test_the_page_confirms_at_once_shows_how_it_stands_and_then_the_result(checked, officer, browse):
    batch, client = checked(4), browse(officer)
    page = reverse("indicators:item_import_detail", args=[batch.token])
    answer = client.post(reverse("indicators:item_import_apply", args=[batch.token]))
    assert (answer.status_code, answer.headers["Location"]) == (HTTPStatus.FOUND, page)
    assert WorkItem.objects.count() == 0
    assert "已确认，等待后台执行" in client.get(page).content.decode()
    WorkbookImport.objects.filter(pk=batch.pk).update(attempts=1)
    assert "正在写入台账" in client.get(page).content.decode()
    apply_ledgers(TODAY)
    assert "内容已写入台账" in client.get(page).content.decode()
