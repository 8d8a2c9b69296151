"""Reconcile the payout ledger of a period with finance's workbook; nothing is written but the trace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from policies.models import Payout
from policies.reconciling import Reconciliation, Record, reconcile
from portal import file_store
from portal.errors import Refused
from portal.models import User
from portal.services import audit
from portal.services.imports import stored_workbook
from portal.workbooks import Column, Kind, Sheet, WorkbookRefused, read_sheet

MOST_ROWS: Final = 50_000
MOST_SHOWN: Final = 5


def finance_sheet() -> Sheet:
    """Describe finance's workbook."""
    return Sheet(
        "拨付明细",
        (
            Column("voucher", "凭证号", max_length=60, aliases=("支付凭证号", "凭证编号")),
            Column(
                "credit_code",
                "统一社会信用代码",
                Kind.CODE,
                required=True,
                max_length=18,
                aliases=("收款人代码", "信用代码"),
            ),
            Column("name", "收款人", max_length=120, aliases=("企业名称", "收款人名称")),
            Column(
                "amount", "金额（元）", Kind.DECIMAL, required=True, places=2, aliases=("金额", "拨付金额")
            ),
            Column("paid_on", "拨付日期", Kind.DATE, required=True, aliases=("支付日期",)),
        ),
        ("credit_code", "amount", "paid_on"),
        is_foreign=True,
    )


def reconcile_workbook(upload: UploadedFile, *, actor: User, start: date, end: date) -> Reconciliation:
    """Compare the payments that `actor` may read, from `start` up to, not including, `end`, with the upload.

    Raises `Refused` for a workbook that can't be read whole: half a comparison misleads.
    """
    with stored_workbook(upload) as stored:
        try:
            read = read_sheet(file_store.path_of(stored.stored_name), finance_sheet(), max_rows=MOST_ROWS)
        except WorkbookRefused as error:
            raise Refused(str(error)) from error
        if read.missing_columns:
            raise Refused(f"工作簿缺少“{'”“'.join(read.missing_columns)}”列，请补上后重新上传")
        if read.errors:
            told = "；".join(str(error) for error in read.errors[:MOST_SHOWN])
            raise Refused(f"工作簿有 {len(read.errors)} 处不能识别：{told}")
        records = [_record(row.number, row.values) for row in read.rows]
        theirs = [row for row in records if row.paid_on is not None and start <= row.paid_on < end]
        file_store.delete(stored.stored_name)
    found = replace(reconcile(_ours(actor, start, end), theirs), outside=len(records) - len(theirs))
    with transaction.atomic():
        changes = {
            "file": stored.name,
            "agreed": found.agreed,
            "differing": len(found.differing),
            "only_here": len(found.only_here),
            "only_there": len(found.only_there),
            "outside": found.outside,
        }
        audit.record(None, "payout.reconcile", actor=actor, changes=changes)
    return found


def _record(number: int, values: Mapping[str, Any]) -> Record:
    code = str(values["credit_code"]).upper()
    voucher, name = values.get("voucher") or "", values.get("name") or ""
    return Record(voucher, code, values["amount"], values["paid_on"], f"第 {number} 行", name)


def _ours(actor: User, start: date, end: date) -> list[Record]:
    rows = Payout.objects.visible_to(actor).paid(start, end).select_related("enterprise", "batch")
    return [
        Record(
            row.voucher,
            row.enterprise.credit_code,
            row.amount,
            row.paid_on,
            row.batch.number,
            row.enterprise.name,
        )
        for row in rows.order_by("pk")
    ]
