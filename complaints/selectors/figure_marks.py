"""All cases behind all counts of a period at once, for papers that freeze the rows of every figure they print.

A count, its rows and its marks share one condition, written in `complaints.selectors.figures`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, F, Q, QuerySet, When

from complaints.models import Assignment, Complaint, Round
from complaints.selectors.figures import (
    ROWS_SHOWN,
    FigureRow,
    Slice,
    case_measures,
    case_row,
    either,
    part_measures,
    round_measures,
)

FLAG = "counts_as_"
# Long columns of a case that no list of rows shows.
UNREAD = ("text", "wishes", "shared_text", "shared_wishes")


@dataclass(frozen=True)
class MarkedCase:
    """A case with the place by which one of its rows counts, and every measure that counts it there."""

    row: FigureRow
    place: Slice
    measures: frozenset[str]


def case_marks(start: date, end: date) -> tuple[MarkedCase, ...]:
    """Return what `rows_behind` returns for every measure, the newest case first; three queries."""
    cases = Complaint.objects.select_related("lead")
    rounds = Round.objects.select_related("complaint__lead")
    parts = Assignment.objects.select_related("complaint__lead")
    return (
        *_marks(cases, case_measures(start, end), "", "lead"),
        *_marks(rounds, round_measures(start, end), "complaint", "lead"),
        *_marks(parts, part_measures(start, end), "complaint", "organisation"),
    )


def marked_rows(marks: Iterable[MarkedCase], measure: str, part: Slice) -> list[FigureRow]:
    """Return the cases behind a count, each once, as many as `rows_behind` gives."""
    rows = (one.row for one in marks if measure in one.measures and part.holds(one.place))
    return list(dict.fromkeys(rows))[:ROWS_SHOWN]


def _marks(
    rows: QuerySet[Any], measures: Mapping[str, tuple[Q, Q]], case: str, unit: str
) -> Iterator[MarkedCase]:
    prefix = f"{case}__" if case else ""
    flags = {
        f"{FLAG}{name}": Case(When(by_index & rest, then=True), default=False)
        for name, (by_index, rest) in measures.items()
    }
    place = {
        "at_topic": F(f"{prefix}topic__code"),
        "at_town": F(f"{prefix}town__code"),
        "at_unit": F(f"{unit}__code"),
    }
    found = rows.filter(either(measures)).annotate(**flags, **place)
    found = found.defer(*(f"{prefix}{name}" for name in UNREAD))
    for row in found.order_by(f"-{case}_id" if case else "-pk").iterator():
        shown: Complaint = getattr(row, case) if case else row
        yield MarkedCase(
            case_row(shown),
            Slice(shown.channel, shown.kind, row.at_topic or "", row.at_unit or "", row.at_town or ""),
            frozenset(name for name in measures if getattr(row, f"{FLAG}{name}")),
        )
