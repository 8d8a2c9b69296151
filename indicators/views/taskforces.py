"""Pages of the task forces: how they stand, one of them, and who is in it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from indicators.forms.items import renew
from indicators.forms.taskforces import NewTaskForceForm, TaskForceForm
from indicators.models import TaskForce
from indicators.selectors.standing import Overview, overview_now, standings_of
from indicators.selectors.taskforces import task_force_page
from indicators.services.taskforces import create_task_force, fingerprint, update_task_force
from portal.access import business, role_required
from portal.errors import Conflict, Refused
from portal.http import PortalRequest
from portal.roles import OFFICE_ROLES, Role


@business
@require_GET
def taskforce_list(request: PortalRequest) -> HttpResponse:
    """The task forces of a year; the newest one unless the address names another."""
    today = timezone.localdate()
    visible = TaskForce.objects.visible_to(request.user)
    years = list(visible.order_by("-year").values_list("year", flat=True).distinct())
    asked = request.GET.get("year", "")
    if asked.isdigit() and int(asked) in years[1:]:
        forces = list(visible.filter(year=int(asked)).select_related("lead", "indicator"))
        shown = Overview(standings_of(forces, today=today))
    else:
        shown = overview_now(request.user, today=today)
    context = {
        "overview": shown,
        "years": years,
        "year": int(asked) if asked.isdigit() else (years[0] if years else today.year),
        "may_edit": request.user.has_role(*OFFICE_ROLES),
    }
    return render(request, "indicators/taskforce_list.html", context)


def _visible(request: PortalRequest, code: str) -> TaskForce:
    forces = TaskForce.objects.visible_to(request.user).select_related("lead", "indicator")
    return get_object_or_404(forces.prefetch_related("responsible"), code=code)


@business
@require_GET
def taskforce_detail(request: PortalRequest, code: str) -> HttpResponse:
    force = _visible(request, code)
    whole = "all" in request.GET
    shown = task_force_page(force, request.user, today=timezone.localdate(), whole=whole)
    context = {
        "force": force,
        "shown": shown,
        "whole": whole,
        "may_edit": request.user.has_role(*OFFICE_ROLES),
    }
    return render(request, "indicators/taskforce_detail.html", context)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def taskforce_create(request: PortalRequest) -> HttpResponse:
    today = timezone.localdate()
    form = NewTaskForceForm(request.POST if request.method == "POST" else None, today=today)
    if request.method == "POST" and form.is_valid():
        indicator, code = form.cleaned_data["indicator"], form.cleaned_data["code"]
        try:
            force = create_task_force(indicator, form.make_up(), code=code, actor=request.user, today=today)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"「{force}」专班已组建")
            return redirect(force)
    return _form_page(request, form, force=None)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def taskforce_edit(request: PortalRequest, code: str) -> HttpResponse:
    today = timezone.localdate()
    if request.method == "GET":
        force = _visible(request, code)
        return _form_page(request, TaskForceForm(initial=_make_up(force), today=today), force=force)
    forces = TaskForce.objects.visible_to(request.user).select_related("lead")
    force = get_object_or_404(forces, code=code)
    form = TaskForceForm(request.POST, today=today)
    if form.is_valid():
        try:
            update_task_force(
                force, form.make_up(), seen=form.cleaned_data["seen"], actor=request.user, today=today
            )
        except Conflict as error:
            form.add_error(None, str(error))
            # Submitting once more is then a decision taken with the others' change in view.
            renew(form, "seen", fingerprint(force))
            return _form_page(request, form, force=force, theirs=error.theirs, status=409)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"「{force}」专班已保存")
            return redirect(force)
    return _form_page(request, form, force=force)


def _make_up(force: TaskForce) -> dict[str, object]:
    """Return what the form of an existing task force starts from."""
    members = list(force.members.all())
    return {
        "seen": fingerprint(force),
        "name": force.name,
        "lead": force.lead_id,
        "chief": next((row.user_id for row in members if row.duty == "chief"), None),
        "deputies": [row.user_id for row in members if row.duty == "deputy"],
        "liaisons": [row.user_id for row in members if row.duty == "liaison"],
        "responsible": [unit.pk for unit in force.responsible.all()],
    }


def _form_page(
    request: PortalRequest, form: TaskForceForm, *, status: int = 200, **context: Any
) -> HttpResponse:
    if form.errors and status == 200:
        status = 422
    return render(request, "indicators/taskforce_form.html", {"form": form, **context}, status=status)
