"""The small county, for the tests of figures and documents."""

import pytest

from tests.reports.small_county import SmallCounty


@pytest.fixture
def small_county(db, calendar):
    return SmallCounty()
