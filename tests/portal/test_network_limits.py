"""IN-2: from where the three duties may work and programmes may call the API. Outside is 404, and on record."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from portal.models import ApiToken, AuditEvent, User
from portal.networks import BadNetwork, contains, read_networks
from portal.services import login as login_service
from portal.services.tokens import digest_of
from tests.factories import PASSWORD, UserFactory
from tests.portal import hash_counter
from tests.portal.test_production_settings import production, run

INSIDE, OUTSIDE, PROXY = "10.12.3.7", "10.99.0.1", "192.0.2.10"


@pytest.fixture
def fenced(settings, db):
    """The duties may work from one IPv4 and one IPv6 network; nobody else is limited."""
    settings.PASSWORD_HASHERS = hash_counter.QUICK
    settings.ADMIN_NETWORKS = read_networks("ADMIN_NETWORKS", ["10.12.3.0/24", "2001:db8:12::/48"])
    cache.clear()
    return settings


def refusals():
    return AuditEvent.objects.filter(action="network.refused").order_by("pk")


@pytest.mark.parametrize(
    ("entries", "address", "inside"),
    [
        (["10.12.3.0/24"], "10.12.3.255", True),
        (["10.12.3.0/24"], "10.12.4.0", False),
        (["10.12.3.7"], "10.12.3.7", True),
        (["10.12.3.7"], "10.12.3.8", False),
        (["2001:db8:12::/48"], "2001:db8:12:ffff::1", True),
        (["2001:db8:12::/48"], "2001:db8:13::1", False),
        (["10.12.3.0/24"], "::ffff:10.12.3.4", True),
        (["2001:db8::/32", " 10.12.3.0/24 ", ""], "10.12.3.4", True),
        (["0.0.0.0/0"], "2001:db8::1", False),
        (["10.12.3.0/24"], "", False),
        (["10.12.3.0/24"], "10.12.3.4, 6.6.6.6", False),
    ],
)
def test_an_address_lies_in_the_networks_or_not(entries, address, inside):
    assert contains(read_networks("ADMIN_NETWORKS", entries), address) == inside


@pytest.mark.parametrize(
    "entry", ["10.12.3.0/33", "10.12.3", "office", "2001:db8::/129", "10.0.0.0/8/8", "*"]
)
def test_what_is_no_network_is_refused_by_name(entry):
    with pytest.raises(BadNetwork, match="不是网段") as refusal:
        read_networks("API_NETWORKS", ["10.0.0.0/8", entry])
    assert entry in str(refusal.value)
    assert "API_NETWORKS" in str(refusal.value)


def test_a_mask_that_does_not_fit_is_refused_with_the_network_that_was_meant():
    with pytest.raises(BadNetwork, match=r"应写成 10\.12\.0\.0/16"):
        read_networks("ADMIN_NETWORKS", ["10.12.3.0/16"])


@pytest.mark.parametrize("name", ["ADMIN_NETWORKS", "API_NETWORKS"])
def test_a_bad_network_in_the_environment_stops_the_start_with_a_sentence(tmp_path, name):
    done = run(production(tmp_path, **{name: "10.12.3.0/24,10.12.0.0/55"}), "manage.py", "check")
    assert done.returncode != 0
    assert f"{name} 中的“10.12.0.0/55”不是网段，应写成" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("duty", ["sysadmin", "security", "auditor"])
@pytest.mark.parametrize("asked", ["/system/", "/", "/profile/", "/no-such-page/", "/login/", "/api/schema/"])
def test_outside_every_page_answers_a_duty_with_404_and_the_trail_has_it(fenced, browse, duty, asked):
    person = UserFactory(roles=[duty])
    client = browse(person)
    answer = client.get(asked, REMOTE_ADDR=OUTSIDE)
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert person.name not in answer.content.decode()
    event = refusals().get()
    assert (event.actor, event.address, event.outcome) == (person, OUTSIDE, AuditEvent.Outcome.DENIED)
    assert event.changes == {"path": asked, "method": "GET"}


@pytest.mark.parametrize("address", [INSIDE, "2001:db8:12::9", "::ffff:10.12.3.9"])
def test_inside_a_duty_works_and_nothing_is_written_down(fenced, browse, sysadmin, address):
    assert browse(sysadmin).get("/system/", REMOTE_ADDR=address).status_code == HTTPStatus.OK
    assert not refusals().exists()


def test_a_step_from_outside_changes_nothing(fenced, browse, sysadmin):
    answer = browse(sysadmin).post("/system/jobs/seal_audit/run/", REMOTE_ADDR=OUTSIDE)
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert not AuditEvent.objects.filter(action="job.request").exists()
    assert refusals().get().changes["method"] == "POST"


def test_everybody_else_works_from_anywhere(fenced, browse, officer, calendar):
    assert browse(officer).get("/system/calendar/", REMOTE_ADDR=OUTSIDE).status_code == HTTPStatus.OK
    assert Client().get("/login/", REMOTE_ADDR=OUTSIDE).status_code == HTTPStatus.OK
    assert not refusals().exists()


def test_a_session_from_outside_is_not_prolonged_and_works_inside_again(fenced, browse, sysadmin):
    client = browse(sysadmin)
    client.get("/system/", REMOTE_ADDR=INSIDE)
    seen = client.session["seen"]
    client.get("/system/", REMOTE_ADDR=OUTSIDE)
    assert client.session["seen"] == seen
    assert client.get("/system/", REMOTE_ADDR=INSIDE).status_code == HTTPStatus.OK


def test_a_forwarded_address_counts_only_behind_a_trusted_proxy(fenced, browse, sysadmin):
    client = browse(sysadmin)
    forged = {"REMOTE_ADDR": OUTSIDE, "HTTP_X_FORWARDED_FOR": INSIDE}
    assert client.get("/system/", **forged).status_code == HTTPStatus.NOT_FOUND
    fenced.TRUSTED_PROXIES = [PROXY]
    behind = {"REMOTE_ADDR": PROXY, "HTTP_X_FORWARDED_FOR": f"6.6.6.6, {INSIDE}"}
    assert client.get("/system/", **behind).status_code == HTTPStatus.OK
    # The caller put his wish before what the proxy added.
    lied = {"REMOTE_ADDR": PROXY, "HTTP_X_FORWARDED_FOR": f"{INSIDE}, {OUTSIDE}"}
    assert client.get("/system/", **lied).status_code == HTTPStatus.NOT_FOUND
    assert [event.address for event in refusals()] == [OUTSIDE, OUTSIDE]


def test_from_outside_the_right_password_is_answered_like_a_wrong_one(fenced):
    UserFactory(username="fangzhengping", roles=["sysadmin"], password=make_password(PASSWORD))
    client = Client()
    data = {"username": "fangzhengping", "password": PASSWORD}
    right = client.post("/login/", data, REMOTE_ADDR=OUTSIDE)
    wrong = client.post("/login/", {**data, "password": "Wrong-guess-000"}, REMOTE_ADDR=OUTSIDE)
    assert right.status_code == wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert login_service.told(login_service.WRONG) in right.content.decode()
    assert len(right.content) == len(wrong.content)
    reasons = AuditEvent.objects.filter(action="session.failed").order_by("pk")
    assert [event.changes["reason"] for event in reasons] == [login_service.OUTSIDE, "密码"]
    assert client.post("/login/", data, REMOTE_ADDR=INSIDE).status_code == HTTPStatus.FOUND


def test_a_token_of_a_duty_does_not_work_outside(fenced, auditor):
    now = timezone.now()
    ApiToken.objects.create(
        user=auditor,
        name="旧令牌",
        hint="ptk_old",
        digest=digest_of("ptk_old"),
        session_epoch=auditor.session_epoch,
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    User.objects.filter(pk=auditor.pk).update(totp_confirmed_at=now)
    call = {"headers": {"Authorization": "Token ptk_old"}}
    assert Client().get("/api/schema/", REMOTE_ADDR=INSIDE, **call).status_code == HTTPStatus.OK
    assert Client().get("/api/schema/", REMOTE_ADDR=OUTSIDE, **call).status_code == HTTPStatus.NOT_FOUND
    assert refusals().get().actor == auditor


@pytest.fixture
def api_fenced(fenced):
    fenced.ADMIN_NETWORKS = ()
    fenced.API_NETWORKS = read_networks("API_NETWORKS", ["10.12.3.0/24"])
    return fenced


def test_outside_its_networks_the_api_does_not_exist_but_its_public_part_does(api_fenced, browse, officer):
    client = browse(officer)
    assert client.get("/api/v1/organisations/", REMOTE_ADDR=INSIDE).status_code == HTTPStatus.OK
    answer = client.get("/api/v1/organisations/", REMOTE_ADDR=OUTSIDE)
    assert (answer.status_code, answer.json()["error"]["code"]) == (HTTPStatus.NOT_FOUND, "not_found")
    assert refusals().get().actor == officer
    assert client.get("/api/v1/public/benefits/", REMOTE_ADDR=OUTSIDE).status_code == HTTPStatus.OK
    assert client.get("/system/", REMOTE_ADDR=OUTSIDE).status_code == HTTPStatus.OK


def test_callers_without_an_account_are_written_down_once_a_minute(api_fenced):
    for _ in range(20):
        assert Client().get("/api/schema/", REMOTE_ADDR=OUTSIDE).status_code == HTTPStatus.NOT_FOUND
    Client().get("/api/schema/", REMOTE_ADDR="10.99.0.2")
    assert [event.address for event in refusals()] == [OUTSIDE, "10.99.0.2"]


def test_without_the_settings_nothing_is_limited(settings, browse, sysadmin):
    settings.ADMIN_NETWORKS = settings.API_NETWORKS = ()
    client = browse(sysadmin)
    assert client.get("/system/", REMOTE_ADDR=OUTSIDE).status_code == HTTPStatus.OK
    assert client.get("/api/schema/", REMOTE_ADDR=OUTSIDE).status_code == HTTPStatus.OK
