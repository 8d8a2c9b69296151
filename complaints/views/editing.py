"""Correct a case: how it is sorted, what units read of it, which files they see; sign or dismiss a supervision."""

from __future__ import annotations

from copy import copy

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from complaints.forms.cases import CaseForm, SharedForm
from complaints.forms.steps import renew
from complaints.models import Enclosure, Escalation
from complaints.services import acceptance, escalations
from complaints.services.steps import ensure_version
from complaints.views.cases import find_case
from complaints.views.routing import step_page
from complaints.views.steps import redirect_to
from portal.access import role_required
from portal.errors import Conflict, Refused
from portal.http import PortalRequest
from portal.roles import Role

OFFICE = (Role.OFFICE, Role.OFFICE_HEAD)


@role_required(*OFFICE)
@require_http_methods(["GET", "POST"])
def complaint_edit(request: PortalRequest, number: str) -> HttpResponse:
    """Sort a case anew; due dates follow the type, the urgency and the clock."""
    case = find_case(request, number)
    data = request.POST if request.method == "POST" else None
    form = CaseForm(data, initial=CaseForm.values_of(case), user=request.user)
    status = 200
    if data is not None and form.is_valid():
        try:
            ensure_version(case, form.cleaned_data["version"])
            acceptance.update_complaint(
                copy(case), actor=request.user, values=form.columns(), note=form.cleaned_data["note"]
            )
        except Refused as error:
            form.add_error(None, str(error))
            status = 409 if isinstance(error, Conflict) else 422
            renew(form, "version", find_case(request, number).version)
        else:
            messages.success(request, f"{case.number} 登记信息已保存")
            return redirect_to(request, case)
    return step_page(
        request, "complaints/complaint_edit.html", case, form, status=status, label="修改登记信息"
    )


@role_required(*OFFICE)
@require_http_methods(["GET", "POST"])
def complaint_shared(request: PortalRequest, number: str) -> HttpResponse:
    """Look through what units will read, and take out what still tells who it was."""
    case = find_case(request, number)
    data = request.POST if request.method == "POST" else None
    form = SharedForm(data, initial=SharedForm.values_of(case))
    status = 200
    if data is not None and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            ensure_version(case, values.pop("version"))
            acceptance.check_shared(case, actor=request.user, **values)
        except Refused as error:
            form.add_error(None, str(error))
            status = 409 if isinstance(error, Conflict) else 422
            renew(form, "version", find_case(request, number).version)
        else:
            messages.success(request, f"{case.number} 隐去身份的内容已核对")
            return redirect(case)
    return step_page(
        request, "complaints/complaint_shared.html", case, form, status=status, label="核对隐去身份的内容"
    )


@role_required(*OFFICE)
@require_POST
def enclosure_release(request: PortalRequest, number: str, key: int) -> HttpResponse:
    """Let the units see the reporter's files, after somebody has looked through them."""
    case = find_case(request, number)
    rows = Enclosure.objects.visible_to(request.user).filter(complaint=case).select_related("complaint")
    row = get_object_or_404(rows, pk=key)
    try:
        acceptance.release_enclosure(row, actor=request.user)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "材料已可供承办单位查看")
    return redirect(case)


@role_required(Role.OFFICE_HEAD)
@require_POST
def escalation_step(request: PortalRequest, number: str, key: int, step: str) -> HttpResponse:
    """Sign the letter of a proposed supervision, or decide against it."""
    case = find_case(request, number)
    rows = Escalation.objects.visible_to(request.user).filter(complaint=case)
    row = get_object_or_404(rows.select_related("complaint__lead", "organisation"), pk=key)
    if step not in {"issue", "dismiss"}:
        raise Http404
    try:
        if step == "issue":
            escalations.issue_escalation(row, actor=request.user, today=timezone.localdate())
        else:
            escalations.dismiss_escalation(row, actor=request.user, reason=request.POST.get("note", ""))
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已签发，并通知主办单位" if step == "issue" else "已决定不予发出")
    return redirect(case)
