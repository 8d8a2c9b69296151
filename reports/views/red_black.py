"""The red and the black list 红黑榜 of handling cases: candidates by the figures, ticked and published by people."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from complaints.models import ListedUnit
from complaints.red_black import STANDING, STEPS, ListState, Side, rule_in_words
from complaints.selectors.red_black import candidates, entries, published, rule_on
from complaints.services.red_black import LONGEST, propose, take_step
from indicators.months import first_of, shift
from portal.access import role_required
from portal.errors import Refused
from portal.http import PortalRequest
from portal.roles import BUSINESS_ROLES, OFFICE_ROLES, Role
from portal.workbooks.columns import Column, Kind, Sheet
from reports.figures import Period
from reports.figures.period import QUARTER, parse_period
from reports.models import Bulletin
from reports.services.listing import PART, print_units
from reports.views.bulletins import take, version_of
from reports.views.figures import asked_period, offered_months
from reports.views.workbooks import Export, give_rows

QUARTERS_OFFERED = 4
READERS = BUSINESS_ROLES - {Role.OBSERVER}
SHEET = Sheet(
    "红黑榜",
    (
        Column("side", "榜单", locked=True),
        Column("unit", "单位", locked=True),
        Column("grounds", "数据依据", Kind.LONG_TEXT, locked=True),
        Column("reason", "列入理由", Kind.LONG_TEXT, locked=True),
        Column("decided", "公布日期", Kind.DATE, locked=True),
    ),
    ("side", "unit"),
)


@role_required(*OFFICE_ROLES)
@require_GET
def red_black(request: PortalRequest) -> HttpResponse:
    """Show the candidates of a period (the last quarter unless asked otherwise) and what became of those ticked.

    A month seldom has cases enough to tell anything of a unit.
    """
    period = asked_period(request) if "period" in request.GET else _quarters()[0]
    return _show(request, period, {}, 200)


def _quarters() -> list[Period]:
    """Return the quarters that are over, the newest first."""
    this = first_of(timezone.localdate())
    ended = shift(this, -1 - (this.month - 1) % QUARTER)
    return [Period(shift(ended, -QUARTER * back), QUARTER) for back in range(QUARTERS_OFFERED)]


def _show(request: PortalRequest, period: Period, typed: dict[str, str], status: int) -> HttpResponse:
    user = request.user
    rows = list(entries(user, period.first, period.end))
    standing = {row.organisation.code for row in rows if row.state in STANDING}
    found = candidates(period.first, period.end)
    quarters = _quarters()
    rule = rule_on(period.end)
    is_over = period.end < timezone.localdate()
    context: dict[str, Any] = {
        "period": period,
        "months": offered_months(period.month),
        "quarters": quarters,
        "is_quarter": period.slug in {one.slug for one in quarters},
        "is_over": is_over,
        "rules": [(side.label, rule_in_words(side, rule)) for side in Side],
        "candidates": [row for row in found if row.code not in standing],
        "entries": [(row, _offered(request, row)) for row in rows],
        "published": sum(row.state == ListState.PUBLISHED for row in rows),
        "typed": typed,
        "longest": LONGEST,
    }
    return render(request, "reports/red_black.html", context, status=status)


def _offered(request: PortalRequest, row: ListedUnit) -> list[Any]:
    """Return the steps that the reader may take on an entry now."""
    decides = request.user.has_role(Role.OFFICE_HEAD) and row.proposed_by_id != request.user.pk
    return [step for step in STEPS.values() if decides and row.state in step.sources]


@role_required(*OFFICE_ROLES)
@require_POST
def red_black_propose(request: PortalRequest) -> HttpResponse:
    """Tick a candidate with a reason."""
    period = _period(request.POST.get("period", ""))
    code, side = request.POST.get("unit", ""), request.POST.get("side", "")
    reason = request.POST.get("reason", "")
    try:
        row = propose(
            period.first, period.end, code, side=side, reason=reason, actor=request.user, now=timezone.now()
        )
    except Refused as error:
        return _show(request, period, {"unit": code, "reason": reason, "error": str(error)}, 422)
    messages.success(request, f"{row}已提出，待营商办主任审定。")
    return redirect(f"{reverse('reports:red_black')}?period={period.slug}")


@role_required(*OFFICE_ROLES)
@require_POST
def red_black_step(request: PortalRequest, month: str, code: str, step: str) -> HttpResponse:
    """Publish, refuse or withdraw the entry of a unit that stands in a period."""
    asked = _period(month)
    rows = entries(request.user, asked.first, asked.end).filter(state__in=sorted(STANDING))
    row = get_object_or_404(rows, organisation__code=code)
    if step not in STEPS:
        raise Http404
    note = request.POST.get("note", "")
    try:
        take_step(row, step, actor=request.user, now=timezone.now(), note=note)
    except Refused as error:
        return _show(request, asked, {"entry": code, "note": note, "error": str(error)}, 422)
    messages.success(request, f"{row}：{STEPS[step].label}。")
    return redirect(f"{reverse('reports:red_black')}?period={asked.slug}")


@role_required(*OFFICE_ROLES)
@require_POST
def bulletin_listed(request: PortalRequest, code: str) -> HttpResponse:
    """Print the chosen units of the published lists in a bulletin's section on cases."""

    def act(bulletin: Bulletin) -> str:
        chosen = request.POST.getlist("units")
        print_units(bulletin, chosen, actor=request.user, version=version_of(request))
        return f"已写入 {len(chosen)} 个单位。" if chosen else "已确认本期通报不列红黑榜。"

    return take(request, code, act, reverse("reports:bulletin_edit", args=[code, PART]))


def _period(text: str) -> Period:
    try:
        return parse_period(text)
    except ValueError as error:
        raise Http404 from error


@role_required(*READERS)
@require_GET
def red_black_export(request: PortalRequest) -> FileResponse:
    """Give the published lists of a period out as a workbook."""
    period = asked_period(request)
    rows = [
        {
            "side": row.get_side_display(),
            "unit": row.organisation.short_name,
            "grounds": row.grounds,
            "reason": row.reason,
            "decided": timezone.localdate(row.decided_at) if row.decided_at else None,
        }
        for row in published(period.first, period.end)
    ]
    export = Export(
        f"{period.label}企业诉求办理红黑榜", period.label, "red_black.export", {"month": period.slug}
    )
    return give_rows(request, SHEET, rows, export)
