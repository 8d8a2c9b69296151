"""The working calendar kept by the office: files, days, years, the warning in November."""

from datetime import date
from http import HTTPStatus

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from indicators.models import ReportingMonth
from portal.calendar_csv import DayRow, missing_festivals, read_days
from portal.errors import Conflict, Refused
from portal.models import AuditEvent, CalendarDay, CalendarProposal, CalendarYear, Notification
from portal.selectors.calendar import load_calendar
from portal.selectors.year_calendar import missing_year, year_of
from portal.services import calendar as services
from portal.services.calendar import DayKind
from tests.conftest import NOW
from tests.factories import MonthFactory

SOURCE = "国办发明电〔2026〕9号"
GOOD = "日期,类型,名称\n2027-01-01,休息,元旦\n2027/1/2,放假,元旦\n2027年1月3日,上班,元旦调休\n"


def upload(text=GOOD, year=2027, encoding="utf-8"):
    return {"year": year, "source": SOURCE, "file": SimpleUploadedFile("2027.csv", text.encode(encoding))}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_is_read_in_the_encodings_that_excel_writes(encoding):
    assert read_days(2027, GOOD.encode(encoding)) == [
        DayRow(date(2027, 1, 1), is_workday=False, name="元旦"),
        DayRow(date(2027, 1, 2), is_workday=False, name="元旦"),
        DayRow(date(2027, 1, 3), is_workday=True, name="元旦调休"),
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "文件是空的"),
        ("日子,安排吗\n2027-01-01,休息\n", "第一行应有"),
        ("日期,类型\n", "没有 2027年的放假安排"),
        ("日期,类型\n元旦,休息\n", "第 2 行：日期“元旦”看不懂"),
        ("日期,类型\n2027-02-30,休息\n", "看不懂"),
        ("日期,类型\n2026-01-01,休息\n", "不在 2027年"),
        ("日期,类型\n2027-01-01,半天\n", "应填“休息”或“上班”"),
        ("日期,类型\n2027-01-01,休息\n\n2027.1.1,休息\n", "第 4 行：日期重复"),
        ("日期,类型\n2027-01-04,上班\n", "是星期一，本来就上班"),
        ("x" * 200_001, "文件过大"),
    ],
)
def test_a_bad_file_is_refused_by_line_with_what_to_do(text, sentence):
    with pytest.raises(Refused, match=sentence):
        read_days(2027, text.encode())


def test_a_missing_festival_is_warned_of():
    rows = [DayRow(date(2026, 9, 25), is_workday=False, name="中秋节")]
    assert "国庆" in missing_festivals(rows)
    assert "中秋" not in missing_festivals(rows)


@pytest.mark.django_db
def test_the_shipped_years_are_loaded_once_and_never_over_the_offices_own(calendar, officer, today):
    services.set_day(
        date(2023, 11, 9), DayKind.REST, name="全县停工", reason="县政府通知", actor=officer, today=today
    )
    CalendarYear.objects.filter(year=2026).delete()
    CalendarDay.objects.filter(date__year=2026).delete()
    assert services.load_builtin_calendar() == 1
    assert services.load_builtin_calendar() == 0
    assert CalendarDay.objects.get(date=date(2023, 11, 9)).name == "全县停工"
    assert not load_calendar().is_workday(date(2026, 10, 1))


@pytest.fixture
def proposal(officer):
    """2027 as `officer` has entered it, waiting for a second person."""
    rows = [DayRow(date(2027, 1, 1), is_workday=False, name="元旦")]
    return services.propose_year(2027, rows, source=SOURCE, version=0, actor=officer)


@pytest.mark.django_db
def test_a_year_is_previewed_handed_on_confirmed_and_replaces_what_was_there(
    browse, officer, director, calendar
):
    CalendarDay.objects.create(date=date(2027, 5, 1), is_workday=False, name="劳动节")
    client = browse(officer)
    answer = client.post("/system/calendar/upload/", upload())
    assert "新增 3 天，改动 0 天，删除 1 天" in answer.content.decode()
    page = client.post("/system/calendar/propose/", {"packed": answer.context["packed"]})["Location"]
    assert not CalendarDay.objects.filter(date=date(2027, 1, 1)).exists()
    assert "待复核" in client.get("/system/calendar/").content.decode()
    second = browse(director)
    assert "新增 3 天，改动 0 天，删除 1 天" in second.get(page).content.decode()
    second.post(f"{page}confirm/")
    assert CalendarYear.objects.get(year=2027).source == SOURCE
    assert list(CalendarDay.objects.filter(date__year=2027).values_list("source", flat=True)) == [SOURCE] * 3
    event = AuditEvent.objects.get(action="calendar.load")
    assert (event.actor, event.changes["录入"]) == (director, officer.name)
    assert event.changes["删除"] == ["5月1日休息劳动节"]


@pytest.mark.django_db
def test_nobody_confirms_what_he_entered_himself(browse, proposal, officer):
    page = f"/system/calendar/proposals/{proposal.pk}/"
    answer = browse(officer).post(f"{page}confirm/", follow=True)
    assert "不能复核自己录入的安排" in answer.content.decode()
    assert not CalendarYear.objects.filter(year=2027).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarProposal.objects.filter(pk=proposal.pk).update(state="confirmed", decided_by=officer)


@pytest.mark.django_db
def test_who_keeps_the_calendar_hears_of_it_and_nobody_else(proposal, officer, director, liaison):
    services.propose_year(2028, [], source=SOURCE, version=0, actor=officer)
    told = Notification.objects.values_list("recipient__username", flat=True)
    assert set(told) == {"director"}


@pytest.mark.django_db
def test_a_proposal_is_returned_with_a_reason_and_can_be_entered_anew(browse, proposal, officer, director):
    url = f"/system/calendar/proposals/{proposal.pk}/return/"
    assert "请写明退回原因" in browse(director).post(url, follow=True).content.decode()
    browse(director).post(url, {"note": "1月3日应为上班"})
    proposal.refresh_from_db()
    assert (proposal.state, proposal.note) == ("returned", "1月3日应为上班")
    assert "1月3日应为上班" in Notification.objects.get(recipient=officer).text
    assert services.propose_year(2027, [], source=SOURCE, version=0, actor=officer).pk


@pytest.mark.django_db
def test_one_proposal_for_a_year_waits_and_is_decided_once(proposal, officer, director):
    with pytest.raises(Refused, match="等待复核"):
        services.propose_year(2027, [], source=SOURCE, version=0, actor=director)
    services.confirm_year(proposal, actor=director, now=NOW)
    with pytest.raises(Refused, match="已经复核"):
        services.confirm_year(proposal, actor=director, now=NOW)
    with pytest.raises(Refused, match="已经复核"):
        services.return_year(proposal, actor=director, reason="晚了", now=NOW)


@pytest.mark.django_db
def test_a_calendar_changed_meanwhile_is_not_overwritten(officer, director, calendar, today):
    rows = [DayRow(date(2026, 1, 1), is_workday=False, name="元旦")]
    version = services.preview_year(2026, rows).version
    proposal = services.propose_year(2026, rows, source=SOURCE, version=version, actor=officer)
    services.set_day(date(2026, 10, 9), DayKind.REST, name="", reason="通知", actor=officer, today=today)
    with pytest.raises(Conflict, match="重新上传"):
        services.confirm_year(proposal, actor=director, now=NOW)
    with pytest.raises(Conflict, match="重新上传"):
        services.propose_year(2026, rows, source=SOURCE, version=version, actor=officer)


@pytest.mark.django_db
def test_a_preview_that_was_tampered_with_is_refused(browse, officer):
    client = browse(officer)
    packed = client.post("/system/calendar/upload/", upload()).context["packed"]
    answer = client.post("/system/calendar/propose/", {"packed": f"{packed}x"}, follow=True)
    assert "请重新上传文件" in answer.content.decode()
    assert not CalendarProposal.objects.exists()


@pytest.mark.django_db
def test_loading_a_year_settles_what_was_provisional(proposal, director):
    row = MonthFactory(month=date(2026, 12, 1), provisional=True)
    services.confirm_year(proposal, actor=director, now=NOW)
    assert not ReportingMonth.objects.get(pk=row.pk).provisional


@pytest.mark.django_db
def test_a_day_is_made_off_worked_or_plain_and_each_change_is_written_down(officer, calendar, today):
    day = date(2026, 10, 9)
    assert load_calendar().is_workday(day)
    services.set_day(day, DayKind.REST, name="", reason="通知", actor=officer, today=today)
    assert not load_calendar().is_workday(day)
    services.set_day(day, DayKind.REST, name="", reason="通知", actor=officer, today=today)
    services.set_day(day, DayKind.PLAIN, name="", reason="撤销", actor=officer, today=today)
    assert load_calendar().is_workday(day)
    assert AuditEvent.objects.filter(action="calendar.day").count() == 2
    assert CalendarYear.objects.get(year=2026).version == 3


@pytest.mark.django_db
def test_a_day_needs_a_reason_and_the_right_person(officer, liaison, today):
    with pytest.raises(Refused, match="依据"):
        services.set_day(date(2026, 10, 9), DayKind.REST, name="", reason=" ", actor=officer, today=today)
    with pytest.raises(Refused, match="营商办和系统管理员"):
        services.set_day(date(2026, 10, 9), DayKind.REST, name="", reason="通知", actor=liaison, today=today)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("persona", "reads", "edits"),
    [
        ("officer", HTTPStatus.OK, HTTPStatus.OK),
        ("sysadmin", HTTPStatus.OK, HTTPStatus.OK),
        ("liaison", HTTPStatus.OK, HTTPStatus.FORBIDDEN),
        ("auditor", HTTPStatus.OK, HTTPStatus.FORBIDDEN),
    ],
)
def test_everybody_reads_the_calendar_and_its_keepers_edit_it(
    browse, calendar, on_the_day, persona, reads, edits, request
):
    client = browse(request.getfixturevalue(persona))
    page = client.get("/system/calendar/?year=2026")
    assert page.status_code == reads
    assert ("上传并预览" in page.content.decode()) == (edits == HTTPStatus.OK)
    assert client.get("/system/calendar/2026-10-10/").status_code == edits
    assert client.get("/system/calendar/template/").status_code == edits
    posted = client.post("/system/calendar/upload/", upload())
    assert posted.status_code == edits


@pytest.mark.django_db
def test_the_page_of_a_day_saves_and_a_day_that_is_none_does_not_exist(browse, officer, calendar):
    client = browse(officer)
    answer = client.post("/system/calendar/2026-10-09/", {"kind": "rest", "name": "", "reason": ""})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    client.post("/system/calendar/2026-10-09/", {"kind": "rest", "name": "停电", "reason": "县政府通知"})
    assert CalendarDay.objects.get(date=date(2026, 10, 9)).name == "停电"
    assert client.get("/system/calendar/2026-13-01/").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.django_db
def test_the_year_on_the_page_counts_like_the_rules(calendar):
    shown = year_of(2026)
    assert shown.workdays == 248
    october = shown.months[9]
    kinds = {day.date.day: day.kind for week in october.weeks for day in week if day}
    assert (kinds[1], kinds[10], kinds[11], kinds[9]) == ("holiday", "shift", "weekend", "work")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("today", "missing"),
    [(date(2026, 10, 31), None), (date(2026, 11, 1), 2027), (date(2025, 12, 31), None)],
)
def test_next_years_calendar_is_missed_from_november_on(calendar, today, missing):
    assert missing_year(today) == missing


@pytest.mark.django_db
def test_the_keepers_are_reminded_once_a_week(calendar, officer, sysadmin, liaison):
    assert services.warn_missing_year(date(2026, 10, 30)).startswith("未到提醒时间")
    assert "已提醒 2 人" in services.warn_missing_year(date(2026, 11, 2))
    assert "已提醒 0 人" in services.warn_missing_year(date(2026, 11, 6))
    assert "已提醒 2 人" in services.warn_missing_year(date(2026, 11, 9))
    assert not Notification.objects.filter(recipient=liaison).exists()


@pytest.mark.django_db
def test_the_template_that_goes_out_can_come_back(browse, officer, calendar):
    client = browse(officer)
    text = client.get("/system/calendar/template/?year=2026").content
    answer = client.post(
        "/system/calendar/upload/",
        {"year": 2026, "source": SOURCE, "file": SimpleUploadedFile("2026.csv", text)},
    )
    change = answer.context["change"]
    assert (change.added, change.removed) == ((), ())


@pytest.mark.django_db
def test_a_proposal_costs_the_same_however_many_days_it_has(
    browse, officer, director, django_assert_max_num_queries
):
    rows = [DayRow(date(2027, month, 10), is_workday=False, name="放假") for month in range(1, 13)]
    proposal = services.propose_year(2027, rows, source=SOURCE, version=0, actor=officer)
    client, url = browse(director), f"/system/calendar/proposals/{proposal.pk}/"
    client.get(url)
    with django_assert_max_num_queries(15):
        assert "新增 12 天" in client.get(url).content.decode()
