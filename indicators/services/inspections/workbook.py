"""The list of inspections and their findings as a workbook."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import QuerySet

from indicators.models import Finding, Inspection
from indicators.selectors.inspections import inspection_rows
from portal.models import User
from portal.services import audit
from portal.workbooks import Column, Kind, Part, Sheet, subtitle_line
from portal.workbooks.writer import write_sheets

CHUNK = 500
INSPECTIONS = Sheet(
    "督查",
    (
        Column("number", "编号", locked=True),
        Column("title", "名称", locked=True, width=30),
        Column("kind", "类型", locked=True),
        Column("method", "方式", locked=True),
        Column("units", "被督查单位", locked=True, width=30),
        Column("issued_on", "启动日期", Kind.DATE, locked=True),
        Column("concluded_on", "反馈日期", Kind.DATE, locked=True),
        Column("found", "问题", Kind.INTEGER, locked=True),
        Column("rectified", "已整改", Kind.INTEGER, locked=True),
        Column("state", "状态", locked=True),
    ),
    key=("number",),
)
FINDINGS = Sheet(
    "问题",
    (
        Column("number", "编号", locked=True),
        Column("inspection", "督查", locked=True, width=30),
        Column("organisation", "被督查单位", locked=True),
        Column("title", "问题", locked=True, width=30),
        Column("basis", "对照要求", Kind.LONG_TEXT, locked=True, width=30),
        Column("demand", "整改要求", Kind.LONG_TEXT, locked=True, width=30),
        Column("weight", "程度", locked=True),
        Column("issued_on", "反馈日期", Kind.DATE, locked=True),
        Column("item", "整改事项", locked=True),
        Column("rectified_on", "复查合格日期", Kind.DATE, locked=True),
        Column("state", "状态", locked=True),
    ),
    key=("number",),
)


@transaction.atomic
def export_inspections(
    rows: QuerySet[Inspection], target: BinaryIO | Path, *, actor: User, at: datetime, filters: str = ""
) -> int:
    """Write the inspections `rows` and of their findings those that `actor` may read; return how many rows."""
    findings = Finding.objects.visible_to(actor).filter(inspection__in=rows.order_by().values("pk"))

    def line(count: int) -> str:
        unit = actor.organisation.short_name
        return subtitle_line(unit=unit, person=actor.name, at=at, filters=filters, count=count)

    parts = [
        Part(INSPECTIONS, _inspections(rows, actor), "督查台账", line(rows.count())),
        Part(FINDINGS, _findings(findings), "督查发现问题", line(findings.count())),
    ]
    written = write_sheets(target, parts)
    audit.record(None, "inspection.export", actor=actor, changes={"rows": written, "filters": filters})
    return written


def _inspections(rows: QuerySet[Inspection], actor: User) -> Iterator[dict[str, Any]]:
    keys = list(rows.values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        chunk = Inspection.objects.filter(pk__in=keys[start : start + CHUNK])
        for row in inspection_rows(chunk, actor):
            inspection = row.inspection
            yield {
                "number": inspection.slug,
                "title": inspection.title,
                "kind": inspection.get_kind_display(),
                "method": inspection.get_method_display(),
                "units": "、".join(row.units),
                "issued_on": inspection.issued_on,
                "concluded_on": inspection.concluded_on,
                "found": row.found,
                "rectified": row.rectified,
                "state": inspection.get_state_display(),
            }


def _findings(rows: QuerySet[Finding]) -> Iterator[dict[str, Any]]:
    wanted = rows.select_related("inspection", "organisation", "item")
    for finding in wanted.order_by("-inspection__year", "-inspection__number", "position").iterator(CHUNK):
        yield {
            "number": f"{finding.inspection.slug}-{finding.position}",
            "inspection": finding.inspection.title,
            "organisation": finding.organisation.short_name,
            "title": finding.title,
            "basis": finding.basis,
            "demand": finding.demand,
            "weight": finding.get_weight_display(),
            "issued_on": finding.issued_on,
            "item": finding.item.short_number if finding.item else None,
            "rectified_on": finding.rectified_on,
            "state": finding.get_state_display(),
        }
