"""Bring a case to each state of the workflow, and take each step, for tests. All on 8 November 2023."""

from datetime import date, datetime

from complaints.grounds import Ground
from complaints.kinds import Outcome
from complaints.models import Complaint, Extension
from complaints.services import acceptance, closing, handling, replies, routing
from complaints.services.closing import CallBack
from complaints.services.routing import Routing
from tests.factories import CHINA
from tests.factories_complaints import register

TODAY = date(2023, 11, 8)
NOW = datetime(2023, 11, 8, 10, tzinfo=CHINA)
REPLY = "已约谈审图机构，一次性告知补正内容，11月10日前完成审图。"
SATISFIED = CallBack(reachable=True, resolved=True, satisfaction="very")
UNSATISFIED = CallBack(
    reachable=True, resolved=False, satisfaction="not", justified=True, note="仍要求另行补正"
)


def bring_to(state, people, case=None):
    """Take a fresh case (or `case`) to `state` by the people whose steps they are."""
    case = case or register(now=datetime(2023, 11, 7, 10, tzinfo=CHINA))
    if state in SIDEWAYS:
        start, leave = SIDEWAYS[state]
        bring_to(start, people, case)
        leave(case, people)
        return case
    for reached, act in WAY:
        if case.state == state:
            break
        act(case, people)
        assert case.state == reached
    return case


def _assign(case, people):
    unit, assistant = people["liaison"].organisation, people["lead_liaison"].organisation
    routing.assign_complaint(case, Routing(unit, [assistant]), actor=people["officer"], now=NOW)


def _propose(case, people):
    routing.answer_assistance(case, actor=people["lead_liaison"], today=TODAY, answer="审图机构已整改")
    propose(case, people["liaison"])


WAY = (
    ("accepted", lambda case, who: acceptance.accept_complaint(case, actor=who["officer"], now=NOW)),
    ("assigned", _assign),
    ("handling", lambda case, who: routing.sign_complaint(case, actor=who["liaison"], today=TODAY)),
    ("awaiting_unit", _propose),
    ("replied", lambda case, who: replies.confirm_reply(case, actor=who["unit_head"], now=NOW)),
    ("follow_up", lambda case, who: replies.pass_reply(case, actor=who["officer"], now=NOW)),
    ("closed", lambda case, who: closing.call_back(case, SATISFIED, actor=who["officer"], now=NOW)),
    ("archived", lambda case, who: closing.archive_complaint(case, actor=who["officer"], today=TODAY)),
)


def _decline(case, people):
    acceptance.decline_complaint(
        case, actor=people["officer"], today=TODAY, ground=Ground.LITIGATION, reason="已由法院受理"
    )


def _merge(case, people):
    earlier = register(now=datetime(2023, 11, 6, 10, tzinfo=CHINA), title="审图多次补正")
    acceptance.merge_complaints(
        earlier, [case], actor=people["officer"], today=TODAY, note="同一工地同一问题"
    )


def _suspend(case, people):
    handling.suspend_complaint(case, actor=people["director"], today=TODAY, reason="相关诉讼正在审理")


SIDEWAYS = {
    "declined": ("registered", _decline),
    "merged": ("registered", _merge),
    "suspended": ("handling", _suspend),
}


def propose(case, actor, text=REPLY):
    return replies.propose_reply(case, actor=actor, now=NOW, text=text, outcome=Outcome.RESOLVED)


def extension_of(case):
    """Return an application for more time that waits, asked for by somebody else."""
    from tests.factories import UserFactory

    return Extension.objects.create(
        complaint=case,
        organisation=case.lead,
        days=5,
        reason="须第三方检测",
        old_due_on=case.handle_due_on,
        requested_by=UserFactory(),
        requested_at=NOW,
    )


def take(name, case, actor, others):
    """Take the step `name` with everything it asks for; `others` are units the step may name."""
    at, day = {"actor": actor, "now": NOW}, {"actor": actor, "today": TODAY}
    unit, third = others
    note = {"note": "情况已核实，理由如下"}
    route = Routing(unit, [])
    steps = {
        "accept": lambda: acceptance.accept_complaint(case, **at),
        "decline": lambda: acceptance.decline_complaint(
            case, **day, ground=Ground.MARKET, reason="属于合同纠纷"
        ),
        "ask_more": lambda: acceptance.ask_for_more(case, **day, wanted="施工许可受理单"),
        "supply": lambda: _supply(case, day),
        "merge": lambda: acceptance.merge_complaints(register(title="审图多次补正"), [case], **day, **note),
        "split": lambda: acceptance.split_complaint(case, **at, **note),
        "assign": lambda: routing.assign_complaint(case, route, **at),
        "designate": lambda: routing.designate_complaint(case, route, **at, **note),
        "sign": lambda: routing.sign_complaint(case, **day),
        "return": lambda: routing.return_complaint(case, **day, reason="不属我局职责", suggested=third),
        "recall": lambda: routing.recall_complaint(case, **day, **note),
        "note": lambda: handling.note_progress(case, **at, **note),
        "ask_assist": lambda: routing.ask_assistance(case, third, **at, **note),
        "answer": lambda: routing.answer_assistance(case, **day, answer="已核实"),
        "request_extension": lambda: handling.request_extension(case, **at, days=3, reason="须检测"),
        "approve_extension": lambda: _decide(case, at, approved=True),
        "refuse_extension": lambda: _decide(case, at, approved=False),
        "suspend": lambda: handling.suspend_complaint(case, **day, reason="等待法院判决"),
        "resume": lambda: handling.resume_complaint(case, **day),
        "terminate": lambda: handling.terminate_complaint(case, **day, reason="来件人撤回"),
        "propose": lambda: _answered_propose(case, actor),
        "confirm": lambda: replies.confirm_reply(case, **at),
        "send_back": lambda: replies.send_back_reply(case, **at, **note),
        "pass": lambda: replies.pass_reply(case, **at),
        "send_again": lambda: replies.send_reply_again(case, **at, **note),
        "call": lambda: closing.call_back(case, CallBack(reachable=False), **at),
        "close": lambda: closing.call_back(case, SATISFIED, **at),
        "again": lambda: closing.call_back(case, UNSATISFIED, **at),
        "archive": lambda: closing.archive_complaint(case, **day),
        "reopen": lambda: closing.reopen_complaint(case, **at, reason="发现新的事实"),
    }
    return steps[name]()


def _supply(case, day):
    Complaint.objects.filter(pk=case.pk).update(supplement_wanted="受理单")
    case.refresh_from_db()
    return acceptance.supply_more(case, **day, text="见附件")


def _decide(case, at, *, approved):
    if case.lead is None:
        from complaints.services.steps import StepRefused

        raise StepRefused("没有主办单位")
    return handling.decide_extension(extension_of(case), **at, approved=approved, decision="按规定办理")


def _answered_propose(case, actor):
    case.assignments.filter(role="assist").update(state="answered")
    return propose(case, actor)
