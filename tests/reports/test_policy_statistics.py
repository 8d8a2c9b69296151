"""The statistics page of the policies, its workbook, and the blocks on the pages that gather the day."""

from datetime import date
from decimal import Decimal

import pytest

from policies.models import Payout
from reports.selectors.policies import policy_block
from tests.factories import OrganisationFactory, UserFactory
from tests.factories_policies import BatchFactory, ItemFactory, KnownEnterpriseFactory

pytestmark = pytest.mark.django_db

PAGE = "/statistics/policies/?period=2023-10"


@pytest.fixture(autouse=True)
def _on_the_day(on_the_day):
    pass


@pytest.fixture
def paid(unit):
    """An item of `unit` that paid 5 万元 in September and 3 万元 in October."""
    item = ItemFactory(organisation=unit)
    person = UserFactory(username="payer", organisation=unit)
    for day, amount in ((date(2023, 9, 5), 50_000), (date(2023, 10, 9), 30_000)):
        Payout.objects.create(
            batch=BatchFactory(organisation=unit, created_by=person),
            item=item,
            version=item.current,
            enterprise=KnownEnterpriseFactory(),
            amount=Decimal(amount),
            paid_on=day,
            budget_year=2023,
            digest="ab",
        )
    return item


def test_the_block_tells_the_year_and_the_month_beside_the_one_before(paid):
    block = policy_block(date(2023, 10, 1))
    assert (block.items, block.automatic, block.without_payout) == (1, 1, 0)
    assert (block.paid, block.paid_in_month, block.change) == (
        Decimal("8.00"),
        Decimal("3.00"),
        Decimal("-2.00"),
    )
    assert (block.now.enterprises, block.more_enterprises) == (2, 1)


def test_without_items_there_is_no_block(db):
    assert policy_block(date(2023, 10, 1)) is None


def test_the_page_and_the_workbook_are_for_insiders(client, paid, liaison, observer):
    client.force_login(liaison)
    page = client.get(PAGE)
    assert page.context["found"].units[0].paid == Decimal("8.00")
    file = client.get("/statistics/policies/export/?period=2023-10")
    assert file.status_code == 200
    client.force_login(observer)
    assert client.get(PAGE).status_code == 403


def test_a_month_before_the_first_item_says_so(client, paid, officer):
    client.force_login(officer)
    assert "没有惠企政策事项" in client.get("/statistics/policies/?period=2022-05").content.decode()


def test_the_page_asks_twenty_times_at_most(client, paid, officer, django_assert_max_num_queries):
    for _ in range(30):
        ItemFactory(organisation=OrganisationFactory())
    client.force_login(officer)
    client.get("/inbox/")
    with django_assert_max_num_queries(20):
        client.get(PAGE)
