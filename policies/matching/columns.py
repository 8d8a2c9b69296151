"""Judge all enterprises at once: a column per fact, three-valued verdicts as bits. No database.

Bit 0 says "may be met", bit 1 "may be not met": 符合 is 1, 不符合 2, 信息不足 both. Joining verdicts is then
a bit operation over whole columns.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import singledispatch
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from policies.conditions import AllOf, AnyOf, Leaf, Node, in_force, leaves
from policies.criteria import Criterion
from policies.criteria.dates import FoundedWithin
from policies.criteria.labels import LabelGained, LabelHeld, NotListed
from policies.criteria.membership import OneOf
from policies.criteria.numbers import FactCompared
from policies.matching.packing import BITS, CODES, MET, NOT_MET, UNKNOWN, Codes, width

Bits = npt.NDArray[np.uint8]
Days = npt.NDArray[np.int32]
# Facts are kept to four places: as whole numbers of a ten-thousandth they are exact.
SCALE: Final = Decimal(10_000)
NO_VALUE: Final = np.iinfo(np.int64).min
NO_DAY: Final = 0
_MAY, _MAY_NOT = np.uint8(MET), np.uint8(NOT_MET)
_COMPARE: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "at_least": operator.ge,
    "more_than": operator.gt,
    "at_most": operator.le,
    "less_than": operator.lt,
    "equals": operator.eq,
}


@dataclass(frozen=True)
class Texts:
    """A column of few different texts: the texts, and for each enterprise which one."""

    values: tuple[str, ...]
    codes: npt.NDArray[np.intp]


@dataclass(frozen=True)
class Columns:
    """What is known of all enterprises on the day `on`; `keys` are sorted.

    Days are proleptic ordinals with 0 for unknown or not held, facts ten-thousandths
    with `NO_VALUE` for unknown. A label's day is the one on which it was obtained.
    """

    on: date
    keys: npt.NDArray[np.int64]
    texts: Mapping[str, Texts]
    founded: Days
    facts: Mapping[str, npt.NDArray[np.int64]]
    labels: Mapping[str, Days]
    memory: dict[Criterion, Bits] = field(default_factory=dict)

    def judged(self, criterion: Criterion) -> Bits:
        """Return the verdicts on one criterion; one that several items share is judged once."""
        if criterion not in self.memory:
            self.memory[criterion] = _judge(criterion, self)
        return self.memory[criterion]


@dataclass(frozen=True)
class Needs:
    """Which facts and labels a set of trees asks for."""

    facts: frozenset[str]
    labels: frozenset[str]

    @classmethod
    def of(cls, *trees: Node | None) -> Needs:
        facts: set[str] = set()
        labels: set[str] = set()
        for criterion in (leaf.criterion for tree in trees for leaf in leaves(tree)):
            if isinstance(criterion, FactCompared):
                facts.add(criterion.fact)
            elif isinstance(criterion, LabelHeld | LabelGained | NotListed):
                labels.update(criterion.labels)
        return cls(frozenset(facts), frozenset(labels))


def judge_all(tree: Node | None, columns: Columns) -> Codes:
    """Return the packed code of every enterprise for the tree as it stands on the day of the columns.

    Without a condition in force everybody is 信息不足.
    """
    found = list(leaves(tree))
    codes = np.zeros(len(columns.keys), dtype=width(len(found)))
    for place, leaf in enumerate(found, start=1):
        if leaf.in_force(columns.on):
            codes |= columns.judged(leaf.criterion).astype(codes.dtype) << codes.dtype.type(BITS * place)
    left = in_force(tree, columns.on)
    codes |= _whole(left, columns).astype(codes.dtype) if left is not None else codes.dtype.type(UNKNOWN)
    return codes


def _whole(node: Node, columns: Columns) -> Bits:
    if isinstance(node, Leaf):
        return columns.judged(node.criterion)
    first, *others = (_whole(part, columns) for part in node.parts)
    either, both = first.copy(), first.copy()
    for bits in others:
        either |= bits
        both &= bits
    if isinstance(node, AllOf):
        return (both & _MAY) | (either & _MAY_NOT)
    any_of = (either & _MAY) | (both & _MAY_NOT)
    if isinstance(node, AnyOf):
        return any_of
    # The two bits change places.
    turned: Bits = ((any_of & _MAY) << _MAY) | ((any_of & _MAY_NOT) >> _MAY)
    return turned


def _bits(met: npt.NDArray[np.bool_]) -> Bits:
    """Return MET where true and NOT_MET elsewhere."""
    return _MAY_NOT - met.view(np.uint8)


@singledispatch
def _judge(criterion: Criterion, columns: Columns) -> Bits:
    raise TypeError(f"no columnar judgement of {criterion!r}")


@_judge.register
def _fact(criterion: FactCompared, columns: Columns) -> Bits:
    values = columns.facts[criterion.fact]
    threshold = int(criterion.threshold * SCALE)
    bits = _bits(_COMPARE[criterion.op](values, threshold))
    bits[values == NO_VALUE] = UNKNOWN
    return bits


@_judge.register
def _one_of(criterion: OneOf, columns: Columns) -> Bits:
    texts = columns.texts[criterion.column]
    table = np.array([CODES[criterion.verdict_on(value)] for value in texts.values], dtype=np.uint8)
    bits: Bits = table[texts.codes]
    return bits


@_judge.register
def _founded(criterion: FoundedWithin, columns: Columns) -> Bits:
    window = criterion.window(columns.on)
    met = np.ones(len(columns.keys), dtype=bool)
    if window.first is not None:
        met &= columns.founded >= window.first.toordinal()
    if window.last is not None:
        met &= columns.founded <= window.last.toordinal()
    bits = _bits(met)
    bits[columns.founded == NO_DAY] = UNKNOWN
    return bits


@_judge.register
def _held(criterion: LabelHeld, columns: Columns) -> Bits:
    return _bits(_any_held(criterion.labels, columns))


@_judge.register
def _not_listed(criterion: NotListed, columns: Columns) -> Bits:
    return _bits(~_any_held(criterion.labels, columns))


@_judge.register
def _gained(criterion: LabelGained, columns: Columns) -> Bits:
    met = np.zeros(len(columns.keys), dtype=bool)
    for label in criterion.labels:
        days = columns.labels[label]
        inside = days >= criterion.since.toordinal()
        if criterion.until is not None:
            inside &= days <= criterion.until.toordinal()
        met |= inside
    return _bits(met)


def _any_held(labels: tuple[str, ...], columns: Columns) -> npt.NDArray[np.bool_]:
    held = np.zeros(len(columns.keys), dtype=bool)
    for label in labels:
        held |= columns.labels[label] != NO_DAY
    return held
