"""The register in as a workbook: upload, preview, confirmation."""

from __future__ import annotations

from io import BytesIO

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.access import role_required
from portal.errors import Refused
from portal.forms.enterprises import RegisterUploadForm
from portal.http import PortalRequest, workbook_answer
from portal.import_pages import own_import, preview_page, upload_page
from portal.roles import Role
from portal.services import enterprise_workbook as register
from portal.services.imports import discard_import

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
    return upload_page(request, TEMPLATE, form, register.KIND)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_GET
def enterprise_import_template(request: PortalRequest) -> HttpResponseBase:
    file = BytesIO()
    register.write_template(file)
    return workbook_answer(file, "市场主体名录导入模板")


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_GET
def enterprise_import_detail(request: PortalRequest, token: str) -> HttpResponse:
    return preview_page(request, TEMPLATE, own_import(request, register.KIND, token))


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def enterprise_import_apply(request: PortalRequest, token: str) -> HttpResponse:
    """Confirm an upload: everything is written or nothing; a large one by the job, which the page then tells of."""
    batch = own_import(request, register.KIND, token)
    try:
        outcome = register.confirm_register(batch, actor=request.user, today=timezone.localdate())
    except Refused as error:
        batch.refresh_from_db()
        return preview_page(request, TEMPLATE, batch, refusal=str(error))
    if outcome is None:
        messages.success(request, "已确认，正在后台导入，完成后会收到消息；可以先办理其他事项")
        return redirect("portal:enterprise_import_detail", batch.token)
    again = "（此前已确认，未重复写入）" if outcome.again else ""
    messages.success(request, f"已导入：新增 {outcome.new} 家，更改 {outcome.changed} 家{again}")
    return redirect("portal:enterprise_list")


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def enterprise_import_discard(request: PortalRequest, token: str) -> HttpResponse:
    discard_import(own_import(request, register.KIND, token), actor=request.user)
    messages.success(request, "已放弃该次导入，名录没有改动")
    return redirect("portal:enterprise_list")


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_GET
def enterprise_import_errors(request: PortalRequest, token: str) -> HttpResponseBase:
    """The upload again with each row's errors beside it, to be corrected in Excel."""
    file = BytesIO()
    register.write_corrections(
        own_import(request, register.KIND, token), file, actor=request.user, today=timezone.localdate()
    )
    return workbook_answer(file, "市场主体名录待改正")
