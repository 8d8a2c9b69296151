"""Personas and a calendar that tests share. Tests of pages live on 8 November 2023, 10:00 in China."""

import csv
from datetime import date, datetime
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as portal_settings
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as property_settings

from portal.models import CalendarDay, CalendarYear
from tests import frozen_rows
from tests.factories import CHINA, OrganisationFactory, TaskForceFactory, UserFactory

# How fast a machine is says nothing about the rule under test.
property_settings.register_profile("portal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
property_settings.load_profile("portal")

TODAY = date(2023, 11, 8)
NOW = datetime(2023, 11, 8, 10, tzinfo=CHINA)
WORKDAYS = Path(__file__).parent.parent / "portal" / "data" / "workdays.csv"


@pytest.fixture(scope="session", autouse=True)
def flush_past_the_triggers():
    """See `tests.frozen_rows`."""
    with pytest.MonkeyPatch.context() as patch:
        frozen_rows.install(patch)
        yield


@pytest.fixture(scope="session", autouse=True)
def _folder_of_collected_files():
    """WhiteNoise warns at every request where nothing has been collected yet."""
    portal_settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True)
def _not_the_sample_edition(settings):
    """Test the portal itself, also where `demo` has left its marker."""
    settings.SAMPLE_EDITION = False


@pytest.fixture
def today():
    return TODAY


@pytest.fixture
def on_the_day():
    """Stand the clock at `NOW`; it goes on ticking."""
    with time_machine.travel(NOW, tick=True):
        yield NOW


@pytest.fixture
def calendar(db):
    """The published calendar of 2020-2026."""
    with WORKDAYS.open(encoding="utf-8") as file:
        rows = [
            CalendarDay(
                date=date.fromisoformat(row["date"]),
                is_workday=row["is_workday"] in {"1", "true", "True"},
                name=row["name"],
            )
            for row in csv.DictReader(file)
        ]
    CalendarDay.objects.bulk_create(rows, ignore_conflicts=True)
    CalendarYear.objects.bulk_create(
        [CalendarYear(year=year) for year in range(2020, 2027)], ignore_conflicts=True
    )


@pytest.fixture
def unit(db):
    """The unit that owes most of a test's items."""
    return OrganisationFactory(code="zhujian", name="云溪县住房和城乡建设局", short_name="县住建局")


@pytest.fixture
def lead_unit(db):
    return OrganisationFactory(code="xingzheng", name="云溪县行政审批局", short_name="县行政审批局")


@pytest.fixture
def other_unit(db):
    return OrganisationFactory(code="qixiang", name="云溪县气象局", short_name="县气象局")


@pytest.fixture
def office_unit(db):
    return OrganisationFactory(code="yingshangban", name="云溪县营商办", short_name="县营商办")


@pytest.fixture
def task_force(lead_unit, unit):
    """A task force led by `lead_unit`, in which `unit` is responsible."""
    row = TaskForceFactory(code="jianzhuxuke", name="办理建筑许可", lead=lead_unit)
    row.responsible.add(unit)
    return row


@pytest.fixture
def officer(office_unit):
    return UserFactory(username="officer", name="沈若宁", organisation=office_unit, roles=["office"])


@pytest.fixture
def director(office_unit):
    return UserFactory(username="director", name="顾维舟", organisation=office_unit, roles=["office_head"])


@pytest.fixture
def liaison(unit):
    return UserFactory(username="liaison", name="林晓雯", organisation=unit, roles=["liaison"])


@pytest.fixture
def unit_head(unit):
    return UserFactory(username="head", name="程卫东", organisation=unit, roles=["unit_head"])


@pytest.fixture
def lead_liaison(lead_unit):
    return UserFactory(username="leadliaison", name="赵明远", organisation=lead_unit, roles=["liaison"])


@pytest.fixture
def lead_head(lead_unit):
    return UserFactory(username="leadhead", name="钱思齐", organisation=lead_unit, roles=["unit_head"])


@pytest.fixture
def outsider(other_unit):
    """A liaison of a unit that has nothing to do with the test's rows."""
    return UserFactory(username="outsider", name="冯远山", organisation=other_unit, roles=["liaison"])


@pytest.fixture
def chief(task_force):
    county = OrganisationFactory(
        code="xianzhengfu", name="云溪县人民政府", short_name="县政府", kind="leading"
    )
    row = UserFactory(username="chief", name="周启明", organisation=county, roles=["chief"])
    task_force.members.create(user=row, duty="chief")
    return row


@pytest.fixture
def leader(db):
    return UserFactory(username="leader", name="县委书记", roles=["leader"])


@pytest.fixture
def inspector(db):
    return UserFactory(username="inspector", name="严正清", roles=["inspector"])


@pytest.fixture
def observer(db):
    return UserFactory(username="observer", name="杜知行", roles=["observer"])


@pytest.fixture
def sysadmin(db):
    return UserFactory(username="sysadmin", name="系统管理员甲", roles=["sysadmin"])


@pytest.fixture
def security_officer(db):
    return UserFactory(username="security", name="安全管理员乙", roles=["security"])


@pytest.fixture
def auditor(db):
    return UserFactory(username="auditor", name="审计管理员丙", roles=["auditor"])


@pytest.fixture
def browse():
    """Return a logged-in test client for a person: `browse(officer).get("/")`."""

    def log_in(person):
        client = Client()
        client.force_login(person)
        return client

    return log_in
