"""The catalogue 政策库: the list of items, one item, comparison of two versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from policies.conditions import AllOf, leaves
from policies.filters import ItemFilter
from policies.forms.items import StepForm
from policies.models import PolicyItem, PolicyItemVersion
from policies.selectors.budgets import usage_of
from policies.selectors.catalogue import (
    differences,
    history_of,
    item_rows,
    materials_text,
    progress_of,
    shares_of,
    standard_of,
    tree_of,
    with_versions,
)
from policies.services.catalogue import CLOSED_ITEMS, discard_draft, draft_of
from policies.services.matching import match_item
from policies.services.publishing import publish_item, publish_problems, take_item_step
from policies.services.steps import capacities
from policies.terms import Mode
from policies.views.access import KEEPERS, keepers, may_keep, visible_item
from policies.workflow import ITEM_STEPS, Actor
from portal.access import business
from portal.errors import Refused
from portal.http import PortalRequest, fragment
from portal.paging import PAGE_SIZES, CappedPaginator, page_size
from portal.roles import OFFICE_ROLES
from portal.selectors.enterprises import capped_count
from portal.workflow import open_steps

SORTS = {
    "number": ("number",),
    "organisation": ("organisation__order", "number"),
    "until": ("current__valid_until", "number"),
    "state": ("state", "number"),
}


@business
@require_GET
@vary_on_headers("HX-Request")
def policy_list(request: PortalRequest) -> HttpResponse:
    """The items, by document, unit, mode and what needs attention."""
    today = timezone.localdate()
    visible = PolicyItem.objects.visible_to(request.user)
    found = ItemFilter(request.GET, queryset=visible, user=request.user, today=today)
    count = capped_count(found.qs)
    sort = request.GET.get("sort", "")
    keys = SORTS.get(sort.removeprefix("-"), SORTS["number"])
    rows = with_versions(found.qs).order_by(*(f"-{key}" if sort.startswith("-") else key for key in keys))
    pages = CappedPaginator(rows, page_size(request.GET.get("size")), count=count.total)
    page = pages.get_page(request.GET.get("page"))
    context = {
        "filter": found,
        "count": count,
        "page": page,
        "rows": item_rows(page.object_list, today.year),
        "year": today.year,
        "sizes": ",".join(str(size) for size in PAGE_SIZES),
        "may_add": request.user.has_role(*KEEPERS),
        "is_office": request.user.has_role(*OFFICE_ROLES),
    }
    return render(request, fragment(request, "policies/policy_list.html", "table"), context)


@business
@require_GET
def item_detail(request: PortalRequest, number: str) -> HttpResponse:
    """One item: what it says, where it stands, and what this person may do."""
    return detail_page(request, visible_item(request, number))


def _version_shown(request: PortalRequest, item: PolicyItem) -> PolicyItemVersion:
    versions = PolicyItemVersion.objects.visible_to(request.user).filter(item=item).select_related("group")
    wanted = request.GET.get("version", "")
    if wanted:
        number = int(wanted) if wanted.isdecimal() and len(wanted) < 5 else 0
        return get_object_or_404(versions, number=number)
    if item.current is not None:
        return item.current
    found = versions.order_by("-number").first()
    if found is None:
        raise Http404
    return found


def detail_page(
    request: PortalRequest,
    item: PolicyItem,
    *,
    tried: str = "",
    form: StepForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """Answer with the item's page; after a refused step its form is open and holds what was typed."""
    today = timezone.localdate()
    version = _version_shown(request, item)
    draft = draft_of(item) if may_keep(request.user, item) else None
    tree = tree_of(version)
    parts = tree.parts if isinstance(tree, AllOf) else (tree,) if tree is not None else ()
    versions = PolicyItemVersion.objects.visible_to(request.user).filter(item=item)
    context: dict[str, Any] = {
        "item": item,
        "version": version,
        "draft": draft,
        "may_keep": may_keep(request.user, item) and item.state not in CLOSED_ITEMS,
        "parts": [
            {"sentence": part.describe(), "leaves": list(leaves(part)), "nested": hasattr(part, "parts")}
            for part in parts
        ],
        "standard": standard_of(version),
        "is_office": request.user.has_role(*OFFICE_ROLES),
        "shares": shares_of(version),
        "materials": materials_text(version.materials).splitlines(),
        "is_automatic": version.mode == Mode.AUTOMATIC,
        "progress": progress_of(item),
        "usage": usage_of(item, today.year),
        "versions": list(versions.select_related("published_by").order_by("-number")[:20]),
        "history": history_of(item),
        "acts": _acts(request, item, draft, tried, form),
        "problems": publish_problems(draft, today) if draft else [],
        "refusal": form.non_field_errors() if form else [],
        "today": today,
    }
    return render(request, "policies/item_detail.html", context, status=status)


def _acts(
    request: PortalRequest,
    item: PolicyItem,
    draft: PolicyItemVersion | None,
    tried: str,
    form: StepForm | None,
) -> list[dict[str, Any]]:
    """Return the steps that the person may take now, each with its form."""
    found = capacities(request.user, item.organisation_id)
    acts = []
    for step in open_steps(ITEM_STEPS.values(), item.state, found):
        if (step.name == "publish" and draft is None) or Actor.SYSTEM in step.actors:
            continue
        own = StepForm(
            name=step.name,
            label="原因" if step.needs_note else "",
            initial={"edit": draft.edit if draft else None},
        )
        is_tried = form is not None and step.name == tried
        label = "发布新版本" if step.name == "publish" and item.current_id else step.label
        acts.append(
            {
                "name": step.name,
                "label": label,
                "effect": step.effect,
                "form": form if is_tried else own,
                "is_open": is_tried,
                "is_publish": step.name == "publish",
            }
        )
    return acts


@keepers
@require_POST
def item_step(request: PortalRequest, number: str, step: str) -> HttpResponse:
    """Publish, suspend, resume or withdraw an item; refused, the page comes back with the reason."""
    item, today = visible_item(request, number), timezone.localdate()
    if step not in ITEM_STEPS or Actor.SYSTEM in ITEM_STEPS[step].actors:
        raise Http404
    needs_note = ITEM_STEPS[step].needs_note
    form = StepForm(request.POST, name=step, label="原因" if needs_note else "")
    if form.is_valid():
        try:
            if step == "publish":
                publish_item(item, actor=request.user, today=today, edit=form.cleaned_data["edit"] or 0)
            else:
                note = form.cleaned_data.get("note", "")
                take_item_step(item, step, actor=request.user, today=today, note=note)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{item.number}已{ITEM_STEPS[step].label}")
            return redirect(item)
    return detail_page(request, visible_item(request, number), tried=step, form=form, status=422)


@keepers
@require_POST
def item_discard(request: PortalRequest, number: str) -> HttpResponse:
    """Throw the draft of a published item away."""
    item = visible_item(request, number)
    try:
        discard_draft(item, actor=request.user)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "草稿已放弃，现行版本没有变化")
    return redirect(item)


@keepers
@require_POST
def item_match(request: PortalRequest, number: str) -> HttpResponse:
    """Match the item at once, instead of waiting for the night."""
    item = visible_item(request, number)
    try:
        outcome = match_item(item, actor=request.user, today=timezone.localdate())
    except Refused as error:
        messages.error(request, str(error))
        return redirect(item)
    messages.success(
        request,
        f"已匹配：新增符合 {outcome.gained} 家，不再符合 {outcome.lost} 家；推送名单由今晚的匹配提出",
    )
    return redirect("policies:match_detail", item.number)


@business
@require_GET
def item_compare(request: PortalRequest, number: str) -> HttpResponse:
    """Two versions beside each other, only what differs."""
    item = visible_item(request, number)
    versions = PolicyItemVersion.objects.visible_to(request.user).filter(item=item)
    rows = list(versions.select_related("group", "published_by").order_by("-number"))
    if len(rows) < 2:
        messages.info(request, f"{item.number}只有一个版本，没有可比较的内容")
        return redirect(item)
    by_number = {str(row.number): row for row in rows}
    new = by_number.get(request.GET.get("new", ""), rows[0])
    old = by_number.get(request.GET.get("old", ""), rows[1])
    context = {"item": item, "versions": rows, "old": old, "new": new, "rows": differences(old, new)}
    return render(request, "policies/item_compare.html", context)
