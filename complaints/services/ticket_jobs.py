"""Large workbooks of tickets: confirmed by the person, registered by a job, some hundred tickets at a time.

A number of the year is held until the transaction that took it ends. One transaction for
fifty thousand tickets would keep everybody else from registering for as long, so each slice
is one of its own. Killed at any line, the import stays waiting; the next run leaves out what
is registered already, as every upload does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from complaints.services.intake import register_complaint
from complaints.services.tickets import (
    KIND,
    Checked,
    apply_tickets,
    enterprises_in,
    entry_of,
    examine,
    opened,
    refuse_others,
    registered_among,
)
from portal import file_store
from portal.errors import Refused
from portal.models import User, WorkbookImport
from portal.roles import Role
from portal.selectors.settings import number_setting
from portal.services import audit
from portal.services.imports import (
    Applied,
    apply_in_turn,
    claim_import,
    leave_to_job,
    slices,
    tell_of_import,
    waiting_imports,
)
from portal.workbooks.compare import NewRow

State = WorkbookImport.State
# What somebody can be kept waiting for while the page loads.
AT_ONCE = 500
SLICE = 200
# Other jobs wait while this one runs.
A_RUN = 1000


def confirm_tickets(batch: WorkbookImport, *, actor: User, now: datetime) -> Applied | None:
    """Register a confirmed upload at once, or leave a large one to the job: then None is returned.

    Large is what has more than 500 new tickets, or than the setting `imports.background_rows`.
    A second confirmation does nothing more. Raises what `apply_tickets` raises.
    """
    rows = batch.preview["counts"]["new"]
    if rows <= min(AT_ONCE, number_setting("imports.background_rows", on=timezone.localdate(now))):
        return apply_tickets(batch, actor=actor, now=now)
    refuse_others(actor)
    if not batch.preview["acceptable"]:
        raise Refused("工作簿仍有错误，请改正后重新上传")
    return leave_to_job(batch, actor=actor)


@dataclass(frozen=True)
class Run:
    """What a run of the job did: uploads that are done, go on in the next run, or came back to the person."""

    done: int
    going_on: int
    refused: int


def apply_waiting_tickets(now: datetime) -> Run:
    """Register of each upload that was left to the job as many tickets as one run may; the next run goes on.

    By the right of whoever confirmed them, who is told what came of it; the office is told once, not of each ticket.
    """
    states = Counter(_apply_waiting(batch, now) for batch in waiting_imports(KIND))
    return Run(states[State.APPLIED], states[State.APPLYING], states[State.CHECKED])


def _apply_waiting(batch: WorkbookImport, now: datetime) -> str:
    apply_in_turn(batch, lambda: _register(batch, now))
    batch.refresh_from_db()
    if batch.state == State.CHECKED:
        text = f"「{batch.name}」没有登记完：{batch.refusal}"
        _tell(batch, text, f"refused:{batch.attempts}")
    return batch.state


def _register(batch: WorkbookImport, now: datetime) -> None:
    actor = batch.uploaded_by
    refuse_others(actor)
    checked = examine(opened(batch))
    if not checked.preview.acceptable:
        raise Refused("工作簿仍有错误，请改正后重新上传")
    enterprises = enterprises_in(checked)
    for rows in slices(checked.preview.new[:A_RUN], SLICE):
        _register_slice(rows, checked, enterprises, actor=actor, now=now)
    if checked.preview.new[A_RUN:]:
        # Runs that get on are not among those after which an import is given back.
        WorkbookImport.objects.filter(pk=batch.pk, state=State.APPLYING).update(attempts=1)
        return
    with transaction.atomic():
        if not claim_import(batch, State.APPLIED, source=State.APPLYING):
            return
        made = batch.preview["counts"]["new"]
        audit.record(batch, "import.apply", actor=actor, changes={"new": made})
        text = f"「{batch.name}」已登记：12345 工单 {made} 件，待受理"
        office = User.objects.holding(Role.OFFICE, on=timezone.localdate(now))
        _tell(batch, text, "done", *office)
        transaction.on_commit(lambda: file_store.delete(batch.stored_name))


@transaction.atomic
def _register_slice(
    rows: Sequence[NewRow], checked: Checked, enterprises: dict[str, Any], *, actor: User, now: datetime
) -> None:
    """Register some tickets, all or none; those that came in otherwise meanwhile are left as they are."""
    known = registered_among([row.values.get("number") for row in rows])
    for row in rows:
        entry = entry_of(row.values, checked.lookups, enterprises)
        if entry.external_number not in known:
            register_complaint(
                entry, actor=actor, now=now, source="12345", key=entry.external_number, tells=False
            )


def _tell(batch: WorkbookImport, text: str, what: str, *others: User) -> None:
    tell_of_import(batch, text, what, url=f"/complaints/tickets/{batch.token}/", others=others)
