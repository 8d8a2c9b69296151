"""What holds when many try at once (IA-3, IA-6): rows are claimed before any hash is computed."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pyotp
import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from portal.errors import Refused
from portal.models import AuditEvent, LoginAttempt, RoleGrant, User
from portal.services import login, rights, second_factor
from tests.factories import PASSWORD, UserFactory
from tests.portal import hash_counter

WRONG = "Wrong-guess-000"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hashes(settings):
    settings.PASSWORD_HASHERS = ["tests.portal.hash_counter.CountingHasher"]
    hash_counter.computed.clear()
    return hash_counter.computed


def at_once(count, act):
    """Call `act(n)` in `count` threads that start together; return the results, refusals among them."""
    gate = Barrier(count)

    def run(number):
        gate.wait()
        try:
            return act(number)
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def guess(password):
    return lambda _: login.prove_password("target", password, address="", now=timezone.now())


def test_a_hundred_guesses_at_once_compute_at_most_five_hashes(hashes):
    UserFactory(username="target")
    hashes.clear()
    results = [result for _ in range(5) for result in at_once(20, guess(WRONG))]
    assert len(results) == 100
    assert all(isinstance(result, login.LoginRefused) for result in results)
    assert len(hashes) <= 5
    assert AuditEvent.objects.filter(action="session.locked").count() == 1


def test_the_same_holds_for_an_account_that_does_not_exist(hashes):
    at_once(20, guess(WRONG))
    assert len(hashes) <= 5


def test_the_lock_lies_in_the_database_and_survives_an_emptied_cache(hashes):
    UserFactory(username="target")
    at_once(8, guess(WRONG))
    cache.clear()
    with pytest.raises(login.LoginRefused, match="已锁定"):
        login.prove_password("target", PASSWORD, address="", now=timezone.now())
    assert LoginAttempt.objects.count() == 5


def test_one_code_lets_exactly_one_of_ten_in():
    user = UserFactory(username="target")
    second_factor.start_enrolment(user)
    User.objects.filter(pk=user.pk).update(totp_confirmed_at=timezone.now())
    now = timezone.now()
    code = pyotp.TOTP(second_factor.seed_of(user)).at(now)
    results = at_once(10, lambda _: second_factor.use_code(User.objects.get(pk=user.pk), code, now=now))
    assert sorted(results) == [False] * 9 + [True]


def test_of_two_grants_that_exclude_each_other_one_is_made():
    officers = [UserFactory(roles=["security"]) for _ in range(2)]
    person = UserFactory()
    wanted = ["liaison", "sysadmin"]

    def grant(number):
        target = User.objects.get(pk=person.pk)
        return rights.grant_role(target, wanted[number], actor=officers[number], now=timezone.now())

    results = at_once(2, grant)
    assert sorted(isinstance(result, RoleGrant) for result in results) == [False, True]
    assert person.grants.filter(revoked_at=None).count() == 1
