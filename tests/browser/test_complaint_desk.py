"""Cases at the desk, in a real browser: one through two rounds to its rating, one with a whistle, one declined."""

import re

from playwright.sync_api import expect

LIAISONS = {"县市场监管局": "hanyunshu", "县城管局": "dinglanxi", "县自然资源局": "baiyiming"}
REPLY = "已核实：审图机构没有一次性告知。补正内容已列明，11月20日前完成审图。依据《建设工程质量管理条例》第十一条。"
CODE = re.compile(r"[2-9A-Z]{6}-[2-9A-Z]{6}-[2-9A-Z]{6}")


def registered(page, portal, title):
    """Register a case at the desk by keyboard and button; return its number and query code."""
    page.goto(f"{portal.url}/complaints/new/")
    page.get_by_label("标题").fill(title)
    page.get_by_label("内容").fill("厂房扩建，审图机构三次要求补正，每次内容都不一样，开工已推迟一个月。")
    page.get_by_label("来件人姓名").fill("喆明远")
    page.get_by_label("联系电话").fill("13800138000")
    page.get_by_role("button", name="登记", exact=True).click()
    if page.get_by_text("可能已有同一件诉求").is_visible():
        page.get_by_label("已核对，不是同一件，仍然登记").check()
        page.get_by_role("button", name="登记", exact=True).click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("已登记")
    return heading.inner_text().split()[-1], CODE.search(page.inner_text("main"))[0]


def broken(page):
    """Return what the console complains about; that a form came back for a decision is no complaint."""
    return [words for words in page.complaints if "409 (Conflict)" not in words]


def open_case(page, portal, number):
    page.goto(f"{portal.url}/complaints/{number}/")
    return page


def act(page, portal, number, label, **fields):
    """Open the case, unfold the step `label`, fill in `fields` by name and send it."""
    open_case(page, portal, number)
    box = page.locator(".act", has=page.get_by_text(label, exact=True)).first
    fold = box.locator("summary")
    if not fold.count():
        box.get_by_role("button", name=label, exact=True).click()
        return
    fold.first.click()
    for name, value in fields.items():
        field = box.locator(f"[name={name}]")
        if value is True:
            field.check()
        elif field.first.get_attribute("type") == "radio":
            box.locator(f"[name={name}][value={value}]").check()
        else:
            field.fill(value)
    box.get_by_role("button", name=f"确定{label}").click()


def state(page, words):
    expect(page.locator(".page-head__state .state")).to_contain_text(words)


def assign(page, portal, number, unit):
    open_case(page, portal, number).get_by_role("link", name="转办", exact=True).click()
    page.get_by_label("主办单位").select_option(label=unit)
    page.get_by_label("办理要求").fill("请三日内与企业联系，一次性告知补正内容")
    page.get_by_role("button", name="确定转办").click()
    state(page, "待签收")


def reply(page, portal, number):
    open_case(page, portal, number).get_by_role("link", name="提交答复", exact=True).click()
    page.get_by_label("已解决", exact=True).check()
    page.get_by_label("答复内容").fill(REPLY)
    page.get_by_role("button", name="提交答复").click()
    state(page, "待单位确认")


def test_a_case_goes_through_extension_call_back_and_a_second_round_to_its_rating(portal, enter, browser):
    officer, director = enter("shenruoning"), enter("guweizhou")
    liaison, head = enter("linxiaowen"), enter("chengweidong")
    number, code = registered(officer, portal, "三号厂房施工图审查反复补正")

    act(officer, portal, number, "受理")
    state(officer, "待转办")
    assign(officer, portal, number, "县住建局")
    act(liaison, portal, number, "签收")
    state(liaison, "办理中")
    act(liaison, portal, number, "申请延期", days="5", note="须第三方复核结构计算")
    act(director, portal, number, "同意延期", note="同意，抓紧办理")
    expect(director.get_by_text("原定").first).to_be_visible()
    for satisfied in (False, True):
        reply(liaison, portal, number)
        act(head, portal, number, "确认答复")
        act(officer, portal, number, "审核通过")
        state(officer, "待回访")
        if satisfied:
            act(officer, portal, number, "登记回访", reached="yes", resolved="yes", satisfaction="very")
            state(officer, "已办结")
        else:
            words = {"reached": "yes", "resolved": "no", "satisfaction": "not", "justified": True}
            act(officer, portal, number, "登记回访", **words, note="仍要求另行补正")
            state(officer, "办理中")
            expect(officer.get_by_text("第 2 轮").first).to_be_visible()

    outside = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    phone = outside.new_page()
    phone.goto(f"{portal.url}/query/")
    phone.get_by_label("查询码").fill(code)
    phone.get_by_role("button", name="查询", exact=True).click()
    expect(phone.get_by_text(REPLY)).to_be_visible()
    phone.get_by_label("解决了", exact=True).check()
    phone.get_by_label("满意", exact=True).check()
    phone.get_by_role("button", name="提交评价").click()
    expect(phone.get_by_text("您的评价")).to_be_visible()
    outside.close()
    open_case(officer, portal, number)
    expect(officer.get_by_text("来件人评价").first).to_be_visible()
    assert broken(officer) + broken(liaison) == []


def test_a_whistle_calls_three_units_and_the_lead_closes_it(portal, enter):
    officer, liaison = enter("shenruoning"), enter("linxiaowen")
    number, _code = registered(officer, portal, "园区道路管网用电三家互等，项目停工")
    act(officer, portal, number, "受理")
    assign(officer, portal, number, "县住建局")
    act(liaison, portal, number, "签收")

    open_case(officer, portal, number).get_by_role("link", name="吹哨", exact=True).click()
    for unit in LIAISONS:
        officer.get_by_label(unit, exact=True).check()
    officer.get_by_label("吹哨事由").fill("道路、管网、用电三家同到现场，定下先后")
    officer.get_by_role("button", name="确定吹哨").click()
    expect(officer.get_by_text("已吹哨，并通知各报到单位")).to_be_visible()

    open_case(liaison, portal, number)
    expect(liaison.get_by_role("link", name="提交答复", exact=True)).to_have_count(0)
    for unit, username in LIAISONS.items():
        person = enter(username)
        act(person, portal, number, "报到")
        act(person, portal, number, "提交协办意见", note=f"{unit}意见：11月15日前完成本段")
        expect(person.get_by_text("协办意见已交主办单位")).to_be_visible()
    act(liaison, portal, number, "吹哨办结", note="三家已定先后，11月20日前全部完成")
    expect(liaison.get_by_text("吹哨已办结").first).to_be_visible()
    reply(liaison, portal, number)


def test_a_case_is_declined_with_the_right_door_named(portal, enter, browser):
    officer = enter("shenruoning")
    number, code = registered(officer, portal, "供货商拖欠货款，请求协调")
    open_case(officer, portal, number).get_by_role("link", name="不予受理", exact=True).click()
    officer.get_by_label("平等主体之间的民事、商事纠纷").check()
    officer.get_by_role("textbox", name="理由").fill("属于买卖合同货款纠纷")
    officer.get_by_role("button", name="确定不予受理").click()
    state(officer, "不予受理")
    outside = browser.new_context(locale="zh-CN")
    page = outside.new_page()
    page.goto(f"{portal.url}/query/")
    page.get_by_label("查询码").fill(code)
    page.get_by_role("button", name="查询", exact=True).click()
    expect(page.get_by_text("您可以向这里反映")).to_be_visible()
    expect(page.get_by_text("人民调解组织").first).to_be_visible()
    outside.close()


def test_likely_duplicates_appear_while_the_clerk_is_typing(portal, enter):
    officer = enter("shenruoning")
    number, _code = registered(officer, portal, "北区雨水管网堵塞，雨天车间进水")
    officer.goto(f"{portal.url}/complaints/new/")
    officer.get_by_label("标题").fill("雨水管网堵塞，雨天车间进水")
    expect(officer.locator("#alike").get_by_text(number)).to_be_visible()
    assert broken(officer) == []
