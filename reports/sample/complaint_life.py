"""The life of one case of the sample, step by step, as the services would have written it.

Rows are made in memory and written in bulk: four hundred cases through the services would
take longer than all the rest of the sample. The dates come from the services' own rules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.db import models
from django.utils import timezone

from complaints.deadlines import Stop
from complaints.kinds import PaperKind
from complaints.models import Assignment, CaseEvent, ClockStop, Complaint, Reply, Round
from complaints.services.clocks import Clocks, dates_of, facts_of
from complaints.workflow import CASE_STEPS
from portal.models import Organisation, User
from reports.sample import complaint_papers
from reports.sample.complaint_papers import Given
from reports.sample.county import County, Happening

CLERK = "秦少安"


class LiesAhead(Exception):
    """The next step lies on today or later, or the case stays as it is: its life is told."""


@dataclass
class Telling:
    """A case under way: `day` is that of the last step, `rows` everything that hangs on the case."""

    county: County
    clocks: Clocks
    case: Complaint
    rng: Random
    day: date
    moment: datetime
    halt: str = ""
    rows: list[models.Model] = field(default_factory=list)
    told: list[Happening] = field(default_factory=list)
    stops: list[ClockStop] = field(default_factory=list)
    parts: list[Assignment] = field(default_factory=list)
    papers: list[Given] = field(default_factory=list)
    extra: int = 0
    round: Round | None = None
    reply: Reply | None = None

    @property
    def clerk(self) -> User:
        return self.county.people[CLERK]

    @property
    def lead(self) -> Organisation:
        if self.case.lead is None:
            raise LiesAhead
        return self.case.lead

    def later(self, workdays: int) -> date:
        """Return the day so many working days on; the first working day where the last step was on none."""
        if workdays <= 0:
            return self.day if self.county.calendar.is_workday(self.day) else self.later(1)
        return self.county.workdays_after(self.day, workdays)

    def go_to(self, day: date) -> datetime:
        """Move to a moment of `day` after the last step; raises `LiesAhead` when it has not come."""
        if self.halt and self.case.state == self.halt:
            raise LiesAhead
        day = max(day, self.day)
        if not self.county.has_come(day):
            raise LiesAhead
        at = self.county.at(day, f"{self.case.number}:{len(self.told)}")
        if at <= self.moment:
            at = self.moment + timedelta(minutes=self.rng.randint(4, 38))
        self.day, self.moment = timezone.localtime(at).date(), at
        return at

    def write(
        self,
        name: str,
        actor: User | None,
        *,
        text: str = "",
        public: str = "",
        target: str = "",
        audience: str = CaseEvent.Audience.UNITS,
        **changes: Any,
    ) -> None:
        """Write a step at the present moment: the case, its history, the audit trail."""
        case, step = self.case, CASE_STEPS.get(name)
        source = case.state
        new = target or (step.target if step else "") or source
        for column, value in {**changes, "state": new}.items():
            setattr(case, column, value)
        case.version += 1
        self.event(name, actor, text=text, public=public, source=source, target=new, audience=audience)
        facts: dict[str, object] = {"version": [case.version - 1, case.version]}
        if new != source:
            facts["state"] = [source, new]
        self.told.append(
            Happening(self.moment, case, f"complaint.{name}", actor, facts, text[:200], case.lead)
        )
        self.set_dates()

    def give_out(self, kind: PaperKind) -> None:
        """Give the paper of the step out to who is told on paper."""
        self.papers.extend(complaint_papers.given(self.case, kind, actor=self.clerk, at=self.moment))

    def event(
        self,
        name: str,
        actor: User | None,
        *,
        text: str = "",
        public: str = "",
        source: str = "",
        target: str = "",
        audience: str = CaseEvent.Audience.UNITS,
    ) -> None:
        self.rows.append(
            CaseEvent(
                complaint=self.case,
                at=self.moment,
                action=name,
                actor=actor,
                actor_name=actor.name if actor else "系统",
                organisation=actor.organisation if actor else None,
                round=self.case.round,
                source=source,
                target=target,
                audience=audience,
                text=text,
                public_text=public,
            )
        )

    def set_dates(self) -> None:
        """Set the due dates as they follow from the case, and carry them to its round."""
        case = self.case
        stops = [Stop(row.from_on, row.to_on) for row in self.stops if row.round == case.round]
        for column, value in dates_of(facts_of(case), self.clocks, stops=stops, extra=self.extra).items():
            setattr(case, column, value)
        if self.round is not None and self.round.number == case.round and self.round.replied_on is None:
            self.round.due_on, self.round.due_at = case.handle_due_on, case.handle_due_at
            self.round.provisional = case.handle_provisional
            self.round.original_due_on = case.original_due_on

    def open_round(self) -> None:
        case = self.case
        self.extra = 0
        self.round = Round(complaint=case, number=case.round, lead=case.lead, started_on=self.day)
        self.rows.append(self.round)
        self.set_dates()
