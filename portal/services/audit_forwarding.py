"""Hand the sealed audit trail to a log server: in the order of the chain, each event once as far as syslog lets it.

The chain is the outbox: an event is owed from the moment it is sealed, right
after its transaction, and `LogForwarding` notes how far the server has it. A
process killed between sending and noting leaves a repeat, never a gap; a repeat
is known by its `seq`.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from portal.log_server import Line, NotTaken, Target, hand_over
from portal.models import AuditEvent, AuditSeal, LogForwarding, User
from portal.roles import Role
from portal.selectors.audit import action_label
from portal.selectors.log_forwarding import SYSLOG, forwarding_state, is_unsealed
from portal.services import audit
from portal.services.notices import notify

log = logging.getLogger(__name__)

# Nobody else sends while one process does; it renews its claim with every batch.
CLAIM: Final = timedelta(seconds=30)
# After a failure the next attempt waits so long, whoever makes it.
PAUSE: Final = timedelta(seconds=3)


@dataclass(frozen=True)
class Forwarded:
    """What one call did: events sent, and what stopped it (empty: all is sent, or another process is at it)."""

    sent: int = 0
    failure: str = ""


def forward_due(now: datetime, *, budget: timedelta = timedelta(seconds=20)) -> Forwarded:
    """Send what the chain has beyond the mark, oldest first, for at most `budget`; nothing without a target.

    Of several processes one sends. Nothing is written while nothing is owed.
    """
    target: Target | None = settings.SYSLOG_TARGET
    if target is None:
        return Forwarded()
    if is_unsealed():
        audit.seal()
    mark, _created = LogForwarding.objects.get_or_create(name=SYSLOG)
    if not _owed(mark.sequence, 1):
        return Forwarded()
    claim = uuid.uuid4().hex
    if not _take_claim(claim, now):
        return Forwarded()
    return _send(target, claim, now, budget)


def _send(target: Target, claim: str, now: datetime, budget: timedelta) -> Forwarded:
    """Hand over batch after batch, and note each; the claim is held until the last one."""
    began, sent = timezone.now(), 0
    place = LogForwarding.objects.get(name=SYSLOG).sequence
    while (spent := timezone.now() - began) < budget and (seals := _owed(place, target.batch)):
        try:
            hand_over(target, _lines(seals))
        except NotTaken as failure:
            place = seals[failure.taken - 1].sequence if failure.taken else place
            _note_failure(claim, place, str(failure), now + spent)
            return Forwarded(sent + failure.taken, str(failure))
        place = seals[-1].sequence
        if not _note_progress(claim, place, now + spent):
            log.warning("another process has taken the forwarding of the audit trail over")
            return Forwarded(sent)
        sent += len(seals)
    LogForwarding.objects.filter(name=SYSLOG, claim=claim).update(claimed_until=None)
    return Forwarded(sent)


def _owed(place: int, limit: int) -> list[AuditSeal]:
    return list(AuditSeal.objects.filter(sequence__gt=place).order_by("sequence")[:limit])


def _take_claim(claim: str, now: datetime) -> bool:
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    rows = LogForwarding.objects.filter(free, name=SYSLOG)
    return bool(rows.update(claim=claim, claimed_until=now + CLAIM))


def _note_progress(claim: str, place: int, now: datetime) -> bool:
    mine = LogForwarding.objects.filter(name=SYSLOG, claim=claim)
    return bool(
        mine.update(sequence=place, sent_at=now, failing_since=None, last_error="", claimed_until=now + CLAIM)
    )


def _note_failure(claim: str, place: int, reason: str, now: datetime) -> None:
    LogForwarding.objects.filter(name=SYSLOG, claim=claim).update(
        sequence=place,
        failing_since=Coalesce("failing_since", Value(now)),
        last_error=reason[:200],
        claimed_until=now + PAUSE,
    )


def _lines(seals: Sequence[AuditSeal]) -> list[Line]:
    events = AuditEvent.objects.in_bulk([seal.event_id for seal in seals])
    return [line_of(seal, events.get(seal.event_id)) for seal in seals]


def line_of(seal: AuditSeal, event: AuditEvent | None) -> Line:
    """Return one event as the log server gets it; an event that has gone is told as such and holds nothing up."""
    body: dict[str, Any] = {"seq": seal.sequence, "id": seal.event_id, "chain": seal.hash}
    if event is None:
        return Line(seal.sequence, timezone.localtime(), "audit.missing", "missing", body)
    at = timezone.localtime(event.at)
    body |= {
        "at": at.isoformat(),
        "actor": event.actor_name,
        "actor_id": event.actor_id,
        "unit": event.actor_unit,
        "roles": event.actor_roles,
        "address": event.address,
        "session": event.session,
        "request": event.request_id,
        "action": event.action,
        "action_label": action_label(event.action),
        "outcome": event.outcome,
        "object_type": event.object_type,
        "object_id": event.object_id,
        "object": event.object_label,
        "organisation": event.organisation_code,
        "changes": event.changes,
        "note": event.note,
        "digest": event.digest,
    }
    return Line(seal.sequence, at, event.action, event.outcome, body)


def forward_and_tell(now: datetime, today: date) -> str:
    """Send what is owed; tell the system and audit administrators, once a day, of an outage of ten minutes."""
    if settings.SYSLOG_TARGET is None:
        return "没有设置日志服务器（SYSLOG_URL）"
    done = forward_due(now)
    state = forwarding_state(now)
    if state is None or not state.failure:
        return f"外送 {done.sent} 条"
    if state.is_late:
        _tell(f"审计记录外送中断：{state.failure}，待外送 {state.waiting} 条，恢复后自动补送", today)
    return f"外送 {done.sent} 条，待外送 {state.waiting} 条：{state.failure}"


@transaction.atomic
def _tell(text: str, today: date) -> None:
    people = User.objects.holding(Role.SYSADMIN, Role.AUDITOR, on=today)
    notify(people, text, url=reverse("portal:system"), event_key=f"audit.forwarding:{today}")
