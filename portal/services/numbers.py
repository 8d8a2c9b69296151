"""Gapless numbers: taken at the moment of issue, in the transaction that uses them."""

from django.db import transaction

# Both databases know this statement: the first number of a series and every later one take a single query.
_TAKE = """
    INSERT INTO portal_numberseries (series, year, value) VALUES (%s, %s, %s)
    ON CONFLICT (series, year) DO UPDATE SET value = portal_numberseries.value + excluded.value
    RETURNING value
"""


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
    with transaction.get_connection().cursor() as cursor:
        cursor.execute(_TAKE, [series, year, count])
        last: int = cursor.fetchone()[0]
    return range(last - count + 1, last + 1)
