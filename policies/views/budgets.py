"""Budgets 预算 with their warnings, and the approval bands 审批档次."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from policies.forms.payouts import BandsForm, BudgetForm, budget_version
from policies.models import ApprovalBand, Budget
from policies.selectors.budgets import usages
from policies.services.budgets import set_bands, set_budget
from policies.views.access import keepers, may_keep, office, readers, visible_item
from portal.errors import Refused
from portal.http import PortalRequest
from portal.querysets import county_reader
from portal.roles import OFFICE_ROLES
from portal.selectors.settings import number_setting


@readers
@require_GET
def budget_list(request: PortalRequest) -> HttpResponse:
    """The budgets of a year by share used; the office's settings say where yellow and red begin."""
    today = timezone.localdate()
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else today.year
    rows = usages(year)
    if not county_reader(request.user):
        rows = [row for row in rows if row.item.organisation_id == request.user.organisation_id]
    yellow = number_setting("policies.budget_yellow", on=today)
    red = number_setting("policies.budget_red", on=today)
    budget, used = sum(row.budget for row in rows), sum(row.used for row in rows)
    context = {
        "rows": [
            (row, "red" if row.percent >= red else "yellow" if row.percent >= yellow else "green")
            for row in sorted(rows, key=lambda row: -row.percent)
        ],
        "year": year,
        "years": range(today.year + 1, today.year - 4, -1),
        "yellow": yellow,
        "red": red,
        "budget": budget,
        "used": used,
        "warned": sum(row.percent >= yellow for row in rows),
        "is_office": request.user.has_role(*OFFICE_ROLES),
    }
    return render(request, "policies/budget_list.html", context)


@keepers
@require_http_methods(["GET", "POST"])
def item_budget(request: PortalRequest, number: str) -> HttpResponse:
    """Set what a level gives for an item in a year."""
    item = visible_item(request, number)
    if not may_keep(request.user, item):
        messages.error(request, f"{item.number}由{item.organisation}或营商办维护，您没有此项权限")
        return redirect(item)
    today = timezone.localdate()
    rows = list(Budget.objects.filter(item=item))
    sent = request.method == "POST"
    form = BudgetForm(request.POST if sent else None, initial={"year": today.year, "level": "county"})
    if sent and form.is_valid():
        values = form.cleaned_data
        try:
            set_budget(
                item,
                values["year"],
                values["level"],
                form.yuan(),
                actor=request.user,
                document=values["document"],
                version=budget_version(rows, values["year"], values["level"]),
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{item.number}的 {values['year']} 年预算已登记")
            return redirect("policies:item_budget", item.number)
    context = {"item": item, "rows": rows, "form": form}
    return render(request, "policies/budget_form.html", context, status=422 if form.errors else 200)


@office
@require_http_methods(["GET", "POST"])
def band_edit(request: PortalRequest) -> HttpResponse:
    """Set how many people approve a batch, by its sum."""
    today = timezone.localdate()
    rows = list(ApprovalBand.objects.order_by("-valid_from", "starts_at").select_related("created_by"))
    newest = [row for row in rows if row.valid_from == rows[0].valid_from]
    sent = request.method == "POST"
    form = BandsForm(request.POST if sent else None, bands=newest, initial={"valid_from": today})
    if sent and form.is_valid():
        try:
            set_bands(
                form.bands(), valid_from=form.cleaned_data["valid_from"], actor=request.user, today=today
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "审批档次已保存")
            return redirect("policies:band_edit")
    context = {"form": form, "rows": rows}
    return render(request, "policies/band_form.html", context, status=422 if form.errors else 200)
