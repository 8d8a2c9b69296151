"""A real server with a copy of the sample county, and a real Chromium, for the stories.

The sample is loaded once a session; each test module gets its own copy of it and
its own server, so that stories do not meet. The server's clock stands at
10 November 2023, the day on which October's reports close.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLE_DAY = "2023-11-10"
MORNING = f"{SAMPLE_DAY}T09:30:00+08:00"
PASSWORD = "Yunxi@2023demo"
# The sample gives a password to one account per role only; the stories need their neighbours too.
EVERYONE_ENTERS = """
from portal.models import User
known = User.objects.get(username="linxiaowen")
User.objects.exclude(password=known.password).update(password=known.password, must_change_password=False)
"""
DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Portal:
    """A running server: its address, and the folder of its database and files."""

    url: str
    folder: Path

    def manage(self, *arguments):
        """Run a management command on this copy, at the real clock, and return what it prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=_environment(self.folder),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout


def _environment(folder):
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    return kept | {"PORTAL_VAR": str(folder), "SAMPLE_EDITION": "on"}


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """A folder with the loaded sample county; never served itself, only copied."""
    folder = tmp_path_factory.mktemp("sample")
    portal = Portal("", folder)
    portal.manage("migrate", "-v0")
    portal.manage("load_sample", "--today", SAMPLE_DAY)
    portal.manage("shell", "-v0", "-c", EVERYONE_ENTERS)
    return folder


@pytest.fixture(scope="module")
def portal(sample, tmp_path_factory):
    """A server of its own for a test module."""
    folder = tmp_path_factory.mktemp("portal") / "var"
    shutil.copytree(sample, folder)
    with serving(folder, MORNING) as running:
        yield running


@contextmanager
def serving(folder, moment):
    """Serve the copy in `folder` with the clock at `moment`."""
    port = _free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.server", str(port), moment],
        cwd=ROOT,
        env=_environment(folder),
    )
    running = Portal(f"http://127.0.0.1:{port}", folder)
    try:
        _wait_for(running.url)
        yield running
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.fixture
def later(portal):
    """Return a function that serves the same county at a later moment: `with later("2023-12-01T09:30:00+08:00")`.

    What came due until then has been done by the portal's own jobs.
    """

    @contextmanager
    def serve_later(moment):
        command = [sys.executable, "-m", "tests.browser.jobs", moment]
        subprocess.run(command, cwd=ROOT, env=_environment(portal.folder), check=True, capture_output=True)
        with serving(portal.folder, moment) as running:
            yield running

    return serve_later


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(url):
    for _ in range(120):
        try:
            urllib.request.urlopen(f"{url}/login/", timeout=5)
        except (URLError, TimeoutError):
            time.sleep(0.25)
        else:
            return
    pytest.fail("the server did not start within thirty seconds")


@pytest.fixture(scope="session")
def browser_type_launch_args():
    return {
        "executable_path": shutil.which("chromium"),
        "args": ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"],
        "env": os.environ | {"LANGUAGE": "zh_CN"},
    }


@pytest.fixture(scope="session")
def browser_context_args():
    return {"viewport": DESK, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture
def enter(browser, browser_context_args, portal):
    """Return a page on which a person of the sample has logged in: `enter("linxiaowen")`.

    What its console complains about is gathered in `page.complaints`.
    """
    contexts = []

    def log_in(username, *, viewport=None, at=portal):
        context = browser.new_context(**(browser_context_args | ({"viewport": viewport} if viewport else {})))
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: _note(page, message))
        page.goto(f"{at.url}/login/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]:has-text('登录')")
        page.wait_for_url(lambda url: "/login/" not in url)
        return page

    yield log_in
    for context in contexts:
        context.close()


def _note(page, message):
    """Keep what the console complains about, refusals of the content policy among them."""
    if message.type in {"error", "warning"}:
        page.complaints.append(message.text)


class Clicks:
    """A hand that counts: `clicks(locator)` clicks, `clicks.count` says how often so far."""

    def __init__(self):
        self.count = 0

    def __call__(self, target):
        target.click()
        self.count += 1


@pytest.fixture
def clicks():
    return Clicks()


def pytest_collection_modifyitems(items):
    """Mark the browser's tests, and refuse any other test that asks for a browser by the name of a parameter.

    Such a test (a parameter called `page` is enough) starts the browser's event loop in
    the middle of the others, and nothing after it reaches the database.
    """
    for item in items:
        if "tests/browser" in str(item.fspath):
            item.add_marker(pytest.mark.browser)
        elif "browser_name" in item.fixturenames:
            raise pytest.UsageError(f"{item.nodeid} asks for a browser: call its parameter something else")
