"""Owe notices to people; the inbox has them at once, other channels get them from the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from portal.models import Delivery, Notification, User
from portal.services.channels import active_channels


@dataclass(frozen=True)
class Notice:
    """What several people are to be told: the words, the page, and the event, which each hears of once."""

    people: Sequence[User]
    text: str
    url: str
    event_key: str


@transaction.atomic
def notify(people: Iterable[User], text: str, *, url: str, event_key: str) -> int:
    """Owe one notice to each of `people`; return how many are new.

    The same person and `event_key` are owed once, however often this is called.
    """
    return notify_many([Notice(list(people), text, url, event_key)])


@transaction.atomic
def notify_many(notices: Iterable[Notice]) -> int:
    """Owe several notices with the queries of one; return how many are new. See `notify`."""
    owed = _owed(notices)
    if not owed:
        return 0
    found = Notification.objects.filter(
        event_key__in={key for key, _ in owed}, recipient__in={person for _, person in owed}
    )
    already = set(found.values_list("event_key", "recipient_id"))
    fresh = [row for key, row in owed.items() if key not in already]
    _store(fresh)
    return len(fresh)


@transaction.atomic
def notify_of_won(notices: Iterable[Notice]) -> None:
    """Owe notices of an event that this very transaction has won, so that nobody can have owed them before.

    A key that was owed all the same is passed over: nobody is told twice.
    """
    _store(list(_owed(notices).values()))


def _owed(notices: Iterable[Notice]) -> dict[tuple[str, int], Notification]:
    """Return the rows by event and person; people whose account is disabled are left out."""
    return {
        (notice.event_key, person.pk): Notification(
            recipient=person, event_key=notice.event_key, text=notice.text[:300], url=notice.url
        )
        for notice in notices
        for person in notice.people
        if person.is_active
    }


def _store(fresh: list[Notification]) -> None:
    if not fresh:
        return
    Notification.objects.bulk_create(fresh, ignore_conflicts=True)
    channels = active_channels()
    if not channels:
        return
    now = timezone.now()
    people = {row.recipient_id: row.recipient for row in fresh}
    wanted = {(row.event_key, row.recipient_id) for row in fresh}
    rows = Notification.objects.filter(event_key__in={key for key, _ in wanted}, recipient__in=people)
    Delivery.objects.bulk_create(
        [
            Delivery(notification=row, channel=channel.name, next_attempt_at=now)
            for row in rows
            if (row.event_key, row.recipient_id) in wanted
            for channel in channels
            if channel.reaches(people[row.recipient_id])
        ],
        ignore_conflicts=True,
    )


def mark_read(user: User, keys: Iterable[int] | None = None) -> int:
    """Mark notices of `user` as read, all of them where `keys` is None; return how many were unread.

    Keys of other people's notices are ignored.
    """
    unread = Notification.objects.visible_to(user).filter(read_at=None)
    if keys is not None:
        unread = unread.filter(pk__in=list(keys))
    return unread.update(read_at=timezone.now())
