"""The catalogue out and in as a workbook."""

from __future__ import annotations

from io import BytesIO

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from policies.filters import ItemFilter
from policies.forms.payouts import UploadForm
from policies.models import PolicyItem
from policies.services import catalogue_workbook as services
from policies.views.access import office
from portal.access import business
from portal.errors import Refused
from portal.http import PortalRequest, workbook_answer
from portal.import_pages import own_import, preview_page, upload_page
from portal.services.imports import discard_import

TEMPLATE = "policies/policy_import.html"


@business
@require_GET
def policy_export(request: PortalRequest) -> HttpResponseBase:
    """Export what the list shows: the same filter, every page of it."""
    at, file = timezone.localtime(), BytesIO()
    visible = PolicyItem.objects.visible_to(request.user)
    found = ItemFilter(request.GET, queryset=visible, user=request.user, today=at.date())
    services.export_catalogue(
        found.qs.order_by("number"), file, actor=request.user, at=at, filters=found.described()
    )
    return workbook_answer(file, f"惠企政策事项清单{at:%Y%m%d}")


@office
@require_http_methods(["GET", "POST"])
def policy_import(request: PortalRequest) -> HttpResponse:
    """Upload a filled-in catalogue; what it would change is shown before anything is saved."""
    sent = request.method == "POST"
    form = UploadForm(request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        try:
            batch = services.check_catalogue(form.cleaned_data["file"], actor=request.user)
        except Refused as error:
            form.add_error("file", str(error))
        else:
            return redirect("policies:policy_import_detail", batch.token)
    return upload_page(request, TEMPLATE, form, services.KIND)


@office
@require_GET
def policy_import_detail(request: PortalRequest, token: str) -> HttpResponse:
    return preview_page(request, TEMPLATE, own_import(request, services.KIND, token))


@office
@require_POST
def policy_import_apply(request: PortalRequest, token: str) -> HttpResponse:
    """Confirm an upload: every row becomes a draft, or none."""
    batch = own_import(request, services.KIND, token)
    try:
        outcome = services.apply_catalogue(batch, actor=request.user, today=timezone.localdate())
    except Refused as error:
        batch.refresh_from_db()
        return preview_page(request, TEMPLATE, batch, refusal=str(error))
    if outcome is None:
        messages.info(request, "这份工作簿此前已导入，没有重复写入")
    else:
        messages.success(request, f"已导入为草稿：新增 {outcome[0]} 项，修改 {outcome[1]} 项；核对后发布")
    return redirect("policies:policy_list")


@office
@require_POST
def policy_import_discard(request: PortalRequest, token: str) -> HttpResponse:
    discard_import(own_import(request, services.KIND, token), actor=request.user)
    messages.success(request, "已放弃该次导入，政策库没有改动")
    return redirect("policies:policy_list")


@office
@require_GET
def policy_import_errors(request: PortalRequest, token: str) -> HttpResponseBase:
    """The upload again with each row's errors beside it, to be corrected in Excel."""
    file = BytesIO()
    services.write_corrections(own_import(request, services.KIND, token), file, actor=request.user)
    return workbook_answer(file, "惠企政策事项清单待改正")
