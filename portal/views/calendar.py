"""The working calendar: a year on a page, a day corrected, a year entered with a preview and confirmed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.access import role_required, signed_in
from portal.calendar_csv import TEMPLATE_HEADER, DayRow, missing_festivals, read_days
from portal.csv_lines import csv_lines
from portal.errors import Refused
from portal.forms.calendar import LAST_YEAR, CalendarDayForm, CalendarUploadForm
from portal.http import PortalRequest
from portal.models import CalendarDay, CalendarProposal
from portal.roles import OFFICE_ROLES, Role
from portal.selectors.year_calendar import missing_year, pending_proposals, year_of, years_offered
from portal.services import calendar as services

SALT = "portal.calendar"
PREVIEW_SECONDS = 3600


@signed_in
@require_GET
def calendar(request: PortalRequest) -> HttpResponse:
    return _page(request, CalendarUploadForm())


def _page(request: PortalRequest, form: CalendarUploadForm, status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    text = request.GET.get("year", "") or str(form.data.get("year", ""))
    year = int(text) if text.isdigit() and services.FIRST_YEAR <= int(text) <= LAST_YEAR else today.year
    if not form.is_bound:
        form.initial["year"] = missing_year(today) or year
    context = {
        "shown": year_of(year),
        "years": years_offered(today),
        "missing": missing_year(today),
        "proposals": pending_proposals() if request.user.has_role(*services.KEEPERS) else (),
        "form": form,
        "may_edit": request.user.has_role(*services.KEEPERS),
    }
    return render(request, "portal/calendar.html", context, status=status)


@role_required(Role.SYSADMIN, *OFFICE_ROLES)
@require_http_methods(["GET", "POST"])
def calendar_day(request: PortalRequest, day: str) -> HttpResponse:
    """Correct one day; the address carries it as 2026-10-10."""
    try:
        chosen = date.fromisoformat(day)
    except ValueError as error:
        raise Http404 from error
    row = CalendarDay.objects.filter(date=chosen).first()
    kind = services.DayKind.PLAIN if row is None else ("work" if row.is_workday else "rest")
    initial = {"kind": kind, "name": row.name if row else "", "reason": ""}
    form = CalendarDayForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_day(
                chosen,
                services.DayKind(form.cleaned_data["kind"]),
                name=form.cleaned_data["name"],
                reason=form.cleaned_data["reason"],
                actor=request.user,
                today=timezone.localdate(),
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{chosen.month}月{chosen.day}日的安排已保存，有关期限已重新计算。")
            return redirect(f"{reverse('portal:calendar')}?year={chosen.year}")
    context = {"form": form, "day": chosen, "row": row}
    return render(request, "portal/calendar_day.html", context, status=422 if form.errors else 200)


@role_required(Role.SYSADMIN, *OFFICE_ROLES)
@require_GET
def calendar_template(request: PortalRequest) -> HttpResponse:
    """Hand out the year that is there, or two lines as a pattern, as the CSV that can be uploaded."""
    text = request.GET.get("year", "")
    year = int(text) if text.isdigit() and services.FIRST_YEAR <= int(text) <= LAST_YEAR else 0
    rows = [
        (f"{row.date}", "上班" if row.is_workday else "休息", row.name, row.source)
        for row in (CalendarDay.objects.filter(date__year=year) if year else ())
    ]
    year = year or timezone.localdate().year + 1
    rows = rows or [(f"{year}-01-01", "休息", "元旦", "国办发明电〔　　〕　号")]
    response = HttpResponse("".join(csv_lines(TEMPLATE_HEADER, rows)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{year}年放假安排.csv"
    )
    return response


@role_required(Role.SYSADMIN, *OFFICE_ROLES)
@require_POST
def calendar_upload(request: PortalRequest) -> HttpResponse:
    """Read the file and show what it would change; nothing is saved yet."""
    form = CalendarUploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    year, source = form.cleaned_data["year"], form.cleaned_data["source"]
    try:
        read = read_days(year, form.cleaned_data["file"].read())
    except Refused as error:
        form.add_error("file", str(error))
        return _page(request, form, status=422)
    rows = [replace(row, source=row.source or source) for row in read]
    change = services.preview_year(year, rows)
    packed = {
        "year": year,
        "source": source,
        "version": change.version,
        "rows": [(f"{row.date}", row.is_workday, row.name, row.source) for row in rows],
    }
    context = {
        "change": change,
        "source": source,
        "total": len(rows),
        "missing_festivals": missing_festivals(rows),
        "packed": signing.dumps(packed, salt=SALT, compress=True),
    }
    return render(request, "portal/calendar_preview.html", context)


@role_required(Role.SYSADMIN, *OFFICE_ROLES)
@require_POST
def calendar_propose(request: PortalRequest) -> HttpResponse:
    """Hand the year that was shown to a second person, if nobody has changed the calendar since."""
    try:
        packed: dict[str, Any] = signing.loads(
            request.POST.get("packed", ""), salt=SALT, max_age=PREVIEW_SECONDS
        )
    except signing.BadSignature:
        messages.error(request, "预览已超过 1 小时或不完整，请重新上传文件。")
        return redirect("portal:calendar")
    rows = [DayRow(date.fromisoformat(day), worked, name, own) for day, worked, name, own in packed["rows"]]
    try:
        proposal = services.propose_year(
            packed["year"], rows, source=packed["source"], version=packed["version"], actor=request.user
        )
    except Refused as error:
        messages.error(request, str(error))
        return redirect(f"{reverse('portal:calendar')}?year={packed['year']}")
    messages.success(request, "已提交复核，并通知了其他日历维护人员。复核后生效。")
    return redirect("portal:calendar_proposal", key=proposal.pk)


@role_required(Role.SYSADMIN, *OFFICE_ROLES)
@require_GET
def calendar_proposal(request: PortalRequest, key: int) -> HttpResponse:
    """Show what a proposal would change, to the person who entered it and to the one who confirms it."""
    proposal = _find_proposal(key)
    rows = services.rows_of(proposal)
    context = {
        "proposal": proposal,
        "change": services.preview_year(proposal.year, rows),
        "total": len(rows),
        "source": proposal.source,
        "missing_festivals": missing_festivals(rows),
        "own": proposal.proposed_by_id == request.user.pk,
        "waiting": proposal.state == CalendarProposal.State.PENDING,
    }
    return render(request, "portal/calendar_proposal.html", context)


@role_required(Role.SYSADMIN, *OFFICE_ROLES)
@require_POST
def calendar_confirm(request: PortalRequest, key: int) -> HttpResponse:
    proposal = _find_proposal(key)
    try:
        services.confirm_year(proposal, actor=request.user, now=timezone.now())
    except Refused as error:
        messages.error(request, str(error))
        return redirect("portal:calendar_proposal", key=key)
    messages.success(request, f"{proposal.year}年日历已载入，暂定的期限已重新计算。")
    return redirect(f"{reverse('portal:calendar')}?year={proposal.year}")


@role_required(Role.SYSADMIN, *OFFICE_ROLES)
@require_POST
def calendar_return(request: PortalRequest, key: int) -> HttpResponse:
    proposal = _find_proposal(key)
    try:
        services.return_year(
            proposal, actor=request.user, reason=request.POST.get("note", ""), now=timezone.now()
        )
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "已退回，日历没有变动。更正后可重新上传。")
    return redirect("portal:calendar_proposal", key=key)


def _find_proposal(key: int) -> CalendarProposal:
    return get_object_or_404(
        CalendarProposal.objects.select_related("proposed_by__organisation", "decided_by"), pk=key
    )
