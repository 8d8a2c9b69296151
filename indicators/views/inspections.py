"""Pages of the inspections 督查: the list, one inspection, its design, conclusion and steps, its papers."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers

from indicators.filters import InspectionFilter
from indicators.forms.inspections import ConclusionForm, InspectionForm
from indicators.inspection_workflow import (
    INSPECTION_STEPS,
    InspectionKind,
    InspectionState,
    problems_before_issue,
)
from indicators.models import Inspection, InspectionPaper
from indicators.selectors.inspections import (
    inspection_page,
    inspection_rows,
    unit_standings,
    with_members,
)
from indicators.services import inspections as services
from indicators.views.dispatch import history_of, version_of
from indicators.views.letters import TYPES
from portal.access import role_required
from portal.documents.docx_writer import render_docx
from portal.documents.fonts import FontMissing
from portal.documents.model import Heading, OfficialDocument, Paragraph, Table, plain
from portal.documents.pdf_writer import render_pdf
from portal.errors import Refused
from portal.http import PortalRequest, fragment, workbook_answer
from portal.models import User
from portal.roles import COUNTY_READERS, UNIT_ROLES, Role
from portal.services import audit

PER_PAGE = 20
READERS = COUNTY_READERS | UNIT_ROLES


def find_inspection(user: User, slug: str) -> Inspection:
    """Return the inspection with the slug `2023-03` that `user` may read, with its members, or 404."""
    rows = Inspection.objects.visible_to(user).with_slug(slug)
    return get_object_or_404(with_members(rows.select_related("created_by", "issued_by", "concluded_by")))


def _filtered(request: PortalRequest) -> InspectionFilter:
    visible = Inspection.objects.visible_to(request.user)
    return InspectionFilter(request.GET, queryset=visible, user=request.user)


@role_required(*READERS)
@require_GET
@vary_on_headers("HX-Request")
def inspection_list(request: PortalRequest) -> HttpResponse:
    """The inspections, newest first, and for those who read the county the units at a glance."""
    found = _filtered(request)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    reads_all = request.user.has_role(*COUNTY_READERS)
    year = timezone.localdate().year
    standings = unit_standings(request.user, year)
    context = {
        "filter": found,
        "page": page,
        "rows": inspection_rows(page.object_list, request.user),
        "standings": standings if reads_all else [],
        "year": year,
        "found": sum(row.found for row in standings),
        "rectified": sum(row.rectified for row in standings),
        "open_count": sum(row.open for row in standings),
        "reads_all": reads_all,
        "may_inspect": services.may_inspect(request.user),
    }
    return render(request, fragment(request, "indicators/inspection_list.html", "table"), context)


@role_required(*READERS)
@require_GET
def inspection_export(request: PortalRequest) -> HttpResponseBase:
    """Export what the list shows, with the findings the person may read."""
    found, at, file = _filtered(request), timezone.localtime(), BytesIO()
    services.export_inspections(found.qs, file, actor=request.user, at=at, filters=found.described())
    return workbook_answer(file, f"督查{at:%Y%m%d}")


@role_required(Role.INSPECTOR)
@require_http_methods(["GET", "POST"])
def inspection_create(request: PortalRequest) -> HttpResponse:
    today = timezone.localdate()
    initial = {"kind": InspectionKind.SPECIAL, "head": request.user.pk, "members": [request.user.pk]}
    form = InspectionForm(request.POST if request.method == "POST" else None, today=today, initial=initial)
    if request.method == "POST" and form.is_valid():
        occasion = form.cleaned_data["occasion"] or form.initial["occasion"]
        try:
            row = services.open_inspection(form.design(), occasion=occasion, actor=request.user, today=today)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已立项：{row}。补齐授权和方案后启动。")
            return redirect(row)
    return _form_page(request, form, None)


def _form_page(request: PortalRequest, form: InspectionForm, row: Inspection | None) -> HttpResponse:
    context = {"form": form, "inspection": row}
    status = 422 if form.errors else 200
    return render(request, "indicators/inspection_form.html", context, status=status)


@role_required(Role.INSPECTOR)
@require_http_methods(["GET", "POST"])
def inspection_edit(request: PortalRequest, slug: str) -> HttpResponse:
    """Word a draft anew."""
    row, today = find_inspection(request.user, slug), timezone.localdate()
    data = request.POST if request.method == "POST" else None
    form = InspectionForm(data, today=today, initial=InspectionForm.values_of(row))
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            services.edit_inspection(row, form.design(), version=version, actor=request.user, today=today)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "方案已保存。")
            return redirect(row)
    return _form_page(request, form, row)


@role_required(*READERS)
@require_GET
def inspection_detail(request: PortalRequest, slug: str) -> HttpResponse:
    """One inspection: for its units what concerns them, for the others everything."""
    row, today = find_inspection(request.user, slug), timezone.localdate()
    held = services.capacities(request.user, row)
    steps = {
        name
        for name, step in INSPECTION_STEPS.items()
        if row.state in step.sources and not held.isdisjoint(step.actors)
    }
    page = inspection_page(row, request.user)
    problems = []
    if "issue" in steps:
        problems = problems_before_issue(services.preparation_of(row), today=today)
    context: dict[str, Any] = {
        "inspection": row,
        "shown": page,
        "stages": _stages(row),
        "steps": steps,
        "problems": problems,
        "is_inspector": services.may_inspect(request.user),
        "history": history_of(row) if page.reads_all else [],
    }
    return render(request, "indicators/inspection_detail.html", context)


def _stages(row: Inspection) -> list[dict[str, str]]:
    """Return the state line: the steps passed and the next."""
    order = (
        InspectionState.DRAFT,
        InspectionState.RUNNING,
        InspectionState.CONCLUDED,
        InspectionState.CLOSED,
    )
    notes = {
        InspectionState.DRAFT: timezone.localtime(row.created_at).date(),
        InspectionState.RUNNING: row.issued_on,
        InspectionState.CONCLUDED: row.concluded_on,
        InspectionState.CLOSED: row.closed_on,
    }
    reached = order.index(InspectionState(row.state)) if row.state in order else 0
    found = []
    for place, state in enumerate(order):
        status = "done" if place < reached else "now" if place == reached else "next"
        on = notes[state] if place <= reached else None
        found.append(
            {"label": state.label, "note": f"{on.month}月{on.day}日" if on else "", "status": status}
        )
    if row.state == InspectionState.CLOSED:
        found[-1]["status"] = "done"
    return found


@role_required(Role.INSPECTOR)
@require_http_methods(["GET", "POST"])
def inspection_conclude(request: PortalRequest, slug: str) -> HttpResponse:
    """Conclude and feed back; the page shows what every unit will get."""
    row, today = find_inspection(request.user, slug), timezone.localdate()
    data = request.POST if request.method == "POST" else None
    form = ConclusionForm(data, initial={"version": row.version})
    if request.method == "POST" and form.is_valid():
        try:
            services.conclude_inspection(row, actor=request.user, today=today, **form.cleaned_data)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, "已反馈，各单位的反馈意见书已编号印发。")
            return redirect(row)
    context = {"form": form, "inspection": row, "shown": inspection_page(row, request.user)}
    status = 422 if form.errors else 200
    return render(request, "indicators/inspection_conclude.html", context, status=status)


def _issue(row: Inspection, *, version: int, note: str, actor: User) -> str:
    del note
    services.issue_inspection(row, version=version, actor=actor, today=timezone.localdate())
    return "督查已启动。" if row.is_covert else "督查已启动，通知已编号印发。"


def _close(row: Inspection, *, version: int, note: str, actor: User) -> str:
    del note
    services.close_inspection(row, version=version, actor=actor, today=timezone.localdate())
    return "已办结。"


def _cancel(row: Inspection, *, version: int, note: str, actor: User) -> str:
    services.cancel_inspection(row, version=version, note=note, actor=actor, today=timezone.localdate())
    return "已取消。"


STEPS: dict[str, Callable[..., str]] = {"issue": _issue, "close": _close, "cancel": _cancel}


@role_required(Role.INSPECTOR)
@require_POST
def inspection_step(request: PortalRequest, slug: str, step: str) -> HttpResponse:
    """Start, end or cancel an inspection."""
    if step not in STEPS:
        raise Http404
    row = find_inspection(request.user, slug)
    note = request.POST.get("note", "")[:300]
    try:
        done = STEPS[step](row, version=version_of(request), note=note, actor=request.user)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(row)


def _find_paper(user: User, token: str) -> InspectionPaper:
    rows = InspectionPaper.objects.visible_to(user).select_related("inspection", "organisation")
    return get_object_or_404(rows, slug=token)


@role_required(*READERS)
@require_GET
def inspection_paper(request: PortalRequest, token: str) -> HttpResponse:
    """A paper as it reads."""
    paper = _find_paper(request.user, token)
    document = services.stored_document(paper)
    context = {"paper": paper, "document": document, "blocks": _blocks(document)}
    return render(request, "indicators/inspection_paper.html", context)


def _blocks(document: OfficialDocument) -> list[dict[str, Any]]:
    """Return the blocks for the page: what they are and what they say."""
    found: list[dict[str, Any]] = []
    for block in document.body:
        if isinstance(block, Heading):
            found.append({"kind": "heading", "text": block.text})
        elif isinstance(block, Paragraph):
            found.append({"kind": "text", "text": plain(block.text)})
        elif isinstance(block, Table):
            rows = [[plain(cell) for cell in row] for row in block.rows if isinstance(row, tuple)]
            found.append({"kind": "table", "heads": [column.label for column in block.columns], "rows": rows})
    return found


@role_required(*READERS)
@require_GET
def inspection_file(request: PortalRequest, token: str, kind: str) -> HttpResponse:
    """Give out a paper as DOCX or PDF, as it was issued."""
    paper = _find_paper(request.user, token)
    if kind not in TYPES:
        raise Http404
    folder = Path(settings.FONT_FOLDER) if settings.FONT_FOLDER else None
    document = services.stored_document(paper)
    try:
        content = (
            render_docx(document, font_folder=folder)
            if kind == "docx"
            else render_pdf(document, font_folder=folder).content
        )
    except FontMissing as error:
        messages.error(request, str(error))
        return redirect("indicators:inspection_paper", paper.slug)
    audit.record(
        paper, "paper.export", actor=request.user, changes={"format": kind}, organisation=paper.organisation
    )
    answer = HttpResponse(content, content_type=TYPES[kind])
    answer.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=f"{paper.number}.{kind}") or ""
    )
    return answer
