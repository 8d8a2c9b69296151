"""The pages of inspections: entry, refusals that keep what was typed, to-dos, export, and what they cost."""

import io
from datetime import date
from http import HTTPStatus

import pytest
from python_calamine import CalamineWorkbook

from indicators.models import Finding, Inspection, WorkItem
from portal.waiting import waiting_counts
from tests.factories import UserFactory
from tests.factories_inspections import FindingFactory, InspectionFactory, concluded, found, proof, started

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]
TODAY = date(2023, 11, 8)


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def client(browse, inspector):
    return browse(inspector)


@pytest.fixture
def running(inspector, unit, lead_unit):
    return started(inspector, unit, lead_unit)


@pytest.fixture
def told(running, inspector, unit, task_force):
    """A finding that was fed back to the unit."""
    row = found(running, unit, task_force, inspector)
    concluded(running, inspector)
    return row


def page(client, address):
    return client.get(address).content.decode()


def test_an_inspection_is_entered_completed_and_started_on_the_pages(client, inspector, unit):
    data = {"title": "并联审批专项督查", "kind": "special", "method": "joint", "occasion": "abc"}
    address = client.post("/inspections/new/", data).url
    assert client.post("/inspections/new/", data).url == address == "/inspections/2023-01/"
    text = page(client, address)
    assert "启动前请补齐" in text
    assert "改为“日常督办”" in text
    refused = client.post(f"{address}issue/", {"version": "1"}, follow=True)
    assert "请选择被督查单位" in refused.content.decode()
    full = data | {
        "authority": "approval",
        "authority_document": "请示",
        "approver": "县长",
        "approved_on": "2023-11-01",
        "organisations": [unit.pk],
        "scope": "范围",
        "plan": "方案",
        "starts_on": "2023-11-08",
        "ends_on": "2023-11-20",
        "head": inspector.pk,
        "members": [inspector.pk],
        "version": "1",
    }
    wrong = client.post(f"{address}edit/", full | {"ends_on": "2023-11-01", "plan": "我写的方案"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "我写的方案" in wrong.content.decode()
    assert client.post(f"{address}edit/", full).url == address
    client.post(f"{address}issue/", {"version": "2"})
    row = Inspection.objects.get()
    assert (row.state, row.issued_on) == ("running", TODAY)
    assert client.post(f"{address}forge/", {"version": "3"}).status_code == HTTPStatus.NOT_FOUND


def test_what_is_recorded_in_the_field_comes_from_the_forms(client, running, unit, task_force):
    address = running.get_absolute_url()
    visit = {"visited_on": "2023-11-07", "place": "综合窗口", "note": "走了一遍流程", "organisation": unit.pk}
    assert client.post(f"{address}visits/new/", visit | {"uploads": proof()}).url == address
    finding = {
        "organisation": unit.pk,
        "task_force": task_force.pk,
        "weight": "grave",
        "title": "清单不一致",
        "fact": "多要两项材料",
        "basis": "条例",
        "demand": "核对清单",
    }
    refused = client.post(f"{address}findings/new/", finding)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "请上传佐证" in refused.content.decode()
    assert "多要两项材料" in refused.content.decode()
    assert client.post(f"{address}findings/new/", finding | {"uploads": proof()}).url == address
    changed = finding | {"title": "清单与网上不一致", "version": "1"}
    assert client.post(f"{address}findings/1/edit/", changed).url == f"{address}findings/1/"
    text = page(client, address)
    assert "走了一遍流程" in text
    assert "清单与网上不一致" in text


def test_the_conclusion_is_written_on_a_page_that_names_what_is_fed_back(
    client, running, inspector, unit, task_force
):
    found(running, unit, task_force, inspector, title="将要反馈的问题甲")
    address = running.get_absolute_url()
    assert "将要反馈的问题甲" in page(client, f"{address}conclude/")
    running.refresh_from_db()
    empty = client.post(f"{address}conclude/", {"conclusion": "", "version": running.version})
    assert empty.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    stale = client.post(f"{address}conclude/", {"conclusion": "我的结论", "version": "1"})
    assert "我的结论" in stale.content.decode()
    done = client.post(f"{address}conclude/", {"conclusion": "总体较好", "version": running.version})
    assert done.url == address


def test_a_unit_answers_and_objects_on_the_findings_page(browse, told, liaison):
    own, address = browse(liaison), f"{told.inspection.get_absolute_url()}findings/1/"
    empty = own.post(f"{address}answer/", {"note": "", "version": "2"})
    assert empty.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "请填写原因和整改打算" in empty.content.decode()
    stale = own.post(f"{address}answer/", {"note": "我写的原因", "version": "1"})
    assert stale.status_code == HTTPStatus.CONFLICT
    assert "我写的原因" in stale.content.decode()
    assert own.post(f"{address}answer/", {"note": "系统未设预警", "version": "2"}).url == address
    assert "系统未设预警" in page(own, address)
    own.post(f"{address}object/", {"note": "两件为中止办理", "version": "3", "uploads": proof("批复.pdf")})
    text = page(own, address)
    assert "异议复核中" in text
    assert "批复.pdf" in text
    assert own.post(f"{address}forge/", {"version": "4"}).status_code == HTTPStatus.NOT_FOUND


def test_findings_are_entered_in_the_ledger_from_the_units_page(browse, client, told, liaison, unit):
    base = told.inspection.get_absolute_url()
    browse(liaison).post(f"{base}findings/1/answer/", {"note": "认领", "version": "2"})
    address = f"{base}rectify/{unit.code}/"
    text = page(client, address)
    assert told.title in text
    assert "field__unit" not in text
    late = client.post(address, {"findings": [told.pk], "due_on": "2023-11-08"})
    assert late.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "应晚于今天" in late.content.decode()
    assert client.post(address, {"findings": [told.pk], "due_on": "2023-12-20"}).url == base
    item = WorkItem.objects.get()
    link = f'href="{base}findings/1/"'
    assert link in page(client, item.get_absolute_url())
    assert link in page(browse(liaison), item.get_absolute_url())
    assert client.get(f"{base}rectify/none/").status_code == HTTPStatus.NOT_FOUND


def test_an_item_doesnt_lead_its_lead_unit_to_a_finding_it_may_not_read(
    browse, client, told, liaison, unit, lead_liaison
):
    base = told.inspection.get_absolute_url()
    browse(liaison).post(f"{base}findings/1/answer/", {"note": "认领", "version": "2"})
    client.post(f"{base}rectify/{unit.code}/", {"findings": [told.pk], "due_on": "2023-12-20"})
    text = page(browse(lead_liaison), WorkItem.objects.get().get_absolute_url())
    assert told.title in text
    assert "findings/1/" not in text


def test_what_waits_stands_on_the_home_page_and_beside_the_entry(
    browse, client, told, running, inspector, liaison, outsider
):
    reviewer = UserFactory(name="复核人", roles=["inspector"])
    assert told.title in page(browse(liaison), "/")
    assert waiting_counts(liaison)["inspections"] == 1
    assert told.title not in page(browse(outsider), "/")
    own, address = browse(liaison), f"{running.get_absolute_url()}findings/1/"
    own.post(f"{address}object/", {"note": "事实有出入", "version": "2"})
    assert "inspections" not in waiting_counts(liaison)
    assert "异议复核" in page(browse(reviewer), "/")
    assert waiting_counts(reviewer)["inspections"] == 1
    assert "inspections" not in waiting_counts(inspector)


def test_the_list_is_narrowed_by_its_filters_and_exported_with_them(client, inspector, unit, lead_unit):
    started(inspector, unit, title="暗访一次", method="covert")
    started(inspector, lead_unit, title="联合一次")
    text = page(client, "/inspections/?method=covert")
    assert "暗访一次" in text
    assert "联合一次" not in text
    assert "联合一次" not in page(client, f"/inspections/?organisation={unit.code}")
    answer = client.get("/inspections/export/?method=covert")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    cells = [str(cell) for line in book.get_sheet_by_name("督查").to_python() for cell in line]
    assert "暗访一次" in cells
    assert "联合一次" not in cells
    assert any("方式：暗访" in cell for cell in cells)


def test_papers_are_given_out_as_documents(client, told):
    paper = told.inspection.papers.get(kind="feedback", organisation=told.organisation)
    address = f"/inspections/papers/{paper.slug}/"
    assert told.fact in page(client, address)
    assert client.get(f"{address}pdf/").content.startswith(b"%PDF")
    assert client.get(f"{address}docx/").content.startswith(b"PK")
    assert client.get(f"{address}exe/").status_code == HTTPStatus.NOT_FOUND


@pytest.fixture
def many(inspector, unit, task_force):
    """Fifty inspections of the unit, the newest with thirty findings."""
    rows = [
        InspectionFactory(created_by=inspector, state="concluded", issued_on=TODAY, concluded_on=TODAY)
        for _ in range(50)
    ]
    for row in rows:
        row.organisations.add(unit)
    for _ in range(30):
        FindingFactory(
            inspection=rows[-1],
            organisation=unit,
            task_force=task_force,
            state="fed_back",
            issued_on=TODAY,
            objection_until=TODAY,
        )
    return rows


@pytest.mark.parametrize("persona", ["inspector", "officer", "leader", "liaison"])
def test_the_pages_cost_the_same_for_many_rows(browse, many, persona, django_assert_max_num_queries, request):
    client = browse(request.getfixturevalue(persona))
    newest = many[-1]
    last = Finding.objects.order_by("-position").first()
    for address, most in (
        ("/inspections/", 15),
        (newest.get_absolute_url(), 20),
        (last.get_absolute_url(), 20),
        ("/api/v1/inspections/", 15),
        ("/api/v1/inspection-findings/", 15),
    ):
        client.get(address)
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == HTTPStatus.OK


def test_a_step_costs_few_queries(browse, many, liaison, inspector, django_assert_max_num_queries):
    client, finding = browse(liaison), Finding.objects.select_related("inspection").first()
    finding.inspection.members.create(user=inspector, is_head=True)
    client.get("/inspections/")
    with django_assert_max_num_queries(18):
        client.post(f"{finding.get_absolute_url()}answer/", {"note": "认领", "version": "1"})
    finding.refresh_from_db()
    assert finding.state == "answered"
