"""Try conditions and amounts on one enterprise before they are saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from policies.amounts import AmountRule, Calculation, calculate
from policies.conditions import Explanation, Node, evaluate
from policies.criteria import Profile
from policies.matching.reading import profiles_of
from portal.models import Enterprise, User
from portal.selectors.enterprises import found_by

MOST_FOUND = 8


@dataclass(frozen=True)
class Trial:
    """What was found for the words typed: one enterprise, or several to choose from, perhaps not all of them."""

    words: str
    enterprise: Enterprise | None = None
    choices: tuple[Enterprise, ...] = ()
    has_more: bool = False


def find_for_trial(user: User, words: str) -> Trial:
    """Find the enterprise meant by a name or credit code; the one named exactly, or the only one."""
    words = words.strip()
    if not words:
        return Trial("")
    rows = list(Enterprise.objects.visible_to(user).current().filter(found_by(words))[: MOST_FOUND + 1])
    exact = [row for row in rows if words in {row.name, row.credit_code}]
    if len(rows) == 1 or exact:
        return Trial(words, (exact or rows)[0])
    return Trial(words, None, tuple(rows[:MOST_FOUND]), len(rows) > MOST_FOUND)


def explain_tree(tree: Node | None, enterprise: Enterprise, on: date) -> Explanation:
    """Judge one enterprise by a tree that need not be saved."""
    return evaluate(tree, _profile(enterprise, on))


def try_amount(rule: AmountRule, enterprise: Enterprise, on: date) -> Calculation:
    """Compute what one enterprise would get by a rule that need not be saved."""
    return calculate(rule, _profile(enterprise, on))


def _profile(enterprise: Enterprise, on: date) -> Profile:
    (profile,) = profiles_of([enterprise], on)
    return profile
