"""A person's notices."""

from http import HTTPStatus

import pytest

from portal.models import Notification
from portal.services.notices import mark_read, notify

pytestmark = pytest.mark.django_db


@pytest.fixture
def notices(officer, liaison):
    for number in range(3):
        notify([officer], f"第{number}条", url=f"/inbox/?n={number}", event_key=f"n{number}")
    notify([liaison], "别人的", url="/", event_key="other")
    return list(Notification.objects.filter(recipient=officer).order_by("pk"))


def texts(answer):
    return [notice.text for notice in answer.context["page"]]


def test_unread_notices_come_first_and_the_newest_of_them_on_top(browse, officer, notices):
    mark_read(officer, [notices[2].pk])
    assert texts(browse(officer).get("/inbox/")) == ["第1条", "第0条", "第2条"]
    assert texts(browse(officer).get("/inbox/?show=unread")) == ["第1条", "第0条"]


def test_nobody_sees_or_marks_another_persons_notices(browse, officer, liaison, notices):
    other = Notification.objects.get(recipient=liaison)
    client = browse(officer)
    assert "别人的" not in client.get("/inbox/").content.decode()
    assert client.get(f"/inbox/{other.pk}/").status_code == HTTPStatus.NOT_FOUND
    client.post("/inbox/read/", {"selected": [other.pk]})
    client.post("/inbox/read/", {"all": "1"})
    other.refresh_from_db()
    assert other.read_at is None


def test_opening_a_notice_marks_it_and_leads_to_its_row(browse, officer, notices):
    answer = browse(officer).get(f"/inbox/{notices[0].pk}/")
    assert (answer.status_code, answer["Location"]) == (HTTPStatus.FOUND, "/inbox/?n=0")
    notices[0].refresh_from_db()
    assert notices[0].read_at is not None


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_a_notice_never_leads_out_of_the_portal(browse, officer, url):
    notify([officer], "点我", url=url, event_key="evil")
    answer = browse(officer).get(f"/inbox/{Notification.objects.get().pk}/")
    assert answer["Location"] == "/inbox/"


def test_ticked_notices_or_all_are_marked_read(browse, officer, notices):
    client = browse(officer)
    client.post("/inbox/read/", {"selected": [notices[0].pk, notices[1].pk]})
    assert client.get("/inbox/").context["unread"] == 1
    client.post("/inbox/read/", {"all": "1"})
    answer = client.get("/inbox/")
    assert answer.context["unread"] == 0
    assert "没有未读消息" in answer.content.decode()


def test_marking_nothing_says_what_to_do(browse, officer, notices):
    assert "请先勾选" in browse(officer).post("/inbox/read/", follow=True).content.decode()


def test_an_empty_inbox_says_what_will_come(browse, liaison):
    assert "还没有消息" in browse(liaison).get("/inbox/").content.decode()
