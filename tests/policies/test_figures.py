"""The figures, counted by hand; the reconciliation."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from policies.models import Budget, Payout, PolicyItem, PolicyItemVersion, QualifiedSpan
from policies.reconciling import Record, reconcile
from policies.selectors.budgets import usages
from policies.selectors.counts import Span, batches_behind, coverage_of, items_behind, policy_counts
from policies.selectors.figure_marks import batches_of_year, item_marks, payment_marks
from policies.selectors.figures import unit_figures
from policies.selectors.places import Part
from policies.services.matching import match_all
from policies.services.payouts import reverse_payout
from policies.services.publishing import take_item_step
from portal.models import Enterprise
from tests.conftest import TODAY
from tests.factories_policies import ABOVE, ItemFactory, KnownEnterpriseFactory, VersionFactory

pytestmark = pytest.mark.django_db
OCTOBER, NOVEMBER, DECEMBER = date(2023, 10, 1), date(2023, 11, 1), date(2023, 12, 1)
IN_OCTOBER = Span(OCTOBER, date(2023, 10, 31))
IN_NOVEMBER = Span(NOVEMBER, date(2023, 11, 30))


@pytest.fixture
def paid(unit, item, holder, payout_of):
    """October: two payments to `holder`, one to another enterprise; the second item is 即申即享."""
    instant = ItemFactory(organisation=unit, version__mode="instant", version__category="service")
    other = KnownEnterpriseFactory()
    payout_of(item, holder, paid_on=date(2023, 10, 1))
    payout_of(item, other, paid_on=date(2023, 10, 31), amount=Decimal(30_000))
    payout_of(instant, holder, paid_on=date(2023, 10, 9), amount=Decimal("0.50"))
    payout_of(instant, other, paid_on=NOVEMBER)
    payout_of(ItemFactory(organisation=unit), holder)
    return item, instant


def counted(span):
    (found,) = policy_counts([span])
    return found.period_yuan, found.period_payouts, found.enterprises


def test_payments_enterprises_and_money_are_three_different_numbers(paid):
    assert counted(IN_OCTOBER) == (Decimal("80000.50"), 3, 2)
    (found,) = policy_counts([IN_OCTOBER])
    assert (found.automatic_payouts, found.automatic_share) == (2, Decimal("66.7"))


def test_a_period_without_payments_has_no_share(item):
    (found,) = policy_counts([IN_OCTOBER])
    assert (found.paid_yuan, found.payouts, found.automatic_share) == (0, 0, None)


def test_a_reversal_counts_in_its_own_month_and_leaves_the_former_as_it_was(paid, unit_head):
    before = counted(IN_OCTOBER)
    payout = Payout.objects.get(paid_on=date(2023, 10, 31))
    reverse_payout(payout, "错付", actor=unit_head, today=TODAY)
    assert counted(IN_OCTOBER) == before
    assert counted(IN_NOVEMBER)[0] == Decimal(50_000 - 30_000)
    assert counted(Span(OCTOBER, date(2023, 11, 30))) == (Decimal("100000.50"), 3, 2)


def test_an_item_withdrawn_later_still_counts_in_the_month_before(paid, director):
    item, _ = paid
    take_item_step(item, "withdraw", actor=director, today=TODAY, note="政策废止")
    october, november = policy_counts([IN_OCTOBER, IN_NOVEMBER])
    assert (october.count_items(), november.count_items()) == (3, 2)
    assert [len(items_behind(span, None)) for span in (IN_OCTOBER, IN_NOVEMBER)] == [3, 2]
    assert [unit_figures(day, day)[0].items for day in (NOVEMBER, DECEMBER)] == [3, 2]


def publish_again(item, at, **says):
    version = VersionFactory(item=item, number=item.current.number + 1, published_at=at, **says)
    PolicyItem.objects.filter(pk=item.pk).update(current=version)
    return version


def by_parts(span):
    """Count the items and the money of two modes and two categories, and the rows behind each, for one period."""
    (found,) = policy_counts([span])
    parts = [Part(mode="automatic"), Part(mode="promise"), Part(category="grant"), Part(category="finance")]
    marks, payments = item_marks(span, found.places), payment_marks(span, found.places)
    for part in parts:
        rows = items_behind(span, None, part)
        assert rows == [one.row for one in marks if part.holds(one.place)]
        assert len(rows) == found.count_items(part.holds)
        assert batches_of_year(payments, part) == batches_behind(span.year_begin, span.last, None, part)
    batches = [len(batches_behind(span.year_begin, span.last, None, part)) for part in parts]
    return [(found.count_items(part.holds), found.sum_paid(part.holds)) for part in parts], batches


def test_a_mode_and_category_changed_later_leave_a_closed_month_as_it_was(paid):
    item, _ = paid
    october, behind = by_parts(IN_OCTOBER), items_behind(IN_OCTOBER, None)
    assert october[0][:2] == [(2, Decimal("80000.00")), (0, Decimal("0.00"))]
    # The first moment of November, Chinese time.
    publish_again(
        item,
        datetime(2023, 10, 31, 16, 0, tzinfo=UTC),
        mode="promise",
        category="finance",
        title="改名后的事项",
    )
    assert by_parts(IN_OCTOBER) == october
    assert items_behind(IN_OCTOBER, None) == behind
    assert by_parts(IN_NOVEMBER)[0] == [
        (1, Decimal("0.00")),
        (1, Decimal("80000.00")),
        (1, Decimal("0.00")),
        (1, Decimal("80000.00")),
    ]
    assert "改名后的事项" in [row.label for row in items_behind(IN_NOVEMBER, None)]


def test_of_two_versions_before_the_end_of_the_month_the_later_counts(paid):
    item, _ = paid
    publish_again(item, datetime(2023, 10, 31, 15, 59, tzinfo=UTC), mode="promise")
    assert by_parts(IN_OCTOBER)[0][:2] == [(1, Decimal("0.00")), (1, Decimal("80000.00"))]


def test_a_draft_begun_since_counts_nowhere(paid):
    item, _ = paid
    before = by_parts(IN_NOVEMBER)
    PolicyItemVersion.objects.create(
        item=item, number=2, title="草稿", mode="promise", valid_from=OCTOBER, whom="企业"
    )
    assert by_parts(IN_NOVEMBER) == before


def test_units_are_counted_with_what_they_paid(paid, unit):
    (row,) = unit_figures(OCTOBER, NOVEMBER)
    assert (row.name, row.items, row.paid_yuan, row.payouts, row.enterprises) == (
        "县住建局",
        3,
        Decimal("80000.50"),
        3,
        2,
    )


def test_two_enterprises_that_are_one_count_once(paid, unit, holder):
    Enterprise.objects.exclude(pk=holder.pk).update(merged_into=holder)
    assert counted(IN_OCTOBER) == (Decimal("80000.50"), 3, 1)
    (row,) = unit_figures(OCTOBER, NOVEMBER)
    assert (row.payouts, row.enterprises) == (3, 1)


@pytest.fixture
def covered(paid, holder):
    """On 31 October `holder` and two more qualify; `holder` was paid for the item that month."""
    others = [KnownEnterpriseFactory(labels={"industry_above": OCTOBER}) for _ in range(2)]
    match_all(date(2023, 10, 31))
    return others


def shares(span):
    found = coverage_of(span)
    return found and (found.qualified, found.reached, found.share)


def test_coverage_counts_who_qualifies_and_was_paid(covered):
    assert shares(IN_OCTOBER) == (3, 1, Decimal("33.3"))
    assert shares(Span(date(2023, 9, 1), date(2023, 9, 30))) is None


def test_a_closed_month_stays_as_it_was_whatever_later_matches_find(covered, paid, holder, officer):
    item, instant = paid
    # On 2 November `holder` loses its label and a fourth enterprise gains it.
    holder.labels.update(valid_to=NOVEMBER)
    KnownEnterpriseFactory(labels={"industry_above": NOVEMBER})
    match_all(date(2023, 11, 2))
    assert shares(IN_OCTOBER) == (3, 1, Decimal("33.3"))
    assert shares(IN_NOVEMBER) == (3, 0, Decimal("0.0"))
    # On 5 November it is back, and two items stop: those that are left are the third's.
    holder.labels.update(valid_to=None)
    for row in (item, instant):
        take_item_step(row, "suspend", actor=officer, today=date(2023, 11, 5), note="资金未到位")
    match_all(date(2023, 11, 5))
    assert shares(IN_OCTOBER) == (3, 1, Decimal("33.3"))
    assert shares(IN_NOVEMBER) == (4, 0, Decimal("0.0"))
    spans = QualifiedSpan.objects.filter(item=item).values_list("enterprise", "from_on", "until_on")
    assert list(spans) == [(holder.pk, date(2023, 10, 31), date(2023, 11, 2))]


def test_who_qualified_for_a_few_hours_leaves_no_span(covered, holder):
    holder.labels.update(valid_to=date(2023, 10, 30))
    match_all(date(2023, 10, 31))
    assert shares(IN_OCTOBER) == (2, 0, Decimal("0.0"))
    assert not QualifiedSpan.objects.exists()


def test_merged_enterprises_qualify_once_and_what_is_no_money_does_not_count(covered, unit):
    Enterprise.objects.filter(pk=covered[0].pk).update(merged_into=covered[1])
    assert shares(IN_OCTOBER) == (2, 1, Decimal("50.0"))
    KnownEnterpriseFactory(labels={"catering_above": OCTOBER})
    ItemFactory(
        organisation=unit,
        version__amount={"kind": "none"},
        version__conditions={**ABOVE, "labels": ["catering_above"]},
    )
    match_all(date(2023, 10, 31))
    assert shares(IN_OCTOBER)[0] == 2


def test_the_figures_ask_a_fixed_number_of_questions(covered, paid, django_assert_num_queries):
    with django_assert_num_queries(3):
        policy_counts([IN_OCTOBER, IN_NOVEMBER])
    with django_assert_num_queries(2):
        coverage_of(IN_OCTOBER)
    with django_assert_num_queries(5):
        unit_figures(OCTOBER, NOVEMBER)
    Budget.objects.create(item=paid[0], year=2023, amount=Decimal(100_000))
    with django_assert_num_queries(3):
        usages(2023)


def record(voucher, code, amount, day=TODAY):
    return Record(voucher, code, Decimal(amount), day, "")


def test_records_agree_differ_or_stand_on_one_side_only():
    ours = [record("记-1", "A", 100), record("记-2", "B", 200), record("", "C", 300), record("记-9", "D", 5)]
    theirs = [
        record("记-1", "A", 100),
        record("记-2", "B", 250),
        record("财-7", "C", 300),
        record("财-8", "E", 9),
    ]
    found = reconcile(ours, theirs)
    assert found.agreed == 2
    assert [(row.ours.credit_code, row.amount) for row in found.differing] == [("B", Decimal(50))]
    assert [row.credit_code for row in found.only_here] == ["D"]
    assert [row.credit_code for row in found.only_there] == ["E"]


def test_equal_payments_are_matched_one_to_one():
    found = reconcile([record("记-1", "A", 100)] * 2, [record("记-1", "A", 100)])
    assert (found.agreed, len(found.only_here), found.only_there) == (1, 1, ())
