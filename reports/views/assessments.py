"""Assessments 年度考核: the list, the result table with its steps, and the files."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from portal.access import business, role_required
from portal.errors import Refused
from portal.file_kinds import XLSX
from portal.http import PortalRequest
from portal.models import User
from portal.roles import OFFICE_ROLES, Role
from portal.services import audit
from portal.views.session import ask_for_proof, is_proven
from portal.workbooks.writer import subtitle_line
from reports.forms.assessments import OpenForm
from reports.models import Assessment, Objection
from reports.paper.assessment import assessment_document
from reports.selectors.assessments import (
    average,
    group_tables,
    listed_assessments,
    newest_rules,
    objections_of,
    readable_assessments,
    table_rows,
)
from reports.services import assessments as services
from reports.services.assessment_workbook import write_assessment
from reports.services.papers import render_files
from reports.views.bulletins import FILES

State = Assessment.State
YEARS_BACK = 1


@business
@require_GET
def assessment_list(request: PortalRequest) -> HttpResponse:
    """List the years' assessments; the office can begin one that is missing."""
    rows = list(listed_assessments(request.user))
    in_office = request.user.has_role(*OFFICE_ROLES)
    this_year = timezone.localdate().year
    known = {row.year for row in rows}
    missing = [year for year in range(this_year - YEARS_BACK, this_year + 1) if year not in known]
    context = {
        "rows": rows,
        "in_office": in_office,
        "missing": missing[::-1] if in_office else [],
        "own_unit": request.user.organisation.code,
        "year": this_year,
    }
    return render(request, "reports/assessment_list.html", context)


def readable(request: PortalRequest, year: int) -> Assessment:
    return get_object_or_404(readable_assessments(request.user), year=year)


@business
@require_GET
def assessment_detail(request: PortalRequest, year: int) -> HttpResponse:
    """Show the results by group with the steps; a unit that is to check its result goes straight to it."""
    assessment = readable(request, year)
    user = request.user
    in_office = user.has_role(*OFFICE_ROLES)
    if assessment.state == State.PROVISIONAL and not in_office:
        return redirect("reports:result_detail", year, user.organisation.code)
    rows = table_rows(assessment, user)
    newest = newest_rules(year) if in_office else None
    context = {
        "assessment": assessment,
        "groups": group_tables(rows),
        "count": len(rows),
        "average": average(rows),
        "objections": objections_of(assessment, user) if in_office else [],
        "form": OpenForm(),
        "outdated": newest is not None and newest.pk != assessment.rules_id,
        "own_unit": user.organisation.code,
        "sees_all": in_office or user.has_role(Role.LEADER, Role.INSPECTOR, Role.CHIEF),
        **_steps(user, assessment),
    }
    return render(request, "reports/assessment_detail.html", context)


def _steps(user: User, assessment: Assessment) -> dict[str, Any]:
    """Return what the person may do now; `publish_block` says why publishing is not possible yet."""
    in_office, is_head = user.has_role(*OFFICE_ROLES), user.has_role(Role.OFFICE_HEAD)
    provisional = assessment.state == State.PROVISIONAL
    return {
        "in_office": in_office,
        "may_evaluate": in_office and assessment.state == State.DRAFT,
        "may_reopen": is_head and provisional,
        "may_publish": is_head and provisional,
        "publish_block": _publish_block(user, assessment) if is_head and provisional else "",
    }


def _publish_block(user: User, assessment: Assessment) -> str:
    if assessment.opened_by_id == user.pk:
        return "送核对的人不能公布，请由另一位负责同志公布"
    until = assessment.objections_until
    if until is not None and timezone.localdate() <= until:
        return f"单位核对到{until.month}月{until.day}日为止，期满后才能公布"
    pending = Objection.objects.filter(assessment=assessment, state=Objection.State.PENDING).count()
    return f"还有 {pending} 件异议没有处理" if pending else ""


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def assessment_evaluate(request: PortalRequest, year: int) -> HttpResponse:
    """Reckon the year anew, or for the first time."""
    try:
        services.evaluate_assessment(year, actor=request.user, today=timezone.localdate())
    except Refused as error:
        messages.error(request, str(error))
        return redirect("reports:assessment_list")
    messages.success(request, "已按现行细则和最新数据测算。")
    return redirect("reports:assessment_detail", year)


def _step(request: PortalRequest, year: int, act: Callable[[Assessment], str]) -> HttpResponse:
    """Take one step and say what came of it."""
    assessment = readable(request, year)
    try:
        messages.success(request, act(assessment))
    except Refused as error:
        messages.error(request, str(error))
    return redirect(assessment)


@role_required(Role.OFFICE, Role.OFFICE_HEAD)
@require_POST
def assessment_open(request: PortalRequest, year: int) -> HttpResponse:
    """Send the units their results to check."""
    form = OpenForm(request.POST)

    def act(assessment: Assessment) -> str:
        if not form.is_valid():
            raise Refused("请填写异议截止日期")
        until, today = form.cleaned_data["until"], timezone.localdate()
        services.open_assessment(assessment, until, actor=request.user, today=today)
        return f"已送各单位核对，异议到{until.month}月{until.day}日为止。"

    return _step(request, year, act)


@role_required(Role.OFFICE_HEAD)
@require_POST
def assessment_reopen(request: PortalRequest, year: int) -> HttpResponse:
    def act(assessment: Assessment) -> str:
        services.reopen_assessment(assessment, request.POST.get("note", ""), actor=request.user)
        return "已退回测算，各单位暂时看不到结果。"

    return _step(request, year, act)


@role_required(Role.OFFICE_HEAD)
@require_POST
def assessment_publish(request: PortalRequest, year: int) -> HttpResponse:
    """Publish; the password is asked for once more, since this cannot be taken back."""
    if not is_proven(request):
        return ask_for_proof(request, readable(request, year).get_absolute_url())

    def act(assessment: Assessment) -> str:
        services.publish_assessment(assessment, actor=request.user, today=timezone.localdate())
        return "已公布，得分、依据和文件已冻结。"

    return _step(request, year, act)


def _whole_table(request: PortalRequest, year: int) -> Assessment:
    """Return an assessment whose table is given out as a file: before it is published only to the office."""
    assessment = readable(request, year)
    if not assessment.is_frozen and not request.user.has_role(*OFFICE_ROLES):
        raise Http404
    return assessment


@business
@require_GET
def assessment_file(request: PortalRequest, year: int, form: str) -> HttpResponse | FileResponse:
    """Give out the table: published the bytes stored then, before that as it would be set now."""
    assessment = _whole_table(request, year)
    if assessment.is_frozen:
        content = bytes(Assessment.objects.filter(pk=assessment.pk).values_list(form, flat=True).get())
    else:
        office = f"{settings.COUNTY_NAME}优化营商环境工作领导小组办公室"
        table = table_rows(assessment, request.user)
        try:
            docx, pdf = render_files(assessment_document(assessment, table, office, None))
        except Refused as error:
            messages.error(request, str(error))
            return redirect(assessment)
        content = docx if form == "docx" else pdf.content
    return _given(request, assessment, form, content, FILES[form])


@business
@require_GET
def assessment_workbook(request: PortalRequest, year: int) -> HttpResponse | FileResponse:
    """Give out the table, and the evidence that the person may read, as a workbook."""
    assessment = _whole_table(request, year)
    user, target = request.user, io.BytesIO()
    rows = table_rows(assessment, user)
    subtitle = subtitle_line(
        unit=user.organisation.short_name,
        person=user.name,
        at=timezone.localtime(),
        filters=f"{assessment.year}年度",
        count=len(rows),
    )
    write_assessment(target, assessment, rows, user=user, subtitle=subtitle)
    return _given(request, assessment, "xlsx", target.getvalue(), XLSX.media_type)


def _given(
    request: PortalRequest, assessment: Assessment, form: str, content: bytes, kind: str
) -> FileResponse:
    audit.record(assessment, "assessment.download", actor=request.user, changes={"format": form})
    name = f"{assessment}结果{'' if assessment.is_frozen else '（核对稿）'}.{form}"
    return FileResponse(io.BytesIO(content), as_attachment=True, filename=name, content_type=kind)
