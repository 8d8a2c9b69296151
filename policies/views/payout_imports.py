"""A department's payout workbook: template, upload, preview, confirmation."""

from __future__ import annotations

from io import BytesIO

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from policies.forms.payouts import PayoutUploadForm
from policies.services import payout_workbook as services
from portal.access import role_required
from portal.errors import Refused
from portal.http import PortalRequest, workbook_answer
from portal.import_pages import own_import, preview_page, upload_page
from portal.roles import UNIT_ROLES
from portal.services.imports import discard_import

TEMPLATE = "policies/payout_import.html"
units = role_required(*UNIT_ROLES)


@units
@require_http_methods(["GET", "POST"])
def payout_import(request: PortalRequest) -> HttpResponse:
    """Upload a workbook; what it would enter is shown before anything is saved."""
    sent = request.method == "POST"
    form = PayoutUploadForm(
        request.POST if sent else None, request.FILES if sent else None, user=request.user
    )
    if sent and form.is_valid():
        try:
            batch = services.check_payout_workbook(
                form.cleaned_data["organisation"],
                form.cleaned_data["file"],
                actor=request.user,
                today=timezone.localdate(),
            )
        except Refused as error:
            form.add_error("file", str(error))
        else:
            return redirect("policies:payout_import_detail", batch.token)
    return upload_page(request, TEMPLATE, form, services.KIND)


@units
@require_GET
def payout_import_template(request: PortalRequest) -> HttpResponseBase:
    file = BytesIO()
    services.write_form(file, subtitle=f"单位：{request.user.organisation}")
    return workbook_answer(file, "惠企资金兑现台账")


@units
@require_GET
def payout_import_detail(request: PortalRequest, token: str) -> HttpResponse:
    return preview_page(request, TEMPLATE, own_import(request, services.KIND, token))


@units
@require_POST
def payout_import_apply(request: PortalRequest, token: str) -> HttpResponse:
    """Confirm an upload: all payments are entered as one draft batch, or none."""
    batch = own_import(request, services.KIND, token)
    try:
        made = services.apply_payout_workbook(batch, actor=request.user, today=timezone.localdate())
    except Refused as error:
        batch.refresh_from_db()
        return preview_page(request, TEMPLATE, batch, refusal=str(error))
    if made is None:
        messages.info(request, "这份工作簿此前已导入，没有重复列入")
        return redirect("policies:batch_list")
    messages.success(request, f"已导入为批次 {made.number}，请核对后提交审批")
    return redirect(made)


@units
@require_POST
def payout_import_discard(request: PortalRequest, token: str) -> HttpResponse:
    discard_import(own_import(request, services.KIND, token), actor=request.user)
    messages.success(request, "已放弃该次导入，台账没有改动")
    return redirect("policies:payout_list")


@units
@require_GET
def payout_import_errors(request: PortalRequest, token: str) -> HttpResponseBase:
    """The upload again with each row's errors beside it, to be corrected in Excel."""
    file = BytesIO()
    services.write_corrections(own_import(request, services.KIND, token), file, today=timezone.localdate())
    return workbook_answer(file, "兑现台账待改正")
