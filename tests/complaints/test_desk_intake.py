"""Taking cases in at the desk: the form, likely duplicates, the receipt, tickets of the hotline by workbook."""

import re
from http import HTTPStatus
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from xlsxwriter import Workbook

from complaints.models import Complaint, Identity
from complaints.sealing import open_person
from portal import file_store
from portal.models import AuditEvent, WorkbookImport
from tests.factories_complaints import PERSON, register
from tests.factories_enterprises import EnterpriseFactory

pytestmark = pytest.mark.django_db
HEADINGS = ("工单编号", "类型", "诉求标题", "主要内容", "来电人", "来电号码", "单位名称", "被反映单位")
CALLED = (
    ("0578-1", "投诉", "审图一再补正", "厂房扩建审图三次补正", "喆明远", "13800138000", "云溪喆远食品厂", ""),
    ("0578-2", "咨询", "咨询首贷贴息", "怎样申请首贷贴息", "", "", "", ""),
)


@pytest.fixture(autouse=True)
def _morning(on_the_day, calendar, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def form_of(client, **changes):
    """Return what the form sends that the page shows, with what a clerk typed."""
    shown = client.get("/complaints/new/").content.decode()
    return {
        "channel": "phone",
        "kind": "complaint",
        "title": "施工许可审图一再补正",
        "text": "厂房扩建，审图机构三次要求补正。",
        "problem_kind": "other",
        "urgency": "normal",
        "clock": "ordinary",
        "secrecy": "",
        "key": re.search(r'name="key" value="([0-9a-f]+)"', shown)[1],
        **changes,
    }


def test_a_call_is_registered_and_its_code_shown_once(officer, browse):
    client = browse(officer)
    sent = form_of(client, name=PERSON.name, phone=PERSON.phone)
    answer = client.post("/complaints/new/", sent)
    case = Complaint.objects.get()
    assert case.number in answer.content.decode()
    assert re.search(r"[2-9A-Z]{6}-[2-9A-Z]{6}-[2-9A-Z]{6}", answer.content.decode())
    assert open_person(Identity.objects.get()).phone == PERSON.phone
    assert PERSON.phone not in case.shared_text + case.text
    assert PERSON.phone not in client.get(case.get_absolute_url()).content.decode()


def test_the_same_form_sent_twice_makes_one_case(officer, browse):
    client = browse(officer)
    sent = form_of(client)
    first = client.post("/complaints/new/", sent).content.decode()
    again = client.post("/complaints/new/", sent | {"is_new": "on"}).content.decode()
    code = r"[2-9A-Z]{6}-[2-9A-Z]{6}-[2-9A-Z]{6}"
    assert re.search(code, first)[0] == re.search(code, again)[0]
    assert Complaint.objects.count() == 1


def test_what_looks_like_a_case_that_is_there_comes_back_once_with_the_likely_ones(officer, browse):
    earlier = register(title="施工许可审图一再补正，开工推迟")
    client = browse(officer)
    sent = form_of(client, phone=PERSON.phone)
    answer = client.post("/complaints/new/", sent)
    assert answer.status_code == HTTPStatus.CONFLICT
    shown = answer.content.decode()
    assert earlier.number in shown
    assert "同一联系电话" in shown
    assert "厂房扩建，审图机构三次要求补正。" in shown
    assert Complaint.objects.count() == 1
    assert "请重新选择" not in shown
    photo = SimpleUploadedFile("现场.txt", "现场记录".encode())
    assert "刚才选的文件没有保存，请重新选择" in (
        client.post("/complaints/new/", sent | {"uploads": photo}).content.decode()
    )
    assert client.post("/complaints/new/", sent | {"is_new": "on"}).status_code == HTTPStatus.OK
    assert Complaint.objects.count() == 2


def test_the_likely_ones_are_shown_while_the_clerk_is_typing(officer, browse):
    earlier = register(title="施工许可审图一再补正，开工推迟")
    row = EnterpriseFactory(name="云溪县喆远食品有限公司")
    sent = {"title": "施工许可审图一再补正", "phone": PERSON.phone, "enterprise_code": "喆远食品"}
    shown = browse(officer).post("/complaints/new/alike/", sent).content.decode()
    assert earlier.number in shown
    assert row.credit_code in shown
    assert "<html" not in shown


def test_an_enterprise_is_found_by_its_name_and_an_unknown_one_is_said_so(officer, browse):
    row = EnterpriseFactory(name="云溪县喆远食品有限公司")
    client = browse(officer)
    answer = client.post("/complaints/new/", form_of(client, enterprise_code="无此企业"))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "名录中没有这家企业" in answer.content.decode()
    client.post("/complaints/new/", form_of(client, enterprise_code="云溪县喆远食品有限公司"))
    assert Complaint.objects.get().enterprise == row


def workbook(rows=CALLED, headings=HEADINGS, title="12345工单"):
    """Return a workbook as the hotline's own system exports it."""
    out = BytesIO()
    book = Workbook(out, {"in_memory": True})
    page = book.add_worksheet(title)
    for place, line in enumerate((headings, *rows)):
        page.write_row(place, 0, line)
    book.close()
    return SimpleUploadedFile("工单.xlsx", out.getvalue())


def upload(client, file):
    return client.post("/complaints/tickets/", {"file": file}, follow=True)


def test_tickets_are_shown_before_they_are_registered_and_registered_once(officer, browse):
    client = browse(officer)
    answer = upload(client, workbook())
    batch = WorkbookImport.objects.get()
    assert batch.preview["counts"]["new"] == 2
    assert Complaint.objects.count() == 0
    assert "审图一再补正" in answer.content.decode()
    assert "确认登记 2 件" in answer.content.decode()
    for _ in range(2):
        client.post(f"/complaints/tickets/{batch.token}/apply/")
    assert list(Complaint.objects.order_by("pk").values_list("external_number", flat=True)) == [
        "0578-1",
        "0578-2",
    ]
    assert open_person(Identity.objects.get()).name == "喆明远"
    assert Complaint.objects.get(external_number="0578-2").is_anonymous
    again = upload(client, workbook()).content.decode()
    assert "没有需要导入的" in again
    assert "确认登记" not in again
    counts = WorkbookImport.objects.first().preview["counts"]
    assert (counts["new"], counts["unchanged"]) == (0, 2)


def test_neither_disk_nor_database_nor_page_hold_the_caller_in_plain_words(
    officer, browse, django_capture_on_commit_callbacks
):
    client = browse(officer)
    shown = upload(client, workbook()).content.decode()
    batch = WorkbookImport.objects.get()
    kept = file_store.read(batch.stored_name)
    for secret in ("喆明远", "13800138000", "云溪喆远食品厂"):
        assert secret not in shown
        assert secret not in repr(batch.preview)
        assert secret.encode() not in kept
        assert secret not in repr(list(AuditEvent.objects.values()))
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/complaints/tickets/{batch.token}/discard/")
    assert not file_store.path_of(batch.stored_name).exists()


def test_a_workbook_with_errors_names_each_by_row_and_column_and_registers_nothing(officer, browse):
    client = browse(officer)
    bad = (("0578-3", "表扬", "", "内容", "", "", "", ""), *CALLED)
    shown = upload(client, workbook(bad)).content.decode()
    assert "第 2 行" in shown
    batch = WorkbookImport.objects.get()
    assert client.post(f"/complaints/tickets/{batch.token}/apply/").status_code == HTTPStatus.CONFLICT
    assert Complaint.objects.count() == 0
    assert client.get(f"/complaints/tickets/{batch.token}/errors/").status_code == HTTPStatus.OK


def test_what_is_no_workbook_is_refused_in_words(officer, browse):
    answer = upload(browse(officer), SimpleUploadedFile("工单.xlsx", b"no workbook"))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert WorkbookImport.objects.count() == 0


def test_another_officers_upload_is_nobody_elses(officer, director, browse):
    upload(browse(officer), workbook())
    batch = WorkbookImport.objects.get()
    assert browse(director).get(f"/complaints/tickets/{batch.token}/").status_code == HTTPStatus.NOT_FOUND
