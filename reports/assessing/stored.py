"""The stored form of a unit's lines, from which its score can be reckoned again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from portal.params import to_plain
from reports.assessing.evaluation import Line, Score
from reports.assessing.facts import Fact


def lines_to_json(score: Score, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the lines with their evidence; `labels` are the triggers' names as they are now."""
    return [_line(line, labels[line.rule.trigger]) for line in score.lines]


def _line(line: Line, label: str) -> dict[str, Any]:
    return {
        "trigger": line.rule.trigger,
        "label": label,
        "amount": to_plain(line.amount),
        "points": to_plain(line.points),
        "calculation": line.calculation,
        "rule": line.rule.to_json(),
        "evidence": [{**one.fact.to_json(), "why_not": one.why_not} for one in line.verdicts],
    }


def facts_from_json(lines: Iterable[Mapping[str, Any]]) -> dict[str, tuple[Fact, ...]]:
    """Return the facts by trigger as they were found, whatever was counted."""
    return {line["trigger"]: tuple(_fact(one) for one in line["evidence"]) for line in lines}


def _fact(stored: Mapping[str, Any]) -> Fact:
    return Fact.from_json({key: value for key, value in stored.items() if key != "why_not"})
