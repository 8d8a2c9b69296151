"""The sample county, loaded once for everything that is asked of it, and taken back after it."""

from datetime import date

import pytest
from django.db import connection, transaction
from django.test import TestCase, override_settings

from reports.sample.loading import load_sample


@pytest.fixture(scope="package")
def county(django_db_setup, django_db_blocker, tmp_path_factory):
    """What loading the sample as of 10 November 2023 said of itself."""
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("county")),
        transaction.atomic(),
    ):
        # What waits for a commit (sealing the audit trail) waits for it here too.
        with TestCase.captureOnCommitCallbacks(execute=True):
            loaded = load_sample(date(2023, 11, 10))
        # The server plans by what it knew of the tables while they were empty, and it is not told in a transaction.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        yield loaded
        transaction.set_rollback(True)


@pytest.fixture
def sample(county, db):
    return county
