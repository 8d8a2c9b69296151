"""Read an uploaded register, find every error by row and column, and say what it would change."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal import file_store
from portal.credit_codes import clean_credit_code
from portal.enterprise_label_texts import LabelKey, labels_text, read_labels
from portal.enterprise_names import search_name
from portal.enterprise_terms import FACTS, EntityKind, EntityState, FactKind
from portal.errors import Refused
from portal.industries import clean_industry
from portal.models import Enterprise, EnterpriseFact, User, WorkbookImport
from portal.services import audit
from portal.services.enterprise_workbook.sheets import (
    PLAIN,
    Towns,
    held_labels,
    plain_row,
    register_sheet,
)
from portal.services.enterprises.facts import fact_problem
from portal.services.enterprises.register import check_keeper
from portal.services.imports import StoredWorkbook, stored_workbook
from portal.workbooks.columns import Key
from portal.workbooks.compare import Preview, compare
from portal.workbooks.corrections import write_error_workbook
from portal.workbooks.limits import MB, Limits
from portal.workbooks.reader import CellError, RowRead, SheetRead, read_sheet
from portal.workbooks.refusals import WorkbookRefused

KIND = "enterprises"
CHUNK = 1000
# 50,000 entities with facts and labels unpack to some 80 MB.
REGISTER_LIMITS = Limits(unpacked_bytes=200 * MB, member_bytes=160 * MB, cpu_seconds=60)


@dataclass
class Known:
    """What the register knows of the entities that a file speaks of, under their codes.

    `rows` are as the sheet would show them, with the facts of the year the file
    speaks of; `facts` are those facts' keys; `labels` all labels ever held.
    """

    rows: dict[Key, dict[str, Any]] = field(default_factory=dict)
    facts: dict[Key, dict[str, int]] = field(default_factory=dict)
    labels: dict[Key, dict[LabelKey, date | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """An upload that was read and compared, with what was known while comparing."""

    read: SheetRead
    preview: Preview
    known: Known
    towns: Towns
    fingerprint: str


def check_register(upload: UploadedFile, *, actor: User, today: date) -> WorkbookImport:
    """Keep an uploaded workbook and what it would change; nothing of the register is written.

    Raises `Refused` for a file that is no workbook or not the register's.
    """
    check_keeper(actor)
    with stored_workbook(upload) as stored:
        checked = examine(file_store.path_of(stored.stored_name), today=today)
        return _keep(checked, stored, actor)


@transaction.atomic
def _keep(checked: Checked, stored: StoredWorkbook, actor: User) -> WorkbookImport:
    batch = WorkbookImport.objects.create(
        token=secrets.token_hex(16),
        kind=KIND,
        name=stored.name,
        stored_name=stored.stored_name,
        sha256=stored.sha256,
        preview=checked.preview.as_json() | {"fingerprint": checked.fingerprint},
        uploaded_by=actor,
    )
    audit.record(batch, "import.check", actor=actor, changes={"file": stored.name})
    return batch


def examine(file: BinaryIO | Path, *, today: date) -> Checked:
    """Read and compare a workbook with the register as it is now."""
    towns = Towns.load()
    sheet = register_sheet(towns)
    try:
        read = read_sheet(file, sheet, limits=REGISTER_LIMITS)
    except WorkbookRefused as error:
        raise Refused(str(error)) from error
    read = read.with_errors(_errors(read, today))
    known = _known(read, towns)
    read = read.with_errors(_complete(read, known, today))
    preview = compare(read, known.rows)
    return Checked(read, preview, known, towns, _fingerprint(read, known))


def _fingerprint(read: SheetRead, known: Known) -> str:
    """Return a digest of the versions of the rows the file speaks of: another one means they were changed."""
    digest = hashlib.sha256()
    for row in read.rows:
        before = known.rows.get(read.sheet.key_of(row.values))
        if before is not None:
            digest.update(f"{before['credit_code']}:{before['version']};".encode())
    return digest.hexdigest()


def _errors(read: SheetRead, today: date) -> Iterator[CellError]:
    """Yield what is wrong with a row by itself, and write codes as the register does."""
    for row in read.rows:
        if row.number in read.bad_rows:
            continue
        for name, message in _row_problems(row.values, today):
            yield read.error(row.number, name, message)


def _row_problems(values: dict[str, Any], today: date) -> Iterator[tuple[str, str]]:
    try:
        values["credit_code"] = clean_credit_code(values["credit_code"])
    except ValueError as error:
        yield "credit_code", str(error)
    if values.get("industry"):
        try:
            values["industry"] = clean_industry(values["industry"])
        except ValueError as error:
            yield "industry", str(error)
    if not search_name(values["name"]):
        yield "name", "名称中没有文字，请按营业执照填写"
    for name in ("founded_on", "state_on"):
        if values.get(name) and values[name] > today:
            yield name, "日期不能晚于今天"
    yield from _fact_problems(values, today)


def _fact_problems(values: dict[str, Any], today: date) -> Iterator[tuple[str, str]]:
    given = [kind for kind in FACTS if values.get(kind) is not None]
    for kind in given:
        if problem := fact_problem(kind, Decimal(values[kind])):
            yield kind, problem
    year = values.get("fact_year")
    if given and year is None:
        yield "fact_year", "填有数据的，请填写数据年度"
    elif year is not None and year > today.year:
        yield "fact_year", "数据年度不能晚于今年"


def _known(read: SheetRead, towns: Towns) -> Known:
    """Read what is known of the entities of the file; three queries for every 1,000 of them."""
    known = Known()
    named: Iterator[dict[str, Any]] = (row.values for row in _good(read))
    years: dict[str, int | None] = {values["credit_code"]: values.get("fact_year") for values in named}
    codes = list(years)
    for start in range(0, len(codes), CHUNK):
        part = codes[start : start + CHUNK]
        found = Enterprise.objects.filter(credit_code__in=part).values_list(*PLAIN)
        rows = {values[0]: plain_row(values, towns) for values in found}
        labels = held_labels(rows)
        facts = _facts_of_years(rows, {pk: years[row["credit_code"]] for pk, row in rows.items()})
        for pk, row in rows.items():
            key = (row["credit_code"],)
            own = facts.get(pk, {})
            newest = max(own.values(), key=lambda fact: fact.pk, default=None)
            row.update({kind: fact.value for kind, fact in own.items()})
            row["fact_year"] = years[row["credit_code"]] if own else None
            row["source"] = newest.source if newest else None
            known.rows[key] = row
            known.facts[key] = {kind: fact.pk for kind, fact in own.items()}
            known.labels[key] = labels.get(pk, {})
    return known


def _good(read: SheetRead) -> Iterator[RowRead]:
    return (row for row in read.rows if row.number not in read.bad_rows)


def first_day_of_use(year: int) -> date:
    """Return the day from which the figures of a year are used: the first of the next year."""
    return date(year + 1, 1, 1)


def _facts_of_years(
    keys: dict[int, dict[str, Any]], years: dict[int, int | None]
) -> dict[int, dict[str, EnterpriseFact]]:
    """Return for each entity its facts of the year that its row names."""
    wanted = {year for year in years.values() if year}
    of_years = Q(period_year__in=wanted) | Q(valid_from__in=[first_day_of_use(year) for year in wanted])
    found: dict[int, dict[str, EnterpriseFact]] = {}
    rows = EnterpriseFact.objects.filter(of_years, enterprise__in=list(keys)) if wanted else ()
    for fact in sorted(rows, key=lambda fact: (fact.valid_from, fact.pk)):
        year = years[fact.enterprise_id]
        if year and (fact.period_year == year or fact.valid_from == first_day_of_use(year)):
            found.setdefault(fact.enterprise_id, {})[fact.kind] = fact
    return found


def _complete(read: SheetRead, known: Known, today: date) -> Iterator[CellError]:
    """Fill what may be left empty from what is known, and yield what contradicts it."""
    for row in _good(read):
        key = read.sheet.key_of(row.values)
        before = known.rows.get(key, {})
        if before.get("merged_into_id"):
            yield read.error(row.number, "credit_code", "该代码已合并到另一市场主体，请改用保留的一条")
            continue
        for name, message in _completing(row.values, before, known.labels.get(key, {}), today):
            yield read.error(row.number, name, message)


def _completing(
    values: dict[str, Any],
    before: dict[str, Any],
    labels: dict[LabelKey, date | None],
    today: date,
) -> Iterator[tuple[str, str]]:
    values["name"] = values["name"].strip()
    for name, default in (("kind", EntityKind.ENTERPRISE.label), ("state", EntityState.ACTIVE.label)):
        if name in values and values[name] is None:
            values[name] = before.get(name, default)
    if values.get("state", EntityState.ACTIVE.label) != EntityState.ACTIVE.label and not (
        values["state_on"] if "state_on" in values else before.get("state_on")
    ):
        yield "state_on", f"{values['state']}的，请填写状态日期"
    given = any(values.get(kind) is not None for kind in FACTS)
    for name in ("fact_year", "source", *FACTS):
        if name in values and values[name] is None:
            values[name] = before.get(name)
    if not given:
        # A year or a source without a figure says nothing.
        values.update({name: before.get(name) for name in ("fact_year", "source") if name in values})
    try:
        labelled = _with_labels(values, before, labels, today)
    except ValueError as error:
        yield "labels", str(error)
        return
    if (given or labelled) and not values.get("source"):
        yield "source", "填有数据或标签的，请填写数据来源"


def _with_labels(
    values: dict[str, Any],
    before: dict[str, Any],
    labels: dict[LabelKey, date | None],
    today: date,
) -> bool:
    """Write both sides of the labels as one text each; tell whether the file brings anything new."""
    if "labels" not in values:
        return False
    read = read_labels(values["labels"] or "")
    held = {
        key: end
        for key, end in labels.items()
        if key in read or (key.valid_from <= today and (end is None or end >= today))
    }
    if before:
        before["labels"] = labels_text(held)
    values["labels"] = labels_text({**held, **read})
    return values["labels"] != labels_text(held)


def write_corrections(batch: WorkbookImport, target: BinaryIO | Path, *, actor: User, today: date) -> int:
    """Write the upload again with each row's errors beside it, to be put right and uploaded anew."""
    check_keeper(actor)
    checked = examine(file_store.path_of(batch.stored_name), today=today)
    at = timezone.localtime(batch.uploaded_at)
    return write_error_workbook(
        target,
        checked.read,
        checked.preview.errors,
        heading="市场主体名录：待改正",
        subtitle=f"文件：{batch.name}　　上传时间：{at:%Y-%m-%d %H:%M}　　请改正「问题」一列所指的单元格后重新上传",
    )


def fact_kinds_in(changes: dict[str, Any]) -> list[FactKind]:
    """Return the kinds of facts among the columns of a row."""
    return [kind for kind in FACTS if changes.get(kind) is not None]
