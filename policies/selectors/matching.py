"""Who qualifies: the live count of one tree, the explanation for one enterprise, the near misses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add, or_

import numpy as np
from django.db.models import Case, IntegerField, QuerySet, Sum, Value, When

from policies.amounts import Calculation, NoMoney, calculate, read_rule
from policies.conditions import Explanation, Node, evaluate, parts_in_force, stored_tree
from policies.criteria import Verdict
from policies.matching.columns import Needs, judge_all
from policies.matching.packing import MASK, MET, NOT_MET, UNKNOWN
from policies.matching.queries import compile_tree, parts_of
from policies.matching.reading import profiles_of
from policies.matching.recent import recent_columns
from policies.models import PolicyItem, PolicyItemVersion, VerdictBlock
from portal.models import Enterprise


@dataclass(frozen=True)
class Obstacle:
    """One condition that must be met: how many enterprises don't meet it, or can't be judged by it.

    `alone` counts those that only this condition keeps out.
    """

    sentence: str
    not_met: int
    unknown: int
    alone: int


@dataclass(frozen=True)
class Preview:
    """The enterprises in business on a day by verdict (家), and what keeps the others out."""

    met: int
    not_met: int
    unknown: int
    obstacles: tuple[Obstacle, ...] = ()

    @property
    def total(self) -> int:
        return self.met + self.not_met + self.unknown


def preview(tree: Node | None, on: date) -> Preview:
    """Count how many enterprises qualify by the tree on the day `on`, and why the others don't.

    An enterprise that fails several conditions counts at each of them. Data of
    the register are at most two minutes old (`policies.matching.recent`).
    """
    columns = recent_columns(on, Needs.of(tree))
    parts = parts_in_force(tree, on)
    verdicts = [judge_all(part, columns) & MASK for part in parts]
    failed = np.zeros(len(columns.keys), dtype=np.uint8)
    for found in verdicts:
        failed += found != MET
    only = failed == 1
    obstacles = tuple(
        Obstacle(
            part.describe(),
            int(np.count_nonzero(found == NOT_MET)),
            int(np.count_nonzero(found == UNKNOWN)),
            int(np.count_nonzero((found != MET) & only)),
        )
        for part, found in zip(parts, verdicts, strict=True)
    )
    counts = np.bincount(judge_all(tree, columns).astype(np.uint64) & np.uint64(MASK), minlength=4)
    return Preview(int(counts[MET]), int(counts[NOT_MET]), int(counts[UNKNOWN]), obstacles)


def enterprises_by(tree: Node | None, verdict: Verdict, on: date) -> QuerySet[Enterprise]:
    """Return the enterprises in business with a verdict by the tree, read from the register as it is now."""
    sides = compile_tree(tree, on)
    condition = {Verdict.MET: sides.met, Verdict.NOT_MET: sides.not_met, Verdict.UNKNOWN: sides.unknown}
    return Enterprise.objects.in_business().filter(condition[verdict])


def near_misses(tree: Node | None, on: date) -> QuerySet[Enterprise]:
    """Return the enterprises in business that one part keeps out: those of whom `Explanation.is_near` holds."""
    parts = [sides for _, sides in parts_of(tree, on)]
    rows = Enterprise.objects.in_business()
    if not parts:
        return rows.none()
    unmet = [
        Case(When(part.met, then=Value(0)), default=Value(1), output_field=IntegerField()) for part in parts
    ]
    lacking = reduce(or_, [part.lacking for part in parts])
    return rows.annotate(failing=reduce(add, unmet)).filter(lacking, failing=1)


@dataclass(frozen=True)
class Explained:
    """One item for one enterprise: the verdict with its reasons, and what it would grant."""

    version: PolicyItemVersion
    explanation: Explanation
    calculation: Calculation | None

    @property
    def verdict(self) -> Verdict:
        return self.explanation.verdict


def explain(version: PolicyItemVersion, enterprise: Enterprise, on: date) -> Explained:
    """Judge one enterprise by one version on the day `on`, with the reason of every condition."""
    return explain_all([version], enterprise, on)[0]


def explain_all(versions: list[PolicyItemVersion], enterprise: Enterprise, on: date) -> list[Explained]:
    """Judge one enterprise by several versions, with two queries whatever their number.

    The amount is computed where the enterprise qualifies.
    """
    (profile,) = profiles_of([enterprise], on)
    found = []
    for version in versions:
        explanation = evaluate(stored_tree(version.conditions), profile)
        met = explanation.verdict == Verdict.MET
        calculation = calculate(read_rule(version.amount), profile) if met else None
        found.append(Explained(version, explanation, calculation))
    return found


def live_versions(on: date) -> list[PolicyItemVersion]:
    """Return the versions that enterprises are matched with on the day `on`."""
    items = PolicyItem.objects.live(on).select_related("current", "current__group", "policy", "organisation")
    found = []
    for item in items.order_by("number"):
        if item.current is not None:
            # Known already: who asks a version for its item need not ask the database.
            item.current.item = item
            found.append(item.current)
    return found


def pays(version: PolicyItemVersion) -> bool:
    """Tell whether the version grants money, which is proposed and paid out."""
    return not isinstance(read_rule(version.amount), NoMoney)


@dataclass(frozen=True)
class MatchCounts:
    """What the last match said of one version, 家."""

    met: int
    not_met: int
    unknown: int


def match_counts(versions: list[int]) -> dict[int, MatchCounts]:
    """Return the counts of the last match by version, with one query; a version never matched is left out."""
    rows = VerdictBlock.objects.filter(version__in=versions).order_by().values("version")
    totals = rows.annotate(m=Sum("met"), n=Sum("not_met"), u=Sum("unknown"))
    return {row["version"]: MatchCounts(row["m"], row["n"], row["u"]) for row in totals}
