"""Keep the lamps of work items: today's beside each item, and each month's for ever."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from indicators.lamps import LampFacts, Scheme, light
from indicators.models import LampRecord, WorkItem
from indicators.months import shift
from indicators.selectors.lamps import current_scheme, facts_at_month_end, facts_of_new, facts_today
from portal.selectors.calendar import Calendar, load_calendar

BATCH = 2000
MOST_STATEMENTS = 10


def relight(items: QuerySet[WorkItem], *, today: date) -> int:
    """Judge the lamps of `items` anew as of `today`; return how many changed colour or reason.

    Called in the transaction of every change that bears on a lamp, and nightly
    for all items. A second call changes nothing.
    """
    scheme, calendar = current_scheme(today), load_calendar()
    return sum(_relight(batch, scheme, calendar, today) for batch in batches(items))


def relight_rows(items: Sequence[WorkItem], *, today: date) -> int:
    """Judge the lamps of rows that the caller has just written and holds; see `relight`.

    The figures that a review may have carried over meanwhile are taken from the
    database, everything else from the rows.
    """
    return _relight(items, current_scheme(today), load_calendar(), today) if items else 0


def light_new(items: Sequence[WorkItem], *, today: date) -> None:
    """Set the lamps of items that have not been saved yet."""
    scheme, calendar = current_scheme(today), load_calendar()
    for item in items:
        _show(item, scheme, facts_of_new(item, today=today, calendar=calendar), today)


def _relight(batch: Sequence[WorkItem], scheme: Scheme, calendar: Calendar, today: date) -> int:
    facts = facts_today(batch, today=today, calendar=calendar)
    changed, fresh = 0, []
    for item in batch:
        before, as_of = (item.lamp, item.lamp_reason), item.lamp_as_of
        _show(item, scheme, facts[item.pk], today)
        differs = (item.lamp, item.lamp_reason) != before
        changed += differs
        if differs or as_of != today:
            fresh.append(item)
    _keep(fresh, today)
    return changed


def _show(item: WorkItem, scheme: Scheme, facts: LampFacts, today: date) -> None:
    lamp = light(scheme, facts)
    item.lamp, item.lamp_reason, item.lamp_as_of = lamp.colour.value, lamp.reason, today


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
