"""Observers hand clues in and see what became of their own; nobody learns from whom a clue came."""

from http import HTTPStatus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from complaints.models import Complaint
from complaints.services import acceptance, routing
from complaints.services.routing import Routing
from tests.complaints.steps import NOW, TODAY
from tests.complaints.test_page_ceilings import asked
from tests.factories import UserFactory
from tests.portal.test_files import PDF


@pytest.fixture(autouse=True)
def _morning(on_the_day, calendar, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def values(**changes):
    return {
        "kind": "complaint",
        "title": "窗口中午无人值守",
        "text": "11月7日12时，企业开办窗口无人",
        "key": "k1",
    } | changes


@pytest.fixture
def clue(observer, browse):
    browse(observer).post("/clues/new/", values())
    return Complaint.objects.get()


def test_the_home_of_an_observer_is_his_clues(observer, browse):
    assert browse(observer).get("/").url == "/clues/"


def test_a_clue_is_handed_in_with_its_papers_once(observer, browse):
    client = browse(observer)
    first = client.post("/clues/new/", values(uploads=SimpleUploadedFile("照片.pdf", PDF)))
    again = client.post("/clues/new/", values())
    case = Complaint.objects.get()
    assert first.status_code == HTTPStatus.FOUND
    assert again.status_code in {HTTPStatus.FOUND, HTTPStatus.UNPROCESSABLE_ENTITY}
    assert (case.channel, case.reporter, case.secrecy) == ("observer", observer, "secret")
    assert case.enclosures.count() == 1


def test_a_refused_clue_comes_back_with_what_was_typed(observer, browse):
    answer = browse(observer).post("/clues/new/", values(title=""))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "企业开办窗口无人" in answer.content.decode()


@pytest.mark.parametrize("persona", ["officer", "liaison", "leader", "inspector"])
def test_the_pages_of_clues_are_for_observers(persona, clue, browse, request):
    client = browse(request.getfixturevalue(persona))
    for url in ("/clues/", "/clues/new/", f"/clues/{clue.number}/"):
        assert client.get(url).status_code == HTTPStatus.FORBIDDEN


def test_another_observer_s_clue_does_not_exist(clue, browse):
    client = browse(UserFactory(roles=["observer"]))
    assert client.get(f"/clues/{clue.number}/").status_code == HTTPStatus.NOT_FOUND
    assert clue.number not in client.get("/clues/").content.decode()


def test_the_observer_sees_what_became_of_it_without_the_officers_names(
    clue, observer, officer, unit, browse
):
    acceptance.accept_complaint(clue, actor=officer, now=NOW)
    routing.assign_complaint(clue, Routing(unit), actor=officer, now=NOW)
    shown = browse(observer).get(f"/clues/{clue.number}/").content.decode()
    assert "已转办" in shown
    assert officer.name not in shown


def test_the_unit_reads_the_clue_but_not_from_whom_it_came(clue, observer, officer, unit, liaison, browse):
    acceptance.accept_complaint(clue, actor=officer, now=NOW)
    routing.assign_complaint(clue, Routing(unit), actor=officer, now=NOW)
    shown = browse(liaison).get(clue.get_absolute_url()).content.decode()
    assert "窗口中午无人值守" in shown
    assert observer.name not in shown
    assert "社会监督员" not in shown


def test_what_is_asked_of_an_observer_is_told_to_him_and_answered_on_the_clue_s_page(
    clue, observer, officer, browse
):
    acceptance.ask_for_more(clue, actor=officer, today=TODAY, wanted="请补充窗口编号")
    url, client = f"/clues/{clue.number}/", browse(observer)
    notice = observer.notifications.get()
    assert "请补充窗口编号" in notice.text
    assert notice.url == url
    refused = client.post(url, {"text": ""})
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    answer = client.post(
        url, {"text": "3号窗口", "uploads": SimpleUploadedFile("照片.pdf", PDF)}, follow=True
    ).content.decode()
    assert "已收到您的补充" in answer
    assert "随附材料 1 个" in answer
    assert "提交补充" not in answer
    clue.refresh_from_db()
    assert "3号窗口" in clue.text
    assert clue.clock_stopped_on is None
    desk = browse(officer).get(clue.get_absolute_url()).content.decode()
    assert observer.name not in desk
    assert "匿名反映" not in desk
    late = browse(observer).post(url, {"text": "再补充"})
    assert "目前不需要补充材料" in late.content.decode()


def test_the_pages_of_clues_ask_a_fixed_number_of_times(observer, browse):
    client = browse(observer)
    for n in range(30):
        client.post("/clues/new/", values(key=f"k{n}"))
    number = Complaint.objects.first().number
    for url, ceiling in (("/clues/?size=50", 15), ("/clues/new/", 15), (f"/clues/{number}/", 20)):
        answer, count = asked(client, lambda url=url: client.get(url))
        assert (answer.status_code, count <= ceiling) == (HTTPStatus.OK, True), (url, count)
