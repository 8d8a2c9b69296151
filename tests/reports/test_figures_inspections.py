"""The figures of the inspections: counted by hand, from dates, so that a past month keeps its answer."""

from datetime import date
from decimal import Decimal

import pytest

from indicators.models import Finding, FindingRecheck
from reports.figures.period import Period
from reports.figures.registry import figure_of
from tests.factories_inspections import FindingFactory, InspectionFactory

pytestmark = pytest.mark.django_db
KEYS = ("total", "found", "rectified", "rectified_rate")


def values(month):
    period = Period(month)
    return [figure_of(f"indicators.inspections.{key}", period).compute(period) for key in KEYS]


def begun(on, **changes):
    return InspectionFactory(issued_on=on, state="running", **changes)


def told(row, on, **changes):
    states = {"state": "fed_back", "issued_on": on, "objection_until": on}
    return FindingFactory(inspection=row, **(states | changes))


def check(finding, on, passed):
    FindingRecheck.objects.create(
        finding=finding, checked_on=on, passed=passed, note="复查", checked_by=finding.recorded_by
    )


@pytest.fixture
def year(inspector):
    """Two inspections of September and October, one of last year, one cancelled, one 日常督办."""
    september = begun(date(2023, 9, 5), created_by=inspector)
    october = begun(date(2023, 10, 10), created_by=inspector)
    begun(date(2022, 12, 1), created_by=inspector)
    begun(date(2023, 9, 8), created_by=inspector, cancelled_on=date(2023, 10, 3))
    routine = begun(date(2023, 9, 9), created_by=inspector, kind="routine")
    told(routine, date(2023, 9, 20))
    InspectionFactory(created_by=inspector)
    rows = [told(september, date(2023, 9, 28)) for _ in range(3)]
    told(october, date(2023, 10, 30))
    FindingFactory(inspection=october)
    Finding.objects.filter(pk=rows[2].pk).update(state="revoked", revoked_on=date(2023, 10, 20))
    check(rows[0], date(2023, 10, 12), passed=True)
    check(rows[1], date(2023, 10, 13), passed=True)
    check(rows[1], date(2023, 11, 3), passed=False)
    return rows


@pytest.mark.parametrize(
    ("month", "expected"),
    [
        (date(2023, 8, 1), [0, 0, 0, None]),
        (date(2023, 9, 1), [2, 3, 0, Decimal("0.0")]),
        (date(2023, 10, 1), [2, 3, 2, Decimal("66.7")]),
        (date(2023, 11, 1), [2, 3, 1, Decimal("33.3")]),
    ],
)
def test_each_month_is_counted_as_of_its_last_day(year, month, expected):
    assert values(month) == expected


def test_the_rows_behind_a_figure_are_those_it_counts(year, inspector, outsider):
    period = Period(date(2023, 10, 1))
    for key, count in zip(KEYS[:3], values(period.month)[:3], strict=True):
        figure = figure_of(f"indicators.inspections.{key}", period)
        assert len(figure.rows(period, None)) == len(figure.rows(period, inspector)) == count
        assert figure.rows(period, outsider) == []
