"""Four eyes, checks, sealing, payment and reversal."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from policies.models import ExclusiveGroup, Payout, PayoutBatch, Proposal
from policies.services import payouts as services
from policies.services.budgets import Band, set_bands, set_budget, warn_budgets
from policies.services.payouts import Candidate, find_problems
from portal.errors import Refused
from portal.models import AuditEvent, Enterprise, Notification
from tests.conftest import NOW, TODAY
from tests.factories import UserFactory
from tests.factories_policies import BandFactory, ItemFactory, KnownEnterpriseFactory

pytestmark = pytest.mark.django_db
FIFTY = Decimal(50_000)


def candidate(item, enterprise, **fields):
    return Candidate(
        **{"version": item.current, "enterprise": enterprise, "amount": FIFTY, "on": TODAY, **fields}
    )


def sentences(*candidates):
    return [problem.sentence for found in find_problems(candidates) for problem in found]


@pytest.fixture
def batch(unit, liaison, item, holder):
    row = services.create_batch(unit, "2023年第一批", actor=liaison, today=TODAY)
    services.add_payouts(row, [candidate(item, holder)], actor=liaison)
    return row


@pytest.fixture
def submitted(batch, liaison):
    return services.submit_batch(batch, actor=liaison, today=TODAY, edit=batch.edit)


@pytest.fixture
def approved(submitted, unit_head):
    return services.approve_batch(submitted, actor=unit_head, today=TODAY, edit=submitted.edit)


def test_one_proposes_another_approves_and_the_money_is_paid_once(approved, liaison, colleague):
    assert approved.state == "approved"
    paid = services.pay_batch(approved, actor=liaison, paid_on=TODAY, today=TODAY)
    assert paid.state == "paid"
    payout = Payout.objects.get()
    assert (payout.paid_on, payout.amount) == (TODAY, FIFTY)
    with pytest.raises(Refused, match="已拨付"):
        services.pay_batch(approved, actor=colleague, paid_on=TODAY, today=TODAY)
    assert AuditEvent.objects.filter(action="batch.pay").count() == 1


def test_whoever_had_a_hand_in_it_never_approves(batch, unit, liaison, unit_head):
    both = UserFactory(organisation=unit, roles=["liaison", "unit_head"])
    row = services.submit_batch(batch, actor=both, today=TODAY, edit=batch.edit)
    with pytest.raises(Refused, match="您经办过"):
        services.approve_batch(row, actor=both, today=TODAY, edit=row.edit)
    with pytest.raises(Refused, match="没有此项权限"):
        services.approve_batch(row, actor=liaison, today=TODAY, edit=row.edit)


def test_larger_sums_need_more_people_and_the_office_head(submitted, unit, unit_head, director):
    BandFactory(starts_at=0, approvals=1)
    BandFactory(starts_at=FIFTY, approvals=2, needs_office=True)
    second = UserFactory(organisation=unit, roles=["unit_head"])
    for person in (unit_head, second):
        row = services.approve_batch(submitted, actor=person, today=TODAY, edit=submitted.edit)
        assert row.state == "submitted"
    with pytest.raises(Refused, match="已经批准过"):
        services.approve_batch(submitted, actor=unit_head, today=TODAY, edit=submitted.edit)
    row = services.approve_batch(submitted, actor=director, today=TODAY, edit=submitted.edit)
    assert (row.state, row.approvals.count()) == ("approved", 3)


def test_a_returned_batch_needs_new_approvals(submitted, unit_head, director, liaison):
    BandFactory(approvals=2)
    services.approve_batch(submitted, actor=unit_head, today=TODAY, edit=submitted.edit)
    row = services.return_batch(submitted, "金额请核对", actor=director, edit=submitted.edit)
    row = services.submit_batch(row, actor=liaison, today=TODAY, edit=row.edit)
    row = services.approve_batch(row, actor=director, today=TODAY, edit=row.edit)
    assert row.state == "submitted"


def test_bands_begin_at_nothing_and_rise(officer, liaison):
    bands = [Band(Decimal(0), 1), Band(Decimal(500_000), 2, needs_office=True)]
    set_bands(bands, valid_from=TODAY, actor=officer, today=TODAY)
    assert services.required_approvals(Decimal(499_999), TODAY).approvals == 1
    assert services.required_approvals(Decimal(500_000), TODAY).needs_office
    for wrong in ([], bands[1:], bands[::-1], [Band(Decimal(0), 0)]):
        with pytest.raises(Refused):
            set_bands(wrong, valid_from=TODAY, actor=officer, today=TODAY)
    with pytest.raises(Refused, match="没有此项权限"):
        set_bands(bands, valid_from=TODAY, actor=liaison, today=TODAY)


def test_an_approved_batch_can_be_verified_and_names_what_was_changed(approved, settings):
    assert services.verify_batch(approved) == []
    Enterprise.objects.update(credit_code="91420000MA00000XX0")
    assert "与批准时不一致" in services.verify_batch(approved)[0]
    settings.PAYOUT_KEY = "another"
    assert "另一把密钥" in services.verify_batch(approved)[-1]


def test_without_a_key_nothing_is_approved(submitted, unit_head, settings):
    settings.PAYOUT_KEY = ""
    with pytest.raises(Refused, match="PAYOUT_KEY"):
        services.approve_batch(submitted, actor=unit_head, today=TODAY, edit=submitted.edit)
    submitted.refresh_from_db()
    assert (submitted.state, submitted.approvals.count()) == ("submitted", 0)


def test_a_batch_that_is_interrupted_in_the_middle_leaves_nothing(batch, item, liaison, unit):
    fine = KnownEnterpriseFactory(labels={"industry_above": TODAY})
    over = candidate(item, KnownEnterpriseFactory(labels={"industry_above": TODAY}), amount=FIFTY + 1)
    with pytest.raises(Refused, match="超过标准"):
        services.add_payouts(batch, [candidate(item, fine), over], actor=liaison)
    assert Payout.objects.count() == 1


def test_a_batch_under_approval_is_not_changed(submitted, item, liaison):
    other = KnownEnterpriseFactory(labels={"industry_above": TODAY})
    with pytest.raises(Refused, match="不能再改动"):
        services.add_payouts(submitted, [candidate(item, other)], actor=liaison)
    with pytest.raises(Refused, match="不能再改动"):
        services.remove_payout(submitted.payouts.get(), actor=liaison)


def test_a_removed_payment_and_a_cancelled_batch_count_nowhere(batch, item, holder, liaison):
    services.remove_payout(batch.payouts.get(), actor=liaison)
    batch.refresh_from_db()
    services.add_payouts(batch, [candidate(item, holder)], actor=liaison)
    services.cancel_batch(batch, "重新编制", actor=liaison, edit=batch.edit)
    assert not sentences(candidate(item, holder))


def test_a_reversal_keeps_both_rows_and_frees_the_period(approved, item, holder, liaison, unit_head):
    services.pay_batch(approved, actor=liaison, paid_on=date(2023, 11, 1), today=TODAY)
    payout = approved.payouts.get()
    with pytest.raises(Refused, match="须写明原因"):
        services.reverse_payout(payout, " ", actor=unit_head, today=TODAY)
    with pytest.raises(Refused, match="没有此项权限"):
        services.reverse_payout(payout, "错付", actor=liaison, today=TODAY)
    row = services.reverse_payout(payout, "收款账户有误", actor=unit_head, today=TODAY)
    assert (row.amount, row.paid_on) == (-FIFTY, TODAY)
    with pytest.raises(Refused, match="刚被他人处理过"):
        services.reverse_payout(payout, "再来一次", actor=unit_head, today=TODAY)
    assert not sentences(candidate(item, holder))
    assert services.verify_batch(approved) == []


def test_what_was_reviewed_is_paid_and_its_reviewer_does_not_approve(
    unit, item, holder, liaison, unit_head, director
):
    proposal = Proposal.objects.create(
        item=item, version=item.current, enterprise=holder, amount=FIFTY, proposed_on=TODAY
    )
    row = services.create_batch(unit, "第二批", actor=liaison, today=TODAY)
    with pytest.raises(Refused, match="审核通过后才能列入"):
        services.add_reviewed(row, [proposal], actor=liaison, today=TODAY)
    Proposal.objects.update(state="reviewed", reviewed_at=NOW, reviewed_by=unit_head)
    services.add_reviewed(row, [proposal], actor=liaison, today=TODAY)
    row = services.submit_batch(row, actor=liaison, today=TODAY, edit=row.edit)
    with pytest.raises(Refused, match="您经办过"):
        services.approve_batch(row, actor=unit_head, today=TODAY, edit=row.edit)
    row = services.approve_batch(row, actor=director, today=TODAY, edit=row.edit)
    services.pay_batch(row, actor=liaison, paid_on=TODAY, today=TODAY)
    proposal.refresh_from_db()
    assert proposal.state == "paid"


@pytest.mark.parametrize(
    ("state", "word"), [("revoked", "已吊销"), ("deregistered", "已注销"), ("moved", "已迁出")]
)
def test_an_entity_that_is_gone_is_not_paid(item, holder, state, word):
    holder.state, holder.state_on = state, TODAY
    holder.save()
    assert word in sentences(candidate(item, holder))[0]


def test_more_than_the_standard_is_refused_with_both_numbers(item, holder):
    assert sentences(candidate(item, holder, amount=Decimal(60_000))) == [
        "金额 6 万元 超过标准 5 万元，多出 1 万元"
    ]
    assert not sentences(candidate(item, holder))


@pytest.mark.parametrize("amount", [Decimal(0), Decimal(-1)])
def test_nothing_and_less_than_nothing_is_not_paid(item, holder, amount):
    assert sentences(candidate(item, holder, amount=amount)) == ["金额应大于 0"]


def test_the_same_enterprise_item_and_period_is_paid_once(item, holder, payout_of):
    assert len(sentences(candidate(item, holder), candidate(item, holder))) == 1
    payout_of(item, holder)
    assert "不能重复" in sentences(candidate(item, holder))[0]


def test_periods_are_the_items_own(unit, item, holder):
    yearly = ItemFactory(organisation=unit, version__repeat="yearly")
    assert not sentences(candidate(yearly, holder, period="2023"))
    assert "所属年度应在 2023 至 2023" in sentences(candidate(yearly, holder, period="2024"))[0]
    assert "所属年度" in sentences(candidate(yearly, holder))[0]
    assert "不填所属年度" in sentences(candidate(item, holder, period="2023"))[0]
    assert "早于落实期限" in sentences(candidate(item, holder, on=date(2022, 12, 31)))[0]


@pytest.fixture
def innovation(unit):
    group = ExclusiveGroup.objects.create(code="innovation", name="科技创新奖励", source="第三条")
    high = ItemFactory(
        organisation=unit,
        version__title="国家高新技术企业奖励",
        version__group=group,
        version__conditions={"kind": "label", "labels": ["high_tech:national"]},
        version__amount={"kind": "fixed", "amount": 100_000},
    )
    giant = ItemFactory(
        organisation=unit,
        version__title="国家专精特新小巨人企业奖励",
        version__group=group,
        version__conditions={"kind": "label", "labels": ["specialised_giant:national"]},
        version__amount={"kind": "fixed", "amount": 600_000},
    )
    return high, giant


def test_high_tech_and_little_giant_together_get_sixty_not_seventy(innovation, holder, payout_of):
    high, giant = innovation
    payout_of(high, holder, amount=Decimal(100_000))
    assert "已兑现 10 万元，补差额 50 万元" in sentences(candidate(giant, holder, amount=Decimal(600_000)))[0]
    assert not sentences(candidate(giant, holder, amount=Decimal(500_000)))


def test_after_the_higher_award_the_lower_is_not_paid(innovation, holder, payout_of):
    high, giant = innovation
    payout_of(giant, holder, amount=Decimal(600_000))
    assert "就高不重复" in sentences(candidate(high, holder, amount=Decimal(100_000)))[0]


def test_two_of_a_group_in_one_upload_are_found(innovation, holder):
    high, giant = innovation
    rows = candidate(giant, holder, amount=Decimal(600_000)), candidate(high, holder, amount=Decimal(100_000))
    assert len(sentences(*rows)) == 1


def test_a_yearly_cap_counts_what_the_year_has_paid(unit, holder, payout_of):
    item = ItemFactory(organisation=unit, version__repeat="yearly", version__yearly_cap=Decimal(60_000))
    payout_of(item, holder, period="2022", stated_on=date(2023, 2, 1))
    assert "每年最高 6 万元，已兑现 5 万元" in sentences(candidate(item, holder, period="2023"))[0]


def test_the_budget_is_not_passed_and_its_use_is_warned_of_once(batch, item, liaison, unit_head, officer):
    set_budget(item, 2023, "county", Decimal(70_000), actor=officer, version=None)
    other = KnownEnterpriseFactory(labels={"industry_above": TODAY})
    with pytest.raises(Refused, match="余额 2 万元，不足支付本笔"):
        services.add_payouts(batch, [candidate(item, other)], actor=liaison)
    services.submit_batch(batch, actor=liaison, today=TODAY, edit=batch.edit)
    for _ in range(2):
        warn_budgets(TODAY)
    warned = Notification.objects.filter(recipient=officer, text__contains="预算已使用 71.4%")
    assert warned.count() == 1


def test_shares_of_the_levels_add_up(unit, liaison, holder):
    item = ItemFactory(
        organisation=unit,
        version__cost_shares={"county": 33, "municipal": 33, "provincial": 34},
        version__amount={"kind": "fixed", "amount": "100.01"},
    )
    row = services.create_batch(unit, "分担", actor=liaison, today=TODAY)
    (payout,) = services.add_payouts(row, [candidate(item, holder, amount=Decimal("100.01"))], actor=liaison)
    assert sum(map(Decimal, payout.shares.values())) == Decimal("100.01")


def test_a_unit_pays_only_its_own_items(batch, liaison, other_unit, holder):
    foreign = ItemFactory(organisation=other_unit)
    with pytest.raises(Refused, match="不能列入本单位批次"):
        services.add_payouts(batch, [candidate(foreign, holder)], actor=liaison)


def test_nobody_else_makes_or_sees_the_batch(batch, unit, outsider, officer, leader):
    for person in (outsider, officer, leader):
        with pytest.raises(Refused), transaction.atomic():
            services.create_batch(unit, "冒名", actor=person, today=TODAY)
    assert not PayoutBatch.objects.visible_to(outsider).exists()
    assert PayoutBatch.objects.visible_to(officer).get() == batch
