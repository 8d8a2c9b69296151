"""Exclusive groups 互斥组: the list with the form of a new one, and the correction of one."""

from __future__ import annotations

from copy import copy

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from policies.forms.groups import GroupForm
from policies.models import ExclusiveGroup, PolicyItem
from policies.querysets import PUBLIC_STATES
from policies.services.groups import create_group, is_applied, update_group
from policies.views.access import office
from portal.errors import Refused
from portal.http import PortalRequest


@office
@require_http_methods(["GET", "POST"])
def group_list(request: PortalRequest) -> HttpResponse:
    """The groups with how many items they join; beside them the form of a new one."""
    sent = request.method == "POST"
    form = GroupForm(request.POST if sent else None)
    if sent and form.is_valid():
        try:
            group = create_group(form.terms(), actor=request.user, today=timezone.localdate())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"互斥组“{group.name}”已新增，可在事项的“兑现标准”中选用")
            return redirect("policies:group_list")
    counts = dict(
        PolicyItem.objects.visible_to(request.user)
        .filter(state__in=PUBLIC_STATES, current__group__isnull=False)
        .order_by()
        .values_list("current__group")
        .annotate(Count("pk"))
    )
    rows = [
        (group, counts.get(group.pk, 0))
        for group in ExclusiveGroup.objects.visible_to(request.user).order_by("code")
    ]
    context = {"rows": rows, "form": form}
    return render(request, "policies/group_list.html", context, status=422 if form.errors else 200)


@office
@require_http_methods(["GET", "POST"])
def group_edit(request: PortalRequest, code: str) -> HttpResponse:
    """Correct a group; what it excludes stands once somebody was paid or told by it."""
    group = get_object_or_404(ExclusiveGroup.objects.visible_to(request.user), code=code)
    sent = request.method == "POST"
    form = GroupForm(request.POST if sent else None, instance=copy(group))
    if sent and form.is_valid():
        try:
            update_group(group, form.terms(), actor=request.user)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"互斥组“{form.cleaned_data['name']}”已保存")
            return redirect("policies:group_list")
    items = PolicyItem.objects.visible_to(request.user).filter(current__group=group, state__in=PUBLIC_STATES)
    context = {
        "group": group,
        "form": form,
        "is_applied": is_applied(group),
        "items": items.select_related("current", "organisation").order_by("number"),
    }
    return render(request, "policies/group_form.html", context, status=422 if form.errors else 200)
