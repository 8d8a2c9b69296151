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
    """A condition with its finding; None where it is not in force on the day."""

    leaf: Leaf
    finding: Finding | None


@dataclass(frozen=True)
class Explanation:
    """The verdict on one enterprise and the finding of every condition, in the tree's order.

    `gaps` says what is still lacking (还差) and `missing` which data nobody has,
    each only where it bears on the verdict.
    """

    verdict: Verdict
    conditions: tuple[Explained, ...]
    gaps: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Judged:
    """The verdict on a subtree, with what is lacking for it and what is not known."""

    verdict: Verdict
    gaps: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def evaluate(tree: Node | None, profile: Profile) -> Explanation:
    """Judge one enterprise on the profile's day, with the reason of every condition."""
    found: list[Explained] = []
    judged = _judge(tree, profile, found) if tree is not None else None
    if judged is None:
        return Explanation(Verdict.UNKNOWN, tuple(found), missing=("适用条件",))
    gaps, missing = tuple(dict.fromkeys(judged.gaps)), tuple(dict.fromkeys(judged.missing))
    return Explanation(judged.verdict, tuple(found), gaps, missing)


def _judge(node: Node, profile: Profile, found: list[Explained]) -> _Judged | None:
    if isinstance(node, Leaf):
        finding = node.criterion.judge(profile) if node.in_force(profile.on) else None
        found.append(Explained(node, finding))
        if finding is None:
            return None
        return _Judged(
            finding.verdict,
            (finding.gap,) if finding.gap else (),
            (finding.missing,) if finding.missing else (),
        )
    judged = [part for part in [_judge(part, profile, found) for part in node.parts] if part is not None]
    if not judged:
        return None
    verdict = node.combine([part.verdict for part in judged])
    # Under 都不满足 a condition that is not met is as it should be: nothing is lacking.
    gaps = () if isinstance(node, NoneOf) else _bearing(judged, verdict, Verdict.NOT_MET, "gaps")
    return _Judged(verdict, gaps, _bearing(judged, verdict, Verdict.UNKNOWN, "missing"))


def _bearing(
    parts: Sequence[_Judged], verdict: Verdict, of: Verdict, field: Literal["gaps", "missing"]
) -> tuple[str, ...]:
    """Return what the parts with the verdict `of` lack, where the whole is not met."""
    if verdict == Verdict.MET:
        return ()
    return tuple(text for part in parts if part.verdict == of for text in getattr(part, field))
