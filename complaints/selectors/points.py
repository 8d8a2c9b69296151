"""QR points: how often each was scanned and how much came in through it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce

from complaints.models import Complaint, IntakePoint, IntakeScan
from portal.models import User

WEEKS_SHOWN = 12


@dataclass(frozen=True)
class PointRow:
    """A point of the list: scans of the last thirty days, and cases that came in through it ever."""

    point: IntakePoint
    scans: int
    cases: int


@dataclass(frozen=True)
class WeekScans:
    """Scans of the week that begins on the Monday `start`."""

    start: date
    count: int


def points_of(user: User, *, kind: str = "", text: str = "", active: str = "") -> QuerySet[IntakePoint]:
    """Return the points `user` may read, the newest first; values that mean nothing are passed over."""
    rows = IntakePoint.objects.visible_to(user).select_related("organisation", "enterprise").order_by("-pk")
    if kind in IntakePoint.Kind.values:
        rows = rows.filter(kind=kind)
    if active in {"yes", "no"}:
        rows = rows.filter(is_active=active == "yes")
    if text.strip():
        rows = rows.filter(name__icontains=text.strip()) | rows.filter(place__icontains=text.strip())
    return rows


def point_rows(points: list[IntakePoint], user: User, *, today: date) -> list[PointRow]:
    """Return the points of one page with their counts: two queries, whatever their number.

    Cases are counted as far as the reader sees them.
    """
    scans = dict(
        IntakeScan.objects.filter(point__in=points, on__gt=today - timedelta(days=30))
        .values_list("point")
        .annotate(total=Sum("count"))
    )
    cases = dict(
        Complaint.objects.disclosed_to(user)
        .filter(intake_point__in=points)
        .order_by()
        .values_list("intake_point")
        .annotate(total=Count("pk"))
    )
    return [PointRow(point, scans.get(point.pk, 0), cases.get(point.pk, 0)) for point in points]


def total_scans(point: IntakePoint) -> int:
    """Return how often the point was scanned since it exists."""
    total: int = point.scans.aggregate(total=Coalesce(Sum("count"), 0))["total"]
    return total


def scans_by_week(point: IntakePoint, *, today: date) -> list[WeekScans]:
    """Return the scans of the last twelve weeks, the present one last; weeks without any are 0."""
    monday = today - timedelta(days=today.weekday())
    starts = [monday - timedelta(weeks=back) for back in range(WEEKS_SHOWN - 1, -1, -1)]
    counts = dict.fromkeys(starts, 0)
    for on, count in point.scans.filter(on__gte=starts[0]).values_list("on", "count"):
        counts[on - timedelta(days=on.weekday())] += count
    return [WeekScans(start, count) for start, count in counts.items()]
