"""What the parts of the loader share: the moved calendar, and the rows that others refer to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time
from random import Random

from django.db import models
from django.utils import timezone

from indicators.lamps import elapsed_percent
from indicators.models import TaskForce, WorkItem
from portal import workdays
from portal.models import Organisation, User
from portal.roles import Role
from portal.selectors.calendar import Calendar
from reports.sample.shifting import BASE_TODAY, Shift
from reports.sample.texts import InstructionText, ItemText

SEED = "yunxi"


@dataclass(frozen=True)
class Happening:
    """Something that was done to a row, for its history."""

    at: datetime
    row: models.Model
    action: str
    actor: User | None
    changes: dict[str, object] = field(default_factory=dict)
    note: str = ""
    organisation: Organisation | None = None


@dataclass
class County:
    """The county as far as it has been loaded; units by short name, people by name, items by short number."""

    today: date
    shift: Shift
    calendar: Calendar
    units: dict[str, Organisation] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    by_role: dict[tuple[int, str], User] = field(default_factory=dict)
    task_forces: dict[str, TaskForce] = field(default_factory=dict)
    items: dict[str, WorkItem] = field(default_factory=dict)
    texts: dict[str, ItemText] = field(default_factory=dict)
    instructions: dict[str, InstructionText] = field(default_factory=dict)
    happenings: list[Happening] = field(default_factory=list)
    versions: Counter[int] = field(default_factory=Counter)

    @property
    def nominal_today(self) -> date:
        """The day on which the lamps are meant to be as the texts say."""
        return self.shift.day(BASE_TODAY)

    def rng(self, key: str) -> Random:
        """Return a generator of its own for `key`: what is drawn elsewhere doesn't change it."""
        return Random(f"{SEED}:{key}")

    def person(self, unit: Organisation, role: str) -> User:
        return self.by_role[unit.pk, role]

    def liaison(self, unit: Organisation) -> User:
        return self.person(unit, Role.LIAISON)

    def head(self, unit: Organisation) -> User:
        return self.person(unit, Role.UNIT_HEAD)

    @property
    def director(self) -> User:
        return self.people["顾维舟"]

    def officer(self, key: str) -> User:
        """Return the member of the office who looks after `key`, always the same."""
        return self.people[self.rng(f"officer:{key}").choice(("沈若宁", "马雨辰", "温博远"))]

    def workday(self, day: date) -> date:
        """Return the shifted day, or the working day before it where it is none."""
        moved = self.shift.day(day)
        return moved if self.calendar.is_workday(moved) else self.workdays_after(moved, -1)

    def workday_in_month(self, day: date) -> date:
        """Return what `workday` does, or the first working day of the shifted month where that lies before it."""
        month = self.shift.day(day).replace(day=1)
        return max(self.workday(day), self.calendar.nth(month.year, month.month, 1).on)

    def workdays_after(self, day: date, days: int) -> date:
        return workdays.add_workdays(day, days, self.calendar.exceptions)

    def at(self, day: date, key: str = "", *, clock: time | None = None) -> datetime:
        """Return a moment of `day`: `clock`, or one in office hours that is always the same for `key`."""
        if clock is None:
            rng = self.rng(f"clock:{key}:{day}")
            clock = time(rng.choice((8, 9, 9, 10, 10, 11, 14, 15, 15, 16, 17)), rng.randrange(60))
        return timezone.make_aware(datetime.combine(day, clock))

    def has_come(self, day: date) -> bool:
        """Tell whether what lies on `day` has happened: nothing is told of today or later."""
        return day < self.today

    def elapsed(self, item: WorkItem, on: date) -> float:
        """Return the share of the item's period that has passed on a day, in percent; 0 without a due date."""
        return float(elapsed_percent(item.start_on, item.due_on, on) or 0)

    def tell(
        self,
        at: datetime,
        row: models.Model,
        action: str,
        actor: User | None,
        *,
        changes: dict[str, object] | None = None,
        note: str = "",
        organisation: Organisation | None = None,
    ) -> None:
        """Remember something for the row's history; `history.write` turns it into audit events."""
        self.happenings.append(Happening(at, row, action, actor, changes or {}, note, organisation))
