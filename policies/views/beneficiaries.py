"""The public list of who was paid 兑现公示: enterprise, item, amount, day."""

from __future__ import annotations

from datetime import date

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from policies.selectors.payouts import published_payouts, published_years
from portal.access import public

PER_PAGE = 50


@public
@require_safe
def beneficiary_list(request: HttpRequest) -> HttpResponse:
    """The payments of a year that stand, newest first."""
    today = timezone.localdate()
    asked = request.GET.get("year", "")
    year = int(asked) if asked in {str(one) for one in published_years(today)} else today.year
    item = request.GET.get("item", "")
    rows = published_payouts(date(year, 1, 1), date(year + 1, 1, 1), item)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "year": year, "years": published_years(today), "item": item}
    return render(request, "policies/beneficiaries.html", context)
