"""Work reports 工作汇报: the list, a new one, the desk with the paper, editing by part, the steps, the files."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.access import role_required
from portal.documents.titles import break_title
from portal.errors import Conflict, Refused
from portal.http import PortalRequest
from portal.models import User
from portal.roles import OFFICE_ROLES, Role
from portal.services import audit
from portal.views.session import ask_for_proof, is_proven
from reports.consistency import Findings
from reports.forms.papers import ADDED, SectionForm
from reports.forms.work_reports import WorkReportForm, half_year_before
from reports.models import WorkReport
from reports.paper.document import Cover, numbered
from reports.sections.book import BEFORE
from reports.selectors.bulletins import frozen_rows
from reports.selectors.work_reports import (
    current_outline,
    findings_of,
    listed_work_reports,
    readable_work_reports,
)
from reports.services import work_reports as services
from reports.services.papers import period_of, render_files
from reports.texts.content import Section, keys_in, sections_from_json
from reports.texts.marks import differences
from reports.texts.values import values_from_json
from reports.views.bulletins import FILES, version_of
from reports.views.preview import Preview, figure_card

State = WorkReport.State
READERS = (Role.OFFICE, Role.OFFICE_HEAD, Role.LEADER)
FIRST_ASKED = "indicators.items.closed"
PAGE_SIZE = 20


@role_required(*READERS)
@require_GET
def work_report_list(request: PortalRequest) -> HttpResponse:
    """List the work reports, the newest period first."""
    page = Paginator(listed_work_reports(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "labels": {row.pk: period_of(row).label for row in page},
        "in_office": request.user.has_role(*OFFICE_ROLES),
    }
    return render(request, "reports/work_report_list.html", context)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def work_report_new(request: PortalRequest) -> HttpResponse:
    """Ask for the period and the parts, draft, and open the draft."""
    today, outline = timezone.localdate(), current_outline()
    posted = request.POST if request.method == "POST" else None
    initial = {**half_year_before(today), "parts": [part.key for part in outline]}
    form = WorkReportForm(posted, today=today, outline=outline, initial=initial)
    if posted is not None and form.is_valid():
        data = form.cleaned_data
        try:
            report = services.draft_work_report(
                form.period, data["parts"], actor=request.user, today=today, title=data["title"]
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            return redirect(report)
    status = 422 if form.errors else 200
    return render(request, "reports/work_report_form.html", {"form": form}, status=status)


@role_required(*READERS)
@require_GET
def work_report_detail(request: PortalRequest, code: str) -> HttpResponse:
    """Show the paper on its desk; `?figure=` asks for the definition of a printed number."""
    report = _readable(request, code)
    sections, values = sections_from_json(report.content), values_from_json(report.figures)
    findings = Findings(0, ()) if report.is_frozen else findings_of(report)
    different = differences(sections, values)
    asked = request.GET.get("figure", FIRST_ASKED)
    preview = Preview(sections, values, findings=findings, differences=different, asked=asked)
    context = {
        "report": report,
        "period": period_of(report),
        "rows_url": f"{report.get_absolute_url()}figures/",
        "before": BEFORE.get(report.months, "上期"),
        "pages": preview.pages,
        "last_page": len(preview.pages),
        "title_lines": break_title(report.title),
        "signer": Cover(report.title, settings.COUNTY_NAME).issuer,
        "card": figure_card(asked, values),
        "findings": findings,
        "differences": different,
        "first_part": sections[0].key if sections else "",
        **_steps(request.user, report, findings),
    }
    return render(request, "reports/work_report_detail.html", context)


def _readable(request: PortalRequest, code: str) -> WorkReport:
    return get_object_or_404(readable_work_reports(request.user), code=code)


def _steps(user: User, report: WorkReport, findings: Findings) -> dict[str, Any]:
    """Return what the person may do now; `finish_block` says why it cannot be made final."""
    in_office, is_head = user.has_role(*OFFICE_ROLES), user.has_role(Role.OFFICE_HEAD)
    block = ""
    if report.state == State.DRAFT:
        block = "先送审，再由营商办主任定稿"
    elif not is_head:
        block = "由营商办主任定稿"
    elif report.drafted_by_id == user.pk:
        block = "起草人不能定稿本人起草的汇报"
    elif findings.contradictions:
        block = f"勾稽不一致 {len(findings.contradictions)} 处，更正后才能定稿"
    in_review = report.state == State.IN_REVIEW
    return {
        "in_office": in_office,
        "may_edit": in_office and report.state == State.DRAFT,
        "may_return": is_head and in_review,
        "may_finish": in_review and not block,
        "finish_block": block,
    }


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def work_report_edit(request: PortalRequest, code: str, section: str) -> HttpResponse:
    """Edit a part's paragraphs as plain text; placeholders that are typed in become linked numbers."""
    report = _readable(request, code)
    if report.state != State.DRAFT:
        messages.error(request, f"汇报现为「{report.get_state_display()}」，不能修改；请先退回起草。")
        return redirect(report)
    sections = sections_from_json(report.content)
    part = next((one for one in sections if one.key == section), None)
    if part is None:
        raise Http404
    title = report.title if part.key == sections[0].key else ""
    data = request.POST if request.method == "POST" else None
    form = SectionForm(data, section=part, title=title, initial={"version": report.version})
    theirs: list[object] = []
    conflicting = False
    if data is not None and form.is_valid():
        try:
            _save(report, part, form, request.user)
        except Conflict as error:
            conflicting = True
            form.add_error(None, str(error))
            theirs = [text for key, text in error.theirs.items() if form.texts.get(key, text) != text]
            form.show_version(WorkReport.objects.only("version").get(pk=report.pk).version)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"“{part.title}”已保存。")
            return redirect("reports:work_report_edit", code, section)
    context = _editing(report, part, form) | {"theirs": theirs}
    status = 409 if conflicting else 422 if form.errors else 200
    return render(request, "reports/work_report_edit.html", context, status=status)


def _save(report: WorkReport, part: Section, form: SectionForm, actor: User) -> None:
    services.edit_part(
        report,
        part.key,
        form.texts,
        actor=actor,
        version=form.cleaned_data["version"],
        added=form.cleaned_data[ADDED],
        title=form.cleaned_data.get("title", ""),
    )


def _editing(report: WorkReport, part: Section, form: SectionForm) -> dict[str, Any]:
    sections, values = sections_from_json(report.content), values_from_json(report.figures)
    headings = {shown.section.key: shown.heading for shown in numbered(sections)}
    printed_here = keys_in([part])
    return {
        "report": report,
        "part": part,
        "heading": headings.get(part.key) or part.title,
        "tabs": [(one.key, headings.get(one.key) or one.title) for one in sections],
        "form": form,
        "figures": [value for key, value in values.items() if key in printed_here],
        "offered": [value for key, value in values.items() if value.value is not None],
        "differences": differences([part], values),
    }


def _step(request: PortalRequest, code: str, act: Callable[[WorkReport], str]) -> HttpResponse:
    """Take one step and say what came of it."""
    report = _readable(request, code)
    try:
        messages.success(request, act(report))
    except Refused as error:
        messages.error(request, str(error))
    return redirect(report)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def work_report_refresh(request: PortalRequest, code: str) -> HttpResponse:
    def act(report: WorkReport) -> str:
        changed = services.refresh_work_report(report, actor=request.user, version=version_of(request))
        return f"已重新取数，{changed} 项数据有变化。" if changed else "已重新取数，数据没有变化。"

    return _step(request, code, act)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def work_report_submit(request: PortalRequest, code: str) -> HttpResponse:
    def act(report: WorkReport) -> str:
        services.submit_work_report(report, actor=request.user)
        return "已送审，等待营商办主任审定。"

    return _step(request, code, act)


@role_required(Role.OFFICE_HEAD)
@require_POST
def work_report_return(request: PortalRequest, code: str) -> HttpResponse:
    def act(report: WorkReport) -> str:
        services.return_work_report(report, request.POST.get("note", ""), actor=request.user)
        return "已退回起草人修改。"

    return _step(request, code, act)


@role_required(Role.OFFICE_HEAD)
@require_POST
def work_report_finish(request: PortalRequest, code: str) -> HttpResponse:
    """Make it final; the password is asked for once more, since this cannot be taken back."""
    if not is_proven(request):
        return ask_for_proof(request, _readable(request, code).get_absolute_url())

    def act(report: WorkReport) -> str:
        services.finish_work_report(report, actor=request.user)
        return "已定稿，正文、数据和明细已冻结。"

    return _step(request, code, act)


@role_required(*READERS)
@require_GET
def work_report_file(request: PortalRequest, code: str, form: str) -> HttpResponse | FileResponse:
    """Give out the file: of a final report the bytes stored then, of a draft as it would be set now."""
    report = _readable(request, code)
    if report.is_frozen:
        content = bytes(WorkReport.objects.filter(pk=report.pk).values_list(form, flat=True).get())
    else:
        try:
            docx, pdf = render_files(services.document_of(report))
        except Refused as error:
            messages.error(request, str(error))
            return redirect(report)
        content = docx if form == "docx" else pdf.content
    audit.record(report, "work_report.download", actor=request.user, changes={"format": form})
    name = f"{report.title}{'' if report.is_frozen else '（送审稿）'}.{form}"
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name, content_type=FILES[form])


@role_required(*READERS)
@require_GET
def work_report_rows(request: PortalRequest, code: str, key: str) -> HttpResponse:
    """List the rows that stood behind a number when the report was made final; of a draft today's rows."""
    report = _readable(request, code)
    if not report.is_frozen:
        return redirect(f"{reverse('reports:figure_rows', args=[key])}?period={period_of(report).slug}")
    values = values_from_json(report.figures)
    found = frozen_rows(report, key, request.user)
    if found is None or key not in values:
        raise Http404
    rows, count = found
    context = {
        "paper": report,
        "name": report.title,
        "figure": values[key],
        "rows": rows,
        "count": count,
        "key": key,
    }
    return render(request, "reports/paper_rows.html", context)
