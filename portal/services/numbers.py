"""Gapless numbers: taken at the moment of issue, in the transaction that uses them."""

from django.db import IntegrityError, transaction
from django.db.models import F

from portal.models import NumberSeries


def take_number(series: str, year: int) -> int:
    """Return the next number of `series` in `year`, starting at 1; see `take_numbers`."""
    return take_numbers(series, year, 1)[0]


def take_numbers(series: str, year: int, count: int) -> range:
    """Return the next `count` numbers of `series` in `year`, for rows that are made together.

    Must be called inside the transaction that prints the number: where that
    transaction is rolled back the number is free again, so there are neither
    gaps nor duplicates. The row stays locked until the transaction ends.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("take_numbers needs the transaction that uses the number")
    counter = NumberSeries.objects.filter(series=series, year=year)
    if not counter.update(value=F("value") + count):
        try:
            with transaction.atomic():
                NumberSeries.objects.create(series=series, year=year, value=count)
        except IntegrityError:
            counter.update(value=F("value") + count)
    last = counter.values_list("value", flat=True).get()
    return range(last - count + 1, last + 1)
