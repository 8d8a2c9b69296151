"""Visits out as a workbook and back in: export, upload, preview, confirmation."""

from __future__ import annotations

from io import BytesIO

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from complaints.forms.visits import VisitUploadForm
from complaints.services import visit_workbook as services
from complaints.services.visits import VISITORS
from complaints.views.visits import filtered_visits
from portal.access import business, role_required
from portal.errors import Refused
from portal.http import PortalRequest, workbook_answer
from portal.import_pages import own_import, preview_page, upload_page
from portal.services.imports import discard_import

TEMPLATE = "complaints/visits/import.html"


@business
@require_GET
def visit_export(request: PortalRequest) -> HttpResponseBase:
    """Export what the list shows, every page of it."""
    file, at = BytesIO(), timezone.localtime()
    services.export_visits(filtered_visits(request), file, actor=request.user, at=at)
    return workbook_answer(file, f"{services.HEADING}{at:%Y%m%d}")


@role_required(*VISITORS)
@require_http_methods(["GET", "POST"])
def visit_import(request: PortalRequest) -> HttpResponse:
    """Upload a workbook; what it would change is shown before anything is written."""
    sent = request.method == "POST"
    form = VisitUploadForm(request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        try:
            batch = services.check_visits(
                form.cleaned_data["file"], actor=request.user, today=timezone.localdate()
            )
        except Refused as error:
            form.add_error("file", str(error))
        else:
            return redirect("complaints:visit_import_detail", batch.token)
    return upload_page(request, TEMPLATE, form, services.KIND)


@role_required(*VISITORS)
@require_GET
def visit_import_detail(request: PortalRequest, token: str) -> HttpResponse:
    return preview_page(request, TEMPLATE, own_import(request, services.KIND, token))


@role_required(*VISITORS)
@require_POST
def visit_import_apply(request: PortalRequest, token: str) -> HttpResponse:
    """Confirm an upload: every row or none."""
    batch = own_import(request, services.KIND, token)
    try:
        done = services.apply_visits(batch, actor=request.user, now=timezone.now())
    except Refused as error:
        batch.refresh_from_db()
        return preview_page(request, TEMPLATE, batch, refusal=str(error))
    again = "（此前已确认，未重复登记）" if done.again else ""
    messages.success(request, f"已登记走访 {done.new} 次，修改 {done.changed} 次{again}。")
    return redirect("complaints:visit_list")


@role_required(*VISITORS)
@require_POST
def visit_import_discard(request: PortalRequest, token: str) -> HttpResponse:
    discard_import(own_import(request, services.KIND, token), actor=request.user)
    messages.success(request, "已放弃该次导入，没有登记任何走访。")
    return redirect("complaints:visit_import")


@role_required(*VISITORS)
@require_GET
def visit_import_errors(request: PortalRequest, token: str) -> HttpResponseBase:
    """The upload again with each row's errors beside it, to be corrected in Excel."""
    batch, file = own_import(request, services.KIND, token), BytesIO()
    services.write_corrections(batch, file, actor=request.user, today=timezone.localdate())
    return workbook_answer(file, "走访记录待改正")
