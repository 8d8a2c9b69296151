"""Periodic work as data: what runs when, and what becomes of a run that was missed.

No database, no request, no clock. Every application names its jobs in a tuple
`JOBS` of a module listed in `settings.JOB_MODULES`; a job names its service as
a string, so that reading the list imports nothing else. Times are those of
China, which has no summer time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import import_module
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from django.db.models import TextChoices

CHINA: Final = ZoneInfo("Asia/Shanghai")
DAY: Final = timedelta(days=1)
DAY_MINUTES: Final = 24 * 60

Service = Callable[[date], str]
"""What a job calls: it takes the day and answers with a Chinese sentence about what it did."""


class CatchUp(TextChoices):
    """What becomes of slots missed while nothing ran."""

    EACH = "each", "逐次补做"
    LATEST = "latest", "补最近一次"
    SKIP = "skip", "不补"


# How late a missed slot may still be run where the job does not say otherwise.
GRACE: Final = {
    CatchUp.EACH: timedelta(days=31),
    CatchUp.LATEST: timedelta(days=31),
    CatchUp.SKIP: timedelta(minutes=10),
}


class Schedule(Protocol):
    """The moments at which a job is due."""

    @property
    def label(self) -> str: ...

    @property
    def frequent(self) -> bool: ...

    def between(self, after: datetime, until: datetime) -> list[datetime]: ...


@dataclass(frozen=True)
class Daily:
    """Once a day at a time of day."""

    hour: int
    minute: int = 0
    frequent: bool = False

    @property
    def label(self) -> str:
        return f"每天 {self.hour}:{self.minute:02d}"

    def between(self, after: datetime, until: datetime) -> list[datetime]:
        """Return the moments after `after` up to and including `until`, oldest first."""
        at = time(self.hour, self.minute, tzinfo=CHINA)
        day, found = after.astimezone(CHINA).date(), []
        while (slot := datetime.combine(day, at)) <= until:
            if slot > after:
                found.append(slot)
            day += DAY
        return found


@dataclass(frozen=True)
class EveryMinutes:
    """Every `step` minutes, counted from midnight; `step` divides the day."""

    step: int
    frequent: bool = True

    def __post_init__(self) -> None:
        if self.step < 1 or DAY_MINUTES % self.step:
            raise ValueError(f"{self.step} minutes do not divide the day")

    @property
    def label(self) -> str:
        return "每分钟" if self.step == 1 else f"每 {self.step} 分钟"

    def between(self, after: datetime, until: datetime) -> list[datetime]:
        """Return the moments after `after` up to and including `until`, oldest first."""
        step = timedelta(minutes=self.step)
        midnight = datetime.combine(after.astimezone(CHINA).date(), time(tzinfo=CHINA))
        slot = midnight + ((after - midnight) // step + 1) * step
        found = []
        while slot <= until:
            found.append(slot)
            slot += step
        return found


@dataclass(frozen=True)
class Job:
    """One kind of periodic work.

    `service` is the dotted path of a `Service`. It is given the day of the slot
    where every missed slot is caught up, otherwise the day on which it runs. It
    runs in one transaction with the mark that the slot is done, unless
    `own_transactions` says that it claims and commits piece by piece itself.
    """

    name: str
    label: str
    service: str
    schedule: Schedule
    catch_up: CatchUp = CatchUp.LATEST
    grace: timedelta | None = None
    own_transactions: bool = False

    def slots_due(self, last: datetime | None, now: datetime) -> list[datetime]:
        """Return the slots to plan at `now` when `last` was the last one planned, oldest first.

        Slots older than the grace are given up. A clock that has gone back plans
        nothing until it has caught up with `last`. A job that has never been
        planned starts with its latest slot.
        """
        grace = GRACE[self.catch_up] if self.grace is None else self.grace
        horizon = now - grace
        found = self.schedule.between(horizon if last is None else max(last, horizon), now)
        only_latest = last is None or self.catch_up is not CatchUp.EACH
        return found[-1:] if only_latest else found

    def next_slot(self, now: datetime) -> datetime:
        """Return the first slot after `now`."""
        return self.schedule.between(now, now + DAY)[0]

    def day_of(self, slot_at: datetime, now: datetime) -> date:
        """Return the day that the service is told: see the class."""
        moment = slot_at if self.catch_up is CatchUp.EACH else now
        return moment.astimezone(CHINA).date()


@cache
def load_jobs(modules: tuple[str, ...]) -> dict[str, Job]:
    """Return the jobs of `modules` by name, in their order; two of one name are a mistake."""
    return by_name(job for module in modules for job in import_module(module).JOBS)


def by_name(jobs: Iterable[Job]) -> dict[str, Job]:
    found: dict[str, Job] = {}
    for job in jobs:
        if job.name in found:
            raise ValueError(f"two jobs are called {job.name}")
        found[job.name] = job
    return found
