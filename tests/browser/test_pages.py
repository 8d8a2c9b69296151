"""Every page, as the people who use it, on a desk and on a phone: accessible, within its policy, within the screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import DESK, PHONE

# Demo accounts of the sample county, and the pages that each of them uses.
PAGES = {
    "shenruoning": [
        "/",
        "/indicators/",
        "/taskforces/",
        "/taskforces/2023-jianzhuxuke/",
        "/items/",
        "/items/?lamp=red",
        "/items/2023-DB-011/",
        "/items/new/",
        "/months/",
        "/months/2023-10/",
        "/months/2023-10/review/",
        "/measurements/",
        "/lamp-schemes/",
        "/lamp-schemes/new/",
        "/dispatch/",
        "/dispatch/new/",
        "/dispatch/2023-26/",
        "/dispatch/2023-26/sheet/",
        "/dispatch/2023-26/meeting/",
        "/instructions/",
        "/instructions/new/",
        "/letters/",
        "/letters/new/",
        "/bulletins/",
        "/bulletins/monthly-2023-09/",
        "/bulletins/monthly-2023-10/",
        "/bulletins/monthly-2023-10/edit/overall/",
        "/figures/",
        "/search/?q=并联",
        "/inbox/",
        "/profile/",
        "/system/",
        "/system/calendar/",
        "/system/settings/",
        "/system/jobs/",
        "/system/style-guide/",
    ],
    "linxiaowen": ["/", "/months/2023-10/entry/", "/items/", "/items/2023-SP-004/apply/", "/measurements/"],
    "zhouqiming": ["/chief/"],
    "luzhixing": ["/leader/"],
    "fangzhengping": ["/system/", "/system/people/", "/system/organisations/"],
    "mengzhiyuan": ["/system/audit/"],
}
SERIOUS = {"serious", "critical"}


def visits():
    return [(user, url) for user, urls in PAGES.items() for url in urls]


@pytest.fixture(scope="module")
def people(browser, portal, browser_context_args):
    """One logged-in browser for each account and size, kept for the module."""
    opened = {}

    def at(username, viewport):
        key = (username, viewport["width"])
        if key not in opened:
            context = browser.new_context(**(browser_context_args | {"viewport": viewport}))
            page = context.new_page()
            page.complaints = []
            page.on("console", lambda message: _note(page, message))
            page.goto(f"{portal.url}/login/")
            page.fill("[name=username]", username)
            page.fill("[name=password]", "Yunxi@2023demo")
            page.click("main button[type=submit]:has-text('登录')")
            page.wait_for_url(lambda url: "/login/" not in url)
            opened[key] = page
        page = opened[key]
        page.complaints.clear()
        return page

    yield at
    for page in opened.values():
        page.context.close()


def _note(page, message):
    if message.type in {"error", "warning"}:
        page.complaints.append(message.text)


@pytest.mark.parametrize(("username", "url"), visits())
def test_a_page_is_accessible_and_keeps_its_policy(people, portal, username, url):
    page = people(username, DESK)
    answer = page.goto(f"{portal.url}{url}")
    assert answer.status == 200
    assert page.complaints == []
    found = Axe().run(page).response["violations"]
    serious = [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in SERIOUS]
    assert serious == []


@pytest.mark.parametrize(("username", "url"), visits())
def test_a_page_fits_a_phone(people, portal, username, url):
    page = people(username, PHONE)
    page.goto(f"{portal.url}{url}")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], f"the page is {width} px wide"
