"""What the lead unit and the office do with submitted reports: pass, return, verify, reopen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from indicators.models import ProgressReport, WorkItem
from indicators.selectors.months import is_open_for, reporting_month
from indicators.services.lamps import relight, relight_rows
from indicators.services.months import REASON_LENGTH, unlock_month
from indicators.services.reports.outcome import (
    Outcome,
    Refusal,
    advance,
    event,
    lock_reports,
    required_reason,
    sift,
)
from indicators.services.reports.turns import tell_reviewers, tell_unit
from indicators.workflow import OWED_STATES, REPORT_STEPS, ItemState, ReportState
from portal.models import AuditEvent, User
from portal.services import audit

# The steps that write to the items as well.
CARRYING = frozenset({"verify", "reopen"})


def _review(
    reports: Iterable[ProgressReport], name: str, actor: User
) -> tuple[list[ProgressReport], list[Refusal]]:
    """Lock the reports and part those that `actor` may review; nobody reviews what he submitted himself."""

    def own(row: ProgressReport) -> str:
        return f"{row.item.short_number}由您本人提交，请由他人审核" if row.submitted_by_id == actor.pk else ""

    rows = lock_reports(reports, items=name in CARRYING)
    return sift(rows, REPORT_STEPS[name], actor, own)


def _record(
    rows: list[ProgressReport],
    before: list[ProgressReport],
    name: str,
    actor: User,
    note: str = "",
) -> None:
    audit.record_many(_events(rows, before, name, actor, note))


def _events(
    rows: list[ProgressReport], before: list[ProgressReport], name: str, actor: User, note: str = ""
) -> list[AuditEvent]:
    states = {row.pk: row.state for row in before}
    return [event(row, name, actor=actor, before=states[row.pk], note=note) for row in rows]


@transaction.atomic
def lead_pass(reports: Iterable[ProgressReport], *, actor: User, today: date) -> Outcome:
    """Pass reports as their lead unit and hand them to the office."""
    fit, refused = _review(reports, "lead_pass", actor)
    done = advance(fit, REPORT_STEPS["lead_pass"], lead_passed_at=timezone.now(), lead_passed_by=actor)
    _record(done, fit, "lead_pass", actor)
    tell_reviewers(done, today=today)
    return Outcome(tuple(done), tuple(refused))


@transaction.atomic
def return_reports(
    reports: Iterable[ProgressReport], reason: str, *, actor: User, today: date, until: date | None = None
) -> Outcome:
    """Send reports back to their unit with a reason; whether they were late stays as it was.

    `until` unlocks a locked month for the units concerned until that day, so
    that they can do what is asked of them; only the office can.
    """
    outcome = _send_back(reports, "return", reason, actor, today)
    _unlock(outcome, reason, until, actor, today)
    return outcome


@transaction.atomic
def reopen_reports(
    reports: Iterable[ProgressReport], reason: str, *, actor: User, today: date, until: date | None = None
) -> Outcome:
    """Take back the verification of reports and return them; the items fall back to their last verified report.

    The lamps recorded for a closed month stay. `until` as for `return_reports`.
    """
    outcome = _send_back(reports, "reopen", reason, actor, today)
    _unlock(outcome, reason, until, actor, today)
    _fall_back(outcome.done, today)
    return outcome


def _send_back(
    reports: Iterable[ProgressReport], name: str, reason: str, actor: User, today: date
) -> Outcome:
    reason = required_reason(reason, name)
    fit, refused = _review(reports, name, actor)
    done = advance(
        fit,
        REPORT_STEPS[name],
        returned_at=timezone.now(),
        returned_by=actor,
        return_reason=reason,
        return_count=F("return_count") + 1,
        verified_at=None,
        verified_by=None,
    )
    _record(done, fit, name, actor, reason)
    tell_unit(done, reason, today=today)
    return Outcome(tuple(done), tuple(refused))


def _unlock(outcome: Outcome, reason: str, until: date | None, actor: User, today: date) -> None:
    if until is None:
        return
    units = {(row.month, row.organisation) for row in outcome.done}
    for key, unit in sorted(units, key=lambda pair: (pair[0], pair[1].order)):
        month = reporting_month(key)
        if not is_open_for(month, unit, today=today):
            why = f"月报退回修改：{reason}"[:REASON_LENGTH]
            unlock_month(month, unit, until=until, reason=why, actor=actor, today=today)


@transaction.atomic
def verify_reports(reports: Iterable[ProgressReport], *, actor: User, today: date) -> Outcome:
    """Verify reports: their percent and quantity become the item's, and its lamp is judged anew.

    A report older than the item's newest verified one is kept without touching
    the item. A planned item starts.
    """
    fit, refused = _review(reports, "verify", actor)
    done = advance(fit, REPORT_STEPS["verify"], verified_at=timezone.now(), verified_by=actor)
    started = _carry_over(done, today)
    change = {"state": [ItemState.PLANNED.value, ItemState.IN_PROGRESS.value]}
    starts = [audit.build_event(item, "item.start", actor=actor, changes=change) for item in started]
    audit.record_many([*_events(done, fit, "verify", actor), *starts])
    return Outcome(tuple(done), tuple(refused))


def _items_of(reports: Iterable[ProgressReport]) -> dict[int, WorkItem]:
    """Return the items that were read and locked with the reports, one row for each."""
    items: dict[int, WorkItem] = {}
    for report in reports:
        items.setdefault(report.item_id, report.item)
    return items


def _carry_over(reports: list[ProgressReport], today: date) -> list[WorkItem]:
    """Bring the verified figures to the items, with the same number of queries for one report as for fifty.

    Planned items start; returns those that did. The rows are locked, so that what
    is written follows from what was read.
    """
    items = _items_of(reports)
    newest = {}
    for report in sorted(reports, key=lambda row: row.month):
        item = items[report.item_id]
        if item.verified_month is None or item.verified_month <= report.month:
            item.verified_month = report.month
            newest[item.pk] = report
            # A closed item stays at what it was closed with.
            if item.state != ItemState.CLOSED:
                item.percent = report.percent if report.percent is not None else item.percent
                item.quantity_done = (
                    report.quantity_done if report.quantity_done is not None else item.quantity_done
                )
    started = [items[pk] for pk in newest if items[pk].state == ItemState.PLANNED]
    for item in started:
        item.state, item.version = ItemState.IN_PROGRESS, item.version + 1
    _save_figures(items, list(newest))
    relight_rows(list(items.values()), today=today)
    return started


def _save_figures(items: dict[int, WorkItem], keys: list[int]) -> None:
    rows = [items[key] for key in keys]
    columns = ["percent", "quantity_done", "verified_month", "state", "version"]
    WorkItem.objects.bulk_update(rows, columns, batch_size=200)
    _pass_on(rows)


def _pass_on(items: list[WorkItem]) -> None:
    """Let the reports that are still owed for later months start from the percent verified now."""
    percents = {item.pk: item for item in items}
    later = ProgressReport.objects.filter(item__in=list(percents), state__in=OWED_STATES)
    stale = [
        row
        for row in later.only("item_id", "month", "previous_percent")
        if row.month > (percents[row.item_id].verified_month or date.min)
    ]
    for row in stale:
        row.previous_percent = percents[row.item_id].percent
    ProgressReport.objects.bulk_update(stale, ["previous_percent"], batch_size=200)


def _fall_back(reports: Iterable[ProgressReport], today: date) -> None:
    """Take the figures of reopened reports off their items: the newest verified report left counts again."""
    rows = list(reports)
    items = _items_of(rows)
    touched = {
        row.item_id: row
        for row in rows
        if items[row.item_id].verified_month == row.month and items[row.item_id].state != ItemState.CLOSED
    }
    left: dict[int, ProgressReport] = {}
    verified = ProgressReport.objects.filter(item__in=list(touched), state=ReportState.VERIFIED)
    for row in verified.order_by("month"):
        left[row.item_id] = row
    for key, reopened in touched.items():
        item, report = items[key], left.get(key)
        item.percent = (report.percent or Decimal(0)) if report else reopened.previous_percent
        item.quantity_done = report.quantity_done if report else None
        item.verified_month = report.month if report else None
    _save_figures(items, list(touched))
    relight(WorkItem.objects.filter(pk__in=list(touched)), today=today)
