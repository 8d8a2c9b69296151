"""October's reports, from the liaison's one page to the lamp on the item's own page."""

import re

from playwright.sync_api import expect

ENTRY = "/months/2023-10/entry/"
REVIEW = "/months/2023-10/review/"
LETTER = {"name": "入驻机构名单.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}


def line_of(page, number):
    """The line of one item on the entry page."""
    return page.locator(f"[id='{number}']")


def open_entry(page, portal, *numbers):
    page.goto(f"{portal.url}{ENTRY}")
    for number in numbers:
        unfold(page, number)


def unfold(page, number):
    """Open an item's line; the page opens those by itself that were returned or are being written."""
    folded = line_of(page, number).locator("details.entry__row:not([open]) > summary")
    if folded.count():
        folded.click()


def wait_until_saved(page):
    expect(page.locator("[data-saved]")).to_contain_text("草稿已自动保存")


def write(page, number, done, percent):
    page.locator(f"[id='{number}-done']").fill(done)
    page.locator(f"[id='{number}-percent']").fill(percent)


def submit_one(page, number):
    line_of(page, number).get_by_role("button", name="提交本项").click()


def test_a_liaison_reports_a_month_on_one_page_and_loses_nothing(portal, enter, clicks):
    page = enter("linxiaowen")
    open_entry(page, portal, "2023-SP-005")
    write(page, "2023-SP-005", "新入驻中介机构 14 家，累计 142 家。", "91.5")
    page.locator("[id='2023-SP-005-quantity_done']").fill("142")
    wait_until_saved(page)
    page.locator("[name='2023-SP-005-evidence']").set_input_files(LETTER)
    expect(line_of(page, "2023-SP-005").get_by_role("link", name="入驻机构名单.pdf")).to_be_visible()

    page.reload()
    unfold(page, "2023-SP-005")
    expect(page.locator("[id='2023-SP-005-done']")).to_have_value("新入驻中介机构 14 家，累计 142 家。")
    expect(page.locator("[id='2023-SP-005-percent']")).to_have_value("91.5")
    expect(line_of(page, "2023-SP-005").get_by_role("link", name="入驻机构名单.pdf")).to_be_visible()

    clicks(page.get_by_role("button", name="LT-002 本月无变化"))
    page.locator("dialog [name=sentence]").fill("策划生成会商机制按月运行，本月无新增项目。")
    clicks(page.locator("dialog").get_by_role("button", name="提交"))
    expect(page.get_by_text("已提交 1 项“本月无变化”。")).to_be_visible()
    assert clicks.count <= 2

    page.locator("[data-submit-all]").click()
    expect(page.get_by_text("已提交 1 项。")).to_be_visible()
    for number in ("2023-SP-005", "2023-LT-002"):
        expect(line_of(page, number).locator("[data-state-label]")).to_contain_text("待审核")
    expect(page.locator(".count-line")).to_contain_text("未填报 0")
    assert page.complaints == []


def test_all_items_without_a_change_take_two_clicks_together(portal, enter, clicks):
    page = enter("moqingxuan")
    page.goto(f"{portal.url}{ENTRY}")
    blank = page.locator("[data-blank]").count()
    assert blank == 2
    clicks(page.locator("[data-no-change=rest]"))
    page.locator("dialog [name=sentence]").fill("按计划推进，本月无变化。")
    clicks(page.locator("dialog").get_by_role("button", name="提交"))
    expect(page.get_by_text(f"已提交 {blank} 项“本月无变化”。")).to_be_visible()
    expect(page.locator(".count-line")).to_contain_text("未填报 0")
    assert clicks.count <= 2 * blank


def test_a_returned_report_is_corrected_and_verified_and_moves_its_item(portal, enter):
    unit, lead, office = enter("pengxinlu"), enter("leihongbo"), enter("shenruoning")
    assert standing(office, portal, "2023-SP-047") == ("75%", "黄")

    open_entry(unit, portal, "2023-SP-047")
    write(unit, "2023-SP-047", "已推进。", "94")
    submit_one(unit, "2023-SP-047")
    expect(unit.get_by_text("已提交 1 项。")).to_be_visible()

    lead.goto(f"{portal.url}{REVIEW}")
    row = line_of(lead, "2023-SP-047")
    row.locator(".review__return summary").click()
    row.get_by_label("退回原因").fill("请核对完成数量，写明办理结果。")
    row.get_by_role("button", name="确定退回").click()
    expect(lead.get_by_text("退回 1 项。")).to_be_visible()

    unit.goto(f"{portal.url}{ENTRY}")
    expect(line_of(unit, "2023-SP-047")).to_contain_text("“请核对完成数量，写明办理结果。” —— 雷鸿博")
    write(unit, "2023-SP-047", "本月新办 32 件，核对后累计 300 件，全部在时限内办结。", "50")
    unit.locator("[id='2023-SP-047-quantity_done']").fill("300")
    line_of(unit, "2023-SP-047").get_by_text("存在问题", exact=True).click()
    unit.locator("[id='2023-SP-047-problems']").fill("上月将两个系统的同一批件重复统计，现予核减。")
    submit_one(unit, "2023-SP-047")
    expect(line_of(unit, "2023-SP-047").locator("[data-state-label]")).to_contain_text("待审核")

    lead.goto(f"{portal.url}{REVIEW}")
    line_of(lead, "2023-SP-047").get_by_role("button", name="通过").click()
    expect(lead.get_by_text("牵头审核通过 1 项。")).to_be_visible()

    office.goto(f"{portal.url}{REVIEW}")
    waiting = office.locator("article.review").count()
    assert waiting > 5
    office.get_by_label("全选本页").check()
    office.locator("[data-bulk-pass]").click()
    expect(office.get_by_text(f"审核通过 {waiting} 项。")).to_be_visible()
    expect(office.get_by_text("没有需要您审核的月报")).to_be_visible()
    assert standing(office, portal, "2023-SP-047") == ("50%", "红")


def standing(page, portal, number):
    """Return the percent and the lamp that the item's own page shows."""
    page.goto(f"{portal.url}/items/{number}/")
    lamp = page.locator(".page-head__state .lamp").inner_text()
    facts = page.locator(".facts").inner_text()
    return re.search(r"[\d.]+%", facts)[0], lamp.strip()[0]


def test_the_second_of_two_people_learns_who_was_first_and_keeps_his_text(portal, enter):
    first, second = enter("yuanmengjie"), enter("zhuziqian")
    number = "2023-CX-043"
    open_entry(first, portal, number)
    open_entry(second, portal, number)
    write(first, number, "对接 3 家银行，新增授信 2 户。", "84")
    wait_until_saved(first)

    mine = "对接 4 家银行，新增授信 5 户，金额 1200 万元。"
    second.locator(f"[id='{number}-done']").fill(mine)
    conflict = line_of(second, number).locator("[data-conflict]")
    expect(conflict).to_be_visible()
    expect(conflict).to_contain_text("袁梦洁")
    expect(conflict).to_contain_text("对接 3 家银行，新增授信 2 户。")
    expect(second.locator(f"[id='{number}-done']")).to_have_value(mine)

    conflict.get_by_role("button", name="已核对，保存我填写的内容").click()
    wait_until_saved(second)
    second.reload()
    expect(second.locator(f"[id='{number}-done']")).to_have_value(mine)
