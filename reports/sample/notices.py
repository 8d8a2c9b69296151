"""The notices that the listed accounts find in their inbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from indicators.models import ReportingMonth
from portal.models import Notification, User
from reports.sample import texts
from reports.sample.county import County


def load(county: County) -> None:
    """Write the notices that have come by now, oldest first, each dated to when it was owed."""
    people = {person.username: person for person in county.people.values()}
    rows = [
        _notice(county, people[username], row, f"{username}:{position}")
        for username, found in texts.situations().notices.items()
        for position, row in enumerate(found)
        if county.has_come(county.workday(row["day"]))
    ]
    rows.sort(key=lambda row: row.created_at)
    dates = {row.event_key: row.created_at for row in rows}
    Notification.objects.bulk_create(rows)
    # The column is filled with the present moment on creation.
    written = list(Notification.objects.filter(event_key__in=dates))
    for row in written:
        row.created_at = dates[row.event_key]
    Notification.objects.bulk_update(written, ["created_at"], batch_size=200)


def _notice(county: County, person: User, row: Mapping[str, Any], key: str) -> Notification:
    at = county.at(county.workday(row["day"]), key)
    text, url = county.shift.text(row["text"]), ""
    if "item" in row:
        item = county.items[row["item"]]
        text, url = f"{item.short_number} {item.title}：{text}", item.get_absolute_url()
    elif "month" in row:
        url = ReportingMonth(month=county.shift.month(row["month"])).get_absolute_url()
    return Notification(
        recipient=person,
        event_key=f"sample:{key}",
        text=text,
        url=url,
        created_at=at,
        read_at=at if row.get("read") else None,
    )
