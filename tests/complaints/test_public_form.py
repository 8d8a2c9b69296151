"""The public form: a screen at a time, nothing lost, nothing kept in the clear, a code shown once."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints.models import Complaint, Identity, Submission
from complaints.query_codes import printed
from complaints.selectors.public import case_by_code
from portal.models import AuditEvent, Notification
from tests.complaints.phone import MATTER, NAMED, Phone, address
from tests.conftest import NOW
from tests.factories import OrganisationFactory
from tests.factories_complaints import PointFactory, TopicFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_work(calendar, on_the_day, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def phone():
    return Phone()


def test_a_report_without_a_name_becomes_a_case_that_knows_nobody(phone, officer):
    code = phone.report()
    case = Complaint.objects.get()
    assert (case.channel, case.kind, case.problem_kind) == ("web", "complaint", "hidden_permit")
    assert (case.is_anonymous, case.registered_by) == (True, None)
    assert case.text == MATTER["text"].replace("\r\n", "\n")
    assert case_by_code(code) == case
    assert not Identity.objects.exists()
    assert Notification.objects.filter(recipient=officer).count() == 1


def test_nothing_in_the_audit_trail_says_where_a_report_came_from(phone):
    phone.report()
    events = AuditEvent.objects.filter(action__in=["complaint.register", "file.upload"])
    assert events.exists()
    assert not events.exclude(address=None, session="").exclude(address="", session="").exists()
    assert "203.0.113.7" not in repr(list(AuditEvent.objects.values()))


def test_a_named_report_keeps_the_name_sealed_also_while_it_is_written(phone):
    phone.write(person=NAMED)
    assert "喆明远" in phone.get("public_check").content.decode()
    rows = repr(list(Session.objects.values())) + repr([row.get_decoded() for row in Session.objects.all()])
    for secret in ("喆明远", "13800138000", "喆远食品", MATTER["title"]):
        assert secret not in rows
    assert phone.send().url == address("public_done")
    assert "喆明远" not in repr(list(Identity.objects.values()))
    assert Complaint.objects.get().identity.consented_at is not None


def test_the_code_is_shown_until_the_page_is_left_and_never_again(phone):
    code = phone.report()
    shown = phone.get("public_done").content.decode()
    assert printed(code) in shown
    assert phone.post("public_finish", {"follow": "1"}).url == address("public_progress")
    assert phone.get("public_progress").status_code == 200
    gone = phone.get("public_done")
    assert gone.url == address("public_query")
    assert printed(code) not in phone.get("public_query").content.decode()


def test_a_receipt_left_open_is_forgotten_after_ten_minutes(phone):
    phone.report()
    with time_machine.travel(NOW + timedelta(minutes=11)):
        assert phone.get("public_done").url == address("public_query")


def test_what_is_owed_is_asked_first(phone):
    for name in ("public_kind", "public_matter", "public_person", "public_photos", "public_check"):
        assert phone.get(name).url == address("public_start")
    phone.begin()
    assert phone.get("public_check").url == address("public_matter")
    phone.post("public_matter", MATTER)
    assert phone.get("public_photos").url == address("public_person")


def test_a_screen_with_mistakes_comes_back_with_what_was_typed(phone):
    phone.begin()
    answer = phone.post("public_matter", MATTER | {"title": "", "problem": ""})
    assert answer.status_code == 422
    body = answer.content.decode()
    assert "请填写一句话概括" in body
    assert "请选择最接近哪一种情况" in body
    assert "恢复通行" in body


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "请填写姓名"),
        ({"phone": ""}, "请填写电话"),
        ({"phone": "1380013"}, ""),
        ({"phone": "138001380"}, "电话号码不完整"),
        ({"consent": ""}, "个人信息告知书"),
        ({"credit_code": "91420000MA00000000"}, "信用代码"),
    ],
)
def test_who_leaves_a_name_leaves_a_whole_one(phone, changes, words):
    phone.begin()
    phone.post("public_matter", MATTER)
    answer = phone.post("public_person", NAMED | changes)
    assert answer.status_code == (422 if words else 302)
    if words:
        assert words in answer.content.decode()
        assert "喆明远" in answer.content.decode() or "name" in changes


def test_a_name_typed_before_choosing_anonymous_is_not_kept(phone):
    phone.write(person=NAMED | {"how": "anonymous", "phone": "12"})
    assert phone.sealed("report")["person"] == {"how": "anonymous"}
    phone.send()
    assert not Identity.objects.exists()


def test_changing_one_answer_leads_back_to_the_check_page(phone):
    phone.write()
    assert phone.post("public_kind", {"kind": "inquiry", "topic": ""}).url == address("public_check")
    phone.post("public_kind", {"kind": "report", "topic": ""})
    phone.send()
    assert Complaint.objects.get().secrecy == "secret"


def test_a_wrong_answer_asks_another_question_and_sends_nothing(phone):
    phone.write()
    first = phone.sealed("report")["challenge"]
    answer = phone.send(answer="不知道")
    assert answer.status_code == 422
    assert "回答不正确" in answer.content.decode()
    assert phone.sealed("report")["challenge"] != first
    assert not Complaint.objects.exists()
    assert phone.send(answer=first["answers"][0] + "。").status_code == 422
    assert phone.send().status_code == 302


def test_who_does_not_see_the_drawing_is_asked_in_words(phone):
    assert "<path" in phone.write().content.decode()
    body = phone.post("public_check", {"other": "1"}).content.decode()
    asked = phone.sealed("report")["challenge"]
    assert asked["kind"] == "words"
    assert asked["prompt"] in body
    assert "riddle__picture" not in body
    assert phone.send().status_code == 302


def test_after_a_wrong_answer_in_words_the_new_question_is_the_one_that_is_shown(phone):
    phone.write()
    phone.post("public_check", {"other": "1"})
    for _ in range(6):
        body = phone.send(answer="不知道").content.decode()
        asked = phone.sealed("report")["challenge"]
        assert re.findall(r'for="id_answer">([^<]+)<', body) == [asked["prompt"]]
    assert phone.send().status_code == 302


def test_pressing_twice_makes_one_case(phone):
    phone.write()
    draft = phone.browser.session["report"]
    phone.send()
    assert phone.post("public_check", {"true": "on", "answer": "1"}).url == address("public_done")
    session = phone.browser.session
    session["report"] = draft
    session.save()
    phone.send()
    assert Complaint.objects.count() == Submission.objects.count() == 1
    assert case_by_code(phone.sealed("receipt")["code"]) == Complaint.objects.get()


def test_a_point_names_its_place_and_its_unit_and_counts_the_scan(phone, unit):
    point = PointFactory(organisation=unit)
    assert point.name in phone.get("point_scan", point.code).content.decode()
    phone.begin(point=point.code)
    assert 'value="zhujian" selected' in phone.get("public_matter").content.decode()
    phone.post("public_matter", MATTER | {"reported": "zhujian"})
    phone.post("public_person", {"how": "anonymous"})
    phone.post("public_photos")
    phone.get("public_check")
    phone.send()
    case = Complaint.objects.get()
    assert (case.channel, case.intake_point, case.reported) == ("qr", point, unit)
    assert point.scans.get().count == 1


def test_a_disabled_or_unknown_code_says_so_and_still_offers_the_form(phone):
    point = PointFactory(is_active=False)
    for code in (point.code, "nothing"):
        answer = phone.get("point_scan", code)
        assert answer.status_code == 404
        assert "二维码已停用" in answer.content.decode()
    assert not point.scans.exists()
    phone.report(point=point.code)
    assert (Complaint.objects.get().channel, Complaint.objects.get().intake_point) == ("web", None)


def test_leaving_forgets_everything_and_goes_to_a_harmless_page(phone, settings):
    phone.write()
    assert phone.get("public_leave").url == settings.LEAVE_URL
    assert phone.sealed("report") is None
    assert phone.get("public_check").url == address("public_start")


def test_the_form_offers_what_there_is_with_the_same_queries_however_much(phone):
    def queries():
        with CaptureQueriesContext(connection) as found:
            phone.get("public_matter")
        return len(found)

    phone.begin()
    OrganisationFactory(kind="town")
    few = queries()
    for _ in range(20):
        OrganisationFactory()
        TopicFactory(code=f"t{_}", name=f"领域{_}")
    assert queries() == few <= 15


def test_sending_takes_at_most_twenty_queries_with_history_clock_and_notices(phone, officer, unit):
    TopicFactory()
    town = OrganisationFactory(kind="town")
    phone.write(point=PointFactory().code, person=NAMED, reported=unit.code, town=town.code)
    phone.post("public_kind", {"kind": "complaint", "topic": "permits"})
    answer = phone.sealed("report")["challenge"]["answers"][0]
    with CaptureQueriesContext(connection) as found:
        assert phone.post("public_check", {"true": "on", "answer": answer}).status_code == 302
    case = Complaint.objects.get()
    assert (case.topic.code, case.reported, case.town) == ("permits", unit, town)
    counted = [query["sql"] for query in found if "SAVEPOINT" not in query["sql"]]
    assert len(counted) <= 20, "\n".join(sql[:150] for sql in counted)
