"""While a unit handles a case: notes, more time, stops, the end before a reply."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from complaints.deadlines import last_day_to_ask
from complaints.kinds import Outcome
from complaints.models import ClockStop, Complaint, Extension, Round
from complaints.querysets import ACTIVE
from complaints.services.clocks import carry_to_round, due_columns, load_clocks
from complaints.services.history import AUDIENCE, clean
from complaints.services.routing import lapse_extensions
from complaints.services.steps import Said, StepRefused, capacities, owe_notices, people_of, take_step
from complaints.workflow import CASE_STEPS, DESK, Actor, ExtensionState
from portal.documents.numbers import printed_date
from portal.models import User
from portal.roles import UNIT_ROLES
from portal.selectors.settings import number_setting

MOST_DAYS = 90


@transaction.atomic
def note_progress(
    case: Complaint,
    *,
    actor: User,
    now: datetime,
    note: str,
    public: str = "",
    contacted: bool = False,
    internal: bool = False,
) -> Complaint:
    """Write down what was done; `public` is told to the person, `contacted` records the first contact with him.

    `internal` notes are the office's own.
    """
    if internal and capacities(actor, case).isdisjoint(DESK):
        raise StepRefused("仅营商办可以记录内部情况")
    changes: dict[str, Any] = {}
    if contacted and case.contacted_at is None:
        changes["contacted_at"] = now
    audience = AUDIENCE.OFFICE if internal else AUDIENCE.UNITS
    said = Said(note, public, audience)
    return take_step(case, "note", actor=actor, today=timezone.localdate(now), said=said, **changes)


def extension_block(case: Complaint, *, today: date) -> str:
    """Return why more time can't be asked for now and what to do instead, or an empty text.

    The number of extensions a round may have is the setting `complaints.extensions`.
    """
    if case.handle_due_on is None or case.is_stopped:
        return "目前停止计时，不需延期"
    clocks = load_clocks()
    if today > last_day_to_ask(case.handle_due_on, clocks.calendar):
        return "延期须在到期至少一个工作日前提出，现已不能申请；确有困难的请与营商办联系"
    rows = list(case.extensions.filter(round=case.round).values_list("state", flat=True))
    if ExtensionState.REQUESTED in rows:
        return "已有一项延期申请待审批，请等待审批结果"
    granted = rows.count(ExtensionState.APPROVED)
    if granted >= number_setting("complaints.extensions", on=today):
        return f"本轮已延期 {granted} 次，按规定不再延期"
    return ""


@transaction.atomic
def request_extension(case: Complaint, *, actor: User, now: datetime, days: int, reason: str) -> Extension:
    """Ask for `days` more, in the unit of the case's limit; the office's head decides."""
    today = timezone.localdate(now)
    if blocked := extension_block(case, today=today):
        raise StepRefused(blocked)
    if not 1 <= days <= MOST_DAYS:
        raise StepRefused(f"延长天数应在 1 到 {MOST_DAYS} 之间")
    take_step(case, "request_extension", actor=actor, today=today, said=Said(reason))
    try:
        with transaction.atomic():
            row = Extension.objects.create(
                complaint=case,
                round=case.round,
                organisation=actor.organisation,
                days=days,
                reason=clean(case, reason)[:500],
                old_due_on=case.handle_due_on,
                requested_by=actor,
                requested_at=now,
            )
    except IntegrityError as error:
        raise StepRefused("已有一项延期申请待审批，请等待审批结果") from error
    return row


@transaction.atomic
def decide_extension(
    row: Extension, *, actor: User, approved: bool, decision: str, now: datetime
) -> Extension:
    """Approve: the due date moves and the original stays visible; or refuse with the reason."""
    today, case = timezone.localdate(now), row.complaint
    if row.requested_by_id == actor.pk:
        raise StepRefused("本人的申请不能自己审批")
    if row.state != ExtensionState.REQUESTED:
        raise StepRefused("该申请已经审批，请刷新页面查看")
    changed = Extension.objects.filter(pk=row.pk, state=ExtensionState.REQUESTED).update(
        state=ExtensionState.APPROVED if approved else ExtensionState.REFUSED,
        decided_by=actor,
        decided_at=now,
        decision=clean(case, decision)[:300],
    )
    if not changed:
        raise StepRefused("该申请刚被他人审批，请刷新页面查看")
    columns = due_columns(case, {}) if approved else {}
    name = "approve_extension" if approved else "refuse_extension"
    until = printed_date(columns.get("handle_due_on", case.handle_due_on))
    public = f"因情况复杂，办理时限延长至{until}" if approved else ""
    take_step(case, name, actor=actor, today=today, said=Said(decision, public), **columns)
    if approved:
        Extension.objects.filter(pk=row.pk).update(new_due_on=case.handle_due_on)
        case.assignments.filter(role="lead", state__in=ACTIVE).update(
            due_on=case.handle_due_on, due_provisional=case.handle_provisional
        )
        Round.objects.filter(complaint=case, number=case.round, extended_on=None).update(extended_on=today)
        carry_to_round(case)
    row.refresh_from_db()
    return row


@transaction.atomic
def suspend_complaint(case: Complaint, *, actor: User, today: date, reason: str) -> Complaint:
    """Stop the handling and its clock, by the office's head: a lawsuit runs, the person cannot be found …"""
    if case.is_stopped:
        raise StepRefused("正在等待来件人补充，已停止计时，不需中止")
    take_step(case, "suspend", actor=actor, today=today, said=Said(reason), clock_stopped_on=today)
    ClockStop.objects.create(
        complaint=case,
        round=case.round,
        kind=ClockStop.Kind.SUSPENSION,
        reason=clean(case, reason)[:500],
        from_on=today,
        stopped_by=actor,
    )
    return case


@transaction.atomic
def resume_complaint(case: Complaint, *, actor: User, today: date, note: str = "") -> Complaint:
    """Go on: the due date moves by the days on which the clock stood still."""
    case.stops.filter(to_on=None).update(to_on=today, restarted_by=actor)
    columns = due_columns(case, {})
    take_step(case, "resume", actor=actor, today=today, said=Said(note), clock_stopped_on=None, **columns)
    carry_to_round(case)
    return case


@transaction.atomic
def terminate_complaint(
    case: Complaint, *, actor: User, today: date, reason: str, withdrawn: bool = False
) -> Complaint:
    """End a case without a reply: found not to be acceptable, or taken back by the person."""
    outcome = Outcome.WITHDRAWN if withdrawn else Outcome.TERMINATED
    units = [part.organisation_id for part in case.assignments.filter(state__in=ACTIVE)]
    case.stops.filter(to_on=None).update(to_on=today, restarted_by=actor)
    take_step(
        case,
        "terminate",
        actor=actor,
        today=today,
        said=Said(reason, f"办理终止：{reason}"),
        closed_on=today,
        outcome=outcome,
        due_on=None,
        due_at=None,
        due_provisional=False,
        clock_stopped_on=None,
    )
    case.assignments.filter(state__in=ACTIVE).update(state="done")
    Round.objects.filter(complaint=case, number=case.round).update(ended_on=today, outcome=outcome)
    lapse_extensions(case, "办理已终止")
    people = people_of(units, UNIT_ROLES, today, case)
    owe_notices(case, "办理终止", people=people, actor=actor, key=f"{case.version}:ended")
    return case


def may_extend(case: Complaint, user: User) -> bool:
    """Tell whether the person acts for the lead unit of a case that is being handled."""
    step = CASE_STEPS["request_extension"]
    lead = {Actor.LEAD_LIAISON, Actor.LEAD_HEAD}
    return case.state in step.sources and not capacities(user, case).isdisjoint(lead)
