"""Send what the outbox owes: at least once, claimed before it is sent, tried ten times.

The notice's own key goes along, so that a receiver can drop the repeat that a
process killed between sending and noting leaves behind. Several relays may run
at once.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from portal.errors import Refused
from portal.models import Delivery, User
from portal.roles import Role
from portal.services import audit
from portal.services.channels import Channel, active_channels

log = logging.getLogger(__name__)

State = Delivery.State
MAX_ATTEMPTS: Final = 10
# Minutes until the next attempt after the first, second … failure.
WAITS: Final = (1, 5, 15, 60, 120, 240, 480, 720, 1440)
BATCH: Final = 100


@dataclass(frozen=True)
class Delivered:
    """What one relay did: notices sent, failures that will be tried again, and those given up."""

    sent: int = 0
    failed: int = 0
    dead: int = 0


class Undeliverable(Exception):
    """The person cannot be reached through the channel, however often it is tried."""


def deliver_due(now: datetime, *, budget: timedelta = timedelta(seconds=50)) -> Delivered:
    """Send everything due at `now`, oldest first, for at most `budget`; return what came of it."""
    began, counts = timezone.now(), {State.SENT: 0, State.OWED: 0, State.DEAD: 0}
    channels = {channel.name: channel for channel in active_channels()}
    while waiting := _waiting(now + (timezone.now() - began)):
        for pk in waiting:
            spent = timezone.now() - began
            if spent > budget:
                return Delivered(counts[State.SENT], counts[State.OWED], counts[State.DEAD])
            row = _claim(pk, now + spent)
            if row is not None:
                counts[_deliver(row, channels.get(row.channel), now + spent)] += 1
    return Delivered(counts[State.SENT], counts[State.OWED], counts[State.DEAD])


def _ready(now: datetime) -> Q:
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    return free & Q(state=State.OWED, next_attempt_at__lte=now)


def _waiting(now: datetime) -> list[int]:
    rows = Delivery.objects.filter(_ready(now)).order_by("next_attempt_at", "pk")
    return list(rows.values_list("pk", flat=True)[:BATCH])


def _claim(pk: int, now: datetime) -> Delivery | None:
    """Take one row for a while; None where another relay has it."""
    until = now + timedelta(seconds=settings.DELIVERY_CLAIM_SECONDS)
    if not Delivery.objects.filter(_ready(now), pk=pk).update(
        claimed_until=until, attempts=F("attempts") + 1
    ):
        return None
    return Delivery.objects.select_related("notification__recipient").get(pk=pk)


def _deliver(row: Delivery, channel: Channel | None, now: datetime) -> Delivery.State:
    """Send one claimed row and note what came of it."""
    person = row.notification.recipient
    try:
        if not person.is_active or (channel is not None and not channel.reaches(person)):
            raise Undeliverable("接收人已停用或没有联系方式")
        if channel is None:
            raise OSError("渠道没有启用")
        channel.send(row.notification)
    except Undeliverable as error:
        return _note(row, State.DEAD, now, error=str(error))
    except (OSError, HTTPException, ValueError) as error:
        log.warning("delivery %s through %s failed: %s", row.pk, row.channel, error)
        state = State.DEAD if row.attempts >= MAX_ATTEMPTS else State.OWED
        return _note(row, state, now, error=str(error) or type(error).__name__)
    return _note(row, State.SENT, now)


def _note(row: Delivery, state: Delivery.State, now: datetime, error: str = "") -> Delivery.State:
    """Write the outcome while the claim is ours; a claim that ran out belongs to another relay."""
    wait = timedelta(minutes=WAITS[min(row.attempts, len(WAITS)) - 1])
    Delivery.objects.filter(pk=row.pk, state=State.OWED, attempts=row.attempts).update(
        state=state,
        claimed_until=None,
        sent_at=timezone.now() if state == State.SENT else None,
        next_attempt_at=now + wait if state == State.OWED else F("next_attempt_at"),
        last_error=error[:200],
    )
    return state


@transaction.atomic
def retry_dead(*, actor: User, now: datetime) -> int:
    """Owe the given-up notices anew, for when a channel works again; return how many."""
    if not actor.has_role(Role.SYSADMIN):
        raise Refused("只有系统管理员可以重新发送。")
    count = Delivery.objects.filter(state=State.DEAD).update(
        state=State.OWED, attempts=0, next_attempt_at=now, claimed_until=None
    )
    if count:
        audit.record(None, "delivery.retry", actor=actor, changes={"count": count})
    return count
