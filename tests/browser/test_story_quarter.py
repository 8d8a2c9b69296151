"""The quarter's correction: figures over three months, a unit named by a tick, reviewed and issued as number two."""

from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD

ISSUED = "/bulletins/quarterly-2023-3/"
CORRECTION = "/bulletins/quarterly-2023-3-gz/"


def test_a_quarterly_bulletin_is_corrected_by_the_next_number(portal, enter):
    office, head = enter("shenruoning"), enter("guweizhou")
    office.goto(f"{portal.url}{ISSUED}")
    expect(office.locator(".desk-bar")).to_contain_text("云营商办季通报〔2023〕1号")
    expect(office.locator(".paper", has_text="逐月主要数据").first).to_contain_text("9月")
    office.get_by_role("button", name="起草更正通报").click()
    expect(office.locator(".paper").first).to_contain_text("有关数据有误，现予更正")
    name_one_unit(office, portal)
    office.get_by_role("button", name="送审").click()
    expect(office.get_by_text("已送审，等待营商办主任签发。")).to_be_visible()
    issue(head, portal)
    office.goto(f"{portal.url}{ISSUED}")
    expect(office.get_by_text("停止使用")).to_be_visible()


def name_one_unit(page, portal):
    """Only what is ticked stands in the bulletin."""
    page.goto(f"{portal.url}{CORRECTION}edit/problems/")
    boxes = page.locator("#units input[type=checkbox]")
    for place in range(boxes.count()):
        boxes.nth(place).set_checked(place == 0)
    page.get_by_role("button", name="确认点名").click()
    expect(page.get_by_text("已确认点名 1 个单位。")).to_be_visible()
    page.get_by_role("link", name="预览全文").click()
    expect(page.locator(".paper", has_text="予以通报").first).to_be_visible()


def issue(page, portal):
    page.goto(f"{portal.url}{CORRECTION}")
    page.get_by_role("button", name="签发第2期").click()
    if "/prove/" in page.url:
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="验证").click()
        page.get_by_role("button", name="签发第2期").click()
    expect(page.locator(".desk-bar")).to_contain_text("云营商办季通报〔2023〕2号")
