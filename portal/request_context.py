"""Where a change comes from: set by the middleware or the job runner, read by the audit trail."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """Address of the peer, a short hash of the session, and the request's own number."""

    address: str = ""
    session: str = ""
    request_id: str = ""


origin: ContextVar[Origin] = ContextVar("origin", default=Origin())
