"""SECURITY_PROFILE: one setting from which the limits of a level of 等保 follow."""

import json
from datetime import timedelta
from http import HTTPStatus

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from portal.models import SettingRow, User
from portal.security_profile import PROFILES, current_limits, profile_of
from portal.selectors.settings import setting, settings_on
from portal.services import accounts
from tests.factories import PASSWORD, UserFactory
from tests.portal import hash_counter
from tests.portal.test_production_settings import production, run

ASK = """
import json, sys, django
django.setup()
from django.conf import settings
from portal.selectors.settings import default_of
json.dump({"age": settings.SESSION_COOKIE_AGE, "kept": settings.BACKUP_KEEP,
    "idle": default_of("security.idle_minutes"), "second": default_of("security.second_factor")}, sys.stdout)
"""
WRONG = "Wrong-guess-000"


@pytest.fixture(params=sorted(PROFILES))
def profile(request, settings, db):
    settings.PASSWORD_HASHERS = hash_counter.QUICK
    settings.SECURITY_PROFILE = request.param
    return PROFILES[request.param]


def test_level_three_is_nowhere_looser_than_level_two():
    two, three = profile_of(2), profile_of(3)
    for name in ("idle_minutes", "duty_idle_minutes", "session_hours", "password_days", "unused_days"):
        assert getattr(three, name) <= getattr(two, name), name
    for name in ("failures_per_account", "failures_per_address"):
        assert getattr(three, name) <= getattr(two, name), name
    assert three.locked_for > two.locked_for
    assert three.second_factor_roles > two.second_factor_roles
    assert three.backups_kept > two.backups_kept
    assert (two.second_factor, three.second_factor) == (False, True)


def test_settings_nobody_has_changed_are_those_of_the_profile(profile, today):
    assert settings_on(today).items() >= profile.setting_defaults.items()
    for key, value in profile.setting_defaults.items():
        assert setting(key, on=today) == value


def test_what_the_office_has_chosen_stays_whatever_the_profile(profile, today, officer):
    SettingRow.objects.create(
        key="security.idle_minutes", value=20, valid_from=today, note="会议定", created_by=officer
    )
    assert setting("security.idle_minutes", on=today) == 20
    assert settings_on(today)["security.idle_minutes"] == 20


def test_the_page_of_a_setting_shows_the_default_of_the_profile(profile, browse, sysadmin):
    if profile.second_factor:
        User.objects.filter(pk=sysadmin.pk).update(totp_confirmed_at=timezone.now())
    page = browse(sysadmin).get("/system/settings/security.idle_minutes/")
    assert page.context["default"] == f"{profile.idle_minutes} 分钟"


def log_in(username, password):
    return Client().post("/login/", {"username": username, "password": password})


def test_the_lock_lasts_as_long_as_the_profile_says(profile):
    UserFactory(username="linxiaowen", roles=["liaison"], password=make_password(PASSWORD))
    minutes = profile.locked_minutes
    with time_machine.travel("2026-03-02 09:00+08:00", tick=False) as clock:
        page = Client().get("/login/").content.decode()
        assert f"连续输错 {profile.failures_per_account} 次锁定 {minutes} 分钟" in page
        for _ in range(profile.failures_per_account):
            log_in("linxiaowen", WRONG)
        assert f"请 {minutes} 分钟后再试" in log_in("linxiaowen", PASSWORD).content.decode()
        clock.shift(profile.locked_for - timedelta(seconds=1))
        assert log_in("linxiaowen", PASSWORD).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        clock.shift(timedelta(seconds=1))
        assert log_in("linxiaowen", PASSWORD).status_code == HTTPStatus.FOUND


@pytest.mark.parametrize("role", ["liaison", "sysadmin"])
def test_an_idle_session_ends_when_the_profile_says(profile, browse, role):
    person = UserFactory(roles=[role], totp_confirmed_at=timezone.now())
    minutes = profile.duty_idle_minutes if role == "sysadmin" else profile.idle_minutes
    with time_machine.travel("2026-03-02 09:00+08:00", tick=False) as clock:
        client = browse(person)
        client.get("/profile/")
        clock.shift(timedelta(minutes=minutes))
        assert client.get("/profile/").status_code == HTTPStatus.OK
        clock.shift(timedelta(minutes=minutes, seconds=1))
        assert client.get("/profile/").status_code == HTTPStatus.FOUND


@pytest.mark.parametrize(
    ("role", "demanding"),
    [("office", {"djbh3"}), ("office_head", {"djbh3"}), ("auditor", {"djbh3"}), ("liaison", set())],
)
def test_a_second_factor_is_demanded_of_whom_the_profile_says(settings, db, browse, role, demanding):
    person = UserFactory(roles=[role])
    for name in PROFILES:
        settings.SECURITY_PROFILE = name
        answer = browse(person).get("/system/calendar/")
        sent = answer.status_code == HTTPStatus.FOUND and answer.url == "/profile/second-factor/"
        assert sent == (name in demanding), name


def test_accounts_nobody_uses_are_disabled_when_the_profile_says(profile):
    now = timezone.now()
    limit = now - timedelta(days=profile.unused_days)
    User.objects.all().delete()
    old, new = UserFactory(roles=["liaison"]), UserFactory(roles=["liaison"])
    rows = User.objects
    rows.filter(pk=old.pk).update(created_at=limit - timedelta(hours=1), last_seen_at=None)
    rows.filter(pk=new.pk).update(created_at=limit + timedelta(hours=1), last_seen_at=None)
    assert accounts.disable_unused(now=now) == [old]


def test_level_three_holds_from_the_start_of_the_production_edition(tmp_path):
    done = run(production(tmp_path, SECURITY_PROFILE="djbh3"), "-c", ASK)
    assert done.returncode == 0, done.stderr
    three = profile_of(3)
    assert json.loads(done.stdout) == {
        "age": three.session_hours * 3600,
        "kept": three.backups_kept,
        "idle": three.idle_minutes,
        "second": True,
    }


def test_an_unknown_profile_stops_the_start_with_a_sentence(tmp_path):
    done = run(production(tmp_path, SECURITY_PROFILE="djbh4"), "manage.py", "check")
    assert done.returncode != 0
    assert "SECURITY_PROFILE 只能是 djbh2 或 djbh3" in done.stderr.splitlines()[-1]


def test_without_a_choice_level_two_holds(settings):
    assert current_limits() is profile_of(2)
