"""The desk's pages of the QR points: list, new, one point with its scans, sheets to print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from complaints.forms.points import PointForm, PointNameForm
from complaints.forms.steps import renew
from complaints.models import IntakePoint
from complaints.point_sheets import LARGE, SMALL, SheetPoint, render_sheets
from complaints.selectors.points import point_rows, points_of, scans_by_week, total_scans
from complaints.selectors.public_pages import units_on
from complaints.services.desk_tables import create_point, rename_point, switch_point
from portal.access import role_required
from portal.charts import Bar, bar
from portal.documents.fonts import FontMissing
from portal.errors import Conflict, Refused
from portal.http import PortalRequest
from portal.models import User
from portal.paging import page_size
from portal.qr_codes import public_url, qr_file, qr_inline
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role

READERS = OFFICE_ROLES | UNIT_ROLES | {Role.INSPECTOR}
MOST_PRINTED = 80


@role_required(*READERS)
@require_safe
def point_list(request: PortalRequest) -> HttpResponse:
    """Points by `?kind=`, `?active=` and `?q=`."""
    query = {name: request.GET.get(name, "") for name in ("kind", "active", "q")}
    rows = points_of(request.user, kind=query["kind"], text=query["q"], active=query["active"])
    page = Paginator(rows, page_size(request.GET.get("size"))).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": point_rows(list(page.object_list), request.user, today=timezone.localdate()),
        "kinds": IntakePoint.Kind.choices,
        "query": query,
        "may_edit": _may_edit(request.user),
    }
    return render(request, "complaints/points/list.html", context)


def _may_edit(user: User) -> bool:
    return user.has_role(*OFFICE_ROLES)


@role_required(*OFFICE_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def point_create(request: PortalRequest) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = PointForm(data, units=units_on(timezone.localdate()))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            point = create_point(
                actor=request.user,
                name=values["name"],
                kind=IntakePoint.Kind(values["kind"]),
                organisation=values["organisation"],
                enterprise=values["credit_code"],
                place=values["place"],
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "点位已建立，可以打印二维码。")
            return redirect(point)
    return render(request, "complaints/points/form.html", {"form": form}, status=422 if form.errors else 200)


def _find(request: PortalRequest, code: str) -> IntakePoint:
    return get_object_or_404(points_of(request.user), code=code)


@role_required(*READERS)
@require_safe
def point_detail(request: PortalRequest, code: str) -> HttpResponse:
    """One point: its code, where it leads, scans by week."""
    point = _find(request, code)
    today = timezone.localdate()
    weeks = scans_by_week(point, today=today)
    scanned = any(week.count for week in weeks)
    row = point_rows([point], request.user, today=today)[0]
    link = address_of(request, point)
    context = {
        "point": point,
        "row": row,
        "total": total_scans(point),
        "link": link,
        "qr": qr_inline(link, title=f"{point.name}的二维码", css="point__qr"),
        "chart": bar(
            [Bar(f"{week.start.month}.{week.start.day}", week.count if scanned else None) for week in weeks],
            title="近十二周扫码次数",
        ),
        "table": [["周（周一）", "次数"], *([f"{week.start:%Y-%m-%d}", week.count] for week in weeks)],
        "may_edit": _may_edit(request.user),
    }
    return render(request, "complaints/points/detail.html", context)


@role_required(*OFFICE_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def point_edit(request: PortalRequest, code: str) -> HttpResponse:
    """Rename a point; its code stays, so that sheets on the wall go on working."""
    point = _find(request, code)
    data = request.POST if request.method == "POST" else None
    form = PointNameForm(data, initial=PointNameForm.values_of(point))
    status = 200
    if data is not None and form.is_valid():
        try:
            rename_point(point, actor=request.user, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
            status = 409 if isinstance(error, Conflict) else 422
            point = _find(request, code)
            renew(form, "version", point.version)
        else:
            messages.success(request, "点位名称已保存；已张贴的二维码继续有效，要更换名称请重新打印。")
            return redirect(point)
    if form.errors and status == 200:
        status = 422
    context = {"form": form, "point": point}
    return render(request, "complaints/points/form.html", context, status=status)


@role_required(*OFFICE_ROLES)
@require_POST
def point_switch(request: PortalRequest, code: str) -> HttpResponse:
    """Enable or disable a point, as the button said (`active` 1 or 0); pressing twice changes nothing more."""
    point = _find(request, code)
    active = request.POST.get("active") == "1"
    switch_point(point, actor=request.user, active=active)
    messages.success(
        request, "点位已启用。" if active else "点位已停用，扫码的人会看到停用说明和其他反映方式。"
    )
    return redirect(point)


@dataclass(frozen=True)
class _Card:
    """A code on a sheet of the browser."""

    point: IntakePoint
    qr: SafeString


@role_required(*READERS)
@require_safe
def point_sheet(request: PortalRequest) -> HttpResponse:
    """Sheets of A4 for the browser to print: `?code=` as often as wanted, `?size=large` one, `small` eight a sheet."""
    points = _chosen(request)
    cards = [
        _Card(point, qr_inline(address_of(request, point), title=f"{point.name}的二维码", css="qrcard__qr"))
        for point in points
    ]
    per_sheet = 8 if _size(request) == SMALL else 1
    context = {
        "sheets": [cards[start : start + per_sheet] for start in range(0, len(cards), per_sheet)],
        "size": _size(request),
        "count": len(cards),
        "pdf_query": request.GET.urlencode(),
    }
    return render(request, "complaints/points/sheet.html", context)


@role_required(*READERS)
@require_safe
def point_sheet_pdf(request: PortalRequest) -> HttpResponse:
    """The same sheets as a PDF."""
    points = [
        SheetPoint(point.name, point.place, qr_file(address_of(request, point))) for point in _chosen(request)
    ]
    if not points:
        return redirect("complaints:point_list")
    folder = Path(settings.FONT_FOLDER) if settings.FONT_FOLDER else None
    try:
        content = render_sheets(points, size=_size(request), county=settings.COUNTY_NAME, font_folder=folder)
    except FontMissing as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('complaints:point_sheet')}?{request.GET.urlencode()}")
    response = HttpResponse(content, content_type="application/pdf")
    name = points[0].name if len(points) == 1 else f"{len(points)}个点位"
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"扫码反映-{name}.pdf"
    )
    return response


def _size(request: HttpRequest) -> str:
    return SMALL if request.GET.get("size") == SMALL else LARGE


def _chosen(request: PortalRequest) -> Sequence[IntakePoint]:
    """Return the points named in the address that the reader may see and that are in use."""
    codes = request.GET.getlist("code")[:MOST_PRINTED]
    return list(points_of(request.user).filter(code__in=codes, is_active=True).order_by("pk"))


def address_of(request: HttpRequest, point: IntakePoint) -> str:
    """Return the address that the point's code holds."""
    return public_url(request, reverse("complaints:point_scan", args=[point.code]))
