"""A chief gives an instruction and finds it next month; a unit reports ten items of that month, and one falls back."""

import re

from playwright.sync_api import expect

DECEMBER = "2023-12-01T09:30:00+08:00"
ENTRY, REVIEW = "/months/2023-11/entry/", "/months/2023-11/review/"
TITLE = "水气报装材料压减到两份"
TEN = 10


def test_a_chief_finds_his_instruction_next_month_and_ten_items_are_reported(portal, enter, clicks, later):
    give_instruction(enter("zhouqiming"), portal)
    with later(DECEMBER) as december:
        find_instruction(enter("zhouqiming", at=december), december)
        numbers = report_ten(enter("linxiaowen", at=december), december, clicks)
        review(enter("shenruoning", at=december), december, numbers)


def give_instruction(chief, portal):
    chief.goto(f"{portal.url}/chief/")
    chief.get_by_role("link", name="新增交办").click()
    chief.get_by_label("专班").select_option(label="获得用水用气")
    chief.get_by_label("交办事项").fill(TITLE)
    chief.get_by_label("责任单位").select_option(label="县自来水公司")
    chief.get_by_label("完成时限").fill("2023-11-30")
    chief.get_by_role("button", name="交办", exact=True).click()
    expect(chief.get_by_role("link", name=TITLE).first).to_be_visible()


def find_instruction(chief, portal):
    """It stands on the chief's own page, late by a day, and on the sheet of his next round."""
    chief.goto(f"{portal.url}/chief/")
    line = chief.locator(".lines li", has_text=TITLE)
    expect(line).to_contain_text("逾期1天")
    chief.goto(f"{portal.url}/dispatch/")
    chief.locator("tr", has_text="2023年12月").or_(chief.locator("tr", has_text="待召开")).first.get_by_role(
        "link"
    ).first.click()
    chief.goto(f"{chief.url}sheet/")
    expect(chief.locator(".sheet")).to_contain_text(TITLE)


def report_ten(liaison, portal, clicks):
    """Report ten items without a change, each with at most two clicks; return their numbers."""
    liaison.goto(f"{portal.url}{ENTRY}")
    blank = liaison.locator("[data-blank]")
    assert blank.count() > TEN
    numbers = [blank.nth(place).get_attribute("id") for place in range(TEN)]
    for number in numbers:
        before = clicks.count
        line = liaison.locator(f"[id='{number}']")
        clicks(line.get_by_role("button", name=re.compile("本月无变化")))
        liaison.locator("dialog [name=sentence]").fill("按计划推进，本月无变化。")
        clicks(liaison.locator("dialog").get_by_role("button", name="提交"))
        expect(line.locator("[data-state-label]")).to_contain_text("待审核")
        assert clicks.count - before <= 2
    assert liaison.complaints == []
    return numbers


def review(office, portal, numbers):
    """The office returns one of the ten and passes the others that wait for it."""
    office.goto(f"{portal.url}{REVIEW}")
    row = office.locator("article.review").first
    returned = row.get_attribute("id")
    assert returned in numbers
    row.locator(".review__return summary").click()
    row.get_by_label("退回原因").fill("请写明本月做了什么。")
    row.get_by_role("button", name="确定退回").click()
    expect(office.get_by_text("退回 1 项。")).to_be_visible()
    waiting = office.locator("article.review").count()
    office.get_by_label("全选本页").check()
    office.locator("[data-bulk-pass]").click()
    expect(office.get_by_text(f"审核通过 {waiting} 项。")).to_be_visible()
