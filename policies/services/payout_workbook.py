"""A department's payout workbook: read, every error named by row, nothing written until it is confirmed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from policies.models import Payout, PayoutBatch, PolicyItem, PolicyItemVersion
from policies.services.payouts.checks import Candidate, find_problems
from policies.services.payouts.entries import add_payouts, create_batch
from policies.services.steps import capacities
from policies.terms import Repeat
from policies.workflow import LEAD, ItemState
from portal import file_store
from portal.errors import Refused
from portal.models import Enterprise, Organisation, User, WorkbookImport
from portal.services import audit
from portal.services.imports import claim_import, stored_workbook
from portal.workbooks import (
    CellError,
    Column,
    Kind,
    Preview,
    Sheet,
    SheetRead,
    WorkbookRefused,
    compare,
    read_sheet,
    subtitle_line,
    write_error_workbook,
    write_workbook,
)

KIND: Final = "payouts"
MOST_ROWS: Final = 20_000
COLUMN_OF: Final = {"enterprise": "credit_code", "amount": "amount", "period": "period", "paid_on": "paid_on"}
NOTES: Final = (
    "金额单位为元。事项编号见惠企事项列表；同一企业、事项、年度只能有一笔。",
    "一次性事项不填所属年度；每年可享受的事项填四位年份。",
)


@dataclass(frozen=True)
class Checked:
    """An upload that was read, with the payments it would enter."""

    read: SheetRead
    preview: Preview
    candidates: tuple[Candidate, ...]


def payout_sheet() -> Sheet:
    """Describe the sheet; the same for the empty form and for what comes back."""
    return Sheet(
        "兑现台账",
        (
            Column("credit_code", "统一社会信用代码", Kind.CODE, required=True, max_length=18, width=22),
            Column("name", "企业名称", max_length=120, width=30, help="供核对，以信用代码为准"),
            Column("item", "事项编号", Kind.CODE, required=True, max_length=20, width=14),
            Column("period", "所属年度", Kind.INTEGER, minimum=2000, maximum=2100),
            Column("amount", "金额（元）", Kind.DECIMAL, required=True, places=2, minimum=Decimal("0.01")),
            Column("paid_on", "兑现日期", Kind.DATE, required=True),
            Column("voucher", "凭证号", max_length=60, width=16),
        ),
        ("credit_code", "item", "period"),
    )


def write_form(target: BinaryIO | Path, *, subtitle: str) -> int:
    """Write the empty workbook that `check_payout_workbook` reads."""
    return write_workbook(
        target, payout_sheet(), [], heading="惠企资金兑现台账", subtitle=subtitle, notes=NOTES, blank_rows=50
    )


@transaction.atomic
def check_payout_workbook(
    organisation: Organisation, upload: UploadedFile, *, actor: User, today: date
) -> WorkbookImport:
    """Keep an upload and what it would enter; no payment is written. Raises `Refused` for a bad file."""
    _refuse_others(organisation, actor)
    with stored_workbook(upload) as stored:
        checked = examine(organisation, file_store.path_of(stored.stored_name), today=today)
        batch = WorkbookImport.objects.create(
            token=secrets.token_hex(16),
            kind=KIND,
            parameters={"organisation": organisation.pk},
            name=stored.name,
            stored_name=stored.stored_name,
            sha256=stored.sha256,
            preview=checked.preview.as_json(),
            uploaded_by=actor,
        )
        audit.record(batch, "import.check", actor=actor, changes={"file": stored.name})
        return batch


def _refuse_others(organisation: Organisation, actor: User) -> None:
    if capacities(actor, organisation).isdisjoint(LEAD):
        raise Refused(f"{organisation}的兑现台账由该单位导入，您没有此项权限。")


def examine(organisation: Organisation, file: BinaryIO | Path, *, today: date) -> Checked:
    """Read a workbook and check every row against register, items and ledger, with a fixed number of queries."""
    sheet = payout_sheet()
    try:
        read = read_sheet(file, sheet, max_rows=MOST_ROWS)
    except WorkbookRefused as error:
        raise Refused(str(error)) from error
    items, enterprises = _items(organisation), _enterprises(read)
    candidates: dict[int, Candidate] = {}
    errors = list(_row_errors(read, items, enterprises, candidates, today))
    for number, problems in zip(candidates, find_problems(list(candidates.values())), strict=True):
        errors += [read.error(number, COLUMN_OF[found.field], found.sentence) for found in problems]
    read = read.with_errors(errors)
    return Checked(read, compare(read, {}), tuple(candidates.values()))


def _items(organisation: Organisation) -> dict[str, PolicyItemVersion]:
    rows = PolicyItem.objects.filter(organisation=organisation, current__isnull=False)
    rows = rows.exclude(state=ItemState.WITHDRAWN)
    versions = PolicyItemVersion.objects.filter(pk__in=rows.values("current"))
    return {row.item.number: row for row in versions.select_related("item__organisation", "group")}


def _enterprises(read: SheetRead) -> dict[str, Enterprise]:
    codes = {str(row.values.get("credit_code") or "").upper() for row in read.rows}
    rows = Enterprise.objects.filter(credit_code__in=codes).select_related("town", "merged_into")
    return {row.credit_code: row for row in rows}


def _row_errors(
    read: SheetRead,
    items: Mapping[str, PolicyItemVersion],
    enterprises: Mapping[str, Enterprise],
    candidates: dict[int, Candidate],
    today: date,
) -> Iterator[CellError]:
    for row in read.rows:
        if row.number in read.bad_rows:
            continue
        values: Mapping[str, Any] = row.values
        version = items.get(str(values["item"]))
        enterprise = enterprises.get(str(values["credit_code"]).upper())
        if enterprise is None:
            yield read.error(row.number, "credit_code", "登记库中没有这个信用代码的市场主体，请核对代码")
        if version is None:
            yield read.error(row.number, "item", "本单位没有这个编号的惠企事项")
        if values["paid_on"] > today:
            yield read.error(row.number, "paid_on", "兑现日期不能晚于今天")
        elif enterprise is not None and version is not None:
            candidates[row.number] = _candidate(version, enterprise, values)


def _candidate(version: PolicyItemVersion, enterprise: Enterprise, values: Mapping[str, Any]) -> Candidate:
    period = str(values.get("period") or "")
    if version.repeat == Repeat.YEARLY and not period:
        period = str(values["paid_on"].year)
    return Candidate(
        version,
        enterprise,
        values["amount"],
        values["paid_on"],
        period,
        voucher=str(values.get("voucher") or ""),
        stated_on=values["paid_on"],
    )


@transaction.atomic
def apply_payout_workbook(batch: WorkbookImport, *, actor: User, today: date) -> PayoutBatch | None:
    """Enter what the preview showed as one draft batch; a second confirmation does nothing and returns None.

    Everything is checked again: what was entered since the preview is refused.
    """
    organisation = Organisation.objects.get(pk=batch.parameters["organisation"])
    _refuse_others(organisation, actor)
    if not claim_import(batch, WorkbookImport.State.APPLIED):
        return None
    checked = examine(organisation, file_store.path_of(batch.stored_name), today=today)
    if checked.preview.errors or not checked.candidates:
        raise Refused("工作簿仍有错误，或台账在核对后已有变动，请重新上传核对。")
    title = f"导入：{batch.name}"
    made = create_batch(organisation, title, actor=actor, today=today)
    payouts = add_payouts(made, checked.candidates, actor=actor)
    changes = {"file": batch.name, "count": len(payouts)}
    audit.record(made, "payout.import", actor=actor, organisation=organisation, changes=changes)
    return made


def write_corrections(batch: WorkbookImport, target: BinaryIO | Path, *, today: date) -> int:
    """Write the upload again with each row's errors beside it."""
    organisation = Organisation.objects.get(pk=batch.parameters["organisation"])
    checked = examine(organisation, file_store.path_of(batch.stored_name), today=today)
    at = timezone.localtime(batch.uploaded_at)
    return write_error_workbook(
        target,
        checked.read,
        checked.preview.errors,
        heading="惠企资金兑现台账：待改正",
        subtitle=f"文件：{batch.name}　　上传时间：{at:%Y-%m-%d %H:%M}　　请改正「问题」一列所指的单元格后重新上传",
    )


def ledger_rows(payouts: Any) -> Iterator[dict[str, object]]:
    """Yield payments as rows of the sheet, for the export; `payouts` starts from `visible_to`."""
    rows: list[Payout] = payouts.select_related("item", "enterprise")
    for row in rows:
        yield {
            "credit_code": row.enterprise.credit_code,
            "name": row.enterprise.name,
            "item": row.item.number,
            "period": int(row.period) if row.period else None,
            "amount": row.amount,
            "paid_on": row.paid_on or row.stated_on,
            "voucher": row.voucher or None,
        }


@transaction.atomic
def export_payouts(
    payouts: Any, target: BinaryIO | Path, *, actor: User, at: datetime, filters: str = ""
) -> int:
    """Write the payments as the workbook that comes back; reversals stand in it as negative sums."""
    count = payouts.count()
    line = subtitle_line(
        unit=actor.organisation.short_name, person=actor.name, at=at, filters=filters, count=count
    )
    written = write_workbook(
        target, payout_sheet(), ledger_rows(payouts), heading="惠企资金兑现台账", subtitle=line, notes=NOTES
    )
    audit.record(None, "payout.export", actor=actor, changes={"rows": written, "filters": filters})
    return written
