"""Where an item stood on a day: how the version then in force classified it, who led it.

A closed month counts an item as it was on the month's last day, whatever was published since.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Value
from django.db.models.functions import TruncDate

from policies.models import ItemHandover, PolicyItem, PolicyItemVersion
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


@dataclass(frozen=True)
class Led:
    """The unit that led an item before the day `until`, on which it was handed over."""

    until: date
    key: int
    code: str
    name: str


class Places:
    """The published versions of items and who led them, to be asked for any number of days; one query."""

    def __init__(self) -> None:
        self._wordings: dict[int, list[Wording]] = defaultdict(list)
        self._former: dict[int, list[Led]] = defaultdict(list)
        for item, on, _, is_version, key, *said in sorted(_events()):
            if is_version:
                self._wordings[item].append(Wording(on, *said))
            else:
                code, name, _ = said
                self._former[item].append(Led(on, key, code, name))

    def former(self, item: int, day: date) -> Led | None:
        """Return who led an item at the end of a day; None where it is the one that leads it now."""
        return next((one for one in self._former.get(item, ()) if one.until > day), None)

    def formers(self, day: date) -> dict[int, int]:
        """Return the keys of the units that led items at the end of a day and no longer do, by item."""
        found = {item: self.former(item, day) for item in self._former}
        return {item: led.key for item, led in found.items() if led is not None}

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
        """Return where the item of a key stood at the end of a day; `unit` and its name are who leads it now."""
        said, former = self.wording(item, day), self.former(item, day)
        if former is not None:
            unit, unit_name = former.code, former.name
        return Place(said.mode if said else "", said.category if said else "", unit, unit_name)


def _events() -> list[Any]:
    """Return publications and handovers as item, day, order within the day, which of them, unit, three texts."""
    versions = PolicyItemVersion.objects.filter(published_at__isnull=False).order_by()
    said = versions.values_list(
        "item", TruncDate("published_at"), "number", Value(1), Value(0), "title", "mode", "category"
    )
    led = ItemHandover.objects.order_by().values_list(
        "item", "on", "pk", Value(0), "former", "former__code", "former__short_name", Value("")
    )
    return list(said.union(led, all=True))
