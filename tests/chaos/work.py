"""Jobs whose every effect is a row, so that lost and doubled work can be counted.

The ledger has no unique key: whatever is done twice stands there twice.
"""

import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import connection

from portal.jobs import CatchUp, Daily, Job
from portal.request_context import origin

CREATE = "CREATE TABLE IF NOT EXISTS chaos_ledger (job varchar(20), slot varchar(40))"
DROP = "DROP TABLE IF EXISTS chaos_ledger"


@dataclass(frozen=True)
class EverySeconds:
    """A schedule too fast for a portal, for tests that cannot wait."""

    step: int
    frequent: bool = True
    label: str = ""

    def between(self, after, until):
        first = int(after.timestamp()) // self.step + 1
        last = int(until.timestamp()) // self.step
        return [datetime.fromtimestamp(n * self.step, UTC) for n in range(first, last + 1)]


def effect(job):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO chaos_ledger (job, slot) VALUES (%s, %s)", (job, origin.get().request_id))


def effects(job):
    """Return the slots for which `job` left an effect, one entry for each."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT slot FROM chaos_ledger WHERE job = %s", (job,))
        return [slot for (slot,) in cursor.fetchall()]


def each(today: date) -> str:
    effect("each")
    return "done"


def latest(today: date) -> str:
    effect("latest")
    return "done"


def asked(today: date) -> str:
    """Work that is interrupted between its effect and its end, again and again."""
    effect("asked")
    time.sleep(0.15)
    return "done"


def quick(today: date) -> str:
    effect("quick")
    return "done"


def long(today: date) -> str:
    """Work with transactions of its own, longer than the broker's patience."""
    effect("long")
    time.sleep(9)
    return "done"


NEVER = Daily(0)
SOON = timedelta(minutes=5)
JOBS = (
    Job("each", "逐次", "tests.chaos.work.each", EverySeconds(2), catch_up=CatchUp.EACH, grace=SOON),
    Job("latest", "最近", "tests.chaos.work.latest", EverySeconds(2), grace=SOON),
    Job("asked", "中断", "tests.chaos.work.asked", NEVER, catch_up=CatchUp.SKIP, grace=timedelta(0)),
    Job("quick", "快", "tests.chaos.work.quick", NEVER, catch_up=CatchUp.SKIP, grace=timedelta(0)),
    Job(
        "long",
        "长",
        "tests.chaos.work.long",
        NEVER,
        catch_up=CatchUp.SKIP,
        grace=timedelta(0),
        own_transactions=True,
    ),
)
