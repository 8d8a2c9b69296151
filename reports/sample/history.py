"""Turn what was told into the audit trail, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from indicators.models import WorkItem
from portal.models import AuditEvent
from portal.request_context import Origin, origin
from portal.services import audit
from reports.sample.county import County, Happening


@contextmanager
def at_moment(moment: datetime) -> Iterator[None]:
    """Let what is recorded within say that it was done at `moment`, by the people themselves."""
    token = origin.set(Origin(at=moment))
    try:
        yield
    finally:
        origin.reset(token)


def write(county: County, *, before: datetime | None = None) -> None:
    """Write the events of what was told and not written yet, up to a moment where one is given."""
    told = sorted(county.happenings, key=lambda happening: happening.at)
    due = [happening for happening in told if before is None or happening.at < before]
    county.happenings = told[len(due) :]
    audit.record_many([_event(county, happening) for happening in due])


def number_versions(county: County) -> None:
    """Give every item the version that its history has led to."""
    items = list(county.items.values())
    for item in items:
        item.version = county.versions[item.pk] or 1
    WorkItem.objects.bulk_update(items, ["version"], batch_size=200)


def _event(county: County, happening: Happening) -> AuditEvent:
    row, changes = happening.row, dict(happening.changes)
    if isinstance(row, WorkItem):
        # Every change of an item raises its version; the page tells by it what somebody missed.
        county.versions[row.pk] += 1
        changes["version"] = [county.versions[row.pk] - 1, county.versions[row.pk]]
    with at_moment(happening.at):
        return audit.build_event(
            row,
            happening.action,
            actor=happening.actor,
            changes=changes,
            note=happening.note,
            organisation=happening.organisation,
        )
