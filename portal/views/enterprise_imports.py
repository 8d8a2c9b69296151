"""The register in as a workbook: upload, preview, confirmation."""

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

from portal.access import role_required
from portal.errors import Refused
from portal.forms.enterprises import RegisterUploadForm
from portal.http import PortalRequest
from portal.models import WorkbookImport
from portal.roles import Role
from portal.services import enterprise_workbook as register
from portal.views.enterprises import XLSX

TEMPLATE = "portal/enterprise_import.html"


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def enterprise_import(request: PortalRequest) -> HttpResponse:
    """Upload a filled-in register; what it would change is shown before anything is saved."""
    sent = request.method == "POST"
    form = RegisterUploadForm(request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        try:
            batch = register.check_register(
                form.cleaned_data["file"], actor=request.user, today=timezone.localdate()
            )
        except Refused as error:
            form.add_error("file", str(error))
        else:
            return redirect("portal:enterprise_import_detail", batch.token)
    context = {"form": form, "recent": _imports(request)[:10]}
    return render(request, TEMPLATE, context, status=422 if form.errors else 200)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_GET
def enterprise_import_template(request: PortalRequest) -> HttpResponseBase:
    file = BytesIO()
    register.write_template(file)
    return _workbook(file, "市场主体名录导入模板")


def _workbook(file: BytesIO, name: str) -> FileResponse:
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)


def _imports(request: PortalRequest) -> QuerySet[WorkbookImport]:
    """Return the person's own uploads of the register."""
    return WorkbookImport.objects.filter(kind=register.KIND, uploaded_by=request.user)


def _import(request: PortalRequest, token: str) -> WorkbookImport:
    return get_object_or_404(_imports(request), token=token)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_GET
def enterprise_import_detail(request: PortalRequest, token: str) -> HttpResponse:
    return _preview_page(request, _import(request, token))


def _preview_page(request: PortalRequest, batch: WorkbookImport, **context: Any) -> HttpResponse:
    status = 409 if context.get("refusal") else 200
    shown = {"batch": batch, "preview": batch.preview, **context}
    return render(request, TEMPLATE, shown, status=status)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def enterprise_import_apply(request: PortalRequest, token: str) -> HttpResponse:
    """Confirm an upload: everything is written or nothing; a large one by the job, which the page then tells of."""
    batch = _import(request, token)
    try:
        outcome = register.confirm_register(batch, actor=request.user, today=timezone.localdate())
    except Refused as error:
        batch.refresh_from_db()
        return _preview_page(request, batch, refusal=str(error))
    if outcome is None:
        messages.success(request, "已确认，正在后台导入，完成后会收到消息；可以先办理其他事项")
        return redirect("portal:enterprise_import_detail", batch.token)
    again = "（此前已确认，未重复写入）" if outcome.again else ""
    messages.success(request, f"已导入：新增 {outcome.new} 家，更改 {outcome.changed} 家{again}")
    return redirect("portal:enterprise_list")


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def enterprise_import_discard(request: PortalRequest, token: str) -> HttpResponse:
    register.discard_register(_import(request, token), actor=request.user)
    messages.success(request, "已放弃该次导入，名录没有改动")
    return redirect("portal:enterprise_list")


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_GET
def enterprise_import_errors(request: PortalRequest, token: str) -> HttpResponseBase:
    """The upload again with each row's errors beside it, to be corrected in Excel."""
    file = BytesIO()
    register.write_corrections(_import(request, token), file, actor=request.user, today=timezone.localdate())
    return _workbook(file, "市场主体名录待改正")
