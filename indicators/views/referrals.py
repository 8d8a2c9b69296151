"""Pages of the restricted records: handing a clue over, and reading one. Every look is written down."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from indicators.forms.inspections import OutcomeForm, ReferralForm, ShareForm, inspectors
from indicators.models import InspectionReferral
from indicators.services import inspections as services
from indicators.views.inspections import find_inspection
from portal.access import role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.roles import Role


def _find(request: PortalRequest, token: str) -> InspectionReferral:
    rows = InspectionReferral.objects.visible_to(request.user).select_related("inspection", "made_by")
    return get_object_or_404(rows.prefetch_related("readers__organisation"), token=token)


@role_required(Role.INSPECTOR)
@require_http_methods(["GET", "POST"])
def referral_create(request: PortalRequest, slug: str) -> HttpResponse:
    inspection, today = find_inspection(request.user, slug), timezone.localdate()
    form = ReferralForm(request.POST if request.method == "POST" else None, today=today, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.refer_clue(inspection, actor=request.user, today=today, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "线索已移交，仅知悉人员可见。")
            return redirect(row)
    context = {"inspection": inspection, "form": form}
    status = 422 if form.errors else 200
    return render(request, "indicators/inspection_referral_form.html", context, status=status)


@role_required(Role.INSPECTOR)
@never_cache
@require_GET
def referral_detail(request: PortalRequest, token: str) -> HttpResponse:
    """Show a referral to one of its readers."""
    return _detail(request, _find(request, token))


def _detail(
    request: PortalRequest,
    row: InspectionReferral,
    *,
    share: ShareForm | None = None,
    outcome: OutcomeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    opened = services.open_referral(row, actor=request.user)
    today, known = timezone.localdate(), [person.pk for person in row.readers.all()]
    context = {
        "referral": row,
        "opened": opened,
        "share": share or ShareForm(today=today, known=known),
        "may_share": inspectors(today).exclude(pk__in=known).exists(),
        "outcome": outcome or OutcomeForm(),
    }
    return render(request, "indicators/inspection_referral.html", context, status=status)


@role_required(Role.INSPECTOR)
@require_POST
def referral_step(request: PortalRequest, token: str, step: str) -> HttpResponse:
    """Let others read it, or write down what came of it."""
    row, today = _find(request, token), timezone.localdate()
    if step == "share":
        return _share(request, row)
    if step != "answer":
        raise Http404
    form = OutcomeForm(request.POST)
    if form.is_valid():
        try:
            services.answer_referral(row, actor=request.user, today=today, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "办理结果已登记。")
            return redirect(row)
    return _detail(request, row, outcome=form, status=422)


def _share(request: PortalRequest, row: InspectionReferral) -> HttpResponse:
    known = [person.pk for person in row.readers.all()]
    form = ShareForm(request.POST, today=timezone.localdate(), known=known)
    if form.is_valid():
        try:
            services.share_referral(row, actor=request.user, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已增加知悉人员。")
            return redirect(row)
    return _detail(request, row, share=form, status=422)
