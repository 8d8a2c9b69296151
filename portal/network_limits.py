"""Refuse the three duties and the API outside their networks: 404, as if nothing were there, and a line in the trail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse

from portal.models import AuditEvent, User
from portal.request_context import origin
from portal.selectors.networks import may_call_from, may_work_from
from portal.services import audit

Answer = Callable[[HttpRequest], HttpResponse]

API: Final = "/api/"
PUBLIC_API: Final = "/api/v1/public/"
# Callers without an account are written down once a minute and address: the trail must not be flooded.
RECORDED_EVERY: Final = 60


def network_limits(get_response: Answer) -> Answer:
    """Answer 404 to a session of the three duties, and to a call of the API, from outside their networks.

    The address is the one that the audit trail gets: `X-Forwarded-For` counts
    only behind a trusted proxy. The session is neither ended nor prolonged.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        user, address = request.user, origin.get().address
        if isinstance(user, User):
            refuse_outside(user, request.path, request.method or "")
        if _is_inner_api(request.path) and not may_call_from(address):
            _record_call(request, user if isinstance(user, User) else None, address)
            raise Http404
        return get_response(request)

    return middleware


def refuse_outside(user: User, path: str, method: str) -> None:
    """Raise `Http404` for one of the three duties outside the networks, after writing it down."""
    if may_work_from(user, origin.get().address):
        return
    _record(user, path, method)
    raise Http404


def _is_inner_api(path: str) -> bool:
    return path.startswith(API) and not path.startswith(PUBLIC_API)


def _record_call(request: HttpRequest, user: User | None, address: str) -> None:
    if user is not None or cache.add(f"network.refused:{address}", value=True, timeout=RECORDED_EVERY):
        _record(user, request.path, request.method or "")


def _record(user: User | None, path: str, method: str) -> None:
    audit.record(
        None,
        "network.refused",
        actor=user,
        changes={"path": path, "method": method},
        outcome=AuditEvent.Outcome.DENIED,
    )
