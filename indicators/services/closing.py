"""The closing workflow 销号: apply with evidence, four pairs of eyes, and the check afterwards.

Source of the steps: the rules of several counties gathered as 申请—初审—核定—销号—回头看.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from indicators.models import ClosingApplication, ProgressReport, WorkItem
from indicators.services.adjustments import record_date, refuse_open_requests, refuse_past
from indicators.services.items import StepRefused, take_step
from indicators.workflow import ITEM_STEPS, ItemState, ReportState
from portal.errors import Refused
from portal.models import Attachment, User
from portal.selectors.files import attachments_of
from portal.services.files import store_uploads

Outcome = ClosingApplication.Outcome
OPINION_LENGTH = 300


@transaction.atomic
def apply_to_close(
    item: WorkItem,
    *,
    actor: User,
    today: date,
    completed_on: date,
    result: str,
    uploads: Sequence[UploadedFile],
) -> ClosingApplication:
    """Apply to close: the day of completion (not in the future), the result, and at least one evidence.

    The unit's head confirms next. All or nothing: a file that is not accepted
    leaves the item as it was.
    """
    if completed_on > today:
        raise Refused("完成日期不能晚于今天，请核对")
    if completed_on < item.start_on:
        raise Refused(f"完成日期不能早于开始日期（{item.start_on.isoformat()}），请核对")
    if not result.strip():
        raise Refused("请写明完成情况：做了什么、达到什么效果、数据来自哪里")
    if not uploads:
        raise Refused("请至少上传一份佐证材料：文件、截图、台账、照片或对比数据")
    take_step(item, "apply", actor=actor, today=today, note=result)
    row = ClosingApplication.objects.create(
        item=item,
        round=item.round,
        completed_on=completed_on,
        result=result.strip(),
        applicant=actor,
        applied_at=timezone.now(),
    )
    store_uploads(row, uploads, actor=actor)
    return row


@transaction.atomic
def confirm_application(item: WorkItem, *, actor: User, today: date, note: str = "") -> WorkItem:
    """Let the unit's head confirm; where the lead unit owes the item itself, its review is skipped."""
    row = _under_review(item, "confirm", actor)
    skips_lead = item.lead_id == item.organisation_id
    take_step(
        item,
        "confirm",
        actor=actor,
        today=today,
        note=note,
        target=ItemState.AWAITING_OFFICE if skips_lead else ItemState.AWAITING_LEAD,
    )
    _write(row, item, confirmed_by=actor, confirmed_at=timezone.now())
    return item


@transaction.atomic
def decline_application(item: WorkItem, *, actor: User, today: date, note: str) -> WorkItem:
    """Give the application back to the liaison, with what has to be put right."""
    row = _under_review(item, "decline", actor)
    take_step(item, "decline", actor=actor, today=today, note=note)
    _end(row, item, Outcome.RETURNED, actor=actor, opinion=note)
    return item


@transaction.atomic
def withdraw_application(item: WorkItem, *, actor: User, today: date) -> WorkItem:
    """Take the application back before the office has it; the applicant may do so himself."""
    row = _pending(item)
    take_step(item, "withdraw", actor=actor, today=today)
    _end(row, item, Outcome.WITHDRAWN, actor=actor, opinion="")
    return item


@transaction.atomic
def lead_pass(item: WorkItem, *, actor: User, today: date, note: str = "") -> WorkItem:
    """Pass the lead unit's review; never by the applicant."""
    row = _under_review(item, "lead_pass", actor)
    take_step(item, "lead_pass", actor=actor, today=today, note=note)
    _write(row, item, lead_by=actor, lead_at=timezone.now(), lead_opinion=note[:OPINION_LENGTH])
    return item


@transaction.atomic
def lead_return(item: WorkItem, *, actor: User, today: date, note: str) -> WorkItem:
    """Return the application from the lead unit's review, with the reason."""
    row = _under_review(item, "lead_return", actor)
    take_step(item, "lead_return", actor=actor, today=today, note=note)
    _write(
        row,
        item,
        outcome=Outcome.RETURNED,
        lead_by=actor,
        lead_at=timezone.now(),
        lead_opinion=note[:OPINION_LENGTH],
    )
    return item


@transaction.atomic
def approve_closing(item: WorkItem, *, actor: User, today: date, note: str = "") -> WorkItem:
    """Close the item as of `today`; what it was then stands in the history as a snapshot.

    The lamp turns blue and the percent 100. Open requests for an extension end.
    """
    row = _under_review(item, "approve", actor)
    evidence = list(attachments_of(row)) if row is not None else []
    if row is not None and not evidence:
        raise Refused("佐证材料已被移除，不能核定；请退回责任单位补充")
    take_step(
        item,
        "approve",
        actor=actor,
        today=today,
        note=note,
        facts={"snapshot": _snapshot(item, row, evidence)},
        closed_on=today,
        percent=Decimal(100),
    )
    _end(row, item, Outcome.APPROVED, actor=actor, opinion=note)
    refuse_open_requests(item, actor=actor, because="事项已销号")
    return item


def _snapshot(
    item: WorkItem, row: ClosingApplication | None, evidence: Sequence[Attachment]
) -> dict[str, object]:
    """Return what was closed, as it was: later corrections do not change it."""
    kept = ("title", "target", "unit", "round", "due_on", "original_due_on", "quantity", "quantity_done")
    return {
        **{name: getattr(item, name) for name in kept},
        "organisation": item.organisation,
        "lead": item.lead,
        "completed_on": row.completed_on if row else None,
        "result": row.result if row else "",
        "evidence": [{"name": file.name, "sha256": file.sha256} for file in evidence],
    }


@transaction.atomic
def office_return(item: WorkItem, *, actor: User, today: date, note: str, due_on: date) -> WorkItem:
    """Return the application from the office, with the reason and a new due date after `today`."""
    row = _under_review(item, "office_return", actor)
    refuse_past(due_on, today)
    old_due_on = item.due_on
    take_step(item, "office_return", actor=actor, today=today, note=note, **_new_due(item, due_on))
    record_date(item, old_due_on, due_on, actor=actor, reason=note)
    _end(row, item, Outcome.RETURNED, actor=actor, opinion=note)
    return item


@transaction.atomic
def fail_recheck(item: WorkItem, *, actor: User, today: date, note: str, due_on: date) -> WorkItem:
    """Open a closed item again after a failed re-check 回头看: a new round with a due date after `today`.

    The percent falls back to that of the newest verified report.
    """
    refuse_past(due_on, today)
    old_due_on = item.due_on
    verified = ProgressReport.objects.filter(item=item, state=ReportState.VERIFIED).order_by("-month")
    percent = verified.values_list("percent", flat=True).first()
    take_step(
        item,
        "recheck_failed",
        actor=actor,
        today=today,
        note=note,
        round=item.round + 1,
        closed_on=None,
        percent=percent if percent is not None else Decimal(0),
        **_new_due(item, due_on),
    )
    undone = item.applications.filter(outcome=Outcome.APPROVED, reopened_on=None)
    undone.update(reopened_on=today)
    record_date(item, old_due_on, due_on, actor=actor, reason=note)
    return item


def _new_due(item: WorkItem, due_on: date) -> dict[str, Any]:
    return {"due_on": due_on, "original_due_on": item.original_due_on or item.due_on or due_on}


def _pending(item: WorkItem) -> ClosingApplication | None:
    return item.applications.filter(outcome=Outcome.PENDING).select_related("applicant").first()


def _under_review(item: WorkItem, name: str, actor: User) -> ClosingApplication | None:
    """Return the application under review; refuse the applicant, who never reviews what is his own."""
    row = _pending(item)
    if row is not None and row.applicant_id == actor.pk:
        raise StepRefused(
            f"「{ITEM_STEPS[name].label}」不能由申请人本人办理，请由本单位或上一级的其他人员办理"
        )
    return row


def _write(row: ClosingApplication | None, item: WorkItem, **values: object) -> None:
    """Write onto the application under review; the item's own step has already been won."""
    if row is None:
        raise Refused(f"{item.short_number} 没有待审核的销号申请，请刷新页面查看")
    ClosingApplication.objects.filter(pk=row.pk, outcome=Outcome.PENDING).update(**values)


def _end(
    row: ClosingApplication | None, item: WorkItem, outcome: Outcome, *, actor: User, opinion: str
) -> None:
    _write(
        row,
        item,
        outcome=outcome,
        decided_by=actor,
        decided_at=timezone.now(),
        opinion=opinion[:OPINION_LENGTH],
    )
