"""A unit's month goes out as a workbook and comes back: what changes, and every bad file by name."""

from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus
from io import BytesIO

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from indicators.models import ProgressReport
from indicators.services import report_workbook as services
from indicators.services.report_workbook.sheet import report_rows, report_sheet
from portal.errors import Refused
from portal.models import AuditEvent, WorkbookImport
from portal.workbooks import write_workbook
from tests.factories import CHINA, MonthFactory, ReportFactory, WorkItemFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "on_the_day")]

TODAY = date(2023, 11, 8)
IMPORT = "/months/2023-10/import/"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def month():
    return MonthFactory()


@pytest.fixture
def reports(month, unit, task_force):
    """Three blank reports of one unit: DB-901, DB-902, DB-903, at 84 percent."""
    return [
        ReportFactory(
            item=WorkItemFactory(
                number=f"2023-DB-90{n}", title=f"并联审批第{n}项", task_force=task_force, organisation=unit
            ),
            previous_percent=Decimal(84),
        )
        for n in (1, 2, 3)
    ]


@pytest.fixture
def filled(reports):
    """Return the workbook with changed cells: `filled({0: {"done": …}})`, rows counted from 0."""

    def write(cells):
        rows = list(report_rows(ProgressReport.objects.filter(organisation=reports[0].organisation)))
        for place, values in cells.items():
            rows[place] = rows[place] | values
        target = BytesIO()
        write_workbook(target, report_sheet(), rows, heading="填报表", subtitle="测试")
        return SimpleUploadedFile("填报表.xlsx", target.getvalue())

    return write


def errors_of(batch):
    return [(error["row"], error["label"], error["message"]) for error in batch.preview["errors"]]


def check(month, unit, upload, actor):
    return services.check_reports(month, unit, upload, actor=actor, today=TODAY)


def apply(month, unit, batch, actor, *, submit=True):
    return services.apply_reports(month, unit, batch, actor=actor, today=TODAY, submit=submit)


def test_the_workbook_goes_out_prefilled_and_comes_back_unchanged(browse, liaison, unit, month, reports):
    MonthFactory(month=date(2023, 9, 1), due_on=date(2023, 10, 9), closes_on=date(2023, 10, 16))
    ReportFactory(
        item=reports[0].item,
        month=date(2023, 9, 1),
        state="verified",
        done="九月完成 52 件",
        percent=Decimal(84),
        submitted_at=datetime(2023, 10, 8, tzinfo=CHINA),
    )
    answer = browse(liaison).get("/months/2023-10/workbook/")
    content = b"".join(answer.streaming_content)
    table = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name("进展填报").to_python()
    assert table[3][:2] == ["2023-DB-901", "并联审批第1项"]
    assert "九月完成 52 件" in table[3]
    batch = check(month, unit, SimpleUploadedFile("表.xlsx", content), liaison)
    assert batch.preview["counts"] == {"new": 0, "changed": 0, "unchanged": 3, "errors": 0, "bad_rows": 0}
    assert AuditEvent.objects.filter(action="report.export").exists()


def test_what_was_filled_in_is_shown_first_and_then_submitted_once(month, unit, liaison, reports, filled):
    upload = filled({
        0: {"done": "完成 66 件", "percent": Decimal(88)},
        1: {"no_change": "是", "done": "相关文件正在会签"},
    })  # fmt: skip
    batch = check(month, unit, upload, liaison)
    assert (batch.preview["acceptable"], batch.preview["counts"]["changed"]) == (True, 2)
    assert ProgressReport.objects.filter(state="missing").count() == 3
    applied = apply(month, unit, batch, liaison)
    assert (applied.written, applied.submitted, applied.again) == (2, 2, False)
    first, second, third = ProgressReport.objects.order_by("item__number")
    assert (first.state, first.percent, first.is_late) == ("submitted", 88, True)
    assert (second.state, second.percent, second.no_change) == ("submitted", 84, True)
    assert third.state == "missing"
    assert apply(month, unit, batch, liaison).again is True
    assert AuditEvent.objects.filter(action="report.submit").count() == 2


def test_it_can_be_kept_as_drafts_only(month, unit, liaison, reports, filled):
    batch = check(month, unit, filled({0: {"done": "完成 66 件", "percent": Decimal(88)}}), liaison)
    assert apply(month, unit, batch, liaison, submit=False).submitted == 0
    assert ProgressReport.objects.get(pk=reports[0].pk).state == "draft"


@pytest.mark.parametrize(
    ("cells", "row", "label", "words"),
    [
        ({"number": "2023-DB-999"}, 4, "编号", "编号 2023-DB-999 不是本单位2023年10月应报的事项"),
        ({"number": "2023-DB-902"}, 4, "编号", "与本行的事项名称不符"),
        ({"number": None}, 4, "编号", "编号为空"),
        ({"month": "2023年9月"}, 4, "编号", "该行是2023年9月的内容，现在填报的是2023年10月"),
        ({"organisation": "县气象局"}, 4, "编号", "该行属于县气象局"),
        ({"done": "完成"}, 4, "累计进度", "请填写累计进度"),
        ({"percent": Decimal(88)}, 4, "本月进展", "请写明本月做了什么"),
        ({"done": "完成", "percent": Decimal(80)}, 4, "存在问题", "累计进度低于上月的 84%"),
        ({"done": "完成", "percent": Decimal(120)}, 4, "累计进度", "超出范围"),
        ({"done": "字" * 301, "percent": Decimal(88)}, 4, "本月进展", "300"),
        ({"done": "完成", "percent": Decimal(88), "quantity_done": Decimal(-1)}, 4, "累计完成", "不能小于 0"),
        ({"done": "完成", "percent": Decimal(88), "no_change": "是"}, 4, "累计进度", "应与上月相同"),
    ],
)
def test_every_error_is_named_by_row_and_column(month, unit, liaison, filled, cells, row, label, words):
    batch = check(month, unit, filled({0: cells}), liaison)
    assert batch.preview["acceptable"] is False
    found = errors_of(batch)
    assert any(line == row and name == label and words in message for line, name, message in found), found
    assert not any("由系统编号" in message for _row, _label, message in found)
    with pytest.raises(Refused, match="仍有错误"):
        apply(month, unit, batch, liaison)
    assert not ProgressReport.objects.exclude(state="missing").exists()


@pytest.mark.parametrize(("state", "hint"), [("verified", "联系营商办"), ("submitted", "先在系统中撤回")])
def test_what_was_submitted_or_verified_cannot_be_changed_by_workbook(
    month, unit, liaison, reports, filled, state, hint
):
    ProgressReport.objects.filter(pk=reports[0].pk).update(
        state=state, done="完成", percent=88, submitted_at=datetime(2023, 11, 2, tzinfo=CHINA)
    )
    assert check(month, unit, filled({}), liaison).preview["counts"]["unchanged"] == 3
    batch = check(month, unit, filled({0: {"done": "改一改"}}), liaison)
    ((row, _label, message),) = errors_of(batch)
    assert row == 4
    assert hint in message


def test_a_change_in_the_portal_after_the_preview_stops_the_import(month, unit, liaison, reports, filled):
    batch = check(month, unit, filled({0: {"done": "完成", "percent": Decimal(88)}}), liaison)
    ProgressReport.objects.filter(pk=reports[0].pk).update(done="他人填写", version=2)
    with pytest.raises(Refused, match="已在系统中修改"):
        apply(month, unit, batch, liaison)
    batch.refresh_from_db()
    assert batch.state == WorkbookImport.State.CHECKED


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("空.xlsx", b"", "空"),
        ("照片.xlsx", b"\x89PNG\r\n\x1a\n", "图片"),
        ("表.csv", "编号,事项".encode(), "CSV"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused_in_words(browse, liaison, reports, name, content, words):
    answer = browse(liaison).post(IMPORT, {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert words in answer.content.decode()


def test_a_locked_month_takes_no_workbook(month, unit, liaison, filled):
    with pytest.raises(Refused, match="封账"):
        services.check_reports(month, unit, filled({}), actor=liaison, today=date(2023, 11, 11))


def test_another_units_workbook_is_refused(month, unit, outsider, filled):
    with pytest.raises(Refused, match="本单位"):
        check(month, unit, filled({}), outsider)


def test_the_whole_way_through_the_pages(browse, liaison, unit_head, reports, filled):
    client = browse(liaison)
    answer = client.post(IMPORT, {"file": filled({0: {"done": "完成 66 件", "percent": Decimal(88)}})})
    page = client.get(answer["Location"]).content.decode()
    assert "完成 66 件" in page
    assert "导入并提交 1 项" in page
    assert browse(unit_head).get(answer["Location"]).status_code == HTTPStatus.NOT_FOUND
    client.post(answer["Location"], {"action": "submit"})
    assert ProgressReport.objects.get(pk=reports[0].pk).state == "submitted"


def test_a_bad_workbook_comes_back_with_its_errors_beside_the_rows(browse, liaison, reports, filled):
    client = browse(liaison)
    answer = client.post(IMPORT, {"file": filled({1: {"done": "完成"}})})
    page = client.get(answer["Location"]).content.decode()
    assert "第 5 行" in page
    assert "导入并提交" not in page
    content = b"".join(client.get(f"{answer['Location']}corrections/").streaming_content)
    table = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name("进展填报").to_python()
    assert any("请填写累计进度" in str(cell) for row in table for cell in row)
    client.post(answer["Location"], {"action": "discard"})
    assert WorkbookImport.objects.get().state == WorkbookImport.State.DISCARDED


def test_the_overview_is_exported_within_the_persons_scope(browse, officer, liaison, other_unit, reports):
    ReportFactory(item=WorkItemFactory(organisation=other_unit))
    for person, units in ((officer, 2), (liaison, 1)):
        content = b"".join(browse(person).get("/months/2023-10/export/").streaming_content)
        table = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name("各单位月报").to_python()
        assert len(table) == 3 + units


def test_a_provisional_month_is_open_to_workbooks_after_its_day(month, unit, liaison, filled):
    type(month).objects.update(provisional=True)
    with time_machine.travel(datetime(2023, 12, 1, tzinfo=CHINA)):
        assert check(type(month).objects.get(), unit, filled({}), liaison).preview["acceptable"] is True
