"""Limit what people without an account may do: counted in the database, so that every process counts the same.

Nothing here says who somebody is: an address is kept as a keyed digest for a day.
"""

from __future__ import annotations

import ipaddress
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db import connection, transaction
from django.db.models import Count, Q
from django.utils.crypto import salted_hmac

from portal.errors import Refused
from portal.models import PublicAttempt

# Class of advisory locks on PostgreSQL; the login has 7101 and 7102.
CLAIM = 7103
NETWORK_BITS = 64


class Throttled(Refused):
    """Too many calls; the message says when to try again."""


@dataclass(frozen=True)
class Budget:
    """`limit` calls of `purpose` for each `who` within any stretch of time as long as `window`."""

    purpose: str
    who: str
    limit: int
    window: timedelta

    @property
    def key(self) -> str:
        """Return what is kept instead of `who`."""
        return salted_hmac("portal.throttles", f"{self.purpose}\0{self.who}", algorithm="sha256").hexdigest()[
            :40
        ]


def network_of(address: str) -> str:
    """Return what calls from `address` are counted under: an IPv6 subscriber has a whole network of them."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if known.version == 6 and (plain := known.ipv4_mapped) is None:
        return str(ipaddress.ip_network((known, NETWORK_BITS), strict=False))
    return str(plain if known.version == 6 else known)


@transaction.atomic
def claim(budgets: Sequence[Budget], *, now: datetime, message: str) -> list[int]:
    """Take one call from every budget, or raise `Throttled` and take none; return what `give_back` wants.

    A budget that is named several times is asked for as many calls. The claim is made
    before the work, so that twenty at once are let through no more than the budget has. In a transaction that fails the claim is undone with it.
    """
    _queue_up(budgets)
    recent = PublicAttempt.objects.filter(reduce(or_, (_within(budget, now) for budget in budgets)))
    counts = dict(recent.order_by().values_list("key").annotate(count=Count("pk")))
    wanted = Counter(budget.key for budget in budgets)
    if any(counts.get(budget.key, 0) + wanted[budget.key] > budget.limit for budget in budgets):
        raise Throttled(message)
    rows = [PublicAttempt(key=budget.key, at=now) for budget in budgets]
    return [row.pk for row in PublicAttempt.objects.bulk_create(rows)]


def give_back(claimed: Sequence[int]) -> None:
    """Return what was claimed: the call turned out to be one that need not be counted."""
    PublicAttempt.objects.filter(pk__in=claimed).delete()


def forget_public_attempts(*, before: datetime) -> int:
    """Delete attempts older than `before`; return how many."""
    return PublicAttempt.objects.filter(at__lt=before).delete()[0]


def _within(budget: Budget, now: datetime) -> Q:
    return Q(key=budget.key, at__gt=now - budget.window)


def _queue_up(budgets: Sequence[Budget]) -> None:
    """Make claims of one budget follow one another until commit; in one order, so that none wait for each other.

    SQLite writes one transaction at a time anyway.
    """
    if connection.vendor == "postgresql":
        numbers = sorted({zlib.crc32(budget.key.encode()) - 2**31 for budget in budgets})
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s, number) FROM unnest(%s::int[]) AS number", [CLAIM, numbers]
            )
