"""The enterprises' codes as the office's pages show them: who has one, how often it is opened, what was asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce

from policies.models import CodeScan, Correction, EnterpriseCode, OneTimeCode
from policies.querysets import EnterpriseCodeQuerySet
from portal.models import Enterprise, User
from portal.selectors.enterprises import found_by

WEEKS_SHOWN = 12
DAYS_COUNTED = 30


@dataclass(frozen=True)
class CodeRow:
    """A code of the list with the scans of the last thirty days and the requests that wait."""

    page: EnterpriseCode
    scans: int
    waiting: int

    @property
    def is_open(self) -> bool:
        return self.page.is_active and self.page.enterprise.is_active


@dataclass(frozen=True)
class WeekScans:
    """Scans of the week that begins on the Monday `start`."""

    start: date
    count: int


def codes_of(user: User, *, text: str = "", active: str = "") -> EnterpriseCodeQuerySet:
    """Return the codes `user` may read, the newest first; values that mean nothing are passed over."""
    rows = EnterpriseCode.objects.visible_to(user).select_related("enterprise__town").order_by("-pk")
    if active in {"yes", "no"}:
        rows = rows.filter(is_active=active == "yes")
    if text.strip():
        rows = rows.filter(enterprise__in=Enterprise.objects.filter(found_by(text.strip())).values("pk"))
    return rows


def code_rows(pages: list[EnterpriseCode], *, today: date) -> list[CodeRow]:
    """Return the codes of one page with their counts: two queries, whatever their number."""
    since = today - timedelta(days=DAYS_COUNTED)
    scans = dict(
        CodeScan.objects.filter(page__in=pages, on__gt=since)
        .order_by()
        .values_list("page")
        .annotate(total=Sum("count"))
    )
    asked = Correction.objects.filter(
        enterprise__in=[page.enterprise_id for page in pages], state=Correction.State.ASKED
    )
    waiting: dict[int, int] = {}
    for enterprise in asked.values_list("enterprise", flat=True):
        waiting[enterprise] = waiting.get(enterprise, 0) + 1
    return [CodeRow(page, scans.get(page.pk, 0), waiting.get(page.enterprise_id, 0)) for page in pages]


def total_scans(page: EnterpriseCode) -> int:
    """Return how often the code was opened since it exists."""
    total: int = page.scans.aggregate(total=Coalesce(Sum("count"), 0))["total"]
    return total


def scans_by_week(page: EnterpriseCode, *, today: date) -> list[WeekScans]:
    """Return the scans of the last twelve weeks, the present one last; weeks without any are 0."""
    monday = today - timedelta(days=today.weekday())
    starts = [monday - timedelta(weeks=back) for back in range(WEEKS_SHOWN - 1, -1, -1)]
    counts = dict.fromkeys(starts, 0)
    for on, count in page.scans.filter(on__gte=starts[0]).values_list("on", "count"):
        counts[on - timedelta(days=on.weekday())] += count
    return [WeekScans(start, count) for start, count in counts.items()]


def corrections_of(user: User, *, enterprise: int | None = None) -> QuerySet[Correction]:
    """Return the requests `user` may read, of one enterprise where it is named, the newest first."""
    rows = Correction.objects.visible_to(user).select_related("enterprise", "settled_by").order_by("-pk")
    return rows.filter(enterprise=enterprise) if enterprise is not None else rows


def codes_handed_out(page: EnterpriseCode, limit: int = 8) -> list[OneTimeCode]:
    """Return the newest one-time codes of an enterprise: when, how, by whom, and what became of them."""
    return list(page.one_time_codes.select_related("made_by").order_by("-pk")[:limit])
