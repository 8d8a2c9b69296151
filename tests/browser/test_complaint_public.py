"""Stories of a phone: an anonymous complaint by QR code until its rating, with a script and without one."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import PHONE

SERIOUS = {"serious", "critical"}
NUMERALS = "零一二三四五六七八九"
WEEKDAYS = "一二三四五六日"
TITLE = "物流园区限高杆太低，货车进不去"
# What the desk and the unit do meanwhile, on the afternoon of the same day.
HANDLED = """
from datetime import datetime
from complaints.kinds import Outcome
from complaints.models import Complaint
from complaints.services import acceptance, closing, replies, routing
from portal.models import User
who = {name: User.objects.get(username=name) for name in ("shenruoning", "linxiaowen", "chengweidong")}
now = datetime.fromisoformat("2023-11-10T15:00:00+08:00")
case = Complaint.objects.get(title="物流园区限高杆太低，货车进不去", state="registered")
office, liaison, head = who.values()
acceptance.accept_complaint(case, actor=office, now=now)
routing.assign_complaint(case, routing.Routing(liaison.organisation, []), actor=office, now=now)
routing.sign_complaint(case, actor=liaison, today=now.date())
replies.propose_reply(case, actor=liaison, now=now, text="限高杆已改为 4.5 米。", outcome=Outcome.RESOLVED)
replies.confirm_reply(case, actor=head, now=now)
replies.pass_reply(case, actor=office, now=now)
found = closing.CallBack(reachable=False, note="匿名")
for _ in range(3):
    closing.call_back(case, found, actor=office, now=now)
"""
MAKE_POINT = """
from complaints.services.desk_tables import create_point
from portal.models import User
officer = User.objects.get(username="shenruoning")
print("code=" + create_point(actor=officer, name="县政务服务大厅3号窗口", kind="window").code)
"""


@pytest.fixture
def phone(browser, playwright, portal):
    """Return a function that opens a phone, with a script or without."""
    contexts = []

    def take(*, script=True):
        device = dict(playwright.devices["iPhone 13"])
        device.pop("default_browser_type", None)
        context = browser.new_context(
            **(device | {"viewport": PHONE}),
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=script,
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        return context.new_page()

    yield take
    for context in contexts:
        context.close()


def is_fit(page):
    """Assert that nothing scrolls sideways and that axe finds nothing serious."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page).response["violations"]
    assert [violation["id"] for violation in found if violation["impact"] in SERIOUS] == []


def press(page, button):
    with page.expect_navigation():
        page.click(button)


def onwards(page):
    press(page, "main form button.btn--primary")


def answer(prompt):
    """Answer a question in words as its reader does."""
    day = re.match(r"星期(.)再过(.)天", prompt)
    if day:
        return WEEKDAYS[(WEEKDAYS.index(day[1]) + "一两三".index(day[2]) + 1) % 7]
    phrase = re.match(r"“(.+)”的第(.)个字", prompt)
    return phrase[1][NUMERALS.index(phrase[2]) - 1]


def write(page, look):
    """Answer every screen; `look` is called on each."""
    look(page)
    onwards(page)
    look(page)
    page.check("[name=kind][value=complaint]")
    onwards(page)
    page.check("[name=problem][value=hidden_permit]")
    page.fill("[name=title]", TITLE)
    page.fill("[name=text]", "10月20日起，园区东门新装了限高杆，货车要绕行西门。")
    look(page)
    onwards(page)
    page.check("[name=how][value=anonymous]")
    look(page)
    onwards(page)
    look(page)
    onwards(page)


def send(page, look):
    look(page)
    press(page, "button[name=other]")
    look(page)
    page.check("[name=true]")
    page.fill("[name=answer]", answer(page.inner_text("label[for=id_answer]")))
    onwards(page)
    page.wait_for_url("**/report/done/")
    look(page)
    return page.inner_text(".receipt__code")


def test_an_anonymous_complaint_by_qr_code_until_its_rating(portal, phone):
    code = re.search(r"code=(\w+)", portal.manage("shell", "-v0", "-c", MAKE_POINT))[1]
    page = phone()
    page.goto(f"{portal.url}/q/{code}/")
    assert "县政务服务大厅3号窗口" in page.inner_text("main")
    write(page, is_fit)
    query_code = send(page, is_fit)
    press(page, "button[name=follow]")
    assert "已登记" in page.inner_text(".pub__status")

    portal.manage("shell", "-v0", "-c", HANDLED)

    later = phone()
    # The slip's QR code holds the query code behind the #, where no server sees it.
    with later.expect_navigation(url="**/query/progress/"):
        later.goto(f"{portal.url}/query/#{query_code.replace('-', '')}")
    is_fit(later)
    assert "限高杆已改为 4.5 米" in later.inner_text(".answer")
    assert "沈若宁" not in later.content()
    later.check("[name=resolved][value=yes]")
    later.check("[name=satisfaction][value=very]")
    press(later, "#rate button.btn--primary")
    assert "您的评价：满意" in later.inner_text("main")
    is_fit(later)


def test_the_whole_form_works_without_a_script(portal, phone):
    page = phone(script=False)
    page.goto(f"{portal.url}/report/")
    write(page, lambda page: None)
    query_code = send(page, lambda page: None)
    page.goto(f"{portal.url}/query/")
    page.fill("[name=code]", query_code.lower())
    onwards(page)
    page.wait_for_url("**/query/progress/")
    assert TITLE in page.inner_text("main")


def test_escape_pressed_three_times_leaves_for_a_harmless_page(portal, phone):
    page = phone()
    led_to = []

    def leave(route):
        led_to.append(route.fetch(max_redirects=0).headers["location"])
        route.fulfill(body="elsewhere")

    page.route("**/report/leave/", leave)
    page.goto(f"{portal.url}/report/")
    onwards(page)
    page.check("[name=kind][value=complaint]")
    onwards(page)
    page.fill("[name=title]", TITLE)
    with page.expect_navigation():
        for _ in range(3):
            page.keyboard.press("Escape")
    assert led_to == ["https://www.gov.cn/"]
    page.goto(f"{portal.url}/report/matter/")
    assert page.url == f"{portal.url}/report/"
