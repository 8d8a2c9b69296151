"""The sheet of a unit's month and the sheet of a month's overview, and the workbooks made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction

from indicators.models import ProgressReport, ReportingMonth
from indicators.querysets import ProgressReportQuerySet
from indicators.selectors.months import UnitProgress, earlier_reports
from indicators.services.reports.checks import TEXT_LENGTH, TEXTS
from portal.documents.numbers import printed_date
from portal.models import Organisation, User
from portal.services import audit
from portal.workbooks import Column, Kind, Sheet, subtitle_line, write_workbook

YES = "是"
EDITED = ("percent", "quantity_done", "done", "problems", "coordination", "next_step", "no_change")
NOTES = (
    "编号、事项、月份、责任单位和上月内容由系统填好，请勿改动；不能增加或移动行。",
    "没有进展的事项：在“本月无变化”选“是”，并在“本月进展”写一句原因，进度留空即按上月填报。",
    "没有填写的行保持不变；已提交审核和已审核的行不能用本表修改。",
)


def report_sheet() -> Sheet:
    """Describe a unit's month; the same for the workbook that goes out and the one that comes back."""
    return Sheet(
        "进展填报",
        (
            Column("number", "编号", Kind.CODE, locked=True, width=14),
            Column("title", "事项", locked=True, width=26),
            Column("month", "月份", locked=True, width=11),
            Column("organisation", "责任单位", locked=True, width=13),
            Column("target", "目标", locked=True, width=11),
            Column("due_on", "完成时限", Kind.DATE, locked=True),
            Column("previous_percent", "上月进度", Kind.PERCENT, locked=True),
            Column("previous", "上月进展", Kind.LONG_TEXT, locked=True, width=34),
            Column(
                "no_change", "本月无变化", Kind.CHOICE, choices=(YES,), help="没有进展的选“是”，并写一句原因"
            ),
            Column(
                "percent",
                "累计进度",
                Kind.PERCENT,
                places=1,
                minimum=Decimal(0),
                maximum=Decimal(100),
                help="到月底的累计进度，例如 62%",
            ),
            Column("quantity_done", "累计完成", Kind.DECIMAL, places=2, minimum=Decimal(0)),
            Column("done", TEXTS["done"], Kind.LONG_TEXT, max_length=TEXT_LENGTH, width=40),
            Column("problems", TEXTS["problems"], Kind.LONG_TEXT, max_length=TEXT_LENGTH, width=24),
            Column("coordination", TEXTS["coordination"], Kind.LONG_TEXT, max_length=TEXT_LENGTH, width=24),
            Column("next_step", TEXTS["next_step"], Kind.LONG_TEXT, max_length=TEXT_LENGTH, width=24),
            Column("state", "状态", locked=True, width=10),
        ),
        key=("number",),
    )


def report_rows(reports: ProgressReportQuerySet) -> Iterator[dict[str, Any]]:
    """Yield each report as a row of the sheet, and with it the report itself as `report`; two queries."""
    rows = list(
        reports.select_related("item__work_list", "item__lead", "organisation").order_by(
            "item__work_list__order", "item__number"
        )
    )
    last = earlier_reports(rows)
    for report in rows:
        yield _row(report, last.get(report.item_id))


def _row(report: ProgressReport, last: ProgressReport | None) -> dict[str, Any]:
    item = report.item
    target = f"{item.quantity.normalize():f}{item.unit}" if item.quantity is not None else None
    return {
        "number": item.number,
        "title": item.title,
        "month": month_text(report),
        "organisation": report.organisation.short_name,
        "target": target,
        "due_on": item.due_on,
        "previous_percent": report.previous_percent,
        "previous": last.done if last else None,
        "no_change": YES if report.no_change else None,
        "percent": report.percent,
        "quantity_done": report.quantity_done,
        "done": report.done or None,
        "problems": report.problems or None,
        "coordination": report.coordination or None,
        "next_step": report.next_step or None,
        "state": report.get_state_display(),
        "version": report.version,
        "report": report,
    }


def month_text(report: ProgressReport) -> str:
    return f"{report.month.year}年{report.month.month}月"


@transaction.atomic
def write_reports(
    month: ReportingMonth,
    organisation: Organisation,
    reports: ProgressReportQuerySet,
    target: BinaryIO | Path,
    *,
    actor: User,
    at: datetime,
) -> int:
    """Write a unit's month, prefilled, to be filled in and sent back; return the number of rows.

    `reports` is the caller's scope. The download stands in the audit trail.
    """
    rows = list(report_rows(reports))
    written = write_workbook(
        target,
        report_sheet(),
        rows,
        heading=f"{organisation.name}{month}进展填报表",
        subtitle=subtitle_line(
            unit=organisation.short_name, person=actor.name, at=at, filters=f"{month}", count=len(rows)
        ),
        notes=NOTES,
    )
    audit.record(month, "report.export", actor=actor, organisation=organisation, changes={"rows": written})
    return written


def overview_sheet() -> Sheet:
    """Describe the overview of a month: one row for each unit, nothing to be filled in."""
    numbers = (
        ("due", "应报"),
        ("verified", "已审核"),
        ("pending", "待审核"),
        ("missing", "未报"),
        ("draft", "其中草稿"),
        ("returned", "其中已退回"),
        ("on_time", "按时"),
        ("late", "迟报"),
    )
    return Sheet(
        "各单位月报",
        (
            Column("organisation", "单位", locked=True, width=24),
            *(Column(key, label, Kind.INTEGER, locked=True) for key, label in numbers),
            Column("unlocked", "解锁至", Kind.DATE, locked=True),
        ),
        key=("organisation",),
    )


def overview_rows(rows: Iterable[UnitProgress]) -> Iterator[dict[str, Any]]:
    for row in rows:
        progress = row.progress
        yield {
            "organisation": row.organisation.name,
            "due": progress.due,
            "verified": progress.verified,
            "pending": progress.pending,
            "missing": progress.missing,
            "draft": progress.draft,
            "returned": progress.returned,
            "on_time": progress.on_time,
            "late": progress.late,
            "unlocked": row.unlocked_until,
        }


@transaction.atomic
def write_overview(
    month: ReportingMonth, rows: list[UnitProgress], target: BinaryIO | Path, *, actor: User, at: datetime
) -> int:
    """Write how far each unit is with a month; return the number of units."""
    written = write_workbook(
        target,
        overview_sheet(),
        overview_rows(rows),
        heading=f"{month}月报填报情况",
        subtitle=subtitle_line(
            unit=actor.organisation.short_name,
            person=actor.name,
            at=at,
            filters=f"按时截止 {printed_date(month.due_on)}，封账 {printed_date(month.closes_on)}",
            count=len(rows),
        ),
    )
    audit.record(month, "month.export", actor=actor, changes={"units": written})
    return written
