"""What each trigger finds in the small county, unit by unit: the rows behind the figures."""

from datetime import date

import pytest

from reports.figures import Period, values_of
from reports.services.bulletins import draft_bulletin, issue_bulletin, name_units, submit_bulletin
from reports.triggers import TRIGGERS, collect
from tests.reports.small_county import OCTOBER

YEAR = Period(OCTOBER, 10)


def identities(key, unit):
    return [one.identity for one in collect([key], YEAR)[key].get(unit, ())]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "unit", "found"),
    [
        ("reports.late", "zhujian", ["report:JB-001"]),
        ("reports.late", "gongdian", ["report:DB-004"]),
        ("reports.missing", "zhujian", ["report:SP-001"]),
        ("reports.missing", "gongdian", ["report:CX-002"]),
        ("reports.returned", "zhujian", ["report:DB-001"]),
        ("items.overdue", "zhujian", ["lag:DB-001", "lag:LT-002", "lag:DB-005", "lag:JB-001"]),
        ("items.closed", "gongdian", ["closed_in:CX-001"]),
        ("items.closed", "zhujian", ["closed_in:DB-002", "closed_in:DB-003"]),
        ("items.reopened", "gongdian", ["reopened:LT-001"]),
    ],
)
def test_a_trigger_finds_the_rows_behind_its_figure(small_county, key, unit, found):
    short = [one.split("@")[0].replace("2023-", "") for one in identities(key, unit)]
    assert sorted(short) == sorted(found)


def test_red_and_overdue_in_one_month_are_one_fact(small_county):
    red, overdue = identities("lamps.red", "zhujian"), identities("items.overdue", "zhujian")
    assert "lag:2023-DB-001@2023-10" in set(red) & set(overdue)
    assert "lag:2023-DB-001@2023-09" in set(red) - set(overdue)


def test_a_trigger_counts_what_the_figure_counts(small_county):
    values = values_of(YEAR, compare=False)
    for key, figure in (
        ("reports.late", "indicators.reports.late"),
        ("reports.missing", "indicators.reports.missing"),
    ):
        found = collect([key], YEAR)[key]
        assert sum(len(facts) for facts in found.values()) == values[figure].value


def test_a_naming_counts_once_issued(small_county, officer, director):
    bulletin = draft_bulletin(OCTOBER, actor=officer, today=date(2023, 11, 13))
    name_units(bulletin, ["zhujian"], actor=officer, version=bulletin.version)
    submit_bulletin(bulletin, actor=officer)
    assert identities("bulletins.named", "zhujian") == []
    issue_bulletin(bulletin, actor=director)
    assert identities("bulletins.named", "zhujian") == ["bulletin:monthly-2023-10"]
    assert identities("bulletins.named", "gongdian") == []


def test_every_trigger_says_what_it_counts():
    assert all(one.label and one.unit and one.definition for one in TRIGGERS.values())
