"""What the year's assessment asks of the indicator work beside the figures: letters, ranks, who carries what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from indicators.models import Indicator, Letter, TaskForce, WorkItem
from indicators.scoring.ranking import Tier, tier
from indicators.selectors.figures import FigureRow
from indicators.selectors.measurements import latest_ranks
from portal.models import Organisation

GRAVE = (Letter.Rung.SUPERVISE, Letter.Rung.TALK, Letter.Rung.CIRCULATE)


@dataclass(frozen=True)
class Carrier:
    """A unit that owes or leads something in a year; `has_indicators`: it leads an indicator of the year."""

    pk: int
    code: str
    name: str
    has_indicators: bool


def issued_letters(start: date, end: date, *rungs: str) -> list[FigureRow]:
    """Return the letters of `rungs` (unless given, those that a person signs) issued within both days."""
    rows = Letter.objects.filter(
        state=Letter.State.ISSUED, rung__in=rungs or GRAVE, issued_on__range=(start, end)
    )
    return [
        FigureRow(
            "letter",
            row.number,
            f"{row.get_rung_display()}　{row.number}",
            f"{row.issued_on.month}月{row.issued_on.day}日　{row.reason}" if row.issued_on else row.reason,
            row.get_absolute_url(),
            row.organisation.code,
        )
        for row in rows.select_related("organisation").order_by("issued_on", "pk")
    ]


def newest_tiers(year: int, on: date) -> dict[str, list[FigureRow]]:
    """Return the first-level indicators by the tier of their newest rank up to `on`, with the leading unit."""
    forces = list(TaskForce.objects.filter(year=year).select_related("indicator", "lead").order_by("order"))
    ranks = latest_ranks([force.indicator_id for force in forces], on)
    found: dict[str, list[FigureRow]] = {one.value: [] for one in Tier}
    for force in forces:
        newest = ranks.get(force.indicator_id, (None, None))[0]
        place = tier(newest.rank, newest.of) if newest else None
        if newest is None or place is None:
            continue
        note = f"第{newest.rank}名，共{newest.of}个　{newest.source}".strip()
        found[place.value].append(
            FigureRow("rank", force.code, force.name, note, force.get_absolute_url(), force.lead.code)
        )
    return found


def carriers(year: int) -> list[Carrier]:
    """Return the units that owe an item of the year or lead a task force or an indicator of it, in order."""
    forces = set(TaskForce.objects.filter(year=year).values_list("lead", flat=True))
    measured = Indicator.objects.current().filter(system__year=year).exclude(lead=None)
    leading = forces | set(measured.values_list("lead", flat=True))
    owing = WorkItem.objects.filter(work_list__year=year).values("organisation")
    units = Organisation.objects.filter(Q(pk__in=owing) | Q(pk__in=leading)).order_by("order", "pk")
    return [Carrier(row.pk, row.code, row.short_name, row.pk in leading) for row in units]
