"""A ledger as a sheet: its columns, its rows, and the workbook that goes out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import QuerySet

from indicators.item_rules import HEAVIEST, TITLE_LENGTH
from indicators.models import TaskForce, WorkItem, WorkList
from indicators.workflow import ItemState
from portal.models import Organisation, User
from portal.services import audit
from portal.workbooks.columns import Column, Kind, Sheet, normal_name
from portal.workbooks.writer import Part, subtitle_line, write_sheets

YES, NO = "是", "否"
JOINT = "、"
CHUNK = 2000
NOTES = (
    "编号由系统生成，请勿修改；新增的行编号留空。",
    "状态、进度、亮灯三列只供查看，改动不会导入。",
    "已有完成时限或责任单位的事项，须由营商办主任导入才能更改，更改记入事项经过。",
)


@dataclass(frozen=True)
class Lookups:
    """Task forces of the list's year by name and units by short name, read once for all rows."""

    task_forces: Mapping[str, TaskForce]
    units: Mapping[str, Organisation]
    order: Mapping[str, int]
    loosely: Mapping[str, str]

    @classmethod
    def load(cls, year: int) -> Lookups:
        """Read the lookups with two queries."""
        forces = TaskForce.objects.filter(year=year).select_related("lead")
        units = {unit.short_name: unit for unit in Organisation.objects.all()}
        loosely = {normal_name(unit.name): name for name, unit in units.items()}
        loosely |= {normal_name(name): name for name in units}
        return cls(
            {row.name: row for row in forces},
            units,
            {name: place for place, name in enumerate(units)},
            loosely,
        )


def sheet_title(work_list: WorkList) -> str:
    """Return the tab's name of a ledger: `2023年对标提升年度目标`."""
    return re.sub(r"[\[\]:*?/\\']", "", f"{work_list.year}年{work_list.label}")[:31]


def ledger_sheet(work_list: WorkList, lookups: Lookups) -> Sheet:
    """Describe the sheet of a ledger; the same for the workbook that goes out and the one that comes back."""
    forces, units = tuple(lookups.task_forces), tuple(lookups.units)
    return Sheet(
        sheet_title(work_list),
        (
            Column("number", "编号", Kind.CODE, locked=True, width=15, help="系统编号；新增的行留空"),
            Column("task_force", "专班", Kind.CHOICE, required=True, choices=forces or ("（未组建）",)),
            Column("title", "事项", required=True, max_length=TITLE_LENGTH, width=32),
            Column("target", "目标", Kind.LONG_TEXT, max_length=1000, width=32),
            Column("quantity", "目标数量", Kind.DECIMAL, places=2, minimum=Decimal(0)),
            Column("unit", "单位", max_length=20, aliases=("计量单位",)),
            Column("measures", "举措", Kind.LONG_TEXT, max_length=2000, width=36),
            Column(
                "lead",
                "牵头单位",
                Kind.CHOICE,
                choices=units,
                help="留空的，按专班的牵头单位",
            ),
            Column("organisation", "责任单位", Kind.CHOICE, required=True, choices=units),
            Column("supporting", "配合单位", max_length=600, width=24, help="多个单位用顿号隔开"),
            Column("start_on", "开始日期", Kind.DATE, required=True),
            Column("due_on", "完成时限", Kind.DATE, help="没有明确时限的留空"),
            Column("weight", "权重", Kind.INTEGER, minimum=1, maximum=HEAVIEST, help="留空的为 1"),
            Column("is_important", "重点", Kind.CHOICE, choices=(YES, NO), help="留空的为否"),
            Column("state", "状态", locked=True),
            Column("percent", "进度", Kind.PERCENT, locked=True),
            Column("lamp", "亮灯", locked=True, width=18),
        ),
        key=("number",),
    )


_PLAIN = (
    "pk",
    "number",
    "task_force__name",
    "title",
    "target",
    "quantity",
    "unit",
    "measures",
    "lead__short_name",
    "organisation__short_name",
    "start_on",
    "due_on",
    "original_due_on",
    "weight",
    "is_important",
    "state",
    "percent",
    "lamp",
    "lamp_reason",
    "version",
)
_LAMPS = dict(WorkItem.LampColour.choices)
_STATES = dict(ItemState.choices)


def ledger_rows(items: QuerySet[WorkItem], lookups: Lookups) -> Iterator[dict[str, Any]]:
    """Yield each item as a row of the sheet, and with it `pk`, `version` and the raw state `stage`.

    Two queries for every 2,000 rows, whatever their number; memory stays bounded.
    """
    names = {unit.pk: name for name, unit in lookups.units.items()}
    through = WorkItem.supporting.through.objects
    for chunk in _chunks(items):
        supporting: dict[int, list[str]] = defaultdict(list)
        keys = [row[0] for row in chunk]
        for item, unit in through.filter(workitem__in=keys).values_list("workitem_id", "organisation_id"):
            supporting[item].append(names[unit])
        for row in chunk:
            yield _row(row, joined(supporting.get(row[0], []), lookups))


def _chunks(items: QuerySet[WorkItem]) -> Iterator[list[tuple[Any, ...]]]:
    rows = items.order_by("pk").values_list(*_PLAIN)
    last = 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        yield chunk
        last = chunk[-1][0]


def _row(found: tuple[Any, ...], supporting: str) -> dict[str, Any]:
    row = dict(zip(_PLAIN, found, strict=True))
    lamp = f"{_LAMPS[row.pop('lamp')]} {row.pop('lamp_reason')}"
    stage = row["state"]
    return row | {
        "task_force": row.pop("task_force__name"),
        "lead": row.pop("lead__short_name"),
        "organisation": row.pop("organisation__short_name"),
        "supporting": supporting or None,
        "target": row["target"] or None,
        "unit": row["unit"] or None,
        "measures": row["measures"] or None,
        "is_important": YES if row["is_important"] else NO,
        "stage": stage,
        "state": _STATES[stage],
        "lamp": lamp.strip(),
    }


def joined(names: list[str], lookups: Lookups) -> str:
    """Return units as one text, in the order of the units: the same set is always the same text."""
    return JOINT.join(sorted(names, key=lambda name: lookups.order[name]))


@transaction.atomic
def export_ledgers(
    items: QuerySet[WorkItem], target: BinaryIO | Path, *, actor: User, at: datetime, filters: str = ""
) -> int:
    """Write `items` as a workbook, one sheet for each ledger; return how many rows there are.

    `items` is the caller's scope with its filter. The export stands in the audit trail.
    """
    lists = WorkList.objects.filter(pk__in=items.order_by().values("work_list"))
    parts, written = [], 0
    for work_list in lists:
        lookups = Lookups.load(work_list.year)
        own = items.filter(work_list=work_list)
        subtitle = subtitle_line(
            unit=actor.organisation.short_name, person=actor.name, at=at, filters=filters, count=own.count()
        )
        rows = ledger_rows(own, lookups)
        parts.append(Part(ledger_sheet(work_list, lookups), rows, f"{work_list.title}台账", subtitle))
    if not parts:
        lookups = Lookups.load(at.year)
        empty = WorkList(year=at.year, label="台账", title="工作")
        parts.append(Part(ledger_sheet(empty, lookups), (), "工作台账", "没有符合条件的事项"))
    written = write_sheets(target, parts, notes=NOTES)
    facts = {"rows": written, "lists": [str(row) for row in lists], "filters": filters}
    audit.record(None, "item.export", actor=actor, changes=facts)
    return written
