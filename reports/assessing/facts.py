"""What a trigger finds about a unit. No database, no request, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.params import to_plain

ONE = Decimal(1)


@dataclass(frozen=True)
class Fact:
    """One thing that happened to or by a unit, with the row that shows it.

    `identity` says what it is about (the item's lag in a month, the report of a
    month): facts of one identity, whichever triggers found them, count once.
    `amount` is what it counts for, 1 unless the trigger measures something.
    """

    identity: str
    kind: str
    number: str
    label: str
    note: str
    url: str
    amount: Decimal = ONE

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "amount": to_plain(self.amount)}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Fact:
        return cls(**{**stored, "amount": Decimal(str(stored["amount"]))})
