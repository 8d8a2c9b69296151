"""R-1 to R-5: periodic work when schedulers double, stop, and workers and the broker die."""

import random
import time
import urllib.request
from datetime import timedelta

import pytest
from django.utils import timezone

from portal.models import JobSlot
from tests.chaos.processes import free_port, until

pytestmark = [pytest.mark.chaos, pytest.mark.django_db(transaction=True)]
State = JobSlot.State


def ask(job, count):
    now = timezone.now()
    JobSlot.objects.bulk_create(
        JobSlot(job=job, slot_at=now + timedelta(microseconds=number), planned=False)
        for number in range(count)
    )


def slots(job, *states):
    rows = JobSlot.objects.filter(job=job)
    return rows.filter(state__in=states).count() if states else rows.count()


def done_at_least(job, count):
    return lambda: slots(job, State.DONE) >= count


def test_three_schedulers_and_two_workers_run_every_slot_once(processes, redis, ledger):
    for _number in range(2):
        processes.worker()
    for _number in range(3):
        processes.beat()
    assert until(done_at_least("each", 8), 60), processes.logs()
    processes.kill_all()
    ran = ledger.effects("each")
    assert len(ran) == len(set(ran))
    assert slots("each", State.DONE) <= len(ran) <= slots("each", State.DONE, State.RUNNING)


def test_slots_missed_while_nothing_ran_are_made_up_each_or_latest(processes, redis, ledger):
    worker, beat = processes.worker(), processes.beat()
    assert until(done_at_least("each", 2), 40), processes.logs()
    processes.kill(beat)
    processes.kill(worker)
    JobSlot.objects.filter(state__in=[State.DUE, State.RUNNING]).delete()
    last = JobSlot.objects.filter(job="each").latest("slot_at").slot_at
    time.sleep(20)
    back_at = timezone.now()
    processes.worker()
    processes.beat()
    missed = JobSlot.objects.filter(job="each", slot_at__gt=last, slot_at__lte=back_at)
    expected = ledger.EverySeconds(2).between(last, back_at)
    assert until(lambda: missed.filter(state=State.DONE).count() == len(expected), 60), processes.logs()
    processes.kill_all()
    assert list(missed.order_by("slot_at").values_list("slot_at", flat=True)) == expected
    made_up = JobSlot.objects.filter(job="latest", slot_at__gt=last, slot_at__lte=back_at)
    assert made_up.count() <= 1
    ran = ledger.effects("each")
    assert len(ran) == len(set(ran))


def test_work_is_neither_lost_nor_doubled_when_workers_are_killed_twenty_times(processes, redis, ledger):
    dice = random.Random(20231108)
    ask("asked", 200)
    processes.beat()
    workers = [processes.worker(), processes.worker()]
    assert until(done_at_least("asked", 1), 40), processes.logs()
    for number in range(20):
        time.sleep(dice.uniform(0.2, 0.8))
        place = dice.randrange(2)
        if number % 4 == 3:
            processes.kill(workers[place])
            workers[place] = processes.worker()
        else:
            processes.kill_child(workers[place])
    assert until(done_at_least("asked", 200), 120, step=0.5), processes.logs()
    processes.kill_all()
    ran = ledger.effects("asked")
    assert len(ran) == len(set(ran)) == 200


def test_work_longer_than_the_brokers_patience_is_done_once(processes, redis, ledger):
    processes.environment = {"CHAOS_VISIBILITY": "2", "CHAOS_LEASE": "60"}
    ask("long", 1)
    processes.worker()
    processes.worker()
    processes.beat()
    assert until(done_at_least("long", 1), 60), processes.logs()
    time.sleep(3)
    assert len(ledger.effects("long")) == 1
    assert JobSlot.objects.get(job="long").attempts == 1


def test_a_broker_that_dies_with_everything_in_it_loses_nothing_and_the_pages_go_on(processes, redis, ledger):
    port = free_port()
    processes.python("-m", "waitress", f"--listen=127.0.0.1:{port}", "portal.wsgi:application")
    page = f"http://127.0.0.1:{port}/login/"
    assert until(lambda: answers(page), 30), processes.logs()
    processes.worker()
    processes.beat()
    ask("quick", 1)
    assert until(done_at_least("quick", 1), 40), processes.logs()
    ask("quick", 600)
    assert until(done_at_least("quick", 20), 30), processes.logs()
    redis.kill()
    before = time.monotonic()
    assert [answers(page) for _number in range(20)] == [True] * 20
    assert time.monotonic() - before < 20
    redis.start()
    assert until(done_at_least("quick", 601), 120, step=0.5), processes.logs()
    processes.kill_all()
    ran = ledger.effects("quick")
    assert len(ran) == len(set(ran)) == 601


def answers(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False
