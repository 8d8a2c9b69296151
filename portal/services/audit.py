"""Write the audit trail and seal it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from portal.models import AuditEvent, AuditSeal, ChainHead, Organisation, User
from portal.request_context import origin, owed_events

CHAIN = "audit"
SEAL_BATCH = 5000


def record(
    row: models.Model | None,
    action: str,
    *,
    actor: User | None,
    changes: Mapping[str, Any] | None = None,
    note: str = "",
    organisation: Organisation | None = None,
    outcome: str = AuditEvent.Outcome.OK,
) -> AuditEvent:
    """Add one event in the caller's transaction: if it cannot be written, the change is not made either.

    `changes` maps a field to `[before, after]` or to a plain fact. `actor` None
    means the portal itself (a periodic job).
    """
    event = build_event(
        row, action, actor=actor, changes=changes, note=note, organisation=organisation, outcome=outcome
    )
    event.save(force_insert=True)
    transaction.on_commit(seal, robust=True)
    return event


def record_many(events: list[AuditEvent]) -> None:
    """Add events made by `build_event` with one statement, for steps taken in bulk."""
    AuditEvent.objects.bulk_create(events, batch_size=500)
    transaction.on_commit(seal, robust=True)


def record_after_refusal(event: AuditEvent) -> None:
    """Add an event that must outlive the refusal that follows it.

    A refused request rolls its transaction back, and an event in it as well.
    The middleware writes what is owed once the view has answered; outside a
    request the event is written at once.
    """
    owed = owed_events.get()
    if owed is None:
        record_many([event])
    else:
        owed.append(event)


def build_event(
    row: models.Model | None,
    action: str,
    *,
    actor: User | None,
    changes: Mapping[str, Any] | None = None,
    note: str = "",
    organisation: Organisation | None = None,
    outcome: str = AuditEvent.Outcome.OK,
) -> AuditEvent:
    """Make an event without saving it; names, unit and roles are kept as they are now."""
    here = origin.get()
    event = AuditEvent(
        at=here.at or timezone.now(),
        actor=actor,
        actor_name=actor.name if actor else "系统",
        actor_unit=actor.organisation.short_name if actor else "",
        actor_roles=actor.role_labels()[:120] if actor else "",
        address=here.address,
        session=here.session,
        request_id=here.request_id,
        action=action,
        outcome=outcome,
        object_type=row._meta.label_lower if row is not None else "",
        object_id=str(row.pk) if row is not None else "",
        object_label=str(row)[:120] if row is not None else "",
        organisation_code=organisation.code if organisation else "",
        changes=json.loads(json.dumps(changes or {}, default=_plain, ensure_ascii=False)),
        note=note,
    )
    event.digest = digest_of(event)
    return event


def _plain(value: object) -> object:
    if isinstance(value, Decimal | date | datetime):
        return str(value)
    if isinstance(value, models.Model):
        return str(value)
    raise TypeError(f"{value!r} cannot stand in the audit trail")


def digest_of(event: AuditEvent) -> str:
    """Return SHA-256 over every column but the key and the digest itself."""
    parts = {
        "at": event.at.astimezone(timezone.get_default_timezone()).isoformat(),
        "actor": event.actor_id,
        "names": [event.actor_name, event.actor_unit, event.actor_roles],
        "from": [event.address, event.session, event.request_id],
        "action": [event.action, event.outcome],
        "object": [event.object_type, event.object_id, event.object_label, event.organisation_code],
        "changes": event.changes,
        "note": event.note,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@transaction.atomic
def seal() -> int:
    """Chain the events that are not chained yet; return how many. Called after commit and by a job."""
    ChainHead.objects.get_or_create(name=CHAIN)
    head = ChainHead.objects.select_for_update().get(name=CHAIN)
    unsealed = (
        AuditEvent.objects.filter(pk__gt=head.floor)
        .exclude(pk__in=AuditSeal.objects.filter(event_id__gt=head.floor).values("event_id"))
        .order_by("pk")
        .values_list("pk", "digest")[:SEAL_BATCH]
    )
    seals = []
    for pk, digest in unsealed:
        head.sequence += 1
        head.hash = hashlib.sha256(f"{head.hash}{digest}".encode()).hexdigest()
        seals.append(AuditSeal(sequence=head.sequence, event_id=pk, hash=head.hash))
    AuditSeal.objects.bulk_create(seals, batch_size=500)
    head.save(update_fields=["sequence", "hash"])
    return len(seals)
