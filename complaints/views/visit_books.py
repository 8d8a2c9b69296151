"""Visits out as a workbook and back in: export, upload, preview, confirmation."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from complaints.forms.visits import VisitUploadForm
from complaints.services import visit_workbook as services
from complaints.services.visits import VISITORS
from complaints.views.cases import XLSX
from complaints.views.visits import filtered_visits
from portal.access import business, role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.models import WorkbookImport

TEMPLATE = "complaints/visits/import.html"


def _workbook(file: BytesIO, name: str) -> FileResponse:
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)


@business
@require_GET
def visit_export(request: PortalRequest) -> HttpResponseBase:
    """Export what the list shows, every page of it."""
    file, at = BytesIO(), timezone.localtime()
    services.export_visits(filtered_visits(request), file, actor=request.user, at=at)
    return _workbook(file, f"{services.HEADING}{at:%Y%m%d}")


def _imports(request: PortalRequest) -> QuerySet[WorkbookImport]:
    """Return the person's own uploads of visits."""
    return WorkbookImport.objects.filter(kind=services.KIND, uploaded_by=request.user)


def _import(request: PortalRequest, token: str) -> WorkbookImport:
    return get_object_or_404(_imports(request), token=token)


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
    context = {"form": form, "recent": _imports(request)[:10]}
    return render(request, TEMPLATE, context, status=422 if form.errors else 200)


@role_required(*VISITORS)
@require_GET
def visit_import_detail(request: PortalRequest, token: str) -> HttpResponse:
    return _preview_page(request, _import(request, token))


def _preview_page(request: PortalRequest, batch: WorkbookImport, **context: Any) -> HttpResponse:
    status = 409 if context.get("refusal") else 200
    shown = {"batch": batch, "preview": batch.preview, **context}
    return render(request, TEMPLATE, shown, status=status)


@role_required(*VISITORS)
@require_POST
def visit_import_apply(request: PortalRequest, token: str) -> HttpResponse:
    """Confirm an upload: every row or none."""
    batch = _import(request, token)
    try:
        done = services.apply_visits(batch, actor=request.user, now=timezone.now())
    except Refused as error:
        batch.refresh_from_db()
        return _preview_page(request, batch, refusal=str(error))
    again = "（此前已确认，未重复登记）" if done.again else ""
    messages.success(request, f"已登记走访 {done.new} 次，修改 {done.changed} 次{again}。")
    return redirect("complaints:visit_list")


@role_required(*VISITORS)
@require_POST
def visit_import_discard(request: PortalRequest, token: str) -> HttpResponse:
    services.discard_visits(_import(request, token), actor=request.user)
    messages.success(request, "已放弃该次导入，没有登记任何走访。")
    return redirect("complaints:visit_import")


@role_required(*VISITORS)
@require_GET
def visit_import_errors(request: PortalRequest, token: str) -> HttpResponseBase:
    """The upload again with each row's errors beside it, to be corrected in Excel."""
    batch, file = _import(request, token), BytesIO()
    services.write_corrections(batch, file, actor=request.user, today=timezone.localdate())
    return _workbook(file, "走访记录待改正")
