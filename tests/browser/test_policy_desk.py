"""A policy from the clerk's desk to the money: entered with conditions, matched at night, confirmed, paid by a batch."""

import re
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from playwright.sync_api import expect

from policies.services.payout_workbook import payout_sheet
from portal.workbooks import write_workbook
from tests.browser.conftest import PHONE

TITLE = "高新技术企业数字化改造补助"
LIAISON, HEAD = "leihongbo", "duansiqi"
MATCH = """
from datetime import date
from policies.services.matching import nightly_match
print(nightly_match(date(2023, 11, 10)))
"""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def figure(page, name):
    """Return the number of a figure of the live result."""
    shown = page.locator("#condition-result .figure", has_text=name).first.locator(".figure__value")
    return int(re.sub(r"\D", "", shown.inner_text()))


def add_condition(page, label):
    page.get_by_label("要添加的条件").last.select_option(label=label)
    page.get_by_role("button", name="添加条件").last.click()


@pytest.fixture
def item(portal, enter):
    """The clerk enters an item, sees how many qualify while he writes, and publishes it."""
    page = enter("shenruoning")
    page.goto(f"{portal.url}/policies/items/new/")
    page.get_by_label("政策文件").select_option(index=1)
    page.get_by_label("牵头单位").select_option(label="县科工局")
    page.get_by_label("事项名称").fill(TITLE)
    page.get_by_label("兑现方式").select_option(label="限时兑现")
    page.get_by_label("适用对象").fill("有效期内的国家高新技术企业")
    page.get_by_label("落实期限起").fill("2023-01-10")
    page.get_by_label("落实期限止").fill("2024-12-31")
    page.get_by_role("button", name="保存，下一步录入适用条件").click()
    with_conditions(page)
    page.get_by_label("每家金额（万元）").fill("1")
    page.get_by_label("每家金额（万元）").blur()
    expect(page.locator("#amount-result")).to_contain_text("每家 1 万元")
    page.get_by_role("button", name="保存，查看事项").click()
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator(".page-head__state")).to_contain_text("已发布")
    assert page.complaints == []
    return page.url.rstrip("/").rpartition("/")[2]


def with_conditions(page):
    add_condition(page, "具有资质认定")
    page.get_by_label("国家高新技术企业", exact=True).check()
    expect(page.locator(".rule__sentence")).to_contain_text("认定为国家高新技术企业。")
    before = figure(page, "符合")
    assert before > 0
    add_condition(page, "数据比较")
    page.get_by_label("数据项").select_option(label="从业人员")
    expect(page.locator("select[name$=__unit]")).to_have_value("人")
    page.get_by_label("数值").fill("100000")
    page.get_by_label("数值").blur()
    expect(page.locator(".rule__sentence")).to_contain_text("且从业人员不低于 100,000 人")
    assert figure(page, "符合") == 0
    page.get_by_role("button", name="删除条件 2 数据比较").click()
    expect(page.locator(".rule__sentence")).to_have_text("认定为国家高新技术企业。")
    assert figure(page, "符合") == before
    page.get_by_role("button", name="保存，下一步录入兑现标准").click()
    # Typed before the script is there, nothing is counted.
    expect(page.get_by_label("每家金额（万元）")).to_be_visible()
    page.wait_for_load_state()


def book(rows):
    file = BytesIO()
    write_workbook(file, payout_sheet(), rows, heading="惠企资金兑现台账", subtitle="")
    return {"name": "兑现台账.xlsx", "mimeType": XLSX, "buffer": file.getvalue()}


def rows_for(item, codes, amount):
    day = {"paid_on": date(2023, 11, 9)}
    return [{"credit_code": code, "item": item, "amount": Decimal(amount), **day} for code in codes]


def upload(page, portal, rows):
    page.goto(f"{portal.url}/policies/payouts/import/")
    page.locator("[name=file]").set_input_files(book(rows))
    page.get_by_role("button", name="上传并核对").click()


def test_a_policy_goes_from_the_desk_to_the_money(portal, enter, item):
    assert "新提出" in portal.manage("shell", "-v0", "-c", MATCH)
    liaison = enter(LIAISON)
    codes = confirm_and_tell(liaison, portal, item)
    number = import_batch(liaison, portal, item, codes)
    head = enter(HEAD)
    head.goto(f"{portal.url}/policies/payouts/batches/{number}/")
    head.get_by_role("button", name="批准").click()
    expect(head.locator(".page-head__state")).to_contain_text("已批准")
    liaison.goto(f"{portal.url}/policies/payouts/batches/{number}/")
    liaison.locator("summary", has_text="登记拨付").click()
    liaison.get_by_role("button", name="确定登记拨付").click()
    expect(liaison.locator(".page-head__state")).to_contain_text("已拨付")
    liaison.goto(f"{portal.url}/policies/payouts/?item={item}")
    expect(liaison.locator(".figure", has_text="已兑现金额")).to_contain_text("20,000")
    visitor = enter("guweizhou", viewport=PHONE)
    visitor.goto(f"{portal.url}/policies/beneficiaries/?item={item}")
    expect(visitor.locator("tbody tr")).to_have_count(2)


def confirm_and_tell(page, portal, item):
    """The unit confirms two enterprises and gets their links; return the credit codes of both."""
    page.goto(f"{portal.url}/policies/matches/{item}/?show=proposals")
    boxes = page.locator("tbody input[name=selected]")
    codes = [page.locator("tbody td.code").nth(place).inner_text() for place in range(2)]
    for place in range(2):
        boxes.nth(place).check()
    page.get_by_role("button", name="确认所选").click()
    expect(page.get_by_text("已确认 2 家")).to_be_visible()
    page.goto(f"{portal.url}/policies/matches/{item}/?show=proposals&state=confirmed")
    page.get_by_label("选择本页").check()
    page.get_by_role("button", name="告知所选企业").click()
    expect(page.get_by_role("heading", name="告知企业")).to_be_visible()
    assert page.locator("input[readonly]").count() == 2
    return codes


def import_batch(page, portal, item, codes):
    """A payment over the standard is refused by its row; corrected, the workbook becomes one batch."""
    upload(page, portal, rows_for(item, codes, "15000"))
    expect(page.get_by_text("金额 1.5 万元 超过标准 1 万元").first).to_be_visible()
    expect(page.get_by_role("button", name="确认导入")).to_have_count(0)
    upload(page, portal, rows_for(item, codes, "10000"))
    page.get_by_role("button", name="确认导入 2 笔为一个批次").click()
    expect(page.get_by_text("请核对后提交审批")).to_be_visible()
    page.get_by_role("button", name="提交审批").click()
    expect(page.locator(".page-head__state")).to_contain_text("待审批")
    return page.url.rstrip("/").rpartition("/")[2]


def test_conditions_are_entered_without_a_script(portal, enter, browser, browser_context_args):
    page = enter("shenruoning")
    page.goto(f"{portal.url}/policies/?q=小巨人")
    page.locator("tbody a.code").first.click()
    address = f"{page.url}conditions/"
    context = browser.new_context(
        **browser_context_args, java_script_enabled=False, storage_state=page.context.storage_state()
    )
    plain = context.new_page()
    plain.goto(address)
    add_condition(plain, "数据比较")
    plain.get_by_label("数值").fill("2000")
    plain.get_by_role("button", name="重新计算").click()
    expect(plain.locator(".rule__sentence")).to_contain_text("2,000")
    context.close()
