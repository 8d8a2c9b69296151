"""The catalogue as a workbook: out with every item's present wording, in as drafts after a preview.

Conditions and standards are shown as sentences and not taken back: they are
entered with the editors, where they are counted and tried.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from policies.models import ExclusiveGroup, Policy, PolicyItem, PolicyItemVersion
from policies.selectors.catalogue import (
    condition_lines,
    materials_text,
    said_by,
    standard_of,
    with_versions,
)
from policies.services.catalogue import (
    CLOSED_ITEMS,
    check_office,
    create_item,
    read_materials,
    save_draft,
    set_topic,
)
from policies.terms import Category, Mode, Repeat
from portal import file_store
from portal.errors import Refused
from portal.models import Organisation, Topic, User, WorkbookImport
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

KIND: Final = "policy-items"
MOST_ROWS: Final = 2_000
WORDS: Final = ("title", "article", "whom", "conditions_text", "standard_text", "procedure")
CODED: Final[Mapping[str, Any]] = {"category": Category, "mode": Mode, "repeat": Repeat}
REST: Final = ("limit_workdays", "valid_from", "valid_until", "funding", "contact", "phone", "address")
STATED: Final = ("beneficiary", "basis", "amount_statement", "validity")
NOTES: Final = (
    "编号留空的行为新增事项，存为草稿；已有编号的行修改该事项的草稿，发布后生效。",
    "“领域”改了立即生效；其余各列随草稿，发布后生效。",
    "“条件”“标准”两列只供查看，在系统的编辑页录入。",
)


@dataclass(frozen=True)
class Checked:
    """An upload that was read and compared with the catalogue."""

    read: SheetRead
    preview: Preview
    items: Mapping[str, PolicyItem]
    policies: Mapping[str, Policy]
    units: Mapping[str, Organisation]
    lookups: Lookups


def _labels(choices: Any) -> tuple[str, ...]:
    return tuple(str(label) for _, label in choices.choices)


@dataclass(frozen=True)
class Lookups:
    """The fields of work and the exclusive groups that the sheet offers, by name."""

    topics: Mapping[str, Topic]
    groups: Mapping[str, ExclusiveGroup]

    @classmethod
    def read(cls) -> Lookups:
        """Read them; a field that is no longer used is offered while an item still has it, to come back."""
        topics = Topic.objects.filter(Q(active=True) | Q(policy_items__isnull=False)).distinct()
        groups = ExclusiveGroup.objects.order_by("name")
        return cls({row.name: row for row in topics}, {row.name: row for row in groups})


def _offered(key: str, label: str, names: Iterable[str], say: str) -> Column:
    """Return a column with a drop-down; while there is nothing to choose it is only shown."""
    choices = tuple(names)
    if not choices:
        return Column(key, label, locked=True, help=say)
    return Column(key, label, Kind.CHOICE, choices=choices, width=16, help=say)


def catalogue_sheet(lookups: Lookups) -> Sheet:
    """Describe the sheet; the same for the export and for what comes back."""
    return Sheet(
        "惠企事项",
        (
            Column("number", "编号", Kind.CODE, max_length=20, width=14, help="新增的留空"),
            Column("policy", "政策文号", required=True, max_length=60, width=20),
            Column("organisation", "牵头单位", required=True, max_length=60, width=16),
            _offered("topic", "领域", lookups.topics, "改了立即生效，不必发布"),
            Column("title", "事项名称", required=True, max_length=120, width=30),
            Column("article", "政策条款", max_length=60),
            Column("category", "类别", Kind.CHOICE, required=True, choices=_labels(Category)),
            Column("mode", "兑现方式", Kind.CHOICE, required=True, choices=_labels(Mode)),
            Column("whom", "适用对象", required=True, max_length=300, width=30),
            Column("conditions_text", "条件原文", Kind.LONG_TEXT, width=30),
            Column("standard_text", "标准原文", Kind.LONG_TEXT, width=30),
            Column("repeat", "享受次数", Kind.CHOICE, choices=_labels(Repeat)),
            _offered("group", "互斥组", lookups.groups, "组内事项不重复享受；没有的先在系统中新增"),
            Column("procedure", "兑现程序", Kind.LONG_TEXT, width=30),
            Column(
                "materials", "申报材料", Kind.LONG_TEXT, width=30, help="每行一份，可以不交的在后面写（选交）"
            ),
            Column("limit_workdays", "兑现时限（工作日）", Kind.INTEGER, minimum=1, maximum=365),
            Column("valid_from", "落实期限起", Kind.DATE, required=True),
            Column("valid_until", "落实期限止", Kind.DATE),
            Column("funding", "资金来源", max_length=120),
            Column("contact", "咨询人", max_length=40),
            Column("phone", "咨询电话", Kind.CODE, max_length=40),
            Column("address", "办理地点", max_length=120),
            Column("beneficiary", "受益对象明确", max_length=300),
            Column("basis", "结果认定有据", max_length=300),
            Column("amount_statement", "标准数额具体", max_length=300),
            Column("validity", "文件时限有效", max_length=300),
            Column("conditions", "条件", Kind.LONG_TEXT, locked=True, width=30),
            Column("amount", "标准", Kind.LONG_TEXT, locked=True, width=24),
            Column("state", "状态", locked=True),
        ),
        ("number",),
    )


def _row(item: PolicyItem, version: PolicyItemVersion) -> dict[str, object]:
    """Return an item as a row of the sheet."""
    row: dict[str, object] = {
        "number": item.number,
        "policy": item.policy.document_number or item.policy.title,
        "organisation": item.organisation.short_name,
        "topic": item.topic.name if item.topic else None,
        "group": version.group.name if version.group else None,
        "conditions": condition_lines(version) or None,
        "amount": standard_of(version) or None,
        "state": item.get_state_display(),
        "materials": materials_text(version.materials) or None,
    }
    row |= {name: getattr(version, name) or None for name in (*WORDS, *REST, *STATED)}
    return row | {name: str(kind(getattr(version, name)).label) for name, kind in CODED.items()}


@transaction.atomic
def export_catalogue(
    items: QuerySet[PolicyItem], target: BinaryIO | Path, *, actor: User, at: datetime, filters: str = ""
) -> int:
    """Write items as the workbook that comes back; return how many rows."""
    found = [(item, said_by(item)) for item in with_versions(items)]
    rows = [_row(item, version) for item, version in found if version is not None]
    line = subtitle_line(
        unit=actor.organisation.short_name, person=actor.name, at=at, filters=filters, count=len(rows)
    )
    written = write_workbook(
        target,
        catalogue_sheet(Lookups.read()),
        rows,
        heading="惠企政策事项清单",
        subtitle=line,
        notes=NOTES,
        blank_rows=20,
    )
    audit.record(None, "policy.export", actor=actor, changes={"rows": written, "filters": filters})
    return written


@transaction.atomic
def check_catalogue(upload: UploadedFile, *, actor: User) -> WorkbookImport:
    """Keep an upload and what it would change; no item is written. Raises `Refused` for a bad file."""
    check_office(actor, "导入政策库")
    with stored_workbook(upload) as stored:
        checked = examine(file_store.path_of(stored.stored_name), actor)
        batch = WorkbookImport.objects.create(
            token=secrets.token_hex(16),
            kind=KIND,
            name=stored.name,
            stored_name=stored.stored_name,
            sha256=stored.sha256,
            preview=checked.preview.as_json(),
            uploaded_by=actor,
        )
        audit.record(batch, "import.check", actor=actor, changes={"file": stored.name})
        return batch


def examine(file: BinaryIO | Path, actor: User) -> Checked:
    """Read a workbook and compare it with the catalogue, with a fixed number of queries."""
    lookups = Lookups.read()
    sheet = catalogue_sheet(lookups)
    try:
        read = read_sheet(file, sheet, max_rows=MOST_ROWS)
    except WorkbookRefused as error:
        raise Refused(str(error)) from error
    numbers = [row.values.get("number") for row in read.rows if row.values.get("number")]
    rows = with_versions(PolicyItem.objects.visible_to(actor).filter(number__in=numbers))
    items = {item.number: item for item in rows}
    policies = {
        key: policy
        for policy in Policy.objects.defer("text", "interpretation")
        for key in (policy.title, policy.document_number)
        if key
    }
    units = {key: unit for unit in Organisation.objects.all() for key in (unit.name, unit.short_name)}
    errors = [*_row_errors(read, items, policies, units), *_topic_errors(read, items, lookups)]
    read = read.with_errors(errors)
    return Checked(read, compare(read, _existing(read, items.values())), items, policies, units, lookups)


def _existing(read: SheetRead, items: Iterable[PolicyItem]) -> dict[tuple[object, ...], Mapping[str, object]]:
    """Return each item as an editor begins with it.

    What came back as it was published was not edited in the workbook: compared with
    the draft that somebody else has begun, it would take the draft back.
    """
    working: dict[tuple[object, ...], Mapping[str, object]] = {}
    published: dict[tuple[object, ...], Mapping[str, object]] = {}
    for item in items:
        if (version := working_version(item)) is not None:
            row = _row(item, version)
            working[read.sheet.key_of(row)] = row
        if item.current is not None:
            row = _row(item, item.current)
            published[read.sheet.key_of(row)] = row
    edited = {row.key for row in compare(read, published).changed}
    return working | {key: row for key, row in published.items() if key not in edited}


def working_version(item: PolicyItem) -> PolicyItemVersion | None:
    """Return what an editor begins with: the draft, without one the version in force."""
    return next(iter(getattr(item, "drafts", [])), None) or item.current


def _row_errors(
    read: SheetRead,
    items: Mapping[str, PolicyItem],
    policies: Mapping[str, Policy],
    units: Mapping[str, Organisation],
) -> Iterator[CellError]:
    for row in read.rows:
        if row.number in read.bad_rows:
            continue
        values: Mapping[str, Any] = row.values
        item = items.get(str(values.get("number") or ""))
        if values.get("number") and item is None:
            yield read.error(row.number, "number", "政策库中没有这个编号；新增的事项请把编号留空")
        elif item is not None and item.state in CLOSED_ITEMS:
            yield read.error(row.number, "number", "该事项已撤回，不能再修改")
        policy, unit = policies.get(values["policy"]), units.get(values["organisation"])
        if policy is None:
            yield read.error(row.number, "policy", "没有这份政策文件，请先在“政策文件”中录入")
        elif item is not None and item.policy_id != policy.pk:
            yield read.error(row.number, "policy", f"{item.number}的依据是{item.policy}，不能改挂其他文件")
        if unit is None:
            yield read.error(row.number, "organisation", "没有这个单位，请写系统中的简称")
        elif item is not None and item.organisation_id != unit.pk:
            yield read.error(
                row.number, "organisation", f"{item.number}由{item.organisation}牵头，不能在表中更改"
            )
        yield from _wording_errors(read, row.number, values)


def _topic_errors(read: SheetRead, items: Mapping[str, PolicyItem], lookups: Lookups) -> Iterator[CellError]:
    for row in read.rows:
        values: Mapping[str, Any] = row.values
        topic, item = lookups.topics.get(values.get("topic") or ""), items.get(values.get("number") or "")
        if topic is not None and not topic.active and (item is None or item.topic_id != topic.pk):
            yield read.error(row.number, "topic", f"领域“{topic}”已停用，请另选")


def _wording_errors(read: SheetRead, row: int, values: Mapping[str, Any]) -> Iterator[CellError]:
    try:
        read_materials(values.get("materials") or "")
    except Refused as error:
        yield read.error(row, "materials", str(error))
    if values.get("valid_until") and values["valid_until"] < values["valid_from"]:
        yield read.error(row, "valid_until", "截止日期不能早于起始日期")


def _fields(values: Mapping[str, Any], lookups: Lookups) -> dict[str, Any]:
    """Return a row's cells as the service takes them; what the file has no column for stays as it is."""
    texts = (*WORDS, *STATED, "funding", "contact", "phone", "address")
    fields: dict[str, Any] = {name: values[name] or "" for name in texts if name in values}
    plain = ("limit_workdays", "valid_from", "valid_until")
    fields |= {name: values[name] for name in plain if name in values}
    if "materials" in values:
        fields["materials"] = read_materials(values["materials"] or "")
    if "group" in values:
        fields["group"] = lookups.groups.get(values["group"] or "")
    for name, kind in CODED.items():
        labels = {str(label): value for value, label in kind.choices}
        if values.get(name):
            fields[name] = labels[str(values[name])]
    return fields


@transaction.atomic
def apply_catalogue(batch: WorkbookImport, *, actor: User, today: date) -> tuple[int, int] | None:
    """Save what the preview showed as drafts; return how many new and changed, None at a second confirmation."""
    check_office(actor, "导入政策库")
    if not claim_import(batch, WorkbookImport.State.APPLIED):
        return None
    checked = examine(file_store.path_of(batch.stored_name), actor)
    if checked.preview.errors:
        raise Refused("工作簿仍有错误，或政策库在核对后已有变动，请重新上传核对。")
    changed_rows = {row.number: {field.key for field in row.fields} for row in checked.preview.changed}
    new = changed = 0
    for row in checked.read.rows:
        item = checked.items.get(str(row.values.get("number") or ""))
        if item is None:
            _create(checked, row.values, actor, today)
            new += 1
        elif row.number in changed_rows:
            _change(checked, item, row.values, changed_rows[row.number], actor)
            changed += 1
    audit.record(batch, "policy.import", actor=actor, changes={"new": new, "changed": changed})
    return new, changed


def _create(checked: Checked, values: Mapping[str, Any], actor: User, today: date) -> None:
    create_item(
        checked.policies[values["policy"]],
        organisation=checked.units[values["organisation"]],
        actor=actor,
        today=today,
        fields=_fields(values, checked.lookups),
        topic=checked.lookups.topics.get(values.get("topic") or ""),
    )


def _change(
    checked: Checked, item: PolicyItem, values: Mapping[str, Any], changed: Set[str], actor: User
) -> None:
    """Change an item; its field of work is no part of what a version says, and alone begins no draft."""
    if "topic" in changed:
        set_topic(item, checked.lookups.topics.get(values["topic"] or ""), actor=actor)
    if changed - {"topic"}:
        draft = next(iter(getattr(item, "drafts", [])), None)
        fields = _fields(values, checked.lookups)
        save_draft(item, actor=actor, edit=draft.edit if draft else None, fields=fields)


def write_corrections(batch: WorkbookImport, target: BinaryIO | Path, *, actor: User) -> int:
    """Write the upload again with each row's errors beside it."""
    checked = examine(file_store.path_of(batch.stored_name), actor)
    at = timezone.localtime(batch.uploaded_at)
    return write_error_workbook(
        target,
        checked.read,
        checked.preview.errors,
        heading="惠企政策事项清单：待改正",
        subtitle=f"文件：{batch.name}　　上传时间：{at:%Y-%m-%d %H:%M}　　请改正「问题」一列所指的单元格后重新上传",
    )
