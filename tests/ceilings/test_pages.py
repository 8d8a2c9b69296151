"""Every page keeps within its number of queries, the session's and the frame's counted in, in a full county.

A list of 50 rows asks at most 15 times, a detail or a form at most 20. A page that gathers the day or
counts the figures asks at most 20 times for the indicators, and a few times for each domain that joins in.
"""

from http import HTTPStatus

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, resolve, reverse

from tests.ceilings.county import MANY
from tests.test_access import patterns

DOMAINS = 2  # complaints and policies join the indicators
# What a domain may add to a page that gathers the day, and to one that counts its figures:
# one aggregate for each of its tables, which reads the period before along.
TODOS_PER_DOMAIN = 2
FIGURES_PER_DOMAIN = 6
# What the office's day shows of the other domains' month: cases, their rounds and their problems;
# payouts, and where their items stood at the month's end.
MONTH_OF_DOMAINS = 5
# What the day asks beside the to-dos and the lamps: the dispatch meetings of the month, the units that wait for an unlock.
ON_THE_DAY = 2
CEILINGS = {
    "list": 15,
    "detail": 20,
    "gathering": 20 + ON_THE_DAY + TODOS_PER_DOMAIN * DOMAINS + MONTH_OF_DOMAINS,
    "figures": 20 + FIGURES_PER_DOMAIN * DOMAINS,
}

PAGES = {
    "gathering": [
        ("officer", "/"),
        ("director", "/"),
        ("liaison", "/"),
        ("unit_head", "/"),
        ("lead_head", "/"),
        ("inspector", "/"),
        ("chief", "/chief/"),
        ("leader", "/leader/"),
        ("leader", "/leader/?month=2023-09"),
        ("officer", "/dispatch/2023-01/sheet/"),
        ("chief", "/dispatch/2023-01/sheet/"),
    ],
    "figures": [("officer", "/figures/?period=2023-10"), ("liaison", "/figures/?period=2023-10")],
    "list": [
        ("officer", "/items/?size=50"),
        ("officer", "/items/?size=50&show=soon"),
        ("director", "/items/?size=50&show=overdue&work_list=2023-DB"),
        ("director", "/items/?size=50&show=soon&work_list=2023-DB"),
        ("director", "/items/?size=50&task_force=jianzhuxuke&organisation=zhujian&q=a"),
        ("liaison", "/items/?size=50&show=mine"),
        ("liaison", "/items/?size=50&show=waiting&work_list=2023-DB&sort=lamp"),
        ("chief", "/items/?size=50&show=soon"),
        ("officer", "/taskforces/"),
        ("chief", "/taskforces/"),
        ("officer", "/lamp-schemes/"),
        ("officer", "/indicators/"),
        ("officer", "/measurements/?period=2023-10"),
        ("liaison", "/measurements/?period=2023-10"),
        ("chief", "/measurements/?period=2023-10"),
        ("officer", "/months/"),
        ("liaison", "/months/"),
        ("officer", "/months/2023-10/"),
        ("liaison", "/months/2023-10/"),
        ("officer", "/months/2023-10/review/"),
        ("lead_head", "/months/2023-10/review/"),
        ("liaison", "/months/2023-10/entry/"),
        ("liaison", "/months/2023-09/entry/"),
        ("officer", "/months/2023-10/entry/?unit=zhujian"),
        ("officer", "/dispatch/"),
        ("liaison", "/dispatch/"),
        ("chief", "/dispatch/"),
        ("officer", "/instructions/"),
        ("chief", "/instructions/"),
        ("liaison", "/instructions/?show=all"),
        ("officer", "/letters/"),
        ("liaison", "/letters/"),
        ("officer", "/bulletins/"),
        ("liaison", "/bulletins/"),
        ("officer", "/figures/indicators.items.closed/?period=2023-10"),
        ("officer", "/figures/indicators.reports.on_time_rate/?period=2023-10"),
        ("officer", "/items/import/"),
        ("officer", "/search/?q=企业"),
        ("liaison", "/search/?q=企业"),
        ("sysadmin", "/search/?q=县"),
        ("sysadmin", "/system/people/"),
        ("security_officer", "/system/people/"),
        ("sysadmin", "/system/organisations/"),
        ("sysadmin", "/system/jobs/"),
        ("liaison", "/inbox/"),
        ("observer", "/clues/"),
        ("auditor", "/system/audit/"),
        ("officer", "/system/settings/"),
    ],
    "detail": [
        ("officer", "{item}"),
        ("director", "{item}"),
        ("liaison", "{item}"),
        ("chief", "{item}"),
        ("lead_head", "{item}"),
        ("officer", "{item}edit/"),
        ("liaison", "{item}apply/"),
        ("officer", "/items/new/"),
        ("officer", "/items/new/?work_list=2023-DB"),
        ("officer", "/taskforces/jianzhuxuke/"),
        ("chief", "/taskforces/jianzhuxuke/"),
        ("liaison", "/taskforces/jianzhuxuke/?all"),
        ("officer", "/taskforces/jianzhuxuke/edit/"),
        ("officer", "/taskforces/new/"),
        ("officer", "/lamp-schemes/new/"),
        ("officer", "/indicators/2023/provincial/import/"),
        ("officer", "/indicators/2023/provincial/{leaf}/"),
        ("officer", "/measurements/{leaf}/2023-10/"),
        ("liaison", "/measurements/{leaf}/2023-10/"),
        ("liaison", "/months/2023-10/import/"),
        ("officer", "/dispatch/new/"),
        ("chief", "/dispatch/new/"),
        ("officer", "/dispatch/2023-01/"),
        ("chief", "/dispatch/2023-01/"),
        ("liaison", "/dispatch/2023-02/"),
        ("officer", "/dispatch/2023-01/meeting/"),
        ("chief", "/dispatch/2023-01/meeting/"),
        ("officer", "/instructions/new/"),
        ("chief", "/instructions/new/"),
        ("officer", "/letters/new/"),
        ("director", "/letters/letter-0/"),
        ("liaison", "/letters/letter-1/"),
        ("sysadmin", "/system/"),
        ("sysadmin", "/system/people/create/"),
        ("sysadmin", "/system/people/liaison/"),
        ("security_officer", "/system/people/liaison/"),
        ("sysadmin", "/system/people/liaison/edit/"),
        ("sysadmin", "/system/organisations/create/"),
        ("sysadmin", "/system/organisations/zhujian/"),
        ("officer", "/system/calendar/"),
        ("liaison", "/system/calendar/"),
        ("officer", "/system/calendar/2023-11-08/"),
        ("officer", "/system/settings/months.due_workday/"),
        ("officer", "/system/style-guide/"),
        ("liaison", "/profile/"),
        ("liaison", "/profile/password/"),
        ("director", "/profile/second-factor/"),
    ],
}


def asked(captured):
    """Count what asks the database for rows or changes them; savepoints only mark a place."""
    return sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries)


@pytest.mark.parametrize("kind", CEILINGS)
def test_every_page_keeps_within_its_ceiling_in_a_full_county(kind, county, browse):
    over, broken = [], []
    for person, pattern in PAGES[kind]:
        address = pattern.format(item=county.item.get_absolute_url(), leaf=county.leaves[0].code)
        client = browse(county.people[person])
        # The first page of a session writes what the session keeps.
        client.get("/inbox/")
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address)
        if answer.status_code != HTTPStatus.OK:
            broken.append(f"{person} {address}: {answer.status_code}")
        if (count := asked(captured)) > CEILINGS[kind]:
            over.append(f"{person} {address}: {count}")
    assert (over, broken) == ([], [])


def test_the_county_has_more_of_everything_than_a_page_shows(county):
    counts = {
        "items": len(county.items),
        "measurements": len(county.leaves),
        "rounds": len(county.rounds),
        "letters": len(county.letters),
        "units": len(county.units),
    }
    assert {name: count for name, count in counts.items() if count < MANY} == {}


def test_every_list_of_the_measured_applications_is_measured():
    """A list (`<noun>_list`) that is added to a measured module has to be added here."""
    measured = [
        resolve(pattern.format(item="/items/2023-DB-001/", leaf="leaf").partition("?")[0])
        for rows in PAGES.values()
        for _, pattern in rows
    ]
    names = {match.view_name for match in measured}
    modules = {match.func.__module__ for match in measured}
    lists = {
        name
        for name, _ in patterns(get_resolver())
        if name.endswith("_list") and not name.startswith("api:") and _module(name) in modules
    }
    assert lists - names == set()


def _module(name):
    return resolve(reverse(name)).func.__module__
