"""Pages of the instructions 交办: the list with how each stands, and giving one."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from indicators.forms.dispatch import InstructionForm
from indicators.models import WorkItem
from indicators.selectors.dispatch import (
    SHOWS,
    instruction_counts,
    instruction_rows,
    instructions_of,
    narrowed,
)
from indicators.services.instructions import give_instruction, may_instruct
from portal.access import business, role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.roles import OFFICE_ROLES, Role

PER_PAGE = 20


@business
@require_GET
def instruction_list(request: PortalRequest) -> HttpResponse:
    """Instructions by `?show=` open (without it), overdue, done or all; `?mine=1`: given by me; `?q=`."""
    today = timezone.localdate()
    rows = instructions_of(request.user)
    if request.GET.get("mine"):
        rows = rows.filter(given_by=request.user)
    text = request.GET.get("q", "").strip()[:50]
    if text:
        rows = rows.filter(item__title__icontains=text) | rows.filter(item__number__icontains=text)
    show = request.GET.get("show", "open")
    counts = instruction_counts(rows, today=today)
    page = Paginator(narrowed(rows, show, today=today), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": instruction_rows(page.object_list, today=today),
        "counts": counts,
        "shows": SHOWS,
        "show": show if show in SHOWS else "all",
        "text": text,
        "mine": bool(request.GET.get("mine")),
        "may_instruct": may_instruct(request.user),
    }
    return render(request, "indicators/instruction_list.html", context)


@role_required(*OFFICE_ROLES, Role.CHIEF)
@require_http_methods(["GET", "POST"])
def instruction_create(request: PortalRequest) -> HttpResponse:
    """Give an instruction; `?about=2023-DB-011` starts from an item the person may read."""
    today = timezone.localdate()
    data = request.POST if request.method == "POST" else None
    form = InstructionForm(data, user=request.user, today=today, initial=_initial(request))
    if request.method == "POST" and form.is_valid():
        order = form.order(form.cleaned_data.get("given_by"))
        try:
            row = give_instruction(order, actor=request.user, given_on=today, today=today)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                f"已交办{row.item.organisation}：{row.item.short_number} {row.item.title}，已通知联络员和负责人。",
            )
            return redirect("indicators:instruction_list")
    context = {"form": form}
    return render(request, "indicators/instruction_form.html", context, status=422 if form.errors else 200)


def _initial(request: PortalRequest) -> dict[str, object]:
    number = request.GET.get("about", "")
    item = WorkItem.objects.visible_to(request.user).filter(number=number).first() if number else None
    if item is None:
        return {}
    return {"about": item.number, "task_force": item.task_force_id, "organisation": item.organisation_id}
