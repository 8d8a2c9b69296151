"""Word monthly reports from sentence patterns. No database, no request, no clock."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from string import Formatter

from reports.sample.texts import Patterns

BEHIND = 10
MOST_NAMED = 3

_OPENINGS = ("“{}”已启动", "“{}”已明确责任人和完成时间", "“{}”完成前期准备")
_MIDDLES = ("“{}”按计划推进", "“{}”已见初步成效", "“{}”正在逐项落实")
_ENDINGS = ("“{}”已落实", "“{}”转入常态化运行", "“{}”完成自查")
_SLOW = ("“{}”推进偏慢", "“{}”尚未落地", "“{}”进度不及预期")


@dataclass(frozen=True)
class Moment:
    """An item in a month, as far as the choice of words depends on it."""

    position: int
    month: int
    percent: int
    previous: int
    behind: float
    is_overdue: bool


@dataclass(frozen=True)
class Wording:
    """The four texts of a report."""

    done: str
    problems: str = ""
    coordination: str = ""
    next_step: str = ""
    no_change: bool = False


def stage_of(moment: Moment) -> str:
    """Return which patterns fit: the state of the item decides before the time that has passed."""
    if moment.percent >= 100:
        return "done"
    if moment.position == 0:
        return "start"
    if moment.percent == moment.previous:
        return "no_change"
    if moment.is_overdue:
        return "overdue"
    if moment.behind >= BEHIND:
        return "stuck"
    return "early" if moment.percent < 35 else "middle" if moment.percent < 75 else "late"


def fill(pattern: str, values: Mapping[str, str]) -> str | None:
    """Return the pattern with its placeholders filled; None when one of them has no value."""
    names = {name for _, name, _, _ in Formatter().parse(pattern) if name}
    return pattern.format_map(values) if all(values.get(name) for name in names) else None


def choose(patterns: Iterable[str], values: Mapping[str, str], rng: Random, used: set[str]) -> str:
    """Fill a pattern that fits, one not in `used` where there is one; an empty string when none fits."""
    fitting = [pattern for pattern in patterns if fill(pattern, values) is not None]
    fresh = [pattern for pattern in fitting if pattern not in used]
    if not fitting:
        return ""
    pattern = rng.choice(fresh or fitting)
    used.add(pattern)
    return fill(pattern, values) or ""


def named(units: Sequence[str]) -> str:
    """Name up to three units, and say that there are more."""
    return "、".join(units[:2]) + ("等单位" if len(units) > MOST_NAMED - 1 else "")


def plain(text: str) -> str:
    """Turn quotation marks into inner ones, for a text that will stand within quotation marks."""
    return text.replace("“", "‘").replace("”", "’")


def clauses(notes: Sequence[str], measures: str, months: int) -> list[str]:
    """Return one clause a month: the notes at their places, and the measures between them."""
    parts = [part.strip("；。 ") for part in re.split(r"\d+\.\s*", measures) if part.strip("；。 ")]
    places = {0: 0, (months - 1) // 2: 1, months - 1: 2} if months > 2 else {0: 0, months - 1: 2}
    if months == 1:
        places = {0: 2}
    found = []
    for position in range(months):
        if position in places:
            found.append(notes[places[position]])
            continue
        share = position / months
        kinds = _OPENINGS if share < 0.35 else _MIDDLES if share < 0.75 else _ENDINGS
        part = parts[position % len(parts)]
        found.append(kinds[(position + len(part)) % len(kinds)].format(plain(part)))
    return found


def slow_clause(measures: str, rng: Random) -> str:
    """Return a clause that says which measure lags."""
    parts = [part.strip("；。 ") for part in re.split(r"\d+\.\s*", measures) if part.strip("；。 ")]
    return rng.choice(_SLOW).format(plain(rng.choice(parts)))


def word(
    patterns: Patterns,
    moment: Moment,
    values: Mapping[str, str],
    partners: Sequence[str],
    rng: Random,
    used: set[str],
) -> Wording:
    """Write the texts of one report."""
    stage = stage_of(moment)
    done = choose(patterns.stages[stage], values, rng, used) or choose(
        patterns.stages["middle"], values, rng, used
    )
    slow = stage in {"stuck", "overdue"}
    problems = choose(patterns.problems, values, rng, used) if slow or rng.random() < 0.22 else ""
    asks = bool(problems and partners) and rng.random() < (0.45 if slow else 0.2)
    unit = {**values, "unit_name": rng.choice(list(partners))} if asks else values
    coordination = choose(patterns.coordination, unit, rng, used) if asks else ""
    next_step = (
        "" if stage == "done" or rng.random() < 0.12 else choose(patterns.next_steps, values, rng, used)
    )
    if stage == "done":
        problems = coordination = ""
    return Wording(done, problems, coordination, next_step, no_change=stage == "no_change")
