"""Where a change comes from: set by the middleware or the job runner, read by the audit trail."""

import hashlib
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Origin:
    """Address of the peer, a short hash of the session, and the request's own number."""

    address: str = ""
    session: str = ""
    request_id: str = ""
    # None: now. Only the sample county, whose history lies in the past, names a moment.
    at: datetime | None = None


origin: ContextVar[Origin] = ContextVar("origin", default=Origin())


def session_mark(key: str | None) -> str:
    """Return what the audit trail keeps of a session's key: enough to tell sessions apart, not to use one."""
    return hashlib.sha256(key.encode()).hexdigest()[:16] if key else ""
