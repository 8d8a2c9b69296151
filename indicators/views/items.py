"""Pages of the ledgers: the list, one item, entry and correction."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers

from indicators.filters import SHOWS, WorkItemFilter, find_list
from indicators.forms.items import ItemForm, StepForm, renew
from indicators.lamps import Colour
from indicators.models import Finding, WorkItem, WorkList
from indicators.selectors.item_pages import Act, item_page
from indicators.selectors.items import CHASERS, item_rows, lamp_counts, list_summary, list_tabs
from indicators.services.items import capacities, create_item, may_create, update_item
from indicators.services.picks import LEFT, may_pick
from portal.access import business, role_required
from portal.errors import Conflict, Refused
from portal.http import PortalRequest, fragment
from portal.models import User
from portal.paging import PAGE_SIZES, CappedPaginator, page_size
from portal.roles import OFFICE_ROLES, Role

# What the columns sort by; each ends with the key, so that pages never overlap.
SORTS = {
    "number": ("pk",),
    "task_force": ("task_force__order", "pk"),
    "organisation": ("organisation__order", "pk"),
    "lamp": ("urgency", "pk"),
    "state": ("state", "pk"),
    "percent": ("percent", "pk"),
    "due": ("due_on", "pk"),
}
LISTED = (
    "number",
    "title",
    "lamp",
    "lamp_reason",
    "state",
    "percent",
    "start_on",
    "due_on",
    "closed_on",
    "is_important",
    "organisation__short_name",
    "task_force__name",
    "task_force__code",
)


def sorted_items(items: QuerySet[WorkItem], sort: str) -> QuerySet[WorkItem]:
    """Order `items` by a column of the list, backwards with a leading minus; by number otherwise."""
    name = sort.removeprefix("-")
    keys = SORTS.get(name, SORTS["number"])
    if name == "lamp":
        order = [
            When(lamp=colour.value, then=Value(place))
            for place, colour in enumerate(sorted(Colour, key=lambda colour: -colour.urgency))
        ]
        items = items.annotate(urgency=Case(*order, default=Value(9), output_field=IntegerField()))
    return items.order_by(*(f"-{key}" if sort.startswith("-") else key for key in keys))


@business
@require_GET
@vary_on_headers("HX-Request")
def item_list(request: PortalRequest) -> HttpResponse:
    today = timezone.localdate()
    visible = WorkItem.objects.visible_to(request.user)
    found = WorkItemFilter(request.GET, queryset=visible, user=request.user, today=today)
    counts = lamp_counts(found.qs)
    sort = request.GET.get("sort", "")
    rows = sorted_items(found.qs, sort).select_related("organisation", "task_force").only(*LISTED)
    pages = CappedPaginator(rows, page_size(request.GET.get("size")), count=counts.total)
    page = pages.get_page(request.GET.get("page"))
    tabs = list_tabs(request.user)
    context = {
        "filter": found,
        "work_list": found.work_list,
        "tabs": tabs,
        "counts": counts,
        "count_label": counts.label,
        "page": page,
        "rows": item_rows(page.object_list, today=today),
        "shows": SHOWS,
        "show": request.GET.get("show", ""),
        "sizes": ",".join(str(size) for size in PAGE_SIZES),
        "bulk_actions": _bulk_actions(request.user),
        "may_add": request.user.has_role(*OFFICE_ROLES),
    }
    if found.work_list and not request.headers.get("HX-Request"):
        context["summary"] = list_summary(visible.filter(work_list=found.work_list))
    return render(request, fragment(request, "indicators/item_list.html", "table"), context)


def _bulk_actions(user: User) -> list[dict[str, str]]:
    """Return what the person may do with chosen items."""
    actions = [("chase", "批量催办", "bell")] if user.has_role(*CHASERS) else []
    actions += [("assign", "调整责任单位", "next")] if user.has_role(Role.OFFICE_HEAD) else []
    actions += [("dispatch", "转入本次调度", "next")] if may_pick(user) else []
    actions += [("export", "导出所选", "down")]
    return [
        {"name": "action", "value": value, "label": label, "icon": icon} for value, label, icon in actions
    ]


def visible_item(request: PortalRequest, number: str) -> WorkItem:
    """Return the item of the address within the person's scope; 404 outside it."""
    items = WorkItem.objects.visible_to(request.user).select_related(
        "work_list", "task_force", "organisation", "lead"
    )
    return get_object_or_404(items, number=number)


@business
@require_GET
def item_detail(request: PortalRequest, number: str) -> HttpResponse:
    return detail_page(request, visible_item(request, number))


@dataclass(frozen=True)
class ActForm:
    """A step as the page offers it: what it is called and does, and the form beside its button."""

    act: Act
    form: StepForm
    is_open: bool


def detail_page(
    request: PortalRequest,
    item: WorkItem,
    *,
    tried: str = "",
    form: StepForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with the item's page; after a refused step its form is open and holds what was typed."""
    today = timezone.localdate()
    shown = item_page(item, request.user, capacities(request.user, item), today=today)
    offered = [
        ActForm(act, form if form and act.name == tried else StepForm(act.name, item), act.name == tried)
        for act in shown.acts
    ]
    members = item.task_force.members.select_related("user").filter(duty="chief")
    context: dict[str, Any] = {
        "item": item,
        "row": item_rows([item], today=today)[0],
        "shown": shown,
        "acts": offered,
        "refusal": [*form.non_field_errors(), *form.errors.get("version", [])] if form else [],
        "chief": next((member.user for member in members), None),
        "may_edit": request.user.has_role(*OFFICE_ROLES) and not item.closed_on,
        "may_pick": may_pick(request.user) and item.state not in LEFT,
        "finding": _finding_behind(item, request.user),
    }
    return render(request, "indicators/item_detail.html", context, status=status)


def _finding_behind(item: WorkItem, user: User) -> Finding | None:
    """Return the finding an item of the list 督查发现 has come from, where the person may read it."""
    if item.work_list.source != WorkList.Source.INSPECTION:
        return None
    return Finding.objects.visible_to(user).filter(item=item).select_related("inspection").first()


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def item_create(request: PortalRequest) -> HttpResponse:
    work_list = find_list(request.user, request.GET.get("work_list", ""))
    if work_list is None:
        return render(
            request, "indicators/item_form.html", {"tabs": list_tabs(request.user), "choose_list": True}
        )
    if not may_create(request.user, work_list):
        messages.error(request, f"「{work_list}」的事项不由您录入")
        return redirect(work_list)
    data = request.POST if request.method == "POST" else None
    form = ItemForm(data, work_list=work_list, user=request.user, instance=WorkItem(work_list=work_list))
    if data is not None and form.is_valid():
        try:
            item = create_item(work_list, actor=request.user, today=timezone.localdate(), **form.values())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已录入 {item.short_number}，并通知{item.organisation}")
            return redirect(item)
    return _form_page(request, form, work_list=work_list, item=None)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def item_edit(request: PortalRequest, number: str) -> HttpResponse:
    item = visible_item(request, number)
    data = request.POST if request.method == "POST" else None
    # The form cleans onto a copy: the service compares the item with what was typed.
    form = ItemForm(data, work_list=item.work_list, user=request.user, instance=copy(item))
    if data is not None and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            update_item(
                item,
                version=version,
                actor=request.user,
                today=timezone.localdate(),
                **form.values(),
            )
        except Conflict as error:
            form.add_error(None, str(error))
            renew(form, "version", item.version)
            return _form_page(
                request, form, work_list=item.work_list, item=item, theirs=error.theirs, status=409
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{item.short_number} 已保存")
            return redirect(item)
    return _form_page(request, form, work_list=item.work_list, item=item)


def _form_page(request: PortalRequest, form: ItemForm, *, status: int = 200, **context: Any) -> HttpResponse:
    if form.errors and status == 200:
        status = 422
    return render(request, "indicators/item_form.html", {"form": form, **context}, status=status)
