"""The one command that sets everything up and serves the sample county, run as people run it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

pytestmark = pytest.mark.edition
ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder of its own for the data, in which the demo has been set up once."""
    folder = tmp_path_factory.mktemp("demo")
    done = manage(folder, "demo", "--no-serve")
    assert done.returncode == 0, done.stderr
    return folder


def environment(folder):
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    return {**kept, "PORTAL_VAR": str(folder), "PYTHONUNBUFFERED": "1"}


def manage(folder, *arguments):
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=environment(folder),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except urllib.error.URLError:
        return False


def test_setting_up_leaves_the_marker_of_the_sample_edition(home):
    assert (home / "sample-edition").exists()


def test_a_second_time_nothing_is_loaded_again(home):
    again = manage(home, "demo", "--no-serve")
    assert again.returncode == 0
    assert "已经载入过" in again.stdout
    assert "shenruoning" in again.stdout


def test_it_serves_until_it_is_interrupted_and_stops_cleanly(home):
    port = free_port()
    command = [sys.executable, str(ROOT / "manage.py"), "demo", "--port", str(port)]
    demo = subprocess.Popen(
        command, env=environment(home), cwd=home, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        url, deadline = f"http://127.0.0.1:{port}/static/css/tokens.css", time.monotonic() + PATIENCE
        while not answers(url):
            assert demo.poll() is None, "the demo ended by itself"
            assert time.monotonic() < deadline, "no answer"
            time.sleep(0.3)
        demo.send_signal(signal.SIGINT)
        told, _ = demo.communicate(timeout=PATIENCE)
    finally:
        if demo.poll() is None:
            demo.terminate()
    assert demo.returncode == 0
    assert f"http://127.0.0.1:{port}/" in told
    assert not answers(url)


def test_a_port_that_is_taken_is_named_before_anything_starts(home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = manage(home, "demo", "--port", str(port))
    assert done.returncode != 0
    assert f"端口 {port} 已被占用" in done.stderr


def test_the_test_command_hands_its_arguments_to_pytest(tmp_path):
    done = manage(tmp_path, "test", "--version")
    assert done.returncode == 0
    assert done.stdout.startswith("pytest")
    assert manage(tmp_path, "test", "tests/no_such_file.py", "-q").returncode == 4
