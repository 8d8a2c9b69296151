"""A clue handed to discipline inspection: sealed, read by those named, and unknown everywhere else."""

import base64
import secrets
from http import HTTPStatus

import pytest
from django.core import serializers

from indicators.models import InspectionReferral
from indicators.services import inspections as services
from portal.errors import Refused
from portal.models import AuditEvent, Notification
from portal.roles import Role
from tests.factories import UserFactory
from tests.factories_inspections import STARTED, concluded, found, started
from tests.indicators.test_inspection_scope import walk

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]

FACTS = "窗口负责人甲某收受中介好处费"
OUTCOME = "已立案审查"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def colleague(db):
    return UserFactory(username="colleague", name="聂文清", roles=["inspector"])


@pytest.fixture
def stranger(db):
    return UserFactory(username="stranger", name="无关督查员", roles=["inspector"])


@pytest.fixture
def running(inspector, unit):
    return started(inspector, unit)


@pytest.fixture
def referral(running, inspector, colleague):
    return services.refer_clue(running, facts=FACTS, readers=[colleague], actor=inspector, today=STARTED)


def test_only_named_inspectors_read_it(browse, referral, inspector, colleague, stranger):
    for person, expected in (
        (inspector, HTTPStatus.OK),
        (colleague, HTTPStatus.OK),
        (stranger, HTTPStatus.NOT_FOUND),
    ):
        answer = browse(person).get(referral.get_absolute_url())
        assert answer.status_code == expected
        assert (FACTS in answer.content.decode()) is (expected == HTTPStatus.OK)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.INSPECTOR])
def test_no_other_role_reads_it_even_when_it_is_named(browse, referral, role):
    person = UserFactory(roles=[role])
    referral.readers.add(person)
    assert browse(person).get(referral.get_absolute_url()).status_code == HTTPStatus.FORBIDDEN
    assert not InspectionReferral.objects.visible_to(person).exists()


def test_every_look_stands_in_the_audit_trail(browse, referral, colleague, stranger):
    before = AuditEvent.objects.filter(action="referral.view").count()
    browse(colleague).get(referral.get_absolute_url())
    browse(colleague).get(referral.get_absolute_url())
    browse(stranger).get(referral.get_absolute_url())
    looks = AuditEvent.objects.filter(action="referral.view")
    assert looks.count() == before + 2
    assert {look.actor for look in looks} == {colleague}


@pytest.mark.parametrize(
    "persona",
    ["stranger", "officer", "director", "leader", "liaison", "unit_head", "chief", "observer", "sysadmin"],
)
def test_nobody_else_meets_a_word_of_it(
    browse, referral, running, inspector, unit, task_force, persona, request
):
    person = request.getfixturevalue(persona)
    services.answer_referral(referral, outcome=OUTCOME, actor=inspector, today=STARTED)
    found(running, unit, task_force, inspector)
    concluded(running, inspector)
    texts = walk(browse, person, running)
    for secret in (FACTS, OUTCOME, referral.token, "限制知悉"):
        assert secret not in texts


def test_the_auditor_sees_that_somebody_looked_but_not_at_what(browse, referral, auditor, colleague):
    browse(colleague).get(referral.get_absolute_url())
    client = browse(auditor)
    page = client.get("/system/audit/?action=referral.view").content.decode()
    export = b"".join(client.get("/system/audit/export/?format=csv").streaming_content).decode()
    for text in (page, export):
        assert "查阅限制知悉记录" in text
    event = AuditEvent.objects.filter(action="referral.view").first()
    told = f"{page}{export}{serializers.serialize('json', [event])}"
    for secret in (FACTS, referral.token, referral.inspection.title, referral.inspection.slug):
        assert secret not in told


def test_notices_say_no_more_than_that_there_is_something(referral, colleague, inspector):
    notices = Notification.objects.filter(url=referral.get_absolute_url())
    assert {(row.recipient, row.text) for row in notices} == {(colleague, "有一份限制知悉的记录请您查阅")}


def test_what_is_stored_is_sealed(referral, inspector):
    services.answer_referral(referral, outcome=OUTCOME, actor=inspector, today=STARTED)
    row = InspectionReferral.objects.get()
    assert FACTS not in row.facts
    assert OUTCOME not in row.outcome
    opened = services.open_referral(row, actor=inspector)
    assert (opened.facts, opened.outcome) == (FACTS, OUTCOME)


def test_it_is_sealed_anew_when_the_key_changes(referral, inspector, settings):
    fresh = base64.b64encode(secrets.token_bytes(32)).decode()
    services.answer_referral(referral, outcome=OUTCOME, actor=inspector, today=STARTED)
    before = InspectionReferral.objects.get().facts
    settings.FIELD_KEYS = f"fresh:{fresh},{settings.FIELD_KEYS}"
    assert (services.rewrap_referrals(), services.rewrap_referrals()) == (2, 0)
    row = InspectionReferral.objects.get()
    assert row.facts != before
    assert services.open_referral(row, actor=inspector).facts == FACTS


def test_it_is_shared_by_a_reader_with_inspectors_only(referral, inspector, stranger, officer):
    with pytest.raises(Refused, match="限制知悉"):
        services.share_referral(referral, readers=[stranger], actor=stranger)
    with pytest.raises(Refused, match="不是督查人员"):
        services.share_referral(referral, readers=[officer], actor=inspector)
    services.share_referral(referral, readers=[stranger], actor=inspector)
    assert InspectionReferral.objects.visible_to(stranger).get() == referral


def test_the_outcome_is_written_once(referral, inspector):
    services.answer_referral(referral, outcome=OUTCOME, actor=inspector, today=STARTED)
    with pytest.raises(Refused, match="已登记"):
        services.answer_referral(referral, outcome="另一个结果", actor=inspector, today=STARTED)


@pytest.mark.parametrize("persona", ["officer", "director", "leader", "liaison"])
def test_nobody_but_an_inspector_hands_a_clue_over(running, persona, request):
    with pytest.raises(Refused, match="由督查人员办理"):
        services.refer_clue(
            running, facts=FACTS, readers=[], actor=request.getfixturevalue(persona), today=STARTED
        )


def test_the_pages_of_a_referral(browse, running, inspector, colleague, stranger):
    client = browse(inspector)
    new = f"/inspections/{running.slug}/referrals/new/"
    empty = client.post(new, {"facts": ""})
    assert empty.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    address = client.post(new, {"facts": FACTS, "readers": [colleague.pk]}).url
    assert FACTS in client.get(address).content.decode()
    assert address in client.get(f"/inspections/{running.slug}/").content.decode()
    assert client.post(f"{address}share/", {"readers": [stranger.pk]}).status_code == HTTPStatus.FOUND
    assert client.post(f"{address}answer/", {"outcome": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    client.post(f"{address}answer/", {"outcome": OUTCOME})
    assert OUTCOME in browse(stranger).get(address).content.decode()
    assert client.post(f"{address}forge/").status_code == HTTPStatus.NOT_FOUND
