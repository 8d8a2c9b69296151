"""The reported unit's people open every address there is, and find nothing that tells who handed the case in."""

import re
import zipfile
from contextlib import suppress
from http import HTTPStatus
from io import BytesIO
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import NoReverseMatch, get_resolver, reverse
from PIL import Image

from complaints.models import Complaint
from complaints.services import acceptance, handling, identities, routing
from complaints.services.routing import Routing
from portal.models import Attachment
from tests.complaints.steps import NOW, TODAY
from tests.factories_complaints import TopicFactory, register
from tests.factories_enterprises import EnterpriseFactory
from tests.test_access import SAMPLE_ARGUMENTS, address, patterns

SECRETS = (
    "喆明远",
    "13800138000",
    "138 0013 8000",
    "138****8000",
    "喆远",
    "解放路18号",
    "GD-0578-9",
    "厂房全景",
)
GUESSES = (
    "q=喆远",
    "q=13800138000",
    "q=喆明远",
    "q=GD-0578-9",
    "channel=hotline",
    "sort=due",
    "show=waiting",
    "show=secret",
    "size=100",
)
# The register of market entities is open to departments; it must not lead to a case.
REGISTER = ("/enterprises/", "/api/v1/enterprises/")


@pytest.fixture(autouse=True)
def _morning(on_the_day, calendar, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def photo():
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "喆明远的厂房全景"
    Image.new("RGB", (8, 8), "white").save(out, "JPEG", exif=exif)
    return SimpleUploadedFile("喆明远厂房全景.jpg", out.getvalue())


def handed_in(**changes):
    """Register a case whose every part tells who handed it in."""
    return register(
        enterprise=EnterpriseFactory(name="云溪县喆远食品有限公司"),
        topic=TopicFactory(),
        title="喆远食品反映施工许可审图一再补正",
        wishes="请回复喆明远 13800138000",
        external_number=f"GD-0578-9{Complaint.objects.count()}",
        channel="hotline",
        uploads=[photo()],
        **changes,
    )


@pytest.fixture
def secret_case(officer, unit):
    """A secret case that is not about the unit that handles it."""
    case = handed_in(kind="report")
    acceptance.accept_complaint(case, actor=officer, now=NOW)
    routing.assign_complaint(case, Routing(unit), actor=officer, now=NOW)
    return case


@pytest.fixture
def masked_case(officer, unit, liaison):
    """A case about the unit itself, given to it masked, with a history in which people were careless."""
    case = handed_in(reported=unit)
    identities.look_at_identity(case, actor=officer, reason="致电喆明远核实", now=NOW)
    words = case.shared_text
    acceptance.check_shared(case, actor=officer, title="施工许可审图补正", text=words, wishes="一次性告知")
    acceptance.accept_complaint(case, actor=officer, now=NOW, note="喆明远来电说明")
    route = Routing(unit, instruction="请与喆明远（13800138000）所反映的问题一并核查", confirmed_masked=True)
    routing.assign_complaint(case, route, actor=officer, now=NOW)
    handling.note_progress(
        case, actor=officer, now=NOW, note="喆远食品的喆明远再次来电", public="已转告喆明远"
    )
    routing.sign_complaint(case, actor=liaison, today=TODAY)
    return case


def addresses(cases):
    """Yield every address of the portal that can be opened, with the cases' numbers where one is asked for."""
    for name, pattern in patterns(get_resolver()):
        if name == "portal:logout":
            continue
        asked = set(pattern.regex.groupindex)
        yield address(name)
        for case in cases if asked & {"number", "pk"} else ():
            values = SAMPLE_ARGUMENTS | {"number": case.number, "pk": case.number}
            with suppress(NoReverseMatch):
                yield reverse(name, kwargs={key: values[key] for key in asked})
    for case in cases:
        yield f"/enterprises/{case.enterprise.credit_code}/"
        for condition in (f"enterprise={case.enterprise.credit_code}", *GUESSES):
            yield f"/complaints/?{condition}"
            yield f"/complaints/export/?{condition}"
    for attachment in Attachment.objects.all():
        yield f"/files/{attachment.token}/"


def texts_of(answer):
    """Return everything an answer says: its headers, its body, and what is inside a workbook or document."""
    body = answer.getvalue() if answer.streaming else answer.content
    said = [unquote(f"{name}: {value}") for name, value in answer.headers.items()]
    said.append(body.decode("utf-8", errors="ignore"))
    if body[:2] == b"PK":
        with zipfile.ZipFile(BytesIO(body)) as book:
            said += [book.read(name).decode("utf-8", errors="ignore") for name in book.namelist()]
    return "\n".join(said)


def found_in(answer, asked):
    """Return the secrets that an answer tells; what the person typed himself is not told to him."""
    text = texts_of(answer)
    return [secret for secret in SECRETS if secret in text and secret not in unquote(asked)]


@pytest.mark.parametrize("persona", ["liaison", "unit_head"])
def test_nowhere_in_the_portal_does_the_unit_read_who_handed_a_case_in(
    persona, secret_case, masked_case, request, browse
):
    client = browse(request.getfixturevalue(persona))
    client.raise_request_exception = False
    cases = [secret_case, masked_case]
    told, opened = [], 0
    for asked in addresses(cases):
        answer = client.get(asked)
        opened += answer.status_code == HTTPStatus.OK
        if asked.startswith(REGISTER):
            told += [f"{asked}: {case.number}" for case in cases if case.number in texts_of(answer)]
        else:
            told += [f"{asked}: {secret}" for secret in found_in(answer, asked)]
    assert told == []
    assert opened > 50
    shown = client.get("/complaints/").content.decode()
    assert all(case.number in shown for case in cases)


@pytest.mark.parametrize("which", ["secret_case", "masked_case"])
def test_no_filter_answers_differently_for_a_right_guess_than_for_a_wrong_one(
    which, request, liaison, browse
):
    case = request.getfixturevalue(which)
    wrong = EnterpriseFactory().credit_code
    client = browse(liaison)
    pairs = [
        ("q=喆远", "q=佳远"),
        ("channel=hotline", "channel=email"),
        (f"enterprise={case.enterprise.credit_code}", f"enterprise={wrong}"),
        ("q=GD-0578-9", "q=GD-0578-8"),
    ]
    for right, guess in pairs:
        answers = [client.get(f"/complaints/?{words}").content.decode() for words in (right, guess)]
        assert [case.number in answer for answer in answers] == [False, False]


def test_a_refused_step_tells_the_unit_nothing_either(masked_case, liaison, unit_head, browse):
    for person in (liaison, unit_head):
        client = browse(person)
        for step in ("identity/look", "identity/ask", "return", "note", "propose", "recusals", "confirm"):
            masked_case.refresh_from_db()
            sent = {"version": 1, "look-motive": "核查", "ask-motive": "核查", "note": "", "suggested": ""}
            answer = client.post(f"{masked_case.get_absolute_url()}{step}/", sent)
            assert found_in(answer, "") == []


def test_the_office_reads_the_words_but_the_identity_only_with_a_reason_on_record(
    masked_case, officer, browse
):
    client = browse(officer)
    shown = client.get(masked_case.get_absolute_url()).content.decode()
    assert "喆远食品反映" in shown
    assert "解放路18号" not in shown
    looked = client.post(f"{masked_case.get_absolute_url()}identity/look/", {"look-motive": "回访"})
    assert "解放路18号" in looked.content.decode()
    assert looked.headers["Cache-Control"] == "no-store"
    refused = client.post(f"{masked_case.get_absolute_url()}identity/look/", {"look-motive": " "})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "解放路18号" not in refused.content.decode()


def test_the_person_who_recused_himself_reads_the_case_no_longer(masked_case, officer, director, browse):
    client = browse(officer)
    client.post(f"{masked_case.get_absolute_url()}recusals/", {"reason": "亲属在该企业任职"})
    assert client.get(masked_case.get_absolute_url()).status_code == HTTPStatus.NOT_FOUND
    client.get("/inbox/")
    assert masked_case.number not in client.get("/complaints/").content.decode()
    shown = browse(director).get(masked_case.get_absolute_url()).content.decode()
    lift = re.search(rf"{masked_case.number}/recusals/\d+/", shown)[0]
    browse(director).post(f"/complaints/{lift}")
    assert client.get(masked_case.get_absolute_url()).status_code == HTTPStatus.OK
    assert Complaint.objects.count() == 1
