"""Who opens which page of people, units and the own account, and who may take which step (AC-1, AC-4, AC-5)."""

from http import HTTPStatus

import pytest
from django.urls import reverse
from django.utils import timezone

from portal.access import access_of
from portal.models import User
from portal.pages import urlpatterns
from portal.selectors.people import AccountQuery, accounts

pytestmark = pytest.mark.django_db
EVERYBODY = {
    "officer",
    "director",
    "liaison",
    "unit_head",
    "chief",
    "leader",
    "inspector",
    "observer",
    "sysadmin",
    "security_officer",
    "auditor",
}
READERS = {"officer", "director", "sysadmin", "security_officer", "auditor"}
MANAGERS = {"sysadmin", "security_officer"}
WHO_OPENS = {
    "system": READERS,
    "user_list": READERS,
    "user_detail": READERS,
    "user_export": READERS,
    "user_create": {"sysadmin"},
    "user_edit": MANAGERS,
    "organisation_list": READERS,
    "organisation_create": {"sysadmin"},
    "organisation_edit": {"sysadmin"},
    "profile": EVERYBODY,
    "password_change": EVERYBODY,
    "second_factor": EVERYBODY,
    "prove": EVERYBODY,
}
WHO_STEPS = {
    "user_grant": {"security_officer"},
    "user_revoke": {"security_officer"},
    "user_unlock": {"security_officer"},
    "user_reset_second_factor": {"security_officer"},
    "user_disable": MANAGERS,
    "user_enable": MANAGERS,
    "user_hand_over": MANAGERS,
    "user_reset_password": MANAGERS,
    "organisation_close": {"sysadmin"},
    "organisation_reopen": {"sysadmin"},
}
NEEDS_A_PERSON = {name for name in (*WHO_OPENS, *WHO_STEPS) if name.startswith("user_")} - {
    "user_list",
    "user_export",
    "user_create",
}


def address(name, person):
    if name in NEEDS_A_PERSON:
        return reverse(f"portal:{name}", args=[person.username])
    if name in {"organisation_edit", "organisation_close", "organisation_reopen"}:
        return reverse(f"portal:{name}", args=[person.organisation.code])
    return reverse(f"portal:{name}")


@pytest.mark.parametrize("persona", sorted(EVERYBODY))
def test_who_opens_which_page(persona, liaison, browse, request):
    client = browse(request.getfixturevalue(persona))
    opened = {name for name in WHO_OPENS if client.get(address(name, liaison)).status_code == HTTPStatus.OK}
    refused = {
        name for name in WHO_OPENS if client.get(address(name, liaison)).status_code == HTTPStatus.FORBIDDEN
    }
    assert opened == {name for name, people in WHO_OPENS.items() if persona in people}
    assert opened | refused == set(WHO_OPENS)


@pytest.mark.parametrize("persona", sorted(EVERYBODY))
def test_who_may_take_which_step(persona, liaison, browse, request):
    client = browse(request.getfixturevalue(persona))
    refused = {
        name for name in WHO_STEPS if client.post(address(name, liaison)).status_code == HTTPStatus.FORBIDDEN
    }
    assert refused == {name for name, people in WHO_STEPS.items() if persona not in people}


def test_without_an_account_every_page_leads_to_the_login(client, liaison):
    for name in WHO_OPENS:
        answer = client.get(address(name, liaison))
        assert answer["Location"].startswith("/login/?next="), name


def test_every_page_of_the_base_declares_who_opens_it():
    assert [pattern.name for pattern in urlpatterns if access_of(pattern.callback) is None] == []


def test_list_page_and_export_agree_on_who_is_visible(liaison, outsider, request):
    people = [outsider, *(request.getfixturevalue(name) for name in sorted(EVERYBODY))]
    query, now = AccountQuery(), timezone.now()
    for viewer in people:
        listed = {row.pk for row in accounts(viewer, query, today=timezone.localdate(), now=now)}
        for other in people:
            assert (other.pk in listed) is User.objects.visible_to(viewer).filter(pk=other.pk).exists()
    assert not accounts(outsider, query, today=timezone.localdate(), now=now).filter(pk=liaison.pk).exists()


@pytest.mark.parametrize(
    ("persona", "shown", "hidden"),
    [
        ("sysadmin", {"人员", "单位"}, {"审计记录"}),
        ("auditor", {"人员", "单位"}, {"定时任务"}),
        ("officer", {"人员", "单位"}, {"审计记录"}),
    ],
)
def test_the_index_lists_what_the_person_may_open(browse, request, persona, shown, hidden):
    client = browse(request.getfixturevalue(persona))
    entries = client.get(reverse("portal:system")).context["entries"]
    labels = {entry["label"] for entry in entries}
    assert shown <= labels
    assert not hidden & labels
    for entry in entries:
        assert client.get(entry["url"]).status_code == HTTPStatus.OK
