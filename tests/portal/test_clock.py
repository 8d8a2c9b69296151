"""CM-1: the clock compared with the database server's and a time server's; more than a second is shown and told."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection

from portal import sntp
from portal.models import Notification
from portal.selectors.clock import Skew, clock_skews, database_skew, time_server_skew
from portal.services.clock_watch import check_clock
from tests.portal.log_sinks import time_server

NEAR = timedelta(milliseconds=300)


@contextmanager
def serving(settings, **values):
    """Compare with a time server of our own."""
    cache.clear()
    with time_server(**values) as (address, asked):
        settings.NTP_SERVER = address
        yield asked


@pytest.mark.parametrize("ahead", [0.0, 3.5, -3.5, 86_400.0, -40_000_000.0])
def test_the_offset_of_a_time_server_is_found(ahead):
    with time_server(ahead=ahead) as (address, _asked):
        assert abs(sntp.offset_of(address) - timedelta(seconds=ahead)) < NEAR


def test_seconds_that_begin_anew_in_2036_are_read_near_our_own_time():
    field = (100).to_bytes(4, "big") + bytes(4)
    assert sntp._moment(field, near=2_085_978_500.0) == 2_085_978_496 + 100
    assert sntp._moment(field, near=0.0) == 100 - 2_208_988_800 + (1 << 32)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"silent": True}, "没有应答"),
        ({"forged": True}, "不是对本次询问的回答"),
        ({"stratum": 0}, "自身没有同步"),
        ({"stratum": 16}, "自身没有同步"),
        ({"leap": 3}, "自身没有同步"),
    ],
)
def test_an_answer_that_cannot_be_relied_on_is_none(values, sentence):
    with time_server(ahead=100.0, **values) as (address, _asked), pytest.raises(sntp.NoTime, match=sentence):
        sntp.offset_of(address, wait=0.2)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("ntp.example", "ntp.example", 123),
        ("10.1.2.3:1123", "10.1.2.3", 1123),
        ("2001:db8::1", "2001:db8::1", 123),
        ("[2001:db8::1]:1123", "2001:db8::1", 1123),
        ("[2001:db8::1]", "2001:db8::1", 123),
    ],
)
def test_the_address_of_a_time_server_is_read(text, host, port):
    assert sntp._split(text) == (host, port)


@pytest.mark.parametrize(
    ("ahead", "off", "words"),
    [
        (1.0, False, "慢 1.0 秒"),
        (1.1, True, "慢 1.1 秒"),
        (-1.1, True, "快 1.1 秒"),
        (-0.9, False, "快 0.9 秒"),
    ],
)
def test_more_than_a_second_either_way_is_off(ahead, off, words):
    skew = Skew("时间服务器", timedelta(seconds=ahead))
    assert (skew.is_off, skew.text) == (off, f"本机时钟比时间服务器{words}")


@pytest.mark.django_db
def test_the_database_server_is_compared_where_it_is_one(settings):
    settings.NTP_SERVER = ""
    assert abs(database_skew().ahead) < timedelta(seconds=1)
    assert [skew.source for skew in clock_skews()] == (
        ["数据库服务器"] if connection.vendor == "postgresql" else []
    )


def test_a_time_server_is_asked_once_a_minute_silent_or_not(settings):
    for silent in (False, True):
        with serving(settings, silent=silent) as asked:
            answers = {time_server_skew().text for _ in range(3)}
            assert (len(answers), len(asked)) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("shown_at", ["/system/", "/system/jobs/"])
@pytest.mark.parametrize(("ahead", "shown"), [(5.0, True), (0.0, False)])
def test_the_system_administrator_sees_a_clock_that_is_off(
    settings, browse, sysadmin, shown_at, ahead, shown
):
    with serving(settings, ahead=ahead):
        text = browse(sysadmin).get(shown_at).content.decode()
    assert ("服务器时钟不准" in text) == shown
    assert ("本机时钟比时间服务器慢 5.0 秒，超过 1 秒" in text) == shown


@pytest.mark.django_db
def test_a_silent_time_server_is_named_on_the_page_of_jobs(settings, browse, sysadmin, monkeypatch):
    with serving(settings, silent=True):
        text = browse(sysadmin).get("/system/jobs/").content.decode()
    assert "时间服务器：时间服务器没有应答" in text
    assert "服务器时钟不准" not in text


@pytest.mark.django_db
def test_the_job_tells_the_system_administrator_once_a_day(settings, sysadmin, officer, today):
    with serving(settings, ahead=-2.5):
        for _ in range(2):
            assert "快 2.5 秒" in check_clock(today)
    notice = Notification.objects.get()
    assert (notice.recipient, "请检查时间同步服务" in notice.text) == (sysadmin, True)
    with serving(settings):
        check_clock(today + timedelta(days=1))
    assert Notification.objects.count() == 1
