"""The register of the sample: how many of what, valid, believable, the same every time."""

import time
from datetime import date

import pytest

from portal.credit_codes import clean_credit_code
from portal.enterprise_terms import SizeClass
from portal.models import Enterprise, EnterpriseFact, EnterpriseLabel, Organisation, Topic
from portal.selectors.calendar import Calendar
from portal.selectors.enterprises import holding
from portal.services.enterprises import resize
from reports.sample import enterprises
from reports.sample import people as sample_people
from reports.sample.county import County
from reports.sample.shifting import Shift

pytestmark = pytest.mark.django_db

TODAY = date(2023, 11, 10)


@pytest.fixture
def county():
    found = County(today=TODAY, shift=Shift.to(TODAY), calendar=Calendar({}, frozenset()))
    sample_people._load_units(found)
    return found


def loaded(county):
    began = time.perf_counter()
    enterprises.load(county)
    return time.perf_counter() - began


def test_three_thousand_entities_with_valid_codes_and_names_of_their_own(county):
    assert loaded(county) < 15
    rows = list(Enterprise.objects.select_related("town"))
    assert len(rows) == 3000
    assert len({row.name for row in rows}) == 3000
    assert all(clean_credit_code(row.credit_code) == row.credit_code for row in rows)
    assert all(row.town.is_local and row.name.startswith("云溪") for row in rows)
    assert {kind: sum(row.kind == kind for row in rows) for kind in ("enterprise", "individual")} == {
        "enterprise": 1440,
        "individual": 1400,
    }
    assert set(SizeClass) | {""} == {row.size for row in rows}
    assert Enterprise.objects.in_business().count() == 2972


def test_the_recognitions_come_out_as_counted(county):
    loaded(county)

    def holders(kind, level=None):
        return set(Enterprise.objects.filter(holding(kind, level, on=TODAY)).values_list("pk", flat=True))

    giants, high_tech = holders("specialised_giant", "national"), holders("high_tech", "national")
    assert (len(high_tech), len(giants), len(giants & high_tech)) == (40, 6, 4)
    above = holders("industry_above")
    assert len(above) == 120
    assert giants <= above
    staff = EnterpriseFact.objects.filter(kind="main_revenue", enterprise__in=above)
    assert all(fact.value >= 2000 for fact in staff)
    assert set(Enterprise.objects.filter(pk__in=above).values_list("section", flat=True)) <= {"B", "C", "D"}


def test_sizes_are_those_the_rules_give(county):
    loaded(county)
    assert resize(Enterprise.objects.values_list("pk", flat=True), today=TODAY) == 0


def test_some_figures_are_missing_and_none_lies_in_the_future(county):
    loaded(county)
    staffed = EnterpriseFact.objects.filter(kind="employees", period_year=2022).count()
    assert 2600 < staffed < 3000
    assert not EnterpriseFact.objects.filter(valid_from__gt=TODAY).exists()
    assert not EnterpriseLabel.objects.filter(valid_from__gt=TODAY).exists()


def test_the_same_rows_come_out_every_time(county):
    loaded(county)
    columns = ("credit_code", "name", "industry", "town__code", "size", "founded_on")
    first = list(Enterprise.objects.order_by("pk").values_list(*columns))
    facts = list(EnterpriseFact.objects.order_by("pk").values_list("kind", "value"))
    for model in (EnterpriseFact, EnterpriseLabel, Enterprise, Topic):
        model.objects.all().delete()
    county.units = {row.short_name: row for row in Organisation.objects.all()}
    loaded(county)
    assert list(Enterprise.objects.order_by("pk").values_list(*columns)) == first
    assert list(EnterpriseFact.objects.order_by("pk").values_list("kind", "value")) == facts


@pytest.mark.parametrize("today", [date(2024, 1, 5), date(2026, 2, 20), date(2027, 3, 1)])
def test_a_moved_sample_keeps_its_recognitions(county, today):
    county.today, county.shift = today, Shift.to(today)
    loaded(county)
    assert Enterprise.objects.filter(holding("high_tech", on=today)).count() == 40
    assert not EnterpriseFact.objects.filter(valid_from__gt=today).exists()
    assert not EnterpriseFact.objects.filter(recorded_at__date__gt=today).exists()
