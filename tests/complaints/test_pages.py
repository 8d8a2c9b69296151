"""The desk's pages: every step of a case is taken from its page by those whose turn it is."""

import re
from http import HTTPStatus

import pytest

from complaints.models import Complaint, Extension
from tests.complaints.steps import REPLY, bring_to
from tests.factories_complaints import register

PERSONAS = ("liaison", "unit_head", "lead_liaison", "lead_head", "officer", "director", "inspector")


@pytest.fixture(autouse=True)
def _morning(on_the_day, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def people(request, db, calendar):
    return {name: request.getfixturevalue(name) for name in PERSONAS}


def send(client, case, step, **values):
    """Send the form of a step as the page offers it, with the version that the page shows."""
    case.refresh_from_db()
    address = f"{case.get_absolute_url()}{step}/"
    return client.post(address, {"version": case.version, **values}, follow=True)


def taken(answer):
    """Return whether the step went through, with what the page said instead for the test's report."""
    words = re.findall(r'class="(?:notice__title|field__error)">(?:<p>)?([^<]+)', answer.content.decode())
    return answer.status_code == HTTPStatus.OK, words


def test_a_case_goes_from_its_registration_to_the_archive_by_the_buttons_of_its_page(people, browse, unit):
    case = register()
    officer, director = browse(people["officer"]), browse(people["director"])
    liaison, head = browse(people["liaison"]), browse(people["unit_head"])
    way = [
        (officer, "accept", {}, "accepted"),
        (officer, "assign", {"lead": unit.pk, "note": "请三日内联系企业"}, "assigned"),
        (liaison, "sign", {}, "handling"),
        (liaison, "note", {"note": "已约企业面谈", "contacted": "on"}, "handling"),
        (liaison, "request_extension", {"days": 5, "note": "须第三方检测"}, "handling"),
        (director, "approve_extension", {"note": "同意"}, "handling"),
        (liaison, "propose", {"text": REPLY, "outcome": "resolved"}, "awaiting_unit"),
        (head, "send_back", {"note": "写明依据"}, "handling"),
        (liaison, "propose", {"text": REPLY, "outcome": "resolved"}, "awaiting_unit"),
        (head, "confirm", {}, "replied"),
        (officer, "send_again", {"note": "未答复收费依据"}, "handling"),
        (liaison, "propose", {"text": REPLY, "outcome": "resolved"}, "awaiting_unit"),
        (head, "confirm", {}, "replied"),
        (officer, "pass", {}, "follow_up"),
        (officer, "call", {"reached": "no"}, "follow_up"),
        (
            officer,
            "call",
            {
                "reached": "yes",
                "resolved": "no",
                "satisfaction": "not",
                "justified": "on",
                "note": "仍要求另行补正",
            },
            "handling",
        ),
        (liaison, "propose", {"text": REPLY, "outcome": "resolved"}, "awaiting_unit"),
        (head, "confirm", {}, "replied"),
        (officer, "pass", {}, "follow_up"),
        (officer, "call", {"reached": "yes", "resolved": "yes", "satisfaction": "very"}, "closed"),
        (officer, "archive", {}, "archived"),
    ]
    for client, step, values, reached in way:
        answer = send(client, case, step, **values)
        case.refresh_from_db()
        assert (step, case.state) == (step, reached), taken(answer)
        for person in ("officer", "director", "liaison", "unit_head", "inspector"):
            assert browse(people[person]).get(case.get_absolute_url()).status_code in {
                HTTPStatus.OK,
                HTTPStatus.NOT_FOUND,
            }
    assert case.round == 2
    assert Extension.objects.get().new_due_on is not None


def test_the_page_of_a_case_offers_only_what_can_be_taken(people, browse):
    case = bring_to("assigned", people, register())
    shown = browse(people["liaison"]).get(case.get_absolute_url()).content.decode()
    offered = set(re.findall(rf"{case.number}/([a-z_]+)/", shown))
    assert {"sign", "return", "note"} <= offered
    assert not offered & {"accept", "assign", "confirm", "decline", "recall"}


def test_a_refused_step_keeps_what_was_typed_and_says_what_to_do(people, browse):
    case = bring_to("assigned", people, register())
    answer = send(browse(people["liaison"]), case, "return", note="不属于我局职责范围", suggested="")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    shown = answer.content.decode()
    assert "请选择建议单位" in shown
    assert "不属于我局职责范围" in shown


def test_a_page_that_was_opened_before_somebody_else_acted_is_told_so(people, browse):
    case = register()
    stale = case.version
    send(browse(people["director"]), case, "accept")
    answer = browse(people["officer"]).post(f"{case.get_absolute_url()}accept/", {"version": stale})
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "已有新的办理" in answer.content.decode()


@pytest.mark.parametrize("path", ["", "assign/", "propose/", "accept/", "identity/look/", "recusals/"])
def test_a_unit_that_has_nothing_to_do_with_a_case_gets_404_at_each_of_its_addresses(
    path, people, outsider, browse
):
    case = bring_to("handling", people, register())
    client, address = browse(outsider), f"{case.get_absolute_url()}{path}"
    assert client.post(address, {"version": case.version}).status_code in {
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
    }
    if path in {"", "assign/", "propose/"}:
        assert client.get(address).status_code == HTTPStatus.NOT_FOUND
    assert Complaint.objects.get().version == case.version


def test_the_office_chases_a_unit_once_a_day_and_notes_for_itself(people, browse):
    case = bring_to("handling", people, register())
    officer = browse(people["officer"])
    assert "已催办主办单位" in send(officer, case, "chase").content.decode()
    again = send(officer, case, "chase", note="请今日答复")
    assert again.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "今天已催办" in again.content.decode()
    send(officer, case, "note", note="拟请分管领导协调", internal="on")
    assert "拟请分管领导协调" in officer.get(case.get_absolute_url()).content.decode()
    assert "拟请分管领导协调" not in browse(people["liaison"]).get(case.get_absolute_url()).content.decode()


def test_a_unit_cannot_write_what_only_the_office_reads(people, browse):
    case = bring_to("handling", people, register())
    send(browse(people["liaison"]), case, "note", note="已约企业面谈", internal="on")
    assert "已约企业面谈" in browse(people["unit_head"]).get(case.get_absolute_url()).content.decode()


def test_many_cases_are_assigned_noted_chased_and_merged_from_the_list(people, browse, unit):
    cases = [bring_to("accepted", people, register(title=f"第{n}件")) for n in range(3)]
    numbers = [case.number for case in cases]
    officer = browse(people["officer"])
    asked = officer.post("/complaints/bulk/", {"action": "assign", "selected": numbers[:2]})
    assert asked.status_code == HTTPStatus.OK
    officer.post("/complaints/bulk/assign/", {"selected": numbers[:2], "lead": unit.pk, "note": "请速办"})
    assert Complaint.objects.filter(state="assigned", lead=unit).count() == 2
    noted = officer.post("/complaints/bulk/note/", {"selected": numbers, "note": "已电话提醒"}, follow=True)
    assert "已记录 3 件" in noted.content.decode()
    chased = officer.post("/complaints/bulk/", {"action": "chase", "selected": numbers}, follow=True)
    assert "已催办 2 件" in chased.content.decode()
    assert f"{numbers[2]} 为「待转办」" in chased.content.decode()
    merged = {"selected": numbers[2:], "kept": numbers[0], "note": "同一件"}
    officer.post("/complaints/bulk/merge/", merged)
    assert Complaint.objects.get(number=numbers[2]).merged_into.number == numbers[0]
    for action in ("assign", "note", "merge"):
        refused = browse(people["liaison"]).post("/complaints/bulk/", {"action": action, "selected": numbers})
        assert refused.status_code == HTTPStatus.NOT_FOUND


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("persona", "words"),
    [("officer", "各渠道的企业诉求"), ("liaison", "转给本单位"), ("leader", "登记、转办、答复和回访情况")],
)
def test_the_list_says_to_everybody_what_it_holds_for_him(browse, persona, words, request):
    page = browse(request.getfixturevalue(persona)).get("/complaints/").content.decode()
    assert words in page
    assert "/statistics/complaints/" in page
