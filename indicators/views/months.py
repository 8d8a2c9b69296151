"""Pages of the reporting months: the list, and one month unit by unit."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from indicators.forms.reports import UnlockForm
from indicators.models import MonthUnlock, ProgressReport, ReportingMonth, UnlockRequest
from indicators.months import first_of, label, parse, shift
from indicators.selectors.months import (
    MonthProgress,
    count_reports,
    counted_for,
    progress_by_month,
    progress_by_unit,
)
from indicators.services.months import chase_unreported, open_month, unlock_month
from portal.access import business, role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.models import Organisation
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role

# From this day of the month on the office may open the running month by hand.
EARLY_FROM = 20
OFFICE = (Role.OFFICE, Role.OFFICE_HEAD)


def find_month(request: PortalRequest, slug: str) -> ReportingMonth:
    """Return the month of the address (`2023-10`); 404 where it was not opened or is no month."""
    try:
        month = parse(slug)
    except ValueError as error:
        raise Http404 from error
    return get_object_or_404(ReportingMonth.objects.visible_to(request.user), month=month)


@business
@require_GET
def month_list(request: PortalRequest) -> HttpResponse:
    """A year's months with their days and counts; to a unit its own."""
    today = timezone.localdate()
    months = list(ReportingMonth.objects.visible_to(request.user))
    years = sorted({row.month.year for row in months} | {today.year}, reverse=True)
    year = _year(request, months, today)
    shown = [row for row in months if row.month.year == year]
    reports = counted_for(request.user).filter(month__in=[row.month for row in shown])
    counts = progress_by_month(reports)
    is_office = request.user.has_role(*OFFICE_ROLES)
    return render(
        request,
        "indicators/month_list.html",
        {
            "year": year,
            "years": years,
            "rows": [
                {
                    "month": row,
                    "progress": counts.get(row.month, MonthProgress()),
                    "is_locked": row.is_locked(today),
                    "is_late": row.is_late(today),
                }
                for row in shown
            ],
            "is_office": is_office,
            "is_unit": request.user.has_role(*UNIT_ROLES),
            "current": next((row for row in months if not row.is_locked(today)), None),
            "to_open": _to_open(months, today) if is_office else [],
        },
    )


def _year(request: PortalRequest, months: list[ReportingMonth], today: date) -> int:
    text = request.GET.get("year", "")
    if text.isdigit() and len(text) == 4:
        return int(text)
    return months[0].month.year if months else today.year


def _to_open(months: list[ReportingMonth], today: date) -> list[date]:
    """Return the last full month, and towards its end the current one, where they have not been opened."""
    opened = {row.month for row in months}
    current = first_of(today)
    candidates = [shift(current, -1), *([current] if today.day >= EARLY_FROM else [])]
    return [month for month in candidates if month not in opened]


@role_required(*OFFICE)
@require_POST
def month_open(request: PortalRequest) -> HttpResponse:
    """Open a month, or add the reports of items that came in since."""
    try:
        month = parse(request.POST.get("month", ""))
        opening = open_month(month, actor=request.user, today=timezone.localdate())
    except (ValueError, Refused) as error:
        messages.error(request, str(error))
        return redirect("indicators:month_list")
    if opening.created:
        messages.success(request, f"{label(month)}月报已开放，应报 {opening.added} 项，已通知各单位联络员。")
    else:
        messages.success(
            request, f"新增应报 {opening.added} 项。" if opening.added else "没有需要增加的应报事项。"
        )
    return redirect(opening.month)


@business
@require_GET
def month_detail(request: PortalRequest, month: str) -> HttpResponse:
    """One month unit by unit; the office presses, unlocks and exports here."""
    return _show(request, find_month(request, month))


def _show(
    request: PortalRequest, month: ReportingMonth, form: UnlockForm | None = None, status: int = 200
) -> HttpResponse:
    today = timezone.localdate()
    reports = counted_for(request.user).filter(month=month.month)
    rows = progress_by_unit(month, reports, today=today)
    is_office = request.user.has_role(*OFFICE_ROLES)
    context: dict[str, Any] = {
        "month": month,
        "rows": rows,
        "total": count_reports(reports),
        "is_locked": month.is_locked(today),
        "is_late": month.is_late(today),
        "is_office": is_office,
        "may_enter": is_office or request.user.has_role(*UNIT_ROLES),
        "unlocks": _unlocks(month, request),
        "requests": UnlockRequest.objects.visible_to(request.user)
        .filter(month=month)
        .select_related("month", "organisation", "requested_by", "decided_by"),
    }
    if is_office:
        units = [row.organisation for row in rows]
        context["unlock_form"] = form or UnlockForm(units=units, initial={"until": today})
    return render(request, "indicators/month_detail.html", context, status=status)


def _unlocks(month: ReportingMonth, request: PortalRequest) -> list[MonthUnlock]:
    rows = month.unlocks.select_related("organisation", "granted_by")
    if not request.user.has_role(*OFFICE_ROLES, Role.LEADER, Role.INSPECTOR):
        rows = rows.filter(organisation=request.user.organisation_id)
    return list(rows)


@role_required(*OFFICE)
@require_POST
def month_chase(request: PortalRequest, month: str) -> HttpResponse:
    """Press all units that have not reported, or the one that is named."""
    row = find_month(request, month)
    code = request.POST.get("unit", "")
    only = Organisation.objects.visible_to(request.user).filter(code=code) if code else None
    chase = chase_unreported(row, actor=request.user, today=timezone.localdate(), organisations=only)
    if chase.people:
        messages.success(request, f"已向 {chase.units} 个单位的 {chase.people} 名联络员发出催报。")
    elif chase.units:
        messages.info(request, "今天已经催报过，同一单位一天只催一次。")
    elif not chase.unreachable:
        messages.info(request, "各单位均已填报，无需催报。")
    if chase.unreachable:
        names = "、".join(unit.short_name for unit in chase.unreachable)
        messages.warning(request, f"{names}没有可用的联络员账号，请电话通知，并请系统管理员补建账号。")
    return redirect(row)


@role_required(*OFFICE)
@require_POST
def month_unlock(request: PortalRequest, month: str) -> HttpResponse:
    """Open a locked month to one unit for a time."""
    row = find_month(request, month)
    owing = ProgressReport.objects.visible_to(request.user).filter(month=row.month)
    units = list(Organisation.objects.filter(pk__in=owing.order_by().values("organisation")))
    form = UnlockForm(request.POST, units=units)
    if form.is_valid():
        try:
            granted = unlock_month(row, actor=request.user, today=timezone.localdate(), **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                f"已为{granted.organisation}解锁，开放至{granted.until.month}月{granted.until.day}日，已通知其联络员。",
            )
            return redirect(row)
    return _show(request, row, form, 422)
