"""The bulletins' pages: who may open them, what they show, what the buttons do."""

import io
import re
from datetime import datetime
from http import HTTPStatus

import pytest
import time_machine
from django.urls import reverse
from docx import Document

from indicators.models import WorkItem
from portal.models import AuditEvent
from reports.models import Bulletin
from reports.services.bulletins import draft_bulletin, issue_bulletin, name_units, submit_bulletin
from tests.factories import CHINA, UserFactory
from tests.reports.small_county import OCTOBER

NOW = datetime(2023, 11, 13, 10, tzinfo=CHINA)
DETAIL = "/bulletins/monthly-2023-10/"
OPEN, HIDDEN, CLOSED = HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def draft(small_county, officer):
    return draft_bulletin(OCTOBER, actor=officer, today=NOW.date())


@pytest.fixture
def issued(draft, officer, director):
    submit_bulletin(draft, actor=officer)
    return issue_bulletin(draft, actor=director)


@pytest.fixture
def reporter(small_county):
    return UserFactory(username="reporter", organisation=small_county.housing, roles=["liaison"])


def papers(html):
    """Return what stands on the paper, without the frame around it."""
    return re.findall(r'<article class="paper.*?</article>', html, flags=re.S)


@pytest.mark.parametrize(
    ("persona", "of_draft", "of_issued"),
    [
        ("officer", OPEN, OPEN),
        ("director", OPEN, OPEN),
        ("leader", HIDDEN, OPEN),
        ("inspector", HIDDEN, OPEN),
        ("outsider", HIDDEN, OPEN),
        ("observer", CLOSED, CLOSED),
        ("sysadmin", CLOSED, CLOSED),
        ("auditor", CLOSED, CLOSED),
    ],
)
def test_who_may_open_a_bulletin(draft, director, browse, request, persona, of_draft, of_issued):
    client = browse(request.getfixturevalue(persona))
    for path in (DETAIL, f"{DETAIL}docx/", f"{DETAIL}pdf/"):
        assert client.get(path).status_code == of_draft, path
    draft.refresh_from_db()
    submit_bulletin(draft, actor=draft.drafted_by)
    issue_bulletin(draft, actor=director)
    for path in (DETAIL, f"{DETAIL}docx/", f"{DETAIL}pdf/"):
        assert client.get(path).status_code == of_issued, path


STEPS = ("refresh", "units", "submit", "return", "issue", "correct")


@pytest.mark.parametrize("step", STEPS)
def test_a_unit_takes_no_step(issued, browse, outsider, step):
    assert browse(outsider).post(f"{DETAIL}{step}/").status_code == CLOSED
    assert browse(outsider).get(f"{DETAIL}edit/overall/").status_code == CLOSED


@pytest.mark.parametrize("step", ["return", "issue"])
def test_a_clerk_neither_returns_nor_issues(draft, browse, officer, step):
    assert browse(officer).post(f"{DETAIL}{step}/").status_code == CLOSED


def test_the_list_shows_a_unit_only_what_was_issued(issued, browse, outsider, officer):
    draft_bulletin(OCTOBER.replace(month=9), actor=officer, today=NOW.date())
    ours = browse(officer).get("/bulletins/").content.decode()
    theirs = browse(outsider).get("/bulletins/").content.decode()
    assert ("2023年9月份" in ours, "2023年9月份" in theirs) == (True, False)
    assert "云营商办通报〔2023〕1号" in theirs


def test_the_list_filters_by_state_and_year(issued, browse, officer):
    client = browse(officer)
    assert "没有符合条件的通报" in client.get("/bulletins/?state=draft").content.decode()
    assert "第1期" in client.get("/bulletins/?state=issued&year=2023").content.decode()
    assert client.get("/bulletins/?state=x&year=y&page=z").status_code == OPEN


def test_the_office_drafts_last_month_from_the_list(small_county, browse, officer):
    client = browse(officer)
    assert "起草10月通报" in client.get("/bulletins/").content.decode()
    response = client.post("/bulletins/draft/", {"month": "2023-10"})
    assert response.headers["Location"] == DETAIL
    assert "起草10月通报" not in client.get("/bulletins/").content.decode()


@pytest.mark.parametrize(
    ("month", "sentence"),
    [("2023-11", "尚未结束"), ("10月", "月份应写作 2023-10 的形式"), ("", "请选择月份")],
)
def test_a_month_that_cannot_be_drafted_is_refused_with_the_reason(
    small_county, browse, officer, month, sentence
):
    response = browse(officer).post("/bulletins/draft/", {"month": month}, follow=True)
    assert sentence in response.content.decode()
    assert not Bulletin.objects.exists()


def test_a_printed_number_tells_its_definition_last_month_and_parts(draft, browse, officer):
    html = browse(officer).get(f"{DETAIL}?figure=indicators.items.closed").content.decode()
    assert 'class="fig fig--on" href="?figure=indicators.items.closed"' in html
    assert "截至期末已由营商办核定销号" in html
    assert "上月 2 项，+1" in html
    assert "对标提升年度目标已销号" in html
    assert f"{DETAIL}figures/indicators.items.closed/" in html


def test_an_unknown_number_shows_no_definition(draft, browse, officer):
    response = browse(officer).get(f"{DETAIL}?figure=<b>")
    assert response.status_code == OPEN
    assert "<b>" not in "".join(papers(response.content.decode()))


def test_an_edited_number_that_differs_is_marked_in_the_margin(draft, browse, officer):
    client = browse(officer)
    page = client.get(f"{DETAIL}edit/overall/")
    texts = {
        field.name: field.value() for field in page.context["form"] if field.name not in {"added", "version"}
    }
    texts["overall.closing"] = texts["overall.closing"].replace("已销号3项", "已销号4项")
    saved = client.post(f"{DETAIL}edit/overall/", {**texts, "version": draft.version}, follow=True)
    assert "按口径应为 <b>3</b>" in saved.content.decode()
    html = client.get(DETAIL).content.decode()
    assert "与口径不符 1 处" in html
    assert '<i class="fig__mark">1</i>' in html
    assert "勾稽不一致，不能签发" in html


def test_an_edit_that_comes_too_late_shows_what_is_there_now(draft, browse, officer, director):
    seen = draft.version
    path = f"{DETAIL}edit/opening/"
    first = {"title": draft.title, "opening": "现通报如下。", "version": seen}
    browse(director).post(path, first)
    late = browse(officer).post(path, {**first, "opening": "现予通报。", "opening.added1": "请阅。"})
    assert late.status_code == HTTPStatus.CONFLICT
    html = late.content.decode()
    assert "现通报如下。" in html
    assert "现予通报。" in html
    assert "请阅。" in html
    again = {**first, "opening": "现予通报。", "version": late.context["form"]["version"].value()}
    assert browse(officer).post(path, again).status_code == HTTPStatus.FOUND


def test_an_empty_title_is_refused(draft, browse, officer):
    response = browse(officer).post(
        f"{DETAIL}edit/opening/", {"title": "", "opening": "现通报如下。", "version": draft.version}
    )
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "请填写标题" in response.content.decode()


def test_a_section_that_does_not_exist_is_not_found(draft, browse, officer):
    assert browse(officer).get(f"{DETAIL}edit/nothing/").status_code == HIDDEN


def test_what_is_issued_is_not_edited(issued, browse, officer):
    response = browse(officer).get(f"{DETAIL}edit/overall/", follow=True)
    assert "不能修改" in response.content.decode()


def test_units_are_named_after_ticking(draft, browse, officer):
    client = browse(officer)
    assert "逾期4项、未报1项、迟报1项" in client.get(f"{DETAIL}edit/problems/").content.decode()
    form = {"units": ["zhujian"], "version": draft.version}
    page = client.post(f"{DETAIL}units/", form, follow=True)
    assert "已确认点名 1 个单位" in page.content.decode()
    assert "县住建局逾期<a" in client.get(DETAIL).content.decode()


def test_submit_and_issue_from_the_page(draft, browse, officer, director):
    browse(officer).post(f"{DETAIL}submit/")
    client = browse(director)
    assert "签发第1期" in client.get(DETAIL).content.decode()
    asked = client.post(f"{DETAIL}issue/")
    assert asked.headers["Location"].startswith(reverse("portal:prove"))
    session = client.session
    session["proven"] = NOW.timestamp()
    session.save()
    page = client.post(f"{DETAIL}issue/", follow=True)
    assert "已签发：第1期，云营商办通报〔2023〕1号" in page.content.decode()


def test_a_return_from_the_page_needs_its_reason(draft, browse, officer, director):
    browse(officer).post(f"{DETAIL}submit/")
    client = browse(director)
    assert "须写明修改意见" in client.post(f"{DETAIL}return/", follow=True).content.decode()
    client.post(f"{DETAIL}return/", {"note": "原因写具体。"})
    assert "原因写具体。" in browse(officer).get(DETAIL).content.decode()


def test_the_figures_are_taken_anew_from_the_page(draft, browse, officer):
    client = browse(officer)
    page = client.post(f"{DETAIL}refresh/", {"version": draft.version}, follow=True)
    assert "数据没有变化" in page.content.decode()
    stale = client.post(f"{DETAIL}refresh/", {"version": draft.version}, follow=True)
    assert "他人刚修改了" in stale.content.decode()
    assert "页面不完整" in client.post(f"{DETAIL}refresh/", follow=True).content.decode()


def test_the_files_of_an_issued_bulletin_are_the_stored_bytes(issued, browse, outsider):
    client = browse(outsider)
    for form in ("docx", "pdf"):
        answer = client.get(f"{DETAIL}{form}/")
        assert b"".join(answer.streaming_content) == bytes(getattr(issued, form))
        assert "attachment" in answer.headers["Content-Disposition"]
    assert AuditEvent.objects.filter(action="bulletin.download", actor=outsider).count() == 2


def test_a_drafts_file_says_that_it_is_one(draft, browse, officer):
    answer = browse(officer).get(f"{DETAIL}docx/")
    assert "%EF%BC%88%E9%80%81%E5%AE%A1%E7%A8%BF%EF%BC%89" in answer.headers["Content-Disposition"]
    text = "\n".join(p.text for p in Document(io.BytesIO(b"".join(answer.streaming_content))).paragraphs)
    assert "全县3个指标专班承担任务和问题12项，已销号3项" in text


def test_the_paper_of_an_issued_bulletin_never_changes(issued, browse, officer):
    client = browse(officer)
    before = papers(client.get(DETAIL).content.decode())
    WorkItem.objects.update(title="改了名", state="closed", closed_on=OCTOBER)
    assert before
    assert papers(client.get(DETAIL).content.decode()) == before


def test_the_rows_behind_a_number_are_those_of_the_day_of_issue(issued, browse, officer, reporter, outsider):
    WorkItem.objects.filter(number="2023-DB-002").update(title="改了名")
    path = f"{DETAIL}figures/indicators.items.closed/"
    whole = browse(officer).get(path).content.decode()
    assert "改了名" not in whole
    assert all(number in whole for number in ("2023-DB-002", "2023-DB-003", "2023-CX-001"))
    own = browse(reporter).get(path).content.decode()
    assert "共 3 条，您可查看其中 2 条" in own
    assert "2023-CX-001" not in own
    assert "没有您可以查看的明细" in browse(outsider).get(path).content.decode()
    assert browse(officer).get(f"{DETAIL}figures/nothing/").status_code == HIDDEN


def test_a_drafts_number_leads_to_the_rows_of_today(draft, browse, officer):
    answer = browse(officer).get(f"{DETAIL}figures/indicators.items.closed/")
    assert answer.headers["Location"] == "/figures/indicators.items.closed/?period=2023-10"


def test_a_correction_starts_from_the_page(issued, browse, officer):
    answer = browse(officer).post(f"{DETAIL}correct/")
    assert answer.headers["Location"] == "/bulletins/monthly-2023-10-gz/"


def test_pages_cost_few_queries(issued, browse, officer, director, django_assert_max_num_queries):
    september = draft_bulletin(OCTOBER.replace(month=9), actor=officer, today=NOW.date())
    name_units(september, [], actor=officer, version=september.version)
    client = browse(officer)
    with django_assert_max_num_queries(20):
        client.get(DETAIL)
    with django_assert_max_num_queries(20):
        client.get(september.get_absolute_url())
    with django_assert_max_num_queries(15):
        client.get("/bulletins/")
