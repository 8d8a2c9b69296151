"""A ledger goes out as a workbook and comes back: preview, errors by cell, all or nothing, once."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from xlsxwriter import Workbook

from indicators.models import Adjustment, ProgressReport, WorkItem
from indicators.services.items import number_series, update_item
from indicators.services.ledgers import (
    apply_ledger,
    check_ledger,
    export_ledgers,
    sheet_title,
    write_corrections,
)
from portal import file_store
from portal.errors import Refused
from portal.models import AuditEvent, Notification, NumberSeries, WorkbookImport
from portal.services.imports import discard_import
from portal.workbooks.reader import read_sheet
from tests.factories import CHINA, MonthFactory, ReportFactory, WorkItemFactory, WorkListFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

TODAY = date(2023, 11, 8)
HEADERS = (
    "编号",
    "专班",
    "事项",
    "目标",
    "目标数量",
    "单位",
    "举措",
    "牵头单位",
    "责任单位",
    "配合单位",
    "开始日期",
    "完成时限",
    "权重",
    "重点",
)


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def work_list(db):
    return WorkListFactory()


@pytest.fixture
def items(work_list, task_force, unit, lead_unit, other_unit):
    rows = [
        WorkItemFactory(
            number=f"2023-DB-{n:03d}",
            work_list=work_list,
            task_force=task_force,
            organisation=unit,
            lead=lead_unit,
            title=f"审批环节压减第{n}步",
            measures="并联审批；\n告知承诺",
        )
        for n in (1, 2, 3)
    ]
    rows[0].supporting.set([other_unit, lead_unit])
    NumberSeries.objects.create(series=number_series(work_list), year=2023, value=3)
    return rows


def exported(items, actor):
    target = BytesIO()
    export_ledgers(items, target, actor=actor, at=datetime(2023, 11, 8, 10, tzinfo=CHINA))
    return target.getvalue()


def upload(content, name="台账.xlsx"):
    return SimpleUploadedFile(name, content)


def workbook(work_list, *rows, headers=HEADERS):
    """Write a workbook as a clerk would: `rows` map a header to what stands in the cell."""
    target = BytesIO()
    book = Workbook(target, {"in_memory": True})
    page = book.add_worksheet(sheet_title(work_list))
    page.write(0, 0, work_list.title)
    page.write_row(2, 0, headers)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for place, row in enumerate(rows, start=3):
        for column, header in enumerate(headers):
            value = row.get(header, "")
            if isinstance(value, date):
                page.write_datetime(place, column, value, day)
            elif isinstance(value, str):
                page.write_string(place, column, value)
            else:
                page.write_number(place, column, value)
    book.close()
    return target.getvalue()


NEW = {
    "专班": "办理建筑许可",
    "事项": "社会投资项目“拿地即开工”",
    "责任单位": "县住建局",
    "开始日期": "2023年3月1日",
    "完成时限": date(2023, 12, 20),
}


def check(work_list, actor, *rows, **options):
    content = workbook(work_list, *rows, **options)
    return check_ledger(work_list, upload(content), actor=actor, today=TODAY)


def counts(batch):
    found = batch.preview["counts"]
    return found["new"], found["changed"], found["unchanged"], found["errors"]


def errors(batch):
    return [(row["row"], row["label"], row["message"]) for row in batch.preview["errors"]]


def test_an_export_comes_back_without_a_change(work_list, items, officer):
    batch = check_ledger(
        work_list, upload(exported(WorkItem.objects.all(), officer)), actor=officer, today=TODAY
    )
    assert counts(batch) == (0, 0, 3, 0)
    assert apply_ledger(batch, actor=officer, today=TODAY).changed == 0
    assert set(WorkItem.objects.values_list("version", flat=True)) == {1}


def test_each_list_is_a_sheet_of_the_export_and_the_export_is_audited(work_list, items, officer):
    WorkItemFactory(number="2023-CX-001", work_list=WorkListFactory(prefix="CX", label="创新试点改革任务"))
    read_back = exported(WorkItem.objects.all(), officer)
    batch = check_ledger(work_list, upload(read_back), actor=officer, today=TODAY)
    assert counts(batch) == (0, 0, 3, 0)
    event = AuditEvent.objects.get(action="item.export")
    assert event.changes["rows"] == 4


def test_new_and_changed_rows_are_shown_first_and_written_on_confirmation(
    work_list, items, officer, liaison, other_unit
):
    batch = check(
        work_list,
        officer,
        {"编号": "2023-DB-001", **NEW, "事项": "审批环节压减第1步", "权重": 3, "开始日期": date(2023, 1, 10)},
        {**NEW, "目标数量": 95.5, "单位": "%", "配合单位": "县气象局，云溪县行政审批局", "重点": "是"},
        headers=tuple(header for header in HEADERS if header not in {"举措", "牵头单位"}),
    )
    assert counts(batch) == (1, 1, 0, 0)
    fields = batch.preview["changed"][0]["fields"]
    assert [(f["label"], f["before"], f["after"]) for f in fields] == [
        ("配合单位", "县行政审批局、县气象局", ""),
        ("权重", "1", "3"),
    ]
    assert WorkItem.objects.count() == 3
    outcome = apply_ledger(batch, actor=officer, today=TODAY)
    assert (outcome.new, outcome.changed) == (1, 1)
    changed = WorkItem.objects.get(number="2023-DB-001")
    assert (changed.weight, changed.version, changed.measures) == (3, 2, "并联审批；\n告知承诺")
    assert changed.supporting.count() == 0
    new = WorkItem.objects.exclude(number__in=[row.number for row in items]).get()
    assert (new.quantity, new.unit, new.is_important) == (Decimal("95.50"), "%", True)
    assert (new.original_due_on, new.state) == (date(2023, 12, 20), "planned")
    assert {unit.short_name for unit in new.supporting.all()} == {"县气象局", "县行政审批局"}
    assert new.lead == new.task_force.lead
    event = AuditEvent.objects.of(changed).get()
    assert event.changes == {
        "supporting": ["县行政审批局、县气象局", None],
        "weight": [1, 3],
        "version": [1, 2],
    }
    assert (
        Notification.objects.get(recipient=liaison).text
        == "「对标提升年度目标」台账已更新，请查看本单位的事项"
    )


def test_confirming_twice_does_nothing_more(work_list, task_force, unit, officer):
    batch = check(work_list, officer, NEW)
    first = apply_ledger(batch, actor=officer, today=TODAY)
    again = apply_ledger(WorkbookImport.objects.get(), actor=officer, today=TODAY)
    assert (first.new, first.again) == (1, False)
    assert (again.new, again.again) == (1, True)
    assert WorkItem.objects.count() == 1


def test_the_same_new_row_uploaded_again_is_recognised(work_list, task_force, unit, officer):
    apply_ledger(check(work_list, officer, NEW), actor=officer, today=TODAY)
    batch = check(work_list, officer, NEW, {**NEW, "事项": "另一项"}, {**NEW, "事项": "另一项"})
    assert [(row, label) for row, label, _ in errors(batch)] == [(4, "事项"), (6, "事项")]
    assert "2023-DB-001" in errors(batch)[0][2]
    assert "第 5 行" in errors(batch)[1][2]


WRONG = (
    ("B", "专班", {"专班": "办理许可"}),
    ("I", "责任单位", {"责任单位": "县建设局"}),
    ("C", "事项", {"事项": ""}),
    ("C", "事项", {"事项": "长" * 121}),
    ("K", "开始日期", {"开始日期": "三月"}),
    ("L", "完成时限", {"完成时限": date(2023, 2, 1)}),
    ("L", "完成时限", {"完成时限": date(2053, 2, 1)}),
    ("J", "配合单位", {"配合单位": "县气象局、县气候局"}),
    ("F", "单位", {"目标数量": 5}),
    ("M", "权重", {"权重": 101}),
    ("A", "编号", {"编号": "2023-DB-999"}),
    ("N", "重点", {"重点": "很重要"}),
)


def test_every_error_is_named_by_row_and_column(work_list, items, officer):
    rows = [{**NEW, "事项": f"事项之{n}", **changes} for n, (_, _, changes) in enumerate(WRONG)]
    batch = check(work_list, officer, *rows)
    named = [(row["row"], row["column"], row["label"]) for row in batch.preview["errors"]]
    assert named == [(n, letter, label) for n, (letter, label, _) in enumerate(WRONG, start=4)]
    assert not batch.preview["acceptable"]


def test_one_wrong_row_keeps_everything_out(work_list, items, officer):
    batch = check(work_list, officer, NEW, {**NEW, "责任单位": "县建设局"})
    with pytest.raises(Refused, match="仍有错误"):
        apply_ledger(batch, actor=officer, today=TODAY)
    assert WorkItem.objects.count() == 3
    assert WorkbookImport.objects.get().state == "checked"


def test_formulas_in_text_are_stored_and_exported_as_text(work_list, task_force, unit, officer):
    danger = '=HYPERLINK("http://example.com","点击")'
    batch = check(work_list, officer, {**NEW, "事项": danger, "举措": "+1+1", "目标": "@SUM(A1)"})
    apply_ledger(batch, actor=officer, today=TODAY)
    row = WorkItem.objects.get()
    assert (row.title, row.measures, row.target) == (danger, "+1+1", "@SUM(A1)")
    batch = check_ledger(
        work_list, upload(exported(WorkItem.objects.all(), officer)), actor=officer, today=TODAY
    )
    assert counts(batch) == (0, 0, 1, 0)


def test_a_preview_is_refused_when_its_rows_were_changed_meanwhile(work_list, items, officer):
    row = {"编号": "2023-DB-001", **NEW, "事项": "改过的名称", "开始日期": date(2023, 1, 10), "举措": "并联"}
    batch = check(work_list, officer, {**row, "牵头单位": "县行政审批局", "权重": 1})
    assert counts(batch) == (0, 1, 0, 0)
    update_item(items[0], version=1, actor=officer, today=TODAY, weight=9)
    with pytest.raises(Refused, match="已被他人修改"):
        apply_ledger(batch, actor=officer, today=TODAY)
    assert WorkItem.objects.get(number="2023-DB-001").title == "审批环节压减第1步"
    assert WorkbookImport.objects.get().state == "checked"


def test_a_change_of_rows_the_file_does_not_speak_of_is_no_obstacle(work_list, items, officer):
    batch = check(work_list, officer, NEW)
    update_item(items[0], version=1, actor=officer, today=TODAY, weight=9)
    assert apply_ledger(batch, actor=officer, today=TODAY).new == 1


def test_dates_and_duty_in_force_are_changed_by_the_director_only_and_kept(
    work_list, items, officer, director, other_unit
):
    MonthFactory()
    report = ReportFactory(item=items[1])
    row = {
        "编号": "2023-DB-002",
        **NEW,
        "事项": "审批环节压减第2步",
        "举措": "并联审批；\n告知承诺",
        "开始日期": date(2023, 1, 10),
        "完成时限": date(2024, 3, 31),
        "责任单位": "县气象局",
    }
    assert [label for _, label, _ in errors(check(work_list, officer, row))] == ["责任单位", "完成时限"]
    batch = check(work_list, director, row)
    assert counts(batch) == (0, 1, 0, 0)
    apply_ledger(batch, actor=director, today=TODAY)
    changed = WorkItem.objects.get(number="2023-DB-002")
    assert (changed.due_on, changed.original_due_on) == (date(2024, 3, 31), date(2023, 12, 20))
    assert changed.organisation == other_unit
    assert set(Adjustment.objects.values_list("kind", flat=True)) == {"date", "duty"}
    assert ProgressReport.objects.get(pk=report.pk).organisation == other_unit


def test_closed_items_come_back_unchanged_or_not_at_all(work_list, items, officer):
    WorkItem.objects.filter(number="2023-DB-003").update(state="closed", closed_on=TODAY)
    row = {
        "编号": "2023-DB-003",
        **NEW,
        "事项": "审批环节压减第3步",
        "举措": "并联审批；\n告知承诺",
        "开始日期": date(2023, 1, 10),
    }
    assert counts(check(work_list, officer, row)) == (0, 0, 1, 0)
    assert errors(check(work_list, officer, {**row, "权重": 5}))[0][2].startswith("事项已销号")


def test_a_discarded_upload_cannot_be_confirmed(work_list, task_force, unit, officer):
    batch = check(work_list, officer, NEW)
    discard_import(batch, actor=officer)
    with pytest.raises(Refused, match="已放弃"):
        apply_ledger(batch, actor=officer, today=TODAY)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "空的"), (b"PK\x03\x04 nonsense", "损坏|不是"), ("编号,事项\n".encode(), "CSV")],
)
def test_a_file_that_is_no_workbook_is_refused_and_leaves_nothing(work_list, officer, content, words):
    with pytest.raises(Refused, match=words):
        check_ledger(work_list, upload(content), actor=officer, today=TODAY)
    assert WorkbookImport.objects.count() == 0
    assert list(file_store.stored_names()) == []


def test_the_workbook_of_another_list_is_refused_by_its_sheet(work_list, items, officer):
    other = WorkListFactory(prefix="CX", label="创新试点改革任务")
    with pytest.raises(Refused, match="没有找到工作表「2023年创新试点改革任务」"):
        check_ledger(other, upload(exported(WorkItem.objects.all(), officer)), actor=officer, today=TODAY)


def test_units_import_nothing(work_list, task_force, unit, liaison):
    with pytest.raises(Refused, match="没有此项权限"):
        check(work_list, liaison, NEW)


def test_the_corrections_come_back_with_the_problem_beside_the_row(work_list, task_force, unit, officer):
    batch = check(work_list, officer, {**NEW, "责任单位": "县建设局"}, NEW)
    target = BytesIO()
    assert write_corrections(work_list, batch, target, actor=officer) == 2
    again = check_ledger(work_list, upload(target.getvalue()), actor=officer, today=TODAY)
    assert counts(again)[3] == 1


def test_checking_and_applying_cost_queries_by_the_thousand_rows_not_by_the_row(
    work_list, task_force, unit, officer, django_assert_max_num_queries
):
    rows = [{**NEW, "事项": f"事项之{n}", "配合单位": "县行政审批局"} for n in range(400)]
    content = workbook(work_list, *rows)
    with django_assert_max_num_queries(12):
        batch = check_ledger(work_list, upload(content), actor=officer, today=TODAY)
    with django_assert_max_num_queries(60):
        assert apply_ledger(batch, actor=officer, today=TODAY).new == 400
    assert sorted(WorkItem.objects.values_list("number", flat=True))[-1] == "2023-DB-400"


def test_the_columns_of_the_export_are_those_of_the_paper_ledger(work_list, items, officer):
    from indicators.services.ledgers.sheets import Lookups, ledger_sheet

    sheet = ledger_sheet(work_list, Lookups.load(2023))
    read = read_sheet(BytesIO(exported(WorkItem.objects.all(), officer)), sheet)
    assert tuple(column.label for column in sheet.columns)[:14] == HEADERS
    assert (len(read.rows), read.absent_columns, read.unknown_columns) == (3, (), ())
