"""R-6: PostgreSQL killed under eight writers; what was acknowledged is there, and everybody goes on by himself."""

import time
import urllib.error
import urllib.request

import psycopg2
import pytest

from tests.chaos import work
from tests.chaos.postgres import PostgreSQL
from tests.chaos.processes import Processes, Redis, free_port, until

pytestmark = pytest.mark.chaos


@pytest.fixture
def server():
    cluster = PostgreSQL()
    try:
        yield cluster.start()
    finally:
        cluster.stop()


@pytest.fixture
def processes(server, tmp_path):
    """Processes whose database is the test's own."""
    group = Processes(tmp_path)
    group.environment = {"DATABASE_URL": server.create_database("portal")}
    # What the login page and the jobs need; the other applications' tables would only take time.
    for app in ("portal", "sessions"):
        assert group.python("manage.py", "migrate", app, "--noinput").wait(120) == 0, group.logs()
    yield group
    group.kill_all()


def rows(server, statement):
    connection = psycopg2.connect(server.url("portal"))
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()
    finally:
        connection.close()


def execute(server, statement):
    connection = psycopg2.connect(server.url("portal"))
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def status_of(url):
    try:
        # A session, however old, is looked up in the database; the login page alone would need none.
        request = urllib.request.Request(
            url, headers={"Cookie": "sessionid=0123456789abcdef0123456789abcdef"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return None, ""


def acknowledged(processes):
    """Return what the writers noted after the database had said yes."""
    lines = (path.read_text().split("\n")[:-1] for path in processes.folder.glob("acknowledged-*"))
    return [line for file in lines for line in file]


def test_what_was_acknowledged_survives_and_pages_and_workers_recover_by_themselves(server, processes):
    execute(server, work.CREATE)
    port = free_port()
    page = f"http://127.0.0.1:{port}/login/"
    processes.python("-m", "waitress", f"--listen=127.0.0.1:{port}", "portal.wsgi:application")
    assert until(lambda: status_of(page)[0] == 200, 30), processes.logs()
    for number in range(8):
        processes.act("writer", number, processes.folder / f"acknowledged-{number}")
    Redis(processes).start()
    worker = processes.worker()
    processes.beat()
    for number in range(2):
        before = len(acknowledged(processes))
        assert until(lambda before=before: len(acknowledged(processes)) > before + 100, 30), processes.logs()
        server.kill()
        code, text = status_of(page)
        assert code == 503, text
        assert "系统暂时无法使用" in text
        back = time.monotonic()
        server.start()
        known = len(acknowledged(processes))
        assert until(lambda: status_of(page)[0] == 200, 30), processes.logs()
        assert until(lambda known=known: len(acknowledged(processes)) > known, 30), processes.logs()
        execute(
            server,
            "INSERT INTO portal_jobslot (job, slot_at, state, attempts, outcome, planned) "
            f"VALUES ('quick', now() + interval '{number} microseconds', 'due', 0, '', false)",
        )
        done = "SELECT count(*) FROM portal_jobslot WHERE job = 'quick' AND state = 'done'"
        assert until(lambda number=number, done=done: rows(server, done) == [(number + 1,)], 30), (
            processes.logs()
        )
        assert time.monotonic() - back < 60
        assert worker.poll() is None, processes.logs()
    processes.kill_all()
    noted = acknowledged(processes)
    stored = [slot for (slot,) in rows(server, "SELECT slot FROM chaos_ledger WHERE job = 'writer'")]
    assert len(stored) == len(set(stored))
    assert set(noted) - set(stored) == set()
    # A commit whose answer got lost may stand there unnoted: one for each writer, each kill, and the end.
    assert len(set(stored) - set(noted)) <= 8 * 3
