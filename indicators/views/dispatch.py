"""Pages of the dispatch rounds: the list, opening by hand, one round, its plan and its cancelling."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from indicators.forms.dispatch import PlanForm, RoundForm
from indicators.labels import action_label
from indicators.models import DispatchRound
from indicators.selectors.dispatch import instruction_rows, instructions_of, round_rows
from indicators.services import dispatch as services
from indicators.services.picks import drop_pick
from portal.access import business, role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.models import AuditEvent, User
from portal.roles import OFFICE_ROLES, Role

PER_PAGE = 20
HISTORY_LENGTH = 20


def find_round(user: User, slug: str) -> DispatchRound:
    """Return the round with the slug `2023-11` that `user` may read, or 404."""
    rows = DispatchRound.objects.visible_to(user).with_slug(slug)
    return get_object_or_404(rows.select_related("chief", "lead", "recorded_by"))


@business
@require_GET
def round_list(request: PortalRequest) -> HttpResponse:
    """The rounds, newest first; `?form=` and `?state=` narrow, what they don't know is passed over."""
    rounds = DispatchRound.objects.visible_to(request.user).select_related("chief", "lead")
    form, state = request.GET.get("form", ""), request.GET.get("state", "")
    if form in DispatchRound.Form.values:
        rounds = rounds.filter(form=form)
    if state in DispatchRound.State.values:
        rounds = rounds.filter(state=state)
    page = Paginator(rounds, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": round_rows(page.object_list),
        "forms": DispatchRound.Form.choices,
        "states": DispatchRound.State.choices,
        "form": form,
        "state": state,
        "may_open": request.user.has_role(*OFFICE_ROLES, Role.CHIEF),
    }
    return render(request, "indicators/round_list.html", context)


@role_required(*OFFICE_ROLES, Role.CHIEF)
@require_http_methods(["GET", "POST"])
def round_create(request: PortalRequest) -> HttpResponse:
    today = timezone.localdate()
    data = request.POST if request.method == "POST" else None
    form = RoundForm(data, user=request.user, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            row, _ = services.open_round(form.plan(), actor=request.user, today=today)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已发起{row}。")
            return redirect(row)
    return render(request, "indicators/round_form.html", {"form": form}, status=422 if form.errors else 200)


@business
@require_GET
def round_detail(request: PortalRequest, slug: str) -> HttpResponse:
    """The meeting's record and instructions; for a draft its plan and what can be done now."""
    return _detail(request, find_round(request.user, slug))


def _detail(
    request: PortalRequest, row: DispatchRound, form: PlanForm | None = None, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    plan = {"planned_at": row.planned_at, "place": row.place, "cutoff_on": row.cutoff_on}
    told = instructions_of(request.user).filter(round=row).order_by("item__due_on", "pk")
    draft = row.state == DispatchRound.State.DRAFT
    context: dict[str, Any] = {
        "round": row,
        "task_forces": row.task_forces.select_related("lead"),
        "instructions": instruction_rows(told, today=today),
        "may_record": draft and services.may_record(request.user, row),
        "form": form or PlanForm(initial=plan),
        "history": history_of(row),
    }
    return render(request, "indicators/round_detail.html", context, status=status)


def history_of(row: Any) -> list[dict[str, Any]]:
    """Return the row's history as the timeline shows it. The caller has checked that the row is visible."""
    events = AuditEvent.objects.of(row)[:HISTORY_LENGTH]
    return [
        {
            "at": event.at,
            "label": action_label(event.action).text,
            "tone": action_label(event.action).tone,
            "who": event.actor_name,
            "unit": event.actor_unit,
            "text": event.note,
        }
        for event in events
    ]


def version_of(request: PortalRequest) -> int:
    """Return the version the page was opened with; 0, which fits no row, when it is not a number."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


@business
@require_POST
def round_plan(request: PortalRequest, slug: str) -> HttpResponse:
    row = find_round(request.user, slug)
    form = PlanForm(request.POST)
    if not form.is_valid():
        return _detail(request, row, form, status=422)
    try:
        services.plan_round(
            row,
            version=version_of(request),
            actor=request.user,
            today=timezone.localdate(),
            **form.cleaned_data,
        )
    except Refused as error:
        form.add_error(None, str(error))
        return _detail(request, row, form, status=422)
    messages.success(request, "调度安排已保存，已通知参加单位。")
    return redirect(row)


@business
@require_POST
def round_cancel(request: PortalRequest, slug: str) -> HttpResponse:
    row = find_round(request.user, slug)
    reason = request.POST.get("note", "")[:300]
    try:
        services.cancel_round(row, version=version_of(request), reason=reason, actor=request.user)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{row}已取消。")
    return redirect(row)


@role_required(*OFFICE_ROLES)
@require_POST
def pick_drop(request: PortalRequest, slug: str, number: str) -> HttpResponse:
    """Take an item that was put on the sheet off it again."""
    row = find_round(request.user, slug)
    picks = row.picks.select_related("round", "item__organisation")
    pick = get_object_or_404(picks, item__number=number)
    try:
        drop_pick(pick, actor=request.user)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{pick.item.short_number} 已移出本次调度。")
    return redirect("reports:dispatch_sheet", row.slug)
