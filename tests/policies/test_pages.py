"""The catalogue's pages: lists, one item, its editors, publication, comparison, documents."""

from copy import copy
from datetime import date
from decimal import Decimal
from http import HTTPStatus

import pytest

from policies.models import VERSION_FIELDS, Policy, PolicyItem, PolicyItemVersion
from policies.selectors.catalogue import differences
from policies.services.catalogue import draft_of, save_draft
from policies.services.publishing import publish_item
from portal.models import AuditEvent
from tests.conftest import TODAY
from tests.factories import UserFactory
from tests.factories_enterprises import TopicFactory
from tests.factories_policies import ABOVE, ItemFactory, KnownEnterpriseFactory, PolicyFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day", "calendar")]
WORDS = {
    "title": "新增规上工业企业奖励",
    "category": "grant",
    "mode": "timed",
    "whom": "当年新增的规上工业企业",
    "valid_from": "2023-01-01",
    "valid_until": "2025-12-31",
    "materials": "入库证明\n审计报告（选交）",
}


@pytest.fixture
def browse(client):
    def enter(person):
        client.force_login(person)
        return client

    return enter


@pytest.fixture
def draft(unit):
    """An item of `unit` that was never published."""
    return ItemFactory(
        organisation=unit,
        version__title="小升规奖励",
        version__whom="小升规企业",
        version__mode="timed",
        version__amount={},
        version__published_at=None,
    )


def text(answer):
    return answer.content.decode()


def leaf(name="c-0", **typed):
    return {f"{name}__{key}": value for key, value in typed.items()}


ABOVE_TYPED = {"c__kind": "all", **leaf(kind="label", labels=["industry_above"], source="第二条")}


def test_the_list_shows_published_items_to_everybody_and_drafts_to_their_unit(
    browse, item, draft, liaison, outsider, officer
):
    for person, sees_draft in ((liaison, True), (officer, True), (outsider, False)):
        page = text(browse(person).get("/policies/"))
        assert item.number in page
        assert (draft.number in page) is sees_draft


def test_the_list_is_searched_also_by_the_words_of_a_draft(browse, item, draft, liaison):
    page = text(browse(liaison).get("/policies/?q=小升规"))
    assert draft.number in page
    assert item.number not in page


def test_a_draft_is_found_by_what_it_says(browse, item, draft, liaison):
    page = text(browse(liaison).get("/policies/?mode=timed&category=grant"))
    assert draft.number in page
    assert item.number not in page


def test_what_needs_attention_is_found(browse, unit, officer):
    soon = ItemFactory(organisation=unit, version__valid_until=TODAY.replace(month=12))
    late = ItemFactory(organisation=unit)
    page = text(browse(officer).get("/policies/?attention=expiring"))
    assert soon.number in page
    assert late.number not in page


def test_a_draft_of_another_unit_does_not_exist(browse, draft, outsider):
    for path in ("", "edit/", "conditions/", "amount/", "compare/", "budget/"):
        answer = browse(outsider).get(f"{draft.get_absolute_url()}{path}")
        assert answer.status_code == HTTPStatus.NOT_FOUND


def test_another_unit_reads_a_published_item_and_is_sent_back_from_its_editors(browse, item, outsider):
    assert browse(outsider).get(item.get_absolute_url()).status_code == HTTPStatus.OK
    assert browse(outsider).get(f"{item.get_absolute_url()}conditions/").status_code == HTTPStatus.FOUND
    browse(outsider).post(f"{item.get_absolute_url()}conditions/", {"op": "save", **ABOVE_TYPED})
    assert draft_of(item) is None


def test_an_item_is_entered_in_three_steps_and_published_by_the_office(browse, unit, liaison, officer):
    KnownEnterpriseFactory(labels={"industry_above": TODAY.replace(year=2022)})
    policy = PolicyFactory()
    client = browse(liaison)
    answer = client.post("/policies/items/new/", {**WORDS, "policy": policy.code, "organisation": unit.code})
    item = PolicyItem.objects.get()
    assert answer.url == f"/policies/items/{item.number}/conditions/"
    assert draft_of(item).materials == [
        {"name": "入库证明", "required": True},
        {"name": "审计报告", "required": False},
    ]
    answer = client.post(answer.url, {"edit": 1, "op": "save", **ABOVE_TYPED})
    assert answer.url == f"/policies/items/{item.number}/amount/"
    assert draft_of(item).conditions == {"kind": "all", "of": [ABOVE]}
    typed = {"edit": 2, "op": "save", "kind": "fixed", "unit": "万元", "amount": "5", "repeat": "once"}
    answer = client.post(answer.url, {**typed, "share_county": "60", "share_municipal": "40"})
    assert answer.url == item.get_absolute_url()
    row = draft_of(item)
    assert (row.amount, row.cost_shares) == (
        {"kind": "fixed", "amount": 50_000},
        {"county": 60, "municipal": 40},
    )
    answer = browse(officer).post(f"{item.get_absolute_url()}publish/", {"edit": row.edit})
    assert answer.status_code == HTTPStatus.FOUND
    item.refresh_from_db()
    assert (item.state, item.current) == ("published", row)


def test_a_liaison_does_not_publish(browse, item, liaison):
    row = save_draft(item, actor=liaison, edit=None, fields={"whom": "全县企业"})
    answer = browse(liaison).post(f"{item.get_absolute_url()}publish/", {"edit": row.edit})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "由营商办" in text(answer)


def test_what_keeps_an_item_from_publication_stands_on_its_page(browse, draft, officer):
    page = text(browse(officer).get(draft.get_absolute_url()))
    assert "还不能发布，请先" in page
    assert "兑现标准" in page


def test_a_step_that_needs_a_reason_comes_back_with_what_was_asked(browse, item, officer):
    answer = browse(officer).post(f"{item.get_absolute_url()}suspend/", {"note": ""})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "请填写原因" in text(answer)
    browse(officer).post(f"{item.get_absolute_url()}suspend/", {"note": "资金未到位"})
    item.refresh_from_db()
    assert (item.state, item.state_note) == ("suspended", "资金未到位")


def test_the_job_s_step_is_not_a_person_s(browse, item, officer):
    assert browse(officer).post(f"{item.get_absolute_url()}expire/").status_code == HTTPStatus.NOT_FOUND


def test_two_versions_are_compared_field_by_field(browse, item, liaison, officer):
    row = save_draft(
        item,
        actor=liaison,
        edit=None,
        fields={"whom": "全县规上工业企业", "amount": {"kind": "fixed", "amount": 80_000}},
    )
    publish_item(item, actor=officer, today=TODAY, edit=row.edit)
    page = text(browse(officer).get(f"{item.get_absolute_url()}compare/?old=1&new=2"))
    assert "当年新增的规模以上工业企业" in page
    assert "全县规上工业企业" in page
    assert "每家 5 万元" in page
    assert "每家 8 万元" in page
    assert "办理地点" not in page


OTHERS = {
    "conditions": None,
    "amount": {"kind": "none", "benefit": "免费体检"},
    "materials": [{"name": "承诺书", "required": True}],
    "cost_shares": {"county": 100},
    "category": "finance",
    "mode": "promise",
    "repeat": "yearly",
    "limit_workdays": 7,
    "yearly_cap": Decimal(90_000),
    "valid_from": date(2023, 3, 1),
    "valid_until": date(2024, 3, 1),
}


@pytest.mark.parametrize("name", [name for name in VERSION_FIELDS if name not in {"group", "change_note"}])
def test_whatever_a_version_says_is_compared(item, name):
    new = copy(item.current)
    setattr(new, name, OTHERS.get(name, "改过的文字"))
    label = PolicyItemVersion._meta.get_field(name).verbose_name
    assert [row.label for row in differences(item.current, new)] == [label]


def test_the_field_of_work_is_changed_at_once_and_on_record(browse, item, liaison):
    topic = TopicFactory()
    draft = {**WORDS, "edit": "", "topic": topic.pk}
    assert browse(liaison).post(f"{item.get_absolute_url()}edit/", draft).status_code == HTTPStatus.FOUND
    item.refresh_from_db()
    assert item.topic == topic
    event = AuditEvent.objects.get(action="policy.item_topic")
    assert event.changes == {"topic": ["", str(topic)]}


def test_the_one_who_saves_second_is_told_and_keeps_what_was_typed(browse, draft, liaison, colleague):
    save_draft(draft, actor=colleague, edit=1, fields={"whom": "甲"})
    answer = browse(liaison).post(f"{draft.get_absolute_url()}edit/", {**WORDS, "edit": 1, "whom": "乙"})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "刚被他人改过" in text(answer)
    assert ">\n乙</textarea>" in text(answer)
    assert draft_of(draft).whom == "甲"


def test_documents_are_registered_and_repealed_by_the_office(browse, officer, liaison):
    typed = {
        "title": "云溪县促进民营经济发展若干措施",
        "issuer": "云溪县人民政府",
        "level": "county",
        "issued_on": "2023-02-01",
        "valid_from": "2023-03-01",
        "review": "passed",
    }
    answer = browse(officer).post("/policies/documents/new/", typed)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "请填写审查结论" in text(answer)
    typed |= {"review_on": "2023-01-20", "review_conclusion": "可以出台。"}
    answer = browse(officer).post("/policies/documents/new/", typed)
    policy = Policy.objects.get()
    assert answer.url == policy.get_absolute_url()
    browse(officer).post(f"{answer.url}repeal/", {"on": "2023-11-01", "reason": "云政发〔2023〕9号"})
    policy.refresh_from_db()
    assert policy.repealed_on == TODAY.replace(day=1)
    assert browse(liaison).get(f"{answer.url}edit/").status_code == HTTPStatus.FORBIDDEN
    assert "废止" in text(browse(liaison).get("/policies/documents/?standing=repealed"))


@pytest.mark.parametrize(
    "path",
    [
        "/policies/",
        "/policies/?attention=budget&q=奖励",
        "/policies/documents/",
        "/policies/matches/",
        "/policies/payouts/",
        "/policies/payouts/batches/",
        "/policies/payouts/budgets/",
    ],
)
def test_lists_cost_the_same_however_many_rows(
    browse, unit, officer, holder, payout_of, path, django_assert_max_num_queries
):
    for _ in range(25):
        item = ItemFactory(organisation=unit)
        payout_of(item, holder, paid_on=TODAY)
    client = browse(officer)
    client.get("/inbox/")
    with django_assert_max_num_queries(15):
        assert client.get(path).status_code == HTTPStatus.OK


def test_pages_of_one_item_keep_within_their_number_of_queries(
    browse, item, officer, holder, payout_of, django_assert_max_num_queries
):
    payout_of(item, holder, paid_on=TODAY)
    client = browse(officer)
    client.get("/inbox/")
    for path in ("", "edit/", "conditions/", "amount/", "budget/"):
        with django_assert_max_num_queries(20):
            assert client.get(f"{item.get_absolute_url()}{path}").status_code == HTTPStatus.OK


def test_who_holds_no_business_role_sees_no_policies(browse):
    person = UserFactory(roles=["auditor"])
    assert browse(person).get("/policies/").status_code == HTTPStatus.FORBIDDEN


EMPTY = (
    "/policies/", "/policies/documents/", "/policies/groups/", "/policies/items/new/", "/policies/import/",
    "/policies/matches/", "/policies/payouts/", "/policies/payouts/batches/", "/policies/payouts/budgets/",
    "/policies/payouts/bands/", "/policies/payouts/reconcile/", "/policies/beneficiaries/", "/policies/codes/",
    "/policies/codes/open/", "/policies/codes/corrections/", "/policies/codes/subscriptions/",
    "/statistics/policies/", "/benefits/", "/benefits/check/", "/benefits/code/", "/benefits/subscribe/",
)  # fmt: skip


@pytest.mark.parametrize("path", EMPTY)
def test_every_page_opens_before_anything_was_entered(browse, officer, path):
    answer = browse(officer).get(path)
    assert answer.status_code == HTTPStatus.OK
    assert "None" not in text(answer)


def test_the_self_check_answers_before_anything_was_entered(client):
    answer = client.post("/benefits/check/", {"kind": "enterprise", "employees": "5"})
    assert answer.status_code == HTTPStatus.OK
    assert answer.context["fits"].rows == ()
