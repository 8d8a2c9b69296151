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
        "/bulletins/quarterly-2023-3/",
        "/bulletins/special-2023-001/",
        "/bulletins/special/",
        "/work-reports/",
        "/work-reports/new/",
        "/work-reports/outline/",
        "/work-reports/2023-001/",
        "/assessments/",
        "/assessments/2023/",
        "/assessments/2023/units/rensheju/",
        "/assessments/2023/objections/2/",
        "/assessments/2023/rules/",
        "/assessments/2022/rules/edit/",
        "/complaints/points/",
        "/complaints/points/new/",
        "/complaints/points/shangye/",
        "/complaints/points/shangye/edit/",
        "/complaints/retention/",
        "/visits/",
        "/visits/new/",
        "/visits/missing/",
        "/visits/imports/",
        "/visits/pairings/",
        "/visits/gatherings/",
        "/visits/gatherings/new/",
        "/visits/gatherings/HD20230005/",
        "/visits/ZF202300001/",
        "/statistics/complaints/",
        "/figures/",
        "/complaints/",
        "/complaints/?sort=due",
        "/complaints/new/",
        "/complaints/tickets/",
        "/complaints/limits/",
        "/complaints/replies/",
        "/complaints/replies/new/",
        "/complaints/SQ2023000253/",
        "/complaints/SQ2023000386/",
        "/complaints/SQ2023000386/decline/",
        "/complaints/SQ2023000386/merge/",
        "/complaints/SQ2023000383/assign/",
        "/complaints/SQ2023000383/edit/",
        "/complaints/SQ2023000383/shared/",
        "/policies/",
        "/policies/import/",
        "/policies/documents/",
        "/policies/documents/2023-wj-001/",
        "/policies/documents/2023-wj-001/edit/",
        "/policies/documents/new/",
        "/policies/items/new/",
        "/policies/items/2023-ZC-016/",
        "/policies/items/2023-ZC-016/edit/",
        "/policies/items/2023-ZC-016/conditions/",
        "/policies/items/2023-ZC-016/amount/",
        "/policies/items/2023-ZC-016/budget/",
        "/policies/matches/",
        "/policies/matches/2023-ZC-029/",
        "/policies/matches/2023-ZC-029/?show=near",
        "/policies/matches/2023-ZC-029/?show=proposals",
        "/policies/matches/2023-ZC-029/?show=proposals&state=all",
        "/policies/payouts/",
        "/policies/payouts/reconcile/",
        "/policies/payouts/batches/",
        "/policies/payouts/batches/2023-DX-038/",
        "/policies/payouts/budgets/",
        "/policies/payouts/bands/",
        "/statistics/policies/",
        "/search/?q=并联",
        "/inbox/",
        "/profile/",
        "/system/",
        "/system/calendar/",
        "/system/settings/",
        "/system/jobs/",
        "/system/style-guide/",
    ],
    "linxiaowen": [
        "/",
        "/months/2023-10/entry/",
        "/months/2023-09/unlock-request/",
        "/items/",
        "/items/2023-SP-004/apply/",
        "/measurements/",
        "/complaints/",
        "/complaints/SQ2023000365/",
        "/complaints/SQ2023000365/propose/",
        "/policies/payouts/import/",
        "/policies/payouts/batches/new/",
    ],
    "ouyangtian": ["/clues/", "/clues/new/", "/clues/SQ2023000250/"],
    "chengweidong": ["/complaints/SQ2023000357/"],
    "guweizhou": ["/complaints/SQ2023000245/"],
    "zhouqiming": ["/chief/"],
    "xuzhixing": [
        "/inspections/",
        "/inspections/new/",
        "/inspections/2023-04/",
        "/inspections/2023-05/findings/1/",
        "/inspections/2023-06/conclude/",
        "/inspections/2023-06/findings/new/",
        "/inspections/2023-06/visits/new/",
        "/inspections/2023-06/referrals/new/",
        "/inspections/2023-07/",
    ],
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


def test_on_a_phone_a_chart_of_months_begins_at_the_newest_and_the_others_at_their_labels(people, portal):
    page = people("shenruoning", PHONE)
    page.goto(f"{portal.url}/statistics/complaints/")
    for months in page.locator(".chart__picture[data-from-newest]").all():
        assert months.evaluate("box => box.scrollLeft + box.clientWidth === box.scrollWidth")
        assert months.evaluate("box => box.scrollLeft") > 0
    assert page.locator("[data-from-newest]").count() == 2
    channels = page.locator(".chart__picture:not([data-from-newest])").first
    assert channels.evaluate("box => box.scrollLeft") == 0
