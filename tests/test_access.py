"""The access table: a line for every URL name, and every role tried against every line.

`access.csv` is written by people and reviewed: `url`, `roles` (the short names of
the roles that may open it, `all` for everybody signed in, `public` for anybody).
"""

import csv
from http import HTTPStatus
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from portal.roles import Role
from tests.factories import UserFactory

TABLE = Path(__file__).parent / "access.csv"
SAMPLE_ARGUMENTS = {
    "code": "none",
    "credit_code": "none",
    "day": "2023-11-08",
    "extension": "docx",
    "kind": "docx",
    "key": 1,
    "level": "provincial",
    "month": "2023-10",
    "name": "none",
    "number": "2023-DB-999",
    "occasion": "none",
    "paper": "transfer",
    "role": "office",
    "section": "overall",
    "slug": "2023-01",
    "step": "submit",
    "token": "none",
    "username": "nobody",
    "year": 2023,
}
# Public, but sends whoever has not begun to log in to the beginning.
MID_LOGIN = {"portal:login_code", "portal:sample_login"}
DETAIL_KEYS = {
    "api:indicators-api:dispatchround-detail": "2023-01",
    "api:reports-api:result-detail": "2023_none",
    "api:indicators-api:inspection-detail": "2023-01",
    "api:indicators-api:inspectionfinding-detail": "2023-01_1",
}
GROUPS = {
    "office": {Role.OFFICE, Role.OFFICE_HEAD},
    "unit": {Role.LIAISON, Role.UNIT_HEAD},
    "duties": {Role.SYSADMIN, Role.SECURITY, Role.AUDITOR},
    "insiders": set(Role) - {Role.OBSERVER, Role.SYSADMIN, Role.SECURITY, Role.AUDITOR},
    "readers": {Role.OFFICE, Role.OFFICE_HEAD, Role.LEADER, Role.INSPECTOR},
    "all": set(Role),
}


def patterns(resolver, namespace=()):
    """Yield the full name and the argument names of every address."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = (*namespace, entry.namespace) if entry.namespace else namespace
            yield from patterns(entry, inner)
        elif isinstance(entry, URLPattern):
            yield ":".join([*namespace, entry.name or str(entry.pattern)]), entry.pattern


def names():
    return {name for name, _ in patterns(get_resolver())}


def table():
    with TABLE.open(encoding="utf-8") as file:
        return {row["url"]: row["roles"].split() for row in csv.DictReader(file)}


def allowed(words):
    found = set()
    for word in words:
        found |= GROUPS.get(word) or {Role(word)}
    return found


def address(name):
    pattern = next(pattern for known, pattern in patterns(get_resolver()) if known == name)
    arguments = {
        key: DETAIL_KEYS.get(name, "none_2023-10") if key == "pk" else SAMPLE_ARGUMENTS[key]
        for key in pattern.regex.groupindex
    }
    return reverse(name, kwargs=arguments)


def test_every_address_has_a_line_and_every_line_an_address():
    assert names() - set(table()) == set(), "addresses without a line in access.csv"
    assert set(table()) - names() == set(), "lines in access.csv without an address"


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_what_the_table_says_and_nothing_else(role):
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory(roles=[role]))
    wrong = []
    for name, words in table().items():
        if words == ["public"] or name == "portal:logout":
            continue
        answer = client.get(address(name))
        open_to_role = answer.status_code not in {HTTPStatus.FORBIDDEN, HTTPStatus.INTERNAL_SERVER_ERROR}
        if open_to_role != (role in allowed(words)):
            wrong.append(f"{name}: {answer.status_code}")
    assert wrong == []


@pytest.mark.django_db
def test_without_an_account_only_public_addresses_open():
    client = Client(raise_request_exception=False)
    wrong = []
    for name, words in table().items():
        if name in MID_LOGIN:
            continue
        answer = client.get(address(name))
        to_login = answer.status_code == HTTPStatus.FOUND and answer.url.startswith("/login/")
        refused = to_login or answer.status_code in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}
        if refused == (words == ["public"]):
            wrong.append(f"{name}: {answer.status_code}")
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.OFFICE, Role.SYSADMIN, None])
def test_every_address_answers_head_as_get_without_the_body(role):
    asked, told = (Client(raise_request_exception=False) for _ in range(2))
    if role is not None:
        person = UserFactory(roles=[role])
        asked.force_login(person)
        told.force_login(person)
    wrong = []
    for name in table():
        if name in {"portal:logout", *MID_LOGIN}:
            continue
        page, head = asked.get(address(name)), told.generic("HEAD", address(name))
        same = page.status_code == head.status_code and page.get("Content-Type") == head.get("Content-Type")
        if not same or b"".join(head):
            wrong.append(f"{name}: {page.status_code} {head.status_code}")
    assert wrong == []


@pytest.mark.django_db
def test_head_tells_the_length_of_the_page_it_leaves_out():
    client = Client()
    page, head = client.get("/login/"), client.head("/login/")
    assert head["Content-Length"] == page["Content-Length"] == str(len(page.content))
    assert head.content == b""
