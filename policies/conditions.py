"""Trees of conditions: all / any / none over criteria, with sources and validity. No database, no clock.

Three-valued: 符合 / 不符合 / 信息不足. An unknown value never qualifies, and a tree without a condition
in force says 信息不足 about everybody.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import ClassVar, Literal

from policies.criteria import CRITERIA, Criterion, Finding, Profile, Verdict, read_criterion
from policies.params import optional_day
from portal.params import ParamError, Params

DEEPEST = 4
MOST_PARTS = 20
# The outcomes of all leaves of a tree are kept in one 64-bit number, two bits each.
MOST_LEAVES = 31
LONGEST_SOURCE = 120
LEAF = "leaf"
OPPOSITE = {Verdict.MET: Verdict.NOT_MET, Verdict.NOT_MET: Verdict.MET}


@dataclass(frozen=True)
class Leaf:
    """One condition: its criterion, the clause it comes from, and the days on which it is in force."""

    criterion: Criterion
    source: str = ""
    valid_from: date | None = None
    valid_until: date | None = None

    def in_force(self, on: date) -> bool:
        """Tell whether the condition applies on the day `on`, both ends included."""
        return (self.valid_from is None or self.valid_from <= on) and (
            self.valid_until is None or on <= self.valid_until
        )

    def describe(self) -> str:
        return self.criterion.describe()

    def to_json(self) -> dict[str, object]:
        written = self.criterion.to_json()
        extras = {
            "source": self.source,
            "valid_from": self.valid_from and self.valid_from.isoformat(),
            "valid_until": self.valid_until and self.valid_until.isoformat(),
        }
        return written | {key: value for key, value in extras.items() if value}


@dataclass(frozen=True)
class Group:
    """Several parts joined; how, and what the whole says, is for those below."""

    kind: ClassVar[str]
    label: ClassVar[str]
    parts: tuple[Node, ...]

    def to_json(self) -> dict[str, object]:
        return {"kind": self.kind, "of": [part.to_json() for part in self.parts]}


@dataclass(frozen=True)
class AllOf(Group):
    """Every part must be met."""

    kind = "all"
    label = "全部满足"

    def describe(self) -> str:
        return "，且".join(_bracketed(part) for part in self.parts)

    @staticmethod
    def combine(verdicts: Sequence[Verdict]) -> Verdict:
        if Verdict.NOT_MET in verdicts:
            return Verdict.NOT_MET
        return Verdict.UNKNOWN if Verdict.UNKNOWN in verdicts else Verdict.MET


@dataclass(frozen=True)
class AnyOf(Group):
    """At least one part must be met."""

    kind = "any"
    label = "任一满足"

    def describe(self) -> str:
        return "，或".join(_bracketed(part) for part in self.parts)

    @staticmethod
    def combine(verdicts: Sequence[Verdict]) -> Verdict:
        if Verdict.MET in verdicts:
            return Verdict.MET
        return Verdict.UNKNOWN if Verdict.UNKNOWN in verdicts else Verdict.NOT_MET


@dataclass(frozen=True)
class NoneOf(Group):
    """No part may be met."""

    kind = "none"
    label = "都不满足"

    def describe(self) -> str:
        return f"不属于下列情形：{'；'.join(part.describe() for part in self.parts)}"

    @staticmethod
    def combine(verdicts: Sequence[Verdict]) -> Verdict:
        if Verdict.MET in verdicts:
            return Verdict.NOT_MET
        return Verdict.UNKNOWN if Verdict.UNKNOWN in verdicts else Verdict.MET


Node = Leaf | AllOf | AnyOf | NoneOf
GROUPS: dict[str, type[AllOf] | type[AnyOf] | type[NoneOf]] = {
    group.kind: group for group in (AllOf, AnyOf, NoneOf)
}


def _bracketed(part: Node) -> str:
    return part.describe() if isinstance(part, Leaf) else f"（{part.describe()}）"


def describe(tree: Node | None) -> str:
    """Return the whole tree as one Chinese sentence."""
    return f"{tree.describe()}。" if tree is not None else "未录入适用条件。"


def leaves(tree: Node | None) -> Iterator[Leaf]:
    """Yield the conditions in their order; a condition's place in it is its number in stored outcomes."""
    if isinstance(tree, Leaf):
        yield tree
    elif tree is not None:
        for part in tree.parts:
            yield from leaves(part)


def parts_in_force(tree: Node | None, on: date) -> tuple[Node, ...]:
    """Return the parts of the tree that must all be met on the day `on`; nothing where none is in force."""
    left = in_force(tree, on)
    if left is None:
        return ()
    return left.parts if isinstance(left, AllOf) else (left,)


def read_tree(raw: object) -> Node | None:
    """Build a tree from decoded JSON, None from nothing; raises ParamError with a sentence for the user."""
    if raw in (None, {}, []):
        return None
    tree = _read(raw, 1)
    count = sum(1 for _ in leaves(tree))
    if count > MOST_LEAVES:
        raise ParamError(f"一个事项最多录入 {MOST_LEAVES} 个条件，现有 {count} 个，请合并或拆分事项")
    return tree


def stored_tree(raw: object) -> Node | None:
    """Return the tree of conditions that were checked when they were stored; the same ones are built once."""
    return _built(json.dumps(raw, sort_keys=True))


@lru_cache(maxsize=4096)
def _built(text: str) -> Node | None:
    return read_tree(json.loads(text))


def _read(raw: object, depth: int) -> Node:
    params = Params.of(raw, "条件")
    kind = params.values.get("kind")
    if kind not in GROUPS:
        return _read_leaf(params)
    if depth == DEEPEST:
        raise ParamError(f"条件最多嵌套 {DEEPEST} 层")
    group = GROUPS[str(kind)]
    params.refuse_others({"kind", "of"})
    parts = params.items("of", f"“{group.label}”下的条件", MOST_PARTS)
    return group(tuple(_read_part(part, place, depth + 1) for place, part in enumerate(parts, start=1)))


def _read_part(raw: object, place: int, depth: int) -> Node:
    try:
        return _read(raw, depth)
    except ParamError as error:
        raise ParamError(f"第{place}个条件，{error}") from error


def _read_leaf(params: Params) -> Leaf:
    if params.values.get("kind") not in CRITERIA:
        raise ParamError("请选择条件类型")
    source = str(params.values.get("source") or "").strip()
    if len(source) > LONGEST_SOURCE:
        raise ParamError(f"条款出处最多 {LONGEST_SOURCE} 个字")
    start = optional_day(params, "valid_from", "条件起用日期")
    end = optional_day(params, "valid_until", "条件止用日期")
    if start and end and end < start:
        raise ParamError("条件的止用日期不能早于起用日期")
    return Leaf(read_criterion(params.values), source, start, end)


def in_force(tree: Node | None, on: date) -> Node | None:
    """Return the tree with only the conditions in force on the day `on`; None where none is left."""
    if tree is None:
        return None
    if isinstance(tree, Leaf):
        return tree if tree.in_force(on) else None
    parts = tuple(part for part in (in_force(part, on) for part in tree.parts) if part is not None)
    return type(tree)(parts) if parts else None


@dataclass(frozen=True)
class Explained:
    """A condition with its finding; None where it is not in force on the day.

    `groups` are the kinds of the groups around it, the outermost first.
    """

    leaf: Leaf
    finding: Finding | None
    groups: tuple[str, ...] = ()

    @property
    def is_excluded(self) -> bool:
        """Tell whether it is asked not to be met (都不满足)."""
        return self.groups.count(NoneOf.kind) % 2 == 1

    @property
    def is_alternative(self) -> bool:
        """Tell whether another condition may be met in its place (任一满足)."""
        return AnyOf.kind in self.groups

    @property
    def verdict(self) -> Verdict | None:
        """Say how it stands as it is asked: what is excluded and not met is as it should be."""
        found = self.finding.verdict if self.finding is not None else None
        return OPPOSITE.get(found, found) if found is not None and self.is_excluded else found

    @property
    def gap(self) -> str:
        """What is lacking for it; nothing is lacking for what should not be met."""
        return self.finding.gap if self.finding is not None and not self.is_excluded else ""

    @property
    def reason(self) -> str:
        """Say why; of what is excluded only how it is, not what would be asked for."""
        if self.finding is None:
            return ""
        return self.finding.reason.partition("，")[0] if self.is_excluded else self.finding.reason

    def describe(self) -> str:
        return f"不属于：{self.leaf.describe()}" if self.is_excluded else self.leaf.describe()


@dataclass(frozen=True)
class Explanation:
    """The verdict on one enterprise and the finding of every condition, in the tree's order.

    `gaps` says what is still lacking (还差) and `missing` which data nobody has,
    each only where it bears on the verdict. `failing` counts which of the parts that
    must all be met are not.
    """

    verdict: Verdict
    conditions: tuple[Explained, ...]
    gaps: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    failing: int = 0

    @property
    def is_near(self) -> bool:
        """Tell whether exactly one part keeps the enterprise out (只差一项), and what is lacking can be said.

        A part is what an outermost 全部满足 joins, else the whole tree. Data that nobody
        has are not lacking: 信息不足 keeps out as well, and is never near.
        """
        return self.verdict == Verdict.NOT_MET and self.failing == 1 and bool(self.gaps)


@dataclass(frozen=True)
class _Judged:
    """The verdict on a subtree, with what is lacking for it and what is not known."""

    verdict: Verdict
    gaps: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    failing: int = 0


def evaluate(tree: Node | None, profile: Profile) -> Explanation:
    """Judge one enterprise on the profile's day, with the reason of every condition."""
    found: list[Explained] = []
    judged = _judge(tree, profile, found, ()) if tree is not None else None
    if judged is None:
        return Explanation(Verdict.UNKNOWN, tuple(found), missing=("适用条件",))
    gaps, missing = tuple(dict.fromkeys(judged.gaps)), tuple(dict.fromkeys(judged.missing))
    return Explanation(judged.verdict, tuple(found), gaps, missing, judged.failing)


def _judge(node: Node, profile: Profile, found: list[Explained], groups: tuple[str, ...]) -> _Judged | None:
    if isinstance(node, Leaf):
        finding = node.criterion.judge(profile) if node.in_force(profile.on) else None
        found.append(Explained(node, finding, groups))
        if finding is None:
            return None
        return _Judged(
            finding.verdict,
            (finding.gap,) if finding.gap else (),
            (finding.missing,) if finding.missing else (),
            int(finding.verdict != Verdict.MET),
        )
    inner = (*groups, node.kind)
    each = [_judge(part, profile, found, inner) for part in node.parts]
    judged = [part for part in each if part is not None]
    if not judged:
        return None
    verdict = node.combine([part.verdict for part in judged])
    # Under 都不满足 a condition that is not met is as it should be: nothing is lacking.
    gaps = () if isinstance(node, NoneOf) else _bearing(judged, verdict, Verdict.NOT_MET, "gaps")
    unmet = [part for part in judged if part.verdict != Verdict.MET]
    failing = len(unmet) if isinstance(node, AllOf) else int(verdict != Verdict.MET)
    return _Judged(verdict, gaps, _bearing(judged, verdict, Verdict.UNKNOWN, "missing"), failing)


def _bearing(
    parts: Sequence[_Judged], verdict: Verdict, of: Verdict, field: Literal["gaps", "missing"]
) -> tuple[str, ...]:
    """Return what the parts with the verdict `of` lack, where the whole is not met."""
    if verdict == Verdict.MET:
        return ()
    return tuple(text for part in parts if part.verdict == of for text in getattr(part, field))
