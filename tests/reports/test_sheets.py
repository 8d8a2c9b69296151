"""The dispatch sheet: what it lists, that it is frozen with the meeting, its files and its cost."""

import json
from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus
from io import BytesIO

import pytest
from docx import Document
from python_calamine import CalamineWorkbook

from indicators.models import LampRecord, Measurement, RankRecord, WorkItem
from indicators.services.dispatch import Meeting, RoundPlan, open_round, sheet_hash
from indicators.services.instructions import Order, give_instruction
from reports.services.meetings import record_meeting
from reports.sheets import from_stored, live_sheet, sheet_of, to_stored
from tests.factories import (
    CHINA,
    IndicatorFactory,
    MonthFactory,
    ReportFactory,
    TaskForceFactory,
    WorkItemFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "on_the_day")]

TODAY = date(2023, 11, 8)
OCTOBER = date(2023, 10, 1)
NOW = datetime(2023, 11, 8, 18, tzinfo=CHINA)
HANDED_IN = datetime(2023, 11, 2, 9, tzinfo=CHINA)


@pytest.fixture
def round_(task_force, chief, officer):
    plan = RoundPlan(
        "chief",
        date(2023, 11, 1),
        [task_force],
        date(2023, 11, 10),
        "2023-11-chief",
        chief=chief,
        planned_at=datetime(2023, 11, 16, 15, tzinfo=CHINA),
        place="县政府 3 号会议室",
    )
    return open_round(plan, actor=officer)[0]


@pytest.fixture
def ledger(task_force, unit):
    """A red item that reported, a yellow one that did not, a green one that did not, and a closed one."""
    MonthFactory()
    shared = {"task_force": task_force, "organisation": unit}
    red = WorkItemFactory(
        **shared, number="2023-DB-011", title="并联审批率提升至95%", lamp="red", lamp_reason="逾期8天"
    )
    yellow = WorkItemFactory(
        **shared, number="2023-DB-009", lamp="yellow", lamp_reason="月报未报", percent=30
    )
    green = WorkItemFactory(**shared, number="2023-DB-002")
    closed = WorkItemFactory(**shared, number="2023-DB-003", lamp="blue", closed=True)
    ReportFactory(
        item=red,
        state="submitted",
        done="推进中",
        submitted_at=HANDED_IN,
        previous_percent=Decimal("85.2"),
        percent=Decimal("87.9"),
        problems="人防、消防未入并联",
        coordination="请县国动办明确授权方式",
    )
    ReportFactory(item=yellow, previous_percent=Decimal(30))
    ReportFactory(item=green, state="draft", previous_percent=Decimal(10))
    return red, yellow, green, closed


def sheet_for(row, officer):
    return live_sheet(row, maker=officer, now=NOW)


def test_the_head_says_which_round_as_of_when_and_where(round_, officer, director):
    sheet = sheet_for(round_, officer)
    assert sheet.title == "云溪县优化营商环境指标长调度表"
    assert sheet.heads == (
        "2023年第1次　指标长：周启明　专班 1 个",
        "数据截至 2023年11月8日 18:00",
        "调度时间：11月16日 15:00　县政府 3 号会议室",
    )
    assert sheet.feet == ("县营商办制表　沈若宁", "审核　顾维舟", "2023年11月8日 18:00")


def test_red_and_yellow_items_stand_with_reason_percent_and_what_the_unit_wrote(ledger, round_, officer):
    force = sheet_for(round_, officer).forces[0]
    first, second = force.items
    assert (first.number, first.reason, first.before, first.after) == ("DB-011", "逾期8天", "85.2%", "87.9%")
    assert (first.problems, first.coordination) == ("人防、消防未入并联", "请县国动办明确授权方式")
    assert (second.number, second.before, second.after, second.problems, second.coordination) == (
        "DB-009",
        "30%",
        "—",
        "未报，原因待说明",
        "—",
    )


def test_the_band_counts_the_task_force_and_names_what_else_is_unreported(
    ledger, round_, officer, task_force
):
    for period, rank in ((date(2023, 6, 1), 9), (date(2023, 9, 1), 7)):
        RankRecord.objects.create(indicator=task_force.indicator, period=period, rank=rank, of=12)
    force = sheet_for(round_, officer).forces[0]
    assert force.summary == "牵头 县行政审批局　4 项：红 1　黄 1　绿 1　蓝 1　｜　未报 2 项　｜　省评中游 ↑2"
    assert force.owed == ("DB-002 县住建局",)


def test_values_short_of_their_benchmark_are_listed_worst_first(round_, officer, task_force):
    for code, name, unit, value, benchmark in [
        ("a", "并联审批率", "%", "87.9", 95),
        ("b", "拿地即开工项目", "个", "1", 3),
        ("c", "达标的一项", "%", "99", 95),
        ("d", "未审核的一项", "%", "1", 95),
    ]:
        leaf = IndicatorFactory(
            system=task_force.indicator.system,
            parent=task_force.indicator,
            depth=2,
            code=code,
            name=name,
            unit=unit,
            benchmark=benchmark,
        )
        state = "draft" if code == "d" else "verified"
        Measurement.objects.create(indicator=leaf, period=OCTOBER, value=value, state=state)
    weak = [(one.name, one.value, one.benchmark, one.gap) for one in sheet_for(round_, officer).weak]
    assert weak == [
        ("拿地即开工项目", "1 个", "3 个", "−2 个"),
        ("并联审批率", "87.9%", "95%", "−7.1 点"),
    ]


def test_earlier_instructions_stand_with_how_they_are(round_, officer, task_force, unit):
    def give(title, due):
        order = Order(task_force, title, unit, due)
        return give_instruction(order, actor=officer, given_on=date(2023, 10, 17), today=TODAY)

    give("消防设计审查纳入并联窗口", date(2023, 11, 6))
    done = give("已经办结的事", date(2023, 11, 30))
    WorkItem.objects.filter(pk=done.item_id).update(state="closed", closed_on=TODAY)
    foreign = Order(TaskForceFactory(), "别的专班的事", unit, date(2023, 11, 30))
    give_instruction(foreign, actor=officer, given_on=TODAY, today=TODAY)
    found = [(one.title, one.due, one.colour, one.reason) for one in sheet_for(round_, officer).instructions]
    assert found == [("消防设计审查纳入并联窗口", "11月6日", "red", "逾期2天")]


def test_the_stored_form_reads_back_as_an_equal_sheet(ledger, round_, officer):
    sheet = sheet_for(round_, officer)
    stored = json.loads(json.dumps(to_stored(sheet)))
    assert from_stored(stored) == sheet
    assert sheet_hash(stored) == sheet_hash(to_stored(sheet))


def test_the_sheet_of_a_held_round_stays_as_it_was(ledger, round_, officer, browse, task_force, unit):
    meeting = Meeting(TODAY, "周启明", orders=(Order(task_force, "会上交办的事", unit, date(2023, 11, 20)),))
    record_meeting(round_, meeting, version=1, actor=officer, now=NOW)
    round_.refresh_from_db()
    frozen = sheet_of(round_, maker=officer, now=NOW)
    assert frozen.instructions == ()
    WorkItem.objects.filter(number="2023-DB-011").update(title="后来改了的名称", lamp="green")
    round_.refresh_from_db()
    assert sheet_of(round_, maker=officer, now=datetime(2024, 3, 1, tzinfo=CHINA)) == frozen
    assert round_.sheet_hash == sheet_hash(round_.sheet)
    page = browse(officer).get("/dispatch/2023-01/sheet/").content.decode()
    assert "并联审批率提升至95%" in page
    assert "已锁定" in page
    assert "后来改了的名称" not in page


def test_the_page_of_a_draft_follows_the_rows(ledger, round_, officer, browse):
    client = browse(officer)
    assert "草稿，会后锁定" in client.get("/dispatch/2023-01/sheet/").content.decode()
    WorkItem.objects.filter(number="2023-DB-011").update(title="后来改了的名称")
    assert "后来改了的名称" in client.get("/dispatch/2023-01/sheet/").content.decode()


def test_the_files_hold_what_the_page_shows(ledger, round_, officer, browse):
    client = browse(officer)
    docx = Document(BytesIO(client.get("/dispatch/2023-01/sheet/docx/").content))
    cells = {cell.text for table in docx.tables for row in table.rows for cell in row.cells}
    assert {"DB-011", "红 逾期8天", "85.2% → 87.9%", "请县国动办明确授权方式"} <= cells
    book = CalamineWorkbook.from_filelike(BytesIO(client.get("/dispatch/2023-01/sheet/xlsx/").content))
    assert book.sheet_names == ["红黄灯事项", "专班情况", "监测值落后项", "上次交办落实"]
    rows = book.get_sheet_by_name("红黄灯事项").to_python()
    assert rows[3][:6] == ["办理建筑许可", "DB-011", "并联审批率提升至95%", "县住建局", "红", "逾期8天"]
    assert client.get("/dispatch/2023-01/sheet/pdf/").content.startswith(b"%PDF")
    assert client.get("/dispatch/2023-01/sheet/exe/").status_code == HTTPStatus.NOT_FOUND


def test_the_files_are_as_closed_as_the_page(round_, browse, outsider):
    client = browse(outsider)
    for kind in ("docx", "xlsx", "pdf"):
        assert client.get(f"/dispatch/2023-01/sheet/{kind}/").status_code == HTTPStatus.NOT_FOUND


def test_the_sheet_costs_the_same_for_many_rows(round_, officer, browse, unit, django_assert_max_num_queries):
    MonthFactory()
    forces = [TaskForceFactory() for _ in range(6)]
    round_.task_forces.add(*forces)
    for force in forces:
        for lamp in ("red", "yellow", "green"):
            item = WorkItemFactory(task_force=force, organisation=unit, lamp=lamp, lamp_reason="落后")
            ReportFactory(item=item)
        leaf = IndicatorFactory(system=force.indicator.system, parent=force.indicator, depth=2, benchmark=9)
        Measurement.objects.create(indicator=leaf, period=OCTOBER, value=1, state="verified")
    client = browse(officer)
    client.get("/dispatch/2023-01/sheet/")
    with django_assert_max_num_queries(28):  # the ceiling of a page that gathers the domains
        page = client.get("/dispatch/2023-01/sheet/").content.decode()
    assert page.count("lamp--red") == 6


def test_a_round_held_before_sheets_were_kept_shows_the_lamps_recorded_then(ledger, round_, officer):
    red, yellow, *_ = ledger
    for item, colour in ((red, "green"), (yellow, "red")):
        LampRecord.objects.create(item=item, month=OCTOBER, colour=colour, reason="当时的原因", percent=20)
    type(round_).objects.update(state="held", held_on=TODAY, chair="周启明", recorded_by=officer)
    round_.refresh_from_db()
    sheet = sheet_of(round_, maker=officer, now=datetime(2024, 6, 1, tzinfo=CHINA))
    assert [(one.number, one.colour, one.reason) for one in sheet.forces[0].items] == [
        ("DB-009", "red", "当时的原因")
    ]
    assert sheet.forces[0].counts == (("red", 1), ("green", 1))
    assert sheet.heads[1] == "数据截至 2023年11月10日 18:00"
