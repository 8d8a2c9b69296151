"""Periodic work of dispatch: each function may run twice, late or on two machines.

The job engine calls them daily with the day; each returns what it did in one sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from indicators.models import DispatchRound, Instruction, Letter, TaskForce, TaskForceMember, WorkItem
from indicators.months import first_of, label
from indicators.selectors.months import newest_month
from indicators.services.dispatch import RoundPlan, attendants, open_round
from indicators.services.items.steps import people_of
from indicators.services.letters import escalate
from indicators.workflow import AT_WORK
from portal.jobs import Daily, Job
from portal.models import User
from portal.roles import UNIT_ROLES
from portal.selectors.calendar import load_calendar
from portal.services.notices import notify

REMIND_WORKDAYS = 3

JOBS = (
    Job("open_rounds", "发起当月调度", "indicators.dispatch_jobs.open_rounds", Daily(0, 30)),
    Job("propose_letters", "催办和督办建议", "indicators.dispatch_jobs.propose_letters", Daily(8, 20)),
    Job("send_reminders", "交办和调度提醒", "indicators.dispatch_jobs.send_reminders", Daily(8, 30)),
)


def open_rounds(today: date) -> str:
    """From the first working day of a month on, open one round of the office and one for each chief.

    A round of the month that is there already, opened by hand or by an earlier
    run and be it cancelled, is not opened again.
    """
    if today < load_calendar().nth(today.year, today.month, 1).on:
        return "本月第一个工作日发起调度，尚未到期"
    month = first_of(today)
    forces = list(TaskForce.objects.filter(year=today.year).order_by("order", "pk"))
    if not forces:
        return f"{today.year}年尚未组建专班，未发起调度"
    there = set(DispatchRound.objects.filter(month=month).values_list("form", "chief"))
    newest = newest_month()
    cutoff = newest.closes_on if newest and newest.closes_on >= month else today
    opened = 0
    for chief, own in _by_chief(forces):
        form = DispatchRound.Form.CHIEF if chief else DispatchRound.Form.OFFICE
        if (form.value, chief.pk if chief else None) in there:
            continue
        key = f"{month:%Y-%m}-{form.value}" + (f"-{chief.pk}" if chief else "")
        plan = RoundPlan(form.value, month, own, cutoff, key, chief=chief)
        opened += open_round(plan, actor=None, today=today)[1]
    return f"发起{label(month)}调度 {opened} 次" if opened else f"{label(month)}调度已发起"


def _by_chief(forces: list[TaskForce]) -> list[tuple[User | None, list[TaskForce]]]:
    """Return each chief with his task forces, in their order, and last the office with all."""
    members = TaskForceMember.objects.filter(
        task_force__in=forces, duty=TaskForceMember.Duty.CHIEF, user__is_active=True
    )
    headed: dict[User, list[TaskForce]] = {}
    chiefs = {row.task_force_id: row.user for row in members.select_related("user")}
    for force in forces:
        if force.pk in chiefs:
            headed.setdefault(chiefs[force.pk], []).append(force)
    return [*headed.items(), (None, forces)]


def propose_letters(today: date) -> str:
    """Climb the escalation ladder once for the day, on working days; see `services.letters.escalate`."""
    if not load_calendar().is_workday(today):
        return "今天是休息日，提醒和催办顺延到下一个工作日"
    done = escalate(today)
    parts = []
    if done.sent:
        parts.append(f"发出提醒和催办 {done.sent} 份")
    if done.proposed:
        parts.append(f"提出督办建议 {done.proposed} 份")
    if done.held_back:
        parts.append(f"{done.held_back} 份因本周已达上限暂缓")
    return "，".join(parts) or "没有需要提醒、催办或督办的事项"


def send_reminders(today: date) -> str:
    """Remind, each once: of instructions due within three working days or overdue, of the next working
    day's meetings, and of letters to be answered by then."""
    calendar = load_calendar()
    soon, tomorrow = calendar.after(today, REMIND_WORKDAYS).on, calendar.after(today, 1).on
    told = _remind_instructions(today, soon) + _remind_rounds(today, tomorrow)
    told += _remind_answers(today, tomorrow)
    return f"提醒 {told} 人次" if told else "没有需要提醒的交办、调度和反馈"


def _remind_instructions(today: date, soon: date) -> int:
    rows = Instruction.objects.filter(item__state__in=AT_WORK, item__due_on__lte=soon)
    told = 0
    for row in rows.select_related("item", "given_by").iterator():
        item = row.item
        overdue = item.is_overdue(today)
        people = people_of([item.organisation_id], UNIT_ROLES, today)
        if overdue:
            people.append(row.given_by)
        key = f"instruction:{item.pk}:{item.due_on}:{'late' if overdue else 'soon'}"
        told += notify(
            people, _instruction_text(item, overdue=overdue), url=item.get_absolute_url(), event_key=key
        )
    return told


def _instruction_text(item: WorkItem, *, overdue: bool) -> str:
    due = f"{item.due_on.month}月{item.due_on.day}日" if item.due_on else ""
    when = f"已于{due}到期，尚未办结" if overdue else f"{due}到期，请抓紧办理"
    return f"交办事项 {item.short_number}「{item.title}」{when}"


def _remind_rounds(today: date, until: date) -> int:
    start, end = _moment(today + timedelta(days=1)), _moment(until + timedelta(days=1))
    rows = DispatchRound.objects.filter(
        state=DispatchRound.State.DRAFT, planned_at__gte=start, planned_at__lt=end
    )
    told = 0
    for row in rows.select_related("chief").prefetch_related("task_forces"):
        at = timezone.localtime(row.planned_at)
        text = f"{row}将于{at.month}月{at.day}日 {at:%H:%M} 召开，地点：{row.place or '另行通知'}"
        key = f"round.remind:{row.pk}:{at:%Y%m%d%H%M}"
        told += notify(attendants(row, today), text, url=f"{row.get_absolute_url()}sheet/", event_key=key)
    return told


def _moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _remind_answers(today: date, until: date) -> int:
    rows = Letter.objects.filter(
        state=Letter.State.ISSUED, replied_on=None, reply_by__gte=today, reply_by__lte=until
    ).exclude(rung=Letter.Rung.TRANSFER)
    return sum(
        notify(
            _answerers(row, today),
            f"{row.number} 请于{_day(row.reply_by)}前反馈办理情况",
            url=row.get_absolute_url(),
            event_key=f"letter.remind:{row.pk}",
        )
        for row in rows
    )


def _answerers(row: Letter, today: date) -> Iterable[User]:
    return people_of([row.organisation_id], UNIT_ROLES, today)


def _day(day: date | None) -> str:
    return f"{day.month}月{day.day}日" if day else ""
