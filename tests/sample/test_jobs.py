"""The portal goes on from where the sample stands: its own jobs find nothing to mend in what the sample tells."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import transaction
from django.test import TestCase, override_settings

from indicators.models import LampRecord, ProgressReport, ReportingMonth
from portal.jobs import CHINA
from portal.models import JobSlot
from portal.selectors.jobs import registry
from portal.services import jobs
from reports.figures import Period, values_of

TODAY = date(2023, 11, 10)
OCTOBER = date(2023, 10, 1)
DAYS = 3


def october():
    return {key: figure.value for key, figure in values_of(Period(OCTOBER)).items()}


def lamps():
    rows = LampRecord.objects.filter(month=OCTOBER).order_by("item__number")
    return list(rows.values_list("item__number", "colour", "reason", "percent"))


def reports():
    return list(
        ProgressReport.objects.order_by("pk").values_list("item__number", "month", "organisation", "state")
    )


@pytest.fixture(scope="module")
def days(county, django_db_blocker, tmp_path_factory):
    """The sample before its day, and after every job has run on that day and on the two that follow."""
    anchors = tmp_path_factory.mktemp("jobs") / "anchors.txt"
    with (
        django_db_blocker.unblock(),
        # Backups have tests of their own, outside of any transaction.
        override_settings(AUDIT_ANCHOR_FILE=anchors, BACKUP_KEEP=0),
        transaction.atomic(),
    ):
        before = october(), lamps(), reports()
        midnight = datetime.combine(TODAY, time(), CHINA)
        for hour in range(1, 24 * DAYS):
            run_all(midnight + timedelta(hours=hour))
        yield before
        transaction.set_rollback(True)


def run_all(now):
    # What waits for a commit (sealing the audit trail) waits for it here too.
    with TestCase.captureOnCommitCallbacks(execute=True):
        jobs.plan_slots(now)
        while jobs.run_due(now):
            pass


@pytest.fixture
def before(days, db):
    return days


def test_the_jobs_change_no_figure_of_october(before):
    assert october() == before[0]


def test_the_jobs_change_no_lamp_recorded_for_october(before):
    assert ReportingMonth.objects.get(month=OCTOBER).closed_at is not None
    assert lamps() == before[1]


def test_the_jobs_owe_no_report_that_the_sample_left_out(before):
    assert reports() == before[2]


def test_every_job_ended_well(before):
    ended_otherwise = JobSlot.objects.exclude(state__in=[JobSlot.State.DONE, JobSlot.State.SKIPPED])
    assert list(ended_otherwise.values_list("job", "outcome")) == []
    ran = set(JobSlot.objects.filter(state=JobSlot.State.DONE).values_list("job", flat=True))
    assert ran == set(registry())


def test_the_figures_are_those_of_the_county(before):
    found = october()
    names = ("benchmarking", "innovation_pilot", "evaluation_problems", "survey_problems", "total")
    assert [found[f"indicators.items.{name}"] for name in names] == [103, 114, 48, 23, 288]
    assert found["indicators.taskforces"] == 16
    # The seven open instructions owe reports as every open item does.
    assert [found[f"indicators.reports.{name}"] for name in ("due", "submitted", "on_time")] == [
        176,
        169,
        162,
    ]
