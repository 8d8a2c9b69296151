"""Tickets of the 12345 hotline in as a workbook: upload, preview, confirmation."""

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

from complaints.forms.tickets import TicketUploadForm
from complaints.services import tickets
from complaints.services.ticket_jobs import confirm_tickets
from complaints.views.cases import XLSX, list_url
from portal.access import role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.models import WorkbookImport
from portal.roles import Role

TEMPLATE = "complaints/ticket_import.html"


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def ticket_import(request: PortalRequest) -> HttpResponse:
    """Upload a workbook of tickets; what it would add is shown before anything is registered."""
    sent = request.method == "POST"
    form = TicketUploadForm(request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        try:
            batch = tickets.check_tickets(form.cleaned_data["file"], actor=request.user)
        except Refused as error:
            form.add_error("file", str(error))
        else:
            return redirect("complaints:ticket_import_detail", batch.token)
    context = {"form": form, "recent": _imports(request)[:10]}
    return render(request, TEMPLATE, context, status=422 if form.errors else 200)


def _imports(request: PortalRequest) -> QuerySet[WorkbookImport]:
    """Return the person's own uploads of tickets."""
    return WorkbookImport.objects.filter(kind=tickets.KIND, uploaded_by=request.user)


def _import(request: PortalRequest, token: str) -> WorkbookImport:
    return get_object_or_404(_imports(request), token=token)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_GET
def ticket_import_template(request: PortalRequest) -> HttpResponseBase:
    file = BytesIO()
    tickets.write_template(file, actor=request.user, at=timezone.localtime())
    return _workbook(file, "12345工单导入模板")


def _workbook(file: BytesIO, name: str) -> FileResponse:
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_GET
def ticket_import_detail(request: PortalRequest, token: str) -> HttpResponse:
    return _preview_page(request, _import(request, token))


def _preview_page(request: PortalRequest, batch: WorkbookImport, **context: Any) -> HttpResponse:
    status = 409 if context.get("refusal") else 200
    shown = {"batch": batch, "preview": batch.preview, **context}
    return render(request, TEMPLATE, shown, status=status)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def ticket_import_apply(request: PortalRequest, token: str) -> HttpResponse:
    """Confirm an upload: every ticket becomes a case or none; many by the job, which the page then tells of."""
    batch = _import(request, token)
    try:
        outcome = confirm_tickets(batch, actor=request.user, now=timezone.now())
    except Refused as error:
        batch.refresh_from_db()
        return _preview_page(request, batch, refusal=str(error))
    if outcome is None:
        messages.success(request, "已确认，正在后台登记，完成后会收到消息；可以先办理其他事项")
        return redirect("complaints:ticket_import_detail", batch.token)
    again = "（此前已确认，未重复登记）" if outcome.again else ""
    messages.success(request, f"已登记 {outcome.new} 件 12345 工单{again}")
    return redirect(list_url(channel="hotline", state="registered"))


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def ticket_import_discard(request: PortalRequest, token: str) -> HttpResponse:
    tickets.discard_tickets(_import(request, token), actor=request.user)
    messages.success(request, "已放弃该次导入，上传的工作簿已删除")
    return redirect("complaints:ticket_import")


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_GET
def ticket_import_errors(request: PortalRequest, token: str) -> HttpResponseBase:
    """The upload again with each row's errors beside it, to be corrected in Excel."""
    batch, file = _import(request, token), BytesIO()
    try:
        tickets.write_corrections(batch, file, actor=request.user, at=timezone.localtime(batch.uploaded_at))
    except Refused as error:
        return _preview_page(request, batch, refusal=str(error))
    return _workbook(file, "12345工单待改正")
