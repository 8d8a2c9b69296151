"""R-15: rows that cannot be, written past every form and service in plain SQL; the database refuses each.

What the triggers refuse (the audit trail, issued bulletins) is tried in tests/portal/test_audit_chain.py.
"""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from indicators.models import LampRecord, Measurement, Milestone
from portal.models import Delivery, JobSlot, Notification, NumberSeries, RoleGrant
from reports.models import Bulletin
from tests.factories import (
    IndicatorFactory,
    MonthFactory,
    OrganisationFactory,
    ReportFactory,
    TaskForceFactory,
    UserFactory,
    WorkItemFactory,
    WorkListFactory,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2023, 11, 8, 4, tzinfo=UTC)


def refuses(statement, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        execute(statement, values)


def execute(statement, values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    connection.check_constraints()


def changed(row, **columns):
    """Change columns of a good row in plain SQL."""
    assignments = ", ".join(f'"{name}" = %s' for name in columns)
    refuses(
        f'UPDATE "{row._meta.db_table}" SET {assignments} WHERE "{row._meta.pk.column}" = %s',
        [*columns.values(), row.pk],
    )


def copied(row, **columns):
    """Write a good row a second time in plain SQL, with some columns changed."""
    names = [field.column for field in row._meta.concrete_fields if not field.primary_key]
    picked = ", ".join("%s" if name in columns else f'"{name}"' for name in names)
    targets = ", ".join(f'"{name}"' for name in names)
    table = row._meta.db_table
    refuses(
        f'INSERT INTO "{table}" ({targets}) SELECT {picked} FROM "{table}" WHERE id = %s',
        [*(columns[name] for name in names if name in columns), row.pk],
    )


@pytest.mark.parametrize(
    "columns",
    [
        {"percent": 101},
        {"percent": -1},
        {"due_on": date(2022, 12, 31)},
        {"state": "closed"},
        {"organisation_id": 999_999},
    ],
)
def test_an_item_that_cannot_be(columns):
    changed(WorkItemFactory(start_on=date(2023, 1, 10)), **columns)


def test_an_item_number_stands_once():
    copied(WorkItemFactory())


@pytest.mark.parametrize(
    "columns",
    [{"percent": 100.5}, {"percent": -0.1}, {"month": date(2023, 10, 2)}, {"state": "submitted"}],
)
def test_a_report_that_cannot_be(columns):
    changed(ReportFactory(), **columns)


def test_an_item_is_reported_once_a_month():
    copied(ReportFactory())


@pytest.mark.parametrize("columns", [{"month": date(2023, 10, 31)}, {"closes_on": date(2023, 11, 2)}])
def test_a_month_that_cannot_be(columns):
    changed(MonthFactory(), **columns)


def test_what_belongs_to_an_item_and_a_month_stands_once():
    item = WorkItemFactory()
    copied(LampRecord.objects.create(item=item, month=date(2023, 10, 1), colour="red", percent=50))
    milestone = Milestone.objects.create(item=item, month=date(2023, 10, 1), percent=50)
    copied(milestone)
    changed(milestone, percent=120)


def test_an_indicator_is_measured_once_a_period_from_its_first_day():
    row = Measurement.objects.create(indicator=IndicatorFactory(), period=date(2023, 10, 1))
    copied(row)
    changed(row, period=date(2023, 10, 15))


@pytest.mark.parametrize("columns", [{"weight": -1}, {"depth": 4}])
def test_an_indicator_that_cannot_be(columns):
    changed(IndicatorFactory(), **columns)


def test_names_and_prefixes_of_a_year_stand_once():
    copied(TaskForceFactory(), code="another")
    copied(WorkListFactory())


@pytest.mark.parametrize("columns", [{"username": ""}, {"name": ""}])
def test_an_account_that_is_nobody(columns):
    changed(UserFactory(), **columns)


def test_a_username_stands_once_whatever_its_case():
    copied(UserFactory(username="linxiaowen"), username="LinXiaoWen")


def test_nobody_holds_two_of_the_three_duties(sysadmin):
    grant = sysadmin.grants.get()
    copied(grant, role="auditor")
    copied(grant, role="security")
    copied(grant)


def test_a_grant_does_not_end_before_it_begins(officer):
    changed(RoleGrant.objects.get(user=officer), valid_until=date(2019, 12, 31))


def test_a_unit_does_not_close_before_it_opens():
    unit = OrganisationFactory(active_from=date(2023, 1, 1))
    changed(unit, active_until=date(2022, 12, 31))
    copied(unit, code="another")


def test_slots_notices_deliveries_and_counters_stand_once(officer):
    copied(JobSlot.objects.create(job="job", slot_at=NOON))
    notice = Notification.objects.create(recipient=officer, event_key="e", text="x")
    copied(notice)
    copied(Delivery.objects.create(notification=notice, channel="mail", next_attempt_at=NOON))
    counter = NumberSeries.objects.create(series="s", year=2023, value=1)
    copied(counter)
    changed(counter, value=-1)


def test_an_issued_bulletin_has_its_number_moment_and_digest():
    row = Bulletin.objects.create(month=date(2023, 10, 1), code="2023-10", title="通报", drafted_at=NOON)
    changed(row, state="issued")
    changed(row, state="issued", issue_number=10, issued_at=NOON)
    changed(row, month=date(2023, 10, 2))


def test_an_issue_number_stands_once_in_a_series_and_year():
    values = {
        "month": date(2023, 10, 1),
        "title": "通报",
        "drafted_at": NOON,
        "state": "issued",
        "issue_year": 2023,
        "issue_number": 10,
        "issued_at": NOON,
        "content_hash": "ab",
    }
    copied(Bulletin.objects.create(code="2023-10", **values), code="2023-10-b")
