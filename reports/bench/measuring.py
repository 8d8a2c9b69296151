"""Ask a running server for pages and keep the times."""

from __future__ import annotations

import gc
import http.client
import time
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import quantiles
from threading import Thread
from typing import TYPE_CHECKING

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from waitress.server import create_server

from portal.models import User
from portal.wsgi import application

if TYPE_CHECKING:
    from collections.abc import Iterator

WARM_UP = 3


@dataclass(frozen=True)
class Timing:
    """Milliseconds of one page: median and 95th percentile over the rounds, and its size in bytes."""

    name: str
    p50: float
    p95: float
    size: int


@contextmanager
def served() -> Iterator[int]:
    """Serve the portal in a thread of this process and yield the port."""
    server = create_server(application, host="127.0.0.1", port=0, threads=2)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server.effective_port
    finally:
        server.close()
        # The workers' database connections end with their threads; a database in use can't be dropped.
        server.task_dispatcher.shutdown(cancel_pending=True, timeout=5)
        thread.join(timeout=5)
        gc.collect()


def session_of(user: User) -> str:
    """Log `user` in and return the session's key."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "portal.backends.AccountBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def measure(port: int, pages: Mapping[str, str], *, session: str, rounds: int) -> list[Timing]:
    """Ask for each page `rounds` times over one connection. Raises RuntimeError for a page that fails."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    return [_one(connection, name, url, session, rounds) for name, url in pages.items()]


def _one(connection: http.client.HTTPConnection, name: str, url: str, session: str, rounds: int) -> Timing:
    times, size = [], 0
    for number in range(rounds + WARM_UP):
        began = time.perf_counter()
        connection.request("GET", url, headers={"Cookie": f"sessionid={session}"})
        answer = connection.getresponse()
        size = len(answer.read())
        if answer.status != http.client.OK:
            raise RuntimeError(f"{url} 返回 {answer.status}")
        if number >= WARM_UP:
            times.append((time.perf_counter() - began) * 1000)
    cuts = quantiles(times, n=20, method="inclusive")
    return Timing(name, cuts[9], cuts[18], size)
