"""How long identities are kept, and erasing one at the person's own request."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from complaints.models import CaseEvent, Identity
from complaints.services.retention import due_identities, erase_on_request
from complaints.views.cases import find_case
from portal.access import role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.roles import OFFICE_ROLES, Role
from portal.selectors.enterprises import capped_count
from portal.selectors.settings import number_setting

AHEAD = timedelta(days=30)
SHOWN = 20


@role_required(*OFFICE_ROLES)
@require_GET
def retention_page(request: PortalRequest) -> HttpResponse:
    """The time identities are kept, how many are kept, due now and within thirty days, and what was erased last."""
    today = timezone.localdate()
    erased = CaseEvent.objects.visible_to(request.user).filter(action="erase").select_related("complaint")
    context = {
        "years": number_setting("complaints.retention_years", on=today),
        "kept": capped_count(Identity.objects.filter(erased_at=None)),
        "due": capped_count(due_identities(today)),
        "soon": capped_count(due_identities(today + AHEAD)),
        "erased": erased.order_by("-pk")[:SHOWN],
    }
    return render(request, "complaints/retention.html", context)


@role_required(Role.OFFICE_HEAD)
@require_POST
def identity_erase(request: PortalRequest, number: str) -> HttpResponse:
    """Erase who handed a case in before the time, at the person's request; for good."""
    case = find_case(request, number)
    try:
        erase_on_request(case, actor=request.user, reason=request.POST.get("reason", "")[:300])
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "来件人信息已删除，诉求和统计保留。")
    return redirect(case)
