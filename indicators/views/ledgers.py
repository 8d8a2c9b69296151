"""Ledgers out and in: export, bulk actions on chosen items, import with a preview."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from indicators.filters import WorkItemFilter, find_list
from indicators.forms.dispatch import PickForm
from indicators.forms.items import AssignForm, LedgerUploadForm
from indicators.models import WorkItem, WorkList
from indicators.services import ledgers
from indicators.services.items import assign_items, chase_items
from indicators.services.picks import may_pick, pick_items
from portal.access import business, role_required
from portal.errors import Refused
from portal.http import PortalRequest, workbook_answer
from portal.import_pages import own_import, preview_page, upload_page
from portal.models import WorkbookImport
from portal.roles import Role
from portal.services.imports import discard_import

TEMPLATE = "indicators/item_import.html"
LIST_URL = "/items/"
MOST_CHOSEN = 500


@business
@require_GET
def item_export(request: PortalRequest) -> HttpResponseBase:
    """Export what the list shows: the same filter, every page of it."""
    today = timezone.localdate()
    visible = WorkItem.objects.visible_to(request.user)
    found = WorkItemFilter(request.GET, queryset=visible, user=request.user, today=today)
    name = str(found.work_list) if found.work_list else "全部台账"
    return _workbook(request, found.qs, name, filters=found.described())


def _workbook(
    request: PortalRequest, items: QuerySet[WorkItem], name: str, *, filters: str = ""
) -> FileResponse:
    at = timezone.localtime()
    file = BytesIO()
    ledgers.export_ledgers(items, file, actor=request.user, at=at, filters=filters)
    return workbook_answer(file, f"{name}台账{at:%Y%m%d}")


def _chosen(request: PortalRequest) -> QuerySet[WorkItem]:
    numbers = request.POST.getlist("selected")[: MOST_CHOSEN + 1]
    return WorkItem.objects.visible_to(request.user).filter(number__in=numbers)


def _back(request: PortalRequest) -> str:
    """Return the list as it was when the items were chosen, if the address is one of ours."""
    url = request.POST.get("back", "")
    safe = url.startswith(LIST_URL) and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    return url if safe else LIST_URL


@business
@require_POST
def item_bulk(request: PortalRequest) -> HttpResponseBase:
    """Do one thing to the chosen items: chase, hand over (which asks for the unit first) or export."""
    action = request.POST.get("action", "")
    items = _chosen(request)
    if not request.POST.getlist("selected"):
        messages.error(request, "请先勾选事项，再选择要办理的操作")
        return redirect(_back(request))
    if action == "export":
        return _workbook(request, items, "所选", filters="所选事项")
    if action == "assign":
        return _assign_page(request, items, AssignForm())
    if action == "dispatch" and may_pick(request.user):
        return _pick_page(request, items, PickForm(user=request.user))
    if action != "chase":
        raise Http404
    try:
        outcome = chase_items(items, actor=request.user, today=timezone.localdate())
    except Refused as error:
        messages.error(request, str(error))
    else:
        if outcome.done:
            messages.success(request, f"已催办 {outcome.done} 项，通知 {outcome.units} 个单位")
        if outcome.skipped:
            messages.warning(request, f"未催办 {len(outcome.skipped)} 项：{outcome.skipped_text()}")
    return redirect(_back(request))


@role_required(Role.OFFICE_HEAD)
@require_POST
def item_assign(request: PortalRequest) -> HttpResponse:
    """Hand the chosen items over to another unit."""
    form = AssignForm(request.POST)
    items = _chosen(request)
    if form.is_valid():
        try:
            outcome = assign_items(items, actor=request.user, today=timezone.localdate(), **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            if outcome.done:
                unit = form.cleaned_data["organisation"]
                messages.success(request, f"{outcome.done} 项事项的责任单位已调整为{unit}，并通知双方单位")
            if outcome.skipped:
                messages.warning(request, f"未调整 {len(outcome.skipped)} 项：{outcome.skipped_text()}")
            return redirect(_back(request))
    return _assign_page(request, items, form, status=422)


def _assign_page(
    request: PortalRequest, items: QuerySet[WorkItem], form: AssignForm, *, status: int = 200
) -> HttpResponse:
    rows = items.select_related("organisation")[:MOST_CHOSEN]
    context = {"items": rows, "form": form, "back": _back(request)}
    return render(request, "indicators/item_assign.html", context, status=status)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def item_dispatch(request: PortalRequest) -> HttpResponse:
    """Put the chosen items on the sheet of a round that is still to be held."""
    form = PickForm(request.POST, user=request.user)
    items = _chosen(request)
    if form.is_valid():
        chosen = form.cleaned_data["round"]
        try:
            outcome = pick_items(items, chosen, reason=form.cleaned_data["reason"], actor=request.user)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            if outcome.done:
                messages.success(request, f"{outcome.done} 项事项已转入{chosen}")
            if outcome.skipped:
                messages.warning(request, f"未转入 {len(outcome.skipped)} 项：{outcome.skipped_text()}")
            return redirect(_back(request))
    return _pick_page(request, items, form, status=422)


def _pick_page(
    request: PortalRequest, items: QuerySet[WorkItem], form: PickForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "items": items.select_related("organisation")[:MOST_CHOSEN],
        "form": form,
        "back": _back(request),
    }
    return render(request, "indicators/item_dispatch.html", context, status=status)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def item_import(request: PortalRequest) -> HttpResponse:
    """Upload a filled-in ledger; what it would change is shown before anything is saved."""
    sent = request.method == "POST"
    form = LedgerUploadForm(
        request.POST if sent else None,
        request.FILES if sent else None,
        user=request.user,
        initial={"work_list": find_list(request.user, request.GET.get("work_list", ""))},
    )
    if sent and form.is_valid():
        try:
            batch = ledgers.check_ledger(
                form.cleaned_data["work_list"],
                form.cleaned_data["file"],
                actor=request.user,
                today=timezone.localdate(),
            )
        except Refused as error:
            form.add_error("file", str(error))
        else:
            return redirect("indicators:item_import_detail", batch.token)
    return upload_page(request, TEMPLATE, form, ledgers.KIND)


def _import(request: PortalRequest, token: str) -> tuple[WorkbookImport, WorkList]:
    batch = own_import(request, ledgers.KIND, token)
    lists = WorkList.objects.visible_to(request.user)
    return batch, get_object_or_404(lists, pk=batch.parameters.get("pk"))


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_GET
def item_import_detail(request: PortalRequest, token: str) -> HttpResponse:
    batch, work_list = _import(request, token)
    return preview_page(request, TEMPLATE, batch, work_list=work_list)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def item_import_apply(request: PortalRequest, token: str) -> HttpResponse:
    """Confirm an upload: everything is written or nothing; a large one by the job, which the page then tells of."""
    batch, work_list = _import(request, token)
    try:
        outcome = ledgers.confirm_ledger(batch, actor=request.user, today=timezone.localdate())
    except Refused as error:
        batch.refresh_from_db()
        return preview_page(request, TEMPLATE, batch, work_list=work_list, refusal=str(error))
    if outcome is None:
        messages.success(request, "已确认，正在后台导入，完成后会收到消息；可以先办理其他事项")
        return redirect("indicators:item_import_detail", batch.token)
    again = "（此前已确认，未重复写入）" if outcome.again else ""
    messages.success(request, f"已导入：新增 {outcome.new} 项，更改 {outcome.changed} 项{again}")
    return redirect(f"{LIST_URL}?{urlencode({'work_list': work_list.slug})}")


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def item_import_discard(request: PortalRequest, token: str) -> HttpResponse:
    batch, work_list = _import(request, token)
    discard_import(batch, actor=request.user)
    messages.success(request, "已放弃该次导入，台账没有改动")
    return redirect(work_list)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_GET
def item_import_errors(request: PortalRequest, token: str) -> HttpResponseBase:
    """The upload again with each row's errors beside it, to be corrected in Excel."""
    batch, work_list = _import(request, token)
    file = BytesIO()
    ledgers.write_corrections(work_list, batch, file, actor=request.user)
    return workbook_answer(file, f"{work_list}待改正")
