"""The catalogue out and in: what went out comes back unchanged, rows become drafts, errors name their row."""

from dataclasses import replace
from http import HTTPStatus
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from policies.models import ExclusiveGroup, PolicyItem
from policies.services.catalogue import draft_of, save_draft
from policies.services.catalogue_workbook import Lookups, catalogue_sheet
from portal.workbooks import Kind, Sheet, read_sheet, write_workbook
from tests.conftest import TODAY
from tests.factories_complaints import TopicFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day", "calendar")]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def office(client, officer):
    client.force_login(officer)
    return client


def upload(client, content):
    file = SimpleUploadedFile("政策库.xlsx", content, XLSX)
    answer = client.post("/policies/import/", {"file": file})
    assert answer.status_code == HTTPStatus.FOUND, answer.content.decode()
    return answer.url


def book(*rows):
    file = BytesIO()
    write_workbook(file, catalogue_sheet(Lookups.read()), rows, heading="惠企政策事项清单", subtitle="")
    return file.getvalue()


def row_of(item, **changes):
    return {
        "policy": item.policy.document_number,
        "organisation": item.organisation.short_name,
        "title": "新增服务业企业奖励",
        "category": "奖补类",
        "mode": "限时兑现",
        "whom": "新增规上服务业企业",
        "valid_from": TODAY,
        **changes,
    }


def exported(client):
    return b"".join(client.get("/policies/export/").streaming_content)


def test_what_went_out_comes_back_without_a_change(office, item):
    page = office.get(upload(office, exported(office))).content.decode()
    assert '没有变化</span><span class="figure__value">1<' in page
    assert '错误</span><span class="figure__value">0<' in page


def test_the_export_says_conditions_and_standard_in_words(office, item):
    content = exported(office)
    (row,) = read_sheet(BytesIO(content), catalogue_sheet(Lookups.read())).rows
    assert row.values["number"] == item.number
    cells = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()[3]
    assert {"认定为规上工业。", "每家 5 万元"} <= set(cells)


def test_materials_go_out_and_come_back(office, item, liaison):
    fields = {"materials": [{"name": "入库证明", "required": True}, {"name": "审计报告", "required": False}]}
    save_draft(item, actor=liaison, edit=None, fields=fields)
    url = upload(office, exported(office))
    page = office.get(url).content.decode()
    assert "表中内容与系统一致，没有需要导入的" in page
    assert "确认导入" not in page
    rows = (row_of(item, number=item.number, materials="入库证明\n承诺书（选交）"),)
    office.post(f"{upload(office, book(*rows))}apply/")
    assert draft_of(item).materials == [
        {"name": "入库证明", "required": True},
        {"name": "承诺书", "required": False},
    ]


@pytest.fixture
def offered():
    """Two fields of work and two groups."""
    topics = [TopicFactory(code=name, name=name) for name in ("工业", "科技")]
    return topics, [ExclusiveGroup.objects.create(code=f"g{n}", name=f"第{n}组") for n in (1, 2)]


def test_field_of_work_and_group_go_out_and_come_back(office, item, liaison, offered):
    (industry, science), (first, second) = offered
    PolicyItem.objects.filter(pk=item.pk).update(topic=industry)
    save_draft(item, actor=liaison, edit=None, fields={"group": first})
    content = exported(office)
    assert "没有需要导入的" in office.get(upload(office, content)).content.decode()
    row = row_of(item, number=item.number, topic="科技", group="第2组")
    office.post(f"{upload(office, book(row, row_of(item, topic='工业', group='第1组')))}apply/")
    item.refresh_from_db()
    assert (item.topic, draft_of(item).group) == (science, second)
    new = PolicyItem.objects.exclude(pk=item.pk).get()
    assert (new.topic, draft_of(new).group) == (industry, first)
    office.post(f"{upload(office, book({**row, 'topic': None, 'group': None}))}apply/")
    item.refresh_from_db()
    assert (item.topic, draft_of(item).group) == (None, None)


def test_the_field_of_work_alone_begins_no_draft(office, item, offered):
    (row,) = read_sheet(BytesIO(exported(office)), catalogue_sheet(Lookups.read())).rows
    office.post(f"{upload(office, book({**row.values, 'topic': '科技'}))}apply/")
    item.refresh_from_db()
    assert (item.topic.name, draft_of(item)) == ("科技", None)


def test_a_field_that_is_no_longer_used_is_kept_but_not_chosen_anew(office, item, offered):
    (industry, _), _ = offered
    PolicyItem.objects.filter(pk=item.pk).update(topic=industry)
    type(industry).objects.filter(pk=industry.pk).update(active=False)
    assert "没有需要导入的" in office.get(upload(office, exported(office))).content.decode()
    page = office.get(upload(office, book(row_of(item, topic="工业")))).content.decode()
    assert "领域“工业”已停用，请另选" in page


def test_what_is_not_offered_is_refused_by_its_cell(office, item, offered):
    names = {"topic": "农业", "group": "第9组"}
    columns = catalogue_sheet(Lookups.read()).columns
    sheet = Sheet(
        "惠企事项",
        tuple(replace(c, kind=Kind.TEXT, choices=()) if c.key in names else c for c in columns),
        ("number",),
    )
    file = BytesIO()
    write_workbook(file, sheet, [row_of(item, **names)], heading="惠企政策事项清单", subtitle="")
    page = office.get(upload(office, file.getvalue())).content.decode()
    assert "农业" in page
    assert "第9组" in page
    assert "确认导入" not in page


def test_new_rows_and_changed_rows_become_drafts_once(office, item):
    content = book(row_of(item), row_of(item, number=item.number, title="新名称"))
    url = upload(office, content)
    for _ in range(2):
        office.post(f"{url}apply/")
    new = PolicyItem.objects.exclude(pk=item.pk).get()
    assert (new.state, draft_of(new).title) == ("draft", "新增服务业企业奖励")
    changed = draft_of(item)
    assert (changed.number, changed.title) == (2, "新名称")
    assert changed.conditions == item.current.conditions


def test_what_somebody_else_has_drafted_is_not_taken_back(office, item, liaison):
    content = exported(office)
    save_draft(item, actor=liaison, edit=None, fields={"whom": "放宽后的对象"})
    url = upload(office, content)
    assert "表中内容与系统一致，没有需要导入的" in office.get(url).content.decode()
    office.post(f"{url}apply/")
    assert draft_of(item).whom == "放宽后的对象"


def test_a_column_that_was_left_out_empties_nothing(office, item, liaison):
    materials = [{"name": "入库证明", "required": True}]
    save_draft(item, actor=liaison, edit=None, fields={"materials": materials, "address": "政务中心"})
    sheet = catalogue_sheet(Lookups.read())
    columns = tuple(column for column in sheet.columns if column.key not in {"materials", "address"})
    file = BytesIO()
    row = row_of(item, number=item.number, title="新名称")
    write_workbook(file, replace(sheet, columns=columns), [row], heading="惠企政策事项清单", subtitle="")
    office.post(f"{upload(office, file.getvalue())}apply/")
    changed = draft_of(item)
    assert (changed.title, changed.materials, changed.address) == ("新名称", materials, "政务中心")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"policy": "云政规〔2020〕1号"}, "没有这份政策文件"),
        ({"organisation": "县某局"}, "没有这个单位"),
        ({"number": "2023-ZC-999"}, "没有这个编号"),
        ({"valid_until": TODAY.replace(year=2020)}, "不能早于起始日期"),
        ({"materials": "\n".join(f"材料{n}" for n in range(31))}, "申报材料最多 30 份"),
    ],
)
def test_an_error_names_its_row_and_nothing_is_written(office, item, changes, sentence):
    url = upload(office, book(row_of(item), row_of(item, title="另一项", **changes)))
    page = office.get(url).content.decode()
    assert sentence in page
    assert "第 5 行" in page or "第 6 行" in page or "第 4 行" in page
    assert office.post(f"{url}apply/").status_code == HTTPStatus.CONFLICT
    assert PolicyItem.objects.count() == 1


def test_a_unit_does_not_import_the_catalogue(client, liaison):
    client.force_login(liaison)
    assert client.get("/policies/import/").status_code == HTTPStatus.FORBIDDEN
