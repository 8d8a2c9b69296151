"""Pages that write ledgers: entry, correction, what is done to many items, export and import."""

from datetime import datetime
from http import HTTPStatus
from io import BytesIO

import pytest
from django.urls import reverse

from indicators.models import WorkItem
from indicators.services.ledgers import export_ledgers, ledger_sheet
from indicators.services.ledgers.sheets import Lookups
from portal.models import AuditEvent, Notification, NumberSeries, WorkbookImport
from portal.workbooks.reader import read_sheet
from tests.factories import CHINA, WorkItemFactory, WorkListFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "on_the_day")]

OK, MISSING, REFUSED = HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def item(task_force, unit, lead_unit):
    return WorkItemFactory(task_force=task_force, organisation=unit, lead=lead_unit, number="2023-ZZ-011")


def text_of(response):
    return response.content.decode()


# Entry and correction


def entry(task_force, unit, **changes):
    return {
        "title": "施工图审查改革扩大到社会投资项目",
        "task_force": task_force.pk,
        "organisation": unit.pk,
        "start_on": "2023-03-01",
        "due_on": "2023-12-20",
        "weight": "2",
        **changes,
    }


def test_an_entry_by_the_page(browse, officer, task_force, unit, liaison):
    WorkListFactory()
    client = browse(officer)
    assert "请先选择事项所属的台账" in text_of(client.get("/items/new/"))
    response = client.post("/items/new/?work_list=2023-DB", entry(task_force, unit), follow=True)
    assert "已录入 DB-001，并通知县住建局" in text_of(response)
    assert WorkItem.objects.get().lead == task_force.lead
    assert Notification.objects.get().recipient == liaison


def test_a_wrong_entry_comes_back_with_the_field_named_and_nothing_lost(browse, officer, task_force, unit):
    WorkListFactory()
    wrong = entry(task_force, unit, due_on="2023-02-01", quantity="5", measures="审图意见一次告知")
    response = browse(officer).post("/items/new/?work_list=2023-DB", wrong)
    text = text_of(response)
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "完成时限不能早于开始日期（2023-03-01），请核对" in text
    assert "填了目标数量，请同时填写单位" in text
    assert "审图意见一次告知" in text


def test_a_correction_by_the_page_and_the_conflict_it_may_meet(browse, item, officer, director, task_force):
    url = f"{item.get_absolute_url()}edit/"
    values = {
        "title": "新名称",
        "task_force": task_force.pk,
        "lead": item.lead_id,
        "weight": "1",
        "version": "1",
    }
    assert browse(officer).post(url, values).status_code == HTTPStatus.FOUND
    response = browse(director).post(url, {**values, "title": "另一名称"})
    assert response.status_code == HTTPStatus.CONFLICT
    assert "县营商办沈若宁" in text_of(response)
    assert "事项：新名称" in text_of(response)
    assert "另一名称" in text_of(response)
    assert WorkItem.objects.get().title == "新名称"
    assert browse(director).post(url, {**values, "title": "另一名称", "version": "2"}).status_code == 302


# Bulk, export, import


def test_handing_over_by_the_page(browse, item, director, other_unit):
    client = browse(director)
    chosen = {"selected": [item.number], "back": "/items/?lamp=red"}
    assert "调整责任单位" in text_of(client.post("/items/bulk/", {**chosen, "action": "assign"}))
    response = client.post("/items/assign/", {**chosen, "organisation": other_unit.pk, "reason": ""})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    response = client.post("/items/assign/", {**chosen, "organisation": other_unit.pk, "reason": "机构改革"})
    assert response.url == "/items/?lamp=red"
    assert WorkItem.objects.get().organisation == other_unit


def test_nothing_ticked_is_answered_with_a_sentence(browse, item, officer):
    response = browse(officer).post("/items/bulk/", {"action": "chase"}, follow=True)
    assert "请先勾选事项" in text_of(response)


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/items/", "/items/../logout/"])
def test_the_way_back_leads_nowhere_else(browse, item, officer, back):
    response = browse(officer).post(
        "/items/bulk/", {"action": "chase", "selected": [item.number], "back": back}
    )
    assert response.url.startswith("/items/")
    assert "evil" not in response.url


def test_the_export_has_the_rows_of_the_filter(browse, item, officer):
    WorkItemFactory(task_force=item.task_force, lamp="red", number="2023-ZZ-012")
    response = browse(officer).get("/items/export/?lamp=red")
    assert response.headers["Content-Type"] == XLSX
    sheet = ledger_sheet(item.work_list, Lookups.load(2023))
    read = read_sheet(BytesIO(b"".join(response)), sheet)
    assert [row.values["number"] for row in read.rows] == ["2023-ZZ-012"]
    event = AuditEvent.objects.get(action="item.export")
    assert event.changes["filters"] == "亮灯：红"


def test_the_import_by_the_pages(browse, item, officer, liaison):
    NumberSeries.objects.create(series="item-DB", year=2023, value=911)
    content = BytesIO()
    export_ledgers(WorkItem.objects.all(), content, actor=officer, at=datetime(2023, 11, 8, tzinfo=CHINA))
    content.seek(0)
    content.name = "台账.xlsx"
    WorkItem.objects.filter(pk=item.pk).update(title="网上已改的标题")
    client = browse(officer)
    response = client.post("/items/import/", {"work_list": item.work_list_id, "file": content})
    batch = WorkbookImport.objects.get()
    url = reverse("indicators:item_import_detail", args=[batch.token])
    assert response.url == url
    assert "确认导入：新增 0 项，更改 1 项" in text_of(client.get(url))
    response = client.post(f"{url}apply/", follow=True)
    assert "已导入：新增 0 项，更改 1 项" in text_of(response)
    assert WorkItem.objects.get().title == item.title
    assert "未重复写入" in text_of(client.post(f"{url}apply/", follow=True))
    for address in (url, f"{url}errors/"):
        assert browse(liaison).get(address).status_code == REFUSED


def test_a_ledger_that_changes_nothing_leaves_nothing_to_confirm(browse, item, officer):
    content = BytesIO()
    export_ledgers(WorkItem.objects.all(), content, actor=officer, at=datetime(2023, 11, 8, tzinfo=CHINA))
    content.seek(0)
    content.name = "台账.xlsx"
    client = browse(officer)
    page = client.post("/items/import/", {"work_list": item.work_list_id, "file": content}, follow=True)
    assert "表中内容与系统一致，没有需要导入的" in text_of(page)
    assert "确认导入" not in text_of(page)


def test_the_import_of_another_person_is_not_found(browse, item, officer, director):
    WorkbookImport.objects.create(
        token="a" * 32, kind="ledger", parameters={"pk": item.work_list_id}, name="x", uploaded_by=officer
    )
    assert browse(director).get(f"/items/import/{'a' * 32}/").status_code == MISSING
    assert browse(director).post(f"/items/import/{'a' * 32}/apply/").status_code == MISSING


def test_a_picture_sent_as_a_ledger_is_refused_in_chinese(browse, item, officer):
    file = BytesIO(b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    file.name = "照片.xlsx"
    response = browse(officer).post("/items/import/", {"work_list": item.work_list_id, "file": file})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "不是 Excel 工作簿" in text_of(response)
