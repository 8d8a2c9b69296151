"""What befalls a case of the sample: its ordinary course, drawn by lot, and the named ones."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from complaints.grounds import RULES
from complaints.kinds import Outcome, PaperKind, Satisfaction
from complaints.models import CaseEvent, ClockStop, Escalation, WhistleCall
from complaints.services.papers.wording import printed_number
from complaints.workflow import EscalationRung
from portal.models import Organisation
from reports.sample.complaint_life import LiesAhead
from reports.sample.complaint_steps import Life
from reports.sample.complaint_texts import CaseText, desk_texts

DEEMED, RETURNED, MORE, EXTENDED, LATE = 0.012, 0.04, 0.04, 0.05, 0.045
SENT_AGAIN, UNREACHABLE, UNSATISFIED, UNRESOLVED, AGAIN = 0.04, 0.05, 0.06, 0.05, 0.25
SLOW_EXAMINE, SLOW_CONTACT, REFUSED = 0.03, 0.05, 0.02
REPLY_WORKDAYS = 5
ANSWER = "涉及本单位的部分已核实，同意主办单位意见，相关手续由本单位配合办理。"
NO_REPLY = "您反映的问题已核实，正在按程序办理，办理结果将及时告知。"


def run(life: Life, told: CaseText) -> None:
    """Let the case live until today, or until the state in which it stays."""
    try:
        _examine(life, told)
        _handle(life, told)
        _follow_up(life, told)
        _afterwards(life, told)
    except LiesAhead:
        return


def _fate(told: CaseText) -> str:
    return str(told.extra.get("fate", ""))


def _chance(life: Life, told: CaseText, share: float) -> bool:
    """Draw what befalls an ordinary case; the named ones have their own fate."""
    return life.rng.random() < share and not told.extra


def _unit(life: Life, name: str) -> Organisation:
    return life.county.units[name]


def _examine(life: Life, told: CaseText) -> None:
    fate = _fate(told)
    if fate == "more" or _chance(life, told, MORE):
        life.go_to(life.later(0))
        wanted = told.extra.get("wanted", "请补充发生的时间、地点和有关凭证")
        life.stop(ClockStop.Kind.SUPPLEMENT, wanted)
        if fate == "more":
            raise LiesAhead
        life.go_to(life.later(life.rng.randint(1, 4)))
        life.restart()
    if fate == "decline":
        life.go_to(life.later(1))
        decline(life, str(told.extra["ground"]), str(told.extra["reason"]))
        raise LiesAhead
    if _chance(life, told, DEEMED) and life.case.examine_due_on:
        life.go_to(life.county.workdays_after(life.case.examine_due_on, 1))
        life.accept(deemed=True)
    else:
        slow = _chance(life, told, SLOW_EXAMINE)
        life.go_to(life.later(2 if slow else life.rng.choice((0, 0, 1))))
        life.accept()
    if fate == "merge":
        raise LiesAhead


def decline(life: Life, ground: str, reason: str) -> None:
    door = RULES[ground].door
    life.write(
        "decline",
        life.clerk,
        text=reason,
        public=f"不予受理：{reason}。{door}",
        ground=ground,
        decline_reason=reason,
        right_door=door,
        decided_on=life.day,
    )
    life.give_out(PaperKind.DECLINE)


def _handle(life: Life, told: CaseText) -> None:
    """From the transfer to the reply that the office passes."""
    fate, rng = _fate(told), life.rng
    _route(life, told)
    if fate in {"withdrawn", "terminated"}:
        life.go_to(life.later(2))
        _terminate(life, str(told.extra["reason"]), withdrawn=fate == "withdrawn")
    if not life.case.is_anonymous and life.case.contact_due_at:
        slow = _chance(life, told, SLOW_CONTACT)
        life.go_to(life.later(3) if slow else timezone.localdate(life.case.contact_due_at))
        life.contact()
    if fate == "whistle":
        _whistle(life, told)
    if fate == "suspended":
        life.go_to(life.later(3))
        life.stop(ClockStop.Kind.SUSPENSION, "界址争议已进入诉讼程序，待裁判生效后恢复办理")
        raise LiesAhead
    for part in life.parts[1:]:
        if part.answered_on is None:
            life.go_to(min(life.later(rng.randint(0, 2)), part.due_on or life.later(2)))
            life.assist(part, ANSWER)
    if fate == "extension_asked" or _chance(life, told, EXTENDED):
        _extend(life, decided=fate != "extension_asked")
    _answer(life, told, _reply_day(life, told))
    if _chance(life, told, SENT_AGAIN):
        life.go_to(life.later(1))
        life.send_again("答复没有说明依据和办理结果，请补充后重新提交")
        _answer(life, told, life.later(1))
    life.go_to(life.later(rng.randint(0, 2)))
    life.pass_reply()


def _route(life: Life, told: CaseText) -> None:
    rng, lead = life.rng, _unit(life, told.unit)
    assisting = tuple(_unit(life, name) for name in told.assist)
    life.go_to(life.later(rng.choice((0, 0, 1))))
    if life.case.reported is not None:
        life.case.shared_checked_by = life.clerk
    second = told.extra.get("second")
    if _chance(life, told, RETURNED):
        life.assign(_wrong(life, lead))
        life.go_to(life.later(1))
        life.give_back("反映事项不属于本单位职责", lead)
        life.go_to(life.later(0))
        life.assign(lead, assisting, designated=rng.random() < 0.4)
    else:
        life.assign(lead, assisting)
    if second:
        # It stays as it is only once it has come to the second unit.
        halt, life.halt = life.halt, ""
        life.go_to(life.later(1))
        life.give_back(str(told.extra["reason"]), _unit(life, str(second)))
        life.go_to(life.later(0))
        life.assign(_unit(life, str(second)), designated=True)
        life.halt = halt
    life.go_to(life.later(rng.choice((0, 1, 1))))
    life.sign()


def _wrong(life: Life, lead: Organisation) -> Organisation:
    names = [name for name in ("县住建局", "县城管局", "县行政审批局", "县发改局") if name != lead.short_name]
    return _unit(life, life.rng.choice(names))


def _terminate(life: Life, reason: str, *, withdrawn: bool) -> None:
    outcome = Outcome.WITHDRAWN if withdrawn else Outcome.TERMINATED
    life.write(
        "terminate",
        life.county.director,
        text=reason,
        public=f"办理终止：{reason}",
        closed_on=life.day,
        outcome=outcome,
    )
    life.end_parts()
    if life.round is not None:
        life.round.ended_on, life.round.outcome = life.day, outcome
    raise LiesAhead


def _whistle(life: Life, told: CaseText) -> None:
    """The office calls several units to the case; the lead closes the call when all have answered."""
    life.go_to(life.later(1))
    due_on, task = life.later(1), str(told.extra["task"])
    for name in told.extra["calls"]:
        life.add_assisting(_unit(life, name), task, due_on)
    names = "、".join(told.extra["calls"])
    life.case.is_whistle = True
    life.write("whistle", life.clerk, text=f"召集{names}：{task}")
    call = WhistleCall(
        complaint=life.case, task=task, called_by=life.clerk, called_on=life.day, respond_due_on=due_on
    )
    life.rows.append(call)
    life.go_to(due_on)
    for part in life.parts[1:]:
        life.go_to(due_on)
        life.assist(part, "已到场会商，本单位手续与主体手续同步办理，明确专人跟踪。")
        if life.halt and part is life.parts[-2]:
            raise LiesAhead
    result = str(told.extra.get("result", "会商明确办理顺序和时间"))
    life.go_to(life.later(2))
    life.write("whistle_closed", life.county.liaison(life.lead), text=result)
    call.state, call.result = WhistleCall.State.CLOSED, result
    call.closed_by, call.closed_on = life.county.liaison(life.lead), life.day


def _extend(life: Life, *, decided: bool) -> None:
    if life.case.handle_due_on is None:
        return
    wanted = life.county.workdays_after(life.case.handle_due_on, -2)
    life.go_to(max(life.later(0), min(wanted, life.later(4))))
    row = life.ask_extension(5, life.rng.choice(desk_texts()["late_reasons"]))
    if not decided:
        raise LiesAhead
    life.go_to(life.later(1))
    life.extend(row)


def _reply_day(life: Life, told: CaseText) -> date:
    """Return when the unit replies: mostly well within the time, a few too late."""
    due = life.case.handle_due_on
    if due is None:
        return life.later(2)
    late = _chance(life, told, LATE)
    if late:
        return life.county.workdays_after(due, life.rng.randint(1, 4))
    left = max(life.clocks.calendar.between(life.day, due), 0)
    return life.later(min(round(left * life.rng.uniform(0.2, 0.95)), max(left - 1, 0)))


def _answer(life: Life, told: CaseText, on: date) -> None:
    rng = life.rng
    outcome = (
        Outcome.EXPLAINED
        if told.kind in {"inquiry", "suggestion"} and rng.random() < 0.3
        else Outcome.RESOLVED
    )
    life.go_to(on)
    life.propose(told.reply or NO_REPLY, outcome, told.measures)
    life.go_to(life.day)
    life.confirm()


def _follow_up(life: Life, told: CaseText) -> None:
    """Call back; unsatisfied people with reason are handled again, once."""
    fate, rng = _fate(told), life.rng
    unsatisfied = desk_texts()["unsatisfied"]
    life.go_to(life.later(rng.randint(1, 3)))
    if fate == "unreachable" or _chance(life, told, UNREACHABLE):
        life.write("call", life.clerk, text="电话无人接听")
        life.call(reachable=False, note="电话无人接听")
        if fate == "unreachable":
            raise LiesAhead
        life.go_to(life.later(2))
    displeased = _chance(life, told, UNSATISFIED)
    if fate in {"again", "second"} or (displeased and rng.random() < AGAIN):
        _again(life, told, rng.choice(unsatisfied))
        displeased = False
    if fate in {"second", "supervised"}:
        note = "第二轮办理后仍不满意" if fate == "second" else "余款没有明确支付日期"
        life.call(resolved=False, satisfaction=Satisfaction.NOT, justified=True, note=note)
        life.close(resolved=False, satisfaction=Satisfaction.NOT, note=note)
        _supervise(life, note, issued=fate == "supervised")
    elif displeased:
        note = rng.choice(unsatisfied)
        resolved = rng.random() < 0.4
        life.call(resolved=resolved, satisfaction=Satisfaction.NOT, justified=False, note=note)
        life.close(resolved=resolved, satisfaction=Satisfaction.NOT, note=note)
    elif life.case.is_anonymous and rng.random() < 0.5:
        life.call(reachable=False, note="匿名来件，无法回访")
        life.close(resolved=None, satisfaction="")
    else:
        found = Satisfaction.VERY if rng.random() < 0.72 else Satisfaction.FAIRLY
        resolved = not _chance(life, told, UNRESOLVED)
        life.call(resolved=resolved, satisfaction=found)
        life.close(resolved=resolved, satisfaction=found)


def _supervise(life: Life, reason: str, *, issued: bool) -> None:
    """Supervision is proposed by a rule and signed by the office's head."""
    rung, office = EscalationRung.SUPERVISE, CaseEvent.Audience.OFFICE
    life.write("escalate", None, text=f"建议{rung.label}：{reason}", audience=office)
    row = Escalation(
        complaint=life.case,
        organisation=life.lead,
        rung=rung,
        occasion=f"{life.case.number}-{life.case.round}-{rung.value}-second".lower(),
        reason=reason,
        proposed_at=life.moment,
    )
    life.rows.append(row)
    if not issued:
        return
    life.go_to(life.later(1))
    row.state, row.number = Escalation.State.ISSUED, printed_number(PaperKind.SUPERVISE, life.day.year, 1)
    row.signed_by, row.issued_on = life.county.director, life.day
    row.reply_by = life.county.workdays_after(life.day, REPLY_WORKDAYS)
    life.write("escalation_issued", life.county.director, text=f"{row.number}：{reason}", is_supervised=True)


def _again(life: Life, told: CaseText, note: str) -> None:
    life.call(resolved=False, satisfaction=Satisfaction.NOT, justified=True, note=note)
    life.end_round(resolved=False, satisfaction=Satisfaction.NOT, effective=True)
    life.begin_again("again", life.clerk, f"来件人不满意且理由成立，第二轮办理：{note}")
    _second_round(life, told)


def _second_round(life: Life, told: CaseText) -> None:
    _answer(life, told, life.later(life.rng.randint(2, 4)))
    life.go_to(life.later(1))
    life.pass_reply()
    life.go_to(life.later(1))


def _afterwards(life: Life, told: CaseText) -> None:
    """Reopen where that is told, and archive what has rested for a quarter."""
    if _fate(told) == "reopen":
        life.go_to(life.later(12))
        life.begin_again("reopen", life.county.director, "来件人提供新的材料，重新办理")
        _second_round(life, told)
        life.call(resolved=True, satisfaction=Satisfaction.FAIRLY)
        life.close(resolved=True, satisfaction=Satisfaction.FAIRLY)
    life.go_to(life.county.workdays_after(life.day, 60))
    life.write("archive", life.clerk)
