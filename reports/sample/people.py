"""Units, people and what they may do."""

from __future__ import annotations

from datetime import date, time

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from portal.models import Organisation, RoleGrant, User
from portal.roles import Role
from reports.sample import texts
from reports.sample.county import County

GRANTED_ON = date(2023, 1, 3)
GRANTED_AT = time(9, 30)


def load(county: County) -> None:
    """Write the units, the people and their roles."""
    _load_units(county)
    _load_people(county)
    _load_grants(county)
    found = User.objects.select_related("organisation").prefetch_related("grants")
    county.people = {person.name: person for person in found}
    for person in county.people.values():
        for role in person.roles:
            county.by_role.setdefault((person.organisation_id, role), person)


def _load_units(county: County) -> None:
    rows = [
        Organisation(code=row.code, name=row.name, short_name=row.short, kind=row.kind, order=position * 10)
        for position, row in enumerate(texts.units(), start=1)
    ]
    Organisation.objects.bulk_create(rows)
    county.units = {row.short_name: row for row in Organisation.objects.all()}


def _load_people(county: County) -> None:
    # One hash for all: Argon2 is slow on purpose, and these accounts share their password anyway.
    demo = make_password(texts.situations().shared_word)
    User.objects.bulk_create(
        User(
            username=row.username,
            name=row.name,
            organisation=county.units[row.organisation],
            title=row.title,
            phone=row.phone,
            password=demo if row.demo else make_password(None),
            must_change_password=not row.demo,
            # The age of a password is judged by the real clock.
            password_changed_at=timezone.now() if row.demo else None,
        )
        for row in texts.people()
    )


def _load_grants(county: County) -> None:
    people = {person.username: person for person in User.objects.all()}
    security = next(people[row.username] for row in texts.people() if Role.SECURITY in row.roles)
    RoleGrant.objects.bulk_create(
        RoleGrant(
            user=people[row.username],
            role=role,
            valid_from=county.shift.day(GRANTED_ON),
            granted_by=None if people[row.username] == security else security,
        )
        for row in texts.people()
        for role in row.roles
    )
    # The column is filled with the present moment on creation.
    granted_at = county.at(county.shift.day(GRANTED_ON), clock=GRANTED_AT)
    RoleGrant.objects.update(granted_at=granted_at)
