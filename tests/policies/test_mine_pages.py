"""What an enterprise sees and does inside: its own matches, money, cases and facts; nothing of anybody else."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from complaints.models import Complaint
from policies.models import Application, Correction, ExclusiveGroup, Payout, Proposal
from policies.services.enterprise_codes import open_page
from policies.services.enterprise_entry import settle_correction
from policies.services.proposals import confirm_proposals, notify_enterprise
from portal.errors import Refused
from portal.models import Enterprise, EnterpriseFact, Notification
from tests.conftest import NOW, TODAY
from tests.factories import UserFactory
from tests.factories_complaints import register
from tests.factories_policies import ItemFactory, KnownEnterpriseFactory
from tests.policies.mine import Mine

pytestmark = pytest.mark.django_db
ANSWER = {"contact": "何静", "phone": "13800138000", "account": "农商行 6210000", "promised": "on"}
CEILING = 20


@pytest.fixture(autouse=True)
def _at_work(calendar, on_the_day, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def door(holder, officer):
    return open_page(holder, actor=officer)


@pytest.fixture
def stranger():
    return KnownEnterpriseFactory(name="云溪县东山食品有限公司", labels={"industry_above": date(2022, 1, 1)})


@pytest.fixture
def inside(door, officer):
    phone = Mine()
    phone.enter(door, officer)
    return phone


@pytest.fixture
def told(liaison):
    """Tell an enterprise of an item: `told(enterprise, item)` gives the proposal."""

    def tell(enterprise, item):
        row = Proposal.objects.create(
            item=item,
            version=item.current,
            enterprise=enterprise,
            amount=Decimal(50_000),
            calculation=[["定额", "每家 5 万元", "50000"]],
            proposed_on=TODAY,
        )
        confirm_proposals([row], actor=liaison)
        row.refresh_from_db()
        return notify_enterprise(row, actor=liaison, today=TODAY)

    return tell


def words(answer):
    return answer.content.decode()


def outcomes(answer):
    groups = answer.context["own"].groups
    return {one.row.version.title: str(outcome) for outcome, rows in groups for one in rows}


def test_every_item_stands_with_its_reasons_by_everything_the_register_knows(inside, holder, unit):
    revenue = {"kind": "fact", "fact": "revenue", "op": "at_least", "value": 300, "unit": "万元"}
    ItemFactory(organisation=unit, version__title="规上工业企业奖励")
    ItemFactory(organisation=unit, version__title="营业收入达标奖励", version__conditions=revenue)
    shop = {"kind": "industry", "values": ["H"]}
    ItemFactory(organisation=unit, version__title="餐饮企业补助", version__conditions=shop)
    answer = inside.get("mine")
    assert outcomes(answer)["规上工业企业奖励"] == "met"
    assert outcomes(answer)["营业收入达标奖励"] == "unknown"
    assert "缺少：" in words(answer)
    assert "5 万元" in words(answer)
    EnterpriseFact.objects.create(
        enterprise=holder, kind="revenue", value=200, valid_from=TODAY, source="税务", recorded_at=NOW
    )
    answer = inside.get("mine")
    assert outcomes(answer)["营业收入达标奖励"] == "near"
    assert "还差：" in words(answer)


def test_an_item_that_fits_says_what_to_do(inside, unit):
    ItemFactory(organisation=unit, version__title="免申的奖励")
    item = ItemFactory(organisation=unit, version__title="要申请的补助", version__mode="instant")
    said = words(inside.get("mine"))
    assert "免申即享，不用申请" in said
    assert f"/benefits/{item.number}/" in said
    assert "怎么申请" in said


def test_what_was_received_is_neither_promised_again_nor_asked_for(inside, holder, unit, payout_of):
    once = ItemFactory(organisation=unit, version__title="一次性奖励")
    payout_of(once, holder, paid_on=date(2023, 3, 1))
    yearly = ItemFactory(organisation=unit, version__title="每年的补助", version__repeat="yearly")
    payout_of(yearly, holder, paid_on=date(2022, 3, 1), period="2022")
    answer = inside.get("mine")
    own = {one.row.version.title: one for _, rows in answer.context["own"].groups for one in rows}
    assert own["一次性奖励"].row.settled == "2023-03-01 已兑现 5 万元"
    assert (own["一次性奖励"].row.granted, own["一次性奖励"].is_automatic) == (None, False)
    assert own["每年的补助"].row.granted == 50_000
    assert answer.context["own"].fits.amount == "5 万元"
    payout_of(yearly, holder, period="2023")
    assert "已列入兑现批次 5 万元，等待拨付" in words(inside.get("mine"))
    assert "资金已兑现" in words(inside.get("mine"))


def test_what_was_paid_of_a_group_is_taken_off_the_others(inside, holder, unit, payout_of):
    group = ExclusiveGroup.objects.create(code="g", name="科技创新奖励")
    paid, other = (ItemFactory(organisation=unit, version__group=group) for _ in range(2))
    payout_of(paid, holder, paid_on=date(2023, 3, 1), amount=Decimal(60_000))
    groups = inside.get("mine").context["own"].groups
    own = {one.row.version.item_id: one for _, rows in groups for one in rows}[other.pk]
    assert (own.row.granted, own.is_automatic, own.may_apply) == (0, False, False)
    assert "已兑现 6 万元，补差额 0 元" in own.row.settled


def test_payments_are_the_own_ones_that_stand(inside, holder, stranger, item, payout_of):
    payout_of(item, holder, paid_on=date(2023, 3, 1), amount=Decimal(50_000), period="2022")
    payout_of(item, holder, paid_on=date(2023, 9, 1), amount=Decimal(30_000), period="2023")
    payout_of(item, holder, period="未拨付")
    payout_of(item, holder, paid_on=date(2023, 5, 1), amount=Decimal(777_000), reversed_on=TODAY, period="x")
    payout_of(item, stranger, paid_on=date(2023, 4, 1), amount=Decimal(88_888), period="2022")
    answer = inside.get("mine")
    assert [row.amount for row in answer.context["own"].payouts] == [30_000, 50_000]
    assert answer.context["own"].total == "8 万元"
    assert "88,888" not in words(answer)
    assert "777,000" not in words(answer)


def test_payments_of_a_row_merged_into_the_enterprise_are_its_own(inside, holder, stranger, item, payout_of):
    payout_of(item, stranger, paid_on=date(2023, 4, 1), amount=Decimal(20_000))
    Enterprise.objects.filter(pk=stranger.pk).update(merged_into=holder)
    assert [row.amount for row in inside.get("mine").context["own"].payouts] == [20_000]


CASES = {
    "open": {},
    "anonymous": {"is_anonymous": True},
    "secret": {"secrecy": "secret"},
    "report": {"kind": "report"},
    "clue": {"channel": "observer"},
}


def test_cases_are_those_raised_openly_in_the_own_name(inside, holder, stranger):
    rows = {name: register() for name in [*CASES, "foreign", "nobody"]}
    for name, values in CASES.items():
        Complaint.objects.filter(pk=rows[name].pk).update(enterprise=holder, **values)
    Complaint.objects.filter(pk=rows["foreign"].pk).update(enterprise=stranger)
    said = words(inside.get("mine"))
    shown = {name for name, row in rows.items() if row.number in said}
    assert shown == {"open"}
    assert rows["open"].title not in said
    assert rows["open"].text not in said


def test_a_clue_of_an_observer_is_never_shown(inside, holder, observer):
    row = register()
    Complaint.objects.filter(pk=row.pk).update(enterprise=holder, reporter=observer)
    assert row.number not in words(inside.get("mine"))


def test_a_case_shows_the_label_of_the_public_not_the_inner_step(inside, holder):
    row = register()
    Complaint.objects.filter(pk=row.pk).update(
        enterprise=holder, state="awaiting_unit", lead=UserFactory().organisation
    )
    said = words(inside.get("mine"))
    assert "办理中" in said
    assert "待单位确认" not in said


def test_a_notice_is_answered_from_inside_and_the_sent_link_ends(inside, holder, item, told):
    link = told(holder, item)
    key = link.proposal.pk
    assert f"/benefits/mine/notices/{key}/" in words(inside.get("mine"))
    assert "返回企业专页" in words(inside.get("mine_answer", key))
    done = inside.post("mine_answer", key, **ANSWER)
    assert "企业已同意" in words(done)
    assert Application.objects.get().proposal_id == key
    assert inside.get("benefit_link", link.token).status_code == 404
    assert inside.post("mine_answer", key, **ANSWER).status_code == 404


def test_a_refused_answer_leaves_the_sent_link_alive(inside, holder, unit, told):
    item = ItemFactory(organisation=unit, version__mode="instant", version__materials=[{"name": "合同"}])
    link = told(holder, item)
    fake = SimpleUploadedFile("合同.exe", b"MZ")
    answer = inside.post("mine_answer", link.proposal.pk, **ANSWER, material_0=fake)
    assert answer.status_code == 422
    assert 'value="何静"' in words(answer)
    assert inside.get("benefit_link", link.token).status_code == 200


def test_a_notice_whose_link_ran_out_is_answered_from_inside(inside, holder, item, told):
    key = told(holder, item).proposal.pk
    Proposal.objects.filter(pk=key).update(link_until=TODAY - timedelta(days=3))
    inside.post("mine_decline", key)
    assert Proposal.objects.get(pk=key).state == "declined"


@pytest.mark.parametrize("name", ["mine_answer", "mine_decline"])
def test_another_enterprises_notice_does_not_exist(inside, stranger, item, told, name):
    key = told(stranger, item).proposal.pk
    assert inside.post(name, key, **ANSWER).status_code == 404
    assert Proposal.objects.get(pk=key).state == "notified"


def test_a_notice_that_was_not_sent_is_not_shown(inside, holder, item):
    row = Proposal.objects.create(item=item, version=item.current, enterprise=holder, proposed_on=TODAY)
    answer = inside.get("mine")
    assert answer.context["own"].notices == ()
    assert "待确认" not in words(answer)
    assert inside.get("mine_answer", row.pk).status_code == 404


ASKED = {"about": "employees", "stated": "上年从业人员 126 人", "basis": "社保缴费人数 126 人"}


def test_a_correction_is_a_request_and_writes_nothing_into_the_register(inside, holder, officer):
    before = list(EnterpriseFact.objects.values())
    inside.post("mine_correct", **ASKED)
    inside.post("mine_correct", **ASKED)
    row = Correction.objects.get()
    assert list(EnterpriseFact.objects.values()) == before
    assert Notification.objects.filter(recipient=officer, text__contains="申请更正从业人员").count() == 1
    settle_correction(row, actor=officer, done=False, answer="与社保数据不符", now=NOW)
    assert "不予更正：与社保数据不符" in words(inside.get("mine"))


def test_a_sixth_open_request_is_refused_and_what_was_typed_stays(inside):
    for place in range(5):
        inside.post("mine_correct", **(ASKED | {"stated": f"{place} 人"}))
    answer = inside.post("mine_correct", **ASKED)
    assert answer.status_code == 422
    assert "126 人" in words(answer)
    assert Correction.objects.count() == 5


@pytest.mark.parametrize("values", [{}, ASKED | {"about": "secret"}, ASKED | {"stated": "长" * 201}])
def test_a_request_that_cannot_be_is_answered_in_words(inside, values):
    assert inside.post("mine_correct", **values).status_code == 422
    assert not Correction.objects.exists()


def test_odd_texts_are_shown_as_text(inside):
    inside.post("mine_correct", **(ASKED | {"stated": "<img src=x onerror=alert(1)>"}))
    said = words(inside.get("mine"))
    assert "<img src=x" not in said
    assert "&lt;img src=x" in said


@pytest.mark.parametrize("actor", ["liaison", "observer", "sysadmin"])
def test_only_the_office_settles(inside, request, actor):
    inside.post("mine_correct", **ASKED)
    with pytest.raises(Refused):
        settle_correction(
            Correction.objects.get(), actor=request.getfixturevalue(actor), done=True, answer="", now=NOW
        )


def test_an_own_case_or_payment_is_nobody_elses(door, officer, holder, stranger, item, payout_of):
    payout_of(item, holder, paid_on=date(2023, 3, 1), amount=Decimal(12_345))
    foreign = Mine("203.0.113.50")
    said = words(foreign.enter(open_page(stranger, actor=officer), officer))
    assert stranger.name in said
    assert holder.name not in said
    assert "12,345" not in said


@pytest.mark.parametrize("name", ["mine", "mine_correct", "mine_leave"])
def test_nothing_is_kept_by_browsers(inside, name):
    answer = inside.post(name) if name == "mine_leave" else inside.get(name)
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_page_asks_as_often_whatever_there_is(
    inside, holder, item, unit, payout_of, told, django_assert_max_num_queries
):
    for place in range(30):
        payout_of(item, holder, paid_on=date(2023, 3, 1), period=f"p{place}")
        Complaint.objects.filter(pk=register().pk).update(enterprise=holder)
    for _ in range(20):
        told(holder, ItemFactory(organisation=unit))
    Correction.objects.bulk_create(
        Correction(enterprise=holder, about="name", stated=str(n), basis="x", asked_at=NOW) for n in range(9)
    )
    with django_assert_max_num_queries(CEILING):
        answer = inside.get("mine")
    assert len(answer.context["own"].notices) == 20
    assert Payout.objects.count() == 30
