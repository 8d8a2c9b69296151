"""订阅: everybody asks, confirms and ends by links in mails; the office sees how many, never who."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from policies.forms.subscriptions import SubscribeForm
from policies.selectors.subscriptions import subscription_counts, topics_offered
from policies.services.subscriptions import (
    ask_subscription,
    confirm_subscription,
    request_by_link,
    stop_subscription,
    subscriber_by_link,
)
from policies.views.access import office
from portal.access import public
from portal.errors import Refused
from portal.http import PortalRequest
from portal.middleware import peer_address
from portal.qr_codes import public_url
from portal.services.throttles import Throttled


@public
@never_cache
@sensitive_post_parameters("email")
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: HttpRequest) -> HttpResponse:
    """Ask for an address and fields of work; `?topic=` chooses one beforehand."""
    posted = request.method == "POST"
    form = SubscribeForm(
        request.POST if posted else None,
        offered=list(topics_offered()),
        initial={"topics": request.GET.getlist("topic")},
    )
    status = 422 if form.errors else 200
    if posted and form.is_valid():
        try:
            ask_subscription(
                form.cleaned_data["email"],
                form.wanted(),
                address=peer_address(request),
                now=timezone.now(),
                site=public_url(request, "/"),
            )
        except Refused as error:
            form.add_error(None, str(error))
            status = 429 if isinstance(error, Throttled) else 422
        else:
            context = {"email": form.cleaned_data["email"], "mail_off": not settings.MAIL_CHANNEL}
            return render(request, "policies/public/subscribe_sent.html", context)
    context = {"form": form, "mail_off": not settings.MAIL_CHANNEL}
    return render(request, "policies/public/subscribe.html", context, status=status)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Show what was asked for, and confirm it by a button: a mailbox that opens links by itself confirms nothing."""
    address, now = peer_address(request), timezone.now()
    try:
        if request.method == "POST":
            person = confirm_subscription(token, address=address, now=now)
            topics = [row.topic for row in person.subscriptions.select_related("topic")]
            return render(request, "policies/public/subscribe_done.html", {"topics": topics})
        row = request_by_link(token, address=address, now=now)
    except Refused as error:
        return render(request, "policies/public/ended.html", {"sentence": str(error)}, status=404)
    return render(request, "policies/public/subscribe_confirm.html", {"topics": list(row.topics.all())})


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is subscribed to, and end it by one button."""
    address, now = peer_address(request), timezone.now()
    try:
        if request.method == "POST":
            stop_subscription(token, address=address, now=now)
            return render(request, "policies/public/subscribe_ended.html")
        person = subscriber_by_link(token, address=address, now=now)
    except Refused as error:
        return render(request, "policies/public/ended.html", {"sentence": str(error)}, status=404)
    topics = [row.topic for row in person.subscriptions.select_related("topic")]
    return render(request, "policies/public/subscribe_stop.html", {"topics": topics})


@office
@require_safe
def subscription_list(request: PortalRequest) -> HttpResponse:
    """How many subscribe to which field, what is not confirmed, and which mails wait. No address."""
    context = {
        "counts": subscription_counts(),
        "mail_off": not settings.MAIL_CHANNEL,
        "no_site": not settings.PUBLIC_URL,
    }
    return render(request, "policies/codes/subscriptions.html", context)
