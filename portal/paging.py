"""Pages that cost what they show: numbered over a capped count, or onwards and back by key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)

PAGE_SIZES = (20, 50, 100)


class CappedPaginator(Paginator):
    """A paginator that is told how many rows there are instead of counting them.

    Rows beyond the count given cannot be reached by page number; a list that
    says "10000+" asks for a narrower filter instead.
    """

    def __init__(self, rows: Any, per_page: int, *, count: int) -> None:
        super().__init__(rows, per_page)
        self.count = count


def page_size(text: str | None) -> int:
    """Return the number of rows a page asked for, or the smallest one offered."""
    return int(text) if text in {str(size) for size in PAGE_SIZES} else PAGE_SIZES[0]


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """Rows newest first; `next_key` and `previous_key` lead on and back, None where there is nothing more."""

    rows: list[Row]
    next_key: int | None = None
    previous_key: int | None = None


def keyset_page(rows: QuerySet[Row], size: int, *, after: str | None, before: str | None) -> KeysetPage[Row]:
    """Return the page of `rows` beyond the key `after`, or before the key `before`; the first one without both.

    One query, whose cost does not grow with the page. A key that is no number is passed over.
    """
    if before is not None and _is_key(before):
        found = list(rows.filter(pk__gt=int(before)).order_by("pk")[: size + 1])
        shown = found[:size][::-1]
        more = len(found) > size
        return KeysetPage(shown, shown[-1].pk if shown else None, shown[0].pk if more else None)
    beyond = after is not None and _is_key(after)
    found = list((rows.filter(pk__lt=int(after or 0)) if beyond else rows).order_by("-pk")[: size + 1])
    shown = found[:size]
    more = len(found) > size
    return KeysetPage(shown, shown[-1].pk if more else None, shown[0].pk if beyond and shown else None)


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19
