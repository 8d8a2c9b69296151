"""The audit trail: filtered, paged by key, exported; every export is itself written down."""

from __future__ import annotations

import os
import tempfile
from typing import IO

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from portal.access import role_required
from portal.csv_lines import csv_lines
from portal.filters.audit import AuditFilter
from portal.http import PortalRequest, workbook_answer
from portal.models import AuditEvent
from portal.roles import Role
from portal.selectors.audit import EXPORT_COLUMNS, action_label, capped_count, changes_text, export_rows
from portal.services import audit
from portal.workbooks import Column, Kind, Sheet, WorkbookTooLongError, subtitle_line, write_workbook

PER_PAGE = 50
LONG = {"changes", "note"}
SHEET = Sheet(
    "审计记录",
    tuple(
        Column(key, label, Kind.LONG_TEXT if key in LONG else Kind.TEXT, locked=True)
        for key, label in EXPORT_COLUMNS
    ),
    key=("number",),
)


@role_required(Role.AUDITOR, Role.SECURITY)
@require_GET
def audit_list(request: PortalRequest) -> HttpResponse:
    filterset = AuditFilter(request.GET, queryset=AuditEvent.objects.visible_to(request.user))
    rows = filterset.qs.order_by("-pk")
    _count, count_label = capped_count(rows)
    before = request.GET.get("before", "")
    if before.isdigit():
        rows = rows.filter(pk__lt=int(before))
    events = list(rows[: PER_PAGE + 1])
    shown = events[:PER_PAGE]
    return render(
        request,
        "portal/audit_list.html",
        {
            "filter": filterset,
            "events": [(event, action_label(event.action), changes_text(event)) for event in shown],
            "count_label": count_label,
            "older_than": shown[-1].pk if len(events) > PER_PAGE else None,
            "is_first": not before.isdigit(),
        },
        status=200 if filterset.form.is_valid() else 422,
    )


@role_required(Role.AUDITOR, Role.SECURITY)
@require_GET
def audit_export(request: PortalRequest) -> HttpResponseBase:
    """Export what the filter shows, as a workbook or (`format=csv`) as text of any length."""
    filterset = AuditFilter(request.GET, queryset=AuditEvent.objects.visible_to(request.user))
    rows = filterset.qs.order_by("-pk")
    _count, count_label = capped_count(rows)
    kind = "csv" if request.GET.get("format") == "csv" else "xlsx"
    event = audit.record(
        None,
        "audit.export",
        actor=request.user,
        changes={"format": kind, "filter": filterset.words() or "全部", "count": count_label},
    )
    rows = rows.filter(pk__lt=event.pk)
    name = f"审计记录{timezone.localdate():%Y%m%d}"
    if kind == "csv":
        return _csv(rows, f"{name}.csv")
    try:
        file = _workbook(request, rows, filterset.words(), count_label)
    except WorkbookTooLongError:
        messages.error(request, "超过 100 万条，Excel 放不下。请缩小日期范围，或改用 CSV 导出。")
        return redirect("portal:audit_list")
    return workbook_answer(file, name)


def _csv(rows: QuerySet[AuditEvent], name: str) -> StreamingHttpResponse:
    labels = [label for _key, label in EXPORT_COLUMNS]
    cells = ([row[key] for key, _label in EXPORT_COLUMNS] for row in export_rows(rows))
    response = StreamingHttpResponse(csv_lines(labels, cells), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


def _workbook(request: PortalRequest, rows: QuerySet[AuditEvent], words: str, count_label: str) -> IO[bytes]:
    line = subtitle_line(
        unit=request.user.organisation.short_name,
        person=request.user.name,
        at=timezone.localtime(),
        filters=words,
    )
    with tempfile.TemporaryFile() as file:
        write_workbook(
            file, SHEET, export_rows(rows), heading="审计记录", subtitle=f"{line}　　共 {count_label} 条"
        )
        file.seek(0)
        # The answer reads through a handle of its own, which it closes when it has been sent.
        return os.fdopen(os.dup(file.fileno()), "rb")
