"""The dispatch sheet: on the page, as a file, and the meeting that freezes it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms import BaseFormSet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from indicators.forms.dispatch import MOST_ROWS, SPARE_ROWS, MeetingForm, OrderForm, filled_rows, order_rows
from indicators.models import DispatchRound
from indicators.services.dispatch import may_record
from indicators.services.picks import may_pick
from portal.access import business, role_required
from portal.documents.docx_writer import render_docx
from portal.documents.fonts import FontMissing
from portal.documents.pdf_writer import render_pdf
from portal.errors import Refused
from portal.http import PortalRequest
from portal.models import User
from portal.roles import OFFICE_ROLES, Role
from portal.services import audit
from portal.workbooks.writer import subtitle_line
from reports.services.meetings import record_meeting
from reports.services.sheet_documents import sheet_document, write_sheet_workbook
from reports.sheets import DispatchSheet, sheet_of

OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES = {
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
    "docx": f"{OFFICE}.wordprocessingml.document",
    "pdf": "application/pdf",
}


def _find(user: User, slug: str) -> DispatchRound:
    rows = DispatchRound.objects.visible_to(user).with_slug(slug)
    return get_object_or_404(rows.select_related("chief", "lead", "recorded_by"))


@business
@require_GET
def dispatch_sheet(request: PortalRequest, slug: str) -> HttpResponse:
    """The sheet of a round: live while it is a draft, frozen once it was held."""
    row = _find(request.user, slug)
    sheet = sheet_of(row, maker=request.user, now=timezone.now())
    context = {
        "round": row,
        "sheet": sheet,
        "given": row.instructions.count(),
        "may_pick": row.state == DispatchRound.State.DRAFT and may_pick(request.user),
        "may_record": row.state == DispatchRound.State.DRAFT and may_record(request.user, row),
    }
    return render(request, "reports/dispatch_sheet.html", context)


@business
@require_GET
def sheet_file(request: PortalRequest, slug: str, kind: str) -> HttpResponse:
    """Give the sheet out as workbook, DOCX or PDF, as the page shows it."""
    row = _find(request.user, slug)
    if kind not in TYPES:
        raise Http404
    sheet = sheet_of(row, maker=request.user, now=timezone.now())
    try:
        content = _content(sheet, kind, request.user)
    except FontMissing as error:
        messages.error(request, str(error))
        return redirect("reports:dispatch_sheet", row.slug)
    audit.record(row, "round.export", actor=request.user, changes={"格式": kind})
    answer = HttpResponse(content, content_type=TYPES[kind])
    name = f"{row}表.{kind}"
    answer.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or ""
    )
    return answer


def _content(sheet: DispatchSheet, kind: str, user: User) -> bytes:
    folder = Path(settings.FONT_FOLDER) if settings.FONT_FOLDER else None
    if kind == "docx":
        return render_docx(sheet_document(sheet), font_folder=folder)
    if kind == "pdf":
        return render_pdf(sheet_document(sheet), font_folder=folder).content
    file = BytesIO()
    subtitle = subtitle_line(
        unit=user.organisation.short_name,
        person=user.name,
        at=timezone.localtime(),
        filters="　".join(sheet.heads),
        count=sheet.listed,
    )
    write_sheet_workbook(file, sheet, subtitle=subtitle)
    return file.getvalue()


@role_required(*OFFICE_ROLES, Role.CHIEF)
@require_http_methods(["GET", "POST"])
def meeting(request: PortalRequest, slug: str) -> HttpResponse:
    """Record a meeting with its instructions; `more` in the POST only adds rows to the form."""
    row = _find(request.user, slug)
    if not may_record(request.user, row):
        raise Http404
    if row.state != DispatchRound.State.DRAFT:
        messages.error(request, f"{row}为「{row.get_state_display()}」，不能登记会议。")
        return redirect(row)
    today = timezone.localdate()
    if request.method == "GET" or "more" in request.POST:
        form, orders = _blank(request, row)
        return _show(request, row, form, orders, 200)
    form = MeetingForm(request.POST)
    orders = order_rows(row, request.user, today, data=request.POST)
    if form.is_valid() and orders.is_valid():
        giver = row.chief or request.user
        told = [one.order(giver) for one in filled_rows(orders)]
        record = form.meeting(told)
        version = form.cleaned_data["version"]
        try:
            record_meeting(row, record, version=version, actor=request.user, now=timezone.now())
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"会议已登记，调度表已锁定，交办 {len(told)} 项并通知责任单位。")
            return redirect(row)
    return _show(request, row, form, orders, 422)


def _blank(request: PortalRequest, row: DispatchRound) -> tuple[MeetingForm, BaseFormSet[OrderForm]]:
    """Return the form with what was typed so far and, after `more`, further empty rows."""
    today = timezone.localdate()
    planned = timezone.localtime(row.planned_at).date() if row.planned_at else today
    typed: dict[str, Any] = request.POST.dict() if request.method == "POST" else {}
    initial = {
        "held_on": min(planned, today),
        "chair": row.chief.name if row.chief else "",
        "version": row.version,
        **{name: typed[name] for name in MeetingForm.base_fields if name in typed},
    }
    data = None
    count = typed.get("order-TOTAL_FORMS", "")
    if count.isdecimal() and len(count) < 4:
        data = request.POST.copy()
        data["order-TOTAL_FORMS"] = str(min(int(count) + SPARE_ROWS, MOST_ROWS))
    orders = order_rows(row, request.user, today, data=data)
    return MeetingForm(initial=initial), orders


def _show(
    request: PortalRequest,
    row: DispatchRound,
    form: MeetingForm,
    orders: BaseFormSet[OrderForm],
    status: int,
) -> HttpResponse:
    context = {"round": row, "form": form, "orders": orders, "asked": status != 200}
    return render(request, "indicators/meeting_form.html", context, status=status)
