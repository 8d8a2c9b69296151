"""Numbered pages over a count that was capped: as far as page 200 of 50, never a count of the whole table."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator

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
