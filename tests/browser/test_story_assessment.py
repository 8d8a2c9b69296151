"""The year's assessment: a unit objects, the office decides, its head publishes, the result stands."""

import hashlib
import re
import subprocess
import sys
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from tests.browser import conftest
from tests.browser.conftest import PASSWORD

DETAIL = "/assessments/2023/"
OWN = f"{DETAIL}units/zhujianju/"
AFTER_THE_CHECK = "2023-11-20T09:30:00+08:00"
REASON = "该件当月已经通过牵头单位补报，系统记录时间晚于实际报送时间。"


@contextmanager
def served_later(portal):
    """Serve the same copy once more, ten days on."""
    port = conftest._free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.server", str(port), AFTER_THE_CHECK],
        cwd=conftest.ROOT,
        env=conftest._environment(portal.folder),
    )
    try:
        url = f"http://127.0.0.1:{port}"
        conftest._wait_for(url)
        yield url
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.fixture
def enter_at(browser, browser_context_args):
    """Return a page on another server on which a person has logged in."""
    contexts = []

    def log_in(url, username):
        context = browser.new_context(**browser_context_args)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{url}/login/")
        page.fill("[name=username]", username)
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]:has-text('登录')")
        page.wait_for_url(lambda where: "/login/" not in where)
        return page

    yield log_in
    for context in contexts:
        context.close()


def test_an_assessment_from_the_units_objection_to_the_published_result(portal, enter, enter_at):
    liaison, office = enter("linxiaowen"), enter("shenruoning")
    before = object_to_the_first_evidence(liaison, portal)
    decide(office, portal, waiting=2)
    liaison.goto(f"{portal.url}{OWN}")
    expect(liaison.get_by_text("异议成立，不计").first).to_be_visible()
    assert score(liaison) >= before
    with served_later(portal) as later:
        head = enter_at(later, "guweizhou")
        publish(head, later)
        files = workbook_and_paper(head, later)
        stood = printed(head, later)
        again = enter_at(later, "luzhixing")
        again.goto(f"{later}{DETAIL}")
        expect(again.get_by_role("heading", name="不承担指标单位")).to_be_visible()
        assert printed(head, later) == stood
        assert workbook_and_paper(head, later) == files


def score(page):
    return float(re.search(r"([\d.]+) 分", page.locator("h1").inner_text())[1])


def object_to_the_first_evidence(page, portal):
    """The unit comes from its to-do to its own score, and to nobody else's."""
    page.goto(f"{portal.url}/")
    page.get_by_role("link", name="去核对").first.click()
    expect(page).to_have_url(re.compile(OWN))
    found = score(page)
    page.locator("input[name=evidence]").first.check()
    page.get_by_label("异议理由").fill(REASON)
    page.get_by_role("button", name="提出异议").click()
    expect(page.get_by_text("已提出异议")).to_be_visible()
    assert page.goto(f"{portal.url}{DETAIL}units/rensheju/").status == 404
    return found


def decide(page, portal, *, waiting):
    """Every objection gets its answer with a reason."""
    page.goto(f"{portal.url}{DETAIL}")
    assert page.get_by_role("link", name="处理", exact=True).count() == waiting
    for _ in range(waiting):
        page.goto(f"{portal.url}{DETAIL}")
        page.get_by_role("link", name="处理", exact=True).last.click()
        page.get_by_label("异议成立").check()
        page.get_by_label("理由").fill("经核对报送记录，情况属实，不予计入。")
        page.get_by_role("button", name="确定").click()
        expect(page.get_by_text("异议已处理")).to_be_visible()


def publish(page, url):
    page.goto(f"{url}{DETAIL}")
    page.get_by_role("button", name="公布").click()
    if "/prove/" in page.url:
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="验证").click()
        page.get_by_role("button", name="公布").click()
    expect(page.get_by_text("已公布，得分、依据和文件已冻结。")).to_be_visible()


def printed(page, url):
    page.goto(f"{url}{DETAIL}")
    return page.locator("table").all_inner_texts()


def workbook_and_paper(page, url):
    """Return the SHA-256 of the frozen files as the page's links give them out."""
    page.goto(f"{url}{DETAIL}")
    found = {}
    for form in ("Word", "PDF"):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=form, exact=True).click()
        found[form] = hashlib.sha256(waiting.value.path().read_bytes()).hexdigest()
    return found
