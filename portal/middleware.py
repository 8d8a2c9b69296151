"""What happens to every request: headers, origin of changes, session limits, access."""

from __future__ import annotations

import ipaddress
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from portal.access import Access, access_of
from portal.models import AuditEvent, User
from portal.passwords import current_profile
from portal.request_context import Origin, origin, owed_events, session_mark
from portal.roles import DUTIES
from portal.security_profile import current_limits
from portal.selectors.settings import settings_on
from portal.services import audit

Answer = Callable[[HttpRequest], HttpResponse]
AnyAnswer = Callable[[HttpRequest], HttpResponse | StreamingHttpResponse]

CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data: blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
SEEN_EVERY = 60
RECHECK_SETTINGS_EVERY = 300


def security_headers(get_response: Answer) -> Answer:
    """Add the content policy; pages behind a login are not kept by browsers or proxies."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.setdefault("Content-Security-Policy", CONTENT_POLICY)
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            response.setdefault("Cache-Control", "no-store")
        return response

    return middleware


def method_pages(get_response: Answer) -> Answer:
    """Say in a page why an address cannot be opened like this, where Django answers with nothing."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not request.path.startswith("/api/"):
            response.content = render_to_string("405.html").encode()
        return response

    return middleware


def head_requests(get_response: AnyAnswer) -> AnyAnswer:
    """Answer HEAD as GET without the body, so that whoever checks a link is told the same of every page.

    Views name only the methods they act on; the same headers are sent as for GET (RFC 9110, 9.3.2).
    """

    def middleware(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        if request.method != "HEAD":
            return get_response(request)
        request.method = "GET"
        response = get_response(request)
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = ()
        else:
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response

    return middleware


def peer_address(request: HttpRequest) -> str:
    """Return the address of the caller; `X-Forwarded-For` counts only behind a trusted proxy."""
    address = str(request.META.get("REMOTE_ADDR") or "")
    if address in settings.TRUSTED_PROXIES:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        try:
            return str(ipaddress.ip_address(forwarded))
        except ValueError:
            return address
    return address


def audit_context(get_response: Answer) -> Answer:
    """Tell the audit trail where the changes of this request come from; write what a refusal left owed."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = origin.set(
            Origin(
                address=peer_address(request),
                session=session_mark(request.session.session_key),
                request_id=uuid.uuid4().hex,
            )
        )
        owed: list[AuditEvent] = []
        owed_token = owed_events.set(owed)
        try:
            return get_response(request)
        finally:
            if owed:
                audit.record_many(owed)
            owed_events.reset(owed_token)
            origin.reset(token)

    return middleware


def session_limits(get_response: Answer) -> Answer:
    """End a session that has been idle too long or has lasted eight hours."""

    def middleware(request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User):
            now = time.time()
            seen = float(request.session.get("seen", now))
            if (
                now - seen > _idle_seconds(request, user)
                or now - float(request.session.get("began", now)) > settings.SESSION_COOKIE_AGE
            ):
                audit.record(user, "session.expired", actor=user)
                logout(request)
                return _to_login(request, expired=True)
            if now - seen > SEEN_EVERY or "seen" not in request.session:
                request.session["seen"] = now
                request.session.setdefault("began", now)
                User.objects.filter(pk=user.pk).update(last_seen_at=timezone.now())
        return get_response(request)

    return middleware


def _idle_seconds(request: HttpRequest, user: User) -> int:
    """Return the idle limit, read from the settings at most every five minutes of a session.

    The three duties have at most what the profile leaves them.
    """
    known = request.session.get("idle")
    if known is None or time.time() - known[1] > RECHECK_SETTINGS_EVERY:
        minutes = int(settings_on(timezone.localdate())["security.idle_minutes"])
        known = request.session["idle"] = [minutes * 60, time.time()]
    if not user.has_role(*DUTIES):
        return int(known[0])
    return min(int(known[0]), current_limits().duty_idle_minutes * 60)


def _to_login(request: HttpRequest, *, expired: bool = False) -> HttpResponse:
    query = {"next": request.get_full_path()} if request.method == "GET" else {}
    if expired:
        query["expired"] = "1"
    url = reverse(settings.LOGIN_URL) + (f"?{urlencode(query)}" if query else "")
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


class AccessMiddleware:
    """Refuse every page that is not declared open to the person; API views ask `IsPermitted`."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: object, _kwargs: object
    ) -> HttpResponseBase | None:
        access = access_of(view)
        if hasattr(view, "cls") or (access is not None and access.public):
            return None
        user = request.user
        if not isinstance(user, User):
            return _to_login(request)
        if access is None or not permits(access, user):
            return _refuse(request)
        if not access.while_enrolling and (url := _unfinished(request, user)):
            return redirect(url)
        return None


def permits(access: Access, user: User) -> bool:
    """Tell whether the declaration lets `user` in."""
    return access.public or (user.is_active and (access.roles is None or user.has_role(*access.roles)))


def _unfinished(request: HttpRequest, user: User) -> str:
    """Return the page where a person must first set a password or a second factor, or an empty string."""
    values = request.session.get("duties")
    if values is None or time.time() - values["at"] > RECHECK_SETTINGS_EVERY:
        chosen = settings_on(timezone.localdate())
        values = {
            "at": time.time(),
            "days": chosen["security.password_days"],
            "second_factor": chosen["security.second_factor"],
        }
        request.session["duties"] = values
    return owed_first(user, days=values["days"], second_factor=values["second_factor"])


def owed_first(user: User, *, days: int, second_factor: bool) -> str:
    """Return the page of what the account owes before anything else opens, at the pages and at the API.

    A new password where the present one is the initial one or older than `days`;
    a second factor where `second_factor` demands it of the person's roles.
    """
    changed = user.password_changed_at
    limit = timezone.now() - timedelta(days=days)
    expired = current_profile().expires and changed is not None and changed < limit
    if user.must_change_password or expired:
        return reverse("portal:password_change")
    if second_factor and not user.totp_confirmed_at and user.has_role(*current_limits().second_factor_roles):
        return reverse("portal:second_factor")
    return ""


def _refuse(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        audit.record(
            None,
            "page.refused",
            actor=request.user,
            changes={"path": request.path, "method": request.method},
            outcome=AuditEvent.Outcome.DENIED,
        )
    return render(request, "403.html", status=403)
