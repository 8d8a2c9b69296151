"""Enterprises' cases on the pages that gather the day: a month's figures beside how the open ones stand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from complaints.selectors.counts import Days, PeriodCounts, period_counts
from complaints.selectors.figures import WHOLE, CaseCounts, Standing, standing
from complaints.selectors.figures import Slice as CaseSlice
from indicators.models import TaskForce
from indicators.months import last_day, shift
from portal.models import User
from portal.roles import COUNTY_READERS
from reports.figures import Period
from reports.shares import rate

SHOWN = ("registered", "accepted", "due", "due_on_time", "called", "satisfied")


@dataclass(frozen=True)
class CaseBlock:
    """A month's cases and those of the month before, as the figures of the same names count them.

    `open` is how the open ones stand today, None on the page of a closed month; `unit` the
    code of the unit whose cases they are, None for the county's.
    """

    period: Period
    now: CaseCounts
    before: CaseCounts
    open: Standing | None
    unit: str | None = None

    @property
    def figure(self) -> str:
        """The figure that opens the accepted cases; empty where a unit has none."""
        if self.unit is None:
            return "complaints.accepted"
        return f"complaints.units.{self.unit}.accepted" if self.now.accepted else ""

    @property
    def change(self) -> int:
        return self.now.accepted - self.before.accepted

    @property
    def on_time_rate(self) -> Decimal | None:
        return rate(self.now.due_on_time, self.now.due)

    @property
    def on_time_change(self) -> Decimal | None:
        return _difference(self.on_time_rate, rate(self.before.due_on_time, self.before.due))

    @property
    def satisfied_rate(self) -> Decimal | None:
        return rate(self.now.satisfied, self.now.called)

    @property
    def satisfied_change(self) -> Decimal | None:
        return _difference(self.satisfied_rate, rate(self.before.satisfied, self.before.called))


@dataclass(frozen=True)
class FieldLine:
    """The cases in the field of one task force."""

    task_force: TaskForce
    counts: CaseCounts
    before: CaseCounts

    @property
    def on_time_rate(self) -> Decimal | None:
        return rate(self.counts.due_on_time, self.counts.due)


def _difference(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    return None if now is None or before is None else now - before


def _two_months(month: date, *by: str) -> tuple[PeriodCounts, ...]:
    spans = [Days(first, last_day(first)) for first in (month, shift(month, -1))]
    return period_counts(spans, SHOWN, by)


def case_block(user: User, month: date, *, today: date | None) -> CaseBlock | None:
    """Return the block of the county, or of a unit for its own people; three queries at most four.

    `today` None leaves out how the open cases stand. None before the first case.
    """
    part = WHOLE if user.has_role(*COUNTY_READERS) else CaseSlice(unit=user.organisation.code)
    own = () if part.unit is None else ("unit", part.unit)
    now, before = _two_months(month, *own[:1])
    if not (now.known or before.known):
        return None
    return CaseBlock(
        period=Period(month),
        now=now.total(*own),
        before=before.total(*own),
        open=None if today is None else standing(today, part),
        unit=part.unit,
    )


def field_lines(forces: Collection[TaskForce], month: date) -> list[FieldLine]:
    """Return the cases of a month in the fields of task forces, those without any left out; two queries."""
    now, before = _two_months(month, "topic")
    found = [
        FieldLine(
            force,
            now.total("topic", force.code),
            before.total("topic", force.code),
        )
        for force in forces
    ]
    return [line for line in found if line.counts.accepted or line.counts.due or line.before.accepted]
