"""The index by which cases are found by words of any length, where the database has one.

On PostgreSQL the pairs of neighbouring characters of each case stand in a table that triggers
keep (migration 0003). It holds more cases than contain the words, never fewer: who asks it
compares the texts as well, and so decides which texts a person may search.
"""

from __future__ import annotations

from django.db import connection
from django.db.models import Q

from portal.search_results import words_of

# What more cases hold is found soon by reading from the newest on.
RARE = 20_000


def may_contain(text: str) -> Q:
    """Return the condition "every pair of characters of each word of `text` stands in the case"; one query.

    An empty condition where the words stand in so many cases that looking them up would cost more, and on
    SQLite. The cases are named one by one: joined, the planner would come to them last.
    """
    words = words_of(text)
    if connection.vendor != "postgresql" or not words:
        return Q()
    held = " AND ".join(["words @@ complaints_wanted(%s)"] * len(words))
    with connection.cursor() as cursor:
        # The words are parameters; the rest is written here.
        cursor.execute(
            f"SELECT complaint_id FROM complaints_case_words WHERE {held} LIMIT {RARE + 1}",  # noqa: S608
            words,
        )
        found = [key for (key,) in cursor.fetchall()]
    return Q() if len(found) > RARE else Q(pk__in=found)
