import pytest

from tests.ceilings.county import FullCounty

PERSONAS = (
    "liaison",
    "unit_head",
    "lead_liaison",
    "lead_head",
    "officer",
    "director",
    "inspector",
    "chief",
    "leader",
    "observer",
    "sysadmin",
    "security_officer",
    "auditor",
)


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def people(request, db, calendar):
    return {name: request.getfixturevalue(name) for name in PERSONAS}


@pytest.fixture
def county(people, task_force, on_the_day):
    return FullCounty(people, task_force)
