"""What the reporting unit does with its reports: submit, report no change, withdraw."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.utils import timezone

from indicators.models import ProgressReport, ReportingMonth, WorkItem
from indicators.selectors.months import windows
from indicators.services.reports.checks import TEXT_LENGTH, problems_with
from indicators.services.reports.drafts import EDITABLE
from indicators.services.reports.outcome import Outcome, Refusal, advance, event, lock_reports, sift
from indicators.services.reports.turns import tell_reviewers
from indicators.workflow import REPORT_STEPS, ItemState, ReportState
from portal.errors import Refused
from portal.models import AuditEvent, User
from portal.services import audit

SUBMIT = REPORT_STEPS["submit"]
WITHDRAW = REPORT_STEPS["withdraw"]


class _Gate:
    """Which of the rows may be written today: their months and units' windows, read once for all rows."""

    def __init__(self, rows: list[ProgressReport], today: date) -> None:
        months = {row.month: row for row in ReportingMonth.objects.filter(month__in={r.month for r in rows})}
        self.late = [month for month, row in months.items() if row.is_late(today)]
        self.windows = {
            month: windows(row, {r.organisation for r in rows if r.month == month}, today=today)
            for month, row in months.items()
        }

    def refusal(self, row: ProgressReport) -> str:
        if row.item.state in {ItemState.SUSPENDED, ItemState.CANCELLED}:
            return f"{row.item.short_number}{row.item.get_state_display()}，不用填报"
        opening = self.windows[row.month][row.organisation_id]
        return "" if opening.is_open else opening.sentence

    def lateness(self) -> Case:
        """Late once is late for ever; a report that was on time and then returned stays on time."""
        first_time = ~Q(state=ReportState.RETURNED)
        return Case(
            When(is_late=True, then=Value(value=True)),
            When(first_time, month__in=self.late, then=Value(value=True)),
            default=Value(value=False),
        )


@transaction.atomic
def submit_reports(reports: Iterable[ProgressReport], *, actor: User, today: date) -> Outcome:
    """Submit what has been written; each report goes in by itself, the others are named with what is missing.

    A report is late when `today` lies after the month's on-time day. Submitting
    again what is submitted is refused by name and changes nothing.
    """
    rows = lock_reports(reports)
    gate = _Gate(rows, today)
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
    done = _submit(complete, gate, actor, today)
    return Outcome(tuple(done), tuple(refused))


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
    gate = _Gate(rows, today)
    fit, refused = sift(rows, SUBMIT, actor, gate.refusal)
    quantity = WorkItem.objects.filter(pk=OuterRef("item")).values("quantity_done")
    unchanged = {
        "no_change": True,
        "done": sentence,
        "percent": F("previous_percent"),
        "quantity_done": Subquery(quantity),
        "problems": "",
        "saved_at": timezone.now(),
        "saved_by": actor,
    }
    done = _submit(fit, gate, actor, today, **unchanged)
    return Outcome(tuple(done), tuple(refused))


def _submit(
    rows: list[ProgressReport], gate: _Gate, actor: User, today: date, **changes: object
) -> list[ProgressReport]:
    before = {row.pk: row for row in rows}
    done = advance(
        rows,
        SUBMIT,
        is_late=gate.lateness(),
        submitted_at=timezone.now(),
        submitted_by=actor,
        lead_passed_at=None,
        lead_passed_by=None,
        **changes,
    )
    audit.record_many([_submission(row, before[row.pk], actor) for row in done])
    tell_reviewers(done, today=today)
    return done


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
    fit, refused = sift(rows, WITHDRAW, actor, _Gate(rows, today).refusal)
    if refused:
        raise Refused(refused[0].sentence)
    (row,) = advance(fit, WITHDRAW, submitted_at=None, submitted_by=None, no_change=False)
    audit.record_many([event(row, "withdraw", actor=actor, before=fit[0].state)])
    return row
