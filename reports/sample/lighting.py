"""The lamp rules, the lamps at each month's end, and today's."""

from __future__ import annotations

import copy
from datetime import date

from indicators.lamps import DEFAULT_SCHEME, light
from indicators.models import LampRecord, LampScheme, WorkItem
from indicators.months import last_day
from indicators.selectors.lamps import facts_at_month_end
from indicators.services.lamps import relight
from reports.sample import texts
from reports.sample.county import County
from reports.sample.shifting import LAST_MONTH


def load(county: County) -> None:
    """Write the scheme, light every month's end with what was known of it, then today's lamps."""
    scheme = LampScheme.objects.create(
        name="默认亮灯规则",
        rules=DEFAULT_SCHEME.to_json(),
        valid_from=county.shift.month(1),
        note="年初印发，全县统一执行",
        created_by=county.director,
    )
    # The column is filled with the present moment on creation.
    made_at = county.at(scheme.valid_from, "lamp scheme")
    LampScheme.objects.filter(pk=scheme.pk).update(created_at=made_at)
    records: list[LampRecord] = []
    for number in range(1, LAST_MONTH + 1):
        records += _records(county, number)
    LampRecord.objects.bulk_create(records, batch_size=500)
    relight(WorkItem.objects.all(), today=county.today)


def _records(county: County, number: int) -> list[LampRecord]:
    month = county.shift.month(number)
    end = last_day(month)
    rows = [_as_then(county, item, end) for item in county.items.values() if item.start_on <= end]
    facts = facts_at_month_end(rows, month, today=county.today, calendar=county.calendar)
    records = []
    for row in rows:
        lamp = light(DEFAULT_SCHEME, facts[row.pk])
        records.append(
            LampRecord(
                item=row,
                month=month,
                colour=lamp.colour.value,
                reason=lamp.reason,
                percent=facts[row.pk].percent,
            )
        )
    return records


def _as_then(county: County, item: WorkItem, on: date) -> WorkItem:
    """Return the item with the due date and the closing that held on a day."""
    row = copy.copy(item)
    for change in texts.situations().adjustments:
        if (
            change["item"] == item.short_number
            and change["state"] == "approved"
            and county.workday(change["decided"]) > on
        ):
            row.due_on = item.original_due_on
    recheck = texts.situations().rechecks.get(item.short_number)
    if recheck and county.workday(recheck["closed"]) <= on < county.workday(recheck["failed"]):
        row.closed_on = county.workday(recheck["closed"])
    return row
