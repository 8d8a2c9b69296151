"""Erasing identities: the page that says what is due, and erasing at the person's own request."""

from datetime import timedelta
from http import HTTPStatus

import pytest

from complaints.models import Complaint, Identity
from complaints.services.retention import erase_expired
from portal.models import AuditEvent
from tests.complaints.steps import TODAY, bring_to
from tests.complaints.test_page_ceilings import asked

PERSONAS = ("liaison", "unit_head", "lead_liaison", "lead_head", "officer", "director")


@pytest.fixture(autouse=True)
def _morning(on_the_day, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def people(request, db, calendar):
    return {name: request.getfixturevalue(name) for name in PERSONAS}


@pytest.fixture
def closed(people):
    return bring_to("closed", people)


@pytest.mark.parametrize(("age", "due"), [(3 * 366, 1), (3 * 365 - 40, 0)])
def test_the_page_says_what_is_due_and_the_job_erases_just_that(age, due, closed, people, browse):
    Complaint.objects.filter(pk=closed.pk).update(closed_on=TODAY - timedelta(days=age))
    client = browse(people["officer"])
    answer, count = asked(client, lambda: client.get("/complaints/retention/"))
    assert f"{due} 件，下次执行时删除" in answer.content.decode()
    assert count <= 15
    assert erase_expired(TODAY) == due
    assert (closed.number in client.get("/complaints/retention/").content.decode()) is bool(due)


def test_the_head_erases_at_the_person_s_request_with_the_reason_on_record(closed, people, browse):
    client, url = browse(people["director"]), f"{closed.get_absolute_url()}identity/erase/"
    client.post(url, {"reason": " "})
    assert Identity.objects.get().erased_at is None
    client.post(url, {"reason": "本人书面申请"})
    assert Identity.objects.get().erased_at is not None
    assert AuditEvent.objects.get(action="complaint.erase").note == "本人书面申请"


def test_while_a_case_is_under_way_its_identity_stays(people, browse):
    case = bring_to("handling", people)
    browse(people["director"]).post(f"{case.get_absolute_url()}identity/erase/", {"reason": "本人申请"})
    assert Identity.objects.get().erased_at is None


@pytest.mark.parametrize("persona", ["officer", "liaison", "outsider", "inspector"])
def test_nobody_else_erases(persona, closed, browse, request):
    client = browse(request.getfixturevalue(persona))
    answer = client.post(f"{closed.get_absolute_url()}identity/erase/", {"reason": "本人申请"})
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert Identity.objects.get().erased_at is None
