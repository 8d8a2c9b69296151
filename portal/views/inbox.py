"""A person's notices: unread ones first, each leads to its row."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from portal.access import signed_in
from portal.http import PortalRequest
from portal.models import Notification
from portal.services.notices import mark_read

PER_PAGE = 30


@signed_in
@require_GET
def inbox(request: PortalRequest) -> HttpResponse:
    own = Notification.objects.visible_to(request.user)
    unread = own.filter(read_at=None).count()
    only_unread = request.GET.get("show") == "unread"
    rows = own.filter(read_at=None) if only_unread else own
    ordered = rows.order_by(Case(When(read_at=None, then=0), default=1), "-pk")
    return render(
        request,
        "portal/inbox.html",
        {
            "page": Paginator(ordered, PER_PAGE).get_page(request.GET.get("page")),
            "unread": unread,
            "total": own.count(),
            "only_unread": only_unread,
        },
    )


@signed_in
@require_GET
def notice_open(request: PortalRequest, key: int) -> HttpResponse:
    """Mark a notice as read and go to what it is about; opening it again only goes there."""
    notice = get_object_or_404(Notification.objects.visible_to(request.user), pk=key)
    mark_read(request.user, [notice.pk])
    inside = url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None)
    return redirect(notice.url if notice.url and inside else "portal:inbox")


@signed_in
@require_POST
def inbox_read(request: PortalRequest) -> HttpResponse:
    """Mark the ticked notices as read, or all of them."""
    keys = [int(key) for key in request.POST.getlist("selected") if key.isdigit()]
    every = request.POST.get("all") == "1"
    if not every and not keys:
        messages.warning(request, "请先勾选消息，或点「全部标为已读」。")
    else:
        count = mark_read(request.user, None if every else keys)
        messages.success(request, f"已将 {count} 条消息标为已读。")
    return redirect("portal:inbox")
