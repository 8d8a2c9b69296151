"""Whatever goes wrong, a person reads a Chinese sentence and a programme the documented shape; nobody a traceback."""

import re
from http import HTTPStatus

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import path

from portal.access import public

pytestmark = pytest.mark.django_db
# What may stand in a page without being a word of English: names of files, tags and attributes are markup.
MARKUP = re.compile(r"<(script|style)[^>]*>.*?</\1>|<[^>]+>|&\w+;", re.S)


@public
def fails(request):
    raise RuntimeError("secret-detail")


@public
def without_database(request):
    raise OperationalError("connection refused at 10.0.0.1")


class Broken:
    """Addresses that fail, beside those of the portal."""

    from portal.urls import handler400, handler403, handler404, handler500, urlpatterns

    urlpatterns = (
        *urlpatterns,
        path("fails/", fails),
        path("api/v1/fails/", fails),
        path("away/", without_database),
        path("api/v1/away/", without_database),
    )


@pytest.fixture
def anybody(settings):
    settings.ROOT_URLCONF = Broken
    return Client(raise_request_exception=False)


def reads_as_a_sentence(answer):
    text = MARKUP.sub("", answer.content.decode())
    assert 'lang="zh-CN"' in answer.content.decode()
    assert re.search(r"[\u4e00-\u9fff]{6,}", text)
    assert not re.search(r"[A-Za-z]{3,}", text), text
    return True


LONG = b"a=" + b"x" * (6 << 20)
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("status", "ask"),
    [
        (400, lambda client: client.get("/login/", headers={"host": "evil.example"})),
        (400, lambda client: client.post("/login/", dict.fromkeys(map(str, range(5001)), ""))),
        (404, lambda client: client.get("/no-such-page/")),
        (405, lambda client: client.get("/login/sample/")),
        (405, lambda client: client.put("/login/")),
        (413, lambda client: client.post("/login/", LONG, content_type=FORM)),
        (500, lambda client: client.get("/fails/")),
        (503, lambda client: client.get("/away/")),
    ],
)
def test_a_page_for_every_error(anybody, status, ask):
    answer = ask(anybody)
    assert answer.status_code == status
    assert reads_as_a_sentence(answer)
    assert answer["Content-Security-Policy"].startswith("default-src 'self'")


def test_a_form_from_another_page_or_an_old_one_is_refused_with_what_to_do(officer):
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    answer = client.post("/logout/")
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert "没有保存" in answer.content.decode()
    assert reads_as_a_sentence(answer)


def test_a_page_that_is_not_for_one_is_refused_with_whom_to_ask(browse, liaison):
    answer = browse(liaison).get("/system/audit/")
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert reads_as_a_sentence(answer)


def test_a_page_that_only_takes_buttons_says_so_and_names_the_method(browse, officer):
    answer = browse(officer).get("/logout/")
    assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert answer["Allow"] == "POST"
    assert "按按钮" in answer.content.decode()


@pytest.mark.parametrize(
    ("status", "code", "ask"),
    [
        (404, "not_found", lambda client: client.get("/api/v1/no-such-thing/")),
        (404, "not_found", lambda client: client.get("/api/v1/work-items/2023-DB-999/")),
        (405, "method_not_allowed", lambda client: client.delete("/api/v1/work-items/")),
        (500, "server_error", lambda client: client.get("/api/v1/fails/")),
        (503, "unavailable", lambda client: client.get("/api/v1/away/")),
        (
            400,
            "bad_request",
            lambda client: client.get("/api/v1/work-items/", headers={"host": "evil.example"}),
        ),
    ],
)
def test_the_api_answers_every_error_in_one_shape(anybody, officer, status, code, ask):
    anybody.force_login(officer)
    answer = ask(anybody)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert (set(error), error["code"]) == ({"code", "message", "fields"}, code)
    assert re.fullmatch(r"[\u4e00-\u9fff，、。 A-Z]+", error["message"])


def test_what_a_fault_of_ours_said_stays_in_the_log(anybody, caplog):
    answers = [anybody.get(url).content.decode() for url in ("/fails/", "/api/v1/fails/", "/away/")]
    assert not any("secret-detail" in text or "10.0.0.1" in text or "Traceback" in text for text in answers)
    assert "secret-detail" in caplog.text


def test_while_the_database_is_away_a_caller_is_told_when_to_come_back(anybody):
    assert anybody.get("/away/")["Retry-After"] == "30"
