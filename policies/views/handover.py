"""Hand an item over to another unit."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from policies.forms.handover import HandoverForm
from policies.models import PayoutBatch, Proposal
from policies.services.catalogue import CLOSED_ITEMS
from policies.services.handover import hand_over_item
from policies.views.access import office, visible_item
from policies.workflow import BatchState
from portal.errors import Refused
from portal.http import PortalRequest


@office
@require_http_methods(["GET", "POST"])
def item_hand_over(request: PortalRequest, number: str) -> HttpResponse:
    """Let another unit lead the item; what goes with it and what stays is said beside the form."""
    item, today, sent = visible_item(request, number), timezone.localdate(), request.method == "POST"
    if item.state in CLOSED_ITEMS:
        messages.info(request, f"{item.number}已撤回，不必移交")
        return redirect(item)
    form = HandoverForm(request.POST if sent else None, item=item, user=request.user, today=today)
    if sent and form.is_valid():
        try:
            hand_over_item(item, actor=request.user, today=today, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{item.number}已移交{item.organisation}，两个单位都已收到通知")
            return redirect(item)
    batches = PayoutBatch.objects.visible_to(request.user).filter(payouts__item=item)
    context = {
        "item": item,
        "form": form,
        "open_proposals": Proposal.objects.visible_to(request.user).filter(item=item).open().count(),
        "batches": list(batches.exclude(state__in=[BatchState.PAID, BatchState.CANCELLED]).distinct()[:10]),
    }
    return render(request, "policies/item_hand_over.html", context, status=422 if form.errors else 200)
