"""The payout ledger 兑现台账: the list, one payment and its reversal, export, reconciliation with finance."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers

from policies.filters import PayoutFilter
from policies.forms.payouts import ReconcileForm, ReverseForm
from policies.models import Payout
from policies.selectors.catalogue import history_of
from policies.selectors.payouts import ledger, ledger_sums, shares_shown
from policies.services.payout_workbook import export_payouts
from policies.services.payouts import reverse_payout
from policies.services.reconciliation import reconcile_workbook
from policies.services.steps import capacities
from policies.terms import Level
from policies.views.access import readers
from policies.workflow import APPROVERS
from portal.access import role_required
from portal.errors import Refused
from portal.http import PortalRequest, fragment, workbook_answer
from portal.paging import PAGE_SIZES, CappedPaginator, page_size
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role
from portal.selectors.enterprises import capped_count

SORTS = {
    "paid": ("paid_on", "pk"),
    "amount": ("amount", "pk"),
    "item": ("item__number", "pk"),
    "enterprise": ("enterprise__search_name", "pk"),
}


def _filtered(request: PortalRequest) -> PayoutFilter:
    return PayoutFilter(request.GET, queryset=ledger(request.user), user=request.user)


@readers
@require_GET
@vary_on_headers("HX-Request")
def payout_list(request: PortalRequest) -> HttpResponse:
    """The payments, newest first, with the sums of what was found."""
    found = _filtered(request)
    sort = request.GET.get("sort", "-paid")
    keys = SORTS.get(sort.removeprefix("-"), SORTS["paid"])
    rows = found.qs.select_related("item", "version", "enterprise", "batch")
    rows = rows.order_by(*(f"-{key}" if sort.startswith("-") else key for key in keys))
    count = capped_count(found.qs)
    pages = CappedPaginator(rows, page_size(request.GET.get("size")), count=count.total)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "count": count,
        "page": page,
        "sums": ledger_sums(found.qs),
        "sizes": ",".join(str(size) for size in PAGE_SIZES),
        "is_unit": request.user.has_role(*UNIT_ROLES),
        "is_office": request.user.has_role(*OFFICE_ROLES),
    }
    return render(request, fragment(request, "policies/payout_list.html", "table"), context)


@readers
@require_GET
def payout_export(request: PortalRequest) -> HttpResponseBase:
    """Export what the list shows: the same filter, every page of it."""
    found, at, file = _filtered(request), timezone.localtime(), BytesIO()
    export_payouts(found.qs.order_by("pk"), file, actor=request.user, at=at, filters=found.described())
    return workbook_answer(file, f"兑现台账{at:%Y%m%d}")


@readers
@require_http_methods(["GET", "POST"])
def payout_detail(request: PortalRequest, key: int) -> HttpResponse:
    """One payment; its reversal is registered here."""
    rows = ledger(request.user).select_related(
        "item__organisation",
        "version",
        "enterprise",
        "batch__organisation",
        "proposal",
        "created_by",
        "reversal_of__batch",
        "reversal",
    )
    payout = get_object_or_404(rows, pk=key)
    sent = request.method == "POST"
    form = ReverseForm(request.POST if sent else None)
    if sent and form.is_valid():
        try:
            made = reverse_payout(
                payout, form.cleaned_data["reason"], actor=request.user, today=timezone.localdate()
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已冲销，台账保留原记录和冲销记录")
            return redirect("policies:payout_detail", made.pk)
    may_reverse = (
        payout.paid_on is not None
        and payout.reversal_of_id is None
        and payout.reversed_on is None
        and not capacities(request.user, payout.batch.organisation_id).isdisjoint(APPROVERS)
    )
    context = {
        "payout": payout,
        "form": form,
        "may_reverse": may_reverse,
        "shares": shares_shown(payout, {level.value: str(level.label) for level in Level}),
        "history": history_of(payout),
        "reversal": Payout.objects.filter(reversal_of=payout).first(),
    }
    return render(request, "policies/payout_detail.html", context, status=422 if form.errors else 200)


@role_required(Role.OFFICE, Role.OFFICE_HEAD, Role.LIAISON, Role.UNIT_HEAD)
@require_http_methods(["GET", "POST"])
def payout_reconcile(request: PortalRequest) -> HttpResponse:
    """Compare the ledger of a period with finance's workbook."""
    today = timezone.localdate()
    sent = request.method == "POST"
    form = ReconcileForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        initial={"start": today.replace(month=1, day=1), "end": today},
    )
    context: dict[str, Any] = {"form": form}
    if sent and form.is_valid():
        values = form.cleaned_data
        try:
            # The page speaks of the last day, the service of the day after it.
            context["found"] = reconcile_workbook(
                values["file"],
                actor=request.user,
                start=values["start"],
                end=values["end"] + timedelta(days=1),
            )
        except Refused as error:
            form.add_error("file", str(error))
        else:
            # The file has served: a bound form would ask for it again.
            context["form"] = form = ReconcileForm(initial={name: values[name] for name in ("start", "end")})
    return render(request, "policies/reconcile.html", context, status=422 if form.errors else 200)
