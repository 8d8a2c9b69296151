"""Policy documents 政策文件: the list, one document with its items, entry, correction and repeal."""

from __future__ import annotations

from copy import copy
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from policies.filters import DocumentFilter
from policies.forms.items import DocumentForm, RepealForm
from policies.models import Policy, PolicyItem
from policies.selectors.catalogue import history_of, item_rows, with_versions
from policies.services.catalogue import create_policy, repeal_policy, update_policy
from policies.terms import FIT_REVIEWS
from policies.views.access import KEEPERS, office
from portal.access import business
from portal.errors import Conflict, Refused
from portal.http import PortalRequest, fragment
from portal.roles import OFFICE_ROLES

PER_PAGE = 20


@business
@require_GET
@vary_on_headers("HX-Request")
def document_list(request: PortalRequest) -> HttpResponse:
    visible = Policy.objects.visible_to(request.user)
    found = DocumentFilter(request.GET, queryset=visible, today=timezone.localdate())
    rows = found.qs.defer("text", "interpretation").annotate(item_count=Count("items"))
    rows = rows.order_by("-issued_on", "-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "page": page,
        "today": timezone.localdate(),
        "is_office": request.user.has_role(*OFFICE_ROLES),
    }
    return render(request, fragment(request, "policies/document_list.html", "table"), context)


def _visible(request: PortalRequest, code: str) -> Policy:
    return get_object_or_404(Policy.objects.visible_to(request.user), code=code)


@business
@require_GET
def document_detail(request: PortalRequest, code: str) -> HttpResponse:
    return _detail_page(request, _visible(request, code), RepealForm())


def _detail_page(request: PortalRequest, policy: Policy, form: RepealForm) -> HttpResponse:
    today = timezone.localdate()
    items = with_versions(PolicyItem.objects.visible_to(request.user).filter(policy=policy))
    context = {
        "policy": policy,
        "rows": item_rows(items.order_by("number")[:100], today.year),
        "is_fit": policy.review in FIT_REVIEWS,
        "is_office": request.user.has_role(*OFFICE_ROLES),
        "may_add": request.user.has_role(*KEEPERS),
        "form": form,
        "history": history_of(policy),
        "today": today,
    }
    status = 422 if form.errors else 200
    return render(request, "policies/document_detail.html", context, status=status)


@office
@require_http_methods(["GET", "POST"])
def document_create(request: PortalRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = DocumentForm(data)
    if data is not None and form.is_valid():
        try:
            row = create_policy(actor=request.user, today=timezone.localdate(), fields=form.values())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已录入，可以在其下新增事项")
            return redirect(row)
    return _form_page(request, form, policy=None)


@office
@require_http_methods(["GET", "POST"])
def document_edit(request: PortalRequest, code: str) -> HttpResponse:
    policy = _visible(request, code)
    data = request.POST if request.method == "POST" else None
    form = DocumentForm(data, instance=copy(policy), initial={"version": policy.version})
    if data is not None and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            update_policy(policy, actor=request.user, version=version, fields=form.values())
        except Conflict as error:
            form.add_error(None, str(error))
            return _form_page(request, form, policy=policy, status=409)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已保存")
            return redirect(policy)
    return _form_page(request, form, policy=policy)


def _form_page(
    request: PortalRequest, form: DocumentForm, *, status: int = 200, **context: Any
) -> HttpResponse:
    if form.errors and status == 200:
        status = 422
    return render(request, "policies/document_form.html", {"form": form, **context}, status=status)


@office
@require_POST
def document_repeal(request: PortalRequest, code: str) -> HttpResponse:
    """Note that a document is repealed; its items expire with it."""
    policy = _visible(request, code)
    form = RepealForm(request.POST)
    if form.is_valid():
        try:
            repeal_policy(policy, actor=request.user, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已登记废止，其中的事项自废止之日起到期")
            return redirect(policy)
    return _detail_page(request, policy, form)
