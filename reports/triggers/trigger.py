"""What a trigger is, and facts made from the rows behind figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from indicators.selectors.figures import FigureRow
from reports.assessing.facts import Fact
from reports.figures import Period

Found = Mapping[str, tuple[Fact, ...]]


@dataclass(frozen=True)
class Trigger:
    """A ground 考核事由 for taking points off or adding them.

    `unit` is what its facts are counted in, `definition` says in one sentence what
    counts, `collect` returns the facts of the period by the code of the unit.
    """

    key: str
    label: str
    unit: str
    definition: str
    collect: Callable[[Period], Found]


def by_unit(facts: Iterable[tuple[str, Fact]]) -> Found:
    """Gather (unit, fact) by unit, in the order in which they come."""
    found: dict[str, list[Fact]] = {}
    for unit, fact in facts:
        found.setdefault(unit, []).append(fact)
    return {unit: tuple(rows) for unit, rows in found.items()}


def fact_of(row: FigureRow, identity: str) -> Fact:
    return Fact(identity, row.kind, row.number, row.label, row.note, row.url)
