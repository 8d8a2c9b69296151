"""The rules of inspections as tables: who may take which step from which state, what is missing, which days count."""

from dataclasses import replace
from datetime import date

import pytest

from indicators.inspection_workflow import (
    FINDING_STEPS,
    INSPECTION_STEPS,
    FindingState,
    InspectionState,
    Preparation,
    inspection_actors,
    last_day,
    problems_before_issue,
    why_not_object,
    why_not_recheck,
    why_not_rectify,
    word_of,
)
from indicators.workflow import Actor
from portal.workflow import open_steps

TODAY = date(2023, 11, 8)
INSPECTOR, REVIEWER = {Actor.INSPECTOR}, {Actor.INSPECTOR, Actor.REVIEWER}
UNIT = {Actor.INSPECTED_LIAISON}


def names(table, state, capacities):
    return [step.name for step in open_steps(table.values(), state, capacities)]


@pytest.mark.parametrize(
    ("state", "steps"),
    [
        ("draft", ["edit", "issue", "cancel"]),
        ("running", ["visit", "record", "conclude", "cancel"]),
        ("concluded", ["close"]),
        ("closed", []),
        ("cancelled", []),
    ],
)
def test_what_an_inspector_may_do_in_each_state(state, steps):
    assert names(INSPECTION_STEPS, state, INSPECTOR) == steps
    assert names(INSPECTION_STEPS, state, UNIT) == []


@pytest.mark.parametrize(
    ("state", "inspector", "reviewer", "unit"),
    [
        ("recorded", ["amend", "drop", "feed_back"], [], []),
        ("dropped", [], [], []),
        ("fed_back", ["rectify"], [], ["answer", "object"]),
        ("answered", ["rectify", "recheck_pass"], [], ["object"]),
        ("objected", [], ["maintain", "revoke"], []),
        ("maintained", ["rectify", "recheck_pass"], [], []),
        ("revoked", [], [], []),
        ("rectifying", ["recheck_pass", "recheck_fail"], [], []),
        ("rectified", ["recheck_fail"], [], []),
    ],
)
def test_what_each_may_do_with_a_finding(state, inspector, reviewer, unit):
    assert names(FINDING_STEPS, state, INSPECTOR) == inspector
    assert sorted(names(FINDING_STEPS, state, REVIEWER)) == sorted([*inspector, *reviewer])
    assert names(FINDING_STEPS, state, UNIT) == unit


def test_the_tables_name_every_state():
    for table, states in ((INSPECTION_STEPS, InspectionState), (FINDING_STEPS, FindingState)):
        reached = {step.target for step in table.values() if step.target}
        begun = {state for step in table.values() for state in step.sources}
        assert reached | begun == set(states)


@pytest.mark.parametrize(
    ("roles", "took_part", "of_unit", "expected"),
    [
        ({"inspector"}, True, False, {Actor.INSPECTOR}),
        ({"inspector"}, False, False, {Actor.INSPECTOR, Actor.REVIEWER}),
        ({"liaison"}, False, True, {Actor.INSPECTED_LIAISON}),
        ({"unit_head"}, False, True, {Actor.INSPECTED_HEAD}),
        ({"liaison", "unit_head"}, False, False, set()),
        ({"office_head"}, False, True, set()),
        ({"leader"}, False, True, set()),
    ],
)
def test_in_what_capacity_a_person_acts(roles, took_part, of_unit, expected):
    assert inspection_actors(roles, took_part=took_part, of_unit=of_unit) == expected


COMPLETE = Preparation(
    kind="special",
    method="joint",
    authority="approval",
    authority_document="请示",
    approver="县长",
    approved_on=date(2023, 11, 1),
    authority_until=None,
    authority_scope="",
    plan="方案",
    scope="范围",
    starts_on=date(2023, 11, 8),
    ends_on=date(2023, 11, 20),
    units=1,
    members=1,
)
DESIGNATED = {"authority": "designation", "authority_scope": "并联审批", "authority_until": TODAY}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"authority": ""}, ["日常督办"]),
        ({"authority": "", "kind": "routine"}, []),
        ({"kind": "routine", "plan": ""}, ["第十五条"]),
        ({"approver": ""}, ["批准人"]),
        ({"approved_on": None}, ["批准日期"]),
        ({"approved_on": date(2023, 11, 9)}, ["晚于今天"]),
        ({"authority": "designation"}, ["指定的事项、范围、职责和期限"]),
        (DESIGNATED, []),
        ({**DESIGNATED, "authority_until": date(2023, 11, 7)}, ["授权期限已过"]),
        ({"plan": " "}, ["第十五条"]),
        ({"scope": "", "units": 0, "members": 0}, ["督查范围", "被督查单位", "督查人员"]),
        ({"ends_on": None}, ["起止日期"]),
    ],
)
def test_what_is_missing_before_it_starts(changes, expected):
    found = problems_before_issue(replace(COMPLETE, **changes), today=TODAY)
    assert len(found) == len(expected)
    assert all(words in sentence for words, sentence in zip(expected, found, strict=True))


def test_only_what_has_an_authority_is_called_an_inspection():
    assert [word_of(kind) for kind in ("special", "event", "routine")] == ["督查", "督查", "督办"]


@pytest.mark.parametrize(
    ("start", "days", "last"),
    [
        (date(2023, 11, 1), 30, date(2023, 12, 1)),
        (date(2024, 1, 31), 30, date(2024, 3, 1)),
        (date(2023, 1, 31), 30, date(2023, 3, 2)),
    ],
)
def test_the_day_of_the_event_is_not_counted(start, days, last):
    assert last_day(start, days) == last


@pytest.mark.parametrize(("today", "late"), [(date(2023, 12, 1), False), (date(2023, 12, 2), True)])
def test_the_last_day_to_object_is_included(today, late):
    until = date(2023, 12, 1)
    assert bool(why_not_object(until, today=today)) is late
    assert bool(why_not_rectify("fed_back", until, today=today)) is not late
    assert why_not_rectify("answered", until, today=today) == ""


@pytest.mark.parametrize(
    ("item_state", "passes", "refused"),
    [
        (None, True, False),
        (None, False, True),
        ("in_progress", True, True),
        ("in_progress", False, False),
        ("closed", True, False),
        ("closed", False, False),
        ("cancelled", True, True),
    ],
)
def test_a_finding_in_the_ledger_is_rechecked_after_its_item_was_closed(item_state, passes, refused):
    assert bool(why_not_recheck(item_state, passes=passes)) is refused
