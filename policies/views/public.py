"""The catalogue for everybody: the search and a page for each item, made for a phone."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from policies.forms.public import CodeForm, SearchForm
from policies.models import PolicyItem
from policies.selectors.public import Wanted, find_items, offering_units, public_item
from portal.access import public

PAGE = 20


@public
@require_safe
def benefit_list(request: HttpRequest) -> HttpResponse:
    """Search what an enterprise can get today. A value that is not on offer narrows nothing."""
    today = timezone.localdate()
    form = SearchForm(request.GET, units=list(offering_units(today)))
    form.is_valid()
    values = form.cleaned_data
    wanted = Wanted(
        values.get("q", ""),
        values.get("category", ""),
        values.get("mode", ""),
        values.get("unit", ""),
        values.get("industry", ""),
    )
    page = Paginator(find_items(wanted, today), PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "narrowed": any(values.values())}
    return render(request, "policies/public/list.html", context)


@public
@require_safe
def benefit_detail(request: HttpRequest, number: str) -> HttpResponse:
    """One item: for whom, how much, how, where, until when, and whom to call."""
    rows = PolicyItem.objects.public().select_related("current__group", "policy", "organisation", "topic")
    item = get_object_or_404(rows, number=number)
    shown = public_item(item, timezone.localdate())
    return render(request, "policies/public/item.html", {"shown": shown, "item": item, "form": CodeForm()})
