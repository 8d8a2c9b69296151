"""A unit's result with its evidence, the unit's objections, and the office's decisions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portal.access import business, role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.models import User
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role
from reports.forms.assessments import DecisionForm, ObjectionForm
from reports.models import Assessment, Objection, Result
from reports.selectors.assessments import objections_of
from reports.services import assessments as services
from reports.triggers import TRIGGERS
from reports.views.assessments import readable

State = Assessment.State


@business
@require_http_methods(["GET", "POST"])
def result_detail(request: PortalRequest, year: int, code: str) -> HttpResponse:
    """Show a unit's score rule by rule with the evidence; the unit itself can object to what counts."""
    result = _result(request, year, code)
    assessment = readable(request, year)
    objections = [
        one
        for one in objections_of(assessment, request.user)
        if one.organisation_id == result.organisation_id
    ]
    may_object = _may_object(request.user, assessment, result)
    posted = request.POST if request.method == "POST" else None
    form = ObjectionForm(posted, offered=_offered(result, objections))
    if posted is not None and form.is_valid():
        try:
            objection = services.make_objection(
                assessment,
                form.cleaned_data["evidence"],
                form.cleaned_data["text"],
                actor=request.user,
                today=timezone.localdate(),
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已提出异议（{objection.number}号），县营商办将写明理由答复。")
            return redirect(result)
    context = {
        "assessment": assessment,
        "result": result,
        "lines": [_shown(line) for line in result.lines if line["evidence"]],
        "clean": [line for line in result.lines if not line["evidence"]],
        "taken": -result.deducted,
        "objections": objections,
        "form": form if may_object or form.errors else None,
        "in_office": request.user.has_role(*OFFICE_ROLES),
    }
    return render(request, "reports/result_detail.html", context, status=422 if form.errors else 200)


def _result(request: PortalRequest, year: int, code: str) -> Result:
    rows = Result.objects.visible_to(request.user).select_related("assessment", "organisation")
    return get_object_or_404(
        rows.defer("assessment__docx", "assessment__pdf", "assessment__table"),
        assessment__year=year,
        organisation__code=code,
    )


def _may_object(user: User, assessment: Assessment, result: Result) -> bool:
    until = assessment.objections_until
    return (
        user.has_role(*UNIT_ROLES)
        and user.organisation_id == result.organisation_id
        and assessment.state == State.PROVISIONAL
        and until is not None
        and timezone.localdate() <= until
    )


def _offered(result: Result, objections: list[Objection]) -> list[tuple[str, str]]:
    """Return the evidence that counts and has not been objected to."""
    already = {key for one in objections for key in one.identities}
    return [
        (one["identity"], f"{line['label']}：{one['number']} {one['label']}（{one['note']}）")
        for line in result.lines
        for one in line["evidence"]
        if not one["why_not"] and one["identity"] not in already
    ]


def _shown(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line with the trigger's definition, where the portal still knows it."""
    trigger = TRIGGERS.get(line["trigger"])
    counted = sum(not one["why_not"] for one in line["evidence"])
    return {**line, "definition": trigger.definition if trigger else "", "counted": counted}


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def objection_decide(request: PortalRequest, year: int, key: int) -> HttpResponse:
    """Read an objection beside its evidence, and decide on it with the reason."""
    assessment = readable(request, year)
    objection = get_object_or_404(objections_of(assessment, request.user), number=key)
    posted = request.POST if request.method == "POST" else None
    form = DecisionForm(posted)
    if posted is not None and form.is_valid():
        data = form.cleaned_data
        try:
            services.decide_objection(objection, data["step"], data["reason"], actor=request.user)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{objection.number}号异议已处理，已告知{objection.organisation}。")
            return redirect(f"{assessment.get_absolute_url()}#objections")
    result = Result.objects.filter(assessment=assessment, organisation=objection.organisation_id).first()
    context = {
        "assessment": assessment,
        "objection": objection,
        "evidence": _evidence(result, objection),
        "form": form,
        "may_decide": objection.state == Objection.State.PENDING and not assessment.is_frozen,
    }
    return render(request, "reports/objection_decide.html", context, status=422 if form.errors else 200)


def _evidence(result: Result | None, objection: Objection) -> list[dict[str, Any]]:
    """Return the rows that the objection is about, with the rule that counts them."""
    wanted = set(objection.identities)
    return [
        {**one, "rule": line["label"], "calculation": line["calculation"]}
        for line in (result.lines if result else [])
        for one in line["evidence"]
        if one["identity"] in wanted
    ]
