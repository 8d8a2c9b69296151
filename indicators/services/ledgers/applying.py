"""Write a confirmed ledger: everything or nothing, and once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from indicators.models import Adjustment, WorkItem, WorkList
from indicators.services.items import item_number, number_series
from indicators.services.items.bulk import move_owed_reports
from indicators.services.items.steps import people_of
from indicators.services.lamps import relight
from indicators.services.ledgers.checking import Existing, examine, names_in, refuse_others
from indicators.services.ledgers.sheets import YES, Lookups
from portal import file_store
from portal.errors import Refused
from portal.models import AuditEvent, Organisation, User, WorkbookImport
from portal.roles import UNIT_ROLES
from portal.selectors.settings import number_setting
from portal.services import audit
from portal.services.imports import (
    Applied,
    applied_before,
    apply_in_turn,
    claim_import,
    leave_to_job,
    slices,
    tell_of_import,
)
from portal.services.notices import notify
from portal.services.numbers import take_numbers
from portal.workbooks.compare import ChangedRow, NewRow

BATCH = 1000
State = WorkbookImport.State


@dataclass(frozen=True)
class _Change:
    """A changed item as it is to be: the row with its new values, which columns, and what was before."""

    item: WorkItem
    columns: frozenset[str]
    supporting: object
    history: dict[str, object]
    known: dict[str, Any]


def confirm_ledger(batch: WorkbookImport, *, actor: User, today: date) -> Applied | None:
    """Apply a confirmed upload at once, or leave a large one to the job: then None is returned.

    Large is what writes more rows than the setting `imports.background_rows`. A
    second confirmation does nothing more. Raises what `apply_ledger` raises.
    """
    counts = batch.preview["counts"]
    if counts["new"] + counts["changed"] <= number_setting("imports.background_rows", on=today):
        return apply_ledger(batch, actor=actor, today=today)
    refuse_others(actor)
    return leave_to_job(batch, actor=actor)


def apply_waiting_ledger(batch: WorkbookImport, *, today: date) -> bool:
    """Apply an upload that was left to the job, by the right of whoever confirmed it, and tell him what came of it.

    Returns whether it is applied now. Killed at any line it stays waiting, with nothing written.
    """
    actor = batch.uploaded_by

    def apply() -> None:
        applied = apply_ledger(batch, actor=actor, today=today, source=State.APPLYING)
        _tell_importer(
            batch, f"「{batch.name}」已导入：新增 {applied.new} 项，更改 {applied.changed} 项", "done"
        )

    done = apply_in_turn(batch, apply)
    batch.refresh_from_db()
    if batch.state == State.CHECKED:
        _tell_importer(batch, f"「{batch.name}」没有导入：{batch.refusal}", f"refused:{batch.attempts}")
    return done


def _tell_importer(batch: WorkbookImport, text: str, what: str) -> None:
    tell_of_import(batch, text, what, url=reverse("indicators:item_import_detail", args=[batch.token]))


@transaction.atomic
def apply_ledger(batch: WorkbookImport, *, actor: User, today: date, source: str = State.CHECKED) -> Applied:
    """Write what the preview showed. A second call does nothing more.

    Raises `Refused` when the upload has errors, or when any row it speaks of was
    changed after the preview; then nothing is written and the upload can be
    checked anew.
    """
    refuse_others(actor)
    if not claim_import(batch, State.APPLIED, source=source):
        return applied_before(batch)
    work_list = WorkList.objects.get(pk=batch.parameters["pk"])
    # Whoever changes one of these items from here on waits until this import has ended.
    list(WorkItem.objects.select_for_update().filter(work_list=work_list).order_by("pk").values_list("pk"))
    checked = examine(work_list, file_store.path_of(batch.stored_name), actor=actor)
    if not checked.preview.acceptable:
        raise Refused("工作簿仍有错误，或台账在核对后已有变动。请改正后重新上传")
    if checked.fingerprint != batch.preview["fingerprint"]:
        raise Refused("核对之后，台账中的这些事项已被他人修改。请重新导出、合并修改后再上传")
    made = _create(work_list, checked.preview.new, checked.lookups, actor)
    changes = _changes(checked.preview.changed, checked.existing, checked.lookups)
    _update(changes, checked.lookups, actor, reason=f"台账导入：{batch.name}"[:300])
    for part in slices([*(row.pk for row in made), *(change.item.pk for change in changes)], BATCH):
        relight(WorkItem.objects.filter(pk__in=part), today=today)
    batch.refresh_from_db()
    facts = {"list": work_list.slug, "new": len(made), "changed": len(changes)}
    audit.record(batch, "import.apply", actor=actor, changes=facts)
    _tell(batch, work_list, [*made, *(change.item for change in changes)], actor, today)
    return Applied(len(made), len(changes))


def _create(work_list: WorkList, rows: Sequence[NewRow], lookups: Lookups, actor: User) -> list[WorkItem]:
    """Make the new items with their numbers, supporting units and history."""
    if not rows:
        return []
    numbers = take_numbers(number_series(work_list), work_list.year, len(rows))
    made: list[WorkItem] = []
    for part in slices(list(zip(numbers, rows, strict=True)), BATCH):
        items = [_new_item(work_list, number, row, lookups) for number, row in part]
        WorkItem.objects.bulk_create(items)
        _add_supporting(
            [(item, row.values.get("supporting")) for item, (_, row) in zip(items, part, strict=True)],
            lookups,
        )
        _write_history(items, "item.create", [{"version": [0, 1]}] * len(items), actor)
        made += items
    return made


def _new_item(work_list: WorkList, number: int, row: NewRow, lookups: Lookups) -> WorkItem:
    item = WorkItem(work_list=work_list, number=item_number(work_list, number), weight=1)
    for column, value in row.values.items():
        _set(item, column, value, lookups)
    if item.lead_id is None:
        item.lead = item.task_force.lead
    item.original_due_on = item.due_on
    return item


def _set(item: WorkItem, column: str, value: Any, lookups: Lookups) -> None:
    """Put the value of a cell onto the item; supporting units are written apart."""
    if column == "task_force":
        item.task_force = lookups.task_forces[value]
    elif column in {"lead", "organisation"}:
        if value is not None:
            setattr(item, column, lookups.units[value])
    elif column == "is_important":
        item.is_important = value == YES
    elif column in {"target", "unit", "measures"}:
        setattr(item, column, value or "")
    elif column == "title":
        item.title = value.strip()
    elif column not in {"number", "supporting"}:
        setattr(item, column, value)


def _changes(rows: Sequence[ChangedRow], existing: Existing, lookups: Lookups) -> list[_Change]:
    """Build the changed items from what was read and what was known, without another query."""
    found = []
    for row in rows:
        known = existing[row.key]
        before: dict[str, Any] = {change.key: change.before for change in row.fields}
        after: dict[str, Any] = {change.key: change.after for change in row.fields}
        version = int(str(known["version"]))
        item = WorkItem(pk=known["pk"], number=known["number"], version=version + 1)
        for column in ("title", "organisation"):
            _set(item, column, known[column], lookups)
        for column, value in after.items():
            _set(item, column, value, lookups)
        columns = set(after)
        if after.get("due_on") is not None:
            item.original_due_on = known["original_due_on"] or known["due_on"] or after["due_on"]
            columns.add("original_due_on")
        history: dict[str, object] = {column: [before[column], value] for column, value in after.items()}
        history["version"] = [version, version + 1]
        found.append(_Change(item, frozenset(columns), after.get("supporting"), history, known))
    return found


def _update(changes: Sequence[_Change], lookups: Lookups, actor: User, *, reason: str) -> None:
    """Write the changed columns, together for the items that change the same ones."""
    alike: dict[frozenset[str], list[WorkItem]] = defaultdict(list)
    for change in changes:
        alike[change.columns - {"supporting"}].append(change.item)
    for columns, items in alike.items():
        WorkItem.objects.bulk_update(items, [*sorted(columns), "version"], batch_size=BATCH // 4)
    regrouped = [change for change in changes if "supporting" in change.columns]
    for part in slices(regrouped, BATCH):
        WorkItem.supporting.through.objects.filter(workitem__in=[change.item.pk for change in part]).delete()
        _add_supporting([(change.item, change.supporting) for change in part], lookups)
    for part in slices(changes, BATCH):
        items, history = [change.item for change in part], [change.history for change in part]
        _write_history(items, "item.import", history, actor, note=reason)
        _keep_adjustments(part, actor, reason)
    handed_over: dict[Organisation, list[int]] = defaultdict(list)
    for change in changes:
        if "organisation" in change.columns:
            handed_over[change.item.organisation].append(change.item.pk)
    for unit, keys in handed_over.items():
        for keys_part in slices(keys, BATCH):
            move_owed_reports(list(keys_part), unit)


def _add_supporting(rows: Iterable[tuple[WorkItem, object]], lookups: Lookups) -> None:
    through = WorkItem.supporting.through
    through.objects.bulk_create(
        [
            through(workitem_id=item.pk, organisation_id=lookups.units[name].pk)
            for item, names in rows
            for name in names_in(names)
        ],
        batch_size=BATCH,
    )


def _write_history(
    items: Sequence[WorkItem],
    action: str,
    history: Sequence[dict[str, object]],
    actor: User,
    *,
    note: str = "",
) -> None:
    events: list[AuditEvent] = [
        audit.build_event(
            item, action, actor=actor, changes=changes, note=note, organisation=item.organisation
        )
        for item, changes in zip(items, history, strict=True)
    ]
    audit.record_many(events)


def _keep_adjustments(changes: Sequence[_Change], actor: User, reason: str) -> None:
    """Keep each change of a date or duty in force as an adjustment, as the item's page would."""
    now = timezone.now()
    decided = {
        "state": Adjustment.State.APPROVED,
        "reason": reason,
        "requested_by": actor,
        "requested_at": now,
        "decided_by": actor,
        "decided_at": now,
    }
    rows = []
    for change in changes:
        item, known = change.item, change.known
        if "due_on" in change.columns and known["due_on"] is not None:
            dates = {"old_due_on": known["due_on"], "new_due_on": item.due_on}
            rows.append(Adjustment(item=item, kind=Adjustment.Kind.DATE, **dates, **decided))
        if "organisation" in change.columns:
            unit = item.organisation
            rows.append(Adjustment(item=item, kind=Adjustment.Kind.DUTY, new_organisation=unit, **decided))
    Adjustment.objects.bulk_create(rows)


def _tell(
    batch: WorkbookImport, work_list: WorkList, items: Sequence[WorkItem], actor: User, today: date
) -> None:
    """Tell the people of every unit concerned once that its items were entered or changed."""
    people = people_of({item.organisation_id for item in items}, UNIT_ROLES, today)
    text = f"「{work_list}」台账已更新，请查看本单位的事项"
    others = [person for person in people if person.pk != actor.pk]
    notify(others, text, url=f"{work_list.get_absolute_url()}&show=mine", event_key=f"ledger:{batch.token}")
