"""The policies on a phone: an enterprise agrees by its link, another finds out what fits by eight questions."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import PHONE

# Sends one enterprise of the sample its link anew, as the office does, and prints the token.
LINK = """
from django.utils import timezone
from policies.models import Proposal
from policies.services.proposals import notify_enterprise
from portal.models import User
row = Proposal.objects.filter(state="notified", version__title="{title}").order_by("pk").first()
today = row.link_until
print(notify_enterprise(row, actor=User.objects.get(name="贾晓薇"), today=today).token)
"""
STATE = """
from policies.models import Proposal
print(Proposal.objects.filter(state="{state}", version__title="{title}").count())
"""
STEADY = "中小微企业稳岗补贴"


@pytest.fixture
def phone(browser, browser_context_args):
    context = browser.new_context(**(browser_context_args | {"viewport": PHONE}))
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def asked(portal, code, **values):
    return portal.manage("shell", "-v0", "-c", code.format(**values)).strip()


def is_fit(page):
    """Assert that nothing scrolls sideways and that axe finds nothing serious."""
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
    found = [
        one for one in Axe().run(page).response["violations"] if one["impact"] in {"serious", "critical"}
    ]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_an_enterprise_agrees_by_its_link_and_the_link_ends(portal, phone):
    before = int(asked(portal, STATE, state="agreed", title=STEADY))
    token = asked(portal, LINK, title=STEADY)
    address = f"{portal.url}/policies/answer/{token}/"
    phone.goto(address)
    expect(phone.get_by_role("heading", level=1)).to_have_text(STEADY)
    is_fit(phone)
    phone.get_by_label("联系人").fill("何静")
    phone.get_by_role("button", name="同意享受").click()
    expect(phone.get_by_role("alert")).to_contain_text("联系电话")
    expect(phone.get_by_label("联系人")).to_have_value("何静")
    is_fit(phone)
    phone.get_by_label("联系电话").fill("13800138000")
    phone.get_by_label("收款账户").fill("云溪农村商业银行 6210000000000001")
    phone.get_by_label("我承诺").check()
    phone.get_by_role("button", name="同意享受").click()
    expect(phone.get_by_text("企业已同意").first).to_be_visible()
    is_fit(phone)
    assert int(asked(portal, STATE, state="agreed", title=STEADY)) == before + 1
    phone.goto(address)
    expect(phone.get_by_role("heading", level=1)).to_have_text("链接已失效")


def test_an_owner_finds_out_what_fits_with_eight_questions(portal, phone):
    phone.goto(f"{portal.url}/benefits/")
    is_fit(phone)
    phone.get_by_role("link", name="哪些适合我").click()
    expect(phone.locator("form .field")).to_have_count(8)
    is_fit(phone)
    phone.get_by_label("主要从事什么行业").select_option("35")
    phone.get_by_label("现有从业人员多少人").fill("120")
    phone.get_by_label("上年营业收入多少万元").fill("8000")
    held = phone.get_by_role("group", name="往年已经取得哪些认定")
    for label in ("规上工业", "国家高新技术企业", "国家专精特新小巨人企业"):
        held.get_by_label(label, exact=True).check()
    phone.get_by_role("button", name="看结果").click()
    first = phone.locator(".verdict", has_text="国家专精特新小巨人企业奖励").first
    expect(first).to_contain_text("60 万元")
    expect(phone.locator(".verdict", has_text="国家高新技术企业奖励").first).to_contain_text("就高不重复")
    # The reason stands below its condition: beside it there is no room for both.
    asked = first.locator("li > div").first.bounding_box()
    reason = first.locator("li > span").first.bounding_box()
    assert reason["y"] >= asked["y"] + asked["height"]
    is_fit(phone)


def test_a_page_of_an_item_can_be_read_on_a_phone_and_leads_to_the_code(portal, phone):
    phone.goto(f"{portal.url}/benefits/?q=贷款贴息")
    phone.get_by_role("link", name="小微企业贷款贴息").click()
    expect(phone.get_by_role("heading", name="需要的材料")).to_be_visible()
    is_fit(phone)
    phone.get_by_label("统一社会信用代码").fill("123")
    phone.get_by_role("button", name="查一查").click()
    expect(phone.get_by_role("alert")).to_contain_text("应为 18 位")
    is_fit(phone)


# Hands out a one-time code for the enterprise of the sample that has the most to see, and prints where and what.
DOOR = """
from django.utils import timezone
from policies.models import EnterpriseCode
from policies.services.enterprise_codes import hand_out
from portal.models import User
row = EnterpriseCode.objects.order_by("pk").first()
officer = User.objects.get(username="shenruoning")
print(row.code, hand_out(row, actor=officer, now=timezone.now()).code)
"""


@pytest.fixture
def without_script(browser, browser_context_args):
    context = browser.new_context(
        **(browser_context_args | {"viewport": PHONE, "java_script_enabled": False})
    )
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def test_an_enterprise_opens_its_page_with_code_and_one_time_code(portal, phone):
    door, code = asked(portal, DOOR).split()
    phone.goto(f"{portal.url}/e/{door}/")
    is_fit(phone)
    phone.get_by_label("一次性码").fill("2222-3333-4444")
    phone.get_by_role("button", name="进入").click()
    expect(phone.get_by_role("alert")).to_contain_text("一次性码不正确")
    is_fit(phone)
    phone.get_by_label("一次性码").fill(code.lower())
    phone.get_by_role("button", name="进入").click()
    expect(phone.get_by_role("heading", name="待答复")).to_be_visible()
    expect(phone.locator(".verdict").first).to_be_visible()
    expect(phone.get_by_role("heading", name="我们的诉求")).to_be_visible()
    is_fit(phone)
    phone.get_by_role("link", name="申请更正").click()
    is_fit(phone)
    phone.get_by_label("哪一项需要更正").select_option("revenue")
    phone.get_by_label("应当是").fill("上年营业收入 5,200 万元")
    phone.get_by_label("说明和依据").fill("上年度审计报告")
    phone.get_by_role("button", name="提交更正申请").click()
    expect(phone.get_by_text("上年营业收入 5,200 万元")).to_be_visible()
    phone.get_by_role("button", name="退出企业专页").click()
    expect(phone.get_by_text("已退出企业专页")).to_be_visible()
    phone.goto(f"{portal.url}/benefits/mine/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("不能打开")
    is_fit(phone)


def test_the_page_opens_without_a_script(portal, without_script):
    door, code = asked(portal, DOOR).split()
    without_script.goto(f"{portal.url}/e/{door}/")
    without_script.get_by_label("一次性码").fill(code)
    without_script.get_by_role("button", name="进入").click()
    expect(without_script.get_by_role("heading", name="我们的兑现")).to_be_visible()
    without_script.locator(".verdict").first.get_by_role("link").first.click()
    expect(without_script.get_by_role("heading", name="怎么拿到")).to_be_visible()


def test_a_subscription_is_asked_for_on_a_phone_and_says_what_waits(portal, phone):
    phone.goto(f"{portal.url}/benefits/")
    phone.get_by_role("link", name="订阅").click()
    expect(phone.get_by_text("尚未开通邮件发送")).to_be_visible()
    is_fit(phone)
    phone.get_by_label("邮箱").fill("nobody")
    phone.get_by_role("button", name="订阅").click()
    expect(phone.get_by_role("alert")).to_contain_text("邮箱格式不对")
    is_fit(phone)
    phone.get_by_role("group", name="关注哪些领域").get_by_role("checkbox").first.check()
    phone.get_by_label("邮箱").fill("reader@example.com")
    phone.get_by_role("button", name="订阅").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("还差一步")
    is_fit(phone)
