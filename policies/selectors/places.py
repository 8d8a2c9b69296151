"""Where an item stood on a day: how the version then in force classified it, who led it.

A closed month counts an item as it was on the month's last day, whatever was published since.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from policies.models import PolicyItem, PolicyItemVersion
from policies.terms import Mode


@dataclass(frozen=True)
class Place:
    """Where an item stands: how it is classified, who leads it."""

    mode: str
    category: str
    unit: str
    unit_name: str


@dataclass(frozen=True)
class Part:
    """The part of the items, or of what was paid for them, that is asked for; None: all. `unit` is a code."""

    mode: str | None = None
    category: str | None = None
    unit: str | None = None

    def holds(self, place: Place) -> bool:
        return (
            (self.mode is None or self.mode == place.mode)
            and (self.category is None or self.category == place.category)
            and (self.unit is None or self.unit == place.unit)
        )


EVERY = Part()


@dataclass(frozen=True)
class Wording:
    """What a published version says that figures and their rows show, and since when, that day included."""

    since: date
    title: str
    mode: str
    category: str

    @property
    def mode_label(self) -> str:
        return Mode(self.mode).label


class Places:
    """The published versions of items, to be asked for any number of days; one query."""

    def __init__(self, items: Iterable[int] | None = None) -> None:
        """Read the versions of the items given by key; without them those of every item."""
        versions = PolicyItemVersion.objects.filter(published_at__isnull=False)
        if items is not None:
            versions = versions.filter(item__in=items)
        self._wordings: dict[int, list[Wording]] = defaultdict(list)
        columns = ("item", "published_at", "title", "mode", "category")
        for item, at, *said in versions.order_by("item", "number").values_list(*columns):
            self._wordings[item].append(Wording(timezone.localdate(at), *said))

    def wording(self, item: int, day: date) -> Wording | None:
        """Return what was in force at the end of a day, before the first publication the first; None of a draft."""
        known = self._wordings.get(item)
        if not known:
            return None
        return next((one for one in reversed(known) if one.since <= day), known[0])

    def place(self, item: PolicyItem, day: date) -> Place:
        """Return where an item, read with its unit, stood at the end of a day."""
        return self.place_of(item.pk, item.organisation.code, item.organisation.short_name, day)

    def place_of(self, item: int, unit: str, unit_name: str, day: date) -> Place:
        """Return where the item of a key stood at the end of a day, led by a unit."""
        said = self.wording(item, day)
        return Place(said.mode if said else "", said.category if said else "", unit, unit_name)
