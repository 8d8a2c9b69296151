"""The assessment's pages: who may open them, what a unit sees of its own, what the buttons do."""

import io
from datetime import date, datetime
from http import HTTPStatus

import pytest
import time_machine
from docx import Document
from python_calamine import CalamineWorkbook

from portal.models import Organisation
from reports.models import Assessment, Objection
from reports.services import assessments as services
from tests.factories import CHINA, UserFactory

NOW = datetime(2023, 11, 8, 10, tzinfo=CHINA)
DETAIL, OWN, OTHER = (
    "/assessments/2023/",
    "/assessments/2023/units/zhujian/",
    "/assessments/2023/units/gongdian/",
)
EVIDENCE = "lag:2023-DB-001@2023-10"
OK, HIDDEN, MOVED = HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.FOUND
TODAY, UNTIL, LATER = date(2023, 11, 8), date(2023, 11, 15), date(2023, 11, 20)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def evaluated(small_county, officer):
    return services.evaluate_assessment(2023, actor=officer, today=TODAY)


@pytest.fixture
def opened(evaluated, officer):
    return services.open_assessment(evaluated, UNTIL, actor=officer, today=TODAY)


@pytest.fixture
def published(opened, director):
    return services.publish_assessment(opened, actor=director, today=LATER)


@pytest.fixture
def reporter(small_county):
    return UserFactory(username="reporter", organisation=small_county.housing, roles=["liaison"])


def statuses(client):
    return [client.get(path).status_code for path in (DETAIL, OWN, OTHER)]


def test_before_the_check_only_the_office_sees_anything(evaluated, browse, officer, reporter, leader):
    assert statuses(browse(officer)) == [OK, OK, OK]
    assert statuses(browse(reporter)) == [HIDDEN, HIDDEN, HIDDEN]
    assert statuses(browse(leader)) == [HIDDEN, HIDDEN, HIDDEN]


def test_while_it_is_checked_a_unit_sees_its_own_and_nobody_elses(opened, browse, reporter, outsider, leader):
    assert statuses(browse(reporter)) == [MOVED, OK, HIDDEN]
    assert statuses(browse(outsider)) == [HIDDEN, HIDDEN, HIDDEN]
    assert statuses(browse(leader)) == [HIDDEN, HIDDEN, HIDDEN]
    for form in ("xlsx", "docx", "pdf"):
        assert browse(reporter).get(f"{DETAIL}{form}/").status_code == HIDDEN


def test_once_published_the_table_is_everybodys_and_the_evidence_the_units_own(
    published, browse, reporter, outsider, leader
):
    assert statuses(browse(reporter)) == [OK, OK, HIDDEN]
    assert statuses(browse(outsider)) == [OK, HIDDEN, HIDDEN]
    assert statuses(browse(leader)) == [OK, OK, OK]
    table = browse(outsider).get(DETAIL).content.decode()
    assert "县住建局" in table
    assert OWN not in table


def test_a_unit_reads_how_its_score_came_about(opened, browse, reporter):
    page = browse(reporter).get(OWN).content.decode()
    assert "4项，每项扣2分，计8分，扣8分" in page
    assert "同一事实只计一次" in page
    assert '<a href="/items/2023-DB-001/">' in page


def test_a_unit_objects_and_nothing_typed_is_lost(opened, browse, reporter):
    client = browse(reporter)
    refused = client.post(OWN, {"text": "延期手续已经批准"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "延期手续已经批准" in refused.content.decode()
    answer = client.post(OWN, {"evidence": [EVIDENCE], "text": "延期手续已经批准"}, follow=True)
    assert "已提出异议（1号）" in answer.content.decode()
    assert Objection.objects.get().organisation.code == "zhujian"


def test_another_unit_cannot_object_in_its_place(opened, browse, outsider):
    assert browse(outsider).post(OWN, {"evidence": [EVIDENCE], "text": "理由"}).status_code == HIDDEN
    assert not Objection.objects.exists()


def test_the_office_decides_with_its_reason(opened, browse, officer, reporter):
    services.make_objection(opened, [EVIDENCE], "延期手续已经批准", actor=reporter, today=TODAY)
    client = browse(officer)
    page = f"{DETAIL}objections/1/"
    assert client.post(page, {"step": "uphold", "reason": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    answer = client.post(page, {"step": "uphold", "reason": "批件属实"}, follow=True)
    assert "1号异议已处理" in answer.content.decode()
    assert "异议成立，不计" in client.get(OWN).content.decode()


def test_the_office_evaluates_and_opens_from_the_page(small_county, browse, officer):
    client = browse(officer)
    assert "测算2023年度" in client.get("/assessments/").content.decode()
    client.post(f"{DETAIL}evaluate/")
    client.post(f"{DETAIL}open/", {"until": ""})
    assert Assessment.objects.get().state == "draft"
    client.post(f"{DETAIL}open/", {"until": "2023-11-15"})
    assert Assessment.objects.get().state == "provisional"


def test_publication_asks_for_the_password_again(opened, browse, director):
    with time_machine.travel(datetime(2023, 11, 20, 10, tzinfo=CHINA)):
        assert browse(director).post(f"{DETAIL}publish/").url.startswith("/prove/")
    assert Assessment.objects.get().state == "provisional"


def rule_lines(**first):
    line = {"trigger": "items.overdue", "points": "-5", "per": "1", "cap": "", "floor": "", "group": "all"}
    lines = {f"rules-0-{name}": value for name, value in (line | first).items()}
    head = {"base": "100", "excellent": "90", "good": "80", "passed": "60", "number": "1", "note": ""}
    return {"rules-TOTAL_FORMS": "1", "rules-INITIAL_FORMS": "0", **head, **lines}


def test_rules_are_previewed_before_they_hold(evaluated, browse, officer):
    client, page = browse(officer), f"{DETAIL}rules/edit/"
    assert client.get(page).status_code == OK
    preview = client.post(page, rule_lines() | {"preview": "1"}).content.decode()
    assert "县住建局" in preview
    assert client.post(page, rule_lines() | {"adopt": "1"}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    client.post(page, rule_lines() | {"adopt": "1", "note": "从严"})
    assert "−5 分" in client.get(f"{DETAIL}rules/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"points": "0"}, "分值不能为零"),
        ({"exempt": "县没有局"}, "没有“县没有局”这样的单位简称"),
        ({"points": "x"}, "请检查标红的内容"),
    ],
)
def test_wrong_rules_are_named_and_kept_on_the_page(evaluated, browse, officer, wrong, sentence):
    answer = browse(officer).post(f"{DETAIL}rules/edit/", rule_lines(**wrong) | {"preview": "1"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert sentence in answer.content.decode()


def test_the_files_say_what_the_page_says(published, browse, officer, reporter):
    answer = browse(officer).get(f"{DETAIL}xlsx/")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.sheet_names == ["考核结果", "计分依据"]
    rows = book.get_sheet_by_name("计分依据").to_python()
    assert {row[0] for row in rows[3:]} == {"县住建局", "县供电公司"}
    own = browse(reporter).get(f"{DETAIL}xlsx/")
    own_book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(own.streaming_content)))
    assert {row[0] for row in own_book.get_sheet_by_name("计分依据").to_python()[3:]} == {"县住建局"}
    paper = Document(io.BytesIO(b"".join(browse(officer).get(f"{DETAIL}docx/").streaming_content)))
    assert "2023年度优化营商环境工作考核结果" in "".join(one.text for one in paper.paragraphs)
    assert [cell.text for cell in paper.tables[0].rows[0].cells][:2] == ["位次", "单　位"]


def test_the_endpoints_follow_the_same_scope(opened, browse, reporter, officer):
    own = browse(reporter).get("/api/v1/assessment-results/").json()["results"]
    assert [row["unit"] for row in own] == ["zhujian"]
    assert browse(reporter).get("/api/v1/assessment-results/2023_gongdian/").status_code == HIDDEN
    assert browse(officer).get("/api/v1/assessments/2023/").json()["state"] == "provisional"


def test_what_waits_is_on_the_home_page(opened, browse, officer, reporter):
    assert "请核对本单位得分" in browse(reporter).get("/").content.decode()
    services.make_objection(opened, [EVIDENCE], "理由", actor=reporter, today=TODAY)
    assert "有 1 件异议待处理" in browse(officer).get("/").content.decode()


def test_pages_cost_few_queries(opened, browse, officer, reporter, django_assert_max_num_queries):
    for number in range(40):
        unit = Organisation.objects.create(code=f"u{number}", name=f"第{number}局", short_name=f"{number}局")
        Assessment.objects.get().results.create(
            organisation=unit,
            group="without_indicators",
            base=100,
            added=0,
            deducted=0,
            total=100,
            place=1,
            of=40,
        )
    office, unit = browse(officer), browse(reporter)
    with django_assert_max_num_queries(15):
        office.get("/assessments/")
    with django_assert_max_num_queries(20):
        office.get(DETAIL)
    with django_assert_max_num_queries(20):
        office.get(OWN)
    with django_assert_max_num_queries(20):
        unit.get(OWN)
    with django_assert_max_num_queries(15):
        office.get(f"{DETAIL}rules/")
