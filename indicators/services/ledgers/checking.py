"""Read an uploaded ledger, find every error by sheet, row and column, and say what it would change."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from indicators.item_rules import problems_with
from indicators.models import WorkItem, WorkList
from indicators.services.ledgers.sheets import (
    NO,
    Lookups,
    joined,
    ledger_rows,
    ledger_sheet,
)
from indicators.workflow import AT_WORK, OPEN_STATES, ItemState
from portal import file_store
from portal.errors import Refused
from portal.models import User, WorkbookImport
from portal.roles import OFFICE_ROLES, Role
from portal.services import audit
from portal.services.imports import StoredWorkbook, fingerprint, stored_workbook
from portal.workbooks.columns import Key, normal_name
from portal.workbooks.compare import FieldChange, Preview, compare
from portal.workbooks.corrections import write_error_workbook
from portal.workbooks.limits import MB, Limits
from portal.workbooks.reader import CellError, SheetRead, read_sheet
from portal.workbooks.refusals import WorkbookRefused

KIND = "ledger"
SEPARATORS = re.compile(r"[、，,；;／/\s]+")
# A county's whole year fits the ordinary limits; a province's ledger of 100,000 rows unpacks to 90 MB.
# Only the office uploads ledgers.
LEDGER_LIMITS = Limits(unpacked_bytes=160 * MB, member_bytes=140 * MB, cpu_seconds=60)
Existing = dict[Key, dict[str, Any]]


@dataclass(frozen=True)
class Checked:
    """An upload that was read and compared, with what was known while comparing."""

    read: SheetRead
    preview: Preview
    existing: Existing
    lookups: Lookups
    fingerprint: str


def check_ledger(work_list: WorkList, upload: UploadedFile, *, actor: User, today: date) -> WorkbookImport:
    """Keep an uploaded workbook and what it would change; nothing of the ledger is written.

    Raises `Refused` for a file that is no workbook or not this ledger's.
    """
    refuse_others(actor)
    with stored_workbook(upload, LEDGER_LIMITS) as stored:
        checked = examine(work_list, file_store.path_of(stored.stored_name), actor=actor)
        with transaction.atomic():
            return _keep(work_list, checked, stored, actor)


def refuse_others(actor: User) -> None:
    """Raise `Refused` unless `actor` works in the office."""
    if not actor.is_active or not actor.has_role(*OFFICE_ROLES):
        raise Refused("台账由营商办导入，您没有此项权限")


def _keep(work_list: WorkList, checked: Checked, stored: StoredWorkbook, actor: User) -> WorkbookImport:
    preview = checked.preview.as_json() | {"fingerprint": checked.fingerprint}
    batch = WorkbookImport.objects.create(
        token=secrets.token_hex(16),
        kind=KIND,
        parameters={"work_list": work_list.slug, "pk": work_list.pk},
        name=stored.name,
        stored_name=stored.stored_name,
        sha256=stored.sha256,
        preview=preview,
        uploaded_by=actor,
    )
    audit.record(batch, "import.check", actor=actor, changes={"list": work_list.slug, "file": stored.name})
    return batch


def examine(work_list: WorkList, file: BinaryIO | Path, *, actor: User) -> Checked:
    """Read and compare a workbook with the ledger as it is now."""
    lookups = Lookups.load(work_list.year)
    sheet = ledger_sheet(work_list, lookups)
    try:
        read = read_sheet(file, sheet, limits=LEDGER_LIMITS)
    except WorkbookRefused as error:
        raise Refused(str(error)) from error
    rows = ledger_rows(WorkItem.objects.filter(work_list=work_list), lookups)
    existing: Existing = {sheet.key_of(row): row for row in rows}
    read = read.with_errors(_errors(read, existing, lookups, work_list))
    preview = compare(read, existing)
    may_adjust = actor.has_role(Role.OFFICE_HEAD)
    if forbidden := _forbidden(preview, read, existing, may_adjust=may_adjust):
        read = read.with_errors(forbidden)
        preview = compare(read, existing)
    return Checked(read, preview, existing, lookups, fingerprint(read, existing))


def _errors(
    read: SheetRead, existing: Existing, lookups: Lookups, work_list: WorkList
) -> Iterator[CellError]:
    """Yield what the rules find in the rows that could be read, and complete what was left empty."""
    titles: dict[tuple[object, object], str] = {
        (row["title"], row["organisation"]): f"事项 {row['number']} " for row in existing.values()
    }
    for row in read.rows:
        if row.number in read.bad_rows:
            continue
        values = row.values
        found = _complete(values, lookups)
        judged = {**values, "supporting": names_in(values.get("supporting"))}
        for name, messages in problems_with(judged, year=work_list.year).items():
            found.setdefault(name, []).extend(messages)
        if not values.get("number"):
            same = (values.get("title"), values.get("organisation"))
            if same in titles:
                message = f"与{titles[same]}的名称和责任单位相同；如是同一事项请填写编号，如不是请写明区别"
                found.setdefault("title", []).append(message)
            titles.setdefault(same, f"第 {row.number} 行")
        for name, messages in found.items():
            for message in messages:
                yield read.error(row.number, name, message)


def names_in(text: object) -> list[str]:
    """Return the names in a cell of several units."""
    return [name for name in SEPARATORS.split(text) if name] if isinstance(text, str) else []


def _complete(values: dict[str, object], lookups: Lookups) -> dict[str, list[str]]:
    """Fill what may be left empty, and write supporting units as an export does; return unknown names."""
    found: dict[str, list[str]] = {}
    force = lookups.task_forces.get(str(values.get("task_force")))
    if "lead" in values and values["lead"] is None and force is not None:
        values["lead"] = force.lead.short_name
    if "weight" in values and values["weight"] is None:
        values["weight"] = 1
    if "is_important" in values and values["is_important"] is None:
        values["is_important"] = NO
    if values.get("supporting"):
        names = [(name, lookups.loosely.get(normal_name(name))) for name in names_in(values["supporting"])]
        unknown = [name for name, unit in names if unit is None]
        if unknown:
            said = "、".join(unknown[:3])
            found["supporting"] = [f"没有名为「{said}」的单位，请写单位简称，多个单位用顿号隔开"]
        else:
            values["supporting"] = joined(list({unit for _, unit in names if unit}), lookups)
    return found


_ADJUSTED = {"due_on": "完成时限", "organisation": "责任单位", "start_on": "开始日期"}


def _forbidden(preview: Preview, read: SheetRead, existing: Existing, *, may_adjust: bool) -> list[CellError]:
    """Return the changes that the state of an item, or the person's role, does not let an import make."""
    return [
        read.error(row.number, change.key, message)
        for row in preview.changed
        for change in row.fields
        if (message := _refusal(existing[row.key], change, may_adjust=may_adjust))
    ]


def _refusal(known: Mapping[str, Any], change: FieldChange, *, may_adjust: bool) -> str:
    stage = known["stage"]
    if stage not in OPEN_STATES | {ItemState.SUSPENDED}:
        return f"事项{known['state']}，不能修改；请恢复原值"
    if change.key == "lead" and stage == ItemState.AWAITING_LEAD:
        return "牵头单位正在初审，暂不能更换；请恢复原值"
    label = _ADJUSTED.get(change.key)
    if label is None or change.before is None:
        return ""
    problem = ""
    if change.after is None:
        problem = f"已有的{label}不能清空；请恢复原值 {change.before}"
    elif not may_adjust:
        problem = f"更改{label}须由营商办主任办理（原为 {change.before}）；请恢复原值，或请主任导入"
    elif change.key == "organisation" and stage not in AT_WORK:
        problem = f"事项{known['state']}，暂不能更改责任单位；请恢复原值"
    return problem


def write_corrections(
    work_list: WorkList, batch: WorkbookImport, target: BinaryIO | Path, *, actor: User
) -> int:
    """Write the upload again with each row's errors beside it, to be put right and uploaded anew."""
    checked = examine(work_list, file_store.path_of(batch.stored_name), actor=actor)
    at = timezone.localtime(batch.uploaded_at)
    return write_error_workbook(
        target,
        checked.read,
        checked.preview.errors,
        heading=f"{work_list.title}台账：待改正",
        subtitle=f"文件：{batch.name}　　上传时间：{at:%Y-%m-%d %H:%M}　　请改正「问题」一列所指的单元格后重新上传",
    )
