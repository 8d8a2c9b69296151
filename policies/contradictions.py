"""Find conditions that nobody can meet, and those that look like a slip. No database, no clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from policies.conditions import AllOf, AnyOf, Leaf, Node, in_force, leaves
from policies.criteria import Criterion
from policies.criteria.dates import FoundedWithin
from policies.criteria.labels import LabelGained, LabelHeld, NotListed
from policies.criteria.membership import OneOf
from policies.criteria.numbers import FactCompared
from policies.criteria.vocabulary import FACTS, label_names

DAY = timedelta(days=1)
# An enterprise that is known not to meet the one meets the other.
OPPOSITES = {
    "at_least": "less_than",
    "more_than": "at_most",
    "at_most": "more_than",
    "less_than": "at_least",
}


@dataclass
class Range:
    """What is left of a number line: from `low` to `high`, both included."""

    low: Decimal | None = None
    high: Decimal | None = None

    def narrow(self, low: Decimal | None, high: Decimal | None) -> bool:
        """Cut the range; return whether anything is left."""
        if low is not None and (self.low is None or low > self.low):
            self.low = low
        if high is not None and (self.high is None or high < self.high):
            self.high = high
        return self.low is None or self.high is None or self.low <= self.high


@dataclass
class Room:
    """What conditions that must hold together leave possible."""

    on: date
    facts: dict[str, Range] = field(default_factory=dict)
    founded: Range = field(default_factory=Range)
    choices: dict[str, frozenset[str]] = field(default_factory=dict)
    barred: frozenset[str] = frozenset()
    needed: list[frozenset[str]] = field(default_factory=list)

    def copy(self) -> Room:
        facts = {key: Range(found.low, found.high) for key, found in self.facts.items()}
        founded = Range(self.founded.low, self.founded.high)
        return Room(self.on, facts, founded, dict(self.choices), self.barred, list(self.needed))

    def add(self, criterion: Criterion) -> str:
        """Add a condition; return why it leaves nothing, or an empty sentence."""
        if isinstance(criterion, FactCompared):
            return self._add_fact(criterion)
        if isinstance(criterion, FoundedWithin):
            return self._add_founded(criterion)
        if isinstance(criterion, OneOf):
            return self._add_choice(criterion)
        if isinstance(criterion, LabelHeld | LabelGained):
            return self._add_label(frozenset(criterion.labels))
        return ""

    def _add_fact(self, criterion: FactCompared) -> str:
        term, value = FACTS[criterion.fact], criterion.threshold
        low, high = {
            "at_least": (value, None),
            "more_than": (value + term.step, None),
            "at_most": (None, value),
            "less_than": (None, value - term.step),
            "equals": (value, value),
        }[criterion.op]
        left = self.facts.setdefault(criterion.fact, Range()).narrow(low, high)
        return "" if left else f"{term.label}的几个条件互相矛盾，没有数值能同时满足"

    def _add_founded(self, criterion: FoundedWithin) -> str:
        window = criterion.window(self.on)
        low = Decimal(window.first.toordinal()) if window.first else None
        high = Decimal(window.last.toordinal()) if window.last else None
        left = self.founded.narrow(low, high)
        return "" if left else "成立时间的几个条件互相矛盾，没有日期能同时满足"

    def _add_choice(self, criterion: OneOf) -> str:
        if criterion.kind == "industry":
            return ""  # a section and a class of it overlap; only equal texts could be compared
        asked = frozenset(criterion.values)
        left = self.choices.get(criterion.column, asked) & asked
        self.choices[criterion.column] = left
        return "" if left else f"{criterion.noun}的几个条件互相矛盾，没有一项能同时满足"

    def _add_label(self, asked: frozenset[str]) -> str:
        self.needed.append(asked)
        return _barred_sentence(asked, self.barred)

    def bar(self, labels: frozenset[str]) -> str:
        """Note labels that may not be held; return why that contradicts what is asked for."""
        self.barred |= labels
        sentences = (_barred_sentence(asked, self.barred) for asked in self.needed)
        return next((sentence for sentence in sentences if sentence), "")


def _barred_sentence(asked: frozenset[str], barred: frozenset[str]) -> str:
    if asked and asked <= barred:
        return f"既要求认定为{label_names(sorted(asked), '或')}，又将其排除，条件互相矛盾"
    return ""


def contradictions(tree: Node | None, on: date) -> list[str]:
    """Return why nobody can meet the tree, on the day `on` or on a later day when a condition changes.

    Finds contradictions between conditions that must hold together; industries,
    towns and days of foundation that are excluded 都不满足 are not looked at.
    """
    found: dict[str, None] = {}
    for day in _days(tree, on):
        left = in_force(tree, day)
        sentence = _fill(left, Room(day)) if left is not None else ""
        if sentence:
            found[sentence] = None
    return list(found)


def _days(tree: Node | None, on: date) -> Iterator[date]:
    """Yield `on` and the days after it on which a condition begins or has ended."""
    days = {on}
    for leaf in leaves(tree):
        days |= {leaf.valid_from} if leaf.valid_from else set()
        days |= {leaf.valid_until + DAY} if leaf.valid_until else set()
    yield from sorted(day for day in days if day >= on)


def _fill(node: Node, room: Room) -> str:
    """Add a subtree to what must hold; return why nothing is left, or an empty sentence."""
    if isinstance(node, Leaf):
        return room.add(node.criterion)
    if isinstance(node, AllOf):
        return next((sentence for part in node.parts if (sentence := _fill(part, room))), "")
    if isinstance(node, AnyOf):
        sentences = [_fill(part, room.copy()) for part in node.parts]
        return sentences[0] if all(sentences) else ""
    return next((sentence for part in node.parts if (sentence := _exclude(part, room))), "")


def _exclude(node: Node, room: Room) -> str:
    if not isinstance(node, Leaf):
        return ""
    if isinstance(node.criterion, LabelHeld):
        return room.bar(frozenset(node.criterion.labels))
    if isinstance(node.criterion, NotListed):
        return f"“{node.describe()}”放在“都不满足”之下，等于要求已被列入名单，请移到“全部满足”之下"
    if isinstance(node.criterion, FactCompared) and node.criterion.op in OPPOSITES:
        return room.add(replace(node.criterion, op=OPPOSITES[node.criterion.op]))
    if isinstance(node.criterion, OneOf):
        return _exclude_choice(node.criterion, room)
    return ""


def _exclude_choice(criterion: OneOf, room: Room) -> str:
    """Leave what the criterion does not name; where its options are not known before, nothing can be said."""
    rest = tuple(value for value in criterion.options if value not in criterion.values)
    if not criterion.options or criterion.kind == "industry":
        return ""
    if not rest:
        return f"{criterion.noun}的每一项都被排除，没有企业能够符合"
    return room.add(replace(criterion, values=rest))


def warnings(tree: Node | None) -> list[str]:
    """Return sentences about conditions that are allowed but look like a slip, and about missing sources."""
    found = dict.fromkeys(sentence for leaf in leaves(tree) for sentence in leaf.criterion.warnings())
    unsourced = [leaf.describe() for leaf in leaves(tree) if not leaf.source]
    if len(unsourced) == 1:
        return [*found, f"“{unsourced[0]}”没有写明条款出处"]
    return [*found, f"有 {len(unsourced)} 个条件没有写明条款出处"] if unsourced else list(found)
