"""What the periodic work has done, is doing and owes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Count, Max, Q

from portal.jobs import Job, load_jobs
from portal.models import Delivery, JobSlot

# The most frequent job runs every minute; a silence longer than this means that nobody runs jobs.
SILENCE: Final = timedelta(minutes=10)
FAILURES_SHOWN: Final = 20


@dataclass(frozen=True)
class JobRow:
    """A job with its latest run or waiting slot, how many wait, and how many failed within thirty days."""

    job: Job
    latest: JobSlot | None
    waiting: int
    failed: int
    next_at: datetime


@dataclass(frozen=True)
class Outbox:
    """Notices on their way out of the portal."""

    owed: int
    late: int
    dead: int


def registry() -> dict[str, Job]:
    """Return every job of the portal by name."""
    return load_jobs(tuple(settings.JOB_MODULES))


def job_rows(now: datetime) -> list[JobRow]:
    """Return every job with where it stands, in the order of the list; three queries."""
    shown = JobSlot.objects.exclude(state=JobSlot.State.SKIPPED)
    newest = shown.order_by().values("job").annotate(key=Max("pk")).values("key")
    latest = {slot.job: slot for slot in JobSlot.objects.filter(pk__in=newest).select_related("requested_by")}
    busy = Q(state__in=[JobSlot.State.DUE, JobSlot.State.RUNNING])
    failed = Q(state=JobSlot.State.FAILED, slot_at__gt=now - timedelta(days=30))
    counted = JobSlot.objects.order_by().values_list("job")
    counts = {
        name: (waiting, broken)
        for name, waiting, broken in counted.annotate(
            waiting=Count("pk", filter=busy), broken=Count("pk", filter=failed)
        )
    }
    return [
        JobRow(job, latest.get(name), *counts.get(name, (0, 0)), next_at=job.next_slot(now))
        for name, job in registry().items()
    ]


def recent_failures() -> list[tuple[str, JobSlot]]:
    """Return the newest failed slots with the label of their job."""
    slots = JobSlot.objects.filter(state=JobSlot.State.FAILED).order_by("-pk")[:FAILURES_SHOWN]
    known = registry()
    return [(known[slot.job].label if slot.job in known else slot.job, slot) for slot in slots]


def is_silent(now: datetime) -> bool:
    """Tell whether nothing has been run for ten minutes: no scheduler or no worker is alive."""
    last = JobSlot.objects.aggregate(last=Max("finished_at"))["last"]
    return last is None or last < now - SILENCE


def outbox(now: datetime) -> Outbox:
    """Count the notices owed through outside channels; late ones were due five minutes ago."""
    owed, dead = Q(state=Delivery.State.OWED), Q(state=Delivery.State.DEAD)
    late = owed & Q(next_attempt_at__lt=now - timedelta(minutes=5))
    counts = Delivery.objects.aggregate(
        owed=Count("pk", filter=owed), late=Count("pk", filter=late), dead=Count("pk", filter=dead)
    )
    return Outbox(**counts)
