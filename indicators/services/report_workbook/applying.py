"""Write a confirmed workbook of reports: everything or nothing, and once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from indicators.models import ProgressReport, ReportingMonth
from indicators.services.report_workbook.checking import Checked, examine, merged, refuse_others
from indicators.services.report_workbook.sheet import YES
from indicators.services.reports import Edit, save_and_submit, save_drafts
from portal import file_store
from portal.errors import Refused
from portal.models import Organisation, User, WorkbookImport
from portal.services import audit
from portal.services.imports import claim_import


@dataclass(frozen=True)
class Applied:
    """How many reports were written and how many submitted; `again`: it had been confirmed before."""

    written: int
    submitted: int
    again: bool = False


@transaction.atomic
def apply_reports(
    month: ReportingMonth,
    organisation: Organisation,
    batch: WorkbookImport,
    *,
    actor: User,
    today: date,
    submit: bool,
) -> Applied:
    """Write what the preview showed as drafts, or submit it. A second confirmation does nothing more.

    Raises `Refused` when the upload has errors, or when one of its reports was
    changed after the preview; then nothing is written.
    """
    refuse_others(month, organisation, actor, today)
    if not claim_import(batch, WorkbookImport.State.APPLIED):
        batch.refresh_from_db()
        if batch.state != WorkbookImport.State.APPLIED:
            raise Refused("该次上传已放弃，请重新上传")
        return Applied(batch.preview["counts"]["changed"], 0, again=True)
    checked = examine(month, organisation, file_store.path_of(batch.stored_name))
    if checked.fingerprint != batch.preview["fingerprint"]:
        raise Refused("核对之后，其中有事项已在系统中修改。请重新下载填报表，合并修改后再上传")
    if not checked.preview.acceptable:
        raise Refused("工作簿仍有错误，请改正后重新上传")
    written = _write(checked, actor, today, submit=submit)
    submitted = len(written) if submit else 0
    facts = {"month": month.slug, "written": len(written), "submitted": submitted}
    audit.record(batch, "import.apply", actor=actor, organisation=organisation, changes=facts)
    return Applied(len(written), submitted)


def _write(checked: Checked, actor: User, today: date, *, submit: bool) -> list[ProgressReport]:
    """Keep the changed rows as drafts or submit them, all or none; those marked 无变化 with their sentence."""
    edits, unchanged = [], set()
    for row in checked.preview.changed:
        known = checked.existing[row.key]
        report: ProgressReport = known["report"]
        fields = merged(known, row.values)
        if row.values.get("no_change") == YES:
            # The same as 本月无变化 on the screen: the figures stay the item's, and no problem is new.
            fields |= {"quantity_done": report.item.quantity_done, "problems": ""}
            unchanged.add(report.pk)
        edits.append(Edit(report, report.version, fields))
    if submit:
        return save_and_submit(edits, actor=actor, today=today, unchanged=unchanged)
    drafts = save_drafts(edits, actor=actor, today=today)
    for draft in drafts:
        if draft.error is not None:
            raise draft.error
    return [draft.report for draft in drafts]
