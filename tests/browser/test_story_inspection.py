"""An inspection from its plan to the re-check: authorised, visited, fed back, accepted, put right."""

import re

from playwright.sync_api import expect

TITLE = "竣工联合验收专项督查"
PROBLEM = "联合验收意见未在五个工作日内出具"
UNIT = "县住建局"
PROOF = {"name": "现场记录.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}


def submit(page, label):
    page.get_by_role("button", name=label, exact=True).click()


def fold(page, label):
    """Open a step's form on the page and return it."""
    act = page.locator(".act", has=page.get_by_text(label, exact=True)).first
    act.locator("summary").click()
    return act


def plan(page, portal):
    """Enter an inspection without an authority, see that it cannot start, complete it and start it."""
    page.goto(f"{portal.url}/inspections/")
    page.get_by_role("link", name="督查立项").click()
    page.get_by_label("名称").fill(TITLE)
    page.get_by_label("督查范围").fill("今年以来申请联合验收的工业项目。")
    page.get_by_label("督查方案").fill("调阅全部联合验收件，抽查五个项目的办理过程。")
    page.get_by_label("开始日期").fill("2023-11-10")
    page.get_by_label("结束日期").fill("2023-11-30")
    page.get_by_label(UNIT, exact=True).check()
    submit(page, "保存方案")
    expect(page.get_by_text("不能开展专项督查（条例第七条、第十一条）")).to_be_visible()
    page.get_by_role("link", name="修改方案").click()
    page.get_by_label("授权", exact=True).select_option(label="县政府负责人批准")
    page.get_by_label("依据文件").fill("关于开展竣工联合验收督查的请示")
    page.get_by_label("批准人").fill("县长")
    page.get_by_label("批准日期").fill("2023-11-09")
    submit(page, "保存方案")
    submit(page, "启动督查")
    expect(page.get_by_text("督查已启动，通知已编号印发")).to_be_visible()
    return page.url


def look(page, address):
    """Record a visit and a finding with its evidence."""
    page.goto(address)
    page.get_by_role("link", name="登记走访").click()
    page.get_by_label("地点").fill("联合验收窗口")
    page.get_by_label("了解的情况").fill("窗口反映各部门意见靠电话催要。")
    submit(page, "保存")
    page.get_by_role("link", name="登记问题").click()
    page.get_by_label("被督查单位").select_option(label=UNIT)
    page.get_by_label("专班").select_option(label="办理建筑许可")
    page.get_by_label("问题", exact=False).first.fill(PROBLEM)
    page.get_by_label("事实").fill("抽查的五个项目中有两个用时九个工作日。")
    page.get_by_label("对照要求").fill("《云溪县竣工联合验收实施细则》第十条")
    page.get_by_label("整改要求").fill("建立并联催办和超时默认机制。")
    page.locator("[name=uploads]").set_input_files(PROOF)
    submit(page, "保存")
    expect(page.get_by_role("link", name=PROBLEM).first).to_be_visible()


def conclude(page, address):
    page.goto(address)
    page.get_by_role("link", name="作出结论并反馈").click()
    expect(page.get_by_text(PROBLEM)).to_be_visible()
    page.get_by_label("督查结论").fill("联合验收总体顺畅，个别项目超时。")
    submit(page, "印发并反馈")
    expect(page.get_by_text("各单位的反馈意见书已编号印发")).to_be_visible()


def test_an_inspection_runs_from_its_plan_to_the_recheck(portal, enter):
    inspector, unit, office = enter("xuzhixing"), enter("linxiaowen"), enter("shenruoning")
    address = plan(inspector, portal)
    look(inspector, address)
    unit.goto(f"{portal.url}/inspections/")
    unit.get_by_role("link", name=TITLE).click()
    expect(unit.get_by_text(PROBLEM)).to_have_count(0)

    conclude(inspector, address)
    unit.goto(f"{portal.url}/")
    unit.get_by_role("link", name=PROBLEM).first.click()
    expect(unit.get_by_role("link", name="现场记录.pdf")).to_be_visible()
    fold(unit, "认领问题").get_by_label("原因和整改打算").fill("意见收集没有时限提醒，月内改正。")
    submit(unit, "确定认领问题")
    expect(unit.get_by_text("已认领，督查人员会收到通知")).to_be_visible()

    inspector.goto(address)
    inspector.get_by_role("link", name=re.compile("^列入整改台账")).first.click()
    inspector.get_by_label("整改时限").fill("2023-12-08")
    submit(inspector, "列入台账并印发通知")
    expect(inspector.get_by_text("1 个问题已列入台账")).to_be_visible()
    number = inspector.locator("a.code[href^='/items/']").first.get_attribute("href")
    office.goto(f"{portal.url}{number}")
    expect(office.locator("h1")).to_have_text(PROBLEM)
    expect(office.get_by_role("link", name=re.compile(TITLE))).to_be_visible()

    close(portal, enter, number)
    inspector.goto(address)
    inspector.get_by_role("link", name=PROBLEM).first.click()
    fold(inspector, "复查合格").get_by_label("复查情况").fill("抽查三个项目，均在五个工作日内出具意见。")
    submit(inspector, "确定复查合格")
    expect(inspector.locator(".page-head__state")).to_contain_text("已整改")
    inspector.goto(address)
    submit(inspector, "办结")
    expect(inspector.get_by_text("已办结。")).to_be_visible()
    assert inspector.complaints == []


def close(portal, enter, number):
    """Let the unit, its head and the head of the office close the item."""
    liaison, head, office_head = enter("linxiaowen"), enter("chengweidong"), enter("guweizhou")
    liaison.goto(f"{portal.url}{number}")
    liaison.get_by_role("link", name="申请销号").click()
    liaison.get_by_label("完成日期").fill("2023-11-10")
    liaison.get_by_label("完成情况").fill("已建立超时提醒，两个项目补齐意见。")
    liaison.locator("[name=uploads]").set_input_files(PROOF)
    submit(liaison, "提交申请")
    for page, label in ((head, "确认销号申请"), (office_head, "同意销号")):
        page.goto(f"{portal.url}{number}")
        fold(page, label)
        submit(page, f"确定{label}")
    expect(office_head.get_by_text("已销号，亮蓝灯")).to_be_visible()
