"""Pages of the findings of an inspection: visits and findings entered, one finding and its steps, the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from indicators.forms.inspections import FindingForm, FindingStepForm, RectifyForm, VisitForm
from indicators.forms.items import renew
from indicators.inspection_workflow import FINDING_STEPS, InspectionState, why_not_object, why_not_recheck
from indicators.models import Finding, Inspection
from indicators.selectors.inspections import finding_page, rectifiable
from indicators.services import inspections as services
from indicators.views.dispatch import history_of
from indicators.views.inspections import READERS, find_inspection
from portal.access import role_required
from portal.errors import Conflict, Refused
from portal.http import PortalRequest
from portal.models import Organisation
from portal.roles import COUNTY_READERS, Role
from portal.workflow import Step

# What is done by a button on the finding's page; the others have pages of their own.
BY_BUTTON = ("drop", "answer", "object", "maintain", "revoke", "recheck_pass", "recheck_fail")


def find_finding(request: PortalRequest, slug: str, key: int) -> Finding:
    """Return the finding of the address within the person's scope; 404 outside it or its inspection."""
    inspection = find_inspection(request.user, slug)
    rows = Finding.objects.visible_to(request.user).filter(inspection=inspection)
    finding = get_object_or_404(
        rows.select_related("organisation", "task_force", "item", "recorded_by"), position=key
    )
    finding.inspection = inspection
    return finding


@role_required(Role.INSPECTOR)
@require_http_methods(["GET", "POST"])
def visit_create(request: PortalRequest, slug: str) -> HttpResponse:
    inspection, today = find_inspection(request.user, slug), timezone.localdate()
    sent = request.method == "POST"
    data, files = (request.POST, request.FILES) if sent else (None, None)
    form = VisitForm(data, files, inspection=inspection, initial={"visited_on": today})
    if sent and form.is_valid():
        uploads = form.cleaned_data["uploads"]
        try:
            services.record_visit(inspection, form.visit(), uploads=uploads, actor=request.user, today=today)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "走访已登记。")
            return redirect(inspection)
    return _entry(request, inspection, form, "登记走访")


def _entry(
    request: PortalRequest, inspection: Inspection, form: Any, title: str, finding: Finding | None = None
) -> HttpResponse:
    open_state = InspectionState.RUNNING
    context = {
        "inspection": inspection,
        "form": form,
        "title": title,
        "finding": finding,
        "closed": inspection.state != open_state,
    }
    status = 422 if form.errors else 200
    return render(request, "indicators/inspection_entry.html", context, status=status)


@role_required(Role.INSPECTOR)
@require_http_methods(["GET", "POST"])
def finding_create(request: PortalRequest, slug: str) -> HttpResponse:
    inspection = find_inspection(request.user, slug)
    sent = request.method == "POST"
    data, files = (request.POST, request.FILES) if sent else (None, None)
    form = FindingForm(data, files, inspection=inspection)
    if sent and form.is_valid():
        uploads = form.cleaned_data["uploads"]
        try:
            row = services.record_finding(inspection, form.seen(), uploads=uploads, actor=request.user)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"问题{row.position}已登记，反馈前单位看不到。")
            return redirect(inspection)
    return _entry(request, inspection, form, "登记问题")


@role_required(Role.INSPECTOR)
@require_http_methods(["GET", "POST"])
def finding_edit(request: PortalRequest, slug: str, key: int) -> HttpResponse:
    """Word a finding anew before it is fed back."""
    finding = find_finding(request, slug, key)
    sent = request.method == "POST"
    data, files = (request.POST, request.FILES) if sent else (None, None)
    initial = FindingForm.values_of(finding)
    form = FindingForm(data, files, inspection=finding.inspection, finding=finding, initial=initial)
    if sent and form.is_valid():
        version, uploads = form.cleaned_data["version"] or 0, form.cleaned_data["uploads"]
        try:
            services.amend_finding(finding, form.seen(), version=version, uploads=uploads, actor=request.user)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "问题已修改。")
            return redirect(finding)
    return _entry(request, finding.inspection, form, f"修改问题{finding.position}", finding)


@dataclass(frozen=True)
class ActForm:
    """A step as the page offers it: its table's words, and the form behind its button."""

    step: Step
    form: FindingStepForm
    is_open: bool
    why_not: str


@role_required(*READERS)
@require_GET
def finding_detail(request: PortalRequest, slug: str, key: int) -> HttpResponse:
    return _detail(request, find_finding(request, slug, key))


def _detail(
    request: PortalRequest,
    finding: Finding,
    tried: str = "",
    form: FindingStepForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with the finding's page; after a refused step its form is open and holds what was typed."""
    held = services.capacities(request.user, finding.inspection, finding)
    acts = [
        ActForm(
            step,
            form if form is not None and name == tried else FindingStepForm(name, finding),
            name == tried,
            _why_not(finding, name),
        )
        for name in BY_BUTTON
        if finding.state in (step := FINDING_STEPS[name]).sources and not held.isdisjoint(step.actors)
    ]
    reads_all = request.user.has_role(*COUNTY_READERS)
    context = {
        "finding": finding,
        "inspection": finding.inspection,
        "shown": finding_page(finding),
        "acts": acts,
        "refusal": form.non_field_errors() if form else [],
        "may_edit": finding.state in FINDING_STEPS["amend"].sources and services.may_inspect(request.user),
        "may_rectify": finding.state in FINDING_STEPS["rectify"].sources
        and services.may_inspect(request.user),
        "history": history_of(finding) if reads_all else [],
    }
    return render(request, "indicators/inspection_finding.html", context, status=status)


def _why_not(finding: Finding, name: str) -> str:
    """Return why a step that the table allows cannot be taken now."""
    if name == "object":
        return why_not_object(finding.objection_until, today=timezone.localdate())
    if name in {"recheck_pass", "recheck_fail"}:
        state = finding.item.state if finding.item else None
        return why_not_recheck(state, passes=name == "recheck_pass")
    return ""


def _drop(finding: Finding, *, request: PortalRequest, note: str, **values: Any) -> str:
    services.drop_finding(finding, version=values["version"], note=note, actor=request.user)
    return "已不作为问题。"


def _answer(finding: Finding, *, request: PortalRequest, note: str, **values: Any) -> str:
    services.answer_finding(finding, text=note, actor=request.user, today=timezone.localdate(), **values)
    return "已认领，督查人员会收到通知。"


def _object(finding: Finding, *, request: PortalRequest, note: str, **values: Any) -> str:
    services.object_to_finding(finding, text=note, actor=request.user, today=timezone.localdate(), **values)
    return "异议已提交，由未参加本次督查的人员复核。"


def _decide(finding: Finding, *, request: PortalRequest, revoke: bool, **values: Any) -> str:
    services.decide_objection(
        finding, revoke=revoke, actor=request.user, today=timezone.localdate(), **values
    )
    return "复核意见已答复单位。"


def _recheck(finding: Finding, *, request: PortalRequest, passed: bool, **values: Any) -> str:
    services.recheck_finding(finding, passed=passed, actor=request.user, today=timezone.localdate(), **values)
    return "复查情况已登记。"


STEPS: dict[str, tuple[Callable[..., str], dict[str, bool]]] = {
    "drop": (_drop, {}),
    "answer": (_answer, {}),
    "object": (_object, {}),
    "maintain": (_decide, {"revoke": False}),
    "revoke": (_decide, {"revoke": True}),
    "recheck_pass": (_recheck, {"passed": True}),
    "recheck_fail": (_recheck, {"passed": False}),
}


@role_required(*READERS)
@require_POST
def finding_step(request: PortalRequest, slug: str, key: int, step: str) -> HttpResponse:
    """Take one step of a finding; refused, the page comes back with the reason and what was typed."""
    if step not in STEPS:
        raise Http404
    finding = find_finding(request, slug, key)
    form, status = FindingStepForm(step, finding, request.POST, request.FILES), 422
    if form.is_valid():
        run, fixed = STEPS[step]
        try:
            done = run(finding, request=request, **form.cleaned_data, **fixed)
        except Refused as error:
            form.add_error(None, str(error))
            status = 409 if isinstance(error, Conflict) else 422
        else:
            messages.success(request, done)
            return redirect(finding)
    finding = find_finding(request, slug, key)
    renew(form, "version", finding.version)
    return _detail(request, finding, step, form, status)


@role_required(Role.INSPECTOR)
@require_http_methods(["GET", "POST"])
def findings_rectify(request: PortalRequest, slug: str, code: str) -> HttpResponse:
    """Enter a unit's findings in the ledger 督查发现 with one notice."""
    inspection, today = find_inspection(request.user, slug), timezone.localdate()
    unit = get_object_or_404(Organisation.objects.filter(inspections=inspection), code=code)
    findings = rectifiable(inspection, unit, request.user)
    data = request.POST if request.method == "POST" else None
    initial = {"findings": [row.pk for row in findings if row.state != "fed_back"]}
    form = RectifyForm(data, findings=findings, initial=initial)
    if request.method == "POST" and form.is_valid():
        chosen = list(
            form.cleaned_data["findings"].select_related("inspection", "organisation", "task_force")
        )
        try:
            paper = services.rectify_findings(
                inspection, unit, chosen, due_on=form.cleaned_data["due_on"], actor=request.user, today=today
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{len(chosen)} 个问题已列入台账，{paper.number} 已印发。")
            return redirect(inspection)
    context = {"inspection": inspection, "organisation": unit, "form": form, "findings": findings}
    status = 422 if form.errors else 200
    return render(request, "indicators/inspection_rectify.html", context, status=status)
