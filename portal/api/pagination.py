"""Keyset paging: page 1,000 costs what page 1 costs."""

from rest_framework.pagination import CursorPagination


class KeysetPagination(CursorPagination):
    """Newest first by primary key; `page_size` up to 200; `next` and `previous` are opaque addresses."""

    ordering = "-pk"
    page_size_query_param = "page_size"
    max_page_size = 200
