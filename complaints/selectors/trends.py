"""Recurrent problems 普遍性问题 and rising ones 苗头性问题: the same field × unit, against its own past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, Q

from complaints.models import Complaint
from portal.selectors.settings import number_setting

WINDOW = timedelta(days=90)
RECENT = timedelta(days=30)
# A rise is told of from three cases on, at least twice what an equal time before had on average.
RISING_CASES = 3
RISING_FACTOR = 2


@dataclass(frozen=True)
class Problem:
    """A field of work × lead unit: cases of ninety days, of the last thirty, and of an average thirty before."""

    topic: str
    topic_code: str
    unit: str
    unit_code: str
    cases: int
    recent: int
    before: Decimal
    is_recurrent: bool
    is_rising: bool


def problems(on: date) -> list[Problem]:
    """Return what is recurrent or rising on the day `on`, the most frequent first; two queries.

    Recurrent: as many cases accepted within ninety days up to and including `on` as the
    setting `complaints.recurrent_cases` says. Rising: see above. Merged cases count once.
    """
    least = number_setting("complaints.recurrent_cases", on=on)
    recent_from = on - RECENT
    rows = (
        Complaint.objects.counted()
        .filter(accepted_on__gt=on - WINDOW, accepted_on__lte=on, topic__isnull=False, lead__isnull=False)
        .order_by()
        .values("topic__name", "topic__code", "lead__short_name", "lead__code")
        .annotate(cases=Count("pk"), recent=Count("pk", filter=Q(accepted_on__gt=recent_from)))
        .filter(cases__gte=min(RISING_CASES, least))
        .order_by("-cases", "topic__code", "lead__code")
    )
    found = [_problem(row, least) for row in rows]
    return [row for row in found if row.is_recurrent or row.is_rising]


def _problem(row: Mapping[str, object], least: int) -> Problem:
    cases, recent = int(str(row["cases"])), int(str(row["recent"]))
    before = (Decimal(cases - recent) / 2).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return Problem(
        topic=str(row["topic__name"]),
        topic_code=str(row["topic__code"]),
        unit=str(row["lead__short_name"]),
        unit_code=str(row["lead__code"]),
        cases=cases,
        recent=recent,
        before=before,
        is_recurrent=cases >= least,
        is_rising=recent >= RISING_CASES and recent >= RISING_FACTOR * before,
    )
