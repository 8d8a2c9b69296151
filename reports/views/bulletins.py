"""Bulletins: the list, the desk with the paper, editing by section, the steps to the issue, the files."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.access import business, role_required
from portal.documents.titles import break_title
from portal.errors import Conflict, Refused
from portal.http import PortalRequest
from portal.models import User
from portal.roles import OFFICE_ROLES, Role
from portal.services import audit
from portal.views.session import ask_for_proof, is_proven
from reports.consistency import Findings
from reports.forms.papers import ADDED, MonthForm, SectionForm
from reports.models import Bulletin
from reports.paper.document import LEADERS, MASTHEADS, RECIPIENTS, Cover, numbered
from reports.sections.book import BEFORE
from reports.selectors.bulletins import (
    draftable_month,
    draftable_quarter,
    findings_of,
    frozen_rows,
    listed_bulletins,
    next_issue_number,
    readable_bulletins,
)
from reports.services import bulletins as services
from reports.services.listing import PART, choices
from reports.services.papers import period_of
from reports.texts.content import Section, Sections, keys_in, sections_from_json
from reports.texts.marks import differences
from reports.texts.values import values_from_json
from reports.views.preview import Preview, figure_card

State = Bulletin.State
Series = Bulletin.Series
FIRST_ASKED = "indicators.items.closed"
PAGE_SIZE = 20
FILES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


@business
@require_GET
def bulletin_list(request: PortalRequest) -> HttpResponse:
    """List the bulletins by series, year and state, the newest first."""
    rows = listed_bulletins(request.user)
    state, year, series = (request.GET.get(name, "") for name in ("state", "year", "series"))
    if series in Series.values:
        rows = rows.filter(series=series)
    if state in State.values:
        rows = rows.filter(state=state)
    if year.isdigit() and len(year) == 4:
        rows = rows.filter(month__year=int(year))
    years = Bulletin.objects.visible_to(request.user).dates("month", "year", order="DESC")
    in_office = request.user.has_role(*OFFICE_ROLES)
    today = timezone.localdate()
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "labels": {row.pk: period_of(row).label for row in page},
        "years": [day.year for day in years],
        "year": year,
        "state": state,
        "states": State.choices if in_office else [choice for choice in State.choices if choice[0] in _OUT],
        "series": series,
        "all_series": Series.choices,
        "may_draft": draftable_month(today) if in_office else None,
        "quarter": draftable_quarter(today) if in_office else None,
        "in_office": in_office,
    }
    return render(request, "reports/bulletin_list.html", context)


_OUT = {State.ISSUED, State.SUPERSEDED}


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def bulletin_draft(request: PortalRequest) -> HttpResponse:
    """Draft the bulletin of a month, or of the quarter that ends with it, or open the one that is there."""
    form = MonthForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["month"][0]))
        return redirect("reports:bulletin_list")
    today = timezone.localdate()
    is_quarterly = request.POST.get("series") == Series.QUARTERLY
    draft = services.draft_quarterly if is_quarterly else services.draft_bulletin
    try:
        bulletin = draft(form.cleaned_data["month"], actor=request.user, today=today)
    except Refused as error:
        messages.error(request, str(error))
        return redirect("reports:bulletin_list")
    return redirect(bulletin)


@business
@require_GET
def bulletin_detail(request: PortalRequest, code: str) -> HttpResponse:
    """Show the paper on its desk; `?figure=` asks for the definition of a printed number."""
    bulletin = _readable(request, code)
    return render(request, "reports/bulletin_detail.html", _desk(request, bulletin))


def _readable(request: HttpRequest, code: str) -> Bulletin:
    user = request.user
    if not isinstance(user, User):
        raise Http404
    return get_object_or_404(readable_bulletins(user), code=code)


def _desk(request: PortalRequest, bulletin: Bulletin) -> dict[str, Any]:
    sections = sections_from_json(bulletin.content)
    values = values_from_json(bulletin.figures)
    findings = Findings(0, ()) if bulletin.is_frozen else findings_of(bulletin)
    different = differences(sections, values)
    asked = request.GET.get("figure", FIRST_ASKED)
    preview = Preview(sections, values, findings=findings, differences=different, asked=asked)
    today = timezone.localdate()
    cover = Cover(bulletin.title, settings.COUNTY_NAME, masthead=MASTHEADS[bulletin.series])
    return {
        "bulletin": bulletin,
        "pages": preview.pages,
        "last_page": len(preview.pages),
        "title_lines": break_title(bulletin.title),
        "period": period_of(bulletin),
        "rows_url": f"{bulletin.get_absolute_url()}figures/",
        "before": BEFORE.get(bulletin.months, "上期"),
        "cover": cover,
        "leaders": LEADERS,
        "recipients": RECIPIENTS,
        "card": figure_card(asked, values),
        "findings": findings,
        "differences": different,
        "ticked": [unit for unit in bulletin.named_units if unit["ticked"]],
        "next_number": None if bulletin.is_frozen else next_issue_number(bulletin, today),
        "superseded_by": Bulletin.objects.filter(supersedes=bulletin).exclude(issued_at=None).first(),
        **_steps(request.user, bulletin, findings),
    }


def _steps(user: User, bulletin: Bulletin, findings: Findings) -> dict[str, Any]:
    """Return what the person may do now; `issue_block` says why issuing is not possible."""
    in_office, is_head = user.has_role(*OFFICE_ROLES), user.has_role(Role.OFFICE_HEAD)
    block = ""
    if bulletin.state == State.DRAFT:
        block = "先送审，再由营商办主任签发"
    elif not is_head:
        block = "由营商办主任签发"
    elif bulletin.drafted_by_id == user.pk:
        block = "起草人不能签发本人起草的通报"
    elif findings.contradictions:
        block = f"勾稽不一致 {len(findings.contradictions)} 处，更正后才能签发"
    return {
        "in_office": in_office,
        "may_edit": in_office and bulletin.state == State.DRAFT,
        "may_return": is_head and bulletin.state == State.IN_REVIEW,
        "may_issue": bulletin.state == State.IN_REVIEW and not block,
        "issue_block": block,
        "may_correct": in_office and bulletin.state == State.ISSUED,
    }


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_http_methods(["GET", "POST"])
def bulletin_edit(request: PortalRequest, code: str, section: str) -> HttpResponse:
    """Edit a section's paragraphs as plain text; the numbers keep their figures."""
    bulletin = _readable(request, code)
    if bulletin.state != State.DRAFT:
        messages.error(request, f"通报现为「{bulletin.get_state_display()}」，不能修改；请先退回起草。")
        return redirect(bulletin)
    sections = sections_from_json(bulletin.content)
    part = _part(sections, section)
    data = request.POST if request.method == "POST" else None
    title = bulletin.title if part.key == "opening" else ""
    form = SectionForm(data, section=part, title=title, initial={"version": bulletin.version})
    theirs: list[object] = []
    conflicting = False
    if request.method == "POST" and form.is_valid():
        try:
            _save(bulletin, section, form, request.user)
        except Conflict as error:
            conflicting = True
            form.add_error(None, str(error))
            theirs = [text for key, text in error.theirs.items() if form.texts.get(key, text) != text]
            form.show_version(bulletin.version)
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"“{part.title or '标题和导语'}”已保存。")
            return redirect("reports:bulletin_edit", code, section)
    context = _editing(bulletin, sections, part, form) | {"theirs": theirs}
    status = 409 if conflicting else 422 if form.errors else 200
    return render(request, "reports/bulletin_edit.html", context, status=status)


def _part(sections: Sections, key: str) -> Section:
    found = next((part for part in sections if part.key == key), None)
    if found is None:
        raise Http404
    return found


def _save(bulletin: Bulletin, section: str, form: SectionForm, actor: User) -> None:
    services.edit_section(
        bulletin,
        section,
        form.texts,
        actor=actor,
        version=form.cleaned_data["version"],
        added=form.cleaned_data[ADDED],
        title=form.cleaned_data.get("title", ""),
    )


def _editing(bulletin: Bulletin, sections: Sections, part: Section, form: SectionForm) -> dict[str, Any]:
    values = values_from_json(bulletin.figures)
    headings = {shown.section.key: shown.heading for shown in numbered(sections)}
    printed_here = keys_in([part])
    return {
        "bulletin": bulletin,
        "period": period_of(bulletin),
        "part": part,
        "heading": headings.get(part.key) or "标题和导语",
        "tabs": [
            (section.key, headings.get(section.key) or section.title or "标题和导语") for section in sections
        ],
        "form": form,
        "figures": [value for key, value in values.items() if key in printed_here],
        "differences": differences([part], values),
        "drawn": [block for block in part.blocks if block not in part.paragraphs],
        "candidates": bulletin.named_units if part.key == "problems" else [],
        "listed": choices(bulletin) if part.key == PART else [],
    }


def take(request: PortalRequest, code: str, act: Callable[[Bulletin], str], back: str = "") -> HttpResponse:
    """Take one step and say what came of it."""
    bulletin = _readable(request, code)
    try:
        messages.success(request, act(bulletin))
    except Refused as error:
        messages.error(request, str(error))
    return redirect(back or bulletin)


def version_of(request: HttpRequest) -> int:
    """Return the version that the page was made from. Raises Refused where it is not there."""
    text = request.POST.get("version", "")
    if not text.isdigit():
        raise Refused("页面不完整，请刷新后再操作")
    return int(text)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def bulletin_refresh(request: PortalRequest, code: str) -> HttpResponse:
    """Take all figures anew."""

    def act(bulletin: Bulletin) -> str:
        changed = services.refresh_bulletin(
            bulletin, actor=request.user, version=version_of(request), today=timezone.localdate()
        )
        return f"已重新取数，{changed} 项数据有变化。" if changed else "已重新取数，数据没有变化。"

    return take(request, code, act)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def bulletin_units(request: PortalRequest, code: str) -> HttpResponse:
    """Decide which units are named."""

    def act(bulletin: Bulletin) -> str:
        chosen = request.POST.getlist("units")
        services.name_units(bulletin, chosen, actor=request.user, version=version_of(request))
        return f"已确认点名 {len(chosen)} 个单位。" if chosen else "已确认本期不点名。"

    back = reverse("reports:bulletin_edit", args=[code, "problems"])
    return take(request, code, act, back)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def bulletin_submit(request: PortalRequest, code: str) -> HttpResponse:
    def act(bulletin: Bulletin) -> str:
        services.submit_bulletin(bulletin, actor=request.user)
        return "已送审，等待营商办主任签发。"

    return take(request, code, act)


@role_required(Role.OFFICE_HEAD)
@require_POST
def bulletin_return(request: PortalRequest, code: str) -> HttpResponse:
    def act(bulletin: Bulletin) -> str:
        services.return_bulletin(bulletin, request.POST.get("note", ""), actor=request.user)
        return "已退回起草人修改。"

    return take(request, code, act)


@role_required(Role.OFFICE_HEAD)
@require_POST
def bulletin_issue(request: PortalRequest, code: str) -> HttpResponse:
    """Issue; the password is asked for once more, since an issue cannot be taken back."""
    if not is_proven(request):
        return ask_for_proof(request, _readable(request, code).get_absolute_url())

    def act(bulletin: Bulletin) -> str:
        services.issue_bulletin(bulletin, actor=request.user)
        return f"已签发：第{bulletin.issue_number}期，{bulletin.document_number}。正文、数据和明细已冻结。"

    return take(request, code, act)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def bulletin_correct(request: PortalRequest, code: str) -> HttpResponse:
    """Draft the correction of an issued bulletin and open it."""
    bulletin = _readable(request, code)
    try:
        correction = services.correct_bulletin(bulletin, actor=request.user, today=timezone.localdate())
    except Refused as error:
        messages.error(request, str(error))
        return redirect(bulletin)
    return redirect(correction)


@business
@require_GET
def bulletin_file(request: PortalRequest, code: str, form: str) -> HttpResponse | FileResponse:
    """Give out the file: of an issued bulletin the bytes stored at issue, of a draft as it would be set now."""
    bulletin = _readable(request, code)
    if bulletin.is_frozen:
        content = bytes(Bulletin.objects.filter(pk=bulletin.pk).values_list(form, flat=True).get())
    else:
        try:
            docx, pdf = services.render_files(services.document_of(bulletin))
        except Refused as error:
            messages.error(request, str(error))
            return redirect(bulletin)
        content = docx if form == "docx" else pdf.content
    audit.record(bulletin, "bulletin.download", actor=request.user, changes={"format": form})
    name = f"{bulletin.title}{'' if bulletin.is_frozen else '（送审稿）'}.{form}"
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name, content_type=FILES[form])


@business
@require_GET
def bulletin_rows(request: PortalRequest, code: str, key: str) -> HttpResponse:
    """List the rows that stood behind a number at issue; of a draft the rows of today's figures."""
    bulletin = _readable(request, code)
    if not bulletin.is_frozen:
        return redirect(f"{reverse('reports:figure_rows', args=[key])}?period={period_of(bulletin).slug}")
    values = values_from_json(bulletin.figures)
    found = frozen_rows(bulletin, key, request.user)
    if found is None or key not in values:
        raise Http404
    rows, count = found
    name = f"第{bulletin.issue_number}期"
    context = {
        "paper": bulletin,
        "name": name,
        "figure": values[key],
        "rows": rows,
        "count": count,
        "key": key,
    }
    return render(request, "reports/paper_rows.html", context)
