"""Give a case to units: assign, designate, sign, return, recall, and ask others to assist."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from complaints.deadlines import may_return
from complaints.kinds import Clock, DutyRole, Urgency
from complaints.limits import LimitStep
from complaints.models import Assignment, Complaint, Extension
from complaints.querysets import ACTIVE
from complaints.services.acceptance import related_units
from complaints.services.clocks import Clocks, carry_to_round, due_columns, facts_of, load_clocks
from complaints.services.history import clean, write_event
from complaints.services.steps import (
    Said,
    StepRefused,
    capacities,
    owe_notices,
    people_of,
    take_step,
)
from complaints.workflow import Actor, CaseState, ExtensionState
from portal.models import Organisation, User
from portal.roles import UNIT_ROLES
from portal.services import audit

State = Assignment.State
MOST_ASSISTING = 10
SAME_CLOCK = "改派不重新计算办理时限"


@dataclass(frozen=True)
class Routing:
    """Who gets a case. `confirmed_masked`: an officer says that a related unit may have it without identity."""

    lead: Organisation
    assisting: Sequence[Organisation] = ()
    instruction: str = ""
    confirmed_masked: bool = False


@transaction.atomic
def assign_complaint(
    case: Complaint, routing: Routing, *, actor: User, now: datetime, note: str = ""
) -> Complaint:
    """Give a case to a lead unit and assisting ones, each with its own time.

    A unit that is complained about (or belongs to it, or it to the unit) gets the
    case only without identity, and only when the officer confirmed it: else another
    unit, or the discipline inspection, is the right one. With assisting units an
    ordinary case runs on the limits of complex ones.
    """
    today = timezone.localdate(now)
    _check_routing(case, routing, today)
    clocks = load_clocks()
    changes = _duty_changes(case, routing, clocks, now)
    said = Said(note or routing.instruction, f"您的诉求已转交{routing.lead}办理")
    take_step(case, "assign", actor=actor, today=today, said=said, **changes)
    _send(case, routing, clocks, actor=actor, now=now, designated=False)
    return case


@transaction.atomic
def designate_complaint(
    case: Complaint, routing: Routing, *, actor: User, now: datetime, note: str
) -> Complaint:
    """Designate the lead unit of a disputed case: it can't be returned any more.

    A unit that has the case unsigned is told that it keeps it, or the case is taken
    from it and given to the designated one.
    """
    today = timezone.localdate(now)
    _check_routing(case, routing, today)
    clocks = load_clocks()
    kept = case.state == CaseState.ASSIGNED and case.lead_id == routing.lead.pk
    changes = {**_duty_changes(case, routing, clocks, now), "is_designated": True}
    said = Said(note, f"您的诉求已指定{routing.lead}办理")
    take_step(case, "designate", actor=actor, today=today, said=said, **changes)
    if kept:
        case.assignments.filter(role=DutyRole.LEAD, state__in=ACTIVE).update(is_designated=True)
    else:
        case.assignments.filter(state__in=ACTIVE).update(state=State.RECALLED)
        _send(case, routing, clocks, actor=actor, now=now, designated=True)
    return case


def _check_routing(case: Complaint, routing: Routing, today: date) -> None:
    units = [routing.lead, *routing.assisting]
    if len({unit.pk for unit in units}) < len(units):
        raise StepRefused("主办、协办单位重复，请重新选择")
    if len(routing.assisting) > MOST_ASSISTING:
        raise StepRefused(f"协办单位最多 {MOST_ASSISTING} 个；需要更多单位参加的，请用吹哨")
    for unit in units:
        if unit.active_until is not None and unit.active_until < today:
            raise StepRefused(f"{unit}已停用，请选择其他单位")
    related = set(related_units(case))
    reported = [unit.short_name for unit in units if unit.pk in related]
    if reported and not routing.confirmed_masked:
        raise StepRefused(
            f"{'、'.join(reported)}是被反映单位或与其有隶属关系。请转其他单位、由营商办直接办理或移送纪检监察机关；"
            "确需转其核查的，请核对隐去身份的内容后勾选“隐去身份转办”"
        )
    if reported and case.shared_checked_by_id is None:
        raise StepRefused("转被反映单位核查前，请先逐字核对“隐去身份的内容”并保存")


def _duty_changes(case: Complaint, routing: Routing, clocks: Clocks, now: datetime) -> dict[str, Any]:
    """Return the columns that an assignment fills in; the due dates follow the clock that applies now."""
    clock = case.clock
    if routing.assisting and clock == Clock.ORDINARY and case.urgency == Urgency.NORMAL:
        clock = Clock.COMPLEX
    duty: dict[str, Any] = {
        "lead": routing.lead,
        "clock": clock,
        "assigned_on": timezone.localdate(now),
        "signed_on": None,
    }
    if case.contact_due_at is None and not case.is_anonymous and not _is_masked(case, routing.lead):
        duty["contact_due_at"] = _contact_due(case, clocks, now)
    if clock == case.clock and case.handle_due_on is not None:
        # The time of the whole handling goes on as it is; it is now what comes next.
        return duty | {
            "due_on": case.handle_due_on,
            "due_at": case.handle_due_at,
            "due_provisional": case.handle_provisional,
        }
    columns = due_columns(case, {**duty, "state": CaseState.ASSIGNED}, clocks)
    return {**duty, **columns}


def _is_masked(case: Complaint, unit: Organisation) -> bool:
    """Tell whether the unit may not know who handed the case in, and so can't get in touch with him."""
    return case.is_secret or unit.pk in related_units(case)


def _contact_due(case: Complaint, clocks: Clocks, now: datetime) -> datetime | None:
    found = clocks.after(facts_of(case), LimitStep.CONTACT, now)
    if found is None:
        return None
    return found.at or timezone.make_aware(datetime.combine(found.on, time(23, 59, 59)))


def _send(
    case: Complaint, routing: Routing, clocks: Clocks, *, actor: User, now: datetime, designated: bool
) -> list[Assignment]:
    """Make the parts, and tell the assisting units; the lead is told by the step."""
    hidden = set(related_units(case))
    parts = [_part(case, routing.lead, DutyRole.LEAD, clocks, now)]
    parts += [_part(case, unit, DutyRole.ASSIST, clocks, now) for unit in routing.assisting]
    for part in parts:
        part.assigned_by = actor
        part.instruction = clean(case, routing.instruction)[:500]
        part.masked = case.is_secret or part.organisation_id in hidden
        part.is_designated = designated and part.role == DutyRole.LEAD
    Assignment.objects.bulk_create(parts)
    carry_to_round(case, lead=routing.lead)
    if routing.assisting:
        helpers = [unit.pk for unit in routing.assisting]
        people = people_of(helpers, UNIT_ROLES, timezone.localdate(now), case)
        owe_notices(case, f"请协办（主办{routing.lead}）", people=people, actor=actor)
    return parts


def _part(case: Complaint, unit: Organisation, role: DutyRole, clocks: Clocks, now: datetime) -> Assignment:
    today = timezone.localdate(now)
    sign = clocks.after(facts_of(case), LimitStep.SIGN, now)
    part = Assignment(
        complaint=case,
        round=case.round,
        organisation=unit,
        role=role,
        assigned_at=now,
        assigned_on=today,
        sign_due_on=sign.on if sign else None,
    )
    if role == DutyRole.LEAD:
        part.due_on, part.due_provisional = case.handle_due_on, case.handle_provisional
    elif (own := clocks.after(facts_of(case), LimitStep.ASSIST, now)) is not None:
        part.due_on, part.due_provisional = own.on, own.provisional
    return part


def _lead_part(case: Complaint) -> Assignment:
    part = (
        case.assignments.filter(role=DutyRole.LEAD, state__in=ACTIVE).select_related("organisation").first()
    )
    if part is None:
        raise StepRefused(f"{case.number} 目前没有主办单位，请刷新页面查看")
    return part


@transaction.atomic
def sign_complaint(case: Complaint, *, actor: User, today: date) -> Complaint:
    """Sign for a case: the lead unit takes it on."""
    take_step(case, "sign", actor=actor, today=today, signed_on=today)
    case.assignments.filter(role=DutyRole.LEAD, state=State.SENT).update(
        state=State.SIGNED, signed_on=today, signed_by=actor
    )
    return case


@transaction.atomic
def return_complaint(
    case: Complaint, *, actor: User, today: date, reason: str, suggested: Organisation | None
) -> Complaint:
    """Return a wrongly routed case within a working day, with the reason and the unit it belongs to.

    Never what the office designated, and once only for each unit and case.
    """
    part = _lead_part(case)
    if case.is_designated or part.is_designated:
        raise StepRefused("此件已由营商办指定本单位办理，不得退回；有异议的请与营商办联系")
    if suggested is not None and suggested.pk == part.organisation_id:
        raise StepRefused("建议单位不能是本单位")
    if suggested is None:
        raise StepRefused("请填写建议由哪个单位办理")
    earlier = case.assignments.filter(organisation=part.organisation_id, state=State.RETURNED).exists()
    if earlier:
        raise StepRefused("此件本单位已退回过一次，不得再次退回；有异议的请与营商办联系")
    clocks = load_clocks()
    limit = clocks.limit(facts_of(case), LimitStep.RETURN, part.assigned_on)
    if limit is not None and not may_return(part.assigned_on, today, limit, clocks.calendar):
        raise StepRefused(f"已超过退回时限（转办后 {limit}），请签收办理；有异议的请与营商办联系")
    columns = due_columns(case, {"state": CaseState.ACCEPTED}, clocks)
    take_step(
        case,
        "return",
        actor=actor,
        today=today,
        said=Said(f"{reason}；建议由{suggested}办理。{SAME_CLOCK}"),
        lead=None,
        assigned_on=None,
        **columns,
    )
    Assignment.objects.filter(pk=part.pk).update(
        state=State.RETURNED, returned_on=today, return_reason=clean(case, reason)[:500], suggested=suggested
    )
    _recall_parts(case)
    return case


@transaction.atomic
def recall_complaint(case: Complaint, *, actor: User, today: date, note: str) -> Complaint:
    """Take a case back from its units, to give it to others; the handling time goes on."""
    columns = due_columns(case, {"state": CaseState.ACCEPTED})
    units = [part.organisation_id for part in case.assignments.filter(state__in=ACTIVE)]
    take_step(
        case,
        "recall",
        actor=actor,
        today=today,
        said=Said(f"{note.rstrip('。')}。{SAME_CLOCK}"),
        lead=None,
        assigned_on=None,
        signed_on=None,
        is_designated=False,
        **columns,
    )
    _recall_parts(case)
    lapse_extensions(case, "诉求已收回改派")
    people = people_of(units, UNIT_ROLES, today, case)
    owe_notices(case, "已由营商办收回", people=people, actor=actor, key=f"{case.version}:recalled")
    return case


def _recall_parts(case: Complaint) -> None:
    case.assignments.filter(state__in=ACTIVE).update(state=State.RECALLED)


def lapse_extensions(case: Complaint, because: str) -> int:
    """End the applications for more time that nobody decided, because there is nothing left to extend."""
    open_rows = Extension.objects.filter(complaint=case, state=ExtensionState.REQUESTED)
    return open_rows.update(state=ExtensionState.LAPSED, decision=because)


@transaction.atomic
def ask_assistance(
    case: Complaint,
    unit: Organisation,
    *,
    actor: User,
    now: datetime,
    note: str,
    confirmed_masked: bool = False,
) -> Assignment:
    """Ask another unit to assist, with a time of its own."""
    today = timezone.localdate(now)
    if unit.pk == case.lead_id:
        raise StepRefused("主办单位不能同时协办，请选择其他单位")
    if case.assignments.filter(organisation=unit, state__in=ACTIVE).exists():
        raise StepRefused(f"{unit}已在协办此件")
    _check_routing(
        case,
        Routing(lead=unit, confirmed_masked=confirmed_masked and Actor.OFFICE in capacities(actor, case)),
        today,
    )
    take_step(case, "ask_assist", actor=actor, today=today, said=Said(f"请{unit}协办：{note}"))
    part = _part(case, unit, DutyRole.ASSIST, load_clocks(), now)
    part.assigned_by = actor
    part.instruction = clean(case, note)[:500]
    part.masked = case.is_secret or unit.pk in related_units(case)
    part.save(force_insert=True)
    people = people_of([unit.pk], UNIT_ROLES, today, case)
    owe_notices(case, "请协办", people=people, actor=actor, key=f"{case.version}:assist")
    return part


@transaction.atomic
def answer_assistance(case: Complaint, *, actor: User, today: date, answer: str) -> Assignment:
    """Hand the assisting unit's opinion to the lead unit."""
    part = case.assignments.filter(
        organisation=actor.organisation_id, role=DutyRole.ASSIST, state__in=[State.SENT, State.SIGNED]
    ).first()
    if part is None:
        raise StepRefused("本单位没有待提交的协办意见")
    if not answer.strip():
        raise StepRefused("请填写协办意见")
    take_step(case, "answer", actor=actor, today=today, said=Said("已提交协办意见"))
    Assignment.objects.filter(pk=part.pk).update(
        state=State.ANSWERED,
        answer=clean(case, answer),
        answered_on=today,
        answered_by=actor,
        signed_on=part.signed_on or today,
    )
    part.refresh_from_db()
    return part


@transaction.atomic
def sign_assistance(case: Complaint, *, actor: User, today: date) -> Assignment:
    """Sign for an assisting part (reporting for duty at a whistle call 报到); a second call changes nothing."""
    part = case.assignments.filter(
        organisation=actor.organisation_id, role=DutyRole.ASSIST, state__in=ACTIVE
    ).first()
    if part is None or not actor.has_role(*UNIT_ROLES):
        raise StepRefused("本单位没有此件的协办任务")
    signed = Assignment.objects.filter(pk=part.pk, state=State.SENT)
    if signed.update(state=State.SIGNED, signed_on=today, signed_by=actor):
        write_event(case, "assist_signed", actor=actor, text=f"{actor.organisation}签收")
        audit.record(case, "complaint.assist_signed", actor=actor, organisation=actor.organisation)
    part.refresh_from_db()
    return part
