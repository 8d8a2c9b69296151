"""Codes of an authenticator (IA-6): enrolling, logging in, the same code twice, recovery."""

from datetime import timedelta
from http import HTTPStatus

import pyotp
import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.urls import reverse
from django.utils import timezone

from portal.errors import Refused
from portal.models import AuditEvent, SettingRow, User
from portal.services import second_factor
from tests.factories import PASSWORD
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


def code_of(user, offset=0):
    user.refresh_from_db()
    return pyotp.TOTP(second_factor.seed_of(user)).at(timezone.now() + timedelta(seconds=offset))


@pytest.fixture
def enrolled(officer, clock):
    second_factor.start_enrolment(officer)
    second_factor.confirm_enrolment(officer, code_of(officer), now=timezone.now())
    clock.shift(timedelta(seconds=60))
    return officer


def first_step(client, person):
    return client.post("/login/", {"username": person.username, "password": PASSWORD, "next": "/profile/"})


def second_step(client, code):
    return client.post("/login/code/", {"code": code, "next": "/profile/"})


def test_enrolling_shows_a_code_to_scan_and_takes_effect_once_confirmed(browse, officer, clock):
    client = browse(officer)
    assert "生成绑定二维码" in client.get(PAGE).content.decode()
    client.post(f"{PAGE}start/")
    page = client.get(PAGE).content.decode()
    officer.refresh_from_db()
    assert second_factor.seed_of(officer) in page
    assert "data:image/svg+xml" in page
    wrong = client.post(f"{PAGE}confirm/", {"code": "000000"})
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "动态口令不正确" in wrong.content.decode()
    assert client.post(f"{PAGE}confirm/", {"code": code_of(officer)}).status_code == HTTPStatus.OK
    officer.refresh_from_db()
    assert officer.totp_confirmed_at is not None
    assert AuditEvent.objects.filter(action="user.second_factor").count() == 1
    assert second_factor.seed_of(officer) not in client.get(PAGE).content.decode()


def test_the_seed_is_stored_encrypted(officer):
    second_factor.start_enrolment(officer)
    stored = User.objects.values_list("totp_secret", flat=True).get(pk=officer.pk)
    assert stored.startswith("v1:")
    assert second_factor.seed_of(officer) not in stored


def test_the_password_alone_opens_nothing(client, enrolled):
    answer = first_step(client, enrolled)
    assert answer["Location"].startswith("/login/code/")
    assert client.get("/profile/")["Location"].startswith("/login/?next=")
    assert client.get("/login/code/").status_code == HTTPStatus.OK


def test_password_and_code_open_the_page_that_was_wanted(client, enrolled):
    first_step(client, enrolled)
    assert second_step(client, code_of(enrolled))["Location"] == "/profile/"
    assert client.get("/profile/").status_code == HTTPStatus.OK
    assert AuditEvent.objects.filter(action="session.login").count() == 1


def test_the_same_code_is_refused_the_second_time(client, enrolled):
    code = code_of(enrolled)
    first_step(client, enrolled)
    second_step(client, code)
    client.post("/logout/")
    first_step(client, enrolled)
    answer = second_step(client, code)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "已用过" in answer.content.decode()


@pytest.mark.parametrize(("offset", "works"), [(-90, False), (-30, True), (0, True), (30, True), (90, False)])
def test_a_telephone_may_be_half_a_minute_off(client, enrolled, offset, works):
    first_step(client, enrolled)
    answer = second_step(client, code_of(enrolled, offset))
    assert (answer.status_code == HTTPStatus.FOUND) is works


def test_five_wrong_codes_lock_and_the_right_password_does_not_reset_the_count(client, enrolled):
    for _ in range(5):
        first_step(client, enrolled)
        second_step(client, "000000")
    assert "已锁定" in first_step(client, enrolled).content.decode()


def test_without_the_password_the_code_page_leads_back_to_the_login(client, enrolled):
    answer = second_step(client, code_of(enrolled))
    assert answer["Location"].startswith("/login/?next=")


def test_the_code_must_follow_the_password_within_five_minutes(client, enrolled, clock):
    first_step(client, enrolled)
    clock.shift(timedelta(minutes=5, seconds=1))
    assert second_step(client, code_of(enrolled))["Location"].startswith("/login/?next=")


def test_a_code_may_be_typed_with_a_blank(client, enrolled):
    first_step(client, enrolled)
    code = code_of(enrolled)
    assert second_step(client, f"{code[:3]} {code[3:]}").status_code == HTTPStatus.FOUND


def test_where_it_is_demanded_nothing_else_opens_before_it_is_there(browse, director, liaison):
    SettingRow.objects.create(
        key="security.second_factor", value=True, valid_from=timezone.localdate() - timedelta(days=1)
    )
    client = browse(director)
    assert client.get("/profile/")["Location"] == PAGE
    assert client.get(PAGE).status_code == HTTPStatus.OK
    assert browse(liaison).get("/profile/").status_code == HTTPStatus.OK


def test_it_is_given_up_with_a_code_unless_it_is_demanded(enrolled, director, clock):
    with pytest.raises(Refused, match="不正确"):
        second_factor.drop(enrolled, "000000", now=timezone.now())
    second_factor.drop(enrolled, code_of(enrolled), now=timezone.now())
    enrolled.refresh_from_db()
    assert (enrolled.totp_secret, enrolled.totp_confirmed_at) == ("", None)
    SettingRow.objects.create(
        key="security.second_factor", value=True, valid_from=timezone.localdate() - timedelta(days=1)
    )
    second_factor.start_enrolment(director)
    second_factor.confirm_enrolment(director, code_of(director), now=timezone.now())
    clock.shift(timedelta(seconds=60))
    with pytest.raises(Refused, match="不能停用"):
        second_factor.drop(director, code_of(director), now=timezone.now())


def test_a_second_telephone_is_not_enrolled_beside_the_first(enrolled):
    before = enrolled.totp_secret
    with pytest.raises(Refused, match="已经启用"):
        second_factor.start_enrolment(enrolled)
    enrolled.refresh_from_db()
    assert enrolled.totp_secret == before


def test_only_another_security_officer_resets_a_lost_telephone(enrolled, security_officer, sysadmin):
    for actor in (sysadmin, enrolled):
        with pytest.raises(Refused, match="安全管理员"):
            second_factor.reset(enrolled, actor=actor, reason="手机遗失")
    with pytest.raises(Refused, match="原因"):
        second_factor.reset(enrolled, actor=security_officer, reason=" ")
    second_factor.reset(enrolled, actor=security_officer, reason="手机遗失，已当面核实")
    enrolled.refresh_from_db()
    assert enrolled.totp_confirmed_at is None
    event = AuditEvent.objects.get(action="user.second_factor_reset")
    assert (event.actor_id, event.note) == (security_officer.pk, "手机遗失，已当面核实")


def test_a_seed_that_cannot_be_read_gives_a_sentence(client, enrolled, settings):
    settings.FIELD_KEYS = f"k9:{'A' * 43}="
    first_step(client, enrolled)
    answer = second_step(client, "123456")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "安全管理员重置" in answer.content.decode()


def test_changing_the_password_between_password_and_code_starts_over(client, enrolled):
    first_step(client, enrolled)
    enrolled.set_password("Quiet-river-19")
    enrolled.save()
    assert second_step(client, code_of(enrolled))["Location"].startswith(reverse("portal:login"))
