"""Write a confirmed register: everything or nothing, and once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal import file_store
from portal.enterprise_label_texts import LabelKey, read_labels
from portal.enterprise_names import search_name
from portal.enterprise_terms import EntityKind, EntityState, FactKind
from portal.errors import Refused
from portal.industries import section_of
from portal.models import Enterprise, EnterpriseFact, EnterpriseLabel, User, WorkbookImport
from portal.selectors.settings import number_setting
from portal.services import audit
from portal.services.enterprise_workbook.checking import (
    KIND,
    Checked,
    examine,
    fact_kinds_in,
    first_day_of_use,
)
from portal.services.enterprise_workbook.sheets import Towns
from portal.services.enterprises.register import check_keeper
from portal.services.enterprises.sizes import resize
from portal.services.imports import (
    Applied,
    applied_before,
    apply_in_turn,
    claim_import,
    leave_to_job,
    slices,
    tell_of_import,
    waiting_imports,
)
from portal.workbooks.columns import Key
from portal.workbooks.compare import ChangedRow, NewRow

State = WorkbookImport.State
BATCH = 1000
SOURCE = "名录导入"
_KINDS = {kind.label: kind for kind in EntityKind}
_STATES = {state.label: state for state in EntityState}
_TEXTS = frozenset({"address", "public_phone", "website"})
_COLUMNS = frozenset({"name", "kind", "industry", "town", "founded_on", "state", "state_on"} | _TEXTS)


@dataclass(frozen=True)
class _Written:
    """A row that was created or changed: what is to be recorded about it, and what of facts and labels it brings."""

    row: Enterprise
    key: Key
    values: Mapping[str, Any]
    changes: dict[str, object]


@dataclass(frozen=True)
class _Run:
    """One confirmed import: what was checked, who confirmed it, when."""

    checked: Checked
    actor: User
    now: datetime
    today: date
    name: str


def confirm_register(batch: WorkbookImport, *, actor: User, today: date) -> Applied | None:
    """Apply a confirmed upload at once, or leave a large one to the job: then None is returned.

    Large is what writes more rows than the setting `imports.background_rows`. A
    second confirmation does nothing more. Raises what `apply_register` raises.
    """
    counts = batch.preview["counts"]
    if counts["new"] + counts["changed"] <= number_setting("imports.background_rows", on=today):
        return apply_register(batch, actor=actor, today=today)
    check_keeper(actor)
    return leave_to_job(batch, actor=actor)


def apply_waiting_registers(*, today: date) -> tuple[int, int]:
    """Apply the uploads that were left to the job, one after the other; return how many were applied and how many not.

    By the right of whoever confirmed them, who is told what came of it. Killed
    at any line an upload stays waiting, with nothing written.
    """
    waiting = waiting_imports(KIND)
    done = sum(_apply_waiting(batch, today) for batch in waiting)
    return done, len(waiting) - done


def _apply_waiting(batch: WorkbookImport, today: date) -> bool:
    def apply() -> None:
        with transaction.atomic():
            applied = apply_register(batch, actor=batch.uploaded_by, today=today, source=State.APPLYING)
            text = f"「{batch.name}」已导入：新增 {applied.new} 家，更改 {applied.changed} 家"
            _tell_importer(batch, text, "done")

    done = apply_in_turn(batch, apply)
    batch.refresh_from_db()
    if batch.state == State.CHECKED:
        _tell_importer(batch, f"「{batch.name}」没有导入：{batch.refusal}", f"refused:{batch.attempts}")
    return done


def _tell_importer(batch: WorkbookImport, text: str, what: str) -> None:
    tell_of_import(batch, text, what, url=f"/enterprises/import/{batch.token}/")


@transaction.atomic
def apply_register(
    batch: WorkbookImport, *, actor: User, today: date, source: str = State.CHECKED
) -> Applied:
    """Write what the preview showed. A second call does nothing more.

    Raises `Refused` when the upload has errors, or when any row it speaks of was
    changed after the preview; then nothing is written and the upload can be
    checked anew.
    """
    check_keeper(actor)
    if not claim_import(batch, State.APPLIED, source=source):
        return applied_before(batch)
    checked = examine(file_store.path_of(batch.stored_name), today=today)
    if not checked.preview.acceptable:
        raise Refused("工作簿仍有错误，或名录在核对后已有变动。请改正后重新上传")
    if checked.fingerprint != batch.preview["fingerprint"]:
        raise Refused("核对之后，其中的市场主体已被他人修改。请重新导出、合并修改后再上传")
    run = _Run(checked, actor, timezone.now(), today, batch.name)
    for part in slices(checked.preview.new, BATCH):
        _write(_create(part, checked.towns, today), run)
    for rows in slices(checked.preview.changed, BATCH):
        _write(_update(rows, checked), run)
    new, changed = len(checked.preview.new), len(checked.preview.changed)
    audit.record(batch, "import.apply", actor=actor, changes={"new": new, "changed": changed})
    batch.refresh_from_db()
    return Applied(new, changed)


def _create(rows: Sequence[NewRow], towns: Towns, today: date) -> list[_Written]:
    made = []
    for new in rows:
        row = Enterprise(credit_code=str(new.values["credit_code"]), source=SOURCE, size_as_of=today)
        for column, value in new.values.items():
            _set(row, column, value, towns)
        changes: dict[str, object] = {
            name: [None, value] for name, value in new.values.items() if value is not None
        }
        made.append(_Written(row, new.key, new.values, changes))
    try:
        with transaction.atomic():
            Enterprise.objects.bulk_create([one.row for one in made])
    except IntegrityError as error:
        raise Refused("核对之后，其中的市场主体已被他人登记。请重新上传核对") from error
    return made


def _set(row: Enterprise, column: str, value: Any, towns: Towns) -> None:
    """Put the value of a cell onto the row; facts and labels are written apart."""
    if column == "kind":
        row.kind = _KINDS[value]
    elif column == "state":
        row.state = _STATES[value]
    elif column == "town":
        row.town = towns.by_name[value] if value else None
    elif column == "industry":
        row.industry, row.section = value or "", section_of(value or "")
    elif column == "name":
        row.name, row.search_name = value, search_name(value)
    elif column in _TEXTS:
        setattr(row, column, value or "")
    elif column in _COLUMNS:
        setattr(row, column, value)


_FOLLOWING = {"name": "search_name", "industry": "section"}


def _update(rows: Sequence[ChangedRow], checked: Checked) -> list[_Written]:
    """Write the changed columns; refuse the whole import where a row was changed at this very moment."""
    written = []
    alike: dict[frozenset[str], list[Enterprise]] = defaultdict(list)
    found = {checked.known.rows[row.key]["pk"]: row for row in rows}
    # Whoever changes one of these rows from here on waits until this import has ended.
    held = (
        Enterprise.objects.select_for_update(of=("self",))
        .select_related("town")
        .filter(pk__in=found)
        .order_by("pk")
    )
    for row in held:
        changed = found[row.pk]
        if row.version != checked.known.rows[changed.key]["version"]:
            raise Refused(f"「{row.name}」刚刚被他人修改。请重新导出、合并修改后再上传")
        after = {change.key: change.after for change in changed.fields}
        for column, value in after.items():
            _set(row, column, value, checked.towns)
        row.version += 1
        columns = set(after) & _COLUMNS
        alike[frozenset(columns | {_FOLLOWING[name] for name in columns & set(_FOLLOWING)})].append(row)
        history: dict[str, object] = {change.key: [change.before, change.after] for change in changed.fields}
        written.append(_Written(row, changed.key, changed.values, history))
    for names, same in alike.items():
        Enterprise.objects.bulk_update(same, [*sorted(names), "version"], batch_size=BATCH // 4)
    return written


def _write(rows: Sequence[_Written], run: _Run) -> None:
    """Write the facts, labels, sizes and history of rows that stand in the register by now."""
    _write_facts(rows, run.checked, run.now)
    _write_labels(rows, run.checked, run.now)
    resize([one.row.pk for one in rows], today=run.today)
    note = f"文件：{run.name}"[:300]
    audit.record_many(
        [
            audit.build_event(
                one.row,
                "enterprise.import",
                actor=run.actor,
                changes=one.changes,
                note=note,
                organisation=one.row.town,
            )
            for one in rows
        ]
    )


def _write_facts(rows: Sequence[_Written], checked: Checked, now: datetime) -> None:
    new, old = [], []
    for one in rows:
        known = checked.known.facts.get(one.key, {})
        before = checked.known.rows.get(one.key, {})
        year = one.values.get("fact_year")
        for kind in fact_kinds_in(dict(one.values)):
            value, source = one.values[kind], one.values["source"]
            if kind in known:
                if before[kind] != value or before["source"] != source:
                    old.append(
                        EnterpriseFact(
                            pk=known[kind], value=value, source=source, period_year=year, recorded_at=now
                        )
                    )
            elif year is not None:
                new.append(_fact(one.row, kind, value, year, source, now))
    EnterpriseFact.objects.bulk_create(new, batch_size=BATCH)
    columns = ["value", "source", "period_year", "recorded_at"]
    EnterpriseFact.objects.bulk_update(old, columns, batch_size=BATCH // 4)


def _fact(
    row: Enterprise, kind: FactKind, value: Any, year: int, source: str, now: datetime
) -> EnterpriseFact:
    return EnterpriseFact(
        enterprise=row,
        kind=kind,
        value=value,
        period_year=year,
        valid_from=first_day_of_use(year),
        source=source,
        recorded_at=now,
    )


def _write_labels(rows: Sequence[_Written], checked: Checked, now: datetime) -> None:
    new: list[EnterpriseLabel] = []
    ended: dict[tuple[int, LabelKey], date | None] = {}
    for one in rows:
        known = checked.known.labels.get(one.key, {})
        for key, end in read_labels(str(one.values.get("labels") or "")).items():
            if key not in known:
                new.append(_label(one, key, end, now))
            elif known[key] != end:
                ended[one.row.pk, key] = end
    EnterpriseLabel.objects.bulk_create(new, batch_size=BATCH)
    if ended:
        _end_labels(ended, now)


def _label(one: _Written, key: LabelKey, end: date | None, now: datetime) -> EnterpriseLabel:
    return EnterpriseLabel(
        enterprise=one.row,
        kind=key.kind,
        level=key.level,
        valid_from=key.valid_from,
        valid_to=end,
        source=one.values["source"],
        recorded_at=now,
    )


def _end_labels(ended: Mapping[tuple[int, LabelKey], date | None], now: datetime) -> None:
    """Give labels that stand in the register another last day."""
    changed = []
    for label in EnterpriseLabel.objects.filter(enterprise__in={pk for pk, _key in ended}):
        place = (label.enterprise_id, LabelKey(label.kind, label.level, label.valid_from))
        if place in ended:
            label.valid_to, label.recorded_at = ended[place], now
            changed.append(label)
    EnterpriseLabel.objects.bulk_update(changed, ["valid_to", "recorded_at"], batch_size=BATCH // 4)
