"""Visits: who looks after which enterprise, and which of them nobody has visited this quarter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, Max, OuterRef, QuerySet, Subquery

from complaints.models import Pairing, QuestionnaireResult, QuestionnaireWave, Visit
from complaints.selectors.figures import share
from portal.models import User


def quarter_of(day: date) -> date:
    """Return the first day of the quarter in which `day` lies."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def unvisited(user: User, *, today: date) -> QuerySet[Pairing]:
    """Return the pairings visible to `user` whose enterprise nobody has visited in the quarter of `today`.

    Each carries `last_on`, the day of the newest visit by anybody, if there was one.
    """
    this_quarter = Visit.objects.filter(
        enterprise=OuterRef("enterprise"), on__gte=quarter_of(today), on__lte=today
    )
    last = (
        Visit.objects.filter(enterprise=OuterRef("enterprise"))
        .order_by()
        .values("enterprise")
        .annotate(last=Max("on"))
        .values("last")
    )
    return (
        Pairing.objects.visible_to(user)
        .current(today)
        .exclude(Exists(this_quarter))
        .select_related("person", "enterprise")
        .annotate(last_on=Subquery(last))
        .order_by("person", "pk")
    )


@dataclass(frozen=True)
class VisitCounts:
    """A quarter's visits: enterprises paired, visited, visits made, demands heard."""

    paired: int
    visited: int
    visits: int
    demands: int


def visit_counts(start: date, end: date) -> VisitCounts:
    """Count from `start` up to, not including, `end`; `visited` are paired enterprises with at least one visit."""
    pairs = Pairing.objects.current(start) | Pairing.objects.filter(since__gte=start, since__lt=end)
    paired = pairs.order_by().values("enterprise").distinct()
    visits = Visit.objects.filter(on__gte=start, on__lt=end).order_by()
    found = visits.aggregate(visits=Count("pk", distinct=True), demands=Count("complaints"))
    return VisitCounts(
        paired=paired.count(),
        visited=visits.filter(enterprise__in=paired).values("enterprise").distinct().count(),
        **found,
    )


@dataclass(frozen=True)
class UnitScore:
    """A unit's answers in a survey, and its satisfied share in percent; None where nobody could tell."""

    result: QuestionnaireResult
    satisfied: object


def wave_scores(wave: QuestionnaireWave) -> list[UnitScore]:
    """Return the results by unit: 满意 and 基本满意 / answers that say something about the unit."""
    rows = wave.results.select_related("organisation")
    return [UnitScore(row, share(row.very + row.fairly, row.counted)) for row in rows]
