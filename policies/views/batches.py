"""Payout batches 兑现批次: the list, one batch with its payments and approvals, its steps."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from policies.filters import BatchFilter
from policies.forms.payouts import BatchForm, BatchStepForm, EntryForm
from policies.models import Payout, PayoutBatch, Proposal
from policies.selectors.catalogue import history_of
from policies.selectors.payouts import Approvals, ready_for_batch, with_sums
from policies.services import payouts as services
from policies.services.steps import capacities
from policies.views.access import readers
from policies.workflow import BATCH_STEPS, LEAD, BatchState
from portal.access import role_required
from portal.errors import Refused
from portal.http import PortalRequest, fragment
from portal.roles import UNIT_ROLES
from portal.workflow import open_steps

PER_PAGE = 20
PAYMENTS_SHOWN = 50
MOST_CHOSEN = 500
DONE = {
    "submit": "已提交审批",
    "approve": "已批准",
    "return": "已退回编制人",
    "pay": "已登记拨付，计入兑现台账",
    "cancel": "已作废",
}


@readers
@require_GET
@vary_on_headers("HX-Request")
def batch_list(request: PortalRequest) -> HttpResponse:
    visible = PayoutBatch.objects.visible_to(request.user)
    found = BatchFilter(request.GET, queryset=visible)
    rows = with_sums(found.qs).select_related("organisation", "created_by").order_by("-pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {"filter": found, "page": page, "is_unit": request.user.has_role(*UNIT_ROLES)}
    return render(request, fragment(request, "policies/batch_list.html", "table"), context)


@role_required(*UNIT_ROLES)
@require_http_methods(["GET", "POST"])
def batch_create(request: PortalRequest) -> HttpResponse:
    form = BatchForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.create_batch(
                request.user.organisation,
                form.cleaned_data["title"],
                actor=request.user,
                today=timezone.localdate(),
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已建立批次 {row.number}，请列入兑现")
            return redirect(row)
    return render(request, "policies/batch_form.html", {"form": form}, status=422 if form.errors else 200)


def find_batch(request: PortalRequest, number: str) -> PayoutBatch:
    """Return the batch within the person's scope; 404 outside it."""
    rows = with_sums(PayoutBatch.objects.visible_to(request.user))
    return get_object_or_404(rows.select_related("organisation", "created_by", "submitted_by"), number=number)


@readers
@require_GET
def batch_detail(request: PortalRequest, number: str) -> HttpResponse:
    return _page(request, find_batch(request, number))


def _page(
    request: PortalRequest,
    batch: PayoutBatch,
    *,
    tried: BatchStepForm | None = None,
    entry: EntryForm | None = None,
) -> HttpResponse:
    """Answer with the batch's page; after a refusal the form is open and holds what was typed."""
    today = timezone.localdate()
    found = capacities(request.user, batch.organisation_id)
    may_edit = batch.state == BatchState.DRAFT and not found.isdisjoint(LEAD)
    payments = batch.payouts.filter(voided_at=None).select_related(
        "item", "version", "enterprise", "proposal"
    )
    page = Paginator(payments.order_by("pk"), PAYMENTS_SHOWN).get_page(request.GET.get("page"))
    total = getattr(batch, "total", services.total_of(batch))
    needed = services.required_approvals(total, today)
    given = list(batch.approvals.filter(edit=batch.edit).select_related("person__organisation"))
    if batch.state in {BatchState.APPROVED, BatchState.PAID}:
        given = list(batch.approvals.order_by("-edit", "pk").select_related("person__organisation"))
        given = [row for row in given if row.edit == given[0].edit]
    ready = ready_for_batch(request.user, batch.organisation_id)[:50] if may_edit else []
    context: dict[str, Any] = {
        "batch": batch,
        "page": page,
        "total": total,
        "approvals": Approvals(given, needed.approvals, needed.needs_office),
        "may_edit": may_edit,
        "ready": ready,
        "entry": entry or (EntryForm(user=request.user, unit=batch.organisation_id) if may_edit else None),
        "entry_open": entry is not None,
        "acts": _acts(batch, found, tried),
        "refusal": [*(tried.non_field_errors() if tried else [])],
        "history": history_of(batch),
        "stages": _stages(batch),
    }
    status = 422 if tried is not None or entry is not None else 200
    return render(request, "policies/batch_detail.html", context, status=status)


def _acts(batch: PayoutBatch, found: Any, tried: BatchStepForm | None) -> list[dict[str, Any]]:
    acts = []
    for step in open_steps(BATCH_STEPS.values(), batch.state, found):
        is_tried = tried is not None and tried.name == step.name
        own = BatchStepForm(name=step.name, today=timezone.localdate(), initial={"edit": batch.edit})
        acts.append(
            {
                "name": step.name,
                "label": step.label,
                "effect": step.effect,
                "form": tried if is_tried else own,
                "is_open": is_tried,
            }
        )
    return acts


def _stages(batch: PayoutBatch) -> list[dict[str, str]]:
    """Return the state line: the steps passed and the next."""
    order = (BatchState.DRAFT, BatchState.SUBMITTED, BatchState.APPROVED, BatchState.PAID)
    if batch.state == BatchState.CANCELLED:
        return [{"label": BatchState.CANCELLED.label, "note": batch.note, "status": "now"}]
    reached = order.index(BatchState(batch.state))
    moments = (batch.created_at, batch.submitted_at, batch.approved_at, None)
    stages = []
    for place, (state, at) in enumerate(zip(order, moments, strict=True)):
        status = "done" if place < reached else "now" if place == reached else "next"
        on = timezone.localtime(at).date() if at else batch.paid_on
        note = f"{on.month}月{on.day}日" if on and place <= reached else ""
        stages.append({"label": str(state.label), "note": note, "status": status})
    if batch.state == BatchState.PAID:
        stages[-1]["status"] = "done"
    return stages


@role_required(*UNIT_ROLES)
@require_POST
def batch_add(request: PortalRequest, number: str) -> HttpResponse:
    """Enter payments: the reviewed proposals that were ticked, or one typed in."""
    batch, today = find_batch(request, number), timezone.localdate()
    keys = [key for key in request.POST.getlist("selected")[:MOST_CHOSEN] if key.isdecimal()]
    if keys:
        proposals = Proposal.objects.visible_to(request.user).filter(pk__in=keys)
        try:
            made = services.add_reviewed(batch, proposals, actor=request.user, today=today)
        except Refused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"已列入 {len(made)} 笔")
        return redirect(batch)
    if "credit_code" not in request.POST:
        messages.error(request, "请先勾选要列入的企业")
        return redirect(batch)
    form = EntryForm(request.POST, user=request.user, unit=batch.organisation_id)
    if form.is_valid():
        try:
            services.add_payouts(batch, [form.candidate(today)], actor=request.user)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已列入 1 笔")
            return redirect(batch)
    return _page(request, find_batch(request, number), entry=form)


@role_required(*UNIT_ROLES)
@require_POST
def batch_remove(request: PortalRequest, number: str) -> HttpResponse:
    """Take one payment off a draft batch."""
    batch = find_batch(request, number)
    key = request.POST.get("payout", "")
    rows = Payout.objects.visible_to(request.user).select_related("batch__organisation", "enterprise")
    payout = get_object_or_404(rows, batch=batch, pk=int(key) if key.isdecimal() and len(key) < 19 else 0)
    try:
        services.remove_payout(payout, actor=request.user)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"已移出{payout.enterprise}")
    return redirect(batch)


def _take(request: PortalRequest, batch: PayoutBatch, form: BatchStepForm) -> None:
    values, actor, today = form.cleaned_data, request.user, timezone.localdate()
    if form.name == "submit":
        services.submit_batch(batch, actor=actor, today=today, edit=values["edit"])
    elif form.name == "approve":
        services.approve_batch(batch, actor=actor, today=today, edit=values["edit"])
    elif form.name == "return":
        services.return_batch(batch, values["note"], actor=actor, edit=values["edit"])
    elif form.name == "cancel":
        services.cancel_batch(batch, values["note"], actor=actor, edit=values["edit"])
    else:
        empty = batch.payouts.filter(voided_at=None, voucher="").values_list("pk", flat=True)
        vouchers = dict.fromkeys(empty, values["voucher"]) if values["voucher"] else None
        services.pay_batch(batch, actor=actor, paid_on=values["paid_on"], today=today, vouchers=vouchers)


@readers
@require_POST
def batch_step(request: PortalRequest, number: str, step: str) -> HttpResponse:
    """Submit, approve, return, cancel or pay; refused, the page comes back with the reason."""
    if step not in DONE:
        raise Http404
    batch = find_batch(request, number)
    form = BatchStepForm(request.POST, name=step, today=timezone.localdate())
    if form.is_valid():
        try:
            _take(request, batch, form)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{batch.number}{DONE[step]}")
            return redirect(batch)
    return _page(request, find_batch(request, number), tried=form)


@readers
@require_POST
def batch_verify(request: PortalRequest, number: str) -> HttpResponse:
    """Check the seal of an approved batch."""
    batch = find_batch(request, number)
    if not batch.digest:
        messages.error(request, f"{batch.number}还没有批准，没有签名可核验")
        return redirect(batch)
    try:
        problems = services.verify_batch(batch)
    except Refused as error:
        messages.error(request, str(error))
        return redirect(batch)
    if problems:
        messages.error(request, "；".join(problems))
    else:
        messages.success(request, f"{batch.number}与批准时一致，签名有效")
    return redirect(batch)
