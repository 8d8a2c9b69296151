"""Search: everything a person may read, and nothing else."""

from datetime import UTC, datetime

import pytest

from portal.search_results import words_of
from portal.selectors.search import search_everywhere
from reports.models import Bulletin
from tests.factories import IndicatorFactory, OrganisationFactory, UserFactory, WorkItemFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def county(task_force, unit, other_unit):
    WorkItemFactory(
        number="2023-DB-011",
        title="工程建设项目并联审批率提升至95%",
        measures="人防审批并入并联",
        task_force=task_force,
        lead=unit,
        organisation=unit,
    )
    WorkItemFactory(number="2023-DB-012", title="联合验收一口受理", task_force=task_force)
    IndicatorFactory(code="blspl", name="并联审批率")
    Bulletin.objects.create(
        month="2023-10-01",
        code="2023-10",
        title="并联审批专项通报",
        drafted_at=datetime(2023, 11, 8, tzinfo=UTC),
    )


def found(user, text):
    return {group.label: [hit.label for hit in group.hits] for group in search_everywhere(user, text, 8)}


@pytest.mark.parametrize(
    ("text", "label", "hit"),
    [
        ("DB-011", "台账事项", "2023-DB-011　工程建设项目并联审批率提升至95%"),
        ("db-011", "台账事项", "2023-DB-011　工程建设项目并联审批率提升至95%"),
        ("人防审批", "台账事项", "2023-DB-011　工程建设项目并联审批率提升至95%"),
        ("并联 工程", "台账事项", "2023-DB-011　工程建设项目并联审批率提升至95%"),
        ("办理建筑", "专班", "办理建筑许可"),
        ("并联审批率", "指标", "并联审批率"),
        ("专项通报", "通报", "并联审批专项通报"),
        ("住建", "单位", "县住建局"),
        ("晓雯", "人员", "林晓雯"),
    ],
)
def test_the_office_finds_things_of_every_kind(county, officer, liaison, text, label, hit):
    assert hit in found(officer, text)[label]


def test_every_word_has_to_be_found(county, officer):
    assert "台账事项" not in found(officer, "并联 验收")


def test_rows_outside_the_persons_scope_are_not_found(county, liaison, outsider, officer, sysadmin):
    assert found(liaison, "DB-01")["台账事项"] == ["2023-DB-011　工程建设项目并联审批率提升至95%"]
    assert "台账事项" not in found(outsider, "DB-01")
    assert "通报" not in found(liaison, "并联")
    assert set(found(sysadmin, "并联")) == set()
    assert "人员" not in found(outsider, "晓雯")


def test_more_hits_than_fit_are_counted_no_further_than_a_hundred(officer):
    for number in range(120):
        OrganisationFactory(code=f"x{number}", name=f"测试单位{number}", short_name=f"测试{number}")
    (group,) = search_everywhere(officer, "测试单位", 8)
    assert len(group.hits) == 8
    assert group.total_label == "100+"


def test_the_number_of_queries_does_not_grow_with_what_is_found(
    officer, county, django_assert_max_num_queries, task_force
):
    for number in range(30):
        WorkItemFactory(number=f"2023-ZZ-{number:03d}", title="并联审批", task_force=task_force)
        UserFactory(name=f"并联{number}")
    with django_assert_max_num_queries(14):
        search_everywhere(officer, "并联", 8)


@pytest.mark.parametrize(
    ("query", "says"), [("", "可搜编号"), ("并", "至少输入 2 个字"), ("不存在的", "没有找到")]
)
def test_the_page_says_what_to_do_when_nothing_is_shown(browse, officer, query, says):
    assert says in browse(officer).get("/search/", {"q": query}).content.decode()


def test_the_page_groups_hits_with_links_and_escapes_what_was_typed(browse, county, officer):
    text = browse(officer).get("/search/", {"q": "<b>并联"}).content.decode()
    assert "&lt;b&gt;并联" in text
    text = browse(officer).get("/search/", {"q": "并联"}).content.decode()
    assert 'href="/items/2023-DB-011/"' in text
    assert "台账事项" in text


@pytest.mark.parametrize("query", ["%_", "' OR 1=1 --", "\\", "DB-0110" * 20])
def test_signs_of_a_query_language_mean_nothing(browse, county, officer, query):
    answer = browse(officer).get("/search/", {"q": query})
    assert answer.context["groups"] == []


def test_a_query_has_at_most_five_words():
    assert words_of("一 二 三 四 五 六") == ["一", "二", "三", "四", "五"]
