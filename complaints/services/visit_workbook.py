"""Visits out as a workbook and back in: preview, every error named by row, all or nothing, and once."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from complaints.kinds import CaseType, Channel
from complaints.models import Visit
from complaints.services.intake import TEXT_LENGTH, TITLE_LENGTH, Entry
from complaints.services.visits import VISITORS, VisitNote, record_visit, update_visit
from portal import file_store
from portal.errors import Refused
from portal.models import Enterprise, User, WorkbookImport
from portal.roles import OFFICE_ROLES
from portal.services import audit
from portal.services.imports import Applied, applied_before, claim_import, fingerprint, stored_workbook
from portal.workbooks import (
    CellError,
    Column,
    Kind,
    Part,
    Preview,
    RowRead,
    Sheet,
    SheetRead,
    WorkbookRefused,
    compare,
    read_sheet,
    subtitle_line,
    write_error_workbook,
)
from portal.workbooks.columns import Key
from portal.workbooks.writer import write_sheets

KIND: Final = "visits"
MOST_ROWS: Final = 1000
CHUNK: Final = 500
HEADING: Final = "包联走访记录"
TEXTS: Final = ("companions", "place", "situation", "policies_told")
State = WorkbookImport.State
SHEET = Sheet(
    "走访记录",
    (
        Column("number", "编号", Kind.CODE, locked=True, width=13, help="由系统编号，新增的行留空"),
        Column("credit_code", "统一社会信用代码", Kind.CODE, required=True, max_length=18, width=22),
        Column("name", "企业名称", locked=True, width=28, help="供核对，以信用代码为准"),
        Column("visitor", "走访人账号", Kind.CODE, required=True, max_length=40, width=14),
        Column("visitor_name", "走访人", locked=True, width=10),
        Column("on", "走访日期", Kind.DATE, required=True),
        Column("companions", "同行人员", max_length=200, width=18),
        Column("place", "地点", max_length=80, width=16),
        Column("situation", "经营情况", Kind.LONG_TEXT, max_length=2000, width=36),
        Column("policies_told", "宣讲政策", Kind.LONG_TEXT, max_length=1000, width=24),
        Column("demand_title", "新诉求标题", max_length=TITLE_LENGTH, width=20, help="仅新增的走访填写"),
        Column("demand_text", "新诉求内容", Kind.LONG_TEXT, max_length=TEXT_LENGTH, width=30),
    ),
    key=("credit_code", "visitor", "on"),
)
NOTES: Final = (
    "同一走访人当日对一家企业只有一条记录；新增的行编号留空。",
    "诉求标题和内容同时填写，登记为走访诉求；已登记的走访请在页面上补充诉求。",
)


@dataclass(frozen=True)
class Checked:
    """An upload that was read and compared, with the rows it names."""

    read: SheetRead
    preview: Preview
    visits: Mapping[Key, Visit]
    enterprises: Mapping[str, Enterprise]
    people: Mapping[str, User]
    digest: str


@transaction.atomic
def export_visits(rows: QuerySet[Visit], target: BinaryIO | Path, *, actor: User, at: datetime) -> int:
    """Write the visits `rows`, which `actor` may read, as the workbook that can come back; on record."""
    line = subtitle_line(unit=actor.organisation.short_name, person=actor.name, at=at)
    written = write_sheets(target, [Part(SHEET, _lines(rows), HEADING, line, blank_rows=30)], notes=NOTES)
    audit.record(None, "visit.export", actor=actor, changes={"rows": written})
    return written


def _lines(rows: QuerySet[Visit]) -> Iterator[dict[str, Any]]:
    for row in rows.select_related("enterprise", "visitor").iterator(chunk_size=CHUNK):
        yield {
            "number": row.number,
            "name": row.enterprise.name,
            "visitor_name": row.visitor.name,
            **_values(row),
        }


def _values(row: Visit) -> dict[str, Any]:
    texts = {name: getattr(row, name) or None for name in TEXTS}
    key = {"credit_code": row.enterprise.credit_code, "visitor": row.visitor.username, "on": row.on}
    return key | texts | {"demand_title": None, "demand_text": None}


def check_visits(upload: UploadedFile, *, actor: User, today: date) -> WorkbookImport:
    """Keep an upload and what it would change; no visit is written. Raises `Refused` for a bad file."""
    _refuse_others(actor)
    with stored_workbook(upload) as stored, transaction.atomic():
        checked = examine(file_store.path_of(stored.stored_name), actor=actor, today=today)
        batch = WorkbookImport.objects.create(
            token=secrets.token_hex(16),
            kind=KIND,
            parameters={"fingerprint": checked.digest},
            name=stored.name,
            stored_name=stored.stored_name,
            sha256=stored.sha256,
            preview=checked.preview.as_json(),
            uploaded_by=actor,
        )
        audit.record(batch, "import.check", actor=actor, changes={"file": stored.name})
        return batch


def _refuse_others(actor: User) -> None:
    if not actor.is_active or not actor.has_role(*VISITORS):
        raise Refused("您没有登记走访的权限")


def examine(file: BinaryIO | Path, *, actor: User, today: date) -> Checked:
    """Read a workbook and compare it with the visits that `actor` may read; four queries."""
    try:
        read = read_sheet(file, SHEET, max_rows=MOST_ROWS)
    except WorkbookRefused as error:
        raise Refused(str(error)) from error
    codes = {str(row.values.get("credit_code") or "").upper() for row in read.rows}
    names = {str(row.values.get("visitor") or "") for row in read.rows}
    enterprises = {
        row.credit_code: row
        for row in Enterprise.objects.visible_to(actor).current().filter(credit_code__in=codes)
    }
    people = {row.username: row for row in User.objects.filter(username__in=names, is_active=True)}
    visits = _visits(read, actor, enterprises)
    errors = [
        error for row in read.rows for error in _errors(read, row, visits, enterprises, people, actor, today)
    ]
    read = read.with_errors(errors)
    existing = {key: _values(row) for key, row in visits.items()}
    versions = {key: {"number": row.number, "version": row.version} for key, row in visits.items()}
    digest = fingerprint(read, versions)
    return Checked(read, compare(read, existing), visits, enterprises, people, digest)


def _visits(read: SheetRead, actor: User, enterprises: Mapping[str, Enterprise]) -> dict[Key, Visit]:
    rows = Visit.objects.visible_to(actor).filter(
        enterprise__in=[row.pk for row in enterprises.values()],
        on__in={row.values["on"] for row in read.rows if isinstance(row.values.get("on"), date)},
    )
    return {SHEET.key_of(_values(row)): row for row in rows.select_related("enterprise", "visitor")}


def _errors(
    read: SheetRead,
    row: RowRead,
    visits: Mapping[Key, Visit],
    enterprises: Mapping[str, Enterprise],
    people: Mapping[str, User],
    actor: User,
    today: date,
) -> Iterator[CellError]:
    if row.number in read.bad_rows:
        return
    values: Mapping[str, Any] = row.values
    if str(values["credit_code"]).upper() not in enterprises:
        yield read.error(row.number, "credit_code", "市场主体名录中没有这个信用代码，请核对")
    visitor = people.get(str(values["visitor"]))
    if visitor is None:
        yield read.error(row.number, "visitor", "没有这个账号，请填写走访人的登录账号")
    elif visitor.pk != actor.pk and not actor.has_role(*OFFICE_ROLES):
        yield read.error(row.number, "visitor", "只能登记本人的走访；他人的走访由本人或营商办登记")
    if values["on"] > today:
        yield read.error(row.number, "on", "走访日期不能晚于今天")
    title, text = values.get("demand_title"), values.get("demand_text")
    if (title or text) and SHEET.key_of(values) in visits:
        yield read.error(row.number, "demand_title", "该走访已登记，请在走访页面上补充诉求")
    elif bool(title) != bool(text):
        missing = "demand_text" if title else "demand_title"
        yield read.error(row.number, missing, "诉求的标题和内容须同时填写")


@transaction.atomic
def apply_visits(batch: WorkbookImport, *, actor: User, now: datetime) -> Applied:
    """Write what the preview showed; a second confirmation does nothing more.

    Everything is checked again: raises `Refused` when a visit was changed since the preview.
    """
    _refuse_others(actor)
    if not claim_import(batch, State.APPLIED):
        return applied_before(batch)
    checked = examine(file_store.path_of(batch.stored_name), actor=actor, today=timezone.localdate(now))
    if not checked.preview.acceptable:
        raise Refused("工作簿仍有错误，请改正后重新上传")
    if checked.digest != batch.parameters["fingerprint"]:
        raise Refused("核对之后走访记录已有变动，请重新上传核对")
    for row in checked.preview.new:
        note, demands = _note(row.values, checked)
        record_visit(note, demands, actor=actor, now=now)
    for changed in checked.preview.changed:
        visit = checked.visits[changed.key]
        texts = {change.key: str(change.after or "") for change in changed.fields}
        update_visit(visit, actor=actor, version=visit.version, values=texts)
    made = Applied(len(checked.preview.new), len(checked.preview.changed))
    audit.record(batch, "import.apply", actor=actor, changes={"new": made.new, "changed": made.changed})
    return made


def _note(values: Mapping[str, object], checked: Checked) -> tuple[VisitNote, Sequence[Entry]]:
    def text(key: str) -> str:
        return str(values.get(key) or "")

    on = values["on"]
    if not isinstance(on, date):
        raise TypeError(f"on is {type(on).__name__}")
    note = VisitNote(
        enterprise=checked.enterprises[text("credit_code").upper()],
        on=on,
        visitor=checked.people[text("visitor")],
        **{name: text(name) for name in TEXTS},
    )
    if not text("demand_title"):
        return note, ()
    entry = Entry(Channel.VISIT, CaseType.HELP, title=text("demand_title"), text=text("demand_text"))
    return note, (entry,)


def write_corrections(batch: WorkbookImport, target: BinaryIO | Path, *, actor: User, today: date) -> int:
    """Write the upload again with each row's errors beside it."""
    checked = examine(file_store.path_of(batch.stored_name), actor=actor, today=today)
    at = timezone.localtime(batch.uploaded_at)
    subtitle = (
        f"文件：{batch.name}　　上传时间：{at:%Y-%m-%d %H:%M}　　请改正「问题」一列所指的单元格后重新上传"
    )
    return write_error_workbook(
        target, checked.read, checked.preview.errors, heading=f"{HEADING}：待改正", subtitle=subtitle
    )
