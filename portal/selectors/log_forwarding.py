"""How far the log server has the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Max

from portal.models import AuditEvent, AuditSeal, ChainHead, LogForwarding

SYSLOG: Final = "syslog"
CHAIN: Final = "audit"
# A failure that lasts longer is more than a restart of the server.
LATE_AFTER: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class ForwardingState:
    """Where the trail goes, how many events wait, when the last one went, and what stands in the way since when."""

    target: str
    waiting: int
    sent_at: datetime | None
    failing_since: datetime | None
    failure: str
    is_late: bool


def forwarding_state(now: datetime) -> ForwardingState | None:
    """Return where the forwarding stands; None where no log server is set."""
    if settings.SYSLOG_TARGET is None:
        return None
    mark = LogForwarding.objects.filter(name=SYSLOG).first() or LogForwarding(name=SYSLOG)
    end = ChainHead.objects.filter(name=CHAIN).values_list("sequence", flat=True).first() or 0
    since = mark.failing_since
    return ForwardingState(
        target=str(settings.SYSLOG_TARGET),
        waiting=max(end - mark.sequence, 0),
        sent_at=mark.sent_at,
        failing_since=since,
        failure=mark.last_error,
        is_late=since is not None and now - since > LATE_AFTER,
    )


def is_unsealed() -> bool:
    """Tell whether an event is newer than every sealed one: the process that wrote it has not come to seal it."""
    newest = AuditEvent.objects.aggregate(key=Max("pk"))["key"] or 0
    return newest > (AuditSeal.objects.aggregate(key=Max("event_id"))["key"] or 0)
