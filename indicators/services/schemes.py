"""Try lamp rules out, and put them into force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from indicators.lamps import Lamp, Scheme, light
from indicators.models import LampScheme, WorkItem
from indicators.selectors.lamps import current_scheme, facts_today
from indicators.services.lamps import batches, relight
from portal.errors import Refused
from portal.models import User
from portal.roles import OFFICE_ROLES
from portal.selectors.calendar import load_calendar
from portal.services import audit

SHOWN = 100


@dataclass(frozen=True)
class Switch:
    """An item that would show another lamp."""

    item: WorkItem
    before: Lamp
    after: Lamp


@dataclass(frozen=True)
class Trial:
    """What a scheme would change: how many from which colour to which, and the first hundred items."""

    counts: dict[tuple[str, str], int]
    switches: tuple[Switch, ...]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def try_scheme(scheme: Scheme, *, today: date) -> Trial:
    """Judge every counted item by the rules in force and by `scheme`, and return where the colours differ."""
    old, calendar = current_scheme(today), load_calendar()
    counts: dict[tuple[str, str], int] = {}
    switches: list[Switch] = []
    for batch in batches(WorkItem.objects.counted().select_related("organisation")):
        facts = facts_today(batch, today=today, calendar=calendar)
        for item in batch:
            before, after = light(old, facts[item.pk]), light(scheme, facts[item.pk])
            if before.colour != after.colour:
                key = (before.colour.label, after.colour.label)
                counts[key] = counts.get(key, 0) + 1
                if len(switches) < SHOWN:
                    switches.append(Switch(item, before, after))
    return Trial(counts, tuple(switches))


@transaction.atomic
def adopt_scheme(
    scheme: Scheme, *, name: str, valid_from: date, note: str, actor: User, today: date
) -> LampScheme:
    """Put `scheme` into force from `valid_from` on; from today on it lights every item at once.

    Months already recorded keep their lamps. A first day in the past is refused.
    """
    if not actor.has_role(*OFFICE_ROLES):
        raise Refused("亮灯规则由营商办制定。")
    if valid_from < today:
        raise Refused("生效日期不能早于今天；已封账月份的亮灯不会改写。")
    row = LampScheme.objects.create(
        name=name, rules=scheme.to_json(), valid_from=valid_from, note=note, created_by=actor
    )
    changed = relight(WorkItem.objects.counted(), today=today) if valid_from == today else 0
    audit.record(
        row, "lamps.adopt", actor=actor, changes={"valid_from": valid_from, "changed": changed}, note=note
    )
    return row
