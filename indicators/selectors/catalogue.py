"""The indicator tree in printed order."""

from __future__ import annotations

from dataclasses import dataclass

from indicators.models import Indicator, IndicatorSystem


@dataclass(frozen=True)
class Node:
    """A line of the tree; `share` is its weight among its siblings in percent, to one place."""

    indicator: Indicator
    depth: int
    share: str
    task_force: str


def tree_of(system: IndicatorSystem) -> list[Node]:
    """Return the definitions in force, parents before children; one query."""
    rows = list(system.indicators.current().select_related("lead", "parent", "task_force"))
    children: dict[int | None, list[Indicator]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row)
    nodes: list[Node] = []
    _walk(children, None, 1, nodes)
    return nodes


def _walk(
    children: dict[int | None, list[Indicator]], parent: int | None, depth: int, nodes: list[Node]
) -> None:
    siblings = sorted(children.get(parent, []), key=lambda row: (row.order, row.pk))
    total = sum(row.weight for row in siblings)
    for row in siblings:
        share = f"{row.weight / total * 100:.1f}" if total else "—"
        force = getattr(row, "task_force", None)
        nodes.append(Node(row, depth, share, force.name if force else ""))
        _walk(children, row.pk, depth + 1, nodes)
