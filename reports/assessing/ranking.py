"""Places within each group; equals share one. No database, no request, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from reports.assessing.rules import Group


@dataclass(frozen=True)
class Standing:
    """A unit's place among the units of its group: 1, 2, 2, 4."""

    unit: str
    group: Group
    total: Decimal
    place: int
    of: int


def rank(totals: Iterable[tuple[str, Group, Decimal]]) -> dict[str, Standing]:
    """Return the standing of each (unit, group, total); the groups are ranked apart."""
    groups: dict[Group, list[tuple[str, Decimal]]] = {}
    for unit, group, total in totals:
        groups.setdefault(group, []).append((unit, total))
    found: dict[str, Standing] = {}
    for group, rows in groups.items():
        scores = sorted((total for _, total in rows), reverse=True)
        for unit, total in rows:
            found[unit] = Standing(unit, group, total, scores.index(total) + 1, len(rows))
    return found
