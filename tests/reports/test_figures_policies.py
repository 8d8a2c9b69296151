"""Figures of the policy work, counted by hand on a few payments."""

from datetime import date
from decimal import Decimal

import pytest

from policies.models import MatchRun, OfferSpan, Payout, Proposal, Verdict
from policies.selectors.counts import coverage_of, policy_counts
from reports.figures import Period, figure_of, values_of
from tests.factories import OrganisationFactory, UserFactory
from tests.factories_policies import BatchFactory, ItemFactory, KnownEnterpriseFactory

pytestmark = pytest.mark.django_db

SEPTEMBER, OCTOBER = date(2023, 9, 1), date(2023, 10, 1)


@pytest.fixture
def paid():
    """Enter a payment that was made: `paid(item, enterprise, amount, day)`."""

    def enter(item, enterprise, amount, day, **fields):
        batch = BatchFactory(
            organisation=item.organisation, created_by=UserFactory(organisation=item.organisation)
        )
        return Payout.objects.create(
            batch=batch,
            item=item,
            version=item.current,
            enterprise=enterprise,
            amount=Decimal(amount),
            paid_on=day,
            budget_year=day.year,
            digest="ab",
            **fields,
        )

    return enter


@pytest.fixture
def ledger(paid):
    """Three items of two units; a thing paid last year, in September, twice in October, and one taken back."""
    works, trade = (
        OrganisationFactory(code="kegong", short_name="县科工局"),
        OrganisationFactory(code="shangwu", short_name="县商务局"),
    )
    reward = ItemFactory(organisation=works)
    interest = ItemFactory(organisation=trade, version__mode="instant", version__category="finance")
    ItemFactory(organisation=trade, version__mode="instant")
    first, second, third = (KnownEnterpriseFactory() for _ in range(3))
    paid(reward, first, "50000.00", date(2022, 12, 30))
    paid(reward, second, "50000.00", date(2023, 9, 28))
    paid(reward, third, "30000.50", date(2023, 10, 31))
    paid(interest, second, "20000.00", date(2023, 10, 9))
    wrong = paid(interest, third, "7000.00", date(2023, 9, 5))
    Payout.objects.filter(pk=wrong.pk).update(reversed_on=date(2023, 10, 20))
    paid(interest, third, "-7000.00", date(2023, 10, 20), reversal_of=wrong, reason="重复拨付")
    return reward, interest


def numbers(month, *keys):
    values = values_of(Period(month), compare=False)
    return [values[f"policies.{key}"].value for key in keys]


def test_money_is_net_of_reversals_and_counted_from_january(ledger):
    assert numbers(OCTOBER, "paid_yuan", "paid_10k_yuan") == [Decimal("100000.50"), Decimal("10.00")]
    assert numbers(SEPTEMBER, "paid_yuan") == [Decimal("57000.00")]


def test_payments_and_enterprises_are_different_counts(ledger):
    assert numbers(OCTOBER, "payouts", "paid_enterprises", "payouts.automatic_share") == [
        3,
        2,
        Decimal("66.7"),
    ]


def test_a_payment_reversed_later_still_stood_in_the_month_before(ledger):
    assert numbers(SEPTEMBER, "payouts", "paid_enterprises") == [2, 2]


def test_what_the_month_itself_paid_stands_beside_the_year(ledger):
    assert numbers(OCTOBER, "paid_this_period_10k_yuan", "payouts_this_period") == [Decimal("4.30"), 2]


def test_items_by_mode_and_category_and_those_without_payment(ledger):
    keys = ("items", "items.automatic", "items.instant", "items.finance", "items.without_payout")
    assert numbers(OCTOBER, *keys) == [3, 1, 2, 1, 1]


def test_the_units_add_up_to_the_whole(ledger):
    values = values_of(Period(OCTOBER))
    whole = values["policies.paid_yuan"]
    for part in whole.parts:
        assert sum(values[key].value for key in part.keys) == whole.value, part.label
    assert values["policies.units.kegong.paid_yuan"].value == Decimal("80000.50")
    assert values["policies.units.shangwu.items"].value == 2


def test_a_quarter_counts_its_months_and_the_year_up_to_its_end(ledger):
    values = values_of(Period(date(2023, 12, 1), 3))
    assert values["policies.paid_yuan"].value == Decimal("100000.50")
    assert values["policies.paid_this_period_10k_yuan"].value == Decimal("4.30")
    assert values["policies.paid_this_period_10k_yuan"].name == "本期兑现金额"


def test_days_run_from_the_proposal_to_the_payment(ledger, paid):
    reward, _ = ledger
    enterprise = KnownEnterpriseFactory()
    proposal = Proposal.objects.create(
        item=reward,
        version=reward.current,
        enterprise=enterprise,
        state="paid",
        amount=1,
        proposed_on=date(2023, 10, 1),
        reviewed_at="2023-10-09T00:00Z",
    )
    paid(reward, enterprise, "1.00", date(2023, 10, 13), proposal=proposal)
    assert numbers(OCTOBER, "days_to_payout") == [Decimal("12.0")]


def test_coverage_is_known_only_of_the_period_that_was_matched(ledger):
    reward, _ = ledger
    matched_on = date(2023, 10, 31)
    MatchRun.objects.create(on=matched_on, started_at="2023-10-31T00:00Z")
    OfferSpan.objects.create(item=reward, from_on=matched_on)
    paid_one = Payout.objects.filter(item=reward, paid_on__year=2023).first()
    for enterprise in (paid_one.enterprise, KnownEnterpriseFactory(), KnownEnterpriseFactory()):
        Verdict.objects.create(
            item=reward,
            version=reward.current,
            enterprise=enterprise,
            verdict="met",
            changed_on=matched_on,
        )
    assert numbers(OCTOBER, "qualified", "coverage") == [3, Decimal("33.3")]
    assert numbers(SEPTEMBER, "qualified", "coverage") == [None, None]


def test_without_any_item_nothing_is_known():
    assert numbers(OCTOBER, "items", "paid_yuan", "payouts", "coverage") == [None] * 4


def test_the_rows_behind_a_sum_are_the_batches_a_person_may_read(ledger):
    reward, interest = ledger
    figure = figure_of("policies.paid_yuan", Period(OCTOBER))
    everybody = figure.rows(Period(OCTOBER), None)
    assert len(everybody) == 5
    liaison = UserFactory(username="works", organisation=reward.organisation, roles=["liaison"])
    own = figure.rows(Period(OCTOBER), liaison)
    assert {row.unit for row in own} == {"kegong"}
    assert figure.rows(Period(OCTOBER), UserFactory(username="watcher", roles=["observer"])) == []
    assert interest.organisation.code == "shangwu"


def test_four_queries_whatever_the_number_of_rows(ledger, paid, django_assert_max_num_queries):
    reward, _ = ledger
    for _ in range(30):
        paid(reward, KnownEnterpriseFactory(), "1.00", date(2023, 10, 13))
    spans = [period.span for period in (Period(OCTOBER), Period(SEPTEMBER), Period(date(2022, 10, 1)))]
    with django_assert_max_num_queries(4):
        october, september, before = policy_counts(spans)
        assert coverage_of(spans[0]) is None
    assert (october.payouts, september.payouts, before.payouts) == (33, 2, 0)
