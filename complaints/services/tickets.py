"""Tickets of the 12345 hotline in as a workbook: upload, preview, confirmation; all or nothing, and once.

A ticket tells who called. The workbook lies encrypted until it is confirmed or given up and
is removed then, the preview shows no identity, and the person is sealed as at the desk.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from complaints.kinds import CaseType, Channel, Secrecy, Urgency
from complaints.masking import mask_text
from complaints.models import Complaint
from complaints.sealing import Person, known_from
from complaints.services.intake import TEXT_LENGTH, TITLE_LENGTH, WISHES_LENGTH, Entry, register_complaint
from portal import crypto, file_store
from portal.errors import Refused
from portal.file_kinds import clean_name
from portal.models import Enterprise, Organisation, Topic, User, WorkbookImport
from portal.models.organisations import LOCAL_KINDS
from portal.roles import OFFICE_ROLES
from portal.services import audit
from portal.services.imports import Applied, applied_before, claim_import, discard_import
from portal.workbooks import (
    Column,
    Kind,
    Part,
    Preview,
    Sheet,
    SheetRead,
    WorkbookRefused,
    compare,
    read_sheet,
    subtitle_line,
    write_error_workbook,
)
from portal.workbooks.columns import Key, normal_name
from portal.workbooks.limits import LIMITS, MB, Limits
from portal.workbooks.writer import write_sheets

KIND = "tickets"
CONTEXT = "complaints.tickets"
MOST_ROWS = 50_000
# So many tickets with long texts unpack to more than other workbooks do.
TICKET_LIMITS = Limits(unpacked_bytes=200 * MB, member_bytes=160 * MB, cpu_seconds=60)
CHUNK = 1000
YES, NO = "是", "否"
State = WorkbookImport.State
# What tells who called: never in the preview, which is kept.
PERSONAL = frozenset({"name", "phone", "company", "address"})


@dataclass(frozen=True)
class Lookups:
    """The names a ticket may use for units, towns and fields of work, read once."""

    units: Mapping[str, Organisation]
    topics: Mapping[str, Topic]

    @classmethod
    def load(cls) -> Lookups:
        """Read the names with two queries."""
        units = Organisation.objects.all()
        return cls({unit.short_name: unit for unit in units}, {row.name: row for row in Topic.objects.all()})

    def sheet(self) -> Sheet:
        """Describe the sheet; other headings that hotlines use are understood as well."""
        towns = tuple(name for name, unit in self.units.items() if unit.kind in LOCAL_KINDS)
        return Sheet(
            "12345工单",
            (
                Column("number", "工单编号", Kind.CODE, required=True, max_length=40, aliases=("工单号",)),
                Column("kind", "诉求类型", Kind.CHOICE, choices=tuple(CaseType.labels), aliases=("类型",)),
                Column("title", "标题", required=True, max_length=TITLE_LENGTH, aliases=("诉求标题",)),
                Column(
                    "text",
                    "内容",
                    Kind.LONG_TEXT,
                    required=True,
                    max_length=TEXT_LENGTH,
                    aliases=("诉求内容", "主要内容"),
                ),
                Column("wishes", "诉求", Kind.LONG_TEXT, max_length=WISHES_LENGTH),
                Column("name", "来电人", max_length=60, aliases=("姓名", "来电人姓名")),
                Column("phone", "联系电话", Kind.PHONE, aliases=("电话", "来电号码")),
                Column("company", "企业名称", max_length=120, aliases=("单位名称",)),
                Column("address", "地址", max_length=200, aliases=("联系地址",)),
                Column("town", "镇街园区", Kind.CHOICE, choices=towns or ("（未设）",)),
                Column("topic", "领域", Kind.CHOICE, choices=tuple(self.topics) or ("（未设）",)),
                Column("reported", "被反映单位", Kind.CHOICE, choices=tuple(self.units) or ("（未设）",)),
                Column("urgency", "紧急程度", Kind.CHOICE, choices=tuple(Urgency.labels)),
                Column("secret", "保密", Kind.CHOICE, choices=(YES, NO), help="留空的，举报保密，其他公开"),
            ),
            key=("number",),
        )


@dataclass(frozen=True)
class Checked:
    """An upload that was read and compared, with the names it was read by."""

    read: SheetRead
    preview: Preview
    lookups: Lookups


def refuse_others(actor: User) -> None:
    """Raise `Refused` unless `actor` works in the office."""
    if not actor.is_active or not actor.has_role(*OFFICE_ROLES):
        raise Refused("12345 工单由营商办导入，您没有此项权限")


def write_template(target: BinaryIO | Path, *, actor: User, at: datetime) -> None:
    """Write an empty workbook to be filled in."""
    sheet = Lookups.load().sheet()
    line = subtitle_line(unit=actor.organisation.short_name, person=actor.name, at=at)
    write_sheets(target, [Part(sheet, (), "12345 工单", line, blank_rows=50)])


def check_tickets(upload: UploadedFile, *, actor: User) -> WorkbookImport:
    """Keep an uploaded workbook, encrypted, and what it would add; no case is made.

    Raises `Refused` for a file that is no workbook, has other columns, or more than 50,000 rows.
    """
    refuse_others(actor)
    name = clean_name(upload.name or "")
    if upload.size is not None and upload.size > LIMITS.file_bytes:
        raise Refused(f"「{name}」超过 {LIMITS.file_bytes // MB} MB，请删去图片和多余的工作表后上传")
    content = upload.read()
    checked = examine(content)
    stored_name = file_store.write(_sealed(content))
    with transaction.atomic():
        batch = WorkbookImport.objects.create(
            token=secrets.token_hex(16),
            kind=KIND,
            name=name,
            stored_name=stored_name,
            sha256=hashlib.sha256(content).hexdigest(),
            preview=_without_persons(checked.preview.as_json()),
            uploaded_by=actor,
        )
        audit.record(batch, "import.check", actor=actor, changes={"file": name})
    return batch


def _sealed(content: bytes) -> bytes:
    return crypto.encrypt(base64.b64encode(content).decode(), CONTEXT).encode()


def opened(batch: WorkbookImport) -> bytes:
    try:
        sealed = file_store.read(batch.stored_name)
    except FileNotFoundError as error:
        raise Refused("上传的工作簿已删除，请重新上传") from error
    return base64.b64decode(crypto.decrypt(sealed.decode(), CONTEXT))


def _without_persons(preview: dict[str, Any]) -> dict[str, Any]:
    """Return the preview with persons left out and masked in the words: it is kept in the database."""
    for row in preview["new"]:
        told = {cell["key"]: cell["value"] for cell in row["cells"] if cell["key"] in PERSONAL}
        known = known_from(Person(**told))
        for cell in row["cells"]:
            if cell["key"] in PERSONAL:
                cell["value"] = "已填" if cell["value"] else ""
            else:
                cell["value"] = mask_text(cell["value"], known)
    for error in preview["errors"]:
        error["message"] = mask_text(error["message"])
    return preview


def examine(content: bytes) -> Checked:
    """Read a workbook and compare it with the tickets registered already."""
    lookups = Lookups.load()
    try:
        read = read_sheet(BytesIO(content), lookups.sheet(), max_rows=MOST_ROWS, limits=TICKET_LIMITS)
    except WorkbookRefused as error:
        raise Refused(str(error)) from error
    # A ticket that is here already is left as it is, whatever the file says of it now.
    known = registered_among([row.values.get("number") for row in read.rows])
    existing: dict[Key, Mapping[str, object]] = {
        read.sheet.key_of(row.values): row.values for row in read.rows if row.values.get("number") in known
    }
    return Checked(read, compare(read, existing), lookups)


def registered_among(numbers: Sequence[object]) -> set[str]:
    """Return those of the tickets' numbers that are registered already."""
    known: set[str] = set()
    for start in range(0, len(numbers), CHUNK):
        asked = [number for number in numbers[start : start + CHUNK] if number]
        rows = Complaint.objects.filter(channel=Channel.HOTLINE, external_number__in=asked)
        known |= set(rows.values_list("external_number", flat=True))
    return known


@transaction.atomic
def apply_tickets(batch: WorkbookImport, *, actor: User, now: datetime) -> Applied:
    """Register every new ticket of a checked workbook; a second call does nothing more.

    Raises `Refused` when the workbook has errors; then no case is made.
    """
    refuse_others(actor)
    if not claim_import(batch, State.APPLIED):
        return applied_before(batch)
    checked = examine(opened(batch))
    if not checked.preview.acceptable:
        raise Refused("工作簿仍有错误，请改正后重新上传")
    enterprises = enterprises_in(checked)
    for row in checked.preview.new:
        entry = entry_of(row.values, checked.lookups, enterprises)
        register_complaint(entry, actor=actor, now=now, source="12345", key=entry.external_number)
    made = len(checked.preview.new)
    audit.record(batch, "import.apply", actor=actor, changes={"new": made})
    transaction.on_commit(lambda: file_store.delete(batch.stored_name))
    return Applied(made)


def enterprises_in(checked: Checked) -> dict[str, Enterprise]:
    """Return the enterprises of the register that are named exactly so, one for each name."""
    names = sorted({str(name) for row in checked.preview.new if (name := row.values.get("company"))})
    found: dict[str, Enterprise] = {}
    for start in range(0, len(names), CHUNK):
        rows = Enterprise.objects.current().filter(name__in=names[start : start + CHUNK])
        found |= {row.name: row for row in rows.select_related("town")}
    return found


def entry_of(values: Mapping[str, Any], lookups: Lookups, enterprises: Mapping[str, Enterprise]) -> Entry:
    def text(key: str) -> str:
        return str(values.get(key) or "")

    secret = {YES: Secrecy.SECRET, NO: Secrecy.OPEN}.get(text("secret"))
    return Entry(
        channel=Channel.HOTLINE,
        kind=_by_label(CaseType, text("kind"), CaseType.HELP),
        title=text("title"),
        text=text("text"),
        wishes=text("wishes"),
        urgency=_by_label(Urgency, text("urgency"), Urgency.NORMAL),
        secrecy=secret.value if secret else "",
        topic=lookups.topics.get(text("topic")),
        enterprise=enterprises.get(text("company")),
        town=lookups.units.get(text("town")),
        reported=lookups.units.get(text("reported")),
        external_number=text("number"),
        person=Person(text("name"), text("phone"), text("company"), text("address")),
    )


def _by_label(choices: Any, label: str, default: Any) -> Any:
    wanted = normal_name(label)
    return next((one for one in choices if normal_name(one.label) == wanted), default)


@transaction.atomic
def discard_tickets(batch: WorkbookImport, *, actor: User) -> None:
    """Give an upload up; its workbook is removed."""
    refuse_others(actor)
    if discard_import(batch, actor=actor):
        transaction.on_commit(lambda: file_store.delete(batch.stored_name))


def write_corrections(batch: WorkbookImport, target: BinaryIO | Path, *, actor: User, at: datetime) -> int:
    """Write the upload again with each row's errors beside it, for whoever uploaded it."""
    refuse_others(actor)
    checked = examine(opened(batch))
    subtitle = (
        f"文件：{batch.name}　　上传时间：{at:%Y-%m-%d %H:%M}　　请改正「问题」一列所指的单元格后重新上传"
    )
    return write_error_workbook(
        target, checked.read, checked.preview.errors, heading="12345 工单：待改正", subtitle=subtitle
    )
