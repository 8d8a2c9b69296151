"""When jobs are due: tables and properties, without a database."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.jobs import CHINA, CatchUp, Daily, EveryMinutes, Job, by_name

MOMENTS = st.integers(0, 5 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2023, 1, 1, tzinfo=CHINA) + timedelta(seconds=seconds)
)
SCHEDULES = st.one_of(
    st.builds(Daily, st.integers(0, 23), st.integers(0, 59)),
    st.sampled_from([1, 5, 10, 15, 30, 60, 720, 1440]).map(EveryMinutes),
)


def at(day, hour, minute=0):
    return datetime(2023, 11, day, hour, minute, tzinfo=CHINA)


def job(catch_up=CatchUp.LATEST, schedule=None, grace=None):
    return Job("job", "任务", "nowhere", schedule or Daily(8), catch_up=catch_up, grace=grace)


@pytest.mark.parametrize(
    ("catch_up", "last", "now", "due"),
    [
        (CatchUp.EACH, at(5, 8), at(8, 10), [at(6, 8), at(7, 8), at(8, 8)]),
        (CatchUp.LATEST, at(5, 8), at(8, 10), [at(8, 8)]),
        (CatchUp.LATEST, at(5, 8), at(8, 7), [at(7, 8)]),
        (CatchUp.SKIP, at(5, 8), at(8, 10), []),
        (CatchUp.SKIP, at(5, 8), at(8, 8, 10), []),
        (CatchUp.SKIP, at(5, 8), at(8, 8, 9), [at(8, 8)]),
        (CatchUp.EACH, None, at(8, 10), [at(8, 8)]),
        (CatchUp.LATEST, at(8, 8), at(8, 10), []),
        (CatchUp.EACH, at(9, 8), at(8, 10), []),
    ],
    ids=[
        "each missed slot",
        "only the latest",
        "the latest is yesterday's",
        "missed and not caught up",
        "at the end of the grace",
        "within the grace",
        "never planned before",
        "planned already",
        "the clock went back",
    ],
)
def test_what_is_due_after_a_pause(catch_up, last, now, due):
    assert job(catch_up).slots_due(last, now) == due


def test_slots_older_than_the_grace_are_given_up():
    slots = job(CatchUp.EACH, grace=timedelta(days=2)).slots_due(at(1, 8), at(8, 8))
    assert slots == [at(7, 8), at(8, 8)]


@given(SCHEDULES, MOMENTS, st.integers(0, 2000), st.integers(0, 2000))
def test_planning_in_two_steps_finds_what_planning_in_one_finds(schedule, start, first, second):
    middle = start + timedelta(minutes=first)
    end = middle + timedelta(minutes=second)
    assert schedule.between(start, middle) + schedule.between(middle, end) == schedule.between(start, end)


@given(SCHEDULES, MOMENTS, st.integers(0, 5000))
def test_slots_lie_after_the_start_up_to_the_end_and_rise(schedule, start, minutes):
    end = start + timedelta(minutes=minutes)
    slots = schedule.between(start, end)
    assert slots == sorted(set(slots))
    assert all(start < slot <= end for slot in slots)


@given(st.sampled_from([1, 5, 10, 60]), MOMENTS)
def test_a_day_has_as_many_slots_as_the_step_allows(step, start):
    assert len(EveryMinutes(step).between(start, start + timedelta(days=1))) == 1440 // step


@given(SCHEDULES, st.sampled_from(CatchUp), MOMENTS, st.lists(st.integers(-3000, 3000), max_size=12))
def test_however_the_clock_jumps_no_slot_is_planned_twice(schedule, catch_up, start, jumps):
    work, last, planned, now = job(catch_up, schedule), None, [], start
    for jump in jumps:
        now += timedelta(minutes=jump)
        slots = work.slots_due(last, now)
        planned += slots
        last = slots[-1] if slots else last
    assert planned == sorted(set(planned))


@given(SCHEDULES, MOMENTS)
def test_the_next_slot_is_the_first_one_that_comes_due(schedule, now):
    following = job(schedule=schedule).next_slot(now)
    assert now < following <= now + timedelta(days=1)
    assert schedule.between(now, following) == [following]


def test_the_service_is_told_the_missed_day_only_where_each_is_caught_up():
    assert job(CatchUp.EACH).day_of(at(6, 8), at(8, 10)).day == 6
    assert job(CatchUp.LATEST).day_of(at(7, 8), at(8, 7)).day == 8


@pytest.mark.parametrize("step", [0, 7, 1441])
def test_a_step_that_does_not_divide_the_day_is_a_mistake(step):
    with pytest.raises(ValueError, match="divide the day"):
        EveryMinutes(step)


def test_two_jobs_of_one_name_are_a_mistake():
    with pytest.raises(ValueError, match="two jobs"):
        by_name([job(), job()])
