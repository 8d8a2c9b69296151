"""Unlocking a closed month on request: the unit asks, the office decides."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from indicators.forms.reports import UnlockDecisionForm, UnlockRequestForm
from indicators.models import UnlockRequest
from indicators.selectors.months import latest_request, window
from indicators.services.unlock_requests import grant_unlock, refuse_unlock, request_unlock
from indicators.views.months import find_month
from portal.access import role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.roles import Role

USUAL_DAYS = timedelta(days=3)


@role_required(Role.LIAISON, Role.UNIT_HEAD)
@require_http_methods(["GET", "POST"])
def unlock_request(request: PortalRequest, month: str) -> HttpResponse:
    """Ask for a locked month; where one cannot, the entry page says why."""
    row = find_month(request, month)
    opening = window(row, request.user.organisation, today=timezone.localdate())
    if opening.is_open:
        messages.info(request, f"{opening.sentence}，可以直接填报，无需申请解锁。")
        return redirect(row.entry_url)
    form = UnlockRequestForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            request_unlock(
                row, reason=form.cleaned_data["reason"], actor=request.user, today=timezone.localdate()
            )
        except Refused as error:
            form.add_error("reason", str(error))
        else:
            messages.success(request, "已向营商办申请解锁，办理后会通知您。")
            return redirect(row.entry_url)
    context = {"month": row, "opening": opening, "form": form, "asked": latest_request(request.user, row)}
    return render(request, "indicators/unlock_request.html", context, status=422 if form.errors else 200)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def unlock_decision(request: PortalRequest, month: str, code: str) -> HttpResponse:
    """Grant the request of a unit until a day, or refuse it with the reason."""
    row = find_month(request, month)
    rows = UnlockRequest.objects.visible_to(request.user).filter(month=row, organisation__code=code)
    asked = rows.select_related("month", "organisation", "requested_by", "decided_by").first()
    if asked is None:
        raise Http404
    if asked.state != UnlockRequest.State.OPEN:
        messages.info(request, f"{asked}：{asked.get_state_display()}，由{asked.decided_by}办理。")
        return redirect(row)
    today = timezone.localdate()
    decision = request.POST.get("decision", "")
    posted = request.POST if request.method == "POST" else None
    form = UnlockDecisionForm(posted, decision=decision, initial={"until": today + USUAL_DAYS})
    if posted is not None and form.is_valid():
        try:
            said = _decide(request, asked, form, decision)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, said)
            return redirect(row)
    context = {"month": row, "asked": asked, "form": form}
    return render(request, "indicators/unlock_decision.html", context, status=422 if form.errors else 200)


def _decide(request: PortalRequest, asked: UnlockRequest, form: UnlockDecisionForm, decision: str) -> str:
    actor, today, unit = request.user, timezone.localdate(), asked.organisation
    if decision == "grant":
        until = grant_unlock(asked, until=form.cleaned_data["until"], actor=actor, today=today).until
        return f"已为{unit}解锁，开放至{until.month}月{until.day}日，已通知其联络员。"
    if decision == "refuse":
        refuse_unlock(asked, note=form.cleaned_data["note"], actor=actor, today=today)
        return f"未同意{unit}的解锁申请，已通知其联络员。"
    raise Refused("请选择同意解锁或者不同意")
