"""The base of every read endpoint: rows through `visible_to`, found by their printed number."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.viewsets import ReadOnlyModelViewSet

from portal.access import Access
from portal.models import User
from portal.roles import BUSINESS_ROLES, Role

Row = TypeVar("Row", bound=Model)

INSIDERS = Access(roles=frozenset(BUSINESS_ROLES - {Role.OBSERVER}))


class ScopedViewSet(ReadOnlyModelViewSet[Row]):
    """List and detail of what the account may read; a row outside its scope answers 404."""

    access = INSIDERS

    def get_queryset(self) -> QuerySet[Row]:
        rows: Any = super().get_queryset()
        scoped: QuerySet[Row] = rows.visible_to(self.request.user)
        return scoped


def actor_of(request: Request) -> User:
    """Return the account behind a call that `IsPermitted` has let in."""
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user
