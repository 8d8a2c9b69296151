"""Compare our ledger with finance's records: 只在一方的，金额不一致的. No database, no clock."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True)
class Record:
    """One payment as one side has it; `reference` is where it stands (a row, a batch), `name` the payee."""

    voucher: str
    credit_code: str
    amount: Decimal
    paid_on: date | None
    reference: str
    name: str = ""


@dataclass(frozen=True)
class Difference:
    """The same payment with two amounts."""

    ours: Record
    theirs: Record

    @property
    def amount(self) -> Decimal:
        """What finance has more than we, in yuan."""
        return self.theirs.amount - self.ours.amount


@dataclass(frozen=True)
class Reconciliation:
    """The outcome: payments that agree, that differ, and that only one side has.

    `outside` counts finance's records of other days, which were compared with nothing.
    """

    agreed: int
    differing: tuple[Difference, ...]
    only_here: tuple[Record, ...]
    only_there: tuple[Record, ...]
    outside: int = 0


def reconcile(ours: Iterable[Record], theirs: Iterable[Record]) -> Reconciliation:
    """Match by voucher and enterprise, then by enterprise, amount and day where vouchers are missing.

    Of several payments with one voucher and enterprise those of equal amount are
    matched first. Each record is matched once.
    """
    left, right = list(ours), list(theirs)
    agreed = 0
    for key in (_exact, _dated):
        pairs = _pair(left, right, key)
        agreed += len(pairs)
    differing = tuple(Difference(mine, other) for mine, other in _pair(left, right, _same_voucher))
    return Reconciliation(agreed, differing, tuple(left), tuple(right))


def _exact(row: Record) -> tuple[object, ...] | None:
    return (row.voucher, row.credit_code, row.amount) if row.voucher else None


def _dated(row: Record) -> tuple[object, ...] | None:
    return (row.credit_code, row.amount, row.paid_on) if row.paid_on else None


def _same_voucher(row: Record) -> tuple[object, ...] | None:
    return (row.voucher, row.credit_code) if row.voucher else None


def _pair(
    left: list[Record], right: list[Record], key: Callable[[Record], tuple[object, ...] | None]
) -> list[tuple[Record, Record]]:
    """Take the records with equal keys out of both lists and return them as pairs; one pass over each list."""
    waiting: dict[tuple[object, ...], deque[int]] = defaultdict(deque)
    for place, row in enumerate(right):
        if (found := key(row)) is not None:
            waiting[found].append(place)
    pairs, rest, taken = [], [], set()
    for row in left:
        found = key(row)
        if found is not None and waiting.get(found):
            place = waiting[found].popleft()
            taken.add(place)
            pairs.append((row, right[place]))
        else:
            rest.append(row)
    left[:] = rest
    right[:] = [row for place, row in enumerate(right) if place not in taken]
    return pairs
