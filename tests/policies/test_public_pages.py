"""The public's pages of the policies: what is found, what is said of whom, and what a link does."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from policies.models import Application, PolicyItem, Proposal
from policies.services.proposals import confirm_proposals, notify_enterprise
from portal.models import Attachment
from tests.complaints.pictures import picture
from tests.conftest import TODAY
from tests.factories import OrganisationFactory
from tests.factories_policies import ItemFactory, KnownEnterpriseFactory

pytestmark = pytest.mark.django_db

ANSWER = {"contact": "何静", "phone": "13800138000", "account": "农商行 6210000", "promised": "on"}


@pytest.fixture(autouse=True)
def _on_the_day(on_the_day, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def phone():
    return Client(REMOTE_ADDR="203.0.113.9")


def page(phone, name, *arguments, **query):
    return phone.get(reverse(f"policies:{name}", args=arguments), query)


def titles(answer):
    return [row.current.title for row in answer.context["page"]]


@pytest.fixture
def catalogue(unit):
    """A reward for industry, an interest subsidy for any, a right for restaurants; a draft beside them."""
    shop = {"kind": "industry", "values": ["H"]}
    ItemFactory(organisation=unit, version__title="规上工业企业奖励")
    ItemFactory(
        organisation=OrganisationFactory(short_name="县金融服务中心"),
        version__title="小微企业贷款贴息",
        version__mode="instant",
        version__category="finance",
        version__conditions=None,
    )
    ItemFactory(organisation=unit, version__title="用气报装免勘查费", version__conditions=shop)
    ItemFactory(organisation=unit, version__title="还在起草的奖励", version__published_at=None)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["规上工业企业奖励", "小微企业贷款贴息", "用气报装免勘查费"]),
        ({"q": "贴息 小微"}, ["小微企业贷款贴息"]),
        ({"q": "起草"}, []),
        ({"category": "finance"}, ["小微企业贷款贴息"]),
        ({"mode": "instant"}, ["小微企业贷款贴息"]),
        ({"industry": "H"}, ["规上工业企业奖励", "小微企业贷款贴息", "用气报装免勘查费"]),
        ({"industry": "C"}, ["规上工业企业奖励", "小微企业贷款贴息"]),
        ({"mode": "nonsense"}, ["规上工业企业奖励", "小微企业贷款贴息", "用气报装免勘查费"]),
    ],
)
def test_the_search_finds_by_words_and_narrowings(phone, catalogue, query, found):
    assert titles(page(phone, "benefit_list", **query)) == found


def test_a_draft_has_no_public_page_and_a_suspended_item_says_so(phone, catalogue):
    draft = PolicyItem.objects.get(current=None)
    assert page(phone, "benefit_detail", draft.number).status_code == 404
    item = PolicyItem.objects.filter(state="published").first()
    PolicyItem.objects.filter(pk=item.pk).update(state="suspended", state_note="资金已用完")
    answer = page(phone, "benefit_detail", item.number)
    assert "暂停受理" in answer.content.decode()
    assert titles(page(phone, "benefit_list")) == ["小微企业贷款贴息", "用气报装免勘查费"]


JOINED = {
    "kind": "all",
    "of": [
        {"kind": "any", "of": [{"kind": "size", "values": ["small"]}, {"kind": "age", "op": "at_least", "years": 3}]},
        {"kind": "none", "of": [{"kind": "industry", "values": ["K"]}]},
    ],
}  # fmt: skip


def test_the_page_says_which_conditions_may_stand_for_one_another_and_which_exclude(phone, unit):
    item = ItemFactory(organisation=unit, version__conditions=JOINED)
    conditions = page(phone, "benefit_detail", item.number).context["shown"].conditions
    assert conditions[1] == "企业规模为小型，或成立满 3 年"
    assert conditions[2].startswith("不属于下列情形：")


def test_an_industry_that_is_excluded_does_not_find_the_item_and_the_others_do(phone, unit):
    ItemFactory(organisation=unit, version__conditions=JOINED, version__title="非房地产企业奖励")
    assert titles(page(phone, "benefit_list", industry="C")) == ["非房地产企业奖励"]
    assert titles(page(phone, "benefit_list", industry="K")) == []


def test_steps_are_shown_one_by_one_however_they_were_written(phone, unit):
    lines = "1. 企业网上申请\r\n2. 县科工局 2 个工作日内审核\r\n\r\n3. 县财政局拨付。"
    item = ItemFactory(organisation=unit, version__procedure=lines)
    steps = page(phone, "benefit_detail", item.number).context["shown"].steps
    assert steps == ("企业网上申请", "县科工局 2 个工作日内审核", "县财政局拨付")


def test_an_item_without_the_documents_words_says_its_standard_by_the_rule(phone, unit):
    item = ItemFactory(organisation=unit, version__standard_text="")
    assert "每家 5 万元" in page(phone, "benefit_list").content.decode()
    assert "每家 5 万元" in page(phone, "benefit_detail", item.number).content.decode()
    assert phone.get(f"/api/v1/public/benefits/{item.number}/").json()["standard"] == "每家 5 万元"


def test_an_item_that_has_not_begun_is_not_called_ended(phone, unit):
    item = ItemFactory(organisation=unit, version__valid_from=TODAY + timedelta(days=30))
    words = page(phone, "benefit_detail", item.number).content.decode()
    assert "还没有开始受理" in words
    assert "已经到期" not in words


def test_the_page_of_an_item_costs_few_queries(phone, catalogue, django_assert_max_num_queries):
    item = PolicyItem.objects.filter(state="published").first()
    with django_assert_max_num_queries(8):
        page(phone, "benefit_detail", item.number)


def outcomes(answer):
    return {row.version.title: row.outcome.value for row in answer.context["fits"].rows}


def test_eight_questions_tell_what_fits_and_what_is_lacking(phone, catalogue):
    form = page(phone, "benefit_check").context["form"]
    assert len(form.fields) == 8
    answers = {"kind": "enterprise", "industry": "39", "labels": ["industry_above"], "employees": "80"}
    answer = phone.post(reverse("policies:benefit_check"), answers)
    assert outcomes(answer) == {
        "规上工业企业奖励": "met",
        "小微企业贷款贴息": "unknown",
        "用气报装免勘查费": "not_met",
    }
    assert "5 万元" in answer.content.decode()


def test_a_label_that_is_lacking_is_told_as_what_is_still_missing(phone, catalogue):
    answer = phone.post(reverse("policies:benefit_check"), {"kind": "enterprise"})
    assert outcomes(answer)["规上工业企业奖励"] == "near"
    assert "还差：规上工业认定" in answer.content.decode()


def test_a_code_alone_tells_nothing_of_the_books(phone, unit):
    ItemFactory(
        organisation=unit,
        version__conditions={
            "kind": "fact", "fact": "revenue", "op": "at_least", "value": 300, "unit": "万元",
        },
    )  # fmt: skip
    rich = KnownEnterpriseFactory(facts={"revenue": 987654}, size="large")
    answer = phone.post(reverse("policies:benefit_code"), {"code": rich.credit_code})
    assert list(outcomes(answer).values()) == ["unknown"]
    words = answer.content.decode()
    assert rich.name in words
    assert "987" not in words
    assert "大型" not in words


def test_a_code_that_leads_nowhere_is_always_told_the_same(phone, holder):
    unknown = phone.post(reverse("policies:benefit_code"), {"code": "91110000600037341L"})
    assert unknown.status_code == 422
    type(holder).objects.filter(pk=holder.pk).update(state="revoked", state_on=TODAY)
    gone = phone.post(reverse("policies:benefit_code"), {"code": holder.credit_code})
    said = [answer.context["form"].errors["code"][0] for answer in (unknown, gone)]
    assert said[0] == said[1]


def test_codes_are_looked_up_twenty_times_an_hour_only(phone, holder):
    calls = [phone.post(reverse("policies:benefit_code"), {"code": holder.credit_code}) for _ in range(21)]
    assert [call.status_code for call in calls] == [200] * 20 + [429]
    other = Client(REMOTE_ADDR="203.0.113.10")
    assert other.post(reverse("policies:benefit_code"), {"code": holder.credit_code}).status_code == 200


@pytest.fixture
def link(liaison, holder, item):
    """Make a proposal of an item with its link: `link()` gives proposal and token."""

    def make(offered=item):
        row = Proposal.objects.create(
            item=offered,
            version=offered.current,
            enterprise=holder,
            amount=Decimal(50_000),
            calculation=[["定额", "每家 5 万元", "50000"]],
            proposed_on=TODAY,
        )
        confirm_proposals([row], actor=liaison)
        row.refresh_from_db()
        return row, notify_enterprise(row, actor=liaison, today=TODAY).token

    return make


def answer_to(browser, token, **more):
    return browser.post(reverse("policies:benefit_link", args=[token]), {**ANSWER, **more})


def test_an_enterprise_agrees_by_its_link_once(phone, link):
    row, token = link()
    shown = page(phone, "benefit_link", token)
    assert row.enterprise.name in shown.content.decode()
    assert answer_to(phone, token).status_code == 200
    row.refresh_from_db()
    assert row.state == "agreed"
    kept = Application.objects.get(proposal=row)
    assert ANSWER["phone"] not in kept.phone
    assert answer_to(phone, token).status_code == 404


def test_what_was_typed_stays_where_something_is_lacking(phone, link):
    row, token = link()
    answer = answer_to(phone, token, phone="12", promised="")
    assert answer.status_code == 422
    assert 'value="何静"' in answer.content.decode()
    row.refresh_from_db()
    assert row.state == "notified"


def test_an_enterprise_may_decline(phone, link):
    row, token = link()
    phone.post(reverse("policies:benefit_decline", args=[token]))
    row.refresh_from_db()
    assert (row.state, row.link_digest) == ("declined", None)


def test_a_link_ends_with_its_last_day(phone, link):
    row, token = link()
    Proposal.objects.filter(pk=row.pk).update(link_until=TODAY - timedelta(days=1))
    assert page(phone, "benefit_link", token).status_code == 404


def test_wrong_links_are_counted(phone, link):
    _, token = link()
    for _ in range(10):
        assert page(phone, "benefit_link", "guessed").status_code == 404
    assert "次数过多" in page(phone, "benefit_link", token).content.decode()


def test_an_application_brings_its_materials(phone, link, unit):
    item = ItemFactory(
        organisation=unit,
        version__mode="instant",
        version__materials=[{"name": "贷款合同", "required": True}, {"name": "付息凭证", "required": False}],
    )
    row, token = link(item)
    assert answer_to(phone, token).status_code == 422
    assert answer_to(phone, token, material_0=picture()).status_code == 200
    row.refresh_from_db()
    assert row.state == "applied"
    assert Attachment.objects.count() == 1


def test_a_file_that_cannot_be_taken_leaves_everything_as_it_was(phone, link, unit):
    item = ItemFactory(organisation=unit, version__mode="instant", version__materials=[{"name": "贷款合同"}])
    row, token = link(item)
    fake = picture()
    fake.name = "合同.exe"
    assert answer_to(phone, token, material_0=fake).status_code == 422
    row.refresh_from_db()
    assert row.state == "notified"
    assert not Application.objects.exists()


def test_the_search_and_the_results_cost_the_same_however_many_items(
    phone, unit, holder, django_assert_max_num_queries
):
    for _ in range(50):
        ItemFactory(organisation=unit)
    with django_assert_max_num_queries(9):
        page(phone, "benefit_list")
    with django_assert_max_num_queries(12):
        phone.post(reverse("policies:benefit_check"), {"kind": "enterprise"})
    with django_assert_max_num_queries(14):
        phone.post(reverse("policies:benefit_code"), {"code": holder.credit_code})
