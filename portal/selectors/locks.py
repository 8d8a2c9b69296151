"""Which accounts and addresses are locked after failed logins, counted from the rows of attempts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.models import LoginAttempt
from portal.security_profile import current_limits


@dataclass(frozen=True)
class Lock:
    """`subject` is "account" or "address"; the first moment that is free again is `until`."""

    subject: str
    until: datetime

    def minutes_left(self, now: datetime) -> int:
        """Return the whole minutes to wait, at least one."""
        return max(1, -(-(self.until - now) // timedelta(minutes=1)))


def account_lock(username: str, now: datetime) -> Lock | None:
    """Return the lock of an account: five failures within 15 minutes since the last success (profile).

    It lasts 15 minutes from the fifth, 20 at level 3. An attempt that is still
    being checked counts as a failure.
    """
    return locked_accounts(now, [username]).get(username)


def address_lock(address: str, now: datetime) -> Lock | None:
    """Return the lock of an address: thirty failures (profile) within 15 minutes, whoever else logged in from it."""
    if not address:
        return None
    limit = current_limits().failures_per_address
    failures = LoginAttempt.objects.filter(
        address=address, at__gt=now - _look_back(), succeeded=False, cleared=False
    )
    times = failures.order_by("-at", "-pk").values_list("at", flat=True)[:limit]
    return _lock("address", list(times), limit, now)


def locked_accounts(now: datetime, usernames: Iterable[str] | None = None) -> dict[str, Lock]:
    """Return the locks in force by lower-case username, with one query (all accounts when none are named)."""
    rows = LoginAttempt.objects.filter(at__gt=now - _look_back(), cleared=False)
    if usernames is not None:
        rows = rows.filter(username__in=[name.lower() for name in usernames])
    failures: dict[str, list[datetime]] = defaultdict(list)
    for name, at, succeeded in rows.order_by("at", "pk").values_list("username", "at", "succeeded"):
        if succeeded:
            failures[name].clear()
        else:
            failures[name].append(at)
    limit = current_limits().failures_per_account
    found = {name: _lock("account", times[::-1], limit, now) for name, times in failures.items()}
    return {name: lock for name, lock in found.items() if lock is not None}


def _look_back() -> timedelta:
    """Return how old a failure may be that still holds a lock."""
    limits = current_limits()
    return limits.failure_window + limits.locked_for


def _lock(subject: str, latest: list[datetime], limit: int, now: datetime) -> Lock | None:
    """Return the lock that the failures `latest` (newest first) have brought about, if it still holds."""
    limits = current_limits()
    if len(latest) < limit or latest[0] - latest[limit - 1] > limits.failure_window:
        return None
    until = latest[0] + limits.locked_for
    return Lock(subject, until) if now < until else None
