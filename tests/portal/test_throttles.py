"""Budgets of people without an account: exact within any stretch of time, the same for every process."""

import threading
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from portal.base_jobs import forget_attempts
from portal.models import PublicAttempt
from portal.services.throttles import (
    Budget,
    Throttled,
    claim,
    forget_public_attempts,
    give_back,
    network_of,
)
from tests.conftest import NOW

QUARTER = timedelta(minutes=15)


def take(*, who="10.0.0.1", limit=3, now=NOW):
    return claim([Budget("code", who, limit, QUARTER)], now=now, message="请稍后再试")


@pytest.mark.django_db
def test_a_budget_holds_within_any_stretch_of_time():
    for minutes in (0, 10, 14):
        take(now=NOW + timedelta(minutes=minutes))
    with pytest.raises(Throttled, match="请稍后再试"):
        take(now=NOW + timedelta(minutes=14, seconds=59))
    take(now=NOW + timedelta(minutes=15))
    with pytest.raises(Throttled):
        take(now=NOW + timedelta(minutes=16))


@pytest.mark.django_db
def test_others_have_budgets_of_their_own_and_what_is_given_back_counts_no_more():
    taken = [take() for _ in range(3)]
    take(who="10.0.0.2")
    give_back(taken[0])
    take()
    with pytest.raises(Throttled):
        take()


@pytest.mark.django_db
def test_of_several_budgets_all_are_taken_or_none():
    wide, narrow = Budget("form", "county", 9, QUARTER), Budget("form", "point", 1, QUARTER)
    claim([wide, narrow], now=NOW, message="忙")
    with pytest.raises(Throttled):
        claim([wide, narrow], now=NOW, message="忙")
    assert PublicAttempt.objects.filter(key=wide.key).count() == 1


@pytest.mark.django_db
def test_no_address_is_kept_and_after_a_day_nothing_at_all():
    take(who="203.0.113.7")
    assert "203.0.113.7" not in repr(PublicAttempt.objects.values())
    assert forget_public_attempts(before=NOW) == 0
    assert forget_public_attempts(before=NOW + timedelta(seconds=1)) == 1


@pytest.mark.django_db
def test_the_nightly_job_deletes_what_is_over():
    take(now=timezone.now() - timedelta(days=2))
    take(who="10.0.0.2", now=timezone.now())
    for ends in (-1, 1):
        Session.objects.create(
            session_key=f"k{ends}", session_data="", expire_date=timezone.now() + timedelta(days=ends)
        )
    assert "1 条公众访问记录" in forget_attempts(timezone.localdate())
    assert PublicAttempt.objects.count() == 1
    assert list(Session.objects.values_list("session_key", flat=True)) == ["k1"]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", ""),
    ],
)
def test_what_calls_are_counted_under(address, network):
    assert network_of(address) == network


@pytest.mark.django_db(transaction=True)
def test_of_twenty_calls_at_once_no_more_get_through_than_the_budget_has():
    outcomes = []

    def call():
        try:
            take(limit=5)
        except Throttled:
            outcomes.append("refused")
        else:
            outcomes.append("taken")
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 15 + ["taken"] * 5
