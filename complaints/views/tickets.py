"""Tickets of the 12345 hotline in as a workbook: upload, preview, confirmation."""

from __future__ import annotations

from io import BytesIO

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from complaints.forms.tickets import TicketUploadForm
from complaints.services import tickets
from complaints.services.ticket_jobs import confirm_tickets
from complaints.views.cases import list_url
from portal.access import role_required
from portal.errors import Refused
from portal.http import PortalRequest, workbook_answer
from portal.import_pages import own_import, preview_page, upload_page
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
    return upload_page(request, TEMPLATE, form, tickets.KIND)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_GET
def ticket_import_template(request: PortalRequest) -> HttpResponseBase:
    file = BytesIO()
    tickets.write_template(file, actor=request.user, at=timezone.localtime())
    return workbook_answer(file, "12345工单导入模板")


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_GET
def ticket_import_detail(request: PortalRequest, token: str) -> HttpResponse:
    return preview_page(request, TEMPLATE, own_import(request, tickets.KIND, token))


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def ticket_import_apply(request: PortalRequest, token: str) -> HttpResponse:
    """Confirm an upload: every ticket becomes a case or none; many by the job, which the page then tells of."""
    batch = own_import(request, tickets.KIND, token)
    try:
        outcome = confirm_tickets(batch, actor=request.user, now=timezone.now())
    except Refused as error:
        batch.refresh_from_db()
        return preview_page(request, TEMPLATE, batch, refusal=str(error))
    if outcome is None:
        messages.success(request, "已确认，正在后台登记，完成后会收到消息；可以先办理其他事项")
        return redirect("complaints:ticket_import_detail", batch.token)
    again = "（此前已确认，未重复登记）" if outcome.again else ""
    messages.success(request, f"已登记 {outcome.new} 件 12345 工单{again}")
    return redirect(list_url(channel="hotline", state="registered"))


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def ticket_import_discard(request: PortalRequest, token: str) -> HttpResponse:
    tickets.discard_tickets(own_import(request, tickets.KIND, token), actor=request.user)
    messages.success(request, "已放弃该次导入，上传的工作簿已删除")
    return redirect("complaints:ticket_import")


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_GET
def ticket_import_errors(request: PortalRequest, token: str) -> HttpResponseBase:
    """The upload again with each row's errors beside it, to be corrected in Excel."""
    batch, file = own_import(request, tickets.KIND, token), BytesIO()
    try:
        tickets.write_corrections(batch, file, actor=request.user, at=timezone.localtime(batch.uploaded_at))
    except Refused as error:
        return preview_page(request, TEMPLATE, batch, refusal=str(error))
    return workbook_answer(file, "12345工单待改正")
