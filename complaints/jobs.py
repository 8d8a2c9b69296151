"""Periodic work on cases: each function may run twice, late or on two machines.

The job engine calls them with the day; each returns what it did in one sentence.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from complaints.models import Assignment, Complaint
from complaints.services.acceptance import deem_accepted
from complaints.services.escalations import propose_escalation
from complaints.services.intake import forget_receipts
from complaints.services.retention import erase_expired
from complaints.services.steps import office_people, owe_notices, people_of
from complaints.services.ticket_jobs import apply_waiting_tickets
from complaints.workflow import WITH_UNIT, CaseState, EscalationRung
from portal.jobs import CatchUp, Daily, EveryMinutes, Job
from portal.roles import UNIT_ROLES, Role
from portal.selectors.calendar import Calendar, load_calendar
from portal.selectors.settings import number_setting

CHUNK = 500

JOBS = (
    Job("deem_accepted", "诉求逾期视为受理", "complaints.jobs.deem_undecided", Daily(0, 15)),
    Job("remind_cases", "诉求到期提醒", "complaints.jobs.remind_due", Daily(8, 10)),
    Job("escalate_cases", "诉求逾期督办建议", "complaints.jobs.escalate_overdue", Daily(8, 20)),
    Job(
        "apply_tickets",
        "登记大批 12345 工单",
        "complaints.jobs.apply_tickets",
        EveryMinutes(1),
        catch_up=CatchUp.SKIP,
        own_transactions=True,
    ),
    Job("erase_identities", "删除到期的来件人信息", "complaints.jobs.erase_identities", Daily(3, 30)),
)


def deem_undecided(today: date) -> str:
    """Accept the cases that nobody decided within the time for examination."""
    waiting = Complaint.objects.overdue(today).filter(state=CaseState.REGISTERED)
    now, done = timezone.now(), 0
    for case in waiting.select_related("lead", "identity").iterator(chunk_size=CHUNK):
        done += deem_accepted(case, now=now)
    return f"{done} 件逾期未审查的诉求视为受理" if done else "没有逾期未审查的诉求"


def remind_due(today: date) -> str:
    """Remind of what is due within the setting's working days, and of what is overdue, every day once.

    The lead unit of a case that is with a unit, the assisting unit of its own part,
    the office of what waits for it. Provisional dates are reminded of, never called overdue.
    """
    calendar = load_calendar()
    ahead = calendar.after(today, number_setting("complaints.remind_workdays", on=today)).on
    rows = Complaint.objects.open().filter(due_on__lte=ahead, clock_stopped_on=None).select_related("lead")
    told = sum(_remind(case, calendar, today) for case in rows.iterator(chunk_size=CHUNK))
    parts = Assignment.objects.active().filter(
        role="assist", due_on__lte=ahead, state__in=["sent", "signed"], complaint__state__in=sorted(WITH_UNIT)
    )
    told += sum(
        _remind_part(part, today)
        for part in parts.select_related("complaint", "organisation").iterator(chunk_size=CHUNK)
    )
    return f"提醒 {told} 人次" if told else "没有需要提醒的诉求"


def _remind(case: Complaint, calendar: Calendar, today: date) -> int:
    if case.state in WITH_UNIT:
        people = people_of([case.lead_id], UNIT_ROLES, today, case)
    else:
        people = office_people(today, case, Role.OFFICE)
    return owe_notices(case, _words(case, calendar, today), people=people, actor=None, key=f"due:{today}")


def _words(case: Complaint, calendar: Calendar, today: date) -> str:
    if case.due_on is None:
        return "待办理"
    if case.is_overdue(today):
        late = -calendar.between(today, case.due_on)
        return f"已逾期 {late} 个工作日，请立即办理" if late else "已逾期，请立即办理"
    if case.due_on == today:
        return "今天到期"
    suffix = "（暂定）" if case.due_provisional else ""
    return f"{case.due_on.month}月{case.due_on.day}日到期{suffix}"


def _remind_part(part: Assignment, today: date) -> int:
    case = part.complaint
    people = people_of([part.organisation_id], UNIT_ROLES, today, case)
    late = part.due_on is not None and part.due_on < today and not part.due_provisional
    what = "协办意见已逾期" if late else "协办意见即将到期"
    return owe_notices(case, what, people=people, actor=None, key=f"assist:{today}")


def escalate_overdue(today: date) -> str:
    """Propose supervision, and later a talk, over cases whose unit is late by the settings' working days."""
    calendar, now = load_calendar(), timezone.now()
    steps = (
        (EscalationRung.TALK, number_setting("complaints.talk_workdays", on=today)),
        (EscalationRung.SUPERVISE, number_setting("complaints.supervise_workdays", on=today)),
    )
    shortest = min(days for _rung, days in steps)
    late = Complaint.objects.overdue(today).filter(
        state__in=sorted(WITH_UNIT), due_on__lt=today - timedelta(days=shortest - 1)
    )
    proposed = 0
    for case in late.select_related("lead").iterator(chunk_size=CHUNK):
        days = -calendar.between(today, case.due_on or today)
        rung = next((rung for rung, least in steps if days >= least), None)
        if rung is not None:
            reason = f"逾期 {days} 个工作日未答复"
            proposed += propose_escalation(case, rung, reason, occasion="overdue", now=now) is not None
    return f"提出督办建议 {proposed} 件" if proposed else "没有需要督办的诉求"


def erase_identities(today: date) -> str:
    """Erase identities whose time is over, and the query codes kept for repeated calls."""
    erased = erase_expired(today)
    forgotten = forget_receipts(timezone.now())
    return f"删除来件人信息 {erased} 件，清除回执 {forgotten} 条"


def apply_tickets(today: date) -> str:
    """Register the large workbooks of tickets that were confirmed, each ticket once."""
    del today
    run = apply_waiting_tickets(timezone.now())
    counted = ((run.done, "登记完"), (run.going_on, "下次接着登记"), (run.refused, "未登记完"))
    parts = [f"{words} {count} 份" for count, words in counted if count]
    return f"12345 工单{'，'.join(parts)}" if parts else "没有等待登记的工单"
