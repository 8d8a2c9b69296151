"""Codes on paper for a lost telephone (IA-6): shown once, hashed, each used once, counted like wrong passwords."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus

import pyotp
import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone

from portal.models import AuditEvent, Notification, RecoveryCode, User
from portal.services import recovery_codes, second_factor
from portal.services.accounts import recover_account
from tests.factories import PASSWORD, UserFactory
from tests.portal import hash_counter

PAGE = "/profile/second-factor/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quick(settings, officer):
    settings.PASSWORD_HASHERS = hash_counter.QUICK
    User.objects.filter(pk=officer.pk).update(password=make_password(PASSWORD))
    officer.refresh_from_db()


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


def code_of(user):
    user.refresh_from_db()
    return pyotp.TOTP(second_factor.seed_of(user)).at(timezone.now())


@pytest.fixture
def codes(officer, clock):
    """The set that `officer` got when the second factor was switched on."""
    second_factor.start_enrolment(officer)
    made = second_factor.confirm_enrolment(officer, code_of(officer), now=timezone.now())
    clock.shift(timedelta(seconds=60))
    return made


def log_in(client, person, code):
    client.post("/login/", {"username": person.username, "password": PASSWORD, "next": "/profile/"})
    return client.post("/login/code/", {"code": code, "next": "/profile/"})


def test_the_page_after_enrolling_shows_eight_codes_once_and_nothing_keeps_them(browse, officer, clock):
    client = browse(officer)
    client.post(f"{PAGE}start/")
    page = client.post(f"{PAGE}confirm/", {"code": code_of(officer)})
    shown = re.findall(r"<li>(\d-[2-9A-Z]{5}-[2-9A-Z]{5})</li>", page.content.decode())
    assert [code[0] for code in shown] == list("12345678")
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    stored = "".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert stored.count("argon2$") == 8
    assert not any(code[2:].replace("-", "") in stored for code in shown)
    later = client.get(PAGE).content.decode()
    assert "还剩 8 个未用" in later
    assert not any(code in later for code in shown)


def test_a_code_lets_its_person_in_once_and_tells_him(client, officer, codes):
    assert log_in(client, officer, codes[2])["Location"] == "/profile/"
    client.post("/logout/")
    again = log_in(client, officer, codes[2])
    assert again.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "恢复码不正确或已用过" in again.content.decode()
    event = AuditEvent.objects.get(action="user.recovery_code")
    assert event.changes == {"left": 7}
    assert "还剩 7 个未用" in Notification.objects.get(recipient=officer).text


@pytest.mark.parametrize("spell", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "])
def test_a_code_may_be_typed_in_any_case_with_or_without_hyphens(client, officer, codes, spell):
    assert log_in(client, officer, spell(codes[0])).status_code == HTTPStatus.FOUND


def test_the_secret_of_one_number_does_not_work_under_another(client, officer, codes):
    swapped = codes[1][0] + codes[0][1:]
    assert log_in(client, officer, swapped).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_nobody_elses_code_works(client, officer, codes):
    other = UserFactory(username="other", password=make_password(PASSWORD))
    second_factor.start_enrolment(other)
    second_factor.confirm_enrolment(other, code_of(other), now=timezone.now())
    assert log_in(client, other, codes[0]).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_five_wrong_codes_lock_the_account_even_for_a_right_one(client, officer, codes):
    for number in range(1, 6):
        log_in(client, officer, f"{number}-AAAAA-AAAAA")
    answer = client.post("/login/", {"username": officer.username, "password": PASSWORD})
    assert "已锁定" in answer.content.decode()


def test_a_guess_costs_one_hash_whether_or_not_its_number_exists(officer, codes, settings):
    settings.PASSWORD_HASHERS = ["tests.portal.hash_counter.CountingHasher", *hash_counter.QUICK]
    RecoveryCode.objects.filter(number=2).delete()
    now = timezone.now()
    for guess in ("1-AAAAA-AAAAA", "2-AAAAA-AAAAA"):
        hash_counter.computed.clear()
        assert not recovery_codes.use_recovery_code(officer, guess, now=now)
        assert len(hash_counter.computed) <= 1


def test_a_fresh_set_needs_a_code_and_voids_the_former(browse, client, officer, codes):
    page = browse(officer)
    refused = page.post(f"{PAGE}codes/", {"code": "000000"})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "动态口令不正确" in refused.content.decode()
    answer = page.post(f"{PAGE}codes/", {"code": code_of(officer)})
    fresh = answer.context["codes"]
    assert log_in(client, officer, codes[0]).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert log_in(client, officer, fresh[0]).status_code == HTTPStatus.FOUND
    assert AuditEvent.objects.filter(action="user.recovery_codes").count() == 1


@pytest.mark.parametrize("ending", ["drop", "reset", "recover"])
def test_the_codes_end_with_the_second_factor(officer, security_officer, codes, ending):
    now = timezone.now()
    if ending == "drop":
        second_factor.drop(officer, code_of(officer), now=now)
    elif ending == "reset":
        second_factor.reset(officer, actor=security_officer, reason="手机遗失，已当面核实")
    else:
        recover_account(officer, now=now)
    assert not RecoveryCode.objects.exists()


def test_without_a_second_factor_there_is_no_set_to_renew(browse, officer):
    answer = browse(officer).post(f"{PAGE}codes/", {"code": "123456"})
    assert "尚未启用" in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_of_four_logins_at_once_with_one_code_one_succeeds(officer, codes):
    gate = threading.Barrier(4)

    def attempt(_number):
        gate.wait()
        try:
            return recovery_codes.use_recovery_code(officer, codes[0], now=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == [False, False, False, True]
