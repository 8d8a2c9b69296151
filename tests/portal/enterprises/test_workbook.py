"""The register goes out as a workbook and comes back: preview, errors by cell, all or nothing, once."""

import resource
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from xlsxwriter import Workbook

from portal.credit_codes import make_credit_code
from portal.enterprise_label_texts import labels_text, read_labels
from portal.errors import Refused
from portal.models import (
    AuditEvent,
    Enterprise,
    EnterpriseFact,
    EnterpriseLabel,
    Notification,
    SettingRow,
    WorkbookImport,
)
from portal.services.enterprise_workbook import (
    apply_register,
    apply_waiting_registers,
    check_register,
    confirm_register,
    export_enterprises,
    write_corrections,
    write_template,
)
from portal.services.enterprise_workbook.sheets import Towns, register_sheet
from portal.services.enterprises import change_enterprise
from portal.services.imports import discard_import
from portal.workbooks.reader import read_sheet
from tests.factories import CHINA
from tests.factories_enterprises import EnterpriseFactory, FactFactory, LabelFactory, TownFactory

pytestmark = pytest.mark.django_db

TODAY = date(2023, 11, 8)
CODE = make_credit_code(501)
MANY = 50_000
NEW = {
    "统一社会信用代码": CODE,
    "名称": "云溪恒达机械有限公司",
    "类型": "企业",
    "行业代码": "C3525",
    "所属镇街园区": "青石镇",
    "成立日期": "2015年6月1日",
    "数据年度": 2022,
    "从业人员（人）": 320,
    "营业收入（万元）": 2600.5,
    "数据来源": "2022年企业年报",
    "标签": "规上工业（2020-01-01起）；国家高新技术企业(2021-12-01至2024-11-30)",
}


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture(autouse=True)
def town():
    return TownFactory(short_name="青石镇")


def workbook(rows, headers=tuple(NEW)):
    target = BytesIO()
    book = Workbook(target, {"constant_memory": True})
    page = book.add_worksheet("市场主体")
    page.write_row(0, 0, headers)
    for place, row in enumerate(rows, start=1):
        page.write_row(place, 0, [row.get(header, "") for header in headers])
    book.close()
    return target.getvalue()


def check(actor, *rows, headers=tuple(NEW)):
    return check_register(SimpleUploadedFile("名录.xlsx", workbook(rows, headers)), actor=actor, today=TODAY)


def counts(batch):
    found = batch.preview["counts"]
    return found["new"], found["changed"], found["unchanged"], found["errors"]


def errors(batch):
    return [(row["row"], row["label"], row["message"]) for row in batch.preview["errors"]]


def exported(rows, actor):
    target = BytesIO()
    export_enterprises(rows, target, actor=actor, at=datetime(2023, 11, 8, 10, tzinfo=CHINA))
    return target.getvalue()


def test_a_new_entity_comes_with_its_facts_labels_and_size(officer, town):
    batch = check(officer, NEW)
    assert counts(batch) == (1, 0, 0, 0)
    assert not Enterprise.objects.exists()
    apply_register(batch, actor=officer, today=TODAY)
    row = Enterprise.objects.get()
    assert (row.credit_code, row.industry, row.section, row.town, row.founded_on, row.size) == (
        CODE,
        "3525",
        "C",
        town,
        date(2015, 6, 1),
        "medium",
    )
    facts = row.facts.values_list("kind", "value", "period_year", "valid_from", "source")
    assert set(facts) == {
        ("employees", Decimal(320), 2022, date(2023, 1, 1), "2022年企业年报"),
        ("revenue", Decimal("2600.5"), 2022, date(2023, 1, 1), "2022年企业年报"),
    }
    assert set(row.labels.values_list("kind", "level", "valid_to")) == {
        ("industry_above", "", None),
        ("high_tech", "national", date(2024, 11, 30)),
    }
    assert AuditEvent.objects.filter(action="enterprise.import").count() == 1


def test_an_export_comes_back_without_a_change(officer, town):
    row = EnterpriseFactory(town=town, public_phone="0710-3611234")
    EnterpriseFactory(closed=True, industry="", kind="individual")
    for year, value in ((2021, 40), (2022, 50)):
        FactFactory(enterprise=row, value=value, period_year=year, valid_from=date(year + 1, 1, 1))
    FactFactory(enterprise=row, kind="revenue", value=Decimal("612.3456"))
    LabelFactory(enterprise=row)
    LabelFactory(enterprise=row, kind="tech_sme", level="", valid_to=date(2022, 12, 31))
    upload = SimpleUploadedFile("名录.xlsx", exported(Enterprise.objects.all(), officer))
    batch = check_register(upload, actor=officer, today=TODAY)
    assert errors(batch) == []
    assert counts(batch) == (0, 0, 2, 0)


def test_what_a_file_leaves_empty_is_not_taken_away(officer, town):
    row = EnterpriseFactory(credit_code=CODE, name="云溪恒达机械有限公司", town=town)
    FactFactory(enterprise=row, value=300)
    LabelFactory(enterprise=row)
    headers = (
        "统一社会信用代码",
        "名称",
        "数据年度",
        "从业人员（人）",
        "营业收入（万元）",
        "数据来源",
        "标签",
    )
    batch = check(
        officer,
        {
            "统一社会信用代码": CODE,
            "名称": "云溪恒达机械有限公司",
            "数据年度": 2022,
            "营业收入（万元）": 900,
            "数据来源": "2022年企业年报",
            "标签": "规上工业（2023-01-01起）",
        },
        headers=headers,
    )
    assert counts(batch) == (0, 1, 0, 0)
    (changed,) = batch.preview["changed"]
    assert {field["label"]: (field["before"], field["after"]) for field in changed["fields"]} == {
        "营业收入（万元）": ("", "900"),
        "标签": (
            "国家高新技术企业（2021-12-01至2024-11-30）",
            "国家高新技术企业（2021-12-01至2024-11-30）、规上工业（2023-01-01起）",
        ),
    }
    apply_register(batch, actor=officer, today=TODAY)
    row.refresh_from_db()
    assert (row.town, row.size) == (town, "small")
    assert row.labels.count() == 2
    assert {fact.kind: fact.value for fact in row.facts.all()} == {"employees": 300, "revenue": 900}


def test_a_new_year_adds_facts_and_the_same_year_corrects_them(officer):
    row = EnterpriseFactory(credit_code=CODE, name=NEW["名称"])
    FactFactory(enterprise=row, value=300, valid_from=date(2023, 3, 15))
    apply_register(check(officer, {**NEW, "从业人员（人）": 310}), actor=officer, today=TODAY)
    assert row.facts.get(kind="employees").value == 310
    apply_register(
        check(officer, {**NEW, "数据年度": 2023, "从业人员（人）": 330}), actor=officer, today=TODAY
    )
    assert row.facts.filter(kind="employees").count() == 2
    assert row.facts.get(valid_from=date(2024, 1, 1), kind="employees").value == 330


def test_a_label_that_ended_is_given_its_last_day(officer):
    row = EnterpriseFactory(credit_code=CODE, name=NEW["名称"])
    label = LabelFactory(enterprise=row, kind="industry_above", level="", valid_to=None)
    given = f"规上工业（{label.valid_from.isoformat()}至2023-06-30）"
    apply_register(check(officer, {**NEW, "标签": given}), actor=officer, today=TODAY)
    label.refresh_from_db()
    assert label.valid_to == date(2023, 6, 30)


@pytest.mark.parametrize(
    ("wrong", "label", "says"),
    [
        ({"统一社会信用代码": CODE[:-1] + "0"}, "统一社会信用代码", "校验位"),
        ({"行业代码": "9901"}, "行业代码", "没有大类"),
        ({"所属镇街园区": "无此镇"}, "所属镇街园区", ""),
        ({"成立日期": "2024-01-01"}, "成立日期", "不能晚于今天"),
        ({"从业人员（人）": 3.5}, "从业人员（人）", ""),
        ({"营业收入（万元）": -1}, "营业收入（万元）", ""),
        ({"数据年度": ""}, "数据年度", "请填写数据年度"),
        ({"数据来源": ""}, "数据来源", "请填写数据来源"),
        ({"标签": "高新企业（2021-12-01起）"}, "标签", "没有名为"),
        ({"标签": "国家高新技术企业"}, "标签", "起止日期"),
        ({"标签": "规上工业（2023-02-30起）"}, "标签", "没有 2023-02-30"),
        ({"名称": "（）"}, "名称", "没有文字"),
    ],
)
def test_an_error_is_named_by_row_and_column_and_nothing_is_imported(officer, wrong, label, says):
    batch = check(officer, {**NEW, **wrong})
    ((row, where, message),) = errors(batch)
    assert (row, where) == (2, label)
    assert says in message
    with pytest.raises(Refused, match="仍有错误"):
        apply_register(batch, actor=officer, today=TODAY)
    assert not Enterprise.objects.exists()


def test_the_same_code_twice_and_a_merged_code_are_errors(officer):
    merged = EnterpriseFactory(merged_into=EnterpriseFactory())
    batch = check(
        officer,
        NEW,
        {**NEW, "统一社会信用代码": f"{CODE.lower()} "},
        {**NEW, "统一社会信用代码": merged.credit_code},
    )
    assert [(row, message[:7]) for row, _label, message in errors(batch)] == [
        (3, "与第 2 行的"),
        (4, "该代码已合并到"),
    ]


def test_a_file_is_applied_once_and_a_discarded_one_never(officer):
    batch = check(officer, NEW)
    assert apply_register(batch, actor=officer, today=TODAY).new == 1
    assert apply_register(WorkbookImport.objects.get(), actor=officer, today=TODAY).again
    assert Enterprise.objects.count() == 1
    other = check(officer, {**NEW, "统一社会信用代码": make_credit_code(502)})
    discard_import(other, actor=officer)
    with pytest.raises(Refused, match="已放弃"):
        apply_register(other, actor=officer, today=TODAY)


def test_a_large_file_is_left_to_the_job_which_tells_whoever_confirmed_it(officer, director):
    setting = {"key": "imports.background_rows", "value": 1, "valid_from": date(2023, 1, 1)}
    SettingRow.objects.create(**setting, created_by=director)
    cache.clear()
    other = {**NEW, "统一社会信用代码": make_credit_code(502), "名称": "云溪瑞丰建材有限公司"}
    batch = check(officer, NEW, other)
    for _ in range(2):
        assert confirm_register(batch, actor=officer, today=TODAY) is None
    assert not Enterprise.objects.exists()
    with pytest.raises(Refused, match="后台进行"):
        apply_register(batch, actor=officer, today=TODAY)
    assert apply_waiting_registers(today=TODAY) == (1, 0)
    assert apply_waiting_registers(today=TODAY) == (0, 0)
    assert Enterprise.objects.count() == 2
    assert "新增 2 家" in Notification.objects.get(recipient=officer).text


def test_a_row_changed_after_the_preview_stops_the_import(officer, director):
    row = EnterpriseFactory(credit_code=CODE, name="旧名有限公司")
    batch = check(officer, NEW)
    change_enterprise(row, actor=director, version=1, today=TODAY, address="青石镇工业路1号")
    with pytest.raises(Refused, match="已被他人修改"):
        apply_register(batch, actor=officer, today=TODAY)
    assert Enterprise.objects.get().name == "旧名有限公司"


def test_only_the_office_imports(liaison):
    with pytest.raises(Refused, match="由营商办"):
        check(liaison, NEW)


def test_the_errors_come_back_in_the_workbook_and_the_template_can_be_read(officer):
    batch = check(officer, {**NEW, "行业代码": "9901"})
    target = BytesIO()
    assert write_corrections(batch, target, actor=officer, today=TODAY) == 1
    template = BytesIO()
    write_template(template)
    template.seek(0)
    assert read_sheet(template, register_sheet(Towns.load())).rows == ()


def test_labels_are_written_as_they_are_read():
    text = "国家专精特新小巨人企业（2022-07-01至2025-06-30）、规上工业（2020-01-01起）"
    assert labels_text(read_labels(text.replace("（", " (").replace("）", ")"))) in {
        text,
        "、".join(reversed(text.split("、"))),
    }
    assert read_labels(" \n ") == {}
    with pytest.raises(ValueError, match="早于"):
        read_labels("规上工业（2023-01-01至2022-01-01）")


def test_fifty_thousand_entities_are_imported_in_bounded_memory(officer, town):
    rows = (
        {
            **NEW,
            "统一社会信用代码": make_credit_code(number),
            "名称": f"云溪县第{number}机械有限公司",
            "从业人员（人）": number % 900,
        }
        for number in range(1, MANY + 1)
    )
    upload = SimpleUploadedFile("名录.xlsx", workbook(rows))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    batch = check_register(upload, actor=officer, today=TODAY)
    assert counts(batch) == (MANY, 0, 0, 0)
    assert apply_register(batch, actor=officer, today=TODAY).new == MANY
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert EnterpriseFact.objects.count() == 2 * MANY
    assert EnterpriseLabel.objects.count() == 2 * MANY
    assert grown < 600
