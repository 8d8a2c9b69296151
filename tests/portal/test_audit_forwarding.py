"""CM-1: every event of the trail at a log server, in order, within seconds, after an outage too. Real sockets."""

import contextlib
import os
import socket
import subprocess
import sys
import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from portal import log_server
from portal.log_server import BadTarget, Line, format_line, read_target
from portal.management.commands.run_jobs import forward_until
from portal.models import AuditEvent, AuditSeal, LogForwarding, Notification
from portal.selectors.log_forwarding import forwarding_state
from portal.services import audit
from portal.services.audit_forwarding import PAUSE, forward_and_tell, forward_due
from tests.portal import log_sinks
from tests.portal.log_sinks import Sink, parse
from tests.portal.sinks import GatewaySink, serving
from tests.portal.test_production_settings import production, run

AT = datetime.fromisoformat("2026-03-02T09:00:00.123456+08:00")


@pytest.fixture
def sink():
    return Sink()


def write(count, **values):
    """Add events to the trail, each in a transaction of its own, and seal them."""
    for number in range(count):
        audit.record(None, "setting.change", actor=None, changes={"n": number}, **values)
    audit.seal()


def aim(settings, url):
    settings.SYSLOG_TARGET = read_target("SYSLOG_URL", url)


def sealed():
    return list(AuditSeal.objects.order_by("sequence").values_list("sequence", flat=True))


@pytest.mark.parametrize(
    ("text", "written", "batch"),
    [
        ("udp://log.example:514", "udp://log.example:514", 20),
        ("tcp://10.1.2.3:601/", "tcp://10.1.2.3:601", 500),
        ("tcp://[2001:db8::1]:601", "tcp://[2001:db8::1]:601", 500),
        ("unix:///dev/log", "unix:///dev/log", 100),
    ],
)
def test_a_target_is_read(text, written, batch):
    target = read_target("SYSLOG_URL", text)
    assert (str(target), target.batch) == (written, batch)


@pytest.mark.parametrize(
    "text",
    ["log.example:514", "tcp://log.example", "udp://:514", "http://a:1", "tcp://a:99999", "unix://log"],
)
def test_what_is_no_target_stops_the_start_with_a_sentence(text):
    with pytest.raises(BadTarget, match="不是日志服务器地址，应写成 udp://"):
        read_target("SYSLOG_URL", text)


def test_a_bad_target_in_the_environment_is_the_last_word_of_the_start(tmp_path):
    done = run(production(tmp_path, SYSLOG_URL="syslog://log"), "manage.py", "check")
    assert done.returncode != 0
    assert "SYSLOG_URL 中的“syslog://log”不是日志服务器地址" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("outcome", "priority"), [("ok", 110), ("denied", 108), ("error", 107), ("missing", 105)]
)
def test_a_line_is_one_line_of_rfc_5424_whatever_was_typed_in(outcome, priority):
    body = {"note": "第一行\r\n<13>1 - forged - - - -\u2028\0末", "changes": {"姓名": ["张", None]}}
    line = parse(format_line(Line(7, AT, "session.failed", outcome, body)))
    assert (int(line["priority"]), line["message"], line["number"]) == (priority, "session.failed", "7")
    assert datetime.fromisoformat(line["at"]) == AT
    assert line["body"] == body


def test_header_fields_stay_visible_ascii_and_numbers_begin_anew():
    line = parse(format_line(Line(log_server.LAST_SEQUENCE_ID + 1, AT, "动作 x" + "y" * 50, "ok", {})))
    assert (line["message"], line["number"]) == ("x" + "y" * 31, "1")
    assert parse(format_line(Line(1, AT, "动作", "ok", {})))["message"] == "-"


def test_an_event_too_long_for_a_datagram_is_shortened_and_says_so():
    body = {"seq": 1, "changes": {"text": "长" * 30_000}, "note": "", "digest": "d"}
    written = format_line(Line(1, AT, "item.change", "ok", body), log_server.MAX_DATAGRAM)
    assert len(written) < log_server.MAX_DATAGRAM
    assert parse(written)["body"] == {"seq": 1, "digest": "d", "shortened": True}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["tcp", "udp", "unix"])
def test_every_event_arrives_once_in_the_order_of_the_chain(settings, sink, tmp_path, sysadmin, kind):
    write(120)
    with contextlib.ExitStack() as open_servers:
        if kind == "tcp":
            port = open_servers.enter_context(log_sinks.tcp(sink)).server_address[1]
        else:
            path = tmp_path / "log" if kind == "unix" else None
            port = open_servers.enter_context(log_sinks.datagrams(sink, path))
        aim(settings, f"unix://{path}" if kind == "unix" else f"{kind}://127.0.0.1:{port}")
        assert forward_due(timezone.now()).sent == 120
        write(3, outcome=AuditEvent.Outcome.DENIED)
        assert forward_due(timezone.now()).sent == 3
        assert forward_due(timezone.now()).sent == 0
        assert sink.wait_for(123)
    assert sink.sequences() == sealed()
    last, event = sink.bodies()[-1], AuditEvent.objects.latest("pk")
    assert (last["id"], last["digest"], last["chain"]) == (
        event.pk,
        event.digest,
        AuditSeal.objects.latest("pk").hash,
    )
    assert (last["action_label"], last["outcome"], last["changes"]) == ("修改设置", "denied", {"n": 2})


@pytest.mark.django_db
def test_after_an_outage_what_waited_is_sent_and_nothing_twice(settings, sink, auditor):
    with log_sinks.tcp(sink) as server:
        port = server.server_address[1]
        aim(settings, f"tcp://127.0.0.1:{port}")
        write(5)
        assert forward_due(timezone.now()).sent == 5
    write(7)
    now = timezone.now()
    assert forward_due(now).failure == "没有程序在监听"
    state = forwarding_state(now)
    assert (state.waiting, state.failing_since is not None, state.is_late) == (7, True, False)
    with log_sinks.tcp(sink, port):
        assert forward_due(now + PAUSE - timedelta(seconds=1)).sent == 0
        assert forward_due(now + PAUSE * 2).sent == 7
    assert sink.sequences() == sealed()
    assert forwarding_state(now).failing_since is None


@pytest.mark.django_db
def test_a_server_that_dies_amid_a_batch_gets_the_batch_again_and_no_event_is_lost(settings, sink):
    write(300)
    with log_sinks.tcp(sink, left=40) as server:
        port = server.server_address[1]
        aim(settings, f"tcp://127.0.0.1:{port}")
        done = forward_due(timezone.now())
        assert server.broken.wait(5)
    assert (done.sent, done.failure) == (0, "日志服务器中断了连接")
    assert LogForwarding.objects.get().sequence == 0
    with log_sinks.tcp(sink, port):
        assert forward_due(timezone.now() + PAUSE * 2).sent == 300
    got = sink.sequences()
    assert got[:40] == sealed()[:40]
    assert got[40:] == sealed()


@pytest.mark.django_db
def test_a_server_that_answers_is_none_and_nothing_is_taken_for_sent(settings):
    write(2)
    with serving(GatewaySink()) as web:
        aim(settings, f"tcp://127.0.0.1:{web.server_port}")
        done = forward_due(timezone.now())
    assert (done.sent, done.failure) == (0, "对方不是日志服务器")
    assert LogForwarding.objects.get().sequence == 0


@pytest.mark.django_db
def test_datagrams_to_nobody_are_not_taken_for_sent(settings, sink):
    write(25)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    aim(settings, f"udp://127.0.0.1:{port}")
    now = timezone.now()
    assert forward_due(now).failure == "没有程序在监听"
    assert LogForwarding.objects.get().sequence == 0
    with log_sinks.datagrams(sink, port=port):
        assert forward_due(now + PAUSE * 2).sent == 25
        assert sink.wait_for(25)
    assert sink.sequences() == sealed()


@pytest.mark.django_db
def test_a_missing_unix_socket_waits_and_a_full_one_keeps_what_it_has(settings, sink, tmp_path, monkeypatch):
    monkeypatch.setattr(log_server, "SEND_SECONDS", 0.2)
    write(60)
    path = tmp_path / "log"
    aim(settings, f"unix://{path}")
    now = timezone.now()
    assert forward_due(now).failure == "套接字不存在"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stuck:
        stuck.bind(str(path))
        done = forward_due(now + PAUSE * 2)
        queued = []
        stuck.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                queued.append(parse(stuck.recv(65536))["body"]["seq"])
    path.unlink()
    assert 0 < done.sent < 60
    assert queued == sealed()[: done.sent]
    with log_sinks.datagrams(sink, path):
        assert forward_due(now + PAUSE * 4).sent == 60 - done.sent
        assert sink.wait_for(60 - done.sent)
    assert queued + sink.sequences() == sealed()


@pytest.mark.django_db
def test_an_event_that_was_taken_out_of_the_trail_is_told_and_holds_nothing_up(settings, sink):
    write(2)
    AuditSeal.objects.create(sequence=3, event_id=10**9, hash="x" * 64)
    with log_sinks.tcp(sink) as server:
        aim(settings, f"tcp://127.0.0.1:{server.server_address[1]}")
        assert forward_due(timezone.now()).sent == 3
    assert parse(sink.lines[-1])["message"] == "audit.missing"


@pytest.mark.django_db
def test_an_event_whose_process_died_before_sealing_it_is_sent_all_the_same(settings, sink):
    write(1)
    audit.build_event(None, "setting.change", actor=None).save(force_insert=True)
    with log_sinks.tcp(sink) as server:
        aim(settings, f"tcp://127.0.0.1:{server.server_address[1]}")
        assert forward_due(timezone.now()).sent == 2


@pytest.mark.django_db
def test_without_a_log_server_nothing_is_kept_and_the_job_says_so(settings, today):
    settings.SYSLOG_TARGET = None
    write(1)
    assert forward_and_tell(timezone.now(), today).startswith("没有设置日志服务器")
    assert not LogForwarding.objects.exists()


@pytest.mark.django_db
def test_an_outage_of_ten_minutes_is_told_once_a_day(settings, sysadmin, auditor, officer, today):
    write(4)
    aim(settings, "unix:///nowhere/log")
    now = timezone.now()
    assert "待外送 4 条：套接字不存在" in forward_and_tell(now, today)
    assert not Notification.objects.exists()
    for minutes in (11, 12):
        forward_and_tell(now + timedelta(minutes=minutes), today)
    told = Notification.objects.filter(event_key=f"audit.forwarding:{today}")
    assert {notice.recipient for notice in told} == {sysadmin, auditor}
    assert "待外送 4 条" in told.first().text


@pytest.mark.django_db(transaction=True)
def test_four_processes_at_once_send_every_event_once_and_in_order(settings, sink):
    write(400)
    with log_sinks.tcp(sink) as server:
        aim(settings, f"tcp://127.0.0.1:{server.server_address[1]}")
        sent, gate = [], threading.Barrier(4)

        def work():
            gate.wait()
            try:
                sent.append(forward_due(timezone.now()).sent)
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(sent) == [0, 0, 0, 400]
    assert sink.sequences() == sealed()


@pytest.mark.django_db(transaction=True)
def test_the_watching_process_has_an_event_at_the_server_within_five_seconds(settings, sink):
    with log_sinks.tcp(sink) as server:
        aim(settings, f"tcp://127.0.0.1:{server.server_address[1]}")
        stop = threading.Event()
        watcher = threading.Thread(target=forward_until, args=(stop,))
        watcher.start()
        try:
            for count in (1, 2, 3):
                write(1)
                assert sink.wait_for(count, seconds=5)
        finally:
            stop.set()
            watcher.join()
    assert sink.sequences() == sealed()


@pytest.mark.parametrize(("url", "rung"), [("", False), ("udp://127.0.0.1:514", True)])
def test_in_production_the_bell_rings_for_the_log_server_every_two_seconds(tmp_path, url, rung):
    ask = "from portal.celery import app; print(app.conf.beat_schedule.get('forward_audit', {}).get('schedule'))"
    done = subprocess.run(
        [sys.executable, "-c", ask],
        env={**os.environ, "PORTAL_VAR": str(tmp_path), "SYSLOG_URL": url},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ("2.0" if rung else "None")


@pytest.mark.django_db
@pytest.mark.parametrize("shown_at", ["/system/", "/system/jobs/"])
def test_the_system_administrator_sees_an_outage_with_what_waits(
    settings, browse, sysadmin, calendar, shown_at, django_assert_max_num_queries
):
    write(2)
    aim(settings, "unix:///nowhere/log")
    forward_due(timezone.now())
    client = browse(sysadmin)
    assert "审计记录外送中断" not in client.get(shown_at).content.decode()
    LogForwarding.objects.update(failing_since=timezone.now() - timedelta(minutes=11))
    with django_assert_max_num_queries(15):
        text = client.get(shown_at).content.decode()
    assert "审计记录外送中断" in text
    assert "unix:///nowhere/log：套接字不存在。待外送 2 条" in text
