"""Triggers of the bulletins: a unit named as a laggard by an issued one."""

from __future__ import annotations

from reports.assessing.facts import Fact
from reports.figures import Period
from reports.models import Bulletin
from reports.triggers.trigger import Found, Trigger, by_unit


def _named(period: Period) -> Found:
    """Return the namings of issued bulletins on the period's months; one that was corrected does not count."""
    rows = Bulletin.objects.filter(
        state=Bulletin.State.ISSUED, month__range=(period.first, period.month)
    ).order_by("issued_on", "pk")
    rows = rows.only("code", "title", "document_number", "issued_on", "named_units")
    return by_unit(
        (unit["code"], _fact(row, unit["faults"]))
        for row in rows
        for unit in row.named_units
        if unit["ticked"]
    )


def _fact(row: Bulletin, faults: str) -> Fact:
    number = row.document_number
    return Fact(f"bulletin:{row.code}", "bulletin", number, row.title, faults, row.get_absolute_url())


TRIGGERS = (
    Trigger("bulletins.named", "被通报点名", "次", "期内已签发且未更正的通报中经人工确认点名的单位", _named),
)
