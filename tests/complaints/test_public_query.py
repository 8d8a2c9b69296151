"""Following a case by its query code: guessing tells nothing, the person reads public words and no staff names."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.forms.public import RatingForm
from complaints.models import Complaint, Rating
from complaints.query_codes import new_code
from complaints.sealing import code_digest
from complaints.services.acceptance import ask_for_more
from portal.models import AuditEvent
from tests.complaints.phone import Phone, address
from tests.complaints.pictures import picture
from tests.complaints.steps import bring_to
from tests.conftest import NOW, TODAY
from tests.factories_complaints import register

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_work(calendar, on_the_day, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def people(officer, director, liaison, unit_head, lead_liaison):
    return {
        "officer": officer, "director": director, "liaison": liaison,
        "unit_head": unit_head, "lead_liaison": lead_liaison,
    }  # fmt: skip


@pytest.fixture
def phone():
    return Phone()


def with_code(case):
    """Give a case a known code."""
    code = new_code()
    Complaint.objects.filter(pk=case.pk).update(query_digest=code_digest(code))
    return code


def follow(phone, case):
    phone.post("public_query", {"code": with_code(case)})
    return phone.get("public_progress")


def test_a_code_opens_the_case_in_any_spelling_and_stands_in_no_address(phone):
    case = register()
    code = with_code(case)
    typed = f" {code[:6].lower()}－{code[6:12]} {code[12:]}"
    answer = phone.post("public_query", {"code": typed})
    assert answer.url == address("public_progress")
    assert case.title in phone.get("public_progress").content.decode()


def test_a_number_alone_opens_nothing(phone):
    case = register()
    answer = phone.post("public_query", {"code": case.number})
    assert answer.status_code == 422
    assert phone.get("public_progress").url == address("public_query")


def test_wrong_codes_are_answered_alike_and_end_after_five(phone):
    case = register()
    code = with_code(case)
    answers = [phone.post("public_query", {"code": typed}) for typed in (new_code(), "A" * 18, case.number)]
    bodies = {
        answer.content.decode().split('name="code"')[0].split("csrfmiddlewaretoken")[0] for answer in answers
    }
    assert len(bodies) == 1
    assert {answer.status_code for answer in answers} == {422}
    for _ in range(2):
        phone.post("public_query", {"code": new_code()})
    for typed in (new_code(), code):
        answer = phone.post("public_query", {"code": typed})
        assert answer.status_code == 429
        assert "15 分钟" in answer.content.decode()
    assert Phone("203.0.113.8").post("public_query", {"code": code}).status_code == 302
    with time_machine.travel(NOW + timedelta(minutes=16)):
        assert phone.post("public_query", {"code": code}).status_code == 302


def test_right_codes_do_not_use_up_the_tries(phone):
    code = with_code(register())
    for _ in range(8):
        assert phone.post("public_query", {"code": code}).status_code == 302


def test_the_person_never_reads_who_works_on_the_case(phone, people):
    for state in ("assigned", "handling", "follow_up", "closed"):
        body = follow(phone, bring_to(state, people)).content.decode()
        for person in people.values():
            assert person.name not in body


def test_after_closing_the_person_rates_once(phone, people):
    case = bring_to("closed", people)
    assert "请您评价" in follow(phone, case).content.decode()
    wrong = phone.post("public_rate", {"resolved": "no", "satisfaction": "", "comment": "还是不行"})
    assert wrong.status_code == 422
    assert "还是不行" in wrong.content.decode()
    rating = {"resolved": "no", "satisfaction": "not", "comment": "还是不行"}
    assert phone.post("public_rate", rating).url == address("public_progress")
    body = phone.get("public_progress").content.decode()
    assert "您的评价：不满意" in body
    assert "请您评价" not in body
    assert phone.post("public_rate", rating).status_code == 422
    assert Rating.objects.count() == 1
    assert not AuditEvent.objects.filter(action="complaint.rate").exclude(address=None).exclude(address="")


def test_an_open_case_is_not_rated(phone):
    follow(phone, register())
    answer = phone.post("public_rate", {"resolved": "yes", "satisfaction": "very"})
    assert answer.status_code == 422
    assert not Rating.objects.exists()


def test_what_was_asked_for_is_supplied_with_a_photo(phone, officer):
    case = register()
    ask_for_more(case, actor=officer, today=TODAY, wanted="请补充施工许可受理单")
    assert "请补充施工许可受理单" in follow(phone, case).content.decode()
    refused = phone.post(
        "public_supply", {"text": "见照片", "uploads": SimpleUploadedFile("a.svg", b"<svg/>")}
    )
    assert refused.status_code == 422
    assert "见照片" in refused.content.decode()
    assert phone.post("public_supply", {"text": "见照片", "uploads": picture()}).status_code == 302
    case.refresh_from_db()
    assert "见照片" in case.text
    assert case.supplement_wanted == ""
    assert case.enclosures.get().side == "reporter"


def test_a_declined_case_names_the_reason_and_the_right_door(phone, people):
    body = follow(phone, bring_to("declined", people)).content.decode()
    assert "不予受理的理由" in body
    assert "人民法院" in body


def test_following_ends_after_half_an_hour_or_when_the_person_leaves(phone):
    case = register()
    follow(phone, case)
    with time_machine.travel(NOW + timedelta(minutes=31)):
        assert phone.get("public_progress").url == address("public_query")
    follow(phone, case)
    phone.post("public_forget")
    assert phone.get("public_progress").url == address("public_query")


def test_the_progress_page_takes_at_most_fifteen_queries_however_long_the_history(phone, people):
    case = bring_to("closed", people)
    follow(phone, case)
    with CaptureQueriesContext(connection) as found:
        phone.get("public_progress")
    assert len(found) <= 15


def test_an_empty_rating_is_refused_in_plain_words():
    assert RatingForm({}).errors == {
        "resolved": ["请选择问题是否解决"],
        "satisfaction": ["请选择对办理情况是否满意"],
    }
