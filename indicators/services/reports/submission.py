"""What the reporting unit does with its reports: submit, report no change, withdraw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from copy import copy
from datetime import date
from types import MappingProxyType
from typing import Any

from django.db import transaction
from django.db.models import Case, F, OuterRef, Subquery, Value, When
from django.utils import timezone

from indicators.models import ProgressReport, WorkItem
from indicators.services.reports.checks import TEXT_LENGTH, problems_with
from indicators.services.reports.drafts import EDITABLE, Edit, keep
from indicators.services.reports.gate import Gate
from indicators.services.reports.outcome import Outcome, Refusal, advance, event, lock_reports, sift
from indicators.services.reports.turns import tell_reviewers
from indicators.workflow import REPORT_STEPS
from portal.errors import Refused
from portal.models import AuditEvent, User
from portal.services import audit

SUBMIT = REPORT_STEPS["submit"]
WITHDRAW = REPORT_STEPS["withdraw"]


@transaction.atomic
def submit_reports(reports: Iterable[ProgressReport], *, actor: User, today: date) -> Outcome:
    """Submit what has been written; each report goes in by itself, the others are named with what is missing.

    A report is late when `today` lies after the month's on-time day. Submitting
    again what is submitted is refused by name and changes nothing.
    """
    rows = lock_reports(reports)
    outcome, events = _hand_in(rows, Gate(rows, today), actor)
    audit.record_many(events)
    tell_reviewers(outcome.done, today=today)
    return outcome


@transaction.atomic
def save_and_submit(
    edits: Sequence[Edit], *, actor: User, today: date, unchanged: Set[int] = frozenset()
) -> list[ProgressReport]:
    """Keep what was typed and submit it, all reports or none; queries as for one.

    The reports whose keys are in `unchanged` are marked 本月无变化: what was written
    says why. Raises `Refused` with what is wrong; then nothing is written.
    """
    rows = lock_reports(edit.report for edit in edits)
    gate = Gate(rows, today)
    before = {row.pk: copy(row) for row in rows}
    # One entry in the history for each report: the submission, beside what stood there before it was typed.
    drafts, _ = keep(rows, edits, gate, actor)
    for draft in drafts:
        if draft.error is not None:
            raise draft.error
    outcome, events = _hand_in(rows, gate, actor, before=before, unchanged=unchanged)
    if outcome.refused:
        raise Refused("；".join(refusal.sentence for refusal in outcome.refused))
    audit.record_many(events)
    tell_reviewers(outcome.done, today=today)
    return list(outcome.done)


def _hand_in(
    rows: list[ProgressReport],
    gate: Gate,
    actor: User,
    *,
    before: Mapping[int, ProgressReport] = MappingProxyType({}),
    unchanged: Set[int] = frozenset(),
) -> tuple[Outcome, list[AuditEvent]]:
    """Submit those of the locked rows that can be; the caller records the history and tells the reviewers.

    `before` are the rows as they were, where the caller has written to them.
    """
    fit, refused = sift(rows, SUBMIT, actor, gate.refusal)
    complete = []
    for row in fit:
        values = {name: getattr(row, name) for name in EDITABLE}
        problems = problems_with(values, previous_percent=row.previous_percent)
        if problems:
            sentence = f"{row.item.short_number}：" + "；".join(problem.sentence for problem in problems)
            refused.append(Refusal(row, sentence, tuple(problems)))
        else:
            complete.append(row)
    done = _submit(complete, gate, actor, unchanged)
    old = before or {row.pk: row for row in complete}
    events = [_submission(row, old[row.pk], actor) for row in done]
    return Outcome(tuple(done), tuple(refused)), events


@transaction.atomic
def report_no_change(
    reports: Iterable[ProgressReport], sentence: str, *, actor: User, today: date
) -> Outcome:
    """Submit reports that say in one sentence that nothing changed; percent and quantity stay last month's.

    What was typed before is replaced and kept in the history. Raises Refused
    without a sentence.
    """
    sentence = sentence.strip()
    if not sentence:
        raise Refused("请写一句本月无变化的原因")
    if len(sentence) > TEXT_LENGTH:
        raise Refused(f"原因不超过 {TEXT_LENGTH} 字，现有 {len(sentence)} 字")
    rows = lock_reports(reports)
    gate = Gate(rows, today)
    fit, refused = sift(rows, SUBMIT, actor, gate.refusal)
    quantity = WorkItem.objects.filter(pk=OuterRef("item")).values("quantity_done")
    as_before = {
        "done": sentence,
        "percent": F("previous_percent"),
        "quantity_done": Subquery(quantity),
        "problems": "",
        "saved_at": timezone.now(),
        "saved_by": actor,
    }
    done = _submit(fit, gate, actor, {row.pk for row in fit}, **as_before)
    before = {row.pk: row for row in fit}
    audit.record_many([_submission(row, before[row.pk], actor) for row in done])
    tell_reviewers(done, today=today)
    return Outcome(tuple(done), tuple(refused))


def _submit(
    rows: list[ProgressReport],
    gate: Gate,
    actor: User,
    unchanged: Set[int],
    **changes: object,
) -> list[ProgressReport]:
    return advance(
        rows,
        SUBMIT,
        {"is_late": gate.is_late, "no_change": lambda row: row.no_change or row.pk in unchanged},
        is_late=gate.lateness(),
        no_change=Case(When(pk__in=unchanged, then=Value(value=True)), default=F("no_change")),
        submitted_at=timezone.now(),
        submitted_by=actor,
        lead_passed_at=None,
        lead_passed_by=None,
        **changes,
    )


def _submission(row: ProgressReport, before: ProgressReport, actor: User) -> AuditEvent:
    """History keeps every submission in full, beside what stood there before."""
    changes: dict[str, Any] = {name: [getattr(before, name), getattr(row, name)] for name in EDITABLE}
    changes |= {"is_late": row.is_late, "no_change": row.no_change}
    return event(row, "submit", actor=actor, before=before.state, changes=changes)


@transaction.atomic
def withdraw_report(report: ProgressReport, *, actor: User, today: date) -> ProgressReport:
    """Take back a submitted report that nobody has reviewed, to change it; it must be submitted anew.

    Lateness is judged by the new submission. Raises Refused when the month is locked for the unit.
    """
    rows = lock_reports([report])
    fit, refused = sift(rows, WITHDRAW, actor, Gate(rows, today).refusal)
    if refused:
        raise Refused(refused[0].sentence)
    (row,) = advance(fit, WITHDRAW, submitted_at=None, submitted_by=None, no_change=False)
    audit.record_many([event(row, "withdraw", actor=actor, before=fit[0].state)])
    return row
