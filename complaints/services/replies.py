"""The reply: written by the liaison, confirmed by the unit's head, reviewed by the office, told to the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, Subquery, Sum
from django.utils import timezone

from complaints.kinds import Outcome
from complaints.models import Assignment, ClockStop, Complaint, Extension, Reply, Round
from complaints.querysets import ACTIVE
from complaints.services.clocks import Course, carry_to_round, due_columns, load_clocks, stops_of
from complaints.services.history import clean
from complaints.services.routing import lapse_extensions
from complaints.services.steps import Said, StepRefused, take_step
from complaints.workflow import CaseState, ExtensionState
from portal.models import User
from portal.selectors.calendar import Calendar

State = Reply.State
UNANSWERED = frozenset({Outcome.TERMINATED, Outcome.WITHDRAWN})


@transaction.atomic
def propose_reply(
    case: Complaint, *, actor: User, now: datetime, text: str, outcome: str, measures: str = ""
) -> Reply:
    """Write the reply 提交答复; the unit's head confirms it before anybody outside the unit reads it."""
    if not text.strip():
        raise StepRefused("请填写答复内容：核实情况、处理结果、依据")
    if outcome in UNANSWERED:
        raise StepRefused("请选择办理结果：已解决、已解释说明或未能解决")
    if case.supplement_wanted:
        raise StepRefused("正在等待来件人补充，请补充到件后再答复")
    pending = case.assignments.filter(
        role="assist", state__in=[Assignment.State.SENT, Assignment.State.SIGNED]
    ).select_related("organisation")
    if waiting := [str(part.organisation) for part in pending]:
        raise StepRefused(f"{'、'.join(waiting)}尚未提交协办意见，请催办后再答复；逾期不提交的请与营商办联系")
    take_step(
        case,
        "propose",
        actor=actor,
        today=timezone.localdate(now),
        said=Said(f"拟答复：{Outcome(outcome).label}"),
    )
    version = (case.replies.order_by("-version").values_list("version", flat=True).first() or 0) + 1
    return Reply.objects.create(
        complaint=case,
        round=case.round,
        version=version,
        organisation=actor.organisation,
        text=text.strip(),
        measures=measures.strip(),
        outcome=outcome,
        proposed_by=actor,
        proposed_at=now,
    )


def _open_reply(case: Complaint, state: Reply.State) -> Reply:
    row = case.replies.filter(state=state).select_related("proposed_by").first()
    if row is None:
        raise _gone(case, state)
    return row


def _gone(case: Complaint, state: Reply.State) -> StepRefused:
    return StepRefused(f"{case.number} 没有{state.label}的答复，请刷新页面查看")


@transaction.atomic
def confirm_reply(case: Complaint, *, actor: User, now: datetime, note: str = "") -> Complaint:
    """Confirm the reply for the unit 确认答复, never one's own; the handling time ends here."""
    today = timezone.localdate(now)
    draft = _draft(case)
    if draft.reply.proposed_by_id == actor.pk:
        raise StepRefused("答复不能由拟稿人本人确认，请由本单位负责人确认")
    clocks = load_clocks()
    late = _is_late(case, now)
    ended = {"state": CaseState.REPLIED, "replied_on": today}
    columns = due_columns(case, ended, clocks, draft.course)
    changes = {"outcome": draft.reply.outcome, "replied_on": today, **columns}
    take_step(case, "confirm", actor=actor, today=today, said=Said(note), **changes)
    Reply.objects.filter(pk=draft.reply.pk).update(
        state=State.CONFIRMED, confirmed_by=actor, confirmed_at=now
    )
    Round.objects.filter(complaint=case, number=case.round).update(
        replied_on=today,
        is_late=late,
        workdays=_workdays(draft, clocks.calendar, today),
        outcome=draft.reply.outcome,
        lead=case.lead,
    )
    if draft.waits_for_more_time:
        lapse_extensions(case, "已提交答复")
    return case


@dataclass(frozen=True)
class _Draft:
    """The draft that waits for the unit's head, with what the round has been through."""

    reply: Reply
    began_on: date
    course: Course
    waits_for_more_time: bool


def _draft(case: Complaint) -> _Draft:
    """Return the draft and its round with one query, two where the clock has stood still.

    Whatever changes an extension or a stop takes a step, and so the version that the
    confirmation is written against: what is read here holds when that succeeds.
    """
    round_row = Round.objects.filter(complaint=case, number=case.round)
    extensions = Extension.objects.filter(complaint=case, round=case.round)
    approved = extensions.filter(state=ExtensionState.APPROVED).order_by().values("complaint")
    found = case.replies.filter(state=State.PROPOSED).annotate(
        began_on=Subquery(round_row.values("started_on")[:1]),
        extra=Subquery(approved.annotate(total=Sum("days")).values("total")),
        waits=Exists(Extension.objects.filter(complaint=case, state=ExtensionState.REQUESTED)),
        stood=Exists(ClockStop.objects.filter(complaint=case, round=case.round)),
    )
    values: Any = found.first()
    if values is None:
        raise _gone(case, State.PROPOSED)
    course = Course(stops_of(case) if values.stood else (), values.extra or 0)
    return _Draft(values, values.began_on, course, values.waits)


def _workdays(draft: _Draft, calendar: Calendar, today: date) -> int:
    """Return what the reply took: working days since the round began, those of stops that have ended left out."""
    stopped = sum(
        calendar.between(stop.from_on, stop.to_on) for stop in draft.course.stops if stop.to_on is not None
    )
    return max(calendar.between(draft.began_on, today) - stopped, 0)


def _is_late(case: Complaint, now: datetime) -> bool:
    """Tell whether the reply comes after the due day, or the moment where the limit is in hours.

    A provisional date counts here: what was replied after it is judged again when the year is published.
    """
    if case.handle_due_at is not None:
        return now > case.handle_due_at
    return case.handle_due_on is not None and timezone.localdate(now) > case.handle_due_on


@transaction.atomic
def send_back_reply(case: Complaint, *, actor: User, now: datetime, note: str) -> Complaint:
    """Give the reply back to the liaison, with what has to be put right."""
    reply = _open_reply(case, State.PROPOSED)
    take_step(case, "send_back", actor=actor, today=timezone.localdate(now), said=Said(note))
    _give_back(reply, case, note)
    return case


@transaction.atomic
def pass_reply(case: Complaint, *, actor: User, now: datetime, note: str = "") -> Complaint:
    """Pass the reply: the person can read it, the call-back begins."""
    today = timezone.localdate(now)
    reply = _open_reply(case, State.CONFIRMED)
    columns = due_columns(case, {"state": CaseState.FOLLOW_UP, "reviewed_on": today})
    said = Said(note, "您的诉求已有答复，请查看答复内容")
    take_step(case, "pass", actor=actor, today=today, said=said, reviewed_on=today, **columns)
    Reply.objects.filter(pk=reply.pk).update(state=State.PASSED, reviewed_by=actor, reviewed_at=now)
    return case


@transaction.atomic
def send_reply_again(case: Complaint, *, actor: User, now: datetime, note: str) -> Complaint:
    """Send a reply that is untrue or incomplete back to the unit; the time that is left goes on running.

    The first reply stays as what it was; the reply that counts is the next one.
    """
    today = timezone.localdate(now)
    reply = _open_reply(case, State.CONFIRMED)
    columns = due_columns(case, {"state": CaseState.HANDLING, "replied_on": None})
    take_step(
        case, "send_again", actor=actor, today=today, said=Said(note), replied_on=None, outcome="", **columns
    )
    Round.objects.filter(complaint=case, number=case.round).update(
        replied_on=None, is_late=None, workdays=None, outcome=""
    )
    _give_back(reply, case, note)
    case.assignments.filter(round=case.round, state="answered").update(state="done")
    carry_to_round(case)
    return case


def _give_back(reply: Reply, case: Complaint, note: str) -> None:
    Reply.objects.filter(pk=reply.pk).update(state=State.RETURNED, opinion=clean(case, note)[:500])


def end_parts(case: Complaint, today: date) -> None:
    """Close the parts of all units when the case closes."""
    del today
    case.assignments.filter(state__in=ACTIVE).update(state=Assignment.State.DONE)
