"""What a workflow is: a table of steps. The domains' own tables stand in their `workflow` modules."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import TextChoices

from portal.roles import Role

A = TypeVar("A", bound=TextChoices)


@dataclass(frozen=True)
class Step:
    """One step: from which states to which, by whom, and what it says to the person.

    An empty `target` leaves the state as it is. `actors` are capacities of the
    domain: a role joined with the unit's relation to the row.
    """

    name: str
    label: str
    sources: Set[str]
    target: str
    actors: Set[TextChoices]
    effect: str
    needs_note: bool = False


def table_of(*steps: Step) -> dict[str, Step]:
    """Return the steps by name, in the order given."""
    return {step.name: step for step in steps}


def unit_capacities(roles: Set[str], liaison: A, head: A) -> set[A]:
    """Return what a person with `roles` is in a unit: its `liaison`, its `head`, both or neither."""
    return ({liaison} if Role.LIAISON in roles else set()) | ({head} if Role.UNIT_HEAD in roles else set())


def desk_capacities(roles: Set[str], office: A, head: A) -> set[A]:
    """Return what a person with `roles` is at the county's office; its head may do what the office does."""
    if Role.OFFICE_HEAD in roles:
        return {office, head}
    return {office} if Role.OFFICE in roles else set()


def open_steps(steps: Iterable[Step], state: str, capacities: Set[TextChoices]) -> list[Step]:
    """Return the steps that someone with `capacities` may take from `state`, in the table's order."""
    return [step for step in steps if state in step.sources and not capacities.isdisjoint(step.actors)]
