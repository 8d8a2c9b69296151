"""Read a unit's filled-in workbook, name every error by row and column, and say what it would change."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from indicators.models import ProgressReport, ReportingMonth
from indicators.selectors.months import window
from indicators.services.report_workbook.sheet import YES, report_rows, report_sheet
from indicators.services.reports.checks import LABELS, problems_with
from indicators.workflow import OWED_STATES, PENDING_STATES
from portal import file_store
from portal.errors import Refused
from portal.models import Organisation, User, WorkbookImport
from portal.services import audit
from portal.services.imports import fingerprint, stored_workbook
from portal.workbooks import (
    CellError,
    Preview,
    RowRead,
    SheetRead,
    WorkbookRefused,
    compare,
    read_sheet,
    write_error_workbook,
)
from portal.workbooks.columns import Key, normal_name

KIND = "reports"
MOST_SHOWN = 2000
Existing = dict[Key, dict[str, Any]]


@dataclass(frozen=True)
class Checked:
    """An upload that was read and compared, with the reports as they were then."""

    read: SheetRead
    preview: Preview
    existing: Existing
    fingerprint: str


def check_reports(
    month: ReportingMonth, organisation: Organisation, upload: UploadedFile, *, actor: User, today: date
) -> WorkbookImport:
    """Keep an uploaded workbook and what it would change; no report is written.

    Raises `Refused` for a file that is no workbook of this kind, and when the
    month is locked for the unit.
    """
    refuse_others(month, organisation, actor, today)
    with stored_workbook(upload) as stored, transaction.atomic():
        checked = examine(month, organisation, file_store.path_of(stored.stored_name))
        batch = WorkbookImport.objects.create(
            token=secrets.token_hex(16),
            kind=KIND,
            parameters={"month": month.slug, "organisation": organisation.code},
            name=stored.name,
            stored_name=stored.stored_name,
            sha256=stored.sha256,
            preview=checked.preview.as_json(shown=MOST_SHOWN) | {"fingerprint": checked.fingerprint},
            uploaded_by=actor,
        )
        facts = {"month": month.slug, "file": stored.name}
        audit.record(batch, "import.check", actor=actor, organisation=organisation, changes=facts)
    return batch


def refuse_others(month: ReportingMonth, organisation: Organisation, actor: User, today: date) -> None:
    """Raise `Refused` unless `actor` reports for the unit and the month is open to it."""
    if actor.organisation_id != organisation.pk:
        raise Refused("只能上传本单位的填报表")
    opening = window(month, organisation, today=today)
    if not opening.is_open:
        raise Refused(opening.sentence)


def examine(month: ReportingMonth, organisation: Organisation, file: BinaryIO | Path) -> Checked:
    """Read and compare a workbook with the unit's reports as they are now."""
    sheet = report_sheet()
    try:
        read = read_sheet(file, sheet)
    except WorkbookRefused as error:
        raise Refused(str(error)) from error
    reports = ProgressReport.objects.filter(month=month.month, organisation=organisation).due()
    existing: Existing = {sheet.key_of(row): row for row in report_rows(reports)}
    read = read.with_errors(_strangers(read, existing, month, organisation))
    # A number that is not the unit's was named above, in words that fit; the comparison need not repeat it.
    known = existing | {
        key: {} for row in read.rows if (key := sheet.key_of(row.values)) not in existing and key != (None,)
    }
    preview = compare(read, known)
    if found := list(_unfit(preview, read, existing)):
        read = read.with_errors(found)
        preview = compare(read, known)
    return Checked(read, preview, existing, fingerprint(read, existing))


def _strangers(
    read: SheetRead, existing: Existing, month: ReportingMonth, organisation: Organisation
) -> Iterator[CellError]:
    """Yield the rows that are not of this unit, this month or any item, or whose number was changed."""
    for row in read.rows:
        message = _stranger(row, existing.get(read.sheet.key_of(row.values)), month, organisation)
        if message:
            yield read.error(row.number, "number", message)


def _stranger(
    row: RowRead, known: dict[str, Any] | None, month: ReportingMonth, organisation: Organisation
) -> str:
    number, whose, when = row.values.get("number"), _text(row, "organisation"), _text(row, "month")
    if number is None:
        return "编号为空；月报不能增加行，请删去该行或恢复原编号"
    if when and normal_name(when) != normal_name(f"{month}"):
        return f"该行是{when}的内容，现在填报的是{month}，请上传{month}的填报表"
    if whose and normal_name(whose) != normal_name(organisation.short_name):
        return f"该行属于{whose}，不是本单位的事项，请删去该行"
    if known is None:
        return f"编号 {number} 不是本单位{month}应报的事项，请恢复原编号"
    title = _text(row, "title")
    if title and normal_name(title) != normal_name(str(known["title"])):
        return f"编号 {number} 的事项是“{known['title']}”，与本行的事项名称不符，请恢复原编号"
    return ""


def _text(row: RowRead, key: str) -> str:
    cell = row.raw.get(key)
    return cell.strip() if isinstance(cell, str) else ""


def _unfit(preview: Preview, read: SheetRead, existing: Existing) -> Iterator[CellError]:
    """Yield what keeps a changed row from being submitted: by the same rules as on the screen."""
    for row in preview.changed:
        known = existing[row.key]
        report: ProgressReport = known["report"]
        if report.state not in OWED_STATES:
            hint = "可先在系统中撤回" if report.state in PENDING_STATES else "需要更正请联系营商办"
            state = report.get_state_display()
            yield read.error(row.number, "number", f"该项{state}，不能用本表修改；{hint}，或恢复原内容")
            continue
        values = merged(known, row.values)
        for problem in problems_with(values, previous_percent=report.previous_percent):
            yield read.error(row.number, problem.field, problem.sentence)
        typed = row.values.get("percent")
        if row.values.get("no_change") == YES and typed not in (None, report.previous_percent):
            yield read.error(
                row.number, "percent", "选了“本月无变化”，累计进度应与上月相同；请清空，或不选“本月无变化”"
            )


def merged(known: dict[str, Any], values: Any) -> dict[str, Any]:
    """Return a report's fields as they would be: what the file has, else what is stored.

    "No change" without a percent means last month's.
    """
    report: ProgressReport = known["report"]
    fields = {name: values[name] if name in values else known[name] for name in LABELS}
    if values.get("no_change") == YES and fields["percent"] is None:
        fields["percent"] = report.previous_percent
    return {
        name: value if name in {"percent", "quantity_done"} else (value or "").strip()
        for name, value in fields.items()
    }


def write_corrections(
    month: ReportingMonth, organisation: Organisation, batch: WorkbookImport, target: BinaryIO | Path
) -> int:
    """Write the upload again with each row's errors beside it, to be put right and uploaded anew."""
    checked = examine(month, organisation, file_store.path_of(batch.stored_name))
    at = timezone.localtime(batch.uploaded_at)
    return write_error_workbook(
        target,
        checked.read,
        checked.preview.errors,
        heading=f"{organisation.name}{month}进展填报表：待改正",
        subtitle=f"文件：{batch.name}　　上传时间：{at:%Y-%m-%d %H:%M}　　请改正「问题」一列所指的单元格后重新上传",
    )
