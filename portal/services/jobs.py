"""Plan and run periodic work: the database decides what runs, once, whoever rings.

Several schedulers and several workers may call these functions at the same
moment, be killed at any line and start again (ASSURANCE R-1 to R-5).
"""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta
from types import TracebackType
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from portal.errors import Refused
from portal.jobs import CatchUp, Job
from portal.models import AuditEvent, JobSlot, User
from portal.request_context import Origin, origin
from portal.roles import Role
from portal.selectors import jobs as job_list
from portal.services import audit
from portal.services.notices import notify

log = logging.getLogger(__name__)

State = JobSlot.State
MAX_ATTEMPTS: Final = 5
FREQUENT_KEPT: Final = timedelta(days=2)
OTHERS_KEPT: Final = timedelta(days=180)


class LeaseLost(Exception):
    """Another worker took the slot over while this one was busy; what this one did is rolled back."""


@transaction.atomic
def plan_slots(now: datetime) -> int:
    """Write down every slot that has come due since the last one of its job; return how many are new.

    Slots are unique, so a second scheduler adds nothing. Where a job catches up
    only with its latest slot, older ones that nobody has started are skipped.
    """
    last = dict(JobSlot.objects.filter(planned=True).values_list("job").annotate(Max("slot_at")))
    planned = 0
    for job in job_list.registry().values():
        slots = job.slots_due(last.get(job.name), now)
        if not slots:
            continue
        JobSlot.objects.bulk_create(
            [JobSlot(job=job.name, slot_at=slot_at) for slot_at in slots], ignore_conflicts=True
        )
        planned += len(slots)
        if job.catch_up is not CatchUp.EACH:
            JobSlot.objects.filter(
                job=job.name, planned=True, state=State.DUE, attempts=0, slot_at__lt=slots[-1]
            ).update(state=State.SKIPPED, outcome="未及执行，由后一次代替", finished_at=now)
    return planned


def waiting_slots(now: datetime) -> list[int]:
    """Return the keys of the slots that may be claimed at `now`, oldest first."""
    return list(
        JobSlot.objects.filter(_claimable(now)).order_by("slot_at", "pk").values_list("pk", flat=True)
    )


def _claimable(now: datetime) -> Q:
    """Due (and not put off), or running under a lease that has run out: its worker is dead."""
    put_off = Q(leased_until__gt=now)
    return Q(attempts__lt=MAX_ATTEMPTS) & (Q(state=State.DUE) | Q(state=State.RUNNING)) & ~put_off


def run_due(now: datetime, limit: int = 100) -> list[JobSlot]:
    """Run the slots that are due, one after the other, at most `limit`; return those this call ran."""
    began = timezone.now()
    give_up(now)
    done = []
    for pk in waiting_slots(now)[:limit]:
        slot = run_slot(pk, now + (timezone.now() - began))
        if slot is not None:
            done.append(slot)
    return done


def run_slot(slot_id: int, now: datetime) -> JobSlot | None:
    """Claim one slot and do its work; None where somebody else has it or has done it.

    A failure is noted on the slot and tried again after 1, 2, 4 and 8 minutes;
    after the fifth the slot has failed and the administrators are told. A
    process that is killed leaves a lease that runs out.
    """
    slot = _claim(slot_id, now)
    if slot is None:
        return None
    token = origin.set(Origin(request_id=f"job-{slot.pk}"))
    try:
        with _FailureNoted(slot, now):
            _perform(slot, now)
    finally:
        origin.reset(token)
    slot.refresh_from_db()
    return slot


def _claim(slot_id: int, now: datetime) -> JobSlot | None:
    lease = timedelta(seconds=settings.JOB_LEASE_SECONDS)
    claimed = JobSlot.objects.filter(_claimable(now), pk=slot_id).update(
        state=State.RUNNING,
        attempts=F("attempts") + 1,
        leased_until=now + lease,
        started_at=timezone.now(),
    )
    return JobSlot.objects.get(pk=slot_id) if claimed else None


def _perform(slot: JobSlot, now: datetime) -> None:
    job = job_list.registry().get(slot.job)
    if job is None:
        raise Refused("任务已不在清单中，不再执行")
    service, today = import_string(job.service), job.day_of(slot.slot_at, now)
    if job.own_transactions:
        _finish(slot, job, service(today))
        return
    # The work and the mark that it is done are one transaction: whoever loses the lease loses the work.
    with transaction.atomic():
        _finish(slot, job, service(today))


@transaction.atomic
def _finish(slot: JobSlot, job: Job, outcome: str) -> None:
    mine = JobSlot.objects.filter(pk=slot.pk, state=State.RUNNING, attempts=slot.attempts)
    if not mine.update(
        state=State.DONE, outcome=outcome[:300], finished_at=timezone.now(), leased_until=None
    ):
        raise LeaseLost
    if not job.schedule.frequent or not slot.planned:
        audit.record(
            slot, "job.run", actor=slot.requested_by, changes={"任务": job.label, "结果": outcome[:300]}
        )


class _FailureNoted:
    """Notes what a job raised on its slot and lets the runner go on with the next one.

    The one place where any error of a job ends: jobs belong to other
    applications, and one that fails must not stop the others.
    """

    def __init__(self, slot: JobSlot, now: datetime) -> None:
        self.slot, self.now = slot, now

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        if isinstance(error, LeaseLost):
            log.warning("job slot %s was taken over by another worker", self.slot.pk)
            return True
        log.error("job slot %s (%s) failed", self.slot.pk, self.slot.job, exc_info=error)
        _note_failure(self.slot, error, self.now)
        return True


@transaction.atomic
def _note_failure(slot: JobSlot, error: Exception, now: datetime) -> None:
    final = isinstance(error, Refused) or slot.attempts >= MAX_ATTEMPTS
    reason = str(error) if isinstance(error, Refused) else f"程序出错，详见服务器日志（编号 {slot.pk}）"
    wait = timedelta(minutes=2 ** (slot.attempts - 1))
    mine = JobSlot.objects.filter(pk=slot.pk, state=State.RUNNING, attempts=slot.attempts)
    changed = mine.update(
        state=State.FAILED if final else State.DUE,
        outcome=reason[:300] if final else f"第{slot.attempts}次{reason}，稍后重试"[:300],
        finished_at=timezone.now(),
        leased_until=None if final else now + wait,
    )
    if changed and final:
        _announce_failure(slot, reason)


def _announce_failure(slot: JobSlot, reason: str) -> None:
    job = job_list.registry().get(slot.job)
    audit.record(
        slot,
        "job.run",
        actor=slot.requested_by,
        changes={"任务": job.label if job else slot.job},
        note=reason,
        outcome=AuditEvent.Outcome.ERROR,
    )
    people = User.objects.holding(Role.SYSADMIN, on=timezone.localdate())
    notify(
        people,
        f"定时任务「{job.label if job else slot.job}」执行失败：{reason}",
        url=reverse("portal:job_list"),
        event_key=f"job.failed:{slot.pk}",
    )


@transaction.atomic
def give_up(now: datetime) -> int:
    """Mark slots as failed whose worker died at the fifth attempt; return how many."""
    spent = JobSlot.objects.filter(
        state=State.RUNNING, attempts__gte=MAX_ATTEMPTS, leased_until__lte=now
    ).select_related("requested_by")
    reason, count = f"执行 {MAX_ATTEMPTS} 次均中断", 0
    for slot in spent:
        mine = JobSlot.objects.filter(pk=slot.pk, state=State.RUNNING, leased_until=slot.leased_until)
        if mine.update(state=State.FAILED, outcome=reason, finished_at=now, leased_until=None):
            _announce_failure(slot, reason)
            count += 1
    return count


@transaction.atomic
def request_run(name: str, *, actor: User | None, now: datetime) -> JobSlot:
    """Ask for a run at once, outside the plan; whoever runs jobs takes it within a minute.

    While an asked-for run is waiting a second request returns that one. `actor`
    None is the command line. Raises `Refused` for an unknown job.
    """
    job = job_list.registry().get(name)
    if job is None:
        raise Refused("没有这项定时任务，请刷新页面后重试。")
    if actor is not None and not actor.has_role(Role.SYSADMIN):
        raise Refused("只有系统管理员可以立即执行定时任务。")
    waiting = JobSlot.objects.filter(job=name, planned=False, state=State.DUE, attempts=0).first()
    if waiting is not None:
        return waiting
    slot, created = JobSlot.objects.get_or_create(
        job=name, slot_at=now, defaults={"planned": False, "requested_by": actor}
    )
    if created:
        audit.record(slot, "job.request", actor=actor, changes={"任务": job.label})
    return slot


def prune_slots(today: date) -> str:
    """Drop old records of runs: of frequent jobs after two days, of others after half a year."""
    midnight = datetime.combine(today, time.min, tzinfo=timezone.get_default_timezone())
    frequent = [job.name for job in job_list.registry().values() if job.schedule.frequent]
    over = JobSlot.objects.filter(state__in=[State.DONE, State.SKIPPED])
    count, _tables = over.filter(
        Q(job__in=frequent, slot_at__lt=midnight - FREQUENT_KEPT) | Q(slot_at__lt=midnight - OTHERS_KEPT)
    ).delete()
    return f"清理执行记录 {count} 条"
