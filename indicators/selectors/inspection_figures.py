"""What the documents count of the inspections, from dates: asked again later, a month gives the same answer.

日常督办 is no 督查 and is not counted here (《政府督查工作条例》 arts. 7, 11).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from django.db.models import Count, OuterRef, Q, Subquery

from indicators.inspection_workflow import InspectionKind
from indicators.models import Finding, FindingRecheck, Inspection
from indicators.selectors.figures import FigureRow
from portal.models import User


@dataclass(frozen=True)
class InspectionCounts:
    """Counts of the year up to and including a day: inspections started, findings fed back, put right."""

    inspections: int
    found: int
    rectified: int


def inspection_counts(days: Sequence[date]) -> tuple[InspectionCounts, ...]:
    """Count, for each of the days, the inspections of its year up to its end; one query."""
    counted: dict[str, Count] = {}
    for place, day in enumerate(days):
        found = _found(day, "findings__")
        counted |= {
            f"inspections{place}": Count("pk", filter=_started(day), distinct=True),
            f"found{place}": Count("findings", filter=found),
            f"rectified{place}": Count("findings", filter=found & _rectified(day, "findings__")),
        }
    any_day = reduce(or_, (_started(day) | _found(day, "findings__") for day in days))
    counts = Inspection.objects.exclude(kind=InspectionKind.ROUTINE).filter(any_day).aggregate(**counted)
    return tuple(
        InspectionCounts(*(counts[f"{name}{place}"] for name in ("inspections", "found", "rectified")))
        for place in range(len(days))
    )


def _started(day: date) -> Q:
    """Return the condition "started in the year, and not cancelled, by the end of `day`"."""
    standing = Q(cancelled_on=None) | Q(cancelled_on__gt=day)
    return Q(issued_on__year=day.year, issued_on__lte=day) & standing


def _found(day: date, prefix: str = "") -> Q:
    """Return the condition "fed back in the year, and not revoked, by the end of `day`"."""
    told = Q(**{f"{prefix}issued_on__year": day.year, f"{prefix}issued_on__lte": day})
    return told & (Q(**{f"{prefix}revoked_on": None}) | Q(**{f"{prefix}revoked_on__gt": day}))


def _rectified(day: date, prefix: str = "") -> Q:
    """Return the condition "the newest re-check by the end of `day` was passed"."""
    newest = FindingRecheck.objects.filter(finding=OuterRef("pk"), checked_on__lte=day).order_by("-pk")
    passed = Finding.objects.annotate(stood=Subquery(newest.values("passed")[:1])).filter(stood=True)
    return Q(**{f"{prefix}pk__in": passed.values("pk")})


def inspection_rows_behind(day: date, user: User | None) -> list[FigureRow]:
    """Return the inspections that are counted; with `user` only those he may read."""
    rows = Inspection.objects.exclude(kind=InspectionKind.ROUTINE).filter(_started(day))
    if user is not None:
        rows = rows.filter(pk__in=Inspection.objects.visible_to(user).values("pk"))
    return [
        FigureRow("inspection", row.slug, row.title, row.get_state_display(), row.get_absolute_url())
        for row in rows.order_by("year", "number")
    ]


def finding_rows_behind(day: date, user: User | None, *, rectified: bool = False) -> list[FigureRow]:
    """Return the findings that are counted, all or those put right; with `user` only those he may read."""
    rows = Finding.objects.exclude(inspection__kind=InspectionKind.ROUTINE).filter(_found(day))
    if rectified:
        rows = rows.filter(_rectified(day))
    if user is not None:
        rows = rows.filter(pk__in=Finding.objects.visible_to(user).values("pk"))
    rows = rows.select_related("inspection", "organisation")
    return [
        FigureRow(
            "finding",
            f"{row.inspection.slug}-{row.position}",
            row.title,
            f"{row.organisation.short_name}　{row.get_state_display()}",
            row.get_absolute_url(),
        )
        for row in rows.order_by("inspection__number", "position")
    ]
