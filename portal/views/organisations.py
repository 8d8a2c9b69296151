"""Units: the list by kind, entering, correcting, closing and reopening."""

from __future__ import annotations

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.access import role_required
from portal.errors import Conflict, Refused
from portal.forms.accounts import ReasonForm
from portal.forms.organisations import ClosingForm, OrganisationForm
from portal.http import PortalRequest
from portal.models import Organisation
from portal.roles import Role
from portal.selectors import organisations as selectors
from portal.services import organisations as services
from portal.views.people import labelled
from portal.views.person import READERS


@role_required(*READERS)
@require_GET
def organisation_list(request: PortalRequest) -> HttpResponse:
    kind, text = request.GET.get("kind", ""), request.GET.get("q", "")
    today = timezone.localdate()
    context = {
        "rows": selectors.organisation_rows(request.user, kind=kind, text=text, today=today),
        "tabs": selectors.kind_counts(request.user, today=today),
        "kind": kind,
        "q": text,
        "may_edit": request.user.has_role(Role.SYSADMIN),
    }
    return render(request, "portal/organisation_list.html", context)


@role_required(Role.SYSADMIN)
@require_http_methods(["GET", "POST"])
def organisation_create(request: PortalRequest) -> HttpResponse:
    form = OrganisationForm(request.POST if request.method == "POST" else None, today=timezone.localdate())
    if request.method == "POST" and form.is_valid():
        values = {key: value for key, value in form.cleaned_data.items() if key != "version"}
        try:
            unit = services.create_organisation(actor=request.user, **values)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{unit.short_name}已建立。")
            return redirect("portal:organisation_list")
    context = {"form": form, "title": "新建单位"}
    return render(request, "portal/organisation_form.html", context, status=422 if form.errors else 200)


@role_required(Role.SYSADMIN)
@require_http_methods(["GET", "POST"])
def organisation_edit(request: PortalRequest, code: str) -> HttpResponse:
    unit = _find(request, code)
    data = request.POST if request.method == "POST" else None
    form = OrganisationForm(data, instance=_find(request, code), today=timezone.localdate())
    theirs: list[tuple[str, object]] = []
    if request.method == "POST" and form.is_valid():
        values = {key: value for key, value in form.cleaned_data.items() if key != "version"}
        version = form.cleaned_data["version"]
        try:
            services.update_organisation(unit, actor=request.user, version=version, values=values)
        except Refused as error:
            form.add_error(None, str(error))
            if isinstance(error, Conflict):
                theirs = labelled(form, error.theirs)
        else:
            messages.success(request, f"{unit.short_name}已保存。")
            return redirect("portal:organisation_list")
    status = 409 if theirs else 422 if form.errors else 200
    return _page(request, unit, form, theirs=theirs, status=status)


@role_required(Role.SYSADMIN)
@require_POST
def organisation_close(request: PortalRequest, code: str) -> HttpResponse:
    unit, form = _find(request, code), ClosingForm(request.POST, auto_id="closing-%s")
    if form.is_valid():
        try:
            services.close_organisation(unit, actor=request.user, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{unit.short_name}已停用。")
            return redirect("portal:organisation_list")
    return _page(request, unit, step=form, status=422)


@role_required(Role.SYSADMIN)
@require_POST
def organisation_reopen(request: PortalRequest, code: str) -> HttpResponse:
    unit, form = _find(request, code), ReasonForm(request.POST, auto_id="reopen-%s")
    if form.is_valid():
        try:
            services.reopen_organisation(unit, actor=request.user, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{unit.short_name}已恢复使用。")
            return redirect("portal:organisation_list")
    return _page(request, unit, step=form, status=422)


def _find(request: PortalRequest, code: str) -> Organisation:
    return get_object_or_404(Organisation.objects.visible_to(request.user), code=code)


def _page(
    request: PortalRequest,
    unit: Organisation,
    form: BaseForm | None = None,
    *,
    step: BaseForm | None = None,
    theirs: list[tuple[str, object]] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the form of a unit with the one step it may take: close it, or take it into use again."""
    closed = unit.active_until is not None
    empty = ReasonForm(auto_id="reopen-%s") if closed else ClosingForm(auto_id="closing-%s")
    context = {
        "form": form or OrganisationForm(instance=_find(request, unit.code), today=timezone.localdate()),
        "step": step or empty,
        "organisation": unit,
        "closed": closed,
        "theirs": theirs or [],
        "title": f"修改{unit.short_name}",
    }
    return render(request, "portal/organisation_form.html", context, status=status)
