"""Turn what was told into the audit trail, in the order in which it happened."""

from __future__ import annotations

from collections import Counter

from django.utils import timezone

from indicators.models import WorkItem
from portal.models import AuditEvent
from portal.request_context import Origin, origin
from portal.services import audit
from reports.sample.county import County, Happening


def write(county: County) -> None:
    """Write the events of everything told so far, and number the items' versions after them."""
    versions: Counter[int] = Counter()
    token = origin.set(Origin())
    try:
        told = sorted(county.happenings, key=lambda happening: happening.at)
        audit.record_many([_event(happening, versions) for happening in told])
    finally:
        origin.reset(token)
    items = list(county.items.values())
    for item in items:
        item.version = versions[item.pk] or 1
    WorkItem.objects.bulk_update(items, ["version"], batch_size=200)


def _event(happening: Happening, versions: Counter[int]) -> AuditEvent:
    row, changes = happening.row, dict(happening.changes)
    if isinstance(row, WorkItem):
        # Every change of an item raises its version; the page tells by it what somebody missed.
        versions[row.pk] += 1
        changes["version"] = [versions[row.pk] - 1, versions[row.pk]]
    event = audit.build_event(
        row,
        happening.action,
        actor=happening.actor,
        changes=changes,
        note=happening.note,
        organisation=happening.organisation,
    )
    event.at = timezone.localtime(happening.at)
    # The digest covers the time.
    event.digest = audit.digest_of(event)
    return event
