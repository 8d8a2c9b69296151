"""The result of an assessment as a workbook: the table, and the evidence rule by rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, BinaryIO

from portal.models import User
from portal.workbooks.columns import Column, Kind, Sheet
from portal.workbooks.writer import Part, write_sheets
from reports.assessing.evaluation import COUNTED
from reports.assessing.rules import Group
from reports.models import Assessment, Result

TABLE = Sheet(
    "考核结果",
    (
        Column("group", "组别", locked=True),
        Column("place", "位次", Kind.INTEGER, locked=True),
        Column("unit", "单位", locked=True),
        Column("base", "基础分", Kind.DECIMAL, places=2, locked=True),
        Column("added", "加分", Kind.DECIMAL, places=2, locked=True),
        Column("deducted", "扣分", Kind.DECIMAL, places=2, locked=True),
        Column("total", "得分", Kind.DECIMAL, places=2, locked=True),
        Column("grade", "等次", locked=True),
    ),
    ("unit",),
)
EVIDENCE = Sheet(
    "计分依据",
    (
        Column("unit", "单位", locked=True),
        Column("rule", "考核事由", locked=True),
        Column("calculation", "计算", Kind.LONG_TEXT, locked=True),
        Column("number", "编号", Kind.CODE, locked=True),
        Column("label", "名称", locked=True),
        Column("note", "情况", Kind.LONG_TEXT, locked=True),
        Column("counts", "是否计入", locked=True),
    ),
    ("unit", "rule", "number"),
)
NUMBERS = ("base", "added", "deducted", "total")


def write_assessment(
    target: BinaryIO,
    assessment: Assessment,
    table: Sequence[Mapping[str, Any]],
    *,
    user: User,
    subtitle: str,
) -> int:
    """Write the table and the evidence that `user` may read; return the number of rows."""
    results = Result.objects.visible_to(user).filter(assessment=assessment).select_related("organisation")
    return write_sheets(
        target,
        [
            Part(TABLE, map(_row, table), f"{assessment}结果", subtitle),
            Part(EVIDENCE, _evidence(list(results)), f"{assessment}计分依据", subtitle),
        ],
    )


def _row(row: Mapping[str, Any]) -> Mapping[str, object]:
    return {**row, "group": Group(row["group"]).label, **{name: Decimal(row[name]) for name in NUMBERS}}


def _evidence(results: Sequence[Result]) -> Iterator[Mapping[str, object]]:
    for result in results:
        for line in result.lines:
            for one in line["evidence"]:
                yield {
                    "unit": result.organisation.short_name,
                    "rule": line["label"],
                    "calculation": line["calculation"],
                    "number": one["number"],
                    "label": one["label"],
                    "note": one["note"],
                    "counts": "计入" if one["why_not"] == COUNTED else one["why_not"],
                }
