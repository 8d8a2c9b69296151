"""Processes, a Redis and a ledger for each test; what it leaves running is killed."""

import pytest
from django.db import connection

from tests.chaos import work
from tests.chaos.processes import Processes, Redis, until


@pytest.fixture
def processes(transactional_db, tmp_path):
    group = Processes(tmp_path)
    yield group
    group.kill_all()
    assert until(nobody_else_is_connected, 10), "a killed process still works in the database"


def nobody_else_is_connected():
    """PostgreSQL ends what a killed client began a moment later; the tables are emptied after that."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone() == (0,)


@pytest.fixture
def redis(processes):
    return Redis(processes).start()


@pytest.fixture
def ledger(transactional_db, settings):
    """The table of effects; the test's own process knows the same jobs as the others."""
    settings.JOB_MODULES = ["tests.chaos.work"]
    with connection.cursor() as cursor:
        cursor.execute(work.CREATE)
    yield work
    with connection.cursor() as cursor:
        cursor.execute(work.DROP)
