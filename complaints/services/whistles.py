"""企业吹哨、部门报到: the office calls several units to one case, each answers in time, the lead closes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from complaints.kinds import DutyRole
from complaints.models import Assignment, Complaint, WhistleCall
from complaints.services.history import clean, write_event
from complaints.services.routing import ask_assistance
from complaints.services.steps import StepRefused, capacities
from complaints.workflow import DESK, LEAD, CaseState
from portal.models import Organisation, User
from portal.selectors.calendar import load_calendar
from portal.services import audit

RESPOND_WORKDAYS = 1
CALLABLE = frozenset({CaseState.HANDLING})


@dataclass(frozen=True)
class Call:
    """What units are called for, and within how many working days they must answer."""

    units: Sequence[Organisation]
    task: str
    respond_workdays: int = RESPOND_WORKDAYS
    confirmed_masked: bool = False


@transaction.atomic
def call_units(case: Complaint, call: Call, *, actor: User, now: datetime) -> WhistleCall:
    """Blow the whistle 吹哨: every called unit becomes an assisting one with the same last day to answer."""
    if capacities(actor, case).isdisjoint(DESK):
        raise StepRefused("吹哨由营商办发起，您没有此项权限")
    if case.state not in CALLABLE:
        raise StepRefused("主办单位签收后才能吹哨，请先转办并等待签收")
    if not call.units or not call.task.strip():
        raise StepRefused("请选择要报到的单位，并写明吹哨事由")
    today = timezone.localdate(now)
    due = load_calendar().after(today, max(call.respond_workdays, 1))
    try:
        with transaction.atomic():
            row = WhistleCall.objects.create(
                complaint=case,
                task=clean(case, call.task)[:500],
                called_by=actor,
                called_on=today,
                respond_due_on=due.on,
            )
    except IntegrityError as error:
        raise StepRefused("此件已吹哨，需要增加单位的请用“请协办”") from error
    for unit in call.units:
        part = ask_assistance(
            case, unit, actor=actor, now=now, note=call.task, confirmed_masked=call.confirmed_masked
        )
        Assignment.objects.filter(pk=part.pk).update(due_on=due.on, due_provisional=due.provisional)
    Complaint.objects.filter(pk=case.pk, version=case.version).update(
        is_whistle=True, version=F("version") + 1
    )
    case.is_whistle, case.version = True, case.version + 1
    names = "、".join(unit.short_name for unit in call.units)
    write_event(case, "whistle", actor=actor, text=f"召集{names}：{row.task}")
    audit.record(case, "complaint.whistle", actor=actor, changes={"units": names}, organisation=case.lead)
    return row


def waiting_units(case: Complaint) -> list[Assignment]:
    """Return the called units that have not answered yet."""
    parts = case.assignments.filter(
        role=DutyRole.ASSIST, state__in=[Assignment.State.SENT, Assignment.State.SIGNED]
    )
    return list(parts.select_related("organisation"))


@transaction.atomic
def close_whistle(case: Complaint, *, actor: User, now: datetime, result: str) -> WhistleCall:
    """Close the call by the lead unit (or the office) once every unit has answered; the case goes on to its reply."""
    if capacities(actor, case).isdisjoint(DESK | LEAD):
        raise StepRefused("吹哨由主办单位办结，您没有此项权限")
    if not result.strip():
        raise StepRefused("请写明会商和办理结果")
    if waiting := waiting_units(case):
        names = "、".join(part.organisation.short_name for part in waiting)
        raise StepRefused(f"{names}尚未提交意见，不能办结")
    changed = WhistleCall.objects.filter(complaint=case, state=WhistleCall.State.OPEN).update(
        state=WhistleCall.State.CLOSED,
        result=clean(case, result),
        closed_by=actor,
        closed_on=timezone.localdate(now),
        version=F("version") + 1,
    )
    if not changed:
        raise StepRefused("此件没有进行中的吹哨，请刷新页面查看")
    write_event(case, "whistle_closed", actor=actor, text=clean(case, result))
    audit.record(case, "complaint.whistle_closed", actor=actor, organisation=case.lead)
    return WhistleCall.objects.get(complaint=case)
