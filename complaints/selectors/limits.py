"""The time limits in force: the defaults of `complaints.limits`, replaced by the office's dated rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from complaints.limits import DEFAULTS, Limit, LimitKind, LimitStep, LimitUnit, Table
from complaints.models import TimeLimit


@dataclass(frozen=True)
class LimitBook:
    """Every row the office ever laid down; which of them hold depends on the day."""

    rows: Sequence[TimeLimit]

    def on(self, day: date) -> Table:
        """Return the limits of the day `day`: of two rows for one kind and step the newer one counts."""
        table: dict[tuple[str, str], Limit] = dict(DEFAULTS)
        for row in self.rows:
            if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to):
                table[row.kind, row.step] = Limit(row.amount, LimitUnit(row.unit), row.source)
        return table


def load_limits() -> LimitBook:
    """Read the rows with one query."""
    return LimitBook(list(TimeLimit.objects.order_by("valid_from", "pk")))


@dataclass(frozen=True)
class LimitLine:
    """A line of the page 办理时限: the limit in force, and the row it comes from (None: the default)."""

    kind: LimitKind
    step: LimitStep
    limit: Limit
    row: TimeLimit | None


def limit_lines(on: date) -> list[LimitLine]:
    """Return the limits in force on the day `on`, in the order of kinds and steps."""
    book = load_limits()
    table = book.on(on)
    held = {
        (row.kind, row.step): row
        for row in book.rows
        if row.valid_from <= on and (row.valid_to is None or on <= row.valid_to)
    }
    return [
        LimitLine(kind, step, table[kind, step], held.get((kind, step)))
        for kind in LimitKind
        for step in LimitStep
        if (kind, step) in table
    ]
