"""Try something on the running database and take it back: whether a trigger stands in the way is seen only so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from portal.models import JobSlot

OWN_APPS = ("portal", "indicators", "complaints", "policies", "reports")


class _Done(Exception):
    """Ends the attempt, so that nothing of it is kept."""


def is_refused(attempt: Callable[[], object]) -> bool:
    """Tell whether the database refuses `attempt`; what it did otherwise is rolled back."""
    try:
        with transaction.atomic():
            attempt()
            raise _Done
    except _Done:
        return False
    except DatabaseError:
        return True


def constraints_in_database(model: type[Model]) -> set[str]:
    """Return the names of the constraints and indexes that the table has now."""
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, model._meta.db_table))


def nullable_columns(model: type[Model]) -> set[str]:
    """Return the columns that the table lets be empty."""
    with connection.cursor() as cursor:
        rows = connection.introspection.get_table_description(cursor, model._meta.db_table)
    return {row.name for row in rows if row.null_ok}


def own_models() -> list[type[Model]]:
    """Return the tables of the portal's own applications."""
    return [model for name in OWN_APPS for model in apps.get_app_config(name).get_models()]


def has_middleware(*names: str) -> bool:
    return all(name in settings.MIDDLEWARE for name in names)


def last_done(job: str, now: datetime, within: timedelta) -> bool:
    """Tell whether a job has been done within that time, and has not failed since."""
    newest = JobSlot.objects.filter(job=job, state__in=[JobSlot.State.DONE, JobSlot.State.FAILED])
    slot = newest.order_by("-finished_at").first()
    done = slot is not None and slot.state == JobSlot.State.DONE and slot.finished_at is not None
    return bool(done and slot and slot.finished_at and slot.finished_at >= now - within)
