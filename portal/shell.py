"""What every page's frame needs: names, navigation, unread notices, today."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from portal.models import SavedQuery, User
from portal.navigation import NAVIGATION
from portal.waiting import UNREAD, waiting_counts


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `site`, `today`, and for a signed-in person `shell`."""
    context: dict[str, Any] = {
        "site": {
            "county": settings.COUNTY_NAME,
            "system": settings.SYSTEM_NAME,
            "sample": settings.SAMPLE_EDITION,
        },
        "today": timezone.localdate(),
    }
    user = getattr(request, "user", None)
    if isinstance(user, User):
        context["shell"] = SimpleLazyObject(lambda: _frame(request, user))
        # Asked for by lists only: one query more, where the filter row is drawn.
        context["saved_queries"] = SimpleLazyObject(
            lambda: list(SavedQuery.objects.visible_to(user).filter(path=request.path))
        )
    return context


def _frame(request: HttpRequest, user: User) -> dict[str, Any]:
    counts = waiting_counts(user)
    return {"navigation": _navigation(request, user, counts), "unread": counts.get(UNREAD, 0)}


def _navigation(request: HttpRequest, user: User, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the groups `user` sees; the entry whose address is the longest prefix of the path is current."""
    groups: list[dict[str, Any]] = []
    here: list[tuple[int, dict[str, Any]]] = []
    for group in NAVIGATION:
        items: list[dict[str, Any]] = []
        for entry in group.entries:
            if entry.roles is not None and not user.has_role(*entry.roles):
                continue
            try:
                url = reverse(entry.url_name)
            except NoReverseMatch:
                continue
            item = {"label": entry.label, "url": url, "count": counts.get(entry.count), "current": False}
            items.append(item)
            here += [(len(place), item) for place in (url, *entry.places) if _is_at(request.path, place)]
        if items:
            groups.append({"label": group.label, "entries": items})
    if here:
        max(here, key=lambda found: found[0])[1]["current"] = True
    return groups


def _is_at(path: str, place: str) -> bool:
    return path == place or (place != "/" and path.startswith(place))
