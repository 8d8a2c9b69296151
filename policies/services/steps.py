"""What every step checks, whatever it moves."""

from __future__ import annotations

from collections.abc import Set

from policies.models import PolicyItem
from policies.workflow import Actor, actors
from portal.errors import Refused
from portal.models import Organisation, User
from portal.workflow import Step

REASON_LENGTH = 300


def capacities(actor: User | None, unit: Organisation | int) -> frozenset[Actor]:
    """Return in what capacities `actor` acts on what the unit leads; None is the portal itself."""
    if actor is None:
        return frozenset({Actor.SYSTEM})
    if not actor.is_active:
        return frozenset()
    key = unit if isinstance(unit, int) else unit.pk
    return actors(actor.roles, of_lead=actor.organisation_id == key)


def check_step(step: Step, state: str, found: Set[Actor], *, name: str, shown: str, note: str = "") -> None:
    """Raise `Refused` where the step is not this person's, not possible from the state, or lacks its reason.

    `name` is what the row is called, `shown` its state's label.
    """
    if found.isdisjoint(step.actors):
        who = "、".join(actor.label for actor in Actor if actor in step.actors)
        raise Refused(f"“{step.label}”由{who}办理，您没有此项权限。")
    if state not in step.sources:
        raise Refused(f"{name}目前“{shown}”，不能“{step.label}”，请刷新页面查看。")
    if step.needs_note and not note.strip():
        raise Refused(f"“{step.label}”须写明原因。")
    if len(note) > REASON_LENGTH:
        raise Refused(f"原因最多 {REASON_LENGTH} 个字，现有 {len(note)} 个字。")


def check_lead(item: PolicyItem, actor: User, doing: str) -> None:
    """Raise `Refused` unless `actor` works in the office or in the unit that leads the item."""
    if not capacities(actor, item.organisation_id):
        raise Refused(f"{doing}由{item.organisation}或营商办办理，您没有此项权限。")


def just_changed(name: str) -> Refused:
    """Return the refusal for the one who pressed second."""
    return Refused(f"{name}刚被他人处理过，请刷新后查看。")
