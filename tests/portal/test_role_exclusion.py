"""The three duties exclude one another and all business (AC-4); the database itself refuses."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from portal.models import RoleGrant
from portal.roles import BUSINESS_ROLES, DUTIES, Role, exclusion
from tests.factories import UserFactory

SINCE = date(2020, 1, 1)


@pytest.mark.parametrize(
    ("roles", "allowed"),
    [
        ({"office", "office_head"}, True),
        ({"liaison", "unit_head", "chief"}, True),
        ({"sysadmin"}, True),
        (set(), True),
        ({"sysadmin", "security"}, False),
        ({"security", "auditor"}, False),
        ({"sysadmin", "auditor"}, False),
        ({"sysadmin", "liaison"}, False),
        ({"auditor", "observer"}, False),
    ],
)
def test_which_roles_go_together(roles, allowed):
    assert (exclusion(frozenset(roles)) == "") is allowed


@pytest.mark.django_db
@pytest.mark.parametrize("first", sorted(Role))
@pytest.mark.parametrize("second", sorted(Role))
def test_the_database_and_the_rule_agree_on_every_pair(first, second):
    if first == second:
        return
    person = UserFactory(roles=[first])
    try:
        with transaction.atomic():
            RoleGrant.objects.create(user=person, role=second, valid_from=SINCE)
        accepted = True
    except IntegrityError:
        accepted = False
    assert accepted is (exclusion(frozenset({first, second})) == "")


@pytest.mark.django_db
def test_raw_sql_and_a_changed_row_are_refused_as_well():
    person = UserFactory(roles=["liaison", "unit_head"])
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.filter(user=person, role="liaison").update(role="security")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal_rolegrant (user_id, role, valid_from, granted_at) VALUES (%s, %s, %s, %s)",
            [person.pk, "auditor", SINCE, timezone.now()],
        )


@pytest.mark.django_db
def test_a_revoked_duty_does_not_stand_in_the_way():
    person = UserFactory(roles=["sysadmin"])
    person.grants.update(revoked_at=timezone.now())
    RoleGrant.objects.create(user=person, role="liaison", valid_from=SINCE)
    with pytest.raises(IntegrityError), transaction.atomic():
        person.grants.filter(role="sysadmin").update(revoked_at=None)


def test_duties_and_business_cover_every_role():
    assert set(Role) == DUTIES | BUSINESS_ROLES
