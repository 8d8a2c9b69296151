"""A person's own queries 常用查询: kept from any list and forgotten again."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from portal.access import signed_in
from portal.errors import Refused
from portal.forms.queries import SavedQueryForm
from portal.http import PortalRequest
from portal.models import SavedQuery
from portal.services import saved_queries


@signed_in
@require_POST
def query_save(request: PortalRequest) -> HttpResponse:
    """Keep a list's conditions under a name and show the list by them."""
    form = SavedQueryForm(request.POST)
    if form.is_valid():
        try:
            row = saved_queries.save_query(owner=request.user, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已存为常用查询“{row.name}”。")
            return redirect(row)
    return render(request, "portal/query_form.html", {"form": form}, status=422)


@signed_in
@require_POST
def query_remove(request: PortalRequest, key: int) -> HttpResponse:
    row = get_object_or_404(SavedQuery.objects.visible_to(request.user), pk=key)
    saved_queries.remove_query(row)
    messages.success(request, f"已删除常用查询“{row.name}”。")
    return redirect(row.path)
