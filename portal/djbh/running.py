"""Ask every clause of the running portal."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.djbh.clauses import CLAUSES, Clause
from portal.djbh.seen import Asked, Seen
from portal.security_profile import profile_of


class Outcome(StrEnum):
    """What came of a row: `NOT_ASKED` is not demanded at this level."""

    PASSED = "通过"
    FAILED = "不通过"
    NOT_ASKED = "不要求"


@dataclass(frozen=True)
class Row:
    """A clause with what was seen; at a level that does not demand it nothing fails."""

    clause: Clause
    outcome: Outcome
    facts: tuple[str, ...]
    problems: tuple[str, ...]


def check_all(level: int, *, now: datetime, only: Collection[str] = ()) -> list[Row]:
    """Return every clause of the table with what is found at `now`, judged by the limits of `level`.

    `only` names the rows to ask about; empty for all. Nothing is changed: what is
    tried on the database is rolled back.
    """
    asked = Asked(profile_of(level), now)
    return [_row(clause, asked) for clause in CLAUSES if not only or clause.id in only]


def _row(clause: Clause, asked: Asked) -> Row:
    if asked.limits.level not in clause.levels:
        return Row(clause, Outcome.NOT_ASKED, (), ())
    seen = Seen()
    clause.check(asked, seen)
    outcome = Outcome.FAILED if seen.problems else Outcome.PASSED
    return Row(clause, outcome, tuple(seen.facts), tuple(seen.problems))
