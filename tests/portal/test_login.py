"""Login, locks and sessions (IA-1, IA-3, IA-4, AC-2, RI-1), through the pages as people use them."""

from datetime import timedelta
from http import HTTPStatus

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.errors import Refused
from portal.models import AuditEvent, LoginAttempt, User
from portal.services import accounts, rights
from portal.services import login as service
from tests.factories import PASSWORD, UserFactory
from tests.portal import hash_counter

LOGIN = "/login/"
WRONG = "Wrong-guess-000"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quick(settings):
    settings.PASSWORD_HASHERS = hash_counter.QUICK


@pytest.fixture
def person(unit, _quick):
    return UserFactory(
        username="linxiaowen",
        name="林晓雯",
        organisation=unit,
        roles=["liaison"],
        password=make_password(PASSWORD),
    )


@pytest.fixture
def hashes(person, settings):
    """The hashes computed since the fixture was made."""
    settings.PASSWORD_HASHERS = ["tests.portal.hash_counter.CountingHasher"]
    hash_counter.computed.clear()
    return hash_counter.computed


def log_in(client, username="linxiaowen", password=PASSWORD, **more):
    return client.post(LOGIN, {"username": username, "password": password}, **more)


def actions(action):
    return AuditEvent.objects.filter(action=action).count()


def test_a_person_logs_in_whatever_the_case_of_the_account(client, person):
    answer = log_in(client, username="LinXiaoWen")
    assert answer.status_code == HTTPStatus.FOUND
    assert answer["Location"] == "/"
    assert client.get(reverse("portal:profile")).status_code == HTTPStatus.OK


def test_the_session_gets_a_new_key_at_login(client, person):
    session = client.session
    session["planted"] = 1
    session.save()
    log_in(client)
    assert client.session.session_key != session.session_key
    assert not SessionStore().exists(session.session_key)


def test_one_login_leaves_one_record_with_the_session_and_the_address(client, person):
    log_in(client, REMOTE_ADDR="10.1.2.3")
    event = AuditEvent.objects.get(action="session.login")
    assert (event.actor_id, event.actor_unit, event.actor_roles) == (person.pk, "县住建局", "部门联络员")
    assert event.address == "10.1.2.3"
    assert len(event.session) == 16
    client.post(reverse("portal:logout"), REMOTE_ADDR="10.1.2.3")
    assert AuditEvent.objects.get(action="session.logout").session == event.session


def test_a_forged_forwarding_header_does_not_hide_the_real_address(client, person, settings):
    log_in(client, REMOTE_ADDR="10.1.2.3", HTTP_X_FORWARDED_FOR="6.6.6.6")
    settings.TRUSTED_PROXIES = ["10.1.2.3"]
    log_in(Client(), REMOTE_ADDR="10.1.2.3", HTTP_X_FORWARDED_FOR="1.1.1.1, 10.9.9.9")
    found = AuditEvent.objects.filter(action="session.login").order_by("pk")
    assert [event.address for event in found] == ["10.1.2.3", "10.9.9.9"]


def test_unknown_account_and_wrong_password_are_answered_alike(client, person):
    wrong = log_in(client, password=WRONG)
    unknown = log_in(client, username="nobodyhere", password=WRONG)
    assert wrong.status_code == unknown.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert service.told(service.WRONG) in wrong.content.decode()
    same = unknown.content.decode().replace("nobodyhere", "linxiaowen")
    assert len(same) == len(wrong.content.decode())


def test_unknown_and_known_accounts_cost_the_same_number_of_hashes(client, person, hashes):
    log_in(client, password=WRONG)
    assert hashes == ["verify"]
    log_in(client, username="nobodyhere", password=WRONG)
    assert hashes == ["verify", "encode"]


def test_what_was_typed_as_an_unknown_account_is_kept_nowhere(client):
    log_in(client, username="My-Secret-Pass1\r\nsecond line", password=WRONG)
    assert not LoginAttempt.objects.filter(username__icontains="secret").exists()
    event = AuditEvent.objects.get(action="session.failed")
    assert "Secret" not in f"{event.changes}{event.note}{event.object_label}"
    assert event.note == "未知账号"


def test_the_sixth_password_is_refused_even_if_right(client, person):
    for _ in range(5):
        log_in(client, password=WRONG)
    answer = log_in(client)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "已锁定" in answer.content.decode()
    assert (actions("session.failed"), actions("session.locked"), actions("session.refused")) == (5, 1, 1)


def test_an_unknown_account_locks_as_well_so_nothing_is_learnt(client):
    for _ in range(5):
        log_in(client, username="nobodyhere", password=WRONG)
    assert "已锁定" in log_in(client, username="NobodyHere", password=WRONG).content.decode()


@pytest.mark.parametrize(("minutes", "locked"), [(14, True), (15, False)])
def test_the_lock_ends_fifteen_minutes_after_the_fifth_failure(client, person, minutes, locked):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(5):
            log_in(client, password=WRONG)
            clock.shift(timedelta(minutes=2))
        clock.shift(timedelta(minutes=minutes - 2))
        assert (log_in(client).status_code != HTTPStatus.FOUND) is locked


def test_failures_spread_over_more_than_fifteen_minutes_do_not_lock(client, person):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(8):
            log_in(client, password=WRONG)
            clock.shift(timedelta(minutes=4))
        assert log_in(client).status_code == HTTPStatus.FOUND


def test_a_success_starts_the_count_again(client, person):
    for _ in range(4):
        log_in(client, password=WRONG)
    log_in(client)
    for _ in range(4):
        log_in(Client(), password=WRONG)
    assert log_in(Client()).status_code == HTTPStatus.FOUND


def test_thirty_failures_from_one_address_lock_the_address_for_everybody(client, person):
    for n in range(30):
        log_in(client, username=f"nobody{n}", password=WRONG, REMOTE_ADDR="10.1.2.3")
    answer = log_in(client, REMOTE_ADDR="10.1.2.3")
    assert "网络登录失败次数过多" in answer.content.decode()
    assert log_in(client, REMOTE_ADDR="10.1.2.4").status_code == HTTPStatus.FOUND


def test_the_security_officer_unlocks_and_nobody_else(client, person, security_officer, sysadmin):
    for _ in range(5):
        log_in(client, password=WRONG)
    with pytest.raises(Refused):
        rights.unlock_account(person, actor=sysadmin, now=timezone.now())
    rights.unlock_account(person, actor=security_officer, now=timezone.now())
    assert log_in(client).status_code == HTTPStatus.FOUND
    assert actions("user.unlock") == 1


def test_an_initial_password_works_for_a_day_and_must_be_changed(client, sysadmin, unit):
    now = timezone.now()
    _, password = accounts.create_account(
        actor=sysadmin, username="newcomer", name="江一帆", organisation=unit, now=now
    )
    with time_machine.travel(now + timedelta(hours=25)):
        assert "有效期" in log_in(client, "newcomer", password).content.decode()
    assert log_in(client, "newcomer", password).status_code == HTTPStatus.FOUND
    assert client.get("/")["Location"] == reverse("portal:password_change")
    assert client.get(reverse("portal:profile"))["Location"] == reverse("portal:password_change")


def test_after_ninety_one_days_only_the_password_page_opens(client, person):
    User.objects.filter(pk=person.pk).update(password_changed_at=timezone.now() - timedelta(days=91))
    log_in(client)
    for name in ("portal:profile", "reports:home"):
        assert client.get(reverse(name))["Location"] == reverse("portal:password_change")
    assert client.get(reverse("portal:password_change")).status_code == HTTPStatus.OK


def test_the_profile_without_rotation_never_expires_a_password(client, person, settings):
    settings.PASSWORD_PROFILE = "asvs"
    User.objects.filter(pk=person.pk).update(password_changed_at=timezone.now() - timedelta(days=400))
    log_in(client)
    assert client.get(reverse("portal:profile")).status_code == HTTPStatus.OK


@pytest.mark.parametrize(("age", "warned"), [(75, False), (77, True)])
def test_from_the_seventy_sixth_day_the_login_warns(client, person, age, warned):
    User.objects.filter(pk=person.pk).update(password_changed_at=timezone.now() - timedelta(days=age))
    log_in(client)
    assert ("天到期，请尽快" in client.get(reverse("portal:profile")).content.decode()) is warned


@pytest.mark.parametrize(
    ("target", "goes_to"),
    [
        ("/system/people/?role=office", "/system/people/?role=office"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_only_an_address_of_the_portal_is_gone_to_after_login(client, person, target, goes_to):
    answer = client.post(LOGIN, {"username": "linxiaowen", "password": PASSWORD, "next": target})
    assert answer["Location"] == goes_to


def test_logout_is_a_post_ends_the_session_and_clears_the_browser(client, person):
    log_in(client)
    cookie = client.cookies["sessionid"].value
    assert client.get(reverse("portal:logout")).status_code == HTTPStatus.METHOD_NOT_ALLOWED
    answer = client.post(reverse("portal:logout"))
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    client.cookies["sessionid"] = cookie
    assert client.get(reverse("portal:profile")).status_code == HTTPStatus.FOUND


def test_an_idle_session_ends_with_a_notice_and_the_way_back(client, person):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        log_in(client)
        client.get(reverse("portal:profile"))
        clock.shift(timedelta(minutes=31))
        answer = client.get(reverse("portal:profile"))
        assert answer["Location"] == f"{LOGIN}?next=%2Fprofile%2F&expired=1"
        assert "已自动退出" in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(("minutes", "open_still"), [(15, True), (16, False)])
def test_an_administrator_is_logged_out_after_fifteen_idle_minutes(client, auditor, minutes, open_still):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        log_in(client, auditor.username)
        client.get(reverse("portal:profile"))
        clock.shift(timedelta(minutes=minutes))
        assert (client.get(reverse("portal:profile")).status_code == HTTPStatus.OK) is open_still
    assert actions("session.expired") == (0 if open_still else 1)


def test_a_session_lasts_eight_hours_however_busy(client, person):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        log_in(client)
        for _ in range(24):
            clock.shift(timedelta(minutes=20))
            last = client.get(reverse("portal:profile"))
        assert last.status_code == HTTPStatus.OK
        clock.shift(timedelta(minutes=1))
        assert client.get(reverse("portal:profile")).status_code == HTTPStatus.FOUND


def test_disabling_an_account_ends_its_sessions_and_enabling_does_not_bring_them_back(
    client, person, sysadmin
):
    log_in(client)
    accounts.disable_account(person, actor=sysadmin, reason="调离", now=timezone.now())
    assert client.get(reverse("portal:profile")).status_code == HTTPStatus.FOUND
    assert "已停用" in log_in(Client()).content.decode()
    accounts.enable_account(person, actor=sysadmin, reason="返岗", now=timezone.now())
    assert client.get(reverse("portal:profile")).status_code == HTTPStatus.FOUND
    assert log_in(Client()).status_code == HTTPStatus.FOUND


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(client, person):
    elsewhere = Client()
    log_in(client)
    log_in(elsewhere)
    answer = client.post(
        reverse("portal:password_change"),
        {"old": PASSWORD, "new": "Quiet-river-19", "again": "Quiet-river-19"},
    )
    assert answer.status_code == HTTPStatus.FOUND
    assert client.get(reverse("portal:profile")).status_code == HTTPStatus.OK
    assert elsewhere.get(reverse("portal:profile")).status_code == HTTPStatus.FOUND
    assert actions("user.password") == 1


def test_other_devices_are_logged_out_on_demand(client, person):
    elsewhere = Client()
    log_in(client)
    log_in(elsewhere)
    client.post(reverse("portal:end_other_sessions"))
    assert client.get(reverse("portal:profile")).status_code == HTTPStatus.OK
    assert elsewhere.get(reverse("portal:profile")).status_code == HTTPStatus.FOUND
    assert actions("session.end_others") == 1


def test_a_revoked_role_is_gone_at_the_next_request(client, person, security_officer):
    log_in(client)
    security_client = Client()
    security_client.force_login(security_officer)
    assert security_client.get(reverse("portal:user_list")).status_code == HTTPStatus.OK
    security_officer.grants.update(revoked_at=timezone.now())
    assert security_client.get(reverse("portal:user_list")).status_code == HTTPStatus.FORBIDDEN


def test_wrong_present_passwords_count_towards_the_lock(client, person):
    log_in(client)
    for _ in range(5):
        client.post(
            reverse("portal:password_change"),
            {"old": WRONG, "new": "Quiet-river-19", "again": "Quiet-river-19"},
        )
    answer = client.post(
        reverse("portal:password_change"),
        {"old": PASSWORD, "new": "Quiet-river-19", "again": "Quiet-river-19"},
    )
    assert "已锁定" in answer.content.decode()


@pytest.mark.parametrize("password", ["admin", "123456", "admin123", "password", PASSWORD])
@pytest.mark.parametrize("username", ["admin", "root", "administrator", "sysadmin", "office"])
def test_a_fresh_installation_has_no_usable_account(client, username, password):
    assert User.objects.count() == 0
    assert log_in(client, username, password).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_the_sample_accounts_exist_in_the_sample_edition_only(client, settings):
    UserFactory(username="shenruoning", name="沈若宁", roles=["office"])
    UserFactory(username="outsider1", roles=["office"])
    sample = reverse("portal:sample_login")
    assert "沈若宁" not in client.get(LOGIN).content.decode()
    assert client.post(sample, {"username": "shenruoning"}).status_code == HTTPStatus.NOT_FOUND
    settings.SAMPLE_EDITION = True
    assert "沈若宁" in client.get(LOGIN).content.decode()
    assert client.post(sample, {"username": "outsider1"}).status_code == HTTPStatus.NOT_FOUND
    assert client.post(sample, {"username": "shenruoning"}).status_code == HTTPStatus.FOUND
    assert client.get(reverse("portal:profile")).status_code == HTTPStatus.OK


def test_pages_behind_the_login_are_not_kept_by_the_browser(client, person):
    log_in(client)
    assert "no-store" in client.get(reverse("portal:profile"))["Cache-Control"]


def test_old_attempts_are_forgotten(client, person):
    log_in(client, password=WRONG)
    assert service.forget_attempts(before=timezone.now() - timedelta(days=1)) == 0
    assert service.forget_attempts(before=timezone.now() + timedelta(seconds=1)) == 1
