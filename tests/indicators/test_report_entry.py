"""The pages of the monthly reporting: entry, autosave, evidence, months and review."""

from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from indicators.models import ProgressReport
from portal.models import Attachment
from tests.factories import CHINA, MonthFactory, ReportFactory, WorkItemFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "on_the_day")]

ENTRY = "/months/2023-10/entry/"
REVIEW = "/months/2023-10/review/"
OCTOBER = date(2023, 10, 1)
SUBMITTED = {
    "done": "完成并联审批 66 件",
    "percent": Decimal(88),
    "submitted_at": datetime(2023, 11, 2, tzinfo=CHINA),
}


@pytest.fixture
def month():
    return MonthFactory()


@pytest.fixture
def item(unit, task_force, month):
    return WorkItemFactory(
        task_force=task_force, organisation=unit, title="并联审批率提升", percent=Decimal(84)
    )


@pytest.fixture
def report(item):
    return ReportFactory(item=item, previous_percent=Decimal(84))


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def typed(report, **fields):
    values = {"version": report.version, "done": "", "percent": "", "problems": ""} | fields
    return {f"{report.item.number}-{name}": value for name, value in values.items()}


def draft_url(report):
    return f"{ENTRY}{report.item.number}/draft/"


def test_the_page_shows_every_item_of_the_unit_with_last_months_text(browse, liaison, report, item):
    MonthFactory(month=date(2023, 9, 1), due_on=date(2023, 10, 9), closes_on=date(2023, 10, 16))
    ReportFactory(
        item=item, month=date(2023, 9, 1), state="verified", **(SUBMITTED | {"done": "九月完成 52 件"})
    )
    page = browse(liaison).get(ENTRY).content.decode()
    assert "并联审批率提升" in page
    assert "九月完成 52 件" in page
    assert "按时截止11月3日已过，11月10日封账" in page


def test_saving_keeps_what_was_typed_and_submitting_sends_it(browse, liaison, report):
    client = browse(liaison)
    client.post(ENTRY, {"action": "save", **typed(report, done="已办 66 件", percent="８８%")})
    report.refresh_from_db()
    assert (report.state, report.done, report.percent) == ("draft", "已办 66 件", 88)
    client.post(ENTRY, {"action": "submit", **typed(report, done="已办 66 件", percent="88")})
    report.refresh_from_db()
    assert (report.state, report.is_late) == ("submitted", True)


def test_what_is_wrong_is_named_and_nothing_typed_is_lost(browse, liaison, report):
    answer = browse(liaison).post(ENTRY, {"action": "submit", **typed(report, done="已办", percent="八成")})
    page = answer.content.decode()
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "累计进度请填数字" in page
    assert 'value="八成"' in page
    assert ">已办</textarea>" in page


def test_a_percent_below_last_months_needs_an_explanation(browse, liaison, report):
    client = browse(liaison)
    answer = client.post(ENTRY, {"action": "submit", **typed(report, done="核减", percent="80")})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "累计进度低于上月的 84%" in answer.content.decode()
    report.refresh_from_db()
    assert report.state == "draft"
    again = {"action": "submit", **typed(report, done="核减", percent="80", problems="核减重复的 3 件")}
    assert client.post(ENTRY, again).status_code == HTTPStatus.FOUND


def test_the_second_of_two_editors_sees_both_texts_and_may_then_save(browse, liaison, unit_head, report):
    browse(liaison).post(ENTRY, {"action": "save", **typed(report, done="甲的文字")})
    client = browse(unit_head)
    answer = client.post(ENTRY, {"action": "save", **typed(report, done="乙的文字")})
    page = answer.content.decode()
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "甲的文字" in page
    assert ">乙的文字</textarea>" in page
    report.refresh_from_db()
    assert report.done == "甲的文字"
    client.post(ENTRY, {"action": "save", **typed(report, done="乙的文字")})
    report.refresh_from_db()
    assert report.done == "乙的文字"


def test_autosave_answers_with_the_new_version(browse, liaison, report):
    answer = browse(liaison).post(draft_url(report), typed(report, done="已办 66 件", percent="88"))
    assert answer.json() | {"saved": "", "badge": ""} == {
        "version": 2,
        "state": "draft",
        "badge": "",
        "percent": "88",
        "saved": "",
        "ready": True,
        "blank": False,
    }


def test_autosave_refuses_in_words_and_shows_the_other_text(browse, liaison, unit_head, report):
    client = browse(liaison)
    long = client.post(draft_url(report), typed(report, done="字" * 301))
    assert (long.status_code, long.json()["errors"]["done"]) == (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "“本月进展”不超过 300 字，现有 301 字，请压缩",
    )
    browse(unit_head).post(draft_url(report), typed(report, done="甲的文字"))
    clash = client.post(draft_url(report), typed(report, done="乙的文字"))
    assert clash.status_code == HTTPStatus.CONFLICT
    assert clash.json()["theirs"] == [{"field": "done", "label": "本月进展", "text": "甲的文字"}]
    assert clash.json()["version"] == 2


def test_no_change_takes_two_clicks_for_one_item_and_for_all_the_rest(browse, liaison, unit, report):
    others = [ReportFactory(item=WorkItemFactory(organisation=unit)) for _ in range(2)]
    client = browse(liaison)
    asked = client.post(ENTRY, {"action": f"no_change:{report.item.number}"}, follow=True)
    assert "本月无变化" in asked.content.decode()
    url = reverse("indicators:report_no_change", args=["2023-10"])
    client.post(url, {"target": report.item.number, "sentence": "相关文件正在会签"})
    report.refresh_from_db()
    assert (report.state, report.no_change, report.percent) == ("submitted", True, 84)
    client.post(url, {"target": "rest", "sentence": "按计划推进"})
    for other in others:
        other.refresh_from_db()
        assert (other.state, other.done) == ("submitted", "按计划推进")


def test_no_change_needs_its_sentence(browse, liaison, report):
    url = reverse("indicators:report_no_change", args=["2023-10"])
    answer = browse(liaison).post(url, {"target": report.item.number, "sentence": " "})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "请写一句本月无变化的原因" in answer.content.decode()


def test_a_submitted_report_can_be_withdrawn_from_the_page(browse, liaison, report):
    ProgressReport.objects.filter(pk=report.pk).update(state="submitted", **SUBMITTED)
    browse(liaison).post(ENTRY, {"action": f"withdraw:{report.item.number}"})
    report.refresh_from_db()
    assert report.state == "draft"


@pytest.mark.usefixtures("media")
def test_evidence_is_added_and_removed_while_the_report_can_be_written(browse, liaison, report):
    client = browse(liaison)
    file = SimpleUploadedFile("办件清单.txt", "共 66 件".encode())
    client.post(ENTRY, {"action": "save", **typed(report), f"{report.item.number}-evidence": file})
    attachment = Attachment.objects.get()
    assert "办件清单.txt" in client.get(ENTRY).content.decode()
    url = f"{ENTRY}{report.item.number}/evidence/"
    assert "办件清单.txt" not in client.post(url, {"remove": attachment.token}).content.decode()
    bad = client.post(url, {"files": SimpleUploadedFile("清单.exe", b"MZ")})
    assert bad.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "清单.exe" in bad.content.decode()


@pytest.mark.usefixtures("media")
def test_a_submitted_report_takes_no_more_evidence(browse, liaison, report):
    ProgressReport.objects.filter(pk=report.pk).update(state="submitted", **SUBMITTED)
    url = f"{ENTRY}{report.item.number}/evidence/"
    answer = browse(liaison).post(url, {"files": SimpleUploadedFile("清单.txt", b"66")})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("moment", "late"),
    [
        (datetime(2023, 11, 3, 23, 59, 59, tzinfo=CHINA), False),
        (datetime(2023, 11, 4, 0, 0, 1, tzinfo=CHINA), True),
    ],
)
def test_the_on_time_day_ends_at_midnight_in_china(browse, liaison, report, moment, late):
    with time_machine.travel(moment, tick=True):
        browse(liaison).post(ENTRY, {"action": "submit", **typed(report, done="已办", percent="88")})
    report.refresh_from_db()
    assert (report.state, report.is_late) == ("submitted", late)


def test_a_locked_month_is_read_only_and_says_so(browse, liaison, report):
    with time_machine.travel(datetime(2023, 11, 11, 9, tzinfo=CHINA), tick=True):
        client = browse(liaison)
        page = client.get(ENTRY).content.decode()
        client.post(ENTRY, {"action": "save", **typed(report, done="补报")})
        late = client.post(draft_url(report), typed(report, done="补报"))
    assert "已于11月10日封账，需要修改请向营商办申请解锁" in page
    assert "textarea" not in page
    assert late.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    report.refresh_from_db()
    assert (report.state, report.done) == ("missing", "")


def test_another_units_month_does_not_exist(browse, outsider, report):
    client = browse(outsider)
    assert "并联审批率提升" not in client.get(ENTRY).content.decode()
    assert client.get(f"{ENTRY}?unit=zhujian").status_code == HTTPStatus.NOT_FOUND
    assert client.get("/months/2023-10/workbook/?unit=zhujian").status_code == HTTPStatus.NOT_FOUND
    for name in ("draft", "evidence"):
        url = f"{ENTRY}{report.item.number}/{name}/"
        assert client.post(url, typed(report)).status_code == HTTPStatus.NOT_FOUND
    assert (
        client.post(ENTRY, {"action": f"withdraw:{report.item.number}"}).status_code == HTTPStatus.NOT_FOUND
    )
    review = client.post(REVIEW, {"step": f"verify:{report.item.number}"})
    assert review.status_code == HTTPStatus.NOT_FOUND


def test_the_lead_unit_reads_no_other_units_entry_page(browse, lead_liaison, report):
    client = browse(lead_liaison)
    assert client.get(f"{ENTRY}?unit=zhujian").status_code == HTTPStatus.NOT_FOUND
    assert client.post(draft_url(report), typed(report)).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("slug", ["2023-13", "2023-1", "abc", "2022-10"])
def test_a_month_that_was_not_opened_does_not_exist(browse, liaison, month, slug):
    assert browse(liaison).get(f"/months/{slug}/entry/").status_code == HTTPStatus.NOT_FOUND


def test_the_office_chooses_the_unit_and_can_write_nothing(browse, officer, report):
    client = browse(officer)
    page = client.get(f"{ENTRY}?unit=zhujian").content.decode()
    assert "并联审批率提升" in page
    assert "保存草稿</button>" not in page.partition('class="entry"')[2]
    client.post(f"{ENTRY}?unit=zhujian", {"action": "save", **typed(report, done="代填")})
    report.refresh_from_db()
    assert report.done == ""
