"""Owe notices to people; the inbox has them at once, other channels get them from the outbox."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from portal.models import Delivery, Notification, User
from portal.services.channels import active_channels


@transaction.atomic
def notify(people: Iterable[User], text: str, *, url: str, event_key: str) -> int:
    """Owe one notice to each of `people`; return how many are new.

    The same person and `event_key` are owed once, however often this is called.
    """
    recipients = {person.pk: person for person in people if person.is_active}
    already = set(
        Notification.objects.filter(event_key=event_key, recipient__in=recipients).values_list(
            "recipient_id", flat=True
        )
    )
    fresh = [
        Notification(recipient=person, event_key=event_key, text=text[:300], url=url)
        for pk, person in recipients.items()
        if pk not in already
    ]
    Notification.objects.bulk_create(fresh, ignore_conflicts=True)
    channels = active_channels()
    if channels and fresh:
        now = timezone.now()
        rows = Notification.objects.filter(event_key=event_key, recipient__in=[n.recipient_id for n in fresh])
        Delivery.objects.bulk_create(
            [
                Delivery(notification=row, channel=channel.name, next_attempt_at=now)
                for row in rows
                for channel in channels
                if channel.reaches(recipients[row.recipient_id])
            ],
            ignore_conflicts=True,
        )
    return len(fresh)


def mark_read(user: User, keys: Iterable[int] | None = None) -> int:
    """Mark notices of `user` as read, all of them where `keys` is None; return how many were unread.

    Keys of other people's notices are ignored.
    """
    unread = Notification.objects.visible_to(user).filter(read_at=None)
    if keys is not None:
        unread = unread.filter(pk__in=list(keys))
    return unread.update(read_at=timezone.now())
