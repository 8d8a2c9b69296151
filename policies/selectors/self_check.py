"""哪些政策适合我: what an enterprise can get by its own answers, or by what everybody may know of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import TextChoices

from policies.amounts import Calculation, NoMoney, calculate, read_rule
from policies.amounts.money import shown
from policies.conditions import Explanation, evaluate, read_tree
from policies.criteria import Profile
from policies.criteria import Verdict as Answer
from policies.matching.reading import profiles_of
from policies.models import PolicyItemVersion
from policies.selectors.matching import live_versions
from policies.selectors.settling import Claim, Standing, received_words, settle_claims, settle_for
from portal.enterprise_terms import FactKind
from portal.models import Enterprise
from portal.size_classes import size_class

# What is worked out from employees and revenue is as private as they are.
PRIVATE: Final[dict[str, object]] = {"facts": {}, "size": ""}


class Outcome(TextChoices):
    """Where an item stands for an enterprise, in the order of the page."""

    MET = "met", "符合"
    NEAR = "near", "还差一点"
    UNKNOWN = "unknown", "信息不足"
    NOT_MET = "not_met", "不符合"


@dataclass(frozen=True)
class Fit:
    """One item for one enterprise; `granted` is what remains after exclusive groups and payments, in yuan."""

    version: PolicyItemVersion
    explanation: Explanation
    outcome: Outcome
    calculation: Calculation | None
    granted: Decimal | None = None
    settled: str = ""
    is_money: bool = True
    is_received: bool = False

    @property
    def amount(self) -> str:
        """What is granted, in words; empty where no money is, or where it is not known."""
        return shown(self.granted) if self.granted is not None else ""


@dataclass(frozen=True)
class Fits:
    """All items of the day for one enterprise, and what those that fit come to."""

    rows: tuple[Fit, ...]
    total: Decimal

    def of(self, outcome: str) -> tuple[Fit, ...]:
        return tuple(row for row in self.rows if row.outcome == outcome)

    @property
    def amount(self) -> str:
        return shown(self.total) if self.total else ""

    @property
    def has_received(self) -> bool:
        """Tell whether anything that fits was paid already."""
        return any(row.is_received for row in self.rows)

    @property
    def counts(self) -> dict[Outcome, int]:
        return {outcome: len(self.of(outcome)) for outcome in Outcome}


def public_profile(enterprise: Enterprise, on: date) -> Profile:
    """Return what everybody may know of an enterprise: register and published lists, no figure of its books."""
    (profile,) = profiles_of([enterprise], on)
    return replace(profile, **PRIVATE)  # type: ignore[arg-type]


def full_profile(enterprise: Enterprise, on: date) -> Profile:
    """Return everything the register has, for the enterprise itself."""
    (profile,) = profiles_of([enterprise], on)
    return profile


def with_size(profile: Profile) -> Profile:
    """Return the profile with the size class that its own industry, employees and revenue come to."""
    facts = {FactKind(kind): value for kind, value in profile.facts.items()}
    return replace(profile, size=size_class(profile.industry[1:], facts, on=profile.on).size or "")


def fits(profile: Profile, *, enterprise: int | None = None) -> Fits:
    """Judge the enterprise by every item of the profile's day, the fitting ones first; two queries at most.

    What an `enterprise` of the register has received already is not granted again; three queries.
    """
    judged = [_judge(version, profile) for version in live_versions(profile.on)]
    rows = _settled(judged, profile.on, enterprise)
    order = list(Outcome)
    total = sum((row.granted for row in rows if row.granted is not None), Decimal(0))
    return Fits(tuple(sorted(rows, key=lambda row: order.index(row.outcome))), total)


def _judge(version: PolicyItemVersion, profile: Profile) -> Fit:
    explanation = evaluate(read_tree(version.conditions), profile)
    rule = read_rule(version.amount)
    met = explanation.verdict == Answer.MET
    return Fit(
        version,
        explanation,
        _outcome(explanation),
        calculate(rule, profile) if met else None,
        is_money=not isinstance(rule, NoMoney),
    )


def _outcome(explanation: Explanation) -> Outcome:
    """Return the verdict, 还差一点 in place of 不符合 where one part is lacking."""
    return Outcome.NEAR if explanation.is_near else Outcome(explanation.verdict.value)


def _settled(rows: Sequence[Fit], on: date, enterprise: int | None) -> list[Fit]:
    """Grant of each exclusive group only what its rule leaves, and nothing twice."""
    claims = [Claim(row.version, row.calculation.amount) for row in rows if row.calculation is not None]
    if enterprise is None:
        standing = Standing(settle_claims(claims, on), {})
    else:
        standing = settle_for(enterprise, claims, on)
    return [_with_standing(row, standing) for row in rows]


def _with_standing(row: Fit, standing: Standing) -> Fit:
    if (payout := standing.received.get(row.version.item_id)) is not None:
        return replace(row, settled=received_words(payout), is_received=True)
    own = standing.granted.get(row.version.item_id)
    return row if own is None else replace(row, granted=own.amount, settled=own.reason)
