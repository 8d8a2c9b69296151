"""The indicator tree as a workbook: out, back with a preview, and applied whole."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from indicators.models import Indicator, IndicatorSystem
from indicators.selectors.catalogue import tree_of
from indicators.services.catalogue import DEFINING, check_office
from portal import file_store
from portal.errors import Refused
from portal.models import Organisation, User, WorkbookImport
from portal.services import audit
from portal.services.imports import claim_import, stored_workbook
from portal.workbooks import (
    Column,
    Kind,
    Preview,
    Sheet,
    SheetRead,
    WorkbookRefused,
    compare,
    read_sheet,
    write_workbook,
)

KIND = "tree"
DEEPEST = 3
BETTER = {label: value for value, label in Indicator.Better.choices}
FREQUENCY = {label: value for value, label in Indicator.Frequency.choices}
NOTES = (
    "代码由字母、数字和连字符组成，同一体系内不得重复；上级代码留空的是一级指标。",
    "已有监测数据的指标，单位、方向、频次、权重、对标值不在此处修改，请在页面上修改，系统会生成新定义。",
)
Rows = dict[str, dict[str, Any]]


def tree_sheet() -> Sheet:
    """Describe the sheet; the same for the workbook that goes out and the one that comes back."""
    units = tuple(Organisation.objects.values_list("short_name", flat=True))
    return Sheet(
        "指标体系",
        (
            Column("code", "代码", Kind.CODE, required=True, max_length=60, width=18),
            Column("parent", "上级代码", Kind.CODE, max_length=60, width=16, help="一级指标留空"),
            Column("name", "名称", required=True, max_length=60, width=26, aliases=("指标名称",)),
            Column("weight", "权重", Kind.DECIMAL, places=4, minimum=Decimal(0), required=True),
            Column("unit", "单位", max_length=20, aliases=("计量单位",)),
            Column("better", "方向", Kind.CHOICE, choices=tuple(BETTER)),
            Column("frequency", "频次", Kind.CHOICE, choices=tuple(FREQUENCY)),
            Column("benchmark", "对标值", Kind.DECIMAL, places=4),
            Column("worst", "最差值", Kind.DECIMAL, places=4),
            Column("target", "目标值", Kind.DECIMAL, places=4),
            Column("lead", "填报单位", Kind.CHOICE, choices=units or ("（未建单位）",), width=16),
            Column("data_source", "数据来源", max_length=120, width=20),
            Column("collection_rule", "采集标准", Kind.LONG_TEXT, max_length=1000, width=30),
            Column("scoring_rule", "计分规则", Kind.LONG_TEXT, max_length=1000, width=30),
        ),
        ("code",),
    )


def rows_of(system: IndicatorSystem) -> Rows:
    """Return the definitions in force as rows by code, parents before children."""
    found: Rows = {}
    for node in tree_of(system):
        row = node.indicator
        found[row.code] = {
            "code": row.code,
            "parent": row.parent.code if row.parent else None,
            "name": row.name,
            "weight": row.weight,
            "unit": row.unit or None,
            "better": row.get_better_display(),
            "frequency": row.get_frequency_display(),
            "benchmark": row.benchmark,
            "worst": row.worst,
            "target": row.target,
            "lead": row.lead.short_name if row.lead else None,
            "data_source": row.data_source or None,
            "collection_rule": row.collection_rule or None,
            "scoring_rule": row.scoring_rule or None,
        }
    return found


def write_tree(system: IndicatorSystem, target: BinaryIO | Path, *, subtitle: str) -> int:
    """Write the tree as a workbook that `check_tree` reads back; return the number of rows."""
    rows = rows_of(system).values()
    return write_workbook(
        target, tree_sheet(), rows, heading=system.title, subtitle=subtitle, notes=NOTES, blank_rows=20
    )


@transaction.atomic
def check_tree(system: IndicatorSystem, upload: UploadedFile, *, actor: User) -> WorkbookImport:
    """Keep an upload and what it would change; no definition is written. Raises `Refused` for a bad file."""
    check_office(actor)
    with stored_workbook(upload) as stored:
        preview = _examine(system, file_store.path_of(stored.stored_name))
        return WorkbookImport.objects.create(
            token=secrets.token_hex(16),
            kind=KIND,
            parameters={"year": system.year, "level": system.level},
            name=stored.name,
            stored_name=stored.stored_name,
            sha256=stored.sha256,
            preview=preview.as_json(),
            uploaded_by=actor,
        )


def _examine(system: IndicatorSystem, path: Path) -> Preview:
    sheet, existing = tree_sheet(), rows_of(system)
    try:
        read = read_sheet(path, sheet, max_rows=5000)
    except WorkbookRefused as error:
        raise Refused(str(error)) from error
    read = _check_parents(read, existing)
    read = _check_measured(read, existing, _codes_with_data(system))
    return compare(read, {sheet.key_of(row): row for row in existing.values()})


def _codes_with_data(system: IndicatorSystem) -> set[str]:
    return set(system.indicators.current().filter(measurements__isnull=False).values_list("code", flat=True))


def _check_parents(read: SheetRead, existing: Rows) -> SheetRead:
    """Refuse a parent that is nowhere, a loop, and a fourth level."""
    parents: dict[str, str | None] = {code: row["parent"] for code, row in existing.items()}
    for row in read.rows:
        if "parent" in row.values:
            parents[str(row.values.get("code"))] = str(row.values["parent"] or "") or None
    errors = []
    for row in read.rows:
        problem = _parent_problem(str(row.values.get("code")), parents) if row.values.get("code") else ""
        if problem:
            errors.append(read.error(row.number, "parent", problem))
    return read.with_errors(errors)


def _parent_problem(code: str, parents: Mapping[str, str | None]) -> str:
    depth, node = 1, code
    while (above := parents.get(node)) is not None:
        if above not in parents:
            return f"没有代码为“{above}”的上级指标，请核对或先增加上级"
        depth, node = depth + 1, above
        if depth > DEEPEST:
            return "指标最多三级，请核对上级代码（也不能互为上级）"
    return ""


def _check_measured(read: SheetRead, existing: Rows, measured: set[str]) -> SheetRead:
    """Refuse changes of the method of what already has data."""
    errors = []
    for row in read.rows:
        code = str(row.values.get("code") or "")
        if code not in measured:
            continue
        for key in DEFINING & row.values.keys():
            if key in existing[code] and row.values[key] != existing[code][key]:
                errors.append(
                    read.error(row.number, key, "该指标已有监测数据，请在页面上修改，系统会生成新定义")
                )
    return read.with_errors(errors)


@transaction.atomic
def apply_tree(batch: WorkbookImport, *, actor: User) -> tuple[int, int]:
    """Write what the preview showed; return how many were new and changed. Twice does nothing more."""
    check_office(actor)
    counts = batch.preview["counts"]
    if not claim_import(batch, WorkbookImport.State.APPLIED):
        return counts["new"], counts["changed"]
    system = IndicatorSystem.objects.get(year=batch.parameters["year"], level=batch.parameters["level"])
    preview = _examine(system, file_store.path_of(batch.stored_name))
    if not preview.acceptable or preview.as_json()["counts"] != counts:
        raise Refused("工作簿仍有错误，或指标体系在核对后已有变动，请重新上传核对。")
    units = {unit.short_name: unit for unit in Organisation.objects.all()}
    known = {row.code: row for row in system.indicators.current()}
    for order, new in enumerate(preview.new, start=len(known) + 1):
        code = str(new.values["code"])
        known[code] = Indicator.objects.create(
            system=system, code=code, order=order, **_plain(new.values, units)
        )
    for changed in preview.changed:
        row = known[str(changed.key[0])]
        for name, value in _plain({field.key: field.after for field in changed.fields}, units).items():
            setattr(row, name, value)
        row.save()
    _hang(system, preview, known)
    audit.record(system, "system.import", actor=actor, changes={"file": batch.name, **counts})
    return counts["new"], counts["changed"]


def _plain(values: Mapping[str, Any], units: Mapping[str, Organisation]) -> dict[str, Any]:
    """Turn the cells of a row into the columns of the table; code and parent are set apart."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        if key == "lead":
            found["lead"] = units.get(value) if value else None
        elif key == "better":
            found["better"] = BETTER.get(value, Indicator.Better.HIGHER)
        elif key == "frequency":
            found["frequency"] = FREQUENCY.get(value, Indicator.Frequency.MONTH)
        elif key in {"benchmark", "worst", "target", "weight", "name"}:
            found[key] = value
        elif key not in {"code", "parent"}:
            found[key] = value or ""
    return found


def _hang(system: IndicatorSystem, preview: Preview, known: Mapping[str, Indicator]) -> None:
    """Hang every new or moved definition under its parent, and set its level."""
    above: dict[str, str | None] = {
        code: row.parent.code if row.parent_id and row.parent else None for code, row in known.items()
    }
    for new in preview.new:
        parent_code = new.values.get("parent")
        above[str(new.values["code"])] = str(parent_code) if parent_code else None
    for changed in preview.changed:
        for field in changed.fields:
            if field.key == "parent":
                above[str(changed.key[0])] = str(field.after) if field.after else None
    for code, row in known.items():
        parent = known[above[code] or ""] if above[code] else None
        depth = 1 if parent is None else 2 if above[parent.code] is None else DEEPEST
        if row.parent_id != (parent.pk if parent else None) or row.depth != depth:
            row.parent, row.depth = parent, depth
            row.save(update_fields=["parent", "depth"])
