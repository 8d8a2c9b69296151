"""Gapless numbers: taken at the moment of issue, in the transaction that uses them."""

from django.db import IntegrityError, transaction
from django.db.models import F

from portal.models import NumberSeries


def take_number(series: str, year: int) -> int:
    """Return the next number of `series` in `year`, starting at 1.

    Must be called inside the transaction that prints the number: where that
    transaction is rolled back the number is free again, so there are neither
    gaps nor duplicates. The row stays locked until the transaction ends.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("take_number needs the transaction that uses the number")
    counter = NumberSeries.objects.filter(series=series, year=year)
    if not counter.update(value=F("value") + 1):
        try:
            with transaction.atomic():
                NumberSeries.objects.create(series=series, year=year, value=1)
        except IntegrityError:
            counter.update(value=F("value") + 1)
    return counter.values_list("value", flat=True).get()
