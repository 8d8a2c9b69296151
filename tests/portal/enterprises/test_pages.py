"""The register's pages: found, filtered, entered, corrected, merged; who may, and at what cost."""

import re
from datetime import date
from http import HTTPStatus

import pytest
from django.urls import reverse

from portal.credit_codes import make_credit_code
from portal.enterprise_blocks import Block
from portal.models import AuditEvent, Enterprise, EnterpriseMerge
from tests.factories import UserFactory
from tests.factories_enterprises import EnterpriseFactory, FactFactory, LabelFactory, TownFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

LIST = "/enterprises/"


@pytest.fixture
def row():
    found = EnterpriseFactory(name="云溪恒达机械有限公司", town=TownFactory(short_name="青石镇"))
    FactFactory(enterprise=found, value=500)
    FactFactory(enterprise=found, kind="revenue", value=3000)
    LabelFactory(enterprise=found)
    return found


def names(answer):
    return [row.name for row, _labels in answer.context["rows"]]


def test_the_list_is_filtered_by_what_stands_in_the_address(browse, officer, row):
    Enterprise.objects.filter(pk=row.pk).update(size="medium")
    EnterpriseFactory(name="云溪县顺昌建材店", kind="individual", industry="5211", closed=True)
    client = browse(officer)
    for query in (
        f"town={row.town.code}",
        "section=C",
        "size=medium",
        "label=high_tech:national",
        "state=active",
        "kind=enterprise",
        "q=恒达机械",
        f"q={row.credit_code}",
    ):
        assert names(client.get(f"{LIST}?{query}")) == [row.name], query
    assert len(names(client.get(f"{LIST}?size=nonsense&town=nowhere"))) == 2
    assert names(client.get(f"{LIST}?label=dishonest")) == []


def test_pages_lead_on_and_back_by_key_without_a_gap(browse, officer):
    rows = [EnterpriseFactory() for _ in range(45)]
    client, url, seen = browse(officer), LIST, []
    while url:
        answer = client.get(url)
        seen += names(answer)
        page = answer.context["page"]
        url = f"{LIST}?after={page.next_key}" if page.next_key else ""
    assert seen == [row.name for row in reversed(rows)]
    back = client.get(f"{LIST}?before={page.previous_key}")
    assert names(back) == seen[20:40]
    assert names(client.get(f"{LIST}?after=nonsense")) == seen[:20]


@pytest.mark.parametrize("rows", [2, 50])
def test_a_list_of_fifty_costs_as_many_queries_as_one_of_two(
    browse, officer, rows, django_assert_max_num_queries
):
    for _ in range(rows):
        LabelFactory(enterprise=EnterpriseFactory(town=TownFactory()))
    client = browse(officer)
    client.get(LIST)
    with django_assert_max_num_queries(15):
        answer = client.get(f"{LIST}?size=50")
    assert len(answer.context["rows"]) == rows


def test_a_page_of_one_entity_tells_what_is_known_and_stays_cheap(
    browse, officer, row, django_assert_max_num_queries
):
    for _ in range(10):
        EnterpriseMerge.objects.create(
            kept=row,
            gone=EnterpriseFactory(merged_into=row),
            reason="重复登记",
            merged_by=officer,
            merged_at="2023-11-01T09:00:00+08:00",
        )
    client = browse(officer)
    # The first page of a session writes what the session keeps.
    client.get("/inbox/")
    with django_assert_max_num_queries(20):
        answer = client.get(row.get_absolute_url())
    text = answer.content.decode()
    for words in (
        "青石镇",
        "中型",
        "按工业：从业人员 500 人，营业收入 3000 万元",
        "国家高新技术企业",
        "2022年",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        ("officer", HTTPStatus.OK),
        ("liaison", HTTPStatus.OK),
        ("chief", HTTPStatus.OK),
        ("inspector", HTTPStatus.OK),
        ("observer", HTTPStatus.FORBIDDEN),
        ("sysadmin", HTTPStatus.FORBIDDEN),
    ],
)
def test_who_may_open_an_entity(browse, row, persona, expected, request):
    client = browse(request.getfixturevalue(persona))
    for url in (row.get_absolute_url(), reverse("api:enterprise-detail", args=[row.credit_code])):
        assert client.get(url).status_code == expected


def test_for_another_town_an_entity_does_not_exist(browse, row):
    client = browse(UserFactory(organisation=TownFactory(), roles=["liaison"]))
    assert client.get(row.get_absolute_url()).status_code == HTTPStatus.NOT_FOUND
    assert client.get(reverse("api:enterprise-detail", args=[row.credit_code])).status_code == 404
    assert names(client.get(LIST)) == []
    assert client.get("/api/v1/enterprises/").json()["results"] == []
    assert row.name not in client.get("/search/?q=恒达").content.decode()


def test_a_wrong_code_comes_back_with_the_form_and_what_was_typed(browse, officer):
    client = browse(officer)
    typed = {"credit_code": "91350100M000100Y44", "name": "云溪恒达有限公司", "kind": "enterprise"}
    answer = client.post("/enterprises/new/", typed)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    text = answer.content.decode()
    assert "校验位不符" in text
    assert 'value="云溪恒达有限公司"' in text
    code = make_credit_code(9)
    answer = client.post("/enterprises/new/", {**typed, "credit_code": code.lower(), "industry": "C3525"})
    assert answer.url == f"/enterprises/{code}/"
    assert Enterprise.objects.get().industry == "3525"
    assert client.post("/enterprises/new/", {**typed, "credit_code": code}).status_code == 422


def test_two_people_correct_at_once_and_the_second_sees_both_texts(browse, officer, director, row):
    url = f"{row.get_absolute_url()}edit/"
    typed = {
        "credit_code": row.credit_code,
        "name": "云溪恒达智能机械有限公司",
        "kind": "enterprise",
        "industry": "3525",
        "version": 1,
    }
    assert browse(officer).post(url, typed).status_code == HTTPStatus.FOUND
    answer = browse(director).post(url, {**typed, "name": "云溪恒达重工有限公司"})
    assert answer.status_code == HTTPStatus.CONFLICT
    text = answer.content.decode()
    assert "云溪恒达智能机械有限公司" in text
    assert 'value="云溪恒达重工有限公司"' in text


def test_facts_and_labels_are_recorded_from_the_page(browse, officer, row):
    client = browse(officer)
    url = row.get_absolute_url()
    bad = client.post(
        f"{url}fact/", {"kind": "employees", "value": "1.5", "year": 2022, "source": "2022年企业年报"}
    )
    assert bad.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "从业人员应为整数" in bad.content.decode()
    good = {"kind": "rd_expense", "value": "120.5", "year": 2022, "source": "2022年企业年报"}
    assert client.post(f"{url}fact/", good).status_code == HTTPStatus.FOUND
    fact = row.facts.get(kind="rd_expense")
    assert fact.valid_from == date(2023, 1, 1)
    label = {"label": "industry_above:", "valid_from": "2023-01-01", "source": "统计部门名录"}
    assert client.post(f"{url}label/", label).status_code == HTTPStatus.FOUND
    ended = {
        "label": row.labels.get(kind="industry_above").pk,
        "last_day": "2023-10-31",
        "reason": "退库",
    }
    assert client.post(f"{url}end-label/", ended).status_code == HTTPStatus.FOUND
    assert row.labels.get(kind="industry_above").valid_to == date(2023, 10, 31)
    assert client.post(f"{url}nonsense/").status_code == HTTPStatus.NOT_FOUND
    text = client.get(url).content.decode()
    assert "自2023年1月1日起，来源：2022年企业年报" in text


def test_duplicates_are_compared_merged_and_taken_back_on_the_pages(browse, officer, row):
    other = EnterpriseFactory(name="云溪（恒达）机械有限公司")
    client = browse(officer)
    assert other.credit_code in client.get("/enterprises/duplicates/").content.decode()
    url = f"{other.get_absolute_url()}merge/"
    shown = client.get(f"{url}?kept={row.credit_code}").content.decode()
    assert "云溪恒达机械有限公司" in shown
    assert "不同" in shown
    assert client.post(url, {"kept": "123", "reason": "重复"}).status_code == 422
    assert client.post(url, {"kept": row.credit_code, "reason": "重复登记"}).url == row.get_absolute_url()
    assert "已合并到" in client.get(other.get_absolute_url()).content.decode()
    assert client.post(f"{other.get_absolute_url()}unmerge/", {"reason": "核实为两家"}).status_code == 302
    other.refresh_from_db()
    assert other.merged_into is None


def block_for_tests(enterprise, user, today):
    """A block as another app would give it: only for the office."""
    if not user.has_role("office"):
        return None
    return Block("涉企诉求", "components/empty.html", {"rows": [enterprise]}, note=f"截至{today:%m月%d日}")


def test_other_apps_add_blocks_to_the_page(browse, officer, liaison, row, settings):
    settings.ENTERPRISE_BLOCKS = [f"{__name__}.block_for_tests"]
    assert "涉企诉求" in browse(officer).get(row.get_absolute_url()).content.decode()
    plain = browse(liaison).get(row.get_absolute_url()).content.decode()
    assert "截至11月08日" not in plain


def test_the_api_gives_the_facts_and_labels_of_today(browse, liaison, row, django_assert_max_num_queries):
    FactFactory(enterprise=row, value=400, valid_from=date(2022, 1, 1), period_year=2021)
    LabelFactory(enterprise=row, kind="tech_sme", level="", valid_to=date(2022, 12, 31))
    EnterpriseFactory(merged_into=row)
    client = browse(liaison)
    with django_assert_max_num_queries(15):
        (found,) = client.get("/api/v1/enterprises/?q=恒达&label=high_tech").json()["results"]
    assert found["credit_code"] == row.credit_code
    assert {fact["kind"]: fact["value"] for fact in found["facts"]} == {
        "employees": "500.0000",
        "revenue": "3000.0000",
    }
    assert [label["name"] for label in found["labels"]] == ["国家高新技术企业"]
    assert len(client.get("/api/v1/enterprises/").json()["results"]) == 1


def test_an_export_is_of_the_filter_and_audited(browse, liaison, row):
    EnterpriseFactory(name="云溪县顺昌建材店", industry="5211")
    answer = browse(liaison).get("/enterprises/export/?section=C")
    assert answer.status_code == HTTPStatus.OK
    assert re.search(r"filename\*?=.*xlsx", answer["Content-Disposition"])
    event = AuditEvent.objects.get(action="enterprise.export")
    assert event.changes == {"rows": 1, "filters": "行业：制造业"}
