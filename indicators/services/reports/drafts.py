"""Keep what a liaison has typed, and never lose what somebody else has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.db import models, transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Cast
from django.utils import timezone

from indicators.models import ProgressReport
from indicators.services.reports.checks import LABELS, TEXTS, Unfit, draft_problems
from indicators.services.reports.gate import Gate
from indicators.services.reports.outcome import lock_reports, refusal_of
from indicators.workflow import OWED_STATES, REPORT_STEPS, ReportState
from portal.errors import Conflict, Refused
from portal.models import AuditEvent, User
from portal.services import audit

EDITABLE = tuple(LABELS)
BATCH = 200


@dataclass(frozen=True)
class Edit:
    """What was typed into one report: some of `EDITABLE`, and the version that was edited."""

    report: ProgressReport
    version: int
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Draft:
    """What became of an edit: the report as it stands now, and why it was not kept, if it was not."""

    report: ProgressReport
    error: Refused | None = None


@transaction.atomic
def save_draft(
    report: ProgressReport, *, actor: User, version: int, fields: Mapping[str, object], today: date
) -> ProgressReport:
    """Keep what was typed into one report; see `save_drafts`.

    Raises Conflict with the present values when somebody else was first, Unfit for
    values that can't be kept, Refused when the report can't be written now; then
    `report` is as it stands in the table.
    """
    (draft,) = save_drafts([Edit(report, version, fields)], actor=actor, today=today)
    if draft.error is not None:
        report.refresh_from_db()
        raise draft.error
    return draft.report


@transaction.atomic
def save_drafts(edits: Sequence[Edit], *, actor: User, today: date) -> list[Draft]:
    """Keep what was typed into each report that is still the `version` that was edited; queries as for one.

    What is there already is not written again, so a repeated save is no second
    change. The state stays 已退回 for a returned report; otherwise it says whether
    there is a draft. Each report is decided by itself: the others are kept, and an
    error says why one was not.
    """
    if not edits:
        return []
    rows = lock_reports(edit.report for edit in edits)
    drafts, events = keep(rows, edits, Gate(rows, today), actor)
    if events:
        audit.record_many(events)
    return drafts


def keep(
    rows: Iterable[ProgressReport], edits: Sequence[Edit], gate: Gate, actor: User
) -> tuple[list[Draft], list[AuditEvent]]:
    """Write the edits of locked `rows`, which are changed with them; the caller records the history."""
    by_key = {row.pk: row for row in rows}
    drafts = [_judged(by_key[edit.report.pk], edit, gate, actor) for edit in edits]
    fresh = {
        draft.report.pk: changes
        for draft, edit in zip(drafts, edits, strict=True)
        if draft.error is None and (changes := _changes(draft.report, edit))
    }
    return drafts, _write([by_key[key] for key in fresh], fresh, actor)


def _changes(report: ProgressReport, edit: Edit) -> dict[str, Any]:
    return {name: value for name, value in edit.fields.items() if getattr(report, name) != value}


def _judged(report: ProgressReport, edit: Edit, gate: Gate, actor: User) -> Draft:
    """Return whether an edit can be kept; the row is locked, so what is judged is what will be written to."""
    sentence = refusal_of(report, REPORT_STEPS["submit"], actor)
    if sentence:
        return Draft(report, Refused(sentence))
    changes = _changes(report, edit)
    if not changes:
        return Draft(report)
    if problems := draft_problems(changes):
        return Draft(report, Unfit(problems))
    if sentence := gate.closed(report):
        return Draft(report, Refused(sentence))
    return Draft(report, None if report.version == edit.version else _conflict(report, changes))


def _write(
    rows: list[ProgressReport], fresh: Mapping[int, Mapping[str, Any]], actor: User
) -> list[AuditEvent]:
    """Write the changes onto the locked rows; return the history."""
    events, now = [], timezone.now()
    for row in rows:
        changes = fresh[row.pk]
        before = {"state": row.state, **{name: getattr(row, name) for name in changes}}
        first = row.saved_by_id != actor.pk
        for name, value in changes.items():
            setattr(row, name, value)
        row.state, row.no_change = _state_after(row), False
        row.saved_at, row.saved_by, row.version = now, actor, row.version + 1
        # Autosaving writes every few seconds: history keeps the first save of each person, with the texts it
        # replaced, and every submission in full.
        if first or row.state != before["state"]:
            events.append(_event(row, before, actor))
    columns = [
        name for name in (*EDITABLE, "state") if name == "state" or any(name in c for c in fresh.values())
    ]
    for start in range(0, len(rows), BATCH):
        _update(rows[start : start + BATCH], columns)
    return events


def _update(rows: list[ProgressReport], columns: Iterable[str]) -> None:
    """Write the rows with one UPDATE that still expects a report that is owed."""
    held = ProgressReport.objects.filter(pk__in=[row.pk for row in rows], state__in=OWED_STATES)
    written = held.update(
        **{name: _by_row(name, rows) for name in columns},
        no_change=False,
        saved_at=rows[0].saved_at,
        saved_by=rows[0].saved_by,
        version=F("version") + 1,
    )
    if written != len(rows):
        raise Conflict("其中有月报刚刚被他人处理，请刷新页面后再试")


def _by_row(name: str, rows: Iterable[ProgressReport]) -> models.Expression:
    column = cast("models.Field[Any, Any]", ProgressReport._meta.get_field(name))
    whens = [When(pk=row.pk, then=Value(getattr(row, name), output_field=column)) for row in rows]
    return Cast(Case(*whens, output_field=column), output_field=column)


def _event(row: ProgressReport, before: Mapping[str, Any], actor: User) -> AuditEvent:
    changes = {name: [value, getattr(row, name)] for name, value in before.items()}
    return audit.build_event(row, "report.save", actor=actor, organisation=row.organisation, changes=changes)


def _state_after(report: ProgressReport) -> str:
    if report.state == ReportState.RETURNED:
        return ReportState.RETURNED
    written = any(getattr(report, name) for name in TEXTS) or any(
        getattr(report, name) is not None for name in ("percent", "quantity_done")
    )
    return ReportState.DRAFT if written else ReportState.MISSING


def _conflict(report: ProgressReport, fresh: Mapping[str, object]) -> Conflict:
    theirs = {name: getattr(report, name) for name in fresh}
    when = timezone.localtime(report.saved_at) if report.saved_at else timezone.localtime()
    who = report.saved_by.name if report.saved_by else "他人"
    what = "、".join(LABELS[name] for name in theirs)
    return Conflict(
        f"{who}已于{when.month}月{when.day}日 {when:%H:%M} 修改{report.item.short_number}（{what}），"
        "您填写的内容还在页面上，请对照后再保存",
        theirs,
    )
