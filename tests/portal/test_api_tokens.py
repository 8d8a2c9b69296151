"""Keys to the API: who gets one, what is kept of it, and everything that ends it."""

from datetime import timedelta
from http import HTTPStatus

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from portal.errors import Refused
from portal.models import ApiToken, AuditEvent, LoginAttempt, RoleGrant, SettingRow, User
from portal.services import accounts, login, second_factor, tokens
from tests.factories_portal import api_token

LIST = "/profile/tokens/"
CALL = "/api/v1/organisations/"
FORM = {"name": "政务数据平台取数", "days": "30"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as traveller:
        yield traveller


@pytest.fixture
def token(officer, clock):
    return api_token(officer)


@pytest.fixture
def desk(browse, officer):
    """A browser in which `officer` has given password and code a moment ago."""
    User.objects.filter(pk=officer.pk).update(totp_confirmed_at=timezone.now())
    client = browse(officer)
    session = client.session
    session.update({"second_factor": True, "proven": timezone.now().timestamp()})
    session.save()
    return client


def status(token):
    return Client(headers={"authorization": f"Token {token}"}).get(CALL).status_code


def test_a_token_is_shown_once_and_only_its_digest_is_stored(desk, officer):
    answer = desk.post(f"{LIST}issue/", FORM)
    text = answer.context["text"]
    assert text in answer.content.decode()
    row = ApiToken.objects.get(user=officer)
    assert row.digest == tokens.digest_of(text)
    assert text not in {row.digest, row.hint}
    assert row.expires_at - row.created_at == timedelta(days=30)
    listed = desk.get(LIST).content.decode()
    assert "政务数据平台取数" in listed
    assert text not in listed
    assert status(text) == HTTPStatus.OK
    event = AuditEvent.objects.get(action="user.token")
    assert text not in str(event.changes)


def test_a_session_without_the_second_factor_gets_none(desk, officer):
    session = desk.session
    del session["second_factor"]
    session.save()
    answer = desk.post(f"{LIST}issue/", FORM)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "用动态口令登录后生成" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_an_old_proof_of_the_password_is_asked_for_again(desk):
    session = desk.session
    session["proven"] = timezone.now().timestamp() - 301
    session.save()
    assert desk.post(f"{LIST}issue/", FORM)["Location"].startswith("/prove/?next=")
    assert not ApiToken.objects.exists()


def test_a_token_for_longer_than_ninety_days_or_for_nothing_is_refused(desk, officer):
    answer = desk.post(f"{LIST}issue/", {"name": "长期", "days": "3650"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    officer.refresh_from_db()
    with pytest.raises(Refused, match="用途"):
        tokens.issue_token(officer, name=" ", days=30, second_factor_used=True, now=timezone.now())


def test_a_person_has_at_most_five(officer, clock):
    for _number in range(5):
        api_token(officer)
    with pytest.raises(Refused, match="最多 5 个"):
        api_token(officer)


def test_a_call_is_made_with_the_persons_own_rights_and_noted(officer, token):
    assert status(token) == HTTPStatus.OK
    row = ApiToken.objects.get()
    assert (row.last_used_at, row.last_address) == (timezone.now(), "127.0.0.1")


def test_an_invented_token_is_refused_in_the_documented_shape():
    answer = Client(headers={"authorization": "Token ptk_invented"}).get(CALL)
    assert answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
    assert answer.json()["error"] == {
        "code": "authentication_failed",
        "message": "令牌无效或已停用",
        "fields": {},
    }


def locked(officer, clock):
    for _number in range(5):
        LoginAttempt.objects.create(username=officer.username, at=timezone.now())


def disabled(officer, clock):
    User.objects.filter(pk=officer.pk).update(is_active=False)


def expired(officer, clock):
    clock.shift(timedelta(days=90))


def revoked(officer, clock):
    tokens.revoke_token(ApiToken.objects.get(), actor=officer, now=timezone.now())


def logged_out_everywhere(officer, clock):
    login.end_other_sessions(officer)


def password_reset(officer, clock):
    accounts.reset_password(officer, actor=None, now=timezone.now())


def second_factor_reset(officer, clock):
    User.objects.filter(pk=officer.pk).update(totp_confirmed_at=None)


def password_expired(officer, clock):
    long_ago = timezone.now() - timedelta(days=91)
    User.objects.filter(pk=officer.pk).update(password_changed_at=long_ago)


def role_expired(officer, clock):
    yesterday = timezone.localdate() - timedelta(days=1)
    RoleGrant.objects.filter(user=officer).update(valid_until=yesterday)


def role_revoked(officer, clock):
    RoleGrant.objects.filter(user=officer).update(revoked_at=timezone.now())


@pytest.mark.parametrize(
    "end",
    [
        locked,
        disabled,
        expired,
        revoked,
        logged_out_everywhere,
        password_reset,
        second_factor_reset,
        password_expired,
        role_expired,
        role_revoked,
    ],
)
def test_what_ends_a_token(officer, token, clock, end):
    assert status(token) == HTTPStatus.OK
    end(officer, clock)
    assert status(token) in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


def test_enabling_an_account_again_does_not_bring_its_tokens_back(officer, sysadmin, token):
    now = timezone.now()
    accounts.disable_account(officer, actor=sysadmin, reason="借调", now=now)
    accounts.enable_account(officer, actor=sysadmin, reason="返岗", now=now)
    assert status(token) in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


def test_a_lock_only_suspends_a_token(officer, token, clock):
    locked(officer, clock)
    clock.shift(timedelta(minutes=16))
    assert status(token) == HTTPStatus.OK


def test_a_session_that_owes_the_second_factor_is_refused_at_the_api_too(browse, director):
    yesterday = timezone.localdate() - timedelta(days=1)
    client = browse(director)
    assert client.get(CALL).status_code == HTTPStatus.OK
    SettingRow.objects.create(key="security.second_factor", value=True, valid_from=yesterday)
    assert client.get(CALL).status_code == HTTPStatus.FORBIDDEN


def test_nobody_sees_or_ends_another_persons_token(browse, liaison, officer, token):
    row = ApiToken.objects.get()
    client = browse(liaison)
    assert "政务数据平台取数" not in client.get(LIST).content.decode()
    assert client.post(f"{LIST}{row.pk}/revoke/").status_code == HTTPStatus.NOT_FOUND
    assert status(token) == HTTPStatus.OK


def test_a_token_is_ended_on_the_page_once(desk, officer):
    desk.post(f"{LIST}issue/", FORM)
    row = ApiToken.objects.get()
    for _number in range(2):
        desk.post(f"{LIST}{row.pk}/revoke/")
    assert AuditEvent.objects.filter(action="user.token_revoke").count() == 1
    assert "没有有效的令牌" in desk.get(LIST).content.decode()


def test_a_refused_call_of_somebody_signed_in_is_written_down(browse, observer):
    browse(observer).get("/api/v1/work-items/")
    event = AuditEvent.objects.get(action="api.refused")
    assert (event.actor, event.changes["path"]) == (observer, "/api/v1/work-items/")


def test_too_many_calls_are_refused_and_written_down_once(officer, token, monkeypatch):
    monkeypatch.setattr("portal.api.throttling.AccountThrottle.THROTTLE_RATES", {"account": "3/min"})
    answers = [status(token) for _number in range(6)]
    assert answers[3:] == [HTTPStatus.TOO_MANY_REQUESTS] * 3
    assert AuditEvent.objects.filter(action="api.throttled").count() == 1


def test_a_reset_by_the_security_officer_ends_the_tokens_for_good(officer, security_officer, token):
    User.objects.filter(pk=officer.pk).update(totp_secret="v1:x")
    officer.refresh_from_db()
    second_factor.reset(officer, actor=security_officer, reason="手机遗失，已当面核实")
    User.objects.filter(pk=officer.pk).update(totp_confirmed_at=timezone.now())
    assert status(token) in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


def test_the_list_costs_no_more_with_five_tokens_than_the_ceiling(
    desk, officer, clock, django_assert_max_num_queries
):
    for _number in range(5):
        api_token(officer)
    desk.get(LIST)
    with django_assert_max_num_queries(12):
        assert desk.get(LIST).content.decode().count("ptk_") == 5
