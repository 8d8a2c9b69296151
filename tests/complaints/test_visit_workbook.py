"""The workbook of visits: out, changed, back in with a preview, each error by row, once."""

from datetime import date
from http import HTTPStatus
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from complaints.models import Complaint, Visit
from complaints.services import visits
from complaints.services.visit_workbook import HEADING, SHEET
from complaints.services.visits import VisitNote
from portal.models import WorkbookImport
from portal.workbooks import read_sheet, write_workbook
from tests.complaints.steps import NOW, TODAY
from tests.factories_enterprises import EnterpriseFactory


@pytest.fixture(autouse=True)
def _morning(on_the_day, calendar, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def enterprise(db):
    return EnterpriseFactory(name="云溪县佳合机械有限公司")


@pytest.fixture
def visit(enterprise, liaison):
    note = VisitNote(enterprise, TODAY, situation="订单稳定")
    return visits.record_visit(note, [], actor=liaison, now=NOW).visit


def row_of(enterprise, **changes):
    return {
        "credit_code": enterprise.credit_code,
        "visitor": "liaison",
        "on": date(2023, 11, 7),
        "situation": "新上一条生产线",
    } | changes


def book(*rows):
    out = BytesIO()
    write_workbook(out, SHEET, rows, heading=HEADING, subtitle="测试")
    return SimpleUploadedFile("走访.xlsx", out.getvalue())


def upload(client, *rows):
    answer = client.post("/visits/imports/", {"file": book(*rows)})
    return WorkbookImport.objects.latest("pk"), answer


def test_what_goes_out_comes_back_without_a_change(visit, liaison, browse):
    client = browse(liaison)
    exported = client.get("/visits/export/").getvalue()
    sent = {"file": SimpleUploadedFile("走访.xlsx", exported)}
    shown = client.post("/visits/imports/", sent, follow=True).content.decode()
    assert "没有需要导入的" in shown
    assert "确认：新增" not in shown
    counts = WorkbookImport.objects.get().preview["counts"]
    assert counts == {"new": 0, "changed": 0, "unchanged": 1, "errors": 0, "bad_rows": 0}


def test_a_new_row_becomes_a_visit_and_its_demand_a_case_once(enterprise, liaison, browse):
    client = browse(liaison)
    row = row_of(enterprise, demand_title="用电增容", demand_text="增容到 500 千伏安")
    batch, answer = upload(client, row)
    assert (answer.status_code, Visit.objects.count()) == (HTTPStatus.FOUND, 0)
    for _ in range(2):
        assert client.post(f"/visits/imports/{batch.token}/apply/").status_code == HTTPStatus.FOUND
    assert Visit.objects.get().situation == "新上一条生产线"
    assert Complaint.objects.get().visit == Visit.objects.get()


def test_a_changed_row_corrects_the_visit(visit, enterprise, liaison, browse):
    client = browse(liaison)
    batch, _ = upload(client, row_of(enterprise, on=TODAY, situation="订单增长两成"))
    client.post(f"/visits/imports/{batch.token}/apply/")
    visit.refresh_from_db()
    assert (visit.situation, visit.version) == ("订单增长两成", 2)


def test_what_was_changed_since_the_preview_is_not_written_over(visit, enterprise, liaison, browse):
    client = browse(liaison)
    batch, _ = upload(client, row_of(enterprise, on=TODAY, situation="订单增长两成"))
    visits.update_visit(visit, actor=liaison, version=1, values={"situation": "停产检修"})
    answer = client.post(f"/visits/imports/{batch.token}/apply/")
    assert answer.status_code == HTTPStatus.CONFLICT
    visit.refresh_from_db()
    assert visit.situation == "停产检修"


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({"credit_code": "91130100MA00000000"}, "统一社会信用代码"),
        ({"visitor": "nobody"}, "走访人账号"),
        ({"visitor": "head"}, "走访人账号"),
        ({"on": date(2023, 11, 9)}, "走访日期"),
        ({"demand_title": "只有标题"}, "新诉求内容"),
        ({"on": TODAY, "demand_title": "补充", "demand_text": "补充"}, "新诉求标题"),
    ],
)
def test_each_error_is_named_by_row_and_column_and_nothing_is_written(
    changes, label, visit, enterprise, liaison, unit_head, browse
):
    client = browse(liaison)
    batch, _ = upload(client, row_of(enterprise, **changes))
    assert [error["label"] for error in batch.preview["errors"]] == [label]
    answer = client.post(f"/visits/imports/{batch.token}/apply/")
    assert (answer.status_code, Visit.objects.count()) == (HTTPStatus.CONFLICT, 1)
    errors = client.get(f"/visits/imports/{batch.token}/errors/")
    assert errors.status_code == HTTPStatus.OK


def test_an_upload_that_was_given_up_writes_nothing(enterprise, liaison, browse):
    client = browse(liaison)
    batch, _ = upload(client, row_of(enterprise))
    client.post(f"/visits/imports/{batch.token}/discard/")
    assert client.post(f"/visits/imports/{batch.token}/apply/").status_code == HTTPStatus.CONFLICT
    assert Visit.objects.count() == 0


def test_another_person_s_upload_does_not_exist(enterprise, liaison, unit_head, browse):
    batch, _ = upload(browse(liaison), row_of(enterprise))
    client = browse(unit_head)
    assert client.get(f"/visits/imports/{batch.token}/").status_code == HTTPStatus.NOT_FOUND
    assert client.post(f"/visits/imports/{batch.token}/apply/").status_code == HTTPStatus.NOT_FOUND


def test_the_outsider_s_workbook_holds_nothing_of_it(visit, outsider, browse):
    exported = browse(outsider).get("/visits/export/").getvalue()
    assert read_sheet(BytesIO(exported), SHEET).rows == ()


def test_a_file_that_is_no_workbook_is_refused_in_words(liaison, browse):
    file = SimpleUploadedFile("走访.xlsx", b"not a workbook")
    answer = browse(liaison).post("/visits/imports/", {"file": file})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert WorkbookImport.objects.count() == 0
