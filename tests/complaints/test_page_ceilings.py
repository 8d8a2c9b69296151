"""The desk's pages and steps keep within their number of queries, whatever a case has been through."""

from datetime import timedelta
from http import HTTPStatus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.kinds import PaperKind
from complaints.models import CaseEvent, ClockStop, Complaint, Enclosure, FollowUp, Recusal
from complaints.services import acceptance, handling, routing, whistles
from complaints.services.escalations import propose_escalation
from complaints.services.intake import enclose
from complaints.services.papers import issue_paper
from complaints.services.routing import Routing
from complaints.services.whistles import Call
from complaints.workflow import EscalationRung
from tests.complaints.steps import NOW, TODAY, bring_to, extension_of
from tests.factories import OrganisationFactory, UserFactory
from tests.factories_complaints import TopicFactory, register
from tests.factories_enterprises import EnterpriseFactory

PERSONAS = ("liaison", "unit_head", "lead_liaison", "lead_head", "officer", "director", "inspector")
LIST, DETAIL, STEP = 15, 20, 15
MANY = 60


@pytest.fixture(autouse=True)
def _morning(on_the_day, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def people(request, db, calendar):
    return {name: request.getfixturevalue(name) for name in PERSONAS}


def asked(client, send):
    """Return the answer and how often it asked the database; the session's first page is not counted."""
    client.get("/inbox/")
    with CaptureQueriesContext(connection) as captured:
        answer = send()
    return answer, sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries)


@pytest.fixture
def full(people, unit):
    """A case that has been through everything, and many cases beside it."""
    enterprise, topic = EnterpriseFactory(), TopicFactory()
    cases = [
        register(title=f"第{n}件：审图补正", enterprise=enterprise, topic=topic, town=unit)
        for n in range(MANY)
    ]
    for case in cases[:50]:
        acceptance.accept_complaint(case, actor=people["officer"], now=NOW)
        routing.assign_complaint(case, Routing(unit), actor=people["officer"], now=NOW)
    case = bring_to("handling", people, register(enterprise=enterprise, topic=topic))
    others = [OrganisationFactory() for _ in range(12)]
    for other in cases[50:]:
        acceptance.merge_complaints(case, [other], actor=people["officer"], today=TODAY, note="同一件")
    whistles.call_units(case, Call(others, "会商"), actor=people["officer"], now=NOW)
    for n in range(12):
        word = SimpleUploadedFile(f"说明{n}.txt", "说明".encode())
        enclose(case, [word], side=Enclosure.Side.UNIT, actor=people["liaison"])
        ClockStop.objects.create(
            complaint=case, kind="supplement", reason="补充", from_on=TODAY, to_on=TODAY, stopped_by=None
        )
        FollowUp.objects.create(complaint=case, on=TODAY, by=people["officer"], at=NOW, reachable=False)
        person = UserFactory(organisation=people["officer"].organisation, roles=["office"])
        Recusal.objects.create(
            complaint=case, person=person, reason="回避", ordered_by=people["director"], at=NOW
        )
    for action in ("ask_more", "call", "recuse", "rate", "request_extension", "escalate"):
        CaseEvent.objects.create(complaint=case, at=NOW, action=action, actor_name="系统")
    extension_of(case)
    propose_escalation(case, EscalationRung.SUPERVISE, "逾期", occasion="full", now=NOW)
    issue_paper(case, PaperKind.ACCEPTANCE, actor=people["officer"], today=TODAY)
    handling.note_progress(case, actor=people["liaison"], now=NOW, note="已联系")
    return Complaint.objects.get(pk=case.pk)


@pytest.mark.parametrize("persona", ["officer", "director", "liaison", "lead_head", "inspector"])
def test_the_pages_ask_a_fixed_number_of_times(persona, full, people, browse):
    client = browse(people[persona])
    over = []
    for address, ceiling in (
        ("/complaints/?size=50", LIST),
        ("/complaints/?size=50&sort=due", LIST),
        ("/complaints/?size=50&show=waiting&due=soon&q=审图&topic=permits", LIST),
        (full.get_absolute_url(), DETAIL),
    ):
        answer, count = asked(client, lambda address=address: client.get(address))
        if answer.status_code != HTTPStatus.OK or count > ceiling:
            over.append(f"{address} {answer.status_code}: {count}")
    assert over == []


@pytest.mark.parametrize(
    ("persona", "path"),
    [
        ("officer", "/complaints/new/"),
        ("officer", "{case}edit/"),
        ("officer", "{case}shared/"),
        ("officer", "{case}merge/"),
        ("officer", "{case}decline/"),
        ("officer", "{case}ask_assist/"),
        ("officer", "/complaints/tickets/"),
        ("officer", "/complaints/replies/"),
        ("officer", "/complaints/limits/"),
        ("liaison", "{case}propose/"),
    ],
)
def test_the_forms_ask_a_fixed_number_of_times(persona, path, full, people, browse):
    client = browse(people[persona])
    address = path.format(case=full.get_absolute_url())
    answer, count = asked(client, lambda: client.get(address))
    assert (answer.status_code, count <= DETAIL) == (HTTPStatus.OK, True), count


def test_assigning_with_its_history_clock_and_notices_asks_at_most_fifteen_times(people, unit, browse):
    case = register(now=NOW - timedelta(days=1))
    acceptance.accept_complaint(case, actor=people["officer"], now=NOW)
    client = browse(people["officer"])
    sent = {"version": case.version, "lead": unit.pk, "note": "请三日内联系企业"}
    answer, count = asked(client, lambda: client.post(f"{case.get_absolute_url()}assign/", sent))
    assert (answer.status_code, case.lead_id) == (HTTPStatus.FOUND, None)
    assert count <= STEP


@pytest.mark.parametrize(
    ("state", "persona", "step", "values"),
    [
        ("registered", "officer", "accept", {}),
        ("assigned", "liaison", "sign", {}),
        ("handling", "liaison", "note", {"note": "已联系"}),
        ("awaiting_unit", "unit_head", "confirm", {}),
        ("replied", "officer", "pass", {}),
        ("follow_up", "officer", "call", {"reached": "yes", "resolved": "yes", "satisfaction": "very"}),
    ],
)
def test_the_daily_steps_ask_a_fixed_number_of_times(state, persona, step, values, people, browse):
    case = bring_to(state, people, register()) if state != "registered" else register()
    client = browse(people[persona])
    sent = {"version": case.version, **values}
    answer, count = asked(client, lambda: client.post(f"{case.get_absolute_url()}{step}/", sent))
    assert answer.status_code == HTTPStatus.FOUND
    assert count <= STEP, count
