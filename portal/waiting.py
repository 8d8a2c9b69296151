"""What waits for a person: unread notices, and what the other apps know, asked without importing them.

Settings name the functions as strings, as they name the apps; each returns rows
by key for one person, and all of them are counted with one query.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet, Subquery, Value
from django.utils.module_loading import import_string

from portal.models import Notification, User

UNREAD = "unread"

Counter = Callable[[User], Mapping[str, Sequence[QuerySet[Any]]]]


@cache
def _counters() -> tuple[Counter, ...]:
    return tuple(import_string(path) for path in settings.WAITING_COUNTERS)


def waiting_counts(user: User) -> dict[str, int]:
    """Return how many things wait for `user`, by the key the navigation uses; zeros are left out.

    `UNREAD` counts the notices that were not read.
    """
    asked: dict[str, Sequence[QuerySet[Any]]] = {
        UNREAD: [Notification.objects.visible_to(user).filter(read_at=None)]
    }
    for counter in _counters():
        asked |= counter(user)
    columns = {
        f"{key}_{place}": Subquery(_count_of(rows))
        for key, parts in asked.items()
        for place, rows in enumerate(parts)
    }
    counts: dict[str, Any] = dict(User.objects.filter(pk=user.pk).values(**columns).get())
    totals = {
        key: sum(counts[f"{key}_{place}"] or 0 for place in range(len(parts))) for key, parts in asked.items()
    }
    return {key: total for key, total in totals.items() if total}


def _count_of(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the one-row query that counts `rows`; it is empty where there are none."""
    return rows.order_by().annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values("n")
