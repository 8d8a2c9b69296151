"""The endpoints of the policy work: the same scopes as the pages, and what everybody may ask."""

from datetime import date
from decimal import Decimal

import pytest

from tests.factories import OrganisationFactory, UserFactory
from tests.factories_policies import ItemFactory, KnownEnterpriseFactory

pytestmark = pytest.mark.django_db

PAYOUTS, ITEMS = "/api/v1/payouts/", "/api/v1/policy-items/"
BENEFITS, CHECK = "/api/v1/public/benefits/", "/api/v1/public/benefits/check/"


@pytest.fixture(autouse=True)
def _on_the_day(on_the_day):
    pass


@pytest.fixture
def elsewhere():
    """Another unit's liaison."""
    return UserFactory(username="elsewhere", organisation=OrganisationFactory(), roles=["liaison"])


def numbers(client, address, **query):
    return [row["number"] for row in client.get(address, query).json()["results"]]


def test_a_unit_reads_its_own_payments_the_county_all(client, item, payout_of, liaison, elsewhere, officer):
    payout_of(item, KnownEnterpriseFactory(name="云溪县恒力机械有限公司"), paid_on=date(2023, 11, 1))
    counts = {}
    for person in (liaison, elsewhere, officer):
        client.force_login(person)
        counts[person] = len(client.get(PAYOUTS).json()["results"])
    assert list(counts.values()) == [1, 0, 1]


def test_a_payment_of_another_unit_is_not_there(client, item, payout_of, elsewhere):
    payout = payout_of(item, KnownEnterpriseFactory())
    client.force_login(elsewhere)
    assert client.get(f"{PAYOUTS}{payout.pk}/").status_code == 404


def test_amounts_are_exact_texts(client, item, payout_of, officer):
    payout = payout_of(item, KnownEnterpriseFactory(), amount=Decimal("12345.60"))
    client.force_login(officer)
    assert client.get(f"{PAYOUTS}{payout.pk}/").json()["amount"] == "12345.60"


def test_drafts_are_read_by_their_own_unit_and_the_office(client, unit, liaison, elsewhere):
    draft = ItemFactory(organisation=unit, version__published_at=None)
    client.force_login(liaison)
    assert numbers(client, ITEMS) == [draft.number]
    client.force_login(elsewhere)
    assert numbers(client, ITEMS) == []


def test_the_catalogue_is_open_to_everybody_without_drafts(client, item, unit):
    draft = ItemFactory(organisation=unit, version__published_at=None)
    assert numbers(client, BENEFITS) == [item.number]
    assert client.get(f"{BENEFITS}{draft.number}/").status_code == 404
    shown = client.get(f"{BENEFITS}{item.number}/").json()
    assert shown["conditions"] == "认定为规上工业。"
    assert shown["valid_until"] == "2025-12-31"


def test_the_self_check_answers_like_the_page(client, item):
    answer = client.post(CHECK, {"labels": ["industry_above"]}, content_type="application/json").json()
    assert answer["total"] == "50000.00"
    assert answer["rows"][0]["outcome"] == "met"
    lacking = client.post(CHECK, {}, content_type="application/json").json()
    assert lacking["rows"][0]["gaps"] == ["规上工业认定"]


def test_a_wrong_answer_is_named(client, item):
    answer = client.post(CHECK, {"labels": ["nonsense"]}, content_type="application/json")
    assert answer.status_code == 400
    assert "labels" in str(answer.json())


def test_the_self_check_is_throttled_by_address(client, item):
    codes = [
        client.post(CHECK, {}, content_type="application/json", REMOTE_ADDR="203.0.113.8").status_code
        for _ in range(61)
    ]
    assert codes[:60] == [200] * 60
    assert codes[60] >= 400
    answer = client.post(CHECK, {}, content_type="application/json", REMOTE_ADDR="203.0.113.11")
    assert answer.status_code == 200
