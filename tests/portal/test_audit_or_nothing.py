"""AU-4: where the audit trail cannot be written, nothing else is; the database itself refuses the event here."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from portal.models import AuditEvent, CalendarDay, Notification, RoleGrant, SettingRow, User
from portal.services import accounts, calendar, files, office_settings, rights, tokens
from tests.factories import WorkItemFactory
from tests.portal.test_files import pdf

pytestmark = pytest.mark.django_db
BLOCK = {
    "sqlite": [
        "CREATE TRIGGER no_more_events BEFORE INSERT ON portal_auditevent "
        "BEGIN SELECT RAISE(ABORT, 'no more events'); END"
    ],
    "postgresql": [
        "CREATE FUNCTION no_more_events() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'no more events'; END $$",
        "CREATE TRIGGER no_more_events BEFORE INSERT ON portal_auditevent "
        "FOR EACH ROW EXECUTE FUNCTION no_more_events()",
    ],
}


def block_the_trail():
    """Let the database refuse every further event, until the test's transaction is rolled back."""
    with connection.cursor() as cursor:
        for statement in BLOCK[connection.vendor]:
            cursor.execute(statement)


def create_account(people):
    accounts.create_account(
        actor=people["sysadmin"],
        username="newcomer",
        name="新来的",
        organisation=people["officer"].organisation,
        now=timezone.now(),
    )


def disable_account(people):
    accounts.disable_account(people["officer"], actor=people["sysadmin"], reason="调离", now=timezone.now())


def grant_role(people):
    rights.grant_role(people["liaison"], "unit_head", actor=people["security_officer"], now=timezone.now())


def change_setting(people):
    today, officer = timezone.localdate(), people["security_officer"]
    office_settings.change_setting(
        "security.idle_minutes", 20, valid_from=today, note="测评要求", actor=officer, today=today
    )


def make_day_off(people):
    today = timezone.localdate()
    kind = calendar.DayKind.REST
    calendar.set_day(today, kind, name="停电", reason="通知", actor=people["officer"], today=today)


def upload_file(people):
    files.store_upload(people["item"], pdf(), actor=people["liaison"])


def issue_token(people):
    tokens.issue_token(people["officer"], name="取数", days=30, second_factor_used=True, now=timezone.now())


def state():
    """Everything that the steps could have changed."""
    tables = (User, RoleGrant, SettingRow, CalendarDay, Notification)
    return [list(model.objects.order_by("pk").values()) for model in tables]


@pytest.mark.parametrize(
    "step",
    [create_account, disable_account, grant_role, change_setting, make_day_off, upload_file, issue_token],
)
def test_a_change_without_its_event_is_not_made(task_force, unit, settings, tmp_path, step, request):
    settings.MEDIA_ROOT = tmp_path
    people = {
        name: request.getfixturevalue(name) for name in ("officer", "liaison", "sysadmin", "security_officer")
    }
    people["item"] = WorkItemFactory(task_force=task_force, organisation=unit)
    User.objects.filter(pk=people["officer"].pk).update(totp_confirmed_at=timezone.now())
    people["officer"].refresh_from_db()
    before = state()
    block_the_trail()
    with pytest.raises(DatabaseError, match="no more events"), transaction.atomic():
        step(people)
    assert state() == before
    assert not AuditEvent.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
