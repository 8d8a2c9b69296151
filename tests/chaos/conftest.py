"""Processes, a Redis and a ledger for each test; what it leaves running is killed."""

import pytest
from django.db import connection

from tests.chaos import work
from tests.chaos.processes import Processes, Redis


@pytest.fixture
def processes(transactional_db, tmp_path):
    group = Processes(tmp_path)
    yield group
    group.kill_all()


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
