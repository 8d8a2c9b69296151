"""Start, watch and kill real processes."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def database_url():
    """Return the address of this run's test database, for processes of our own."""
    values = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{values['NAME']}"
    host, port = values["HOST"] or "127.0.0.1", values["PORT"] or 5432
    return f"postgres://{values['USER']}:{values['PASSWORD']}@{host}:{port}/{values['NAME']}"


def until(condition, seconds, step=0.1):
    """Wait for `condition`; return whether it came true within `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(step)
    return bool(condition())


class Processes:
    """Everything a test started; whatever is left at its end is killed, group by group."""

    def __init__(self, folder, redis_url=""):
        self.folder, self.redis_url, self.running = folder, redis_url, []
        self.environment = {}

    def start(self, *arguments, **environment):
        number = len(self.running)
        with (self.folder / f"process-{number}.log").open("wb") as log:
            process = subprocess.Popen(
                [str(argument) for argument in arguments],
                cwd=ROOT,
                env={
                    **os.environ,
                    "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
                    "DATABASE_URL": database_url(),
                    "REDIS_URL": self.redis_url,
                    "PYTHONDONTWRITEBYTECODE": "1",
                    **self.environment,
                    **environment,
                },
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def python(self, *arguments, **environment):
        return self.start(sys.executable, *arguments, **environment)

    def act(self, actor, *arguments, **environment):
        """Run one of the functions of `tests.chaos.actors` in a process of its own."""
        code = f"import django, sys; django.setup(); from tests.chaos.actors import {actor}; {actor}(*sys.argv[1:])"
        return self.python("-c", code, *arguments, **environment)

    def worker(self, concurrency=2, **environment):
        return self.python(
            *("-m", "celery", "-A", "tests.chaos.celery_app", "worker", "--loglevel=INFO"),
            *("-c", concurrency, "-n", f"w{len(self.running)}@%h", "--without-gossip", "--without-mingle"),
            **environment,
        )

    def beat(self):
        schedule = self.folder / f"beat-{len(self.running)}"
        return self.python("-m", "celery", "-A", "tests.chaos.celery_app", "beat", "-s", schedule)

    def kill(self, process):
        """Kill a process with everything it has started, without a warning."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_child(self, process):
        """Kill one child of a worker; return whether there was one."""
        try:
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        except FileNotFoundError:
            return False
        for child in children[:1]:
            os.kill(int(child), signal.SIGKILL)
        return bool(children)

    def kill_all(self):
        for process in self.running:
            self.kill(process)

    def logs(self):
        return "\n".join(
            path.read_text(errors="replace")[-3000:] for path in sorted(self.folder.glob("*.log"))
        )


class Redis:
    """A Redis server of the test's own, which keeps nothing when it is killed."""

    def __init__(self, processes):
        self.processes, self.port, self.process = processes, free_port(), None
        processes.redis_url = f"redis://127.0.0.1:{self.port}/0"

    def start(self):
        self.process = self.processes.start(
            *("redis-server", "--port", self.port, "--bind", "127.0.0.1"),
            *("--save", "", "--appendonly", "no", "--dir", self.processes.folder),
        )
        assert until(self._answers, 10), "redis-server did not start"
        return self

    def kill(self):
        self.processes.kill(self.process)

    def _answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
