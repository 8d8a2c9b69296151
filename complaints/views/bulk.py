"""What is done to many cases at once, from the list: assign, chase, note, merge, export."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from complaints.forms.bulk import ManyAssignForm, ManyMergeForm, ManyNoteForm
from complaints.models import Complaint
from complaints.querysets import ComplaintQuerySet
from complaints.selectors.cases import visible_cases
from complaints.services import acceptance, bulk
from complaints.services.bulk import MOST_AT_ONCE, BulkOutcome
from complaints.services.routing import Routing
from complaints.views.cases import workbook
from portal.access import business, role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.models import Organisation
from portal.roles import Role

LIST_URL = "/complaints/"
LABELS = {"assign": "批量转办", "note": "批量记录", "merge": "并案"}
SAID = {"assign": "已转办", "note": "已记录", "chase": "已催办"}


def _chosen(request: PortalRequest) -> ComplaintQuerySet:
    numbers = request.POST.getlist("selected")[: MOST_AT_ONCE + 1]
    return visible_cases(request.user).filter(number__in=numbers)


def _back(request: PortalRequest) -> str:
    """Return the list as it was when the cases were chosen, if the address is one of ours."""
    url = request.POST.get("back", "")
    safe = url.startswith(LIST_URL) and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    return url if safe else LIST_URL


@business
@require_POST
def complaint_bulk(request: PortalRequest) -> HttpResponseBase:
    """Do one thing to the chosen cases; what needs words or units asks for them first."""
    action = request.POST.get("action", "")
    if not request.POST.getlist("selected"):
        messages.error(request, "请先勾选诉求，再选择要办理的操作")
        return redirect(_back(request))
    cases = _chosen(request)
    if action == "export":
        return workbook(request, cases, filters="所选诉求")
    if action in LABELS and request.user.has_role(Role.OFFICE, Role.OFFICE_HEAD):
        return _page(request, action, _form(request, action))
    if action != "chase":
        raise Http404
    try:
        outcome = bulk.chase_many(cases, actor=request.user, today=timezone.localdate())
    except Refused as error:
        messages.error(request, str(error))
    else:
        _tell(request, "chase", outcome)
    return redirect(_back(request))


def _tell(request: PortalRequest, action: str, outcome: BulkOutcome) -> None:
    if outcome.done:
        messages.success(request, f"{SAID[action]} {len(outcome.done)} 件")
    if outcome.skipped:
        messages.warning(request, f"未办理 {len(outcome.skipped)} 件：{outcome.skipped_text()}")


def _form(request: PortalRequest, action: str, data: Any = None) -> forms.Form:
    if action == "assign":
        units = Organisation.objects.active(timezone.localdate())
        return ManyAssignForm(data, units=units)
    if action == "note":
        return ManyNoteForm(data)
    first = min(request.POST.getlist("selected"), default="")
    return ManyMergeForm(data, initial={"kept": first})


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def complaint_bulk_step(request: PortalRequest, step: str) -> HttpResponse:
    """Take the step for every chosen case; what could not be done is named with the reason."""
    if step not in LABELS:
        raise Http404
    form = _form(request, step, request.POST)
    if form.is_valid():
        try:
            outcome = _run(request, step, form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            if outcome is not None:
                _tell(request, step, outcome)
            return redirect(_back(request))
    return _page(request, step, form, status=422)


def _run(request: PortalRequest, step: str, values: dict[str, Any]) -> BulkOutcome | None:
    actor, now, cases = request.user, timezone.now(), _chosen(request)
    if step == "assign":
        routing = Routing(values["lead"], values["assisting"], instruction=values["note"])
        return bulk.assign_many(cases, routing, actor=actor, now=now)
    if step == "note":
        return bulk.note_many(cases, actor=actor, now=now, note=values["note"])
    kept = Complaint.objects.visible_to(actor).filter(number=values["kept"].strip().upper()).first()
    if kept is None:
        raise Refused(f"没有编号为 {values['kept']} 的诉求，请核对")
    others = list(cases.exclude(pk=kept.pk).order_by("pk"))
    merged = acceptance.merge_complaints(
        kept, others, actor=actor, today=timezone.localdate(), note=values["note"]
    )
    messages.success(request, f"{len(merged)} 件已并入 {kept.number}")
    return None


def _page(request: PortalRequest, action: str, form: forms.Form, *, status: int = 200) -> HttpResponse:
    context = {
        "rows": _chosen(request).order_by("pk"),
        "form": form,
        "back": _back(request),
        "action": action,
        "label": LABELS[action],
    }
    return render(request, "complaints/complaint_bulk.html", context, status=status)
