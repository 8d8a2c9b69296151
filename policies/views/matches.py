"""Match results: the items at a glance, one item with its enterprises and proposals, one enterprise."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_GET, require_POST

from policies.criteria import Verdict as Answer
from policies.models import PolicyItem, Proposal
from policies.selectors.match_pages import (
    changed_on,
    enterprise_matches,
    last_change_day,
    last_run,
    match_rows,
    match_totals,
    matched,
    matched_rows,
    open_proposals,
)
from policies.selectors.matching import match_counts
from policies.services.proposals import Outcome, confirm_proposals, dismiss_proposals, notify_enterprise
from policies.services.steps import capacities
from policies.views.access import keepers, readers, visible_item
from policies.views.links import SentLink, link_to
from policies.workflow import PROPOSAL_STEPS, ItemState, ProposalState
from portal.errors import Refused
from portal.http import PortalRequest
from portal.models import Enterprise
from portal.paging import CappedPaginator
from portal.querysets import county_reader
from portal.selectors.enterprises import capped_count

PER_PAGE = 20
MOST_CHOSEN = 500
SHOWS = (
    ("met", "符合"),
    ("proposals", "推送"),
    ("changed", "最近变化"),
    ("near", "只差一项"),
    ("unknown", "信息不足"),
    ("not_met", "不符合"),
)


def led_items(request: PortalRequest) -> QuerySet[PolicyItem]:
    """Return the items whose results the person may read: the county's, or the own unit's."""
    items = PolicyItem.objects.visible_to(request.user)
    if not county_reader(request.user):
        items = items.filter(organisation=request.user.organisation_id)
    return items


@readers
@require_GET
def match_list(request: PortalRequest) -> HttpResponse:
    """The published items with what the last match said of each."""
    today = timezone.localdate()
    items = led_items(request).filter(state__in=[ItemState.PUBLISHED, ItemState.SUSPENDED])
    if words := request.GET.get("q", "").strip():
        items = items.filter(pk__in=PolicyItem.objects.found_by(words).values("pk"))
    rows = items.select_related("current", "organisation").order_by("number")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    run = last_run()
    day = last_change_day(run, today)
    context = {
        "page": page,
        "rows": match_rows(page.object_list, request.user, day),
        "totals": match_totals(items, request.user, day),
        "run": run,
        "changed_on": day,
    }
    return render(request, "policies/match_list.html", context)


@readers
@require_GET
def match_detail(request: PortalRequest, number: str) -> HttpResponse:
    """One item: who qualifies, who changed, who misses one thing, and the proposals."""
    item = get_object_or_404(
        led_items(request).select_related("policy", "organisation", "current__group"), number=number
    )
    if item.current is None:
        messages.info(request, f"{item.number}还没有发布，没有匹配结果")
        return redirect(item)
    today = timezone.localdate()
    show = request.GET.get("show", "met")
    if show not in dict(SHOWS):
        raise Http404
    counts = match_counts([item.current.pk]).get(item.current.pk)
    context: dict[str, Any] = {
        "item": item,
        "version": item.current,
        "counts": counts,
        "shows": SHOWS,
        "show": show,
        "today": today,
        "changed_count": changed_on(item, request.user, last_change_day(last_run(), today)).count(),
    }
    if show == "proposals":
        context |= _proposals(request, item)
    else:
        rows = matched(item, item.current, show, request.user, today)
        count = capped_count(rows)
        page = CappedPaginator(rows, PER_PAGE, count=count.total).get_page(request.GET.get("page"))
        context |= {
            "count": count,
            "page": page,
            "rows": matched_rows(item.current, list(page.object_list), today),
        }
    return render(request, "policies/match_detail.html", context)


def _proposals(request: PortalRequest, item: PolicyItem) -> dict[str, Any]:
    """Return the proposals of an item by state, with what can be done with chosen ones."""
    proposals = Proposal.objects.visible_to(request.user).filter(item=item)
    state = request.GET.get("state", ProposalState.PROPOSED)
    if state in ProposalState.values:
        proposals = proposals.filter(state=state)
    count = capped_count(proposals)
    rows = proposals.select_related("enterprise__town", "version").order_by("-pk")
    page = CappedPaginator(rows, 50, count=count.total).get_page(request.GET.get("page"))
    found = capacities(request.user, item.organisation_id)
    acts = []
    for name, label, primary in (
        ("confirm", "确认所选", True),
        ("notify", "告知所选企业", True),
        ("dismiss", "不予确认", False),
    ):
        step = PROPOSAL_STEPS[name]
        if state in step.sources and not found.isdisjoint(step.actors):
            acts.append({"name": "action", "value": name, "label": label, "primary": primary})
    return {
        "count": count,
        "page": page,
        "proposals": page.object_list,
        "states": [("all", "全部"), *ProposalState.choices],
        "state": state,
        "bulk_actions": acts,
        "may_dismiss": any(act["value"] == "dismiss" for act in acts),
    }


@keepers
@require_POST
def match_bulk(request: PortalRequest, number: str) -> HttpResponse:
    """Confirm, dismiss or tell the chosen enterprises; each by itself."""
    item = visible_item(request, number)
    keys = [key for key in request.POST.getlist("selected")[:MOST_CHOSEN] if key.isdecimal()]
    rows = Proposal.objects.visible_to(request.user).filter(item=item, pk__in=keys)
    proposals = list(rows.select_related("item__organisation", "version", "enterprise"))
    action = request.POST.get("action", "")
    back = f"{request.path.removesuffix('bulk/')}?show=proposals"
    if not proposals:
        messages.error(request, "请先勾选企业，再选择要办理的操作")
    elif action == "confirm":
        _tell(request, confirm_proposals(proposals, actor=request.user), "确认")
    elif action == "dismiss":
        reason = request.POST.get("reason", "")
        if not reason.strip():
            messages.error(request, "“不予确认”须写明原因，请填写后再提交")
        else:
            _tell(request, dismiss_proposals(proposals, reason, actor=request.user), "作不予确认处理")
    elif action == "notify":
        return _notify(request, item, proposals)
    else:
        raise Http404
    return redirect(back)


def _tell(request: PortalRequest, outcome: Outcome, words: str) -> None:
    if outcome.done:
        messages.success(request, f"已{words} {len(outcome.done)} 家")
    if outcome.refused:
        more = f"；另有 {len(outcome.refused) - 3} 家" if len(outcome.refused) > 3 else ""
        messages.warning(
            request, f"有 {len(outcome.refused)} 家没有办理：{'；'.join(outcome.refused[:3])}{more}"
        )


def _notify(request: PortalRequest, item: PolicyItem, proposals: list[Proposal]) -> HttpResponse:
    """Make the one-time links of the chosen enterprises, and show them once."""
    links, refused = [], []
    for proposal in proposals:
        try:
            link = notify_enterprise(proposal, actor=request.user, today=timezone.localdate())
        except Refused as error:
            refused.append(str(error))
        else:
            links.append(link_to(request, link))
    return links_page(request, item, links, refused)


def links_page(
    request: PortalRequest, item: PolicyItem, links: list[SentLink], refused: list[str] | None = None
) -> HttpResponse:
    """Show one-time links; they are kept nowhere, so the page must not be either."""
    context = {"item": item, "links": links, "refused": refused or []}
    answer = render(request, "policies/links.html", context)
    add_never_cache_headers(answer)
    return answer


@readers
@require_GET
def match_enterprise(request: PortalRequest, code: str) -> HttpResponse:
    """One enterprise: every live item with the verdict and its reasons, and what it would get together."""
    enterprises = Enterprise.objects.visible_to(request.user).select_related("town", "merged_into")
    enterprise = get_object_or_404(enterprises, credit_code=code)
    today = timezone.localdate()
    found = enterprise_matches(enterprise, today, request.user)
    show = request.GET.get("show", "met")
    groups = {
        "met": [row for row in found if row.explained.verdict == Answer.MET],
        "near": [row for row in found if row.is_near],
        "unknown": [row for row in found if row.explained.verdict == Answer.UNKNOWN],
        "not_met": [row for row in found if row.explained.verdict == Answer.NOT_MET],
        "all": found,
    }
    labels = {"met": "符合", "near": "只差一项", "unknown": "信息不足", "not_met": "不符合", "all": "全部"}
    proposals = {row.item_id: row for row in open_proposals(enterprise, request.user)}
    context = {
        "enterprise": enterprise,
        "tabs": [
            {"label": labels[key], "url": f"?show={key}", "current": show == key, "count": len(rows)}
            for key, rows in groups.items()
        ],
        "rows": groups.get(show, found),
        "groups": groups,
        "total": sum((row.granted or Decimal(0) for row in found), Decimal(0)),
        "proposals": proposals,
        "today": today,
    }
    return render(request, "policies/match_enterprise.html", context)
