"""Match results and proposals: who sees them, confirmation in bulk, links, answers, review; to-dos and counters."""

from decimal import Decimal
from http import HTTPStatus

import pytest

from policies.models import Proposal
from policies.selectors.todos import todos, waiting
from policies.services.matching import nightly_match
from policies.services.proposals import confirm_proposals
from portal.models import AuditEvent
from portal.waiting import waiting_counts
from tests.conftest import TODAY
from tests.factories_policies import ItemFactory, KnownEnterpriseFactory, VersionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day", "calendar")]


@pytest.fixture
def browse(client):
    def enter(person):
        client.force_login(person)
        return client

    return enter


@pytest.fixture
def proposal(item, holder):
    nightly_match(TODAY)
    return Proposal.objects.get()


def text(answer):
    return answer.content.decode()


def results_of(item):
    return f"/policies/matches/{item.number}/"


def test_the_unit_and_the_county_read_results_another_unit_does_not(
    browse, item, proposal, liaison, officer, inspector, outsider
):
    for person in (liaison, officer, inspector):
        assert proposal.enterprise.name in text(browse(person).get(results_of(item)))
    assert browse(outsider).get(results_of(item)).status_code == HTTPStatus.NOT_FOUND
    assert browse(outsider).get(proposal.get_absolute_url()).status_code == HTTPStatus.NOT_FOUND
    assert item.number not in text(browse(outsider).get("/policies/matches/"))


@pytest.mark.parametrize(
    ("show", "name"), [("met", "恒力"), ("changed", "恒力"), ("near", "远大"), ("not_met", "远大")]
)
def test_each_view_shows_its_enterprises_with_the_reason(browse, unit, officer, holder, show, name):
    item = ItemFactory(
        organisation=unit,
        version__conditions={
            "kind": "all",
            "of": [
                {"kind": "label", "labels": ["industry_above"]},
                {"kind": "not_listed", "labels": ["dishonest"]},
            ],
        },
    )
    KnownEnterpriseFactory(name="云溪县远大纺织有限公司")
    nightly_match(TODAY)
    page = text(browse(officer).get(f"{results_of(item)}?show={show}"))
    assert name in page
    assert ("还差：规上工业认定" in page) is (name == "远大")


def test_the_list_adds_up_changes_and_what_waits(browse, item, proposal, officer):
    page = text(browse(officer).get("/policies/matches/"))
    assert '最近新增符合</span><span class="figure__value">1<' in page
    assert '待确认推送</span><span class="figure__value">1<' in page


def test_the_lead_unit_confirms_and_tells_in_bulk_and_the_link_is_shown_once(browse, item, proposal, liaison):
    client = browse(liaison)
    path = f"{results_of(item)}bulk/"
    client.post(path, {"selected": [proposal.pk], "action": "confirm"})
    proposal.refresh_from_db()
    assert (proposal.state, proposal.confirmed_by) == ("confirmed", liaison)
    answer = client.post(path, {"selected": [proposal.pk], "action": "notify"})
    page = text(answer)
    assert "/policies/answer/" in page
    line = (
        page.split('<textarea class="field__input" id="all-links"')[1]
        .split(">", 1)[1]
        .split("</textarea>")[0]
    )
    assert line.startswith(proposal.enterprise.name)
    assert "/policies/answer/" in line
    assert "no-store" in answer.headers["Cache-Control"]
    proposal.refresh_from_db()
    assert proposal.state == "notified"
    token = page.split("/policies/answer/")[1].split("/")[0]
    assert token not in text(client.get(proposal.get_absolute_url()))


def test_setting_aside_needs_a_reason(browse, item, proposal, liaison):
    client = browse(liaison)
    path = f"{results_of(item)}bulk/"
    answer = client.post(path, {"selected": [proposal.pk], "action": "dismiss"}, follow=True)
    assert "须写明原因" in text(answer)
    client.post(path, {"selected": [proposal.pk], "action": "dismiss", "reason": "已迁出"})
    proposal.refresh_from_db()
    assert (proposal.state, proposal.note) == ("dismissed", "已迁出")


def test_the_one_who_confirms_second_is_told(browse, item, proposal, liaison, colleague):
    confirm_proposals([proposal], actor=colleague)
    path = f"{results_of(item)}bulk/"
    answer = browse(liaison).post(path, {"selected": [proposal.pk], "action": "confirm"}, follow=True)
    assert "没有办理" in text(answer)
    proposal.refresh_from_db()
    assert proposal.confirmed_by == colleague


def test_another_unit_s_bulk_finds_nothing(browse, item, proposal, outsider):
    path = f"{results_of(item)}bulk/"
    browse(outsider).post(path, {"selected": [proposal.pk], "action": "confirm"})
    proposal.refresh_from_db()
    assert proposal.state == "proposed"


def test_an_answer_is_registered_looked_at_on_record_and_reviewed_by_another(
    browse, item, proposal, liaison, colleague
):
    confirm_proposals([proposal], actor=liaison)
    client, path = browse(liaison), proposal.get_absolute_url()
    client.post(f"{path}notify/")
    typed = {"contact": "王建国", "phone": "13800000000", "account": "农商行 6222"}
    answer = client.post(f"{path}answer/", typed)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'value="王建国"' in text(answer)
    client.post(f"{path}answer/", {**typed, "promised": "on"})
    assert "13800000000" not in text(client.get(path))
    assert "13800000000" in text(client.post(f"{path}look/"))
    assert AuditEvent.objects.filter(action="proposal.contact", actor=liaison).count() == 1
    assert "请由本单位其他人审核" in text(client.post(f"{path}pass/", {"amount": "50000"}))
    browse(colleague).post(f"{path}pass/", {"amount": "50000"})
    proposal.refresh_from_db()
    assert (proposal.state, proposal.reviewed_by) == ("reviewed", colleague)


def test_another_amount_needs_its_reason_and_stays_on_the_page(browse, proposal, liaison, colleague):
    confirm_proposals([proposal], actor=liaison)
    Proposal.objects.filter(pk=proposal.pk).update(state="agreed")
    answer = browse(colleague).post(f"{proposal.get_absolute_url()}pass/", {"amount": "30000"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "请写明原因" in text(answer)
    assert 'value="30000"' in text(answer)


def test_one_enterprise_is_judged_by_every_item_with_what_it_would_get(browse, item, holder, officer, unit):
    other = ItemFactory(organisation=unit, version__conditions={"kind": "size", "values": ["large"]})
    page = text(browse(officer).get(f"/policies/matches/enterprises/{holder.credit_code}/?show=all"))
    assert item.current.title in page
    assert "预计 50,000 元" in page
    assert other.current.title in page
    assert "缺少：企业规模" in page


def test_what_was_paid_is_not_expected_again(browse, item, holder, officer, payout_of):
    payout_of(item, holder, paid_on=TODAY)
    page = text(browse(officer).get(f"/policies/matches/enterprises/{holder.credit_code}/?show=all"))
    assert "预计 0 元" in page
    assert "已兑现 5 万元" in page


def test_of_a_payment_under_way_another_unit_learns_no_amount(
    browse, item, holder, liaison, outsider, payout_of
):
    payout_of(item, holder, amount=Decimal(12_300))
    path = f"/policies/matches/enterprises/{holder.credit_code}/?show=all"
    assert "已列入兑现批次 1.23 万元，等待拨付" in text(browse(liaison).get(path))
    page = text(browse(outsider).get(path))
    assert "正在办理兑现" in page
    assert "1.23 万元" not in page


def test_the_enterprise_s_page_shows_its_policies_to_those_who_read_them(
    browse, item, proposal, holder, payout_of, officer, outsider
):
    payout_of(item, holder, paid_on=TODAY)
    page = text(browse(officer).get(holder.get_absolute_url()))
    assert item.current.title in page
    assert "<b>50,000</b> 元" in page
    assert "<b>50,000</b> 元" not in text(browse(outsider).get(holder.get_absolute_url()))


def test_what_waits_is_counted_beside_the_navigation_and_listed(item, proposal, liaison, officer, outsider):
    assert waiting_counts(liaison)["proposals"] == 1
    assert not waiting(outsider)["proposals"][0].exists()
    (row,) = todos(liaison, today=TODAY)
    assert (row.kind, row.small, row.url) == (
        "政策名单",
        "1 家符合条件，待确认",
        f"{results_of(item)}?show=proposals",
    )
    VersionFactory(item=item, number=2, published_at=None, title="新稿")
    assert [row.title for row in todos(officer, today=TODAY)] == ["新稿"]


def test_results_of_a_page_cost_the_same_however_many(
    browse, item, officer, django_assert_max_num_queries, proposal
):
    for _ in range(25):
        KnownEnterpriseFactory(labels={"industry_above": TODAY.replace(year=2022)})
    nightly_match(TODAY)
    client = browse(officer)
    client.get("/inbox/")
    for query in ("met", "proposals&state=all", "near", "not_met"):
        with django_assert_max_num_queries(15):
            assert client.get(f"{results_of(item)}?show={query}").status_code == HTTPStatus.OK
    for path in (proposal.get_absolute_url(), proposal.enterprise.get_absolute_url()):
        with django_assert_max_num_queries(20):
            assert client.get(path).status_code == HTTPStatus.OK
