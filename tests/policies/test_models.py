"""Rows that cannot be: the database refuses each, and what was published or approved stays as it was."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from policies.models import Payout, PolicyItemVersion
from tests.factories import UserFactory
from tests.factories_enterprises import EnterpriseFactory
from tests.factories_policies import BatchFactory, ItemFactory, VersionFactory

pytestmark = pytest.mark.django_db


def refused(call):
    with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
        call()


def payout(item, **fields):
    batch = fields.pop("batch", None) or BatchFactory(
        organisation=item.organisation, created_by=UserFactory()
    )
    values = {"enterprise": EnterpriseFactory(), "amount": Decimal(50_000), "budget_year": 2023, **fields}
    return Payout.objects.create(batch=batch, item=item, version=item.current, **values)


@pytest.mark.parametrize(
    "fields", [{"title": "改了名"}, {"amount": {"kind": "fixed", "amount": 1}}, {"published_at": None}]
)
def test_a_published_version_is_never_changed(item, fields):
    refused(lambda: PolicyItemVersion.objects.filter(pk=item.current_id).update(**fields))


def test_an_item_has_one_draft_at_a_time(item):
    VersionFactory(item=item, number=2, published_at=None)
    refused(lambda: VersionFactory(item=item, number=3, published_at=None))


@pytest.mark.parametrize("statement", ["beneficiary", "basis", "amount_statement", "validity"])
def test_an_automatic_item_is_not_published_without_its_four_statements(item, statement):
    refused(lambda: VersionFactory(item=item, number=2, **{statement: ""}))


def test_the_same_payout_stands_once(item):
    enterprise = EnterpriseFactory()
    payout(item, enterprise=enterprise, period="2023")
    refused(lambda: payout(item, enterprise=enterprise, period="2023"))
    assert payout(item, enterprise=enterprise, period="2024").pk


@pytest.mark.parametrize("fields", [{"amount": Decimal(-1)}, {"paid_on": date(2023, 5, 1)}])
def test_a_payout_that_cannot_be(item, fields):
    refused(lambda: payout(item, **fields))


@pytest.mark.parametrize(
    "fields", [{"amount": Decimal(1)}, {"enterprise_id": 0}, {"period": "2020"}, {"digest": "cd"}]
)
def test_an_approved_payment_is_never_changed(item, fields):
    row = payout(item, digest="ab")
    refused(lambda: Payout.objects.filter(pk=row.pk).update(**fields))


def test_an_approved_payment_is_never_deleted_but_gets_its_day_and_voucher(item):
    row = payout(item, digest="ab")
    refused(lambda: Payout.objects.filter(pk=row.pk).delete())
    assert Payout.objects.filter(pk=row.pk).update(paid_on=date(2023, 5, 1), voucher="记-12")


def test_a_unit_reads_its_own_drafts_and_everybody_the_published_items(
    unit, liaison, outsider, officer, observer, sysadmin
):
    published = ItemFactory(organisation=unit)
    draft = ItemFactory(organisation=unit, version__published_at=None)
    items = type(published).objects
    for person, seen in ((officer, 2), (liaison, 2), (outsider, 1), (observer, 1), (sysadmin, 0)):
        assert items.visible_to(person).count() == seen, person
    assert draft not in items.public()


def test_payouts_are_read_by_the_unit_and_the_county_only(
    item, liaison, outsider, officer, leader, observer, auditor
):
    payout(item)
    for person, seen in ((liaison, 1), (officer, 1), (leader, 1), (outsider, 0), (observer, 0), (auditor, 0)):
        assert Payout.objects.visible_to(person).count() == seen, person
