"""A case that becomes a work item, and the way back from the item to its case."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from complaints.forms.steps import renew
from complaints.models import Complaint
from complaints.services.work_items import CONVERTIBLE
from indicators.models import TaskForce, WorkItem
from portal.access import role_required
from portal.errors import Conflict, Refused
from portal.http import PortalRequest
from portal.models import Organisation
from portal.roles import BUSINESS_ROLES, OFFICE_ROLES, Role
from reports.forms.case_items import CaseItemForm
from reports.services.case_items import ItemWanted, turn_into_item

READERS = BUSINESS_ROLES - {Role.OBSERVER}


@role_required(*OFFICE_ROLES)
@require_http_methods(["GET", "POST"])
def case_item_create(request: PortalRequest, number: str) -> HttpResponse:
    """Enter a work item in the list 诉求转办 from a case."""
    cases = Complaint.objects.visible_to(request.user).select_related("lead", "topic")
    case, today = get_object_or_404(cases, number=number), timezone.localdate()
    forces = list(TaskForce.objects.filter(year=today.year).order_by("order", "pk"))
    offered: dict[str, Any] = {
        "task_forces": forces,
        "units": Organisation.objects.visible_to(request.user),
        "today": today,
    }
    if request.method == "POST":
        form = CaseItemForm(request.POST, **offered)
        if form.is_valid():
            values = dict(form.cleaned_data)
            version = values.pop("version")
            try:
                item = turn_into_item(
                    case, ItemWanted(**values), actor=request.user, version=version, today=today
                )
            except Conflict as error:
                renew(form, "version", Complaint.objects.only("version").get(pk=case.pk).version)
                form.add_error(None, str(error))
            except Refused as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, f"{case.number} 已转为台账事项 {item.number}")
                return redirect(item)
    else:
        form = CaseItemForm(initial=_initial(case, forces), **offered)
    context = {"case": case, "form": form, "why_not": _why_not(case)}
    return render(request, "reports/case_item_form.html", context, status=422 if form.errors else 200)


def _initial(case: Complaint, forces: list[TaskForce]) -> dict[str, Any]:
    """Return what the form begins with: never more of the case than units may read."""
    code = case.topic.code if case.topic else ""
    return {
        "version": case.version,
        "title": case.shared_title,
        "target": case.shared_wishes[:500],
        "task_force": next((force.pk for force in forces if force.code == code), None),
        "organisation": case.lead_id,
    }


def _why_not(case: Complaint) -> str:
    """Return why the case cannot become an item, before anybody fills the form in."""
    if case.work_item_number:
        return f"此件已转为事项 {case.work_item_number}"
    if case.is_secret:
        return "保密诉求不能转为台账事项"
    return "" if case.state in CONVERTIBLE else f"此件为「{case.get_state_display()}」，不能转为台账事项"


@role_required(*READERS)
@require_GET
def case_of_item(request: PortalRequest, number: str) -> HttpResponse:
    """Lead from an item of the list 诉求转办 back to its case, for those who may read both."""
    item = get_object_or_404(WorkItem.objects.visible_to(request.user), number=number)
    case = get_object_or_404(Complaint.objects.visible_to(request.user), work_item_number=item.number)
    return redirect(case)
