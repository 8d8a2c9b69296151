"""Change an item's date or duty, or stop it, so that what held before stays visible."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from indicators.models import (
    Adjustment,
    ClosingApplication,
    ProgressReport,
    ReportingMonth,
    Suspension,
    WorkItem,
)
from indicators.selectors.items import extension_block
from indicators.services.items import (
    StepRefused,
    capacities,
    owe_notices,
    take_step,
    write_change,
)
from indicators.services.items.bulk import move_owed_reports
from indicators.services.items.steps import people_of
from indicators.services.lamps import relight_rows
from indicators.workflow import AT_WORK, OPEN_STATES, UNIT, Actor, ItemState, ReportState
from portal.errors import Refused
from portal.models import Organisation, User
from portal.roles import UNIT_ROLES, Role

REASON_LENGTH = 300
Kind = Adjustment.Kind


@transaction.atomic
def request_extension(
    item: WorkItem, *, actor: User, today: date, new_due_on: date, reason: str
) -> Adjustment:
    """Ask for a later due date; the office's head decides. Raises `Refused` with what to do instead."""
    if capacities(actor, item).isdisjoint(UNIT):
        raise StepRefused("「申请延期」由责任单位办理，您没有此项权限")
    if block := extension_block(item, today=today):
        raise Refused(block)
    if item.due_on is not None and new_due_on <= item.due_on:
        raise Refused(f"新的时限应晚于现时限 {item.due_on.isoformat()}")
    if not reason.strip():
        raise Refused("申请延期须写明理由，请填写后再提交")
    try:
        with transaction.atomic():
            row = Adjustment.objects.create(
                item=item,
                kind=Adjustment.Kind.EXTENSION,
                reason=reason[:REASON_LENGTH],
                old_due_on=item.due_on,
                new_due_on=new_due_on,
                requested_by=actor,
                requested_at=timezone.now(),
            )
    except IntegrityError as error:
        raise Refused("该事项已有一项待审批的延期申请，请等待审批结果") from error
    facts = {"new_due_on": new_due_on}
    write_change(
        item,
        "item.request_extension",
        actor=actor,
        changes={},
        sources=AT_WORK,
        note=reason,
        facts=facts,
    )
    text = f"{item.short_number} 申请延期至 {new_due_on.isoformat()}：{item.title}"
    owe_notices(item, text, people=User.objects.holding(Role.OFFICE_HEAD, on=today), actor=actor)
    return row


@transaction.atomic
def decide_extension(
    adjustment: Adjustment, *, actor: User, today: date, approve: bool, decision: str = ""
) -> WorkItem:
    """Grant or refuse a request; of two decisions at once exactly one holds. The original date is kept.

    A refusal needs its reason. Nobody decides what he asked for himself.
    """
    item = adjustment.item
    if Actor.OFFICE_HEAD not in capacities(actor, item):
        raise StepRefused("延期由营商办主任审批，您没有此项权限")
    if adjustment.requested_by_id == actor.pk:
        raise StepRefused("本人提出的申请须由他人审批")
    if not approve and not decision.strip():
        raise Refused("不同意延期须写明原因，请填写后再提交")
    outcome = Adjustment.State.APPROVED if approve else Adjustment.State.REFUSED
    open_row = Adjustment.objects.filter(pk=adjustment.pk, state=Adjustment.State.REQUESTED)
    if not open_row.update(
        state=outcome, decided_by=actor, decided_at=timezone.now(), decision=decision[:REASON_LENGTH]
    ):
        raise StepRefused("该申请已经审批，请刷新页面查看结果")
    new_due_on = adjustment.new_due_on
    if approve and item.due_on is not None and (new_due_on is None or new_due_on <= item.due_on):
        raise Refused("现时限已不早于所申请的时限，不必再延期；请填写原因，选择不同意")
    write_change(
        item,
        "item.extension_approved" if approve else "item.extension_refused",
        actor=actor,
        changes={"due_on": new_due_on, "original_due_on": item.original_due_on or item.due_on}
        if approve
        else {},
        sources=OPEN_STATES,
        note=decision,
    )
    if approve:
        relight_rows([item], today=today)
    day = new_due_on and f"{new_due_on.month}月{new_due_on.day}日"
    verdict = f"延期至{day}已获批准" if approve else f"延期未获同意：{decision}"
    people = people_of([item.organisation_id], UNIT_ROLES, today)
    owe_notices(item, f"{item.short_number} {verdict}", people=people, actor=actor)
    return item


@transaction.atomic
def adjust_item(
    item: WorkItem,
    *,
    actor: User,
    today: date,
    reason: str,
    due_on: date | None = None,
    start_on: date | None = None,
    organisation: Organisation | None = None,
) -> WorkItem:
    """Change dates or the responsible unit by decision of the office's head; None leaves a value as it is.

    Each change of date or duty is kept as an adjustment; `original_due_on` stays
    the first due date ever. Reports still owed for open months go to the new unit.
    Both units are told. Duty cannot change while an application to close is
    under review.
    """
    former = item.organisation
    changes = _adjusted(item, due_on, start_on, organisation)
    old_due_on = item.due_on
    moved = f"{item.short_number} 责任单位由{former}调整为{organisation}：{item.title}"
    also = {former.pk: moved} if "organisation" in changes else {}
    take_step(item, "adjust", actor=actor, today=today, note=reason, also=also, **changes)
    kept = []
    if "due_on" in changes:
        kept.append(_decided(item, Kind.DATE, actor, reason, old_due_on=old_due_on, new_due_on=due_on))
    if organisation is not None and also:
        kept.append(_decided(item, Kind.DUTY, actor, reason, new_organisation=organisation))
        move_owed_reports([item.pk], organisation)
    Adjustment.objects.bulk_create(kept)
    return item


def _adjusted(
    item: WorkItem, due_on: date | None, start_on: date | None, organisation: Organisation | None
) -> dict[str, Any]:
    """Return what an adjustment changes; raises `Refused` where it changes nothing or may not be."""
    changes: dict[str, Any] = {}
    if due_on is not None and due_on != item.due_on:
        changes["due_on"] = due_on
    if start_on is not None and start_on != item.start_on:
        changes["start_on"] = start_on
    if organisation is not None and organisation != item.organisation:
        if item.state not in AT_WORK:
            raise Refused("销号申请正在审核，请先退回申请，再调整责任单位")
        changes["organisation"] = organisation
    if not changes:
        raise Refused("没有改动：请填写新的时限或选择新的责任单位")
    _refuse_wrong_dates(start_on or item.start_on, due_on or item.due_on)
    if "due_on" in changes:
        changes["original_due_on"] = item.original_due_on or item.due_on or due_on
    return changes


def record_date(item: WorkItem, old: date | None, new: date, *, actor: User, reason: str) -> None:
    """Keep a change of the due date that the deciding person made himself; nothing when it is the same."""
    if old != new:
        _decided(item, Kind.DATE, actor, reason, old_due_on=old, new_due_on=new).save()


def _decided(item: WorkItem, kind: Adjustment.Kind, actor: User, reason: str, **values: Any) -> Adjustment:
    """Return the record of a change that the deciding person made himself, not yet saved."""
    now = timezone.now()
    return Adjustment(
        item=item,
        kind=kind,
        state=Adjustment.State.APPROVED,
        reason=reason[:REASON_LENGTH],
        requested_by=actor,
        requested_at=now,
        decided_by=actor,
        decided_at=now,
        **values,
    )


def _refuse_wrong_dates(start_on: date, due_on: date | None) -> None:
    if due_on is not None and due_on < start_on:
        raise Refused(f"完成时限不能早于开始日期（{start_on.isoformat()}），请核对")


def refuse_past(due_on: date, today: date) -> None:
    """Raise `Refused` unless the new due date lies after `today`."""
    if due_on <= today:
        raise Refused("新的完成时限应晚于今天，请重新填写")


@transaction.atomic
def suspend_item(item: WorkItem, *, actor: User, today: date, reason: str) -> WorkItem:
    """Stop work and reporting for the time being; what was under review ends with it."""
    take_step(item, "suspend", actor=actor, today=today, note=reason, stopped_on=today)
    _end_what_waits(item, actor=actor, because=f"事项已中止：{reason}")
    return item


@transaction.atomic
def resume_item(
    item: WorkItem, *, actor: User, today: date, reason: str = "", due_on: date | None = None
) -> WorkItem:
    """Take up a suspended item again, with a new due date where one is given."""
    changes: dict[str, Any] = {"stopped_on": None}
    old_due_on, stopped_on = item.due_on, item.stopped_on
    if due_on is not None and due_on != old_due_on:
        refuse_past(due_on, today)
        changes |= {"due_on": due_on, "original_due_on": item.original_due_on or old_due_on or due_on}
    take_step(item, "resume", actor=actor, today=today, note=reason, **changes)
    _keep_suspension(item, stopped_on, today)
    if due_on is not None:
        record_date(item, old_due_on, due_on, actor=actor, reason=reason or "恢复推进")
    return item


@transaction.atomic
def cancel_item(item: WorkItem, *, actor: User, today: date, reason: str) -> WorkItem:
    """Give an item up for good: it no longer counts, and nothing is owed for it."""
    suspended_on = item.stopped_on if item.state == ItemState.SUSPENDED else None
    take_step(item, "cancel", actor=actor, today=today, note=reason, stopped_on=today)
    _keep_suspension(item, suspended_on, today)
    _end_what_waits(item, actor=actor, because=f"事项已取消：{reason}")
    return item


def _keep_suspension(item: WorkItem, stopped_on: date | None, today: date) -> None:
    """Keep the time for which the item was stopped: the months in it count it as stopped for ever."""
    if stopped_on is not None:
        Suspension.objects.create(item=item, stopped_on=stopped_on, ended_on=max(stopped_on, today))


def _end_what_waits(item: WorkItem, *, actor: User, because: str) -> None:
    """Close open applications and requests, and take back the empty reports of months still open."""
    refuse_open_requests(item, actor=actor, because=because)
    item.applications.filter(outcome=ClosingApplication.Outcome.PENDING).update(
        outcome=ClosingApplication.Outcome.RETURNED,
        decided_by=actor,
        decided_at=timezone.now(),
        opinion=because[:REASON_LENGTH],
    )
    open_months = ReportingMonth.objects.filter(closed_at=None).values("month")
    ProgressReport.objects.filter(item=item, state=ReportState.MISSING, month__in=open_months).delete()


def refuse_open_requests(item: WorkItem, *, actor: User, because: str) -> int:
    """Answer the item's open requests with no, giving the reason; return how many there were."""
    return item.adjustments.filter(state=Adjustment.State.REQUESTED).update(
        state=Adjustment.State.REFUSED,
        decided_by=actor,
        decided_at=timezone.now(),
        decision=because[:REASON_LENGTH],
    )
