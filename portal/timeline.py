"""What the page of one row shows of its course: the stops of the state line, and what happened when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Stage:
    """One stop of the state line. `status`: "done", "now" or "next"."""

    label: str
    note: str
    status: str


@dataclass(frozen=True)
class Happening:
    """One entry of the timeline: what, who of which unit, in which words; `tone` colours the mark."""

    at: datetime
    label: str
    who: str
    unit: str
    text: str
    tone: str
