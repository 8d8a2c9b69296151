"""The unit that leads the items of a test is `unit`; its liaison proposes, its head approves."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.cache import cache

from policies.models import Payout
from tests.factories import UserFactory
from tests.factories_policies import BatchFactory, ItemFactory, KnownEnterpriseFactory


@pytest.fixture(autouse=True)
def _no_columns_of_another_test():
    cache.clear()


@pytest.fixture
def item(unit):
    """A published item of `unit`: 5 万元 for whoever is 规上工业."""
    return ItemFactory(organisation=unit)


@pytest.fixture
def colleague(unit):
    """Another liaison of the same unit."""
    return UserFactory(username="colleague", name="何静", organisation=unit, roles=["liaison"])


@pytest.fixture
def holder(db):
    """An enterprise that qualifies for `item`."""
    return KnownEnterpriseFactory(name="云溪县恒力机械有限公司", labels={"industry_above": date(2022, 1, 1)})


@pytest.fixture
def payout_of(unit):
    """Enter a payment past every check: `payout_of(item, enterprise, amount=…, paid_on=…)`."""

    def enter(item, enterprise, **fields):
        person = UserFactory(organisation=item.organisation)
        batch = BatchFactory(organisation=item.organisation, created_by=person)
        values = {"amount": Decimal(50_000), "version": item.current, "created_by": person, **fields}
        day = values.get("paid_on") or values.get("stated_on") or date(2023, 11, 1)
        values.setdefault("budget_year", day.year)
        if values.get("paid_on"):
            values.setdefault("digest", "ab")
        return Payout.objects.create(batch=batch, item=item, enterprise=enterprise, **values)

    return enter
