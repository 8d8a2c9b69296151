"""Pages of the observers 社会监督员: hand a clue in, and see what became of one's own."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from complaints.forms.clues import ClueForm
from complaints.forms.public import SupplyForm
from complaints.models import Complaint
from complaints.querysets import ComplaintQuerySet
from complaints.selectors.public import public_case
from complaints.selectors.public_pages import papers_of_reporter, stages_of, units_on
from complaints.services.clues import supply_by_observer
from complaints.services.intake import register_complaint
from portal.access import role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.paging import page_size
from portal.roles import Role

SOURCE = "observer"


def _own(request: PortalRequest) -> ComplaintQuerySet:
    """Return the clues the person handed in himself."""
    return Complaint.objects.visible_to(request.user).filter(reporter=request.user)


@role_required(Role.OBSERVER)
@require_GET
def clue_list(request: PortalRequest) -> HttpResponse:
    """The observer's home: his clues, the newest first, each by its public state."""
    rows = _own(request).select_related("lead").order_by("-pk")
    page = Paginator(rows, page_size(request.GET.get("size"))).get_page(request.GET.get("page"))
    return render(request, "complaints/clues/list.html", {"page": page})


@role_required(Role.OBSERVER)
@require_http_methods(["GET", "POST"])
def clue_create(request: PortalRequest) -> HttpResponse:
    """Hand a clue in; the same form sent twice makes one case."""
    sent = request.method == "POST"
    form = ClueForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        units=units_on(timezone.localdate()),
        initial={"key": secrets.token_hex(16)},
    )
    if sent and form.is_valid():
        try:
            made = register_complaint(
                form.entry(),
                actor=request.user,
                now=timezone.now(),
                uploads=form.cleaned_data["uploads"],
                source=f"{SOURCE}:{request.user.pk}",
                key=form.cleaned_data["key"],
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"线索已提交，编号 {made.complaint.number}。")
            return redirect("complaints:clue_detail", made.complaint.number)
    return render(request, "complaints/clues/form.html", {"form": form}, status=422 if form.errors else 200)


@role_required(Role.OBSERVER)
@require_http_methods(["GET", "POST"])
def clue_detail(request: PortalRequest, number: str) -> HttpResponse:
    """One clue as the public would see it, no inner steps, no officers' names; what was asked for is handed in here."""
    case = get_object_or_404(_own(request).select_related("lead", "merged_into"), number=number)
    sent = request.method == "POST"
    form = SupplyForm(request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        values, today = form.cleaned_data, timezone.localdate()
        try:
            supply_by_observer(case, text=values["text"], uploads=values["uploads"], today=today)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已收到您的补充，办理时限继续计算。")
            return redirect("complaints:clue_detail", case.number)
    steps = [{"label": stage.label, "note": "", "status": stage.mark} for stage in stages_of(case)]
    context = {
        "case": case,
        "shown": public_case(case),
        "steps": steps,
        "papers": papers_of_reporter(case),
        "form": form,
    }
    return render(request, "complaints/clues/detail.html", context, status=422 if form.errors else 200)
