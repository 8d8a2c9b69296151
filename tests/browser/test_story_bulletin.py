"""October's bulletin: edited, checked against its figures, issued, and the same ever after."""

import hashlib
import re

from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD

BULLETIN = "/bulletins/monthly-2023-10/"
SENTENCE = "各单位要逐项对账，不得以材料代替成效。"


def downloads(page, portal):
    """Return the SHA-256 of the DOCX and of the PDF as the page's links give them out."""
    page.goto(f"{portal.url}{BULLETIN}")
    found = {}
    for form in ("Word", "PDF"):
        with page.expect_download() as waiting:
            page.get_by_role("link", name=form, exact=True).click()
        found[form] = hashlib.sha256(waiting.value.path().read_bytes()).hexdigest()
    return found


def printed_numbers(page, portal):
    """Return every number of the paper that stands for a figure, in reading order."""
    page.goto(f"{portal.url}{BULLETIN}")
    return page.locator(".paper .fig").all_inner_texts()


def save_paragraph(page, text):
    page.get_by_label("第1段").fill(text)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已保存。")).to_be_visible()


def test_an_issued_bulletin_stays_as_it_was_issued(portal, enter):
    office, head = enter("shenruoning"), enter("guweizhou")
    edit_and_submit(office, portal)
    issue(head, portal)

    files, numbers = downloads(office, portal), printed_numbers(office, portal)
    assert len(numbers) > 20
    close_an_item(head, portal)
    assert downloads(office, portal) == files
    assert printed_numbers(office, portal) == numbers
    expect(office.get_by_text("已冻结")).to_be_visible()


def edit_and_submit(page, portal):
    """Change a sentence and a number; the number is marked until it says again what its figure says."""
    page.goto(f"{portal.url}{BULLETIN}")
    open_overall(page)
    text = page.get_by_label("第1段").input_value()
    closed = re.search(r"已销号(\d+)项", text)[1]
    save_paragraph(page, text.replace(f"已销号{closed}项", "已销号999项") + SENTENCE)
    expect(page.get_by_role("heading", name="与口径不符")).to_be_visible()
    expect(page.locator(".aside", has_text="与口径不符")).to_contain_text(f"写作 999，按口径应为 {closed}")
    page.get_by_role("link", name="预览全文").click()
    expect(page.locator(".paper .fig--bad", has_text="999").first).to_be_visible()

    open_overall(page)
    save_paragraph(page, text + SENTENCE)
    expect(page.get_by_role("heading", name="与口径不符")).to_have_count(0)
    page.get_by_role("link", name="预览全文").click()
    expect(page.locator(".paper .fig--bad")).to_have_count(0)
    expect(page.locator(".paper", has_text=SENTENCE).first).to_be_visible()
    page.get_by_role("button", name="送审").click()
    expect(page.get_by_text("已送审，等待营商办主任签发。")).to_be_visible()


def open_overall(page):
    page.get_by_role("link", name="编辑", exact=True).click()
    page.get_by_role("navigation", name="各部分").get_by_role("link", name="总体情况").click()


def issue(page, portal):
    """Issue it; the office's head proves once more who he is."""
    page.goto(f"{portal.url}{BULLETIN}")
    page.get_by_role("button", name="签发第10期").click()
    if "/prove/" in page.url:
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="验证").click()
        page.get_by_role("button", name="签发第10期").click()
    expect(page.locator(".paper__issue")).to_have_text(["第10期", "云营商办通报〔2023〕10号"])
    expect(page.locator(".desk-bar")).to_contain_text("第10期　云营商办通报〔2023〕10号")


def close_an_item(page, portal):
    """Approve a closing that has waited since October: the live figures move, the bulletin must not."""
    page.goto(f"{portal.url}/items/2023-CX-081/")
    page.locator(".act summary", has_text="同意销号").click()
    page.get_by_role("button", name="确定同意销号").click()
    expect(page.get_by_text("已销号，亮蓝灯")).to_be_visible()
