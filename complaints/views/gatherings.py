"""Pages of round-tables, reception days and campaigns; each demand heard there becomes a case."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from complaints.forms.visits import GatheringDemandForm, GatheringForm
from complaints.models import Gathering
from complaints.selectors.cases import case_rows
from complaints.selectors.visit_pages import cases_of, gatherings_of
from complaints.services import visits as services
from portal.access import business, role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.paging import page_size
from portal.roles import OFFICE_ROLES

PARTICIPANTS = 100


@business
@require_GET
def gathering_list(request: PortalRequest) -> HttpResponse:
    """Meetings and campaigns by `?kind=`."""
    rows, kind = gatherings_of(request.user), request.GET.get("kind", "")
    if kind in Gathering.Kind.values:
        rows = rows.filter(kind=kind)
    context = {
        "page": Paginator(rows, page_size(request.GET.get("size"))).get_page(request.GET.get("page")),
        "kinds": Gathering.Kind.choices,
        "kind": kind,
        "tab": "gatherings",
        "may_record": request.user.has_role(*OFFICE_ROLES),
    }
    return render(request, "complaints/visits/gatherings.html", context)


@role_required(*OFFICE_ROLES)
@require_http_methods(["GET", "POST"])
def gathering_create(request: PortalRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    today = timezone.localdate()
    form = GatheringForm(data, user=request.user, initial={"start_on": today, "end_on": today})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.record_gathering(form.note(), [], actor=request.user, now=timezone.now())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "活动已登记，可以逐项登记诉求。")
            return redirect(made.gathering or "complaints:gathering_list")
    context = {"form": form}
    return render(
        request, "complaints/visits/gathering_form.html", context, status=422 if form.errors else 200
    )


def _find(request: PortalRequest, number: str) -> Gathering:
    rows = Gathering.objects.visible_to(request.user).select_related("host", "recorded_by")
    return get_object_or_404(rows, number=number)


@business
@require_GET
def gathering_detail(request: PortalRequest, number: str) -> HttpResponse:
    return _detail(request, _find(request, number))


def _detail(
    request: PortalRequest, row: Gathering, form: GatheringDemandForm | None = None, *, status: int = 200
) -> HttpResponse:
    may = request.user.has_role(*OFFICE_ROLES)
    context = {
        "row": row,
        "enterprises": row.enterprises.order_by("pk")[:PARTICIPANTS],
        "cases": case_rows(cases_of(row, request.user), today=timezone.localdate()),
        "form": form or (GatheringDemandForm(user=request.user) if may else None),
        "is_refused": form is not None,
    }
    return render(request, "complaints/visits/gathering_detail.html", context, status=status)


@role_required(*OFFICE_ROLES)
@require_POST
def gathering_demand(request: PortalRequest, number: str) -> HttpResponse:
    """Add a demand to a meeting; it becomes a case."""
    row, form = _find(request, number), GatheringDemandForm(request.POST, user=request.user)
    if form.is_valid():
        try:
            made = services.add_gathering_demands(row, [form.entry()], actor=request.user, now=timezone.now())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"诉求已登记为 {made[0].complaint.number}。")
            return redirect(row)
    return _detail(request, row, form, status=422)
