"""Keep what a liaison has typed, and never lose what somebody else has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from indicators.models import ProgressReport
from indicators.selectors.months import reporting_month, window
from indicators.services.reports.checks import LABELS, TEXTS, Unfit, draft_problems
from indicators.services.reports.outcome import refusal_of
from indicators.workflow import OWED_STATES, REPORT_STEPS, ReportState
from portal.errors import Conflict, Refused
from portal.models import User
from portal.services import audit

EDITABLE = tuple(LABELS)


@transaction.atomic
def save_draft(
    report: ProgressReport, *, actor: User, version: int, fields: Mapping[str, object], today: date
) -> ProgressReport:
    """Keep `fields` (some of `EDITABLE`) as typed, if the report is still the `version` that was edited.

    What is there already is not written again, so a repeated save is no second
    change. The state stays 已退回 for a returned report; otherwise it says whether
    there is a draft. Raises Conflict with the present values when somebody else
    was first, Unfit for values that can't be kept, Refused when the report can't
    be written now.
    """
    report.refresh_from_db()
    fresh = {name: value for name, value in fields.items() if getattr(report, name) != value}
    sentence = refusal_of(report, REPORT_STEPS["submit"], actor)
    if sentence:
        raise Refused(sentence)
    if not fresh:
        return report
    _check(report, fresh, today)
    before = {name: getattr(report, name) for name in fresh}
    state, first = _state_after(report, fresh), report.saved_by_id != actor.pk
    saved = ProgressReport.objects.filter(pk=report.pk, version=version, state__in=OWED_STATES).update(
        **fresh,
        state=state,
        no_change=False,
        saved_at=timezone.now(),
        saved_by=actor,
        version=F("version") + 1,
    )
    if not saved:
        raise _conflict(report, fresh)
    # Autosaving writes every few seconds: history keeps the first save of each person, with the texts it
    # replaced, and every submission in full.
    if first or state != report.state:
        changes: dict[str, object] = {name: [before[name], value] for name, value in fresh.items()}
        changes["state"] = [report.state, state]
        audit.record(report, "report.save", actor=actor, organisation=report.organisation, changes=changes)
    report.refresh_from_db()
    return report


def _check(report: ProgressReport, fresh: Mapping[str, object], today: date) -> None:
    if problems := draft_problems(fresh):
        raise Unfit(problems)
    opening = window(reporting_month(report.month), report.organisation, today=today)
    if not opening.is_open:
        raise Refused(opening.sentence)


def _state_after(report: ProgressReport, fresh: Mapping[str, object]) -> str:
    if report.state == ReportState.RETURNED:
        return ReportState.RETURNED
    values = {name: fresh.get(name, getattr(report, name)) for name in EDITABLE}
    written = any(values[name] for name in TEXTS) or any(
        values[name] is not None for name in ("percent", "quantity_done")
    )
    return ReportState.DRAFT if written else ReportState.MISSING


def _conflict(report: ProgressReport, fresh: Mapping[str, object]) -> Conflict:
    report.refresh_from_db()
    theirs = {name: getattr(report, name) for name in fresh}
    when = timezone.localtime(report.saved_at) if report.saved_at else timezone.localtime()
    who = report.saved_by.name if report.saved_by else "他人"
    what = "、".join(LABELS[name] for name in theirs)
    return Conflict(
        f"{who}已于{when.month}月{when.day}日 {when:%H:%M} 修改{report.item.short_number}（{what}），"
        "您填写的内容还在页面上，请对照后再保存",
        theirs,
    )
