"""The month as a workbook: a unit's reports out and in, and the overview of all units."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any, BinaryIO

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from indicators.forms.reports import WorkbookForm
from indicators.models import ProgressReport, ReportingMonth
from indicators.selectors.months import counted_for, progress_by_unit, window
from indicators.services import report_workbook as services
from indicators.views.months import find_month
from portal.access import business, role_required
from portal.errors import Refused
from portal.http import PortalRequest, workbook_answer
from portal.import_pages import own_import
from portal.models import Organisation, WorkbookImport
from portal.roles import OFFICE_ROLES, Role
from portal.services.imports import discard_import


def _download(write: Callable[[BinaryIO], int], name: str) -> FileResponse:
    file = BytesIO()
    write(file)
    return workbook_answer(file, name)


@business
@require_GET
def month_export(request: PortalRequest, month: str) -> HttpResponseBase:
    """Download how far each unit is with a month, within this person's scope."""
    row = find_month(request, month)
    units = progress_by_unit(row, counted_for(request.user), today=timezone.localdate())
    at = timezone.localtime()
    return _download(
        lambda file: services.write_overview(row, units, file, actor=request.user, at=at),
        f"{row}月报填报情况",
    )


@role_required(Role.LIAISON, Role.UNIT_HEAD, Role.OFFICE, Role.OFFICE_HEAD)
@require_GET
def report_workbook(request: PortalRequest, month: str) -> HttpResponseBase:
    """Download a unit's month, prefilled; a liaison its own, the office any unit's."""
    row = find_month(request, month)
    unit, code = request.user.organisation, request.GET.get("unit", "")
    if code and code != unit.code:
        if not request.user.has_role(*OFFICE_ROLES):
            raise Http404
        unit = get_object_or_404(Organisation.objects.visible_to(request.user), code=code)
    reports = ProgressReport.objects.visible_to(request.user).filter(month=row.month, organisation=unit).due()
    at = timezone.localtime()
    return _download(
        lambda file: services.write_reports(row, unit, reports, file, actor=request.user, at=at),
        f"{unit.short_name}{row}进展填报表",
    )


@role_required(Role.LIAISON, Role.UNIT_HEAD)
@require_http_methods(["GET", "POST"])
def report_import(request: PortalRequest, month: str) -> HttpResponse:
    """Take the filled-in workbook of the own unit and show what it would change."""
    row = find_month(request, month)
    form = WorkbookForm(
        request.POST if request.method == "POST" else None, request.FILES if request.FILES else None
    )
    if request.method == "POST" and form.is_valid():
        try:
            batch = services.check_reports(
                row,
                request.user.organisation,
                form.cleaned_data["file"],
                actor=request.user,
                today=timezone.localdate(),
            )
        except Refused as error:
            form.add_error("file", str(error))
        else:
            return redirect("indicators:report_import_preview", row.slug, batch.token)
    opening = window(row, request.user.organisation, today=timezone.localdate())
    context: dict[str, Any] = {"month": row, "form": form, "opening": opening}
    return render(request, "indicators/report_import.html", context, status=422 if form.errors else 200)


def _batch(request: PortalRequest, month: ReportingMonth, token: str) -> WorkbookImport:
    """Return an upload of this person for this month; anybody else's does not exist."""
    return own_import(request, services.KIND, token, month=month.slug)


@role_required(Role.LIAISON, Role.UNIT_HEAD)
@require_http_methods(["GET", "POST"])
def report_import_preview(request: PortalRequest, month: str, token: str) -> HttpResponse:
    """Show what the upload would change; confirm it as a whole, or give it up."""
    row = find_month(request, month)
    batch = _batch(request, row, token)
    if request.method == "POST":
        return _decide(request, row, batch)
    context: dict[str, Any] = {
        "month": row,
        "batch": batch,
        "preview": batch.preview,
        "opening": window(row, request.user.organisation, today=timezone.localdate()),
    }
    return render(request, "indicators/report_import.html", context)


def _decide(request: PortalRequest, month: ReportingMonth, batch: WorkbookImport) -> HttpResponse:
    action = request.POST.get("action", "")
    if action == "discard":
        discard_import(batch, actor=request.user)
        messages.info(request, "已放弃本次上传，没有任何改动。")
        return redirect(month.entry_url)
    if action not in {"submit", "save"}:
        raise Http404
    try:
        applied = services.apply_reports(
            month,
            request.user.organisation,
            batch,
            actor=request.user,
            today=timezone.localdate(),
            submit=action == "submit",
        )
    except Refused as error:
        messages.error(request, str(error))
        return redirect("indicators:report_import_preview", month.slug, batch.token)
    if applied.again:
        messages.info(request, "本次上传此前已导入，没有重复写入。")
    else:
        done = f"，提交 {applied.submitted} 项" if applied.submitted else "，存为草稿"
        messages.success(request, f"已导入 {applied.written} 项{done}。")
    return redirect(month.entry_url)


@role_required(Role.LIAISON, Role.UNIT_HEAD)
@require_GET
def report_import_corrections(request: PortalRequest, month: str, token: str) -> HttpResponseBase:
    """Download the upload again with each row's errors beside it."""
    row = find_month(request, month)
    batch = _batch(request, row, token)
    return _download(
        lambda file: services.write_corrections(row, request.user.organisation, batch, file),
        f"{row}进展填报表（待改正）",
    )
