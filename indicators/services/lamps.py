"""Keep the lamps of work items: today's beside each item, and each month's for ever."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from indicators.lamps import Scheme, light
from indicators.models import LampRecord, WorkItem
from indicators.months import shift
from indicators.selectors.lamps import current_scheme, facts_at_month_end, facts_today
from portal.selectors.calendar import Calendar, load_calendar

BATCH = 2000
MOST_STATEMENTS = 10


def relight(items: QuerySet[WorkItem], *, today: date) -> int:
    """Judge the lamps of `items` anew as of `today`; return how many changed colour or reason.

    Called in the transaction of every change that bears on a lamp, and nightly
    for all items. A second call changes nothing.
    """
    scheme, calendar, changed = current_scheme(today), load_calendar(), 0
    for batch in batches(items):
        facts = facts_today(batch, today=today, calendar=calendar)
        fresh = []
        for item in batch:
            lamp = light(scheme, facts[item.pk])
            if (item.lamp, item.lamp_reason) != (lamp.colour.value, lamp.reason):
                changed += 1
            elif item.lamp_as_of == today:
                continue
            item.lamp, item.lamp_reason, item.lamp_as_of = lamp.colour.value, lamp.reason, today
            fresh.append(item)
        _keep(fresh, today)
    return changed


def _keep(items: list[WorkItem], today: date) -> None:
    """Write the lamps: with one statement for all that show the same, where few different ones are shown."""
    alike: dict[tuple[str, str], list[int]] = defaultdict(list)
    for item in items:
        alike[item.lamp, item.lamp_reason].append(item.pk)
    if len(alike) > MOST_STATEMENTS:
        WorkItem.objects.bulk_update(items, ["lamp", "lamp_reason", "lamp_as_of"], batch_size=200)
        return
    for (lamp, reason), keys in alike.items():
        WorkItem.objects.filter(pk__in=keys).update(lamp=lamp, lamp_reason=reason, lamp_as_of=today)


@transaction.atomic
def record_month(month: date, *, today: date) -> int:
    """Write every counted item's lamp as of the last day of `month`; return how many were written.

    May be repeated while the month is open; closing the month calls it a last
    time (see `services.months.close_month`), and nobody calls it afterwards.
    """
    scheme, calendar, written = current_scheme(today), load_calendar(), 0
    items = WorkItem.objects.counted().filter(start_on__lt=shift(month, 1))
    for batch in batches(items):
        records = _records(batch, month, today, calendar, scheme)
        LampRecord.objects.bulk_create(
            records,
            update_conflicts=True,
            unique_fields=["item", "month"],
            update_fields=["colour", "reason", "percent"],
            batch_size=500,
        )
        written += len(records)
    return written


def _records(
    batch: list[WorkItem], month: date, today: date, calendar: Calendar, scheme: Scheme
) -> list[LampRecord]:
    facts = facts_at_month_end(batch, month, today=today, calendar=calendar)
    records = []
    for item in batch:
        lamp = light(scheme, facts[item.pk])
        records.append(
            LampRecord(
                item=item,
                month=month,
                colour=lamp.colour.value,
                reason=lamp.reason,
                percent=facts[item.pk].percent,
            )
        )
    return records


def batches(items: QuerySet[WorkItem]) -> Iterator[list[WorkItem]]:
    """Yield the items in batches by key, so that memory stays bounded."""
    last = 0
    while batch := list(items.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        if len(batch) < BATCH:
            return
        last = batch[-1].pk
