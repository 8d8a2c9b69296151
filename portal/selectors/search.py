"""Search over every application: each one names its provider as a string, and looks only at visible rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TypeVar

from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.module_loading import import_string

from portal.models import Organisation, User
from portal.roles import BUSINESS_ROLES, Role
from portal.search_results import COUNT_LIMIT, Hit, SearchGroup, words_of

Row = TypeVar("Row", bound=Model)
Provider = Callable[[User, str, int], SearchGroup]

PEOPLE_KEEPERS = (Role.SYSADMIN, Role.SECURITY)


@cache
def _providers(paths: tuple[str, ...]) -> tuple[Provider, ...]:
    return tuple(import_string(path) for path in paths)


def search_everywhere(user: User, text: str, limit: int) -> list[SearchGroup]:
    """Return the groups in which something was found for `user`, at most `limit` hits each."""
    groups = [provider(user, text, limit) for provider in _providers(tuple(settings.SEARCH_PROVIDERS))]
    return [group for group in groups if group.hits]


def containing(text: str, fields: Iterable[str]) -> Q:
    """Return the condition "every word of `text` stands in one of `fields`", whatever the case."""
    names = list(fields)
    condition = Q()
    for word in words_of(text):
        found = Q()
        # Chinese has no case, and PostgreSQL need not fold every text for it.
        lookup = "contains" if word.upper() == word.lower() else "icontains"
        for name in names:
            found |= Q(**{f"{name}__{lookup}": word})
        condition &= found
    return condition


def group_of(
    label: str, rows: QuerySet[Row], limit: int, hit: Callable[[Row], Hit], *, url: str = ""
) -> SearchGroup:
    """Return the first `limit` rows as hits with the count of all, capped; two queries, one when few are found."""
    first = list(rows[: limit + 1])
    total = len(first) if len(first) <= limit else rows.order_by()[: COUNT_LIMIT + 1].count()
    return SearchGroup(label, total, tuple(hit(row) for row in first[:limit]), url if total > limit else "")


def find_organisations(user: User, text: str, limit: int) -> SearchGroup:
    """Units by name, short name or code; they lead to their items, for administrators to the unit itself."""
    rows = Organisation.objects.visible_to(user).filter(containing(text, ("name", "short_name", "code")))

    def hit(row: Organisation) -> Hit:
        if user.has_role(Role.SYSADMIN):
            url = reverse("portal:organisation_edit", args=[row.code])
        else:
            url = f"/items/?organisation={row.code}" if user.has_role(*BUSINESS_ROLES) else ""
        return Hit(row.short_name, f"{row.name}　{row.get_kind_display()}", url)

    return group_of("单位", rows, limit, hit)


def find_people(user: User, text: str, limit: int) -> SearchGroup:
    """People by name or account within the person's own scope; only administrators get to the account."""
    rows = (
        User.objects.visible_to(user)
        .filter(containing(text, ("name", "username")), is_active=True)
        .select_related("organisation")
    )

    def hit(row: User) -> Hit:
        url = reverse("portal:user_detail", args=[row.username]) if user.has_role(*PEOPLE_KEEPERS) else ""
        return Hit(row.name, f"{row.organisation.short_name}　{row.title}".strip(), url)

    return group_of("人员", rows, limit, hit)
