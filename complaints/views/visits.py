"""Pages of visits: the list, a new one, one visit with its demands, pairings, and who was not visited."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from complaints.forms.visits import DemandForm, PairingForm, VisitEditForm, VisitForm
from complaints.models import Pairing, Visit
from complaints.selectors.cases import case_rows
from complaints.selectors.visit_pages import cases_of, pairings_of, visits_of
from complaints.selectors.visits import quarter_of, unvisited, visit_counts
from complaints.services import visits as services
from portal.access import business, role_required
from portal.errors import Conflict, Refused
from portal.http import PortalRequest
from portal.models import Enterprise, User
from portal.paging import CappedPaginator, page_size
from portal.roles import OFFICE_ROLES
from portal.selectors.enterprises import capped_count, found_by

YES_NO = {"yes": True, "no": False}


def _day(text: str | None) -> date | None:
    try:
        return parse_date(text or "")
    except ValueError:
        return None


def filtered_visits(request: PortalRequest) -> QuerySet[Visit]:
    """Return the visits that the address asks for; what it doesn't know is passed over."""
    asked = request.GET
    return visits_of(
        request.user,
        text=asked.get("q", "").strip()[:60],
        since=_day(asked.get("since")),
        until=_day(asked.get("until")),
        has_demands=YES_NO.get(asked.get("demands", "")),
        mine=asked.get("mine") == "1",
    )


def _may_pair(user: User) -> bool:
    return user.has_role(*OFFICE_ROLES)


@business
@require_GET
def visit_list(request: PortalRequest) -> HttpResponse:
    """Visits by `?q=`, `?since=`, `?until=`, `?demands=` and `?mine=1`, with the quarter's counts."""
    today = timezone.localdate()
    rows = filtered_visits(request)
    count = capped_count(rows)
    pages = CappedPaginator(rows, page_size(request.GET.get("size")), count=count.total)
    start = quarter_of(today)
    context = {
        "page": pages.get_page(request.GET.get("page")),
        "count": count,
        "query": {name: request.GET.get(name, "") for name in ("q", "since", "until", "demands", "mine")},
        "quarter": visit_counts(start, _next_quarter(start))
        if request.user.has_role(*OFFICE_ROLES)
        else None,
        "tab": "visits",
        "may_pair": _may_pair(request.user),
    }
    return render(request, "complaints/visits/list.html", context)


def _next_quarter(start: date) -> date:
    return date(start.year + (start.month + 2) // 12, (start.month + 2) % 12 + 1, 1)


def _people() -> QuerySet[User]:
    """Return who may pay visits, for the office's choice."""
    holders = User.objects.holding(*services.VISITORS, on=timezone.localdate())
    return holders.filter(is_active=True).order_by("organisation__order", "organisation", "name")


@role_required(*services.VISITORS)
@require_http_methods(["GET", "POST"])
def visit_create(request: PortalRequest) -> HttpResponse:
    """Write a visit down; `?enterprise=` fills the enterprise in."""
    data = request.POST if request.method == "POST" else None
    initial = {"on": timezone.localdate(), "enterprise": request.GET.get("enterprise", "")[:120]}
    people = _people() if _may_pair(request.user) else ()
    form = VisitForm(data, user=request.user, people=people, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.record_visit(form.note(), form.demands(), actor=request.user, now=timezone.now())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            words = f"，提出的诉求已登记为 {made.cases[0].complaint.number}" if made.cases else ""
            messages.success(request, f"走访已登记{words}。")
            return redirect(made.visit or "complaints:visit_list")
    return render(request, "complaints/visits/form.html", {"form": form}, status=422 if form.errors else 200)


def _find(request: PortalRequest, number: str) -> Visit:
    rows = Visit.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("enterprise", "visitor__organisation", "recorded_by"), number=number
    )


@business
@require_GET
def visit_detail(request: PortalRequest, number: str) -> HttpResponse:
    return _detail(request, _find(request, number))


def _detail(request: PortalRequest, visit: Visit, *, status: int = 200, **forms: Any) -> HttpResponse:
    own = visit.visitor_id == request.user.pk or request.user.has_role(*OFFICE_ROLES)
    texts = ("companions", "place", "situation", "policies_told", "version")
    context = {
        "visit": visit,
        "cases": case_rows(cases_of(visit, request.user), today=timezone.localdate()),
        "may_edit": own,
        "edit_form": VisitEditForm(initial={name: getattr(visit, name) for name in texts}),
        "demand_form": DemandForm(user=request.user, prefix="demand") if own else None,
        **forms,
    }
    return render(request, "complaints/visits/detail.html", context, status=status)


@business
@require_POST
def visit_edit(request: PortalRequest, number: str) -> HttpResponse:
    """Correct the texts of a visit; after a refusal the form is open and holds what was typed."""
    visit, form = _find(request, number), VisitEditForm(request.POST)
    if form.is_valid():
        values = dict(form.cleaned_data)
        version = values.pop("version")
        try:
            services.update_visit(visit, actor=request.user, version=version, values=values)
        except (Refused, Conflict) as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "走访记录已修改。")
            return redirect(visit)
    return _detail(request, visit, status=422, edit_form=form)


@business
@require_POST
def visit_demand(request: PortalRequest, number: str) -> HttpResponse:
    """Add a demand to a visit; it becomes a case."""
    visit = _find(request, number)
    form = DemandForm(request.POST, user=request.user, prefix="demand")
    if form.is_valid():
        try:
            made = services.add_visit_demands(visit, [form.entry()], actor=request.user, now=timezone.now())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"诉求已登记为 {made[0].complaint.number}，由营商办受理。")
            return redirect(visit)
    return _detail(request, visit, status=422, demand_form=form)


@business
@require_GET
def pairing_list(request: PortalRequest) -> HttpResponse:
    """Who looks after whom, by `?q=` (person or enterprise); `?ended=1` those that are over."""
    return _pairings(request)


def _pairings(request: PortalRequest, form: PairingForm | None = None, *, status: int = 200) -> HttpResponse:
    today, text = timezone.localdate(), request.GET.get("q", "").strip()[:60]
    ended = request.GET.get("ended") == "1"
    rows = pairings_of(request.user, today=today, text=text, ended=ended)
    may = _may_pair(request.user)
    if form is None and may:
        form = PairingForm(user=request.user, people=_people(), initial={"since": today})
    context = {
        "page": Paginator(rows, page_size(request.GET.get("size"))).get_page(request.GET.get("page")),
        "query": {"q": text, "ended": "1" if ended else ""},
        "form": form,
        "today": today,
        "tab": "pairings",
        "may_pair": may,
    }
    return render(request, "complaints/visits/pairings.html", context, status=status)


@role_required(*OFFICE_ROLES)
@require_POST
def pairing_create(request: PortalRequest) -> HttpResponse:
    form = PairingForm(request.POST, user=request.user, people=_people())
    if form.is_valid():
        values = form.cleaned_data
        try:
            row = services.start_pairing(
                values["person"], values["enterprise"], actor=request.user, since=values["since"]
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已安排{row.person.name}包联{row.enterprise}。")
            return redirect("complaints:pairing_list")
    return _pairings(request, form, status=422)


@role_required(*OFFICE_ROLES)
@require_POST
def pairing_end(request: PortalRequest, key: int) -> HttpResponse:
    """End a pairing with today."""
    row = get_object_or_404(Pairing.objects.visible_to(request.user).select_related("person"), pk=key)
    try:
        services.end_pairing(row, actor=request.user, until=timezone.localdate())
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "包联已结束，走访记录保留。")
    return redirect("complaints:pairing_list")


@business
@require_GET
def visit_missing(request: PortalRequest) -> HttpResponse:
    """Enterprises paired with somebody and visited by nobody this quarter."""
    today, text = timezone.localdate(), request.GET.get("q", "").strip()[:60]
    rows = unvisited(request.user, today=today).select_related("person__organisation", "enterprise__town")
    if text:
        rows = rows.filter(enterprise__in=Enterprise.objects.filter(found_by(text)).values("pk"))
    context = {
        "page": Paginator(rows, page_size(request.GET.get("size"))).get_page(request.GET.get("page")),
        "query": {"q": text},
        "start": quarter_of(today),
        "tab": "missing",
        "may_pair": _may_pair(request.user),
        "may_visit": request.user.has_role(*services.VISITORS),
    }
    return render(request, "complaints/visits/missing.html", context)
