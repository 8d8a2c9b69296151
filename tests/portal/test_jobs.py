"""Planning and running slots: once, whoever rings, whatever is killed."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from http import HTTPStatus

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from portal.errors import Refused
from portal.jobs import CHINA
from portal.models import AuditEvent, JobSlot, Notification
from portal.selectors import jobs as job_list
from portal.selectors.clock import database_now
from portal.services import jobs
from tests.portal import job_samples
from tests.portal.job_samples import runs

State = JobSlot.State


def at(day, hour, minute=0):
    return datetime(2023, 11, day, hour, minute, tzinfo=CHINA)


@pytest.fixture(autouse=True)
def samples(settings, monkeypatch):
    """The sample jobs stand in for the portal's own."""
    settings.JOB_MODULES = ["tests.portal.job_samples"]


@pytest.fixture
def only(monkeypatch):
    """Leave only the given jobs on the list."""

    def choose(*chosen):
        monkeypatch.setattr(job_list, "registry", lambda: {job.name: job for job in chosen})

    return choose


def slots(name):
    return JobSlot.objects.filter(job=name).order_by("slot_at")


@pytest.mark.django_db
def test_slots_missed_over_three_days_run_each_latest_or_not_at_all():
    jobs.plan_slots(at(5, 9, 30))
    jobs.run_due(at(5, 9, 30))
    jobs.plan_slots(at(8, 10, 35))
    jobs.run_due(at(8, 10, 35))
    assert [runs(f"each 2023-11-0{day}") for day in (5, 6, 7, 8)] == [1, 1, 1, 1]
    assert runs("latest") == 2
    assert [slot.slot_at for slot in slots("frequent")] == [at(5, 9, 30), at(8, 10, 30)]


@pytest.mark.django_db
def test_ticking_twice_a_minute_changes_nothing():
    for second in range(4):
        moment = at(8, 9) + timedelta(seconds=30 * second)
        jobs.plan_slots(moment)
        jobs.run_due(moment)
    assert (runs("each 2023-11-08"), runs("latest"), runs("frequent")) == (1, 1, 1)


@pytest.mark.django_db
def test_slots_nobody_got_round_to_are_replaced_by_the_newest_except_where_each_counts():
    for day in (5, 6, 7):
        jobs.plan_slots(at(day, 10))
    assert list(slots("latest").values_list("state", flat=True)) == [State.SKIPPED, State.SKIPPED, State.DUE]
    assert set(slots("each").values_list("state", flat=True)) == {State.DUE}


@pytest.mark.django_db
def test_a_clock_that_goes_back_plans_nothing_new():
    jobs.plan_slots(at(8, 10))
    before = JobSlot.objects.count()
    assert jobs.plan_slots(at(8, 8)) == 0
    assert jobs.plan_slots(at(7, 23, 59)) == 0
    assert JobSlot.objects.count() == before


@pytest.mark.django_db
def test_a_slot_that_is_being_worked_on_is_not_claimed_until_its_lease_runs_out(settings):
    settings.JOB_LEASE_SECONDS = 600
    slot = JobSlot.objects.create(
        job="latest",
        slot_at=at(8, 9),
        state=State.RUNNING,
        attempts=1,
        leased_until=at(8, 9, 10),
        started_at=at(8, 9),
    )
    assert jobs.run_slot(slot.pk, at(8, 9, 9)) is None
    assert jobs.run_slot(slot.pk, at(8, 9, 10)).state == State.DONE
    assert jobs.run_slot(slot.pk, at(8, 9, 30)) is None
    assert runs("latest") == 1


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_rolls_its_work_back(monkeypatch):
    slot = JobSlot.objects.create(job="latest", slot_at=at(8, 9))
    work = job_samples.latest

    def overtaken(today):
        outcome = work(today)
        JobSlot.objects.filter(pk=slot.pk).update(attempts=2, leased_until=at(8, 9, 40))
        return outcome

    monkeypatch.setattr(job_samples, "latest", overtaken)
    jobs.run_slot(slot.pk, at(8, 9))
    slot.refresh_from_db()
    assert slot.state == State.RUNNING
    assert runs("latest") == 0


@pytest.mark.django_db
def test_a_failing_job_is_tried_five_times_then_the_administrator_is_told(only, sysadmin):
    only(job_samples.FAILING)
    now = at(8, 8)
    jobs.plan_slots(now)
    for _attempt in range(8):
        jobs.run_due(now)
        now += timedelta(minutes=10)
    slot = slots("failing").get()
    assert (slot.state, slot.attempts) == (State.FAILED, 5)
    assert runs("failing") == 0
    assert "出错的任务" in Notification.objects.get(recipient=sysadmin).text
    assert "ZeroDivisionError" not in slot.outcome
    assert AuditEvent.objects.of(slot).get().outcome == AuditEvent.Outcome.ERROR


@pytest.mark.django_db
def test_a_failure_is_not_tried_again_at_once(only):
    only(job_samples.FAILING)
    jobs.plan_slots(at(8, 8))
    jobs.run_due(at(8, 8))
    assert jobs.run_due(at(8, 8)) == []
    assert len(jobs.run_due(at(8, 8, 2))) == 1


@pytest.mark.django_db
def test_a_failing_job_does_not_keep_the_others_from_running(only):
    only(job_samples.FAILING, job_samples.JOBS[1])
    jobs.plan_slots(at(8, 9))
    jobs.run_due(at(8, 9))
    assert runs("latest") == 1


@pytest.mark.django_db
def test_a_refusal_is_final_and_its_sentence_is_shown(only):
    only(job_samples.REFUSING)
    jobs.plan_slots(at(8, 8))
    jobs.run_due(at(8, 8))
    slot = slots("refusing").get()
    assert (slot.state, slot.outcome) == (State.FAILED, "本月已封账，不能办理")


@pytest.mark.django_db
def test_a_slot_whose_workers_died_five_times_is_given_up():
    slot = JobSlot.objects.create(
        job="latest", slot_at=at(8, 9), state=State.RUNNING, attempts=5, leased_until=at(8, 9, 15)
    )
    assert jobs.run_due(at(8, 9, 20)) == []
    slot.refresh_from_db()
    assert slot.state == State.FAILED


@pytest.mark.django_db
def test_a_job_that_left_the_list_is_not_run(only):
    only(job_samples.JOBS[0])
    slot = JobSlot.objects.create(job="latest", slot_at=at(8, 9))
    assert jobs.run_slot(slot.pk, at(8, 9)).state == State.FAILED
    assert runs("latest") == 0


@pytest.mark.django_db
def test_an_asked_for_run_is_queued_once_and_leaves_the_plan_alone(sysadmin, officer):
    jobs.plan_slots(at(7, 9))
    first = jobs.request_run("each", actor=sysadmin, now=at(8, 7))
    assert jobs.request_run("each", actor=sysadmin, now=at(8, 7, 1)) == first
    with pytest.raises(Refused, match="系统管理员"):
        jobs.request_run("each", actor=officer, now=at(8, 7))
    with pytest.raises(Refused, match="没有这项"):
        jobs.request_run("nothing", actor=sysadmin, now=at(8, 7))
    jobs.plan_slots(at(9, 9))
    assert [slot.slot_at for slot in slots("each").filter(planned=True)] == [at(7, 8), at(8, 8), at(9, 8)]


@pytest.mark.django_db
def test_old_records_of_runs_are_dropped_but_failures_are_kept():
    for state in (State.DONE, State.FAILED):
        JobSlot.objects.create(job="frequent", slot_at=at(1, 9, 5 * len(state)), state=state)
        JobSlot.objects.create(job="latest", slot_at=at(1, 9, len(state)), state=state)
    assert jobs.prune_slots(at(8, 3).date()) == "清理执行记录 1 条"
    assert set(slots("frequent").values_list("state", flat=True)) == {State.FAILED}


@pytest.mark.django_db(transaction=True)
def test_two_schedulers_and_two_runners_at_once_do_the_work_once():
    start = threading.Barrier(4)

    def race(_number):
        start.wait()
        with contextlib.closing(connection):
            jobs.plan_slots(at(8, 9))
            jobs.run_due(at(8, 9))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(race, range(4)))
    assert (runs("each 2023-11-08"), runs("latest"), runs("frequent")) == (1, 1, 1)
    assert set(JobSlot.objects.values_list("state", flat=True)) == {State.DONE}


@pytest.mark.django_db
def test_the_command_runs_what_is_due_and_one_job_by_name(on_the_day, capsys):
    call_command("run_jobs")
    assert "汇总" in capsys.readouterr().out or runs("latest") == 1
    call_command("run_jobs", job="latest")
    assert runs("latest") == 2
    with pytest.raises(CommandError, match="可用：each"):
        call_command("run_jobs", job="nothing")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("persona", "reads", "runs_it"),
    [
        ("sysadmin", HTTPStatus.OK, HTTPStatus.FOUND),
        ("officer", HTTPStatus.OK, HTTPStatus.FORBIDDEN),
        ("director", HTTPStatus.OK, HTTPStatus.FORBIDDEN),
        ("liaison", HTTPStatus.FORBIDDEN, HTTPStatus.FORBIDDEN),
        ("auditor", HTTPStatus.FORBIDDEN, HTTPStatus.FORBIDDEN),
    ],
)
def test_who_sees_the_jobs_and_who_may_run_one(browse, persona, reads, runs_it, request):
    client = browse(request.getfixturevalue(persona))
    assert client.get("/system/jobs/").status_code == reads
    assert client.post("/system/jobs/latest/run/").status_code == runs_it


@pytest.mark.django_db
def test_the_page_says_when_nobody_runs_jobs_and_names_what_failed(browse, officer, only):
    only(job_samples.REFUSING)
    assert "10 分钟以上没有任务执行" in browse(officer).get("/system/jobs/").content.decode()
    jobs.plan_slots(database_now())
    jobs.run_due(database_now())
    text = browse(officer).get("/system/jobs/").content.decode()
    assert "10 分钟以上没有任务执行" not in text
    assert "本月已封账，不能办理" in text
    assert "近 30 天失败 1 次" in text


@pytest.mark.django_db
def test_an_asked_for_run_is_named_with_its_person_and_done_by_the_next_runner(browse, sysadmin):
    answer = browse(sysadmin).post("/system/jobs/latest/run/", follow=True)
    assert "「汇总」已排入执行" in answer.content.decode()
    jobs.run_due(database_now())
    assert runs("latest") == 1
    assert "系统管理员甲" in browse(sysadmin).get("/system/jobs/").content.decode()
