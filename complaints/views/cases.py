"""Pages of the cases: the list, one case, its export."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from complaints.filters import SHOWS, CaseFilter
from complaints.forms.identities import RecusalForm
from complaints.forms.steps import StepForm
from complaints.models import Complaint
from complaints.querysets import ComplaintQuerySet, reads_all_cases
from complaints.selectors.cases import (
    case_page,
    case_rows,
    found_rows,
    page_by_due,
    shown_rows,
    visible_cases,
)
from complaints.selectors.desk import Act, case_desk
from complaints.selectors.identities import identity_panel
from complaints.services.bulk import CHASERS
from complaints.services.exports import export_cases
from complaints.services.papers import offers
from portal.access import business
from portal.http import PortalRequest, fragment, workbook_answer
from portal.models import Organisation, User
from portal.paging import PAGE_SIZES, KeysetPage, keyset_page, page_size
from portal.roles import OFFICE_ROLES, UNIT_ROLES
from portal.selectors.enterprises import capped_count

BY_DUE = "due"


def filtered(request: PortalRequest, today: date) -> CaseFilter:
    """Return the list that the address asks for, within the person's scope."""
    rows = visible_cases(request.user)
    return CaseFilter(request.GET, queryset=rows, user=request.user, today=today)


@business
@require_GET
@vary_on_headers("HX-Request")
def complaint_list(request: PortalRequest) -> HttpResponse:
    """The cases, newest first or the most urgent first, read by key."""
    today = timezone.localdate()
    found = filtered(request, today)
    size = page_size(request.GET.get("size"))
    by_due = request.GET.get("sort") == BY_DUE
    page, following = _by_due(request, found.qs, size) if by_due else _newest(request, found.qs, size)
    context = {
        "filter": found,
        "rows": case_rows(shown_rows(request.user, page.rows), today=today),
        "page": page,
        "following": following,
        "by_due": by_due,
        # Counted by key: what the rows show would be computed for each of them.
        "count": capped_count(found.qs.values("pk")),
        "sizes": PAGE_SIZES,
        "size": size,
        "shows": _shows(request.user),
        "show": request.GET.get("show", ""),
        "bulk_actions": _bulk_actions(request.user),
        "may_register": request.user.has_role(*OFFICE_ROLES),
        "handles": request.user.has_role(*UNIT_ROLES),
    }
    return render(request, fragment(request, "complaints/complaint_list.html", "table"), context)


def _newest(request: PortalRequest, rows: ComplaintQuerySet, size: int) -> tuple[KeysetPage[Complaint], str]:
    page = keyset_page(
        found_rows(rows), size, after=request.GET.get("after"), before=request.GET.get("before")
    )
    return page, ""


def _by_due(request: PortalRequest, rows: ComplaintQuerySet, size: int) -> tuple[KeysetPage[Complaint], str]:
    """Return open cases by due date; the key of the next page is `2023-11-08_17`."""
    found, key = page_by_due(
        found_rows(rows, "due_on"), after=_due_key(request.GET.get("after", "")), size=size
    )
    return KeysetPage(found), f"{key[0].isoformat()}_{key[1]}" if key else ""


def _due_key(text: str) -> tuple[date, int] | None:
    day, _, number = text.partition("_")
    if not number.isdecimal() or len(number) > 18:
        return None
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None


def _shows(user: User) -> list[tuple[str, str]]:
    hidden = set() if user.has_role(*UNIT_ROLES) else {"assist"}
    hidden |= set() if reads_all_cases(user) else {"secret"}
    return [(value, words) for value, words in SHOWS if value not in hidden]


def _bulk_actions(user: User) -> list[dict[str, str]]:
    """Return what the person may do with chosen cases."""
    office = user.has_role(*OFFICE_ROLES)
    actions = [("assign", "批量转办", "next")] if office else []
    actions += [("chase", "批量催办", "bell")] if user.has_role(*CHASERS) else []
    actions += [("note", "批量记录", "edit"), ("merge", "并案", "copy")] if office else []
    actions += [("export", "导出所选", "down")]
    return [
        {"name": "action", "value": value, "label": label, "icon": icon} for value, label, icon in actions
    ]


@business
@require_GET
def complaint_export(request: PortalRequest) -> HttpResponseBase:
    """Export what the list shows: the same filter, every page of it."""
    found = filtered(request, timezone.localdate())
    return workbook(request, found.qs, filters=found.described())


def workbook(request: PortalRequest, rows: ComplaintQuerySet, *, filters: str) -> FileResponse:
    """Answer with the cases as a workbook, masked as the pages are for this person."""
    at = timezone.localtime()
    file = BytesIO()
    export_cases(rows, file, actor=request.user, at=at, filters=filters)
    return workbook_answer(file, f"企业诉求{at:%Y%m%d}")


def find_case(request: PortalRequest, number: str) -> Complaint:
    """Return the case of the address within the person's scope; 404 outside it."""
    rows = visible_cases(request.user).select_related("merged_into", "repeat_of", "identity", "whistle")
    case = rows.filter(number=number).first()
    if case is None:
        raise Http404
    return case


@business
@require_GET
def complaint_detail(request: PortalRequest, number: str) -> HttpResponse:
    return detail_page(request, find_case(request, number))


@dataclass(frozen=True)
class ActForm:
    """A step as the page offers it: what it is called and does, and the form beside its button."""

    act: Act
    form: StepForm | None
    is_open: bool


def detail_page(
    request: PortalRequest,
    case: Complaint,
    *,
    tried: str = "",
    form: Any = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """Answer with the case's page; after a refused step its form is open and holds what was typed."""
    today, user = timezone.localdate(), request.user
    shown = case_page(case, user, today=today)
    desk = case_desk(shown, user, today=today)
    offered = [_offer(act, case, user, tried, form) for act in desk.acts]
    context: dict[str, Any] = {
        "case": case,
        "shown": shown,
        "desk": desk,
        "acts": offered,
        "tried": tried,
        "refused": form,
        "refusal": [*form.non_field_errors(), *form.errors.get("version", [])] if form else [],
        "is_late": case.is_overdue(today),
        "identity": identity_panel(shown, user, now=timezone.now()),
        "reads_all": reads_all_cases(user),
        "papers": offers(case, user, [line.event.action for line in shown.history]),
        "is_office": user.has_role(*OFFICE_ROLES),
        "recusal_people": list(RecusalForm(user=user).people),
        **more,
    }
    return render(request, "complaints/complaint_detail.html", context, status=status)


def _offer(act: Act, case: Complaint, user: User, tried: str, form: StepForm | None) -> ActForm:
    if act.page:
        return ActForm(act, None, is_open=False)
    if form is not None and act.name == tried:
        return ActForm(act, form, is_open=True)
    units = Organisation.objects.all() if act.name == "return" else ()
    return ActForm(act, StepForm(act.name, case, user=user, units=units), is_open=False)


def list_url(**conditions: str) -> str:
    """Return the address of the list with conditions."""
    return f"/complaints/?{urlencode(conditions)}" if conditions else "/complaints/"
