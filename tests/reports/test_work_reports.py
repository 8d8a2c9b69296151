"""Work reports: drafted by the outline, numbers linked, reviewed, final and frozen."""

import io
from datetime import date, datetime
from http import HTTPStatus

import pytest
import time_machine
from django.db import IntegrityError, transaction
from docx import Document

from indicators.models import WorkItem
from portal.errors import Conflict, Refused
from portal.models import AuditEvent
from reports.figures import Period
from reports.models import WorkReport
from reports.selectors.work_reports import current_outline
from reports.services import work_reports as services
from reports.texts.content import sections_from_json
from reports.texts.marks import differences
from reports.texts.outlines import DEFAULT_OUTLINE, OutlinePart
from reports.texts.values import values_from_json
from tests.factories import CHINA, UserFactory
from tests.reports.small_county import OCTOBER

TODAY = date(2023, 11, 13)
NOW = datetime(2023, 11, 13, 15, tzinfo=CHINA)
PERIOD = Period(OCTOBER, 10)
ALL = [part.key for part in DEFAULT_OUTLINE]
OPEN, HIDDEN, CLOSED = HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN


@pytest.fixture
def draft(small_county, officer):
    return services.draft_work_report(PERIOD, ALL, actor=officer, today=TODAY, now=NOW)


@pytest.fixture
def final(draft, officer, director):
    services.submit_work_report(draft, actor=officer, now=NOW)
    return services.finish_work_report(draft, actor=director, now=NOW)


def part(report, key):
    return next(one for one in sections_from_json(report.content) if one.key == key)


def text(report, key):
    return "".join(block.text for block in part(report, key).paragraphs)


def edit(report, key, person, **more):
    return services.edit_part(
        report, key, more.pop("texts", {}), actor=person, version=report.version, **more
    )


def test_every_number_of_the_draft_knows_its_figure(draft):
    assert draft.title == "关于2023年1月至10月优化营商环境工作情况的汇报"
    assert text(draft, "tasks").startswith("截至期末，全县任务和问题已销号3项，占25%。期内新销号3项。")
    marked = [run.figure for run in part(draft, "tasks").paragraphs[0].runs if run.figure]
    assert marked[:2] == ["indicators.items.closed", "indicators.items.closed:share"]


def test_parts_without_figures_wait_for_the_offices_words(draft):
    assert part(draft, "policies").blocks == ()
    assert part(draft, "plans").blocks != ()


def test_a_placeholder_that_is_typed_in_becomes_a_linked_number(draft, officer):
    edit(draft, "policies", officer, added="红灯事项{indicators.lamps.red}项正在整改。")
    run = part(draft, "policies").paragraphs[0].runs[1]
    assert (run.figure, run.text) == ("indicators.lamps.red", "3")
    with pytest.raises(Refused, match=r"没有名为indicators\.nothing"):
        edit(draft, "policies", officer, added="{indicators.nothing}")


def test_an_edited_number_is_marked_as_differing(draft, officer):
    block = part(draft, "tasks").paragraphs[0]
    edit(draft, "tasks", officer, texts={block.key: block.text.replace("已销号3项", "已销号5项")})
    found = differences(sections_from_json(draft.content), values_from_json(draft.figures))
    assert [(one.written, one.expected) for one in found] == [("5", "3")]


def test_the_second_of_two_editors_is_told(draft, officer):
    other = WorkReport.objects.get(pk=draft.pk)
    edit(draft, "policies", officer, added="第一位写的。")
    with pytest.raises(Conflict):
        edit(other, "policies", officer, added="第二位写的。")


def test_new_figures_leave_edited_words(draft, officer):
    edit(draft, "policies", officer, added="办公室写的。")
    WorkItem.objects.filter(number="2023-DB-004").update(state="closed", closed_on=date(2023, 10, 20))
    assert services.refresh_work_report(draft, actor=officer, version=draft.version) > 0
    assert "已销号4项" in text(draft, "tasks")
    assert text(draft, "policies") == "办公室写的。"


@pytest.mark.parametrize(
    ("period", "parts", "sentence"),
    [
        (Period(date(2023, 11, 1), 2), ["tasks"], "尚未结束"),
        (Period(date(2021, 6, 1), 6), ["tasks"], "没有台账事项"),
        (PERIOD, [], "至少选择"),
    ],
)
def test_what_cannot_be_drafted_is_refused(small_county, officer, period, parts, sentence):
    with pytest.raises(Refused, match=sentence):
        services.draft_work_report(period, parts, actor=officer, today=TODAY)


def test_it_goes_back_with_a_reason_and_is_made_final_by_another(draft, officer, director):
    services.submit_work_report(draft, actor=officer, now=NOW)
    with pytest.raises(Refused, match="须写明修改意见"):
        services.return_work_report(draft, "", actor=director)
    services.return_work_report(draft, "补充监管执法情况", actor=director, now=NOW)
    assert (draft.state, draft.review_note) == ("draft", "补充监管执法情况")
    services.submit_work_report(draft, actor=officer, now=NOW)
    with pytest.raises(Refused, match="没有此项权限"):
        services.finish_work_report(draft, actor=officer, now=NOW)
    assert services.finish_work_report(draft, actor=director, now=NOW).state == "final"


def test_figures_that_moved_and_contradictions_block_it(draft, officer, director):
    WorkItem.objects.filter(number="2023-DB-004").update(state="closed", closed_on=date(2023, 10, 20))
    services.submit_work_report(draft, actor=officer, now=NOW)
    with pytest.raises(Refused, match="数据发生变化"):
        services.finish_work_report(draft, actor=director, now=NOW)


def test_a_final_report_is_frozen_with_its_rows_and_hash(final):
    kept = WorkReport.objects.get(pk=final.pk)
    assert services.hash_of(kept) == kept.content_hash
    assert kept.rows["figures"]["indicators.items.closed"]
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkReport.objects.update(title="改了")


def test_of_two_people_finishing_at_once_one_succeeds(draft, officer, director, office_unit):
    services.submit_work_report(draft, actor=officer, now=NOW)
    second = UserFactory(organisation=office_unit, roles=["office_head"])
    mine, theirs = (WorkReport.objects.get(pk=draft.pk) for _ in range(2))
    services.finish_work_report(mine, actor=director, now=NOW)
    with pytest.raises(Refused, match="已由他人办理"):
        services.finish_work_report(theirs, actor=second, now=NOW)
    assert AuditEvent.objects.filter(action="work_report.finish").count() == 1


def test_an_outline_is_put_into_force_and_checked_against_the_figures(draft, officer):
    good = (OutlinePart("own", "自定部分", ("红灯{indicators.lamps.red}项。",)),)
    with pytest.raises(Refused, match=r"“错”引用了没有的数字：items\.none"):
        services.adopt_outline(
            (OutlinePart("x", "错", ("{items.none}",)),), "改", actor=officer, period=PERIOD
        )
    services.adopt_outline(good, "精简", actor=officer, period=PERIOD)
    assert current_outline() == good
    services.refresh_work_report(draft, actor=officer, version=draft.version)
    assert part(draft, "tasks").blocks  # drafted by the outline before, it keeps its words


def test_people_read_and_type_the_figures_of_an_outline_by_name(small_county, browse, officer):
    with time_machine.travel(NOW, tick=True):
        client = browse(officer)
        page = client.get("/work-reports/outline/").content.decode()
        assert "全县设立指标专班「指标专班」个" in page
        assert "占「已销号·占比」%" in page
        assert "{indicators." not in page
        row = {"parts-0-key": "own", "parts-0-position": 10, "parts-0-title": "自定部分"}
        counts = {"parts-TOTAL_FORMS": 1, "parts-INITIAL_FORMS": 0, "note": "精简"}
        wrong = client.post(
            "/work-reports/outline/", {**row, **counts, "parts-0-text": "红灯「红灯数目」项。"}
        )
        assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "“自定部分”引用了没有的数字：「红灯数目」" in wrong.content.decode()
        assert "红灯「红灯数目」项。" in wrong.content.decode()
        typed = "红灯「红灯事项」项，上期「 红灯事项·上期数 」项。"
        assert (
            client.post("/work-reports/outline/", {**row, **counts, "parts-0-text": typed}).status_code == 302
        )
    kept = ("红灯{indicators.lamps.red}项，上期{indicators.lamps.red:previous}项。",)
    assert current_outline() == (OutlinePart("own", "自定部分", kept),)


@pytest.mark.parametrize(
    ("persona", "of_draft", "of_final"),
    [
        ("officer", OPEN, OPEN),
        ("director", OPEN, OPEN),
        ("leader", HIDDEN, OPEN),
        ("outsider", CLOSED, CLOSED),
        ("inspector", CLOSED, CLOSED),
    ],
)
def test_who_may_open_a_work_report(draft, officer, director, browse, request, persona, of_draft, of_final):
    client = browse(request.getfixturevalue(persona))
    page = draft.get_absolute_url()
    assert [client.get(f"{page}{tail}").status_code for tail in ("", "docx/", "pdf/")] == [of_draft] * 3
    services.submit_work_report(draft, actor=officer, now=NOW)
    services.finish_work_report(draft, actor=director, now=NOW)
    assert [client.get(f"{page}{tail}").status_code for tail in ("", "docx/", "pdf/")] == [of_final] * 3


def test_the_office_drafts_edits_and_reads_it_on_the_pages(small_county, browse, officer):
    with time_machine.travel(NOW, tick=True):
        client = browse(officer)
        wrong = client.post("/work-reports/new/", {"first": "2023-10", "last": "2023-09", "parts": ["tasks"]})
        assert "不能早于开始月份" in wrong.content.decode()
        made = client.post(
            "/work-reports/new/", {"first": "2023-01", "last": "2023-10", "parts": ["tasks", "policies"]}
        )
        assert made.url == "/work-reports/2023-001/"
        page = f"{made.url}edit/policies/"
        kept = client.post(page, {"version": "1", "added": "{indicators.none}"})
        assert kept.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "{indicators.none}" in kept.content.decode()
        unnamed = client.post(page, {"version": "1", "added": "红灯「红灯的事」项。"})
        assert "没有名为「红灯的事」的数字" in unnamed.content.decode()
        client.post(page, {"version": "1", "added": "期末共「红灯事项」项。"})
        assert "期末共" in client.get(made.url).content.decode()
        rows = client.get(f"{made.url}figures/indicators.items.closed/", follow=True)
        assert "2023-DB-002" in rows.content.decode()


def test_the_file_is_a_report_without_a_red_head(final, browse, leader):
    answer = browse(leader).get(f"{final.get_absolute_url()}docx/")
    paper = Document(io.BytesIO(b"".join(answer.streaming_content)))
    lines = [one.text for one in paper.paragraphs]
    assert "一、机制建设情况" in lines
    assert "优化营商环境工作通报" not in "".join(lines)
    assert any("2023年11月13日" in line for line in lines)


def test_pages_cost_few_queries(draft, browse, officer, django_assert_max_num_queries):
    client = browse(officer)
    with django_assert_max_num_queries(15):
        client.get("/work-reports/")
    with django_assert_max_num_queries(20):
        client.get(draft.get_absolute_url())
    with django_assert_max_num_queries(20):
        client.get(f"{draft.get_absolute_url()}edit/tasks/")
    with django_assert_max_num_queries(20):
        client.get("/work-reports/outline/")
