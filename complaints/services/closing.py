"""After the reply: call back, close or handle again, archive, reopen, and the person's own rating."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from complaints.kinds import DutyRole, Outcome, Satisfaction
from complaints.models import Assignment, Complaint, FollowUp, Rating, Round
from complaints.querysets import ACTIVE
from complaints.services.acceptance import open_round
from complaints.services.clocks import due_columns
from complaints.services.escalations import propose_escalation
from complaints.services.history import clean, write_event
from complaints.services.steps import Said, StepRefused, take_step
from complaints.workflow import ENDED, CaseState, EscalationRung
from portal.errors import Refused
from portal.models import User
from portal.selectors.settings import number_setting
from portal.services import audit


@dataclass(frozen=True)
class CallBack:
    """What a call-back found. `justified`: the reasons of an unsatisfied person hold, the case is handled again."""

    reachable: bool
    refused: bool = False
    resolved: bool | None = None
    satisfaction: str = ""
    justified: bool = False
    note: str = ""

    @property
    def is_effective(self) -> bool:
        """An answer that counts: reached, and answering."""
        return self.reachable and not self.refused


@transaction.atomic
def call_back(case: Complaint, found: CallBack, *, actor: User, now: datetime) -> Complaint:
    """Write down a call-back and what follows from it.

    By somebody outside the handling units. Unreachable: another try, and closed after
    as many as the setting `complaints.call_attempts` says. Unsatisfied with reason: a
    second round, once; after that the case closes and supervision is proposed.
    """
    today = timezone.localdate(now)
    _check_caller(case, actor)
    _check_answer(found)
    number = case.round
    attempts = case.follow_ups.filter(round=number).count() + 1
    gone = not found.reachable and attempts < number_setting("complaints.call_attempts", on=today)
    again = found.is_effective and found.satisfaction == Satisfaction.NOT and found.justified
    if gone:
        take_step(case, "call", actor=actor, today=today, said=Said(found.note or "未联系上"))
    elif again and case.round == 1:
        _handle_again(case, found, actor=actor, now=now)
    else:
        _close(case, found, actor=actor, today=today)
        if again:
            reason = "第二轮办理后来件人仍不满意且理由成立"
            propose_escalation(case, EscalationRung.SUPERVISE, reason, occasion="second", now=now)
    _keep(case, found, actor=actor, now=now, number=number)
    return case


def _check_caller(case: Complaint, actor: User) -> None:
    units = set(case.assignments.filter(round=case.round).values_list("organisation", flat=True))
    if actor.organisation_id in units:
        raise StepRefused("回访须由承办单位以外的人员进行")


def _check_answer(found: CallBack) -> None:
    if found.is_effective and (found.resolved is None or not found.satisfaction):
        raise StepRefused("请登记是否解决和满意程度；拒绝评价的请勾选“拒绝评价”")
    if found.satisfaction == Satisfaction.NOT and not found.note.strip():
        raise StepRefused("来件人不满意的，请写明不满意的原因")


def _keep(case: Complaint, found: CallBack, *, actor: User, now: datetime, number: int) -> None:
    FollowUp.objects.create(
        complaint=case,
        round=number,
        on=timezone.localdate(now),
        by=actor,
        at=now,
        reachable=found.reachable,
        refused=found.refused,
        resolved=found.resolved if found.is_effective else None,
        satisfaction=found.satisfaction if found.is_effective else "",
        is_justified=found.justified if found.satisfaction == Satisfaction.NOT else None,
        note=clean(case, found.note)[:500],
    )


def _result(found: CallBack) -> dict[str, Any]:
    effective = found.is_effective
    return {
        "resolved": found.resolved if effective else None,
        "satisfaction": found.satisfaction if effective else "",
    }


def _close(case: Complaint, found: CallBack, *, actor: User, today: date) -> None:
    outcome = case.outcome
    if found.is_effective:
        outcome = _outcome_told(case, found)
    take_step(
        case,
        "close",
        actor=actor,
        today=today,
        said=Said(found.note, "您的诉求已办结，请对办理情况作出评价"),
        closed_on=today,
        followed_up_on=today,
        outcome=outcome,
        due_on=None,
        due_at=None,
        due_provisional=False,
        **_result(found),
    )
    case.assignments.filter(state__in=ACTIVE).update(state=Assignment.State.DONE)
    _end_round(case, found, today, number=case.round)


def _outcome_told(case: Complaint, found: CallBack) -> str:
    """What the person says overrules a unit that called the matter resolved."""
    if found.resolved is False and case.outcome == Outcome.RESOLVED:
        return Outcome.UNRESOLVED
    return Outcome.RESOLVED if found.resolved else case.outcome


def _end_round(case: Complaint, found: CallBack, today: date, *, number: int) -> None:
    Round.objects.filter(complaint=case, number=number).update(
        ended_on=today, is_effective=found.is_effective, outcome=case.outcome, **_result(found)
    )


def _handle_again(case: Complaint, found: CallBack, *, actor: User, now: datetime) -> None:
    today = timezone.localdate(now)
    _end_round(case, found, today, number=case.round)
    step = Said(f"来件人不满意且理由成立，第二轮办理：{found.note}", "您的意见已收悉，承办单位将重新办理")
    take_step(case, "again", actor=actor, today=today, said=step, **_new_round(case, now))
    _begin_round(case, now)


def _new_round(case: Complaint, now: datetime) -> dict[str, Any]:
    begun: dict[str, Any] = {
        "round": case.round + 1,
        "handle_from": now,
        "replied_on": None,
        "reviewed_on": None,
        "closed_on": None,
        "outcome": "",
        "resolved": None,
        "satisfaction": "",
    }
    # A new round has neither stops nor extensions of its own yet.
    fresh = Complaint(pk=case.pk, round=case.round + 1)
    for name in ("kind", "clock", "urgency", "received_at", "accepted_on"):
        setattr(fresh, name, getattr(case, name))
    columns = due_columns(fresh, {**begun, "state": CaseState.HANDLING})
    return {**begun, **columns}


def _begin_round(case: Complaint, now: datetime) -> None:
    """Open the round and give the lead its part in it; it has signed for the case already."""
    today = timezone.localdate(now)
    open_round(case, today)
    earlier = case.assignments.filter(organisation=case.lead_id, role=DutyRole.LEAD).order_by("-pk").first()
    case.assignments.filter(state__in=ACTIVE).update(state=Assignment.State.DONE)
    if case.lead is None:
        raise StepRefused("此件没有主办单位，不能重新办理")
    Assignment.objects.create(
        complaint=case,
        round=case.round,
        organisation=case.lead,
        role=DutyRole.LEAD,
        state=Assignment.State.SIGNED,
        masked=earlier.masked if earlier else case.is_secret,
        is_designated=True,
        assigned_at=now,
        assigned_on=today,
        signed_on=today,
        due_on=case.handle_due_on,
        due_provisional=case.handle_provisional,
    )


@transaction.atomic
def archive_complaint(case: Complaint, *, actor: User, today: date, note: str = "") -> Complaint:
    """Archive a closed case: nothing changes it any more."""
    return take_step(case, "archive", actor=actor, today=today, said=Said(note))


@transaction.atomic
def reopen_complaint(case: Complaint, *, actor: User, now: datetime, reason: str) -> Complaint:
    """Open a closed case again: a new round with a time of its own, by the office's head."""
    if case.lead is None:
        raise StepRefused("此件没有主办单位，不能重新打开；来件人可以重新提交")
    said = Said(reason, "您的诉求已重新打开办理")
    changes = _new_round(case, now)
    take_step(case, "reopen", actor=actor, today=timezone.localdate(now), said=said, **changes)
    _begin_round(case, now)
    return case


@transaction.atomic
def rate_complaint(
    case: Complaint, *, satisfaction: str, resolved: bool, comment: str, now: datetime
) -> Rating:
    """Keep the person's own rating of a closed case, once for each round. It does not replace the call-back."""
    if case.state not in ENDED:
        raise Refused("办结后才能评价，请稍后再来")
    try:
        with transaction.atomic():
            row = Rating.objects.create(
                complaint=case,
                round=case.round,
                satisfaction=satisfaction,
                resolved=resolved,
                comment=clean(case, comment)[:500],
                at=now,
            )
    except IntegrityError as error:
        raise Refused("您已评价过，感谢您的参与") from error
    words = f"来件人评价：{Satisfaction(satisfaction).label}，{'已解决' if resolved else '未解决'}"
    write_event(case, "rate", actor=None, text=words)
    audit.record(case, "complaint.rate", actor=None, changes={"satisfaction": str(satisfaction)})
    return row
