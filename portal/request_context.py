"""Where a change comes from: set by the middleware or the job runner, read by the audit trail."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Origin:
    """Address of the peer, a short hash of the session, and the request's own number."""

    address: str = ""
    session: str = ""
    request_id: str = ""
    # None: now. Only the sample county, whose history lies in the past, names a moment.
    at: datetime | None = None


# What must be written down although the request's own transaction is rolled back: a list while a request is
# being answered, None elsewhere.
owed_events: ContextVar[list[Any] | None] = ContextVar("owed_events", default=None)
origin: ContextVar[Origin] = ContextVar("origin", default=Origin())


def session_mark(key: str | None) -> str:
    """Return what the audit trail keeps of a session's key: enough to tell sessions apart, not to use one."""
    return hashlib.sha256(key.encode()).hexdigest()[:16] if key else ""


@contextmanager
def without_trace() -> Iterator[None]:
    """Leave address and session out of what is audited meanwhile: who acts without a name stays unknown."""
    token = origin.set(replace(origin.get(), address="", session=""))
    try:
        yield
    finally:
        origin.reset(token)
