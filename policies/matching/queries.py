"""Compile a tree of conditions to conditions of the database on `Enterprise`, three-valued.

Each node becomes the conditions "met" and "not met", what is neither is unknown; beside them
"lacking": not met, and what is lacking can be said (`policies.conditions`). They are pure
descriptions: nothing is asked of the database here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import reduce, singledispatch
from operator import and_, or_

from django.db.models import Exists, OuterRef, Q

from policies.conditions import AllOf, AnyOf, Leaf, Node, in_force, parts_in_force
from policies.criteria import Criterion
from policies.criteria.dates import FoundedWithin
from policies.criteria.labels import LabelGained, LabelHeld, NotListed
from policies.criteria.membership import IndustryIn, OneOf
from policies.criteria.numbers import LOWER_BOUNDS, FactCompared
from policies.criteria.vocabulary import split_label
from portal.models import EnterpriseFact, EnterpriseLabel
from portal.querysets import EnterpriseLabelQuerySet

LOOKUPS = {"at_least": "gte", "more_than": "gt", "at_most": "lte", "less_than": "lt", "equals": "exact"}
NOBODY = Q(pk__in=[])
PATHS = {"town": "town__code"}


@dataclass(frozen=True)
class Sides:
    """For whom a condition is met, for whom it is not; for the rest it is unknown. `lacking` is part of `not_met`."""

    met: Q
    not_met: Q
    lacking: Q = NOBODY

    @property
    def unknown(self) -> Q:
        return ~self.met & ~self.not_met


def compile_tree(tree: Node | None, on: date) -> Sides:
    """Return the conditions of the tree as it stands on the day `on`; without any, nobody is met or not met."""
    left = in_force(tree, on)
    return _node(left, on) if left is not None else Sides(NOBODY, NOBODY)


def parts_of(tree: Node | None, on: date) -> list[tuple[Node, Sides]]:
    """Return what must be met together: the parts in force of an outermost 全部满足, else the whole tree."""
    return [(part, _node(part, on)) for part in parts_in_force(tree, on)]


def _node(node: Node, on: date) -> Sides:
    if isinstance(node, Leaf):
        return _sides(node.criterion, on)
    parts = [_node(part, on) for part in node.parts]
    met, not_met = [part.met for part in parts], [part.not_met for part in parts]
    lacking = reduce(or_, [part.lacking for part in parts])
    if isinstance(node, AllOf):
        return Sides(reduce(and_, met), reduce(or_, not_met), lacking)
    if isinstance(node, AnyOf):
        none_met = reduce(and_, not_met)
        return Sides(reduce(or_, met), none_met, none_met & lacking)
    return Sides(reduce(and_, not_met), reduce(or_, met))


@singledispatch
def _sides(criterion: Criterion, on: date) -> Sides:
    raise TypeError(f"no query for {criterion!r}")


@_sides.register
def _fact(criterion: FactCompared, on: date) -> Sides:
    held = EnterpriseFact.objects.held_on(on).filter(enterprise=OuterRef("pk"), kind=criterion.fact)
    # Of several that hold the newest counts: none newer may exist.
    newer = EnterpriseFact.objects.held_on(on).filter(
        enterprise=OuterRef("enterprise"), kind=criterion.fact, valid_from__gt=OuterRef("valid_from")
    )
    known = held.filter(~Exists(newer))
    comparison = Q(**{f"value__{LOOKUPS[criterion.op]}": criterion.threshold})
    met, not_met = Q(Exists(known.filter(comparison))), Q(Exists(known.filter(~comparison)))
    return Sides(met, not_met, not_met if criterion.op in LOWER_BOUNDS else NOBODY)


@_sides.register
def _one_of(criterion: OneOf, on: date) -> Sides:
    del on
    path = PATHS.get(criterion.column, criterion.column)
    met = Q(**{f"{path}__in": criterion.values})
    known = Q(**{f"{criterion.column}__isnull": False}) & ~Q(**{path: ""})
    return Sides(met, known & ~met)


@_sides.register
def _industry(criterion: IndustryIn, on: date) -> Sides:
    del on
    met = Q(section__in=criterion.sections)
    for code in criterion.classes:
        met |= Q(industry__startswith=code)
    # A code that is coarser than what is asked for leaves it open.
    coarser = {code[:length] for code in criterion.classes for length in range(1, len(code))}
    return Sides(met, ~Q(industry="") & ~met & ~Q(industry__in=sorted(coarser)))


@_sides.register
def _founded(criterion: FoundedWithin, on: date) -> Sides:
    window = criterion.window(on)
    met, known = Q(founded_on__isnull=False), Q(founded_on__isnull=False)
    if window.first is not None:
        met &= Q(founded_on__gte=window.first)
    if window.last is not None:
        met &= Q(founded_on__lte=window.last)
    return Sides(met, known & ~met)


@_sides.register
def _label(criterion: LabelHeld, on: date) -> Sides:
    held = _held(criterion.labels, on)
    return Sides(held, ~held, ~held)


@_sides.register
def _not_listed(criterion: NotListed, on: date) -> Sides:
    listed = _held(criterion.labels, on)
    return Sides(~listed, listed)


@_sides.register
def _gained(criterion: LabelGained, on: date) -> Sides:
    inside = Q(valid_from__gte=criterion.since)
    if criterion.until is not None:
        inside &= Q(valid_from__lte=criterion.until)
    met = NOBODY
    for label in criterion.labels:
        # The day obtained is the earliest of the recognitions that hold.
        before = _rows([label], on).filter(valid_from__lt=criterion.since)
        met |= Q(Exists(_rows([label], on).filter(inside))) & ~Q(Exists(before))
    return Sides(met, ~met, ~_held(criterion.labels, on))


def _held(labels: Iterable[str], on: date) -> Q:
    return Q(Exists(_rows(labels, on)))


def _rows(labels: Iterable[str], on: date) -> EnterpriseLabelQuerySet:
    wanted = NOBODY
    for label in labels:
        kind, level = split_label(label)
        wanted |= Q(kind=kind, level=level)
    return EnterpriseLabel.objects.held_on(on).filter(wanted, enterprise=OuterRef("pk"))
