"""Questions about units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, Q, QuerySet, When

from portal.models import Organisation, User


@dataclass(frozen=True)
class KindCount:
    """A tab of the list: how many units of a kind are in use."""

    kind: str
    label: str
    count: int


def organisation_rows(viewer: User, *, kind: str = "", text: str = "", today: date) -> QuerySet[Organisation]:
    """Return the units the viewer may read, those in use first; `people` counts their active accounts."""
    rows = Organisation.objects.visible_to(viewer)
    if kind in Organisation.Kind.values:
        rows = rows.filter(kind=kind)
    if text.strip():
        words = text.strip()
        rows = rows.filter(
            Q(name__icontains=words) | Q(short_name__icontains=words) | Q(code__icontains=words)
        )
    return (
        rows.select_related("parent")
        .annotate(
            active_people=Count("people", filter=Q(people__is_active=True)),
            is_closed=Case(When(active_until__lt=today, then=True), default=False),
        )
        .order_by("is_closed", "order", "pk")
    )


def kind_counts(viewer: User, *, today: date) -> list[KindCount]:
    """Return the units in use by kind, in the order of the kinds, kinds without units left out."""
    found = dict(
        Organisation.objects.visible_to(viewer)
        .active(today)
        .order_by()
        .values_list("kind")
        .annotate(count=Count("pk"))
    )
    return [KindCount(kind.value, kind.label, found[kind]) for kind in Organisation.Kind if kind in found]
