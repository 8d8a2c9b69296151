"""An item is closed: applied for with evidence, confirmed, reviewed where another unit leads, approved."""

import re

import pytest
from playwright.sync_api import expect

PROOF = {"name": "验收纪要.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}
RESULT = "五个部门的验收材料已合并为一套，企业只交一次，8 个项目按此办结。"


def closed_count(page, portal):
    """Return the number on the home page's tile of closed items."""
    page.goto(f"{portal.url}/")
    tile = page.locator(".figure", has_text="已销号").locator(".figure__value").inner_text()
    return int(re.match(r"\d+", tile)[0])


def take(page, portal, number, label):
    """Open the item and take one step with the button of the page."""
    page.goto(f"{portal.url}/items/{number}/")
    act = page.locator(".act", has=page.get_by_text(label, exact=True)).first
    act.locator("summary").click()
    act.get_by_role("button", name=f"确定{label}").click()


@pytest.mark.parametrize(
    ("number", "lead"), [("2023-SP-004", ""), ("2023-CX-097", "kuangxiaoyue")], ids=["own lead", "other lead"]
)
def test_an_item_is_closed_by_those_whose_turn_it_is(portal, enter, number, lead):
    liaison, head, office_head = enter("linxiaowen"), enter("chengweidong"), enter("guweizhou")
    before = closed_count(office_head, portal)

    liaison.goto(f"{portal.url}/items/{number}/")
    liaison.get_by_role("link", name="申请销号").click()
    liaison.get_by_label("完成日期").fill("2023-11-09")
    liaison.get_by_label("完成情况").fill(RESULT)
    liaison.locator("[name=uploads]").set_input_files(PROOF)
    liaison.get_by_role("button", name="提交申请").click()
    expect(liaison.get_by_text("已申请销号，请本单位负责人确认")).to_be_visible()

    take(head, portal, number, "确认销号申请")
    expect(head.get_by_text("已确认，送下一步审核")).to_be_visible()
    if lead:
        reviewer = enter(lead)
        take(reviewer, portal, number, "初审通过")
        expect(reviewer.get_by_text("初审通过，送营商办核定")).to_be_visible()

    take(office_head, portal, number, "同意销号")
    expect(office_head.get_by_text("已销号，亮蓝灯")).to_be_visible()
    expect(office_head.locator(".page-head__state .lamp")).to_contain_text("蓝")
    expect(office_head.get_by_text(RESULT).first).to_be_visible()
    expect(office_head.get_by_role("link", name="验收纪要.pdf").first).to_be_visible()
    assert closed_count(office_head, portal) == before + 1
