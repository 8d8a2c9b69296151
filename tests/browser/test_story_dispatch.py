"""A chief's round: its sheet on paper, the meeting with an instruction, and the sheet kept as it was."""

import io
import re

from playwright.sync_api import expect
from pypdf import PdfReader

CHIEF = "周启明"
TITLE = "12月8日前完成水气报装与审批平台对接"
A4_WIDE = (842, 595)


def sheet_of(page, portal, address):
    """Return the sheet's own markup, as it is shown at `address`."""
    page.goto(f"{portal.url}{address}")
    return page.locator(".sheet").inner_html()


def lines_of(page):
    """Return the numbers of the items that the sheet lists."""
    return page.locator(".grid-table a[href^='/items/']").all_inner_texts()


def test_a_round_is_printed_held_and_kept(portal, enter):
    office, chief = enter("shenruoning"), enter("zhouqiming")
    office.goto(f"{portal.url}/dispatch/")
    office.locator("tr", has_text=CHIEF).filter(has_text="待召开").get_by_role("link").first.click()
    record = office.url.removeprefix(portal.url)
    address = f"{record}sheet/"
    office.goto(f"{portal.url}{address}")
    assert_prints_on_a4_across(office)
    number = lines_of(office)[0]

    hold(office)
    expect(office.get_by_text("调度表已锁定，交办 1 项并通知责任单位")).to_be_visible()
    chief.goto(f"{portal.url}/chief/")
    expect(chief.get_by_role("link", name=TITLE).first).to_be_visible()
    chief.goto(f"{portal.url}/instructions/")
    expect(chief.get_by_role("link", name=TITLE).first).to_be_visible()

    kept = sheet_of(office, portal, address)
    retitle(office, portal, f"2023-{number}")
    assert sheet_of(office, portal, address) == kept
    expect(office.locator(".desk-bar")).to_contain_text("已锁定")


def assert_prints_on_a4_across(page):
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(printed.pages) >= 1
    for leaf in printed.pages:
        size = round(float(leaf.mediabox.width)), round(float(leaf.mediabox.height))
        assert all(abs(a - b) <= 2 for a, b in zip(size, A4_WIDE, strict=True)), size
    assert "指标长" in printed.pages[0].extract_text() or CHIEF in printed.pages[0].extract_text()


def hold(page):
    page.get_by_role("link", name="登记会议与交办").click()
    page.get_by_label("召开日期").fill("2023-11-10")
    page.get_by_label("参加人员").fill("周启明、程卫东、付青松")
    page.get_by_label("会议纪要").fill("会议逐项研究红黄灯事项，议定水气报装平台对接时限。")
    order = page.locator("fieldset.order").first
    order.get_by_label("专班").select_option(index=1)
    order.get_by_label("交办事项").fill(TITLE)
    order.get_by_label("责任单位").select_option(label="县城管局")
    order.get_by_label("完成时限").fill("2023-12-08")
    page.get_by_role("button", name="登记并锁定调度表").click()


def retitle(page, portal, number):
    """Change an item of the sheet on its own page."""
    page.goto(f"{portal.url}/items/{number}/edit/")
    title = page.get_by_label(re.compile("^(事项|标题)"))
    title.fill(f"{title.input_value()}（修订）")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("h1")).to_contain_text("（修订）")
