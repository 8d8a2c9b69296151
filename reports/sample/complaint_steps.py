"""The steps of a case of the sample: what the desk, the units and the person do."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from complaints.kinds import DutyRole, Outcome, PaperKind
from complaints.limits import LimitStep
from complaints.models import Assignment, ClockStop, Extension, FollowUp, Reply
from complaints.services.clocks import facts_of
from complaints.workflow import CaseState, ExtensionState
from portal.models import Organisation, User
from reports.sample.complaint_life import LiesAhead, Telling

END_OF_DAY = time(23, 59, 59)
ACCEPTED_TEXT = "您的诉求已受理，我们将转交有关单位办理"
ANSWERED_TEXT = "您的诉求已有答复，请查看答复内容"


class Life(Telling):
    """A case under way, with the steps that can be taken."""

    # What the desk does.

    def accept(self, *, deemed: bool = False) -> None:
        began: dict[str, Any] = {"accepted_on": self.day, "decided_on": self.day, "handle_from": self.moment}
        if deemed:
            self.write(
                "deem",
                None,
                text="审查时限内未作决定，视为受理",
                public=ACCEPTED_TEXT,
                target=CaseState.ACCEPTED,
                is_deemed_accepted=True,
                **began,
            )
        else:
            self.write("accept", self.clerk, public=ACCEPTED_TEXT, **began)
        self.open_round()
        self.give_out(PaperKind.ACCEPTANCE)

    def assign(
        self, lead: Organisation, assisting: tuple[Organisation, ...] = (), *, designated: bool = False
    ) -> None:
        """Give the case to its units; the contact with the person is due from now on."""
        case, words = self.case, "指定" if designated else "转交"
        case.lead = lead
        changes: dict[str, Any] = {"assigned_on": self.day, "signed_on": None, "is_designated": designated}
        if assisting and case.clock == "ordinary" and case.urgency == "normal":
            changes["clock"] = "complex"
        masked = case.is_secret or lead == case.reported
        if case.contact_due_at is None and not case.is_anonymous and not masked:
            due = self.clocks.after(facts_of(case), LimitStep.CONTACT, self.moment)
            if due is not None:
                changes["contact_due_at"] = due.at or timezone.make_aware(
                    datetime.combine(due.on, END_OF_DAY)
                )
        self.write(
            "designate" if designated else "assign",
            self.clerk,
            text="请依法核实办理，按时答复",
            public=f"您的诉求已{words}{lead}办理",
            **changes,
        )
        if self.round is not None:
            self.round.lead = lead
        self.parts = [self._part(lead, DutyRole.LEAD, designated=designated)]
        self.parts += [self._part(unit, DutyRole.ASSIST) for unit in assisting]

    def add_assisting(self, unit: Organisation, task: str, due_on: date | None = None) -> Assignment:
        self.write("ask_assist", self.clerk, text=f"请{unit}协办：{task}")
        part = self._part(unit, DutyRole.ASSIST)
        part.instruction, part.due_on = task[:500], due_on or part.due_on
        self.parts.append(part)
        return part

    def _part(self, unit: Organisation, role: DutyRole, *, designated: bool = False) -> Assignment:
        case = self.case
        sign = self.clocks.after(facts_of(case), LimitStep.SIGN, self.moment)
        part = Assignment(
            complaint=case,
            round=case.round,
            organisation=unit,
            role=role,
            masked=case.is_secret or unit == case.reported,
            is_designated=designated,
            assigned_by=self.clerk,
            assigned_at=self.moment,
            assigned_on=self.day,
            sign_due_on=sign.on if sign else None,
        )
        if role == DutyRole.LEAD:
            part.due_on, part.due_provisional = case.handle_due_on, case.handle_provisional
        elif own := self.clocks.after(facts_of(case), LimitStep.ASSIST, self.moment):
            part.due_on, part.due_provisional = own.on, own.provisional
        self.rows.append(part)
        return part

    # What the units do.

    def sign(self) -> None:
        liaison = self.county.liaison(self.lead)
        self.write("sign", liaison, signed_on=self.day)
        part = self.parts[0]
        part.state, part.signed_on, part.signed_by = Assignment.State.SIGNED, self.day, liaison

    def give_back(self, reason: str, suggested: Organisation) -> None:
        """The unit returns the case as wrongly routed."""
        part, liaison = self.parts[0], self.county.liaison(self.lead)
        text = f"{reason}；建议由{suggested}办理。改派不重新计算办理时限"
        self.write("return", liaison, text=text, lead=None, assigned_on=None)
        part.state, part.returned_on = Assignment.State.RETURNED, self.day
        part.return_reason, part.suggested = reason, suggested

    def contact(self) -> None:
        text = "已电话联系来件人，核对反映的情况"
        self.write("note", self.county.liaison(self.lead), text=text, contacted_at=self.moment)

    def assist(self, part: Assignment, answer: str) -> None:
        """An assisting unit signs for its part and hands its opinion in."""
        liaison = self.county.liaison(part.organisation)
        self.write("answer", liaison, text="已提交协办意见")
        part.state, part.signed_on, part.signed_by = Assignment.State.ANSWERED, part.assigned_on, liaison
        part.answer, part.answered_on, part.answered_by = answer, self.day, liaison

    def ask_extension(self, days: int, reason: str) -> Extension:
        self.write("request_extension", self.county.liaison(self.lead), text=reason)
        row = Extension(
            complaint=self.case,
            round=self.case.round,
            organisation=self.lead,
            days=days,
            reason=reason,
            old_due_on=self.case.handle_due_on,
            requested_by=self.county.liaison(self.lead),
            requested_at=self.moment,
        )
        self.rows.append(row)
        return row

    def extend(self, row: Extension) -> None:
        self.extra += row.days
        self.write("approve_extension", self.county.director, text="同意延期，请抓紧办理")
        row.state, row.decided_by, row.decided_at = (
            ExtensionState.APPROVED,
            self.county.director,
            self.moment,
        )
        row.decision, row.new_due_on = "同意延期，请抓紧办理", self.case.handle_due_on
        self.parts[0].due_on = self.case.handle_due_on
        if self.round is not None:
            self.round.extended_on = self.day

    def stop(self, kind: ClockStop.Kind, reason: str) -> None:
        """The clock stands still: waiting for the person, or suspended."""
        more = kind == ClockStop.Kind.SUPPLEMENT
        actor = self.clerk if more else self.county.director
        row = ClockStop(
            complaint=self.case,
            round=self.case.round,
            kind=kind,
            reason=reason,
            from_on=self.day,
            stopped_by=actor,
        )
        self.stops.append(row)
        self.rows.append(row)
        wanted = {"supplement_wanted": reason} if more else {}
        self.write(
            "ask_more" if more else "suspend",
            actor,
            text=reason,
            public=f"请补充：{reason}" if more else "",
            clock_stopped_on=self.day,
            **wanted,
        )

    def restart(self) -> None:
        row = self.stops[-1]
        row.to_on = self.day
        if row.kind == ClockStop.Kind.SUPPLEMENT:
            said, seen = "来件人已补充", "已收到您的补充"
            self.write("supply", None, text=said, public=seen, clock_stopped_on=None, supplement_wanted="")
            return
        row.restarted_by = self.county.director
        self.write("resume", self.county.director, clock_stopped_on=None)

    def propose(self, text: str, outcome: Outcome, measures: str = "") -> None:
        liaison = self.county.liaison(self.lead)
        self.write("propose", liaison, text=f"拟答复：{outcome.label}")
        version = 1 + sum(isinstance(row, Reply) for row in self.rows)
        self.reply = Reply(
            complaint=self.case,
            round=self.case.round,
            version=version,
            organisation=self.lead,
            text=text,
            measures=measures,
            outcome=outcome,
            proposed_by=liaison,
            proposed_at=self.moment,
        )
        self.rows.append(self.reply)

    def confirm(self) -> None:
        """The unit's head confirms: the handling time ends."""
        reply, row = self.reply, self.round
        if reply is None or row is None:
            raise LiesAhead
        case, head = self.case, self.county.head(self.lead)
        late = case.handle_due_on is not None and self.day > case.handle_due_on
        self.write("confirm", head, outcome=reply.outcome, replied_on=self.day)
        reply.state, reply.confirmed_by, reply.confirmed_at = Reply.State.CONFIRMED, head, self.moment
        calendar = self.clocks.calendar
        stopped = sum(
            calendar.between(stop.from_on, stop.to_on)
            for stop in self.stops
            if stop.to_on and stop.round == case.round
        )
        row.replied_on, row.is_late, row.outcome, row.lead = self.day, late, reply.outcome, case.lead
        row.workdays = max(calendar.between(row.started_on, self.day) - stopped, 0)

    def pass_reply(self) -> None:
        if self.reply is None:
            raise LiesAhead
        self.write("pass", self.clerk, public=ANSWERED_TEXT, reviewed_on=self.day)
        self.reply.state = Reply.State.PASSED
        self.reply.reviewed_by, self.reply.reviewed_at = self.clerk, self.moment
        self.give_out(PaperKind.REPLY)

    def send_again(self, note: str) -> None:
        """The office finds the reply incomplete."""
        if self.reply is None or self.round is None:
            raise LiesAhead
        self.round.replied_on, self.round.is_late, self.round.workdays = None, None, None
        self.round.outcome = ""
        self.write("send_again", self.clerk, text=note, replied_on=None, outcome="")
        self.reply.state, self.reply.opinion = Reply.State.RETURNED, note

    def call(
        self,
        *,
        reachable: bool = True,
        resolved: bool | None = None,
        satisfaction: str = "",
        justified: bool | None = None,
        note: str = "",
    ) -> None:
        """Keep a call-back; what follows from it is a step of its own."""
        self.rows.append(
            FollowUp(
                complaint=self.case,
                round=self.case.round,
                on=self.day,
                by=self.clerk,
                at=self.moment,
                reachable=reachable,
                resolved=resolved,
                satisfaction=satisfaction,
                is_justified=justified,
                note=note,
            )
        )

    def end_round(self, *, resolved: bool | None, satisfaction: str, effective: bool) -> None:
        if self.round is None:
            return
        self.round.ended_on, self.round.is_effective = self.day, effective
        self.round.resolved, self.round.satisfaction = resolved, satisfaction
        self.round.outcome = self.case.outcome

    def close(self, *, resolved: bool | None, satisfaction: str, note: str = "") -> None:
        outcome = self.case.outcome
        if resolved is False and outcome == Outcome.RESOLVED:
            outcome = Outcome.UNRESOLVED
        elif resolved:
            outcome = Outcome.RESOLVED
        self.write(
            "close",
            self.clerk,
            text=note,
            public="您的诉求已办结，请对办理情况作出评价",
            closed_on=self.day,
            followed_up_on=self.day,
            outcome=outcome,
            resolved=resolved,
            satisfaction=satisfaction,
        )
        self.end_parts()
        self.end_round(resolved=resolved, satisfaction=satisfaction, effective=bool(satisfaction))

    def end_parts(self) -> None:
        for part in self.parts:
            if part.state in {Assignment.State.SENT, Assignment.State.SIGNED, Assignment.State.ANSWERED}:
                part.state = Assignment.State.DONE

    def begin_again(self, name: str, actor: User, text: str) -> None:
        """Begin another round with the same lead unit: after an unsatisfied person, or reopened."""
        case = self.case
        case.round += 1
        self.extra = 0
        self.end_parts()
        self.write(
            name,
            actor,
            text=text,
            public="您的意见已收悉，承办单位将重新办理",
            handle_from=self.moment,
            replied_on=None,
            reviewed_on=None,
            closed_on=None,
            outcome="",
            resolved=None,
            satisfaction="",
        )
        self.open_round()
        part = self._part(self.lead, DutyRole.LEAD, designated=True)
        part.state, part.signed_on, part.sign_due_on = Assignment.State.SIGNED, self.day, None
        self.parts = [part]
