"""The steps of a case that have a page: giving it to units, merging, declining, the reply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from complaints.forms.routing import (
    AssignForm,
    AssistForm,
    DeclineForm,
    DesignateForm,
    MergeForm,
    UnitsForm,
    WhistleForm,
)
from complaints.forms.steps import renew
from complaints.grounds import RULES, Ground
from complaints.models import Complaint
from complaints.selectors.cases import likely_duplicates, text_for
from complaints.selectors.desk import step_label
from complaints.services import acceptance, routing, whistles
from complaints.services.acceptance import related_units
from complaints.services.routing import Routing
from complaints.services.steps import capacities, ensure_version
from complaints.services.whistles import CALLABLE, Call
from complaints.views.cases import find_case
from complaints.views.steps import redirect_to
from complaints.workflow import CASE_STEPS, DESK
from portal.access import business, role_required
from portal.errors import Conflict, Refused
from portal.http import PortalRequest
from portal.models import Organisation, User
from portal.roles import Role

Values = dict[str, Any]


@dataclass(frozen=True)
class Paged:
    """A step with a page: what it does, its form, the service, and what is said when it is done."""

    name: str
    lead: str
    form: type[UnitsForm]
    run: Callable[[Complaint, User, datetime, Values], object]
    done: str


def _route(values: Values) -> Routing:
    return Routing(
        values["lead"],
        values["assisting"],
        instruction=values["note"],
        confirmed_masked=values["confirmed_masked"],
    )


def _assign(case: Complaint, actor: User, now: datetime, values: Values) -> object:
    return routing.assign_complaint(case, _route(values), actor=actor, now=now)


def _designate(case: Complaint, actor: User, now: datetime, values: Values) -> object:
    return routing.designate_complaint(case, _route(values), actor=actor, now=now, note=values["note"])


def _assist(case: Complaint, actor: User, now: datetime, values: Values) -> object:
    unit = values.pop("unit")
    return routing.ask_assistance(case, unit, actor=actor, now=now, **values)


def _whistle(case: Complaint, actor: User, now: datetime, values: Values) -> object:
    call = Call(
        values["units"],
        values["note"],
        respond_workdays=values["respond_workdays"],
        confirmed_masked=values["confirmed_masked"],
    )
    return whistles.call_units(case, call, actor=actor, now=now)


PAGED = {
    page.name: page
    for page in (
        Paged(
            "assign",
            "确定主办和协办单位，各有自己的时限。有协办单位的按复杂诉求的时限办理。",
            AssignForm,
            _assign,
            "已转办，并通知有关单位",
        ),
        Paged(
            "designate",
            "职责有争议的由营商办指定主办单位，指定后不得退回。",
            DesignateForm,
            _designate,
            "已指定办理单位，并通知有关单位",
        ),
        Paged(
            "ask_assist", "请另一单位协助，它有自己的时限。", AssistForm, _assist, "已请协办，并通知该单位"
        ),
        Paged(
            "whistle",
            "召集几个单位会商：各单位在同一时限内报到并提交意见，主办单位汇总后办结。",
            WhistleForm,
            _whistle,
            "已吹哨，并通知各报到单位",
        ),
    )
}


@business
@require_http_methods(["GET", "POST"])
def complaint_route(request: PortalRequest, number: str, step: str) -> HttpResponse:
    """Give a case to units: assign, designate, ask one to assist, call several."""
    page = PAGED[step]
    case = find_case(request, number)
    units = Organisation.objects.active(timezone.localdate())
    data = request.POST if request.method == "POST" else None
    initial = {"version": case.version, "respond_workdays": whistles.RESPOND_WORKDAYS}
    form = page.form(data, units=units, initial=initial)
    status = 200
    if data is not None and form.is_valid():
        try:
            ensure_version(case, form.cleaned_data["version"])
            values = {name: value for name, value in form.cleaned_data.items() if name != "version"}
            page.run(case, request.user, timezone.now(), values)
        except Refused as error:
            form.add_error(None, str(error))
            status = 409 if isinstance(error, Conflict) else 422
            case = find_case(request, number)
            renew(form, "version", case.version)
        else:
            messages.success(request, f"{case.number} {page.done}")
            return redirect_to(request, case)
    context = {"page": page, "related": _related(case), "why_not": why_not_now(case, step, request.user)}
    return step_page(request, "complaints/complaint_route.html", case, form, status=status, **context)


def step_page(
    request: PortalRequest, template: str, case: Complaint, form: forms.Form, *, status: int, **context: Any
) -> HttpResponse:
    """Answer with the page of a step: the case's words as this person may read them, and the form."""
    if form.errors and status == 200:
        status = 422
    words = text_for(case, is_hidden=bool(getattr(case, "is_hidden", True)))
    shown = {"case": case, "words": words, "form": form, "label": context.pop("label", ""), **context}
    if not shown["label"] and "page" in shown:
        shown["label"] = step_label(shown["page"].name)
    return render(request, template, shown, status=status)


def _related(case: Complaint) -> list[str]:
    """Return the short names of the units that must not learn who handed the case in."""
    if case.reported is None:
        return []
    units = Organisation.objects.filter(pk__in=related_units(case))
    return list(units.values_list("short_name", flat=True))


def why_not_now(case: Complaint, step: str, user: User) -> str:
    """Return why the form can't be sent now, shown above it; the services judge anew."""
    sources, actors = (CALLABLE, DESK) if step == "whistle" else _of_table(step)
    if case.state not in sources:
        return f"{case.number} 现为「{case.get_state_display()}」，不能「{step_label(step)}」"
    if capacities(user, case).isdisjoint(actors):
        return f"「{step_label(step)}」不由您办理"
    return ""


def _of_table(step: str) -> tuple[Any, Any]:
    found = CASE_STEPS[step]
    return found.sources, found.actors


def _other(request: PortalRequest, number: str, what: str) -> Complaint:
    row = Complaint.objects.visible_to(request.user).filter(number=number.strip().upper()).first()
    if row is None:
        raise Refused(f"没有编号为 {number} 的诉求，请核对{what}")
    return row


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def complaint_merge(request: PortalRequest, number: str) -> HttpResponse:
    """Merge a case into an earlier one; the likely ones are shown with why."""
    case = find_case(request, number)
    data = request.POST if request.method == "POST" else None
    form = MergeForm(data, initial={"version": case.version})
    status = 200
    if data is not None and form.is_valid():
        try:
            ensure_version(case, form.cleaned_data["version"])
            kept = _other(request, form.cleaned_data["kept"], "要并入的诉求编号")
            acceptance.merge_complaints(
                kept,
                [case],
                actor=request.user,
                today=timezone.localdate(),
                note=form.cleaned_data["note"],
            )
        except Refused as error:
            form.add_error(None, str(error))
            status = 409 if isinstance(error, Conflict) else 422
        else:
            messages.success(request, f"{case.number} 已并入 {kept.number}")
            return redirect(kept)
    found = likely_duplicates(
        request.user,
        title=case.title,
        today=timezone.localdate(),
        enterprise=case.enterprise,
        reported=case.reported,
        leave_out=case.pk,
    )
    context = {"label": "并案", "duplicates": found, "why_not": why_not_now(case, "merge", request.user)}
    return step_page(request, "complaints/complaint_merge.html", case, form, status=status, **context)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def complaint_decline(request: PortalRequest, number: str) -> HttpResponse:
    """Decline a case on a legal ground, with the right door named."""
    case = find_case(request, number)
    data = request.POST if request.method == "POST" else None
    form = DeclineForm(data, initial={"version": case.version})
    status = 200
    if data is not None and form.is_valid():
        values = form.cleaned_data
        try:
            ensure_version(case, values["version"])
            repeated = values["repeat_of"]
            acceptance.decline_complaint(
                case,
                actor=request.user,
                today=timezone.localdate(),
                ground=Ground(values["ground"]),
                reason=values["reason"],
                right_door=values["right_door"],
                repeat_of=_other(request, repeated, "原办结诉求编号") if repeated else None,
            )
        except Refused as error:
            form.add_error(None, str(error))
            status = 409 if isinstance(error, Conflict) else 422
        else:
            messages.success(request, f"{case.number} 已答复不予受理，并指明应当向何处反映")
            return redirect(case)
    context = {
        "label": "不予受理",
        "rules": [(ground.label, RULES[ground]) for ground in Ground],
        "why_not": why_not_now(case, "decline", request.user),
    }
    return step_page(request, "complaints/complaint_decline.html", case, form, status=status, **context)
