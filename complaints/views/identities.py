"""Who handed a case in: asking, deciding, looking; keeping away from a case 回避."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from complaints.forms.identities import DecisionForm, MotiveForm, RecusalForm
from complaints.models import IdentityRequest, Recusal
from complaints.services import identities
from complaints.views.cases import detail_page, find_case, list_url
from portal.access import business, role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.roles import Role


@business
@require_POST
def identity_look(request: PortalRequest, number: str) -> HttpResponse:
    """Show the person once, in this answer only, and write down who looked and why."""
    case = find_case(request, number)
    form = MotiveForm(request.POST, prefix="look")
    if form.is_valid():
        try:
            person = identities.look_at_identity(
                case, actor=request.user, reason=form.cleaned_data["motive"], now=timezone.now()
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            return detail_page(request, case, person=person)
    return detail_page(request, case, look_form=form, status=422)


@business
@require_POST
def identity_ask(request: PortalRequest, number: str) -> HttpResponse:
    case = find_case(request, number)
    form = MotiveForm(request.POST, prefix="ask")
    if form.is_valid():
        try:
            identities.ask_identity(
                case, actor=request.user, motive=form.cleaned_data["motive"], now=timezone.now()
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "申请已提交，审批后会收到通知")
            return redirect(case)
    return detail_page(request, case, ask_form=form, status=422)


@role_required(Role.OFFICE_HEAD)
@require_POST
def identity_decide(request: PortalRequest, number: str, key: int) -> HttpResponse:
    """Grant or refuse an application to see the person, with a reason that the asker reads."""
    case = find_case(request, number)
    rows = IdentityRequest.objects.visible_to(request.user).filter(complaint=case)
    row = get_object_or_404(rows.select_related("requested_by", "complaint"), pk=key)
    form = DecisionForm(request.POST)
    if form.is_valid():
        values = dict(form.cleaned_data)
        try:
            identities.decide_identity_request(
                row,
                actor=request.user,
                granted=values.pop("decision") == "grant",
                now=timezone.now(),
                **values,
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "审批意见已告知申请人")
            return redirect(case)
    return detail_page(request, case, decision_form=form, status=422)


@business
@require_POST
def recusal_create(request: PortalRequest, number: str) -> HttpResponse:
    """Keep away from a case oneself, or, by the office's head, keep somebody away."""
    case = find_case(request, number)
    form = RecusalForm(request.POST, user=request.user)
    if form.is_valid():
        person = form.cleaned_data.get("person") or request.user
        reason: Any = form.cleaned_data["reason"]
        try:
            identities.recuse(case, person, actor=request.user, reason=reason, now=timezone.now())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{person.name}已回避 {case.number}，不再看到此件")
            return redirect(list_url() if person == request.user else case.get_absolute_url())
    return detail_page(request, case, recusal_form=form, status=422)


@role_required(Role.OFFICE_HEAD)
@require_POST
def recusal_lift(request: PortalRequest, number: str, key: int) -> HttpResponse:
    case = find_case(request, number)
    rows = Recusal.objects.visible_to(request.user).filter(complaint=case).select_related("person")
    row = get_object_or_404(rows, pk=key)
    try:
        identities.lift_recusal(row, actor=request.user, now=timezone.now())
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{row.person.name}已解除回避")
    return redirect(case)
