"""What waits for a person, asked of the other apps without importing them.

Settings name the functions as strings, as they name the apps; each returns
counts by key for one person with a fixed number of queries.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from portal.models import User

Counter = Callable[[User], dict[str, int]]


@cache
def _counters() -> tuple[Counter, ...]:
    return tuple(import_string(path) for path in settings.WAITING_COUNTERS)


def waiting_counts(user: User) -> dict[str, int]:
    """Return how many things wait for `user`, by the key the navigation uses; zeros are left out."""
    found: dict[str, int] = {}
    for counter in _counters():
        found.update({key: value for key, value in counter(user).items() if value})
    return found
