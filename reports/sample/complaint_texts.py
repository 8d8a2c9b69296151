"""What the cases of the sample say, and which day each is handed in. No database, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from random import Random
from typing import Any

import yaml

from reports.sample.shifting import LAST_MONTH, YEAR
from reports.sample.texts import DATA

# How many of a hundred cases come in each month: more from month to month, as the ways become known.
WEIGHTS = (5, 6, 8, 9, 10, 11, 12, 12, 13, 14)
LAST_DAY = 28
RECENT = 26
RECENT_WORKDAYS = 8


@dataclass(frozen=True)
class CaseText:
    """One case: what is said, and when. `ago`: working days before today, where `day` is None.

    `extra` is what stands in the file beside the words: what befalls the case, and in which state it stays.
    """

    title: str
    text: str
    topic: str
    kind: str
    unit: str
    day: date | None
    ago: int = 0
    wishes: str = ""
    reply: str = ""
    measures: str = ""
    assist: tuple[str, ...] = ()
    problem: str = "other"
    clock: str = "ordinary"
    extra: Mapping[str, Any] = field(default_factory=dict)


_WORDS = ("title", "text", "topic", "kind", "unit", "wishes", "reply", "measures", "problem", "clock")


@cache
def _read(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


def desk_texts() -> Mapping[str, Any]:
    """Return points, standard replies, gatherings, visits, the survey and the invented names."""
    found: Mapping[str, Any] = _read("complaint_desk.yaml")
    return found


def case_texts(rng: Random) -> list[CaseText]:
    """Return the cases of the year: those with a course of their own, and the others on days drawn by lot."""
    own = [_told(row, row.get("day"), row.get("ago", 0), row) for row in _read("complaint_stories.yaml")]
    return own + list(_drawn(rng))


def _drawn(rng: Random) -> Iterator[CaseText]:
    pool = [
        (row, value)
        for row in _read("complaint_matters.yaml")
        for _again in range(row.get("times", 1))
        for value in row["v"]
    ]
    rng.shuffle(pool)
    # The newest are under way today: not what belongs to certain months.
    recent = [place for place, (row, _value) in enumerate(pool) if "months" not in row][:RECENT]
    for place, (row, value) in enumerate(pool):
        words = {key: row.get(key, "").replace("{v}", value) for key in ("title", "text", "wishes", "reply")}
        told = {**row, **words, "measures": row.get("measures", "").replace("{v}", value)}
        if place in recent:
            yield _told(told, None, 1 + place % RECENT_WORKDAYS, {})
        else:
            yield _told(told, _day(row, rng), 0, {})


def _day(row: Mapping[str, Any], rng: Random) -> date:
    first, last = row.get("months", (1, LAST_MONTH))
    months = range(first, last + 1)
    month = rng.choices(months, weights=WEIGHTS[first - 1 : last])[0]
    return date(YEAR, month, rng.randint(3 if month == 1 else 1, LAST_DAY))


def _told(row: Mapping[str, Any], day: date | None, ago: int, extra: Mapping[str, Any]) -> CaseText:
    words = {key: row[key] for key in _WORDS if key in row}
    words.setdefault("unit", "")
    rest = {key: value for key, value in extra.items() if key not in _WORDS}
    return CaseText(**words, day=day, ago=ago, assist=tuple(row.get("assist", ())), extra=rest)
