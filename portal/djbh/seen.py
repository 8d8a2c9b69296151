"""What a check has seen: facts that hold, and problems that fail its row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from portal.security_profile import SecurityProfile


@dataclass
class Seen:
    """Collected while a check looks around; one problem is enough to fail."""

    facts: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def expect(self, holds: object, fact: str, problem: str) -> None:
        """Note `fact` where it holds (an empty one is not worth a line), else `problem`."""
        if not holds:
            self.problems.append(problem)
        elif fact:
            self.facts.append(fact)


@dataclass(frozen=True)
class Asked:
    """What is asked about: the limits of a level, and the moment."""

    limits: SecurityProfile
    now: datetime


Check = Callable[[Asked, Seen], None]
