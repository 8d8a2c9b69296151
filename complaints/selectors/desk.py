"""What the page of a case offers one person: the way it has come, what may be done now and why other things may not."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, field
from datetime import date

from complaints.kinds import DutyRole
from complaints.models import (
    Assignment,
    ClockStop,
    Complaint,
    Escalation,
    Extension,
    FollowUp,
    Rating,
    Recusal,
    WhistleCall,
)
from complaints.querysets import CASE_READERS
from complaints.selectors.cases import CasePage, HistoryLine
from complaints.workflow import (
    CASE_STEPS,
    DESK,
    ENDED,
    LEAD,
    WITH_UNIT,
    Actor,
    CaseState,
    ExtensionState,
    actors,
)
from portal.models import User
from portal.timeline import Happening, Stage
from portal.workflow import Step, open_steps

State = CaseState
UNANSWERED = frozenset({Assignment.State.SENT, Assignment.State.SIGNED})
UNDER_WAY = frozenset({Assignment.State.SENT, Assignment.State.SIGNED, Assignment.State.ANSWERED})
# Steps that need more room than the side of the page: they have pages of their own.
PAGES = frozenset({"assign", "designate", "ask_assist", "whistle", "merge", "decline", "propose"})
# The call-back is one form: what it found decides which of the three steps is taken.
CALL_BACK = frozenset({"call", "close", "again"})
SIGN_ASSIST = "sign_assist"
WHISTLE = "whistle"
WHISTLE_CLOSE = "whistle_close"
CHASE = "chase"
# What somebody who opens the case in this state most likely came for.
PRIMARY = {
    State.REGISTERED: ("accept",),
    State.ACCEPTED: ("assign",),
    State.ASSIGNED: ("sign", SIGN_ASSIST),
    State.HANDLING: ("propose", "answer", SIGN_ASSIST, "approve_extension"),
    State.AWAITING_UNIT: ("confirm",),
    State.REPLIED: ("pass",),
    State.FOLLOW_UP: ("call",),
    State.SUSPENDED: ("resume",),
    State.CLOSED: ("archive",),
}
REPORTER_ACTIONS = frozenset({"register", "supply", "rate", "query"})


@dataclass(frozen=True)
class Act:
    """Something the person may do now, or why not. `page`: the step has a page of its own."""

    name: str
    label: str
    effect: str
    primary: bool = False
    page: bool = False
    why_not: str = ""


@dataclass(frozen=True)
class Annex:
    """What only some cases have; read only where the history says that it happened."""

    extensions: list[Extension] = field(default_factory=list)
    stops: list[ClockStop] = field(default_factory=list)
    follow_ups: list[FollowUp] = field(default_factory=list)
    ratings: list[Rating] = field(default_factory=list)
    escalations: list[Escalation] = field(default_factory=list)
    recusals: list[Recusal] = field(default_factory=list)
    whistle: WhistleCall | None = None

    @property
    def pending(self) -> Extension | None:
        """The application for more time that waits for a decision, if any."""
        return next((row for row in self.extensions if row.state == ExtensionState.REQUESTED), None)


@dataclass(frozen=True)
class PartRow:
    """A unit's part as the page shows it; late is what is still owed after its day."""

    part: Assignment
    is_late: bool


@dataclass(frozen=True)
class Desk:
    """Everything the page shows beyond `CasePage`."""

    stages: list[Stage]
    parts: list[PartRow]
    history: list[Happening]
    annex: Annex
    acts: list[Act]
    blocked: list[Act]
    is_unchecked: bool


def capacities_of(user: User, case: Complaint, parts: list[Assignment]) -> frozenset[Actor]:
    """Return in what capacities `user` acts on a case he has been let to see, so is not recused from; no query."""
    own = {
        row.role for row in parts if row.organisation_id == user.organisation_id and row.state in UNDER_WAY
    }
    return actors(
        user.roles,
        is_lead=DutyRole.LEAD in own or (case.lead_id == user.organisation_id and DutyRole.ASSIST not in own),
        is_assist=DutyRole.ASSIST in own,
    )


def case_desk(shown: CasePage, user: User, *, today: date) -> Desk:
    """Return what the page offers `user` for a case that `case_page` has read.

    At most six queries: each annex is read only where the history names it.
    """
    case = shown.case
    annex = _annex(shown, user)
    held = capacities_of(user, case, list(shown.parts))
    acts, blocked = _acts(shown, annex, held, user)
    return Desk(
        stages_of(case),
        [_part_row(part, shown.case, today) for part in shown.parts],
        [_happening(line) for line in reversed(shown.history)],
        annex,
        acts,
        blocked,
        _is_unchecked(shown),
    )


def _is_unchecked(shown: CasePage) -> bool:
    """Tell whether the reported unit reads what nobody has looked through as it stands now."""
    case = shown.case
    reads = any(part.masked and part.state in UNDER_WAY for part in shown.parts)
    return reads and case.is_open and case.reported is not None and case.shared_checked_by_id is None


def _part_row(part: Assignment, case: Complaint, today: date) -> PartRow:
    # While the clock stands still nobody is late; the day moves when it goes on.
    owed = part.state in UNANSWERED and not part.due_provisional and not case.is_stopped
    return PartRow(part, owed and part.due_on is not None and part.due_on < today)


def _annex(shown: CasePage, user: User) -> Annex:
    case = shown.case
    happened = {line.event.action for line in shown.history}
    extensions = Extension.objects.visible_to(user).filter(complaint=case)
    letters = Escalation.objects.visible_to(user).filter(complaint=case)
    recusals = Recusal.objects.visible_to(user).filter(complaint=case, lifted_at=None)
    asked = happened & {"request_extension", "approve_extension", "refuse_extension"}
    called = happened & CALL_BACK
    supervised = happened & {"escalate", "escalation_issued"}
    return Annex(
        extensions=list(extensions.select_related("organisation", "decided_by")) if asked else [],
        stops=list(case.stops.all()) if happened & {"ask_more", "suspend"} else [],
        follow_ups=list(case.follow_ups.select_related("by")) if called else [],
        ratings=list(case.ratings.all()) if "rate" in happened else [],
        escalations=list(letters.select_related("organisation")) if supervised else [],
        recusals=list(recusals.select_related("person")) if "recuse" in happened else [],
        whistle=_whistle(case),
    )


def _whistle(case: Complaint) -> WhistleCall | None:
    """Return the call, which came with the case; whoever reads the case reads it."""
    return getattr(case, "whistle", None) if case.is_whistle else None


def _happening(line: HistoryLine) -> Happening:
    event = line.event
    who = event.actor_name
    if event.actor_id is None and event.action in REPORTER_ACTIONS:
        who = "来件人"
    text = event.text
    if event.public_text:
        told = f"告知来件人：{event.public_text}"
        text = f"{text}　{told}" if text else told
    unit = event.organisation.short_name if event.organisation else ""
    return Happening(event.at, line.label.text, who, unit, text, line.label.tone)


def _mark(on: date | None, words: str = "") -> str:
    return f"{on.month}月{on.day}日{words}" if on else ""


def stages_of(case: Complaint) -> list[Stage]:
    """Return the state line of a case: the stops passed with their days, the present one, those to come."""
    if case.state == State.DECLINED:
        return [
            Stage("登记", _mark(case.registered_on), "done"),
            Stage("不予受理", _mark(case.decided_on), "now"),
        ]
    if case.state == State.MERGED:
        return [Stage("登记", _mark(case.registered_on), "done"), Stage("已并案", "随并入的诉求办理", "now")]
    stops = [
        ("受理", _mark(case.accepted_on, "视为受理" if case.is_deemed_accepted else ""), {State.REGISTERED}),
        ("转办", _mark(case.assigned_on), {State.ACCEPTED}),
        ("签收", _mark(case.signed_on), {State.ASSIGNED}),
        ("办理答复", _mark(case.replied_on), {State.HANDLING, State.SUSPENDED, State.AWAITING_UNIT}),
        ("审核", _mark(case.reviewed_on), {State.REPLIED}),
        ("回访", _mark(case.followed_up_on), {State.FOLLOW_UP}),
        ("办结", _mark(case.closed_on), ENDED),
    ]
    here = next(place for place, (_label, _note, states) in enumerate(stops) if case.state in states)
    line = [Stage("登记", _mark(case.registered_on), "done")]
    for place, (label, note, _states) in enumerate(stops):
        status = "done" if place < here or case.state in ENDED else ("now" if place == here else "next")
        shown = case.get_state_display() if status == "now" else (note if status == "done" else "")
        line.append(Stage(label, shown, status))
    return line


def _acts(shown: CasePage, annex: Annex, held: Set[Actor], user: User) -> tuple[list[Act], list[Act]]:
    case = shown.case
    acts: list[Act] = []
    blocked: list[Act] = []
    for step in _offered(shown, annex, held, user):
        why = _why_not(step.name, shown, annex, user)
        act = Act(
            step.name,
            step.label,
            step.effect,
            primary=not why and step.name in PRIMARY.get(State(case.state), ()),
            page=step.name in PAGES,
            why_not=why,
        )
        (blocked if why else acts).append(act)
    return sorted(acts, key=lambda act: not act.primary), blocked


_EXTRA = {
    "call": ("登记回访", "登记是否解决和满意程度；满意的办结，不满意且理由成立的重新办理"),
}


def _offered(shown: CasePage, annex: Annex, held: Set[Actor], user: User) -> list[Step]:
    """Return the steps of the table that make sense now, and those beside it: reporting for duty, the whistle."""
    case = shown.case
    found = []
    for step in open_steps(CASE_STEPS.values(), case.state, held):
        if step.name in CALL_BACK - {"call"} or not _fits(step.name, shown, annex):
            continue
        label, effect = _EXTRA.get(step.name, (step.label, step.effect))
        found.append(Step(step.name, label, step.sources, step.target, step.actors, effect))
    own = [part for part in shown.parts if part.organisation_id == user.organisation_id]
    waits = any(part.role == DutyRole.ASSIST and part.state == Assignment.State.SENT for part in own)
    if waits and not held.isdisjoint({Actor.ASSIST_LIAISON, Actor.ASSIST_HEAD}):
        words = "报到" if annex.whistle else "签收协办"
        found.insert(0, Step(SIGN_ASSIST, words, set(), "", set(), "确认由本单位协助办理"))
    if case.state == State.HANDLING and annex.whistle is None and held & DESK:
        words = "召集几个单位会商，各单位在同一时限内答复"
        found.append(Step(WHISTLE, "吹哨", set(), "", set(), words))
    if annex.whistle and annex.whistle.state == WhistleCall.State.OPEN and held & (DESK | LEAD):
        words = "各单位都提交意见后，写明会商和办理结果"
        found.append(Step(WHISTLE_CLOSE, "吹哨办结", set(), "", set(), words))
    if case.state in WITH_UNIT and not case.is_stopped and user.has_role(*CASE_READERS):
        found.append(Step(CHASE, "催办", set(), "", set(), "提醒主办单位抓紧办理，一天一次"))
    return found


def _fits(name: str, shown: CasePage, annex: Annex) -> bool:
    """Tell whether a step has anything to act on: a decision needs an application, a supply a demand."""
    if name in {"approve_extension", "refuse_extension"}:
        return annex.pending is not None
    if name == "supply":
        return bool(shown.case.supplement_wanted)
    return True


def _why_not(name: str, shown: CasePage, annex: Annex, user: User) -> str:
    """Return why a step cannot be taken now, as far as the page knows; the services judge anew."""
    reasons: dict[str, Callable[[], str]] = {
        "ask_more": lambda: _stopped(shown),
        "suspend": lambda: _stopped(shown),
        "request_extension": lambda: _no_extension(shown, annex),
        "return": lambda: _no_return(shown, user),
        "propose": lambda: _no_reply(shown),
        "answer": lambda: "" if _owes_answer(shown, user) else "本单位已提交协办意见",
        "confirm": lambda: _own_draft(shown, user),
        WHISTLE_CLOSE: lambda: f"{names}尚未提交意见" if (names := _waiting(shown)) else "",
    }
    return reasons[name]() if name in reasons else ""


def _stopped(shown: CasePage) -> str:
    return "已停止计时，正在等待来件人补充" if shown.case.is_stopped else ""


def _no_extension(shown: CasePage, annex: Annex) -> str:
    if annex.pending is not None:
        return "已有一项延期申请待审批，请等待审批结果"
    stopped = shown.case.is_stopped or shown.case.handle_due_on is None
    return "目前停止计时，不需延期" if stopped else ""


def _no_return(shown: CasePage, user: User) -> str:
    if shown.case.is_designated:
        return "此件已由营商办指定本单位办理，不得退回；有异议的请与营商办联系"
    own = [part for part in shown.parts if part.organisation_id == user.organisation_id]
    if any(part.state == Assignment.State.RETURNED for part in own):
        return "此件本单位已退回过一次，不得再次退回；有异议的请与营商办联系"
    return ""


def _no_reply(shown: CasePage) -> str:
    if shown.case.supplement_wanted:
        return "正在等待来件人补充，请补充到件后再答复"
    if names := _waiting(shown):
        return f"{names}尚未提交协办意见"
    return ""


def _waiting(shown: CasePage) -> str:
    rows = [part for part in shown.parts if part.role == DutyRole.ASSIST and part.state in UNANSWERED]
    return "、".join(part.organisation.short_name for part in rows)


def _owes_answer(shown: CasePage, user: User) -> bool:
    return any(
        part.organisation_id == user.organisation_id
        and part.role == DutyRole.ASSIST
        and part.state in UNANSWERED
        for part in shown.parts
    )


def _own_draft(shown: CasePage, user: User) -> str:
    draft = next((row for row in shown.replies if row.state == "proposed"), None)
    if draft is not None and draft.proposed_by_id == user.pk:
        return "答复由您本人拟写，请由本单位其他负责人确认"
    return ""


def step_label(name: str) -> str:
    """Return what a step is called on a button; those beside the table included."""
    extra = {
        SIGN_ASSIST: "签收协办",
        WHISTLE: "吹哨",
        WHISTLE_CLOSE: "吹哨办结",
        CHASE: "催办",
        "call": "登记回访",
    }
    return extra.get(name) or CASE_STEPS[name].label
