"""A unit asks for a locked month; the office opens it for a time or refuses with the reason."""

from datetime import date, datetime
from http import HTTPStatus

import pytest
import time_machine

from indicators.models import MonthUnlock, UnlockRequest
from indicators.selectors.months import is_open_for
from indicators.services.months import unlock_month
from indicators.services.unlock_requests import grant_unlock, refuse_unlock, request_unlock
from portal.errors import Refused
from portal.models import AuditEvent, Notification
from tests.factories import CHINA, MonthFactory, ReportFactory, UserFactory, WorkItemFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar")]

AFTER = date(2023, 11, 14)
ASK, ENTRY = "/months/2023-10/unlock-request/", "/months/2023-10/entry/"
WHY = "监测口径更正，需补报两项"


@pytest.fixture(autouse=True)
def after_the_lock():
    with time_machine.travel(datetime(2023, 11, 14, 9, tzinfo=CHINA), tick=True):
        yield


@pytest.fixture
def october(task_force, unit):
    month = MonthFactory()
    ReportFactory(item=WorkItemFactory(task_force=task_force, organisation=unit))
    return month


@pytest.fixture
def asked(october, liaison, officer):
    return request_unlock(october, reason=WHY, actor=liaison, today=AFTER)


def texts(person):
    return list(Notification.objects.filter(recipient=person).order_by("pk").values_list("text", flat=True))


def test_the_office_is_told_once_and_finds_the_request_among_what_waits(
    asked, october, liaison, officer, browse
):
    assert request_unlock(october, reason="再次申请", actor=liaison, today=AFTER) == asked
    assert texts(officer) == [f"{asked}。理由：{WHY}"]
    assert AuditEvent.objects.of(october).get(action="month.request_unlock").note == WHY
    page = browse(officer).get("/").content.decode()
    assert "月报解锁" in page
    assert f'href="{asked.get_absolute_url()}"' in page


def test_a_request_is_granted_for_a_time(asked, october, unit, liaison, officer):
    unlock = grant_unlock(asked, until=date(2023, 11, 17), actor=officer, today=AFTER)
    assert (unlock.reason, unlock.until, unlock.granted_by) == (WHY, date(2023, 11, 17), officer)
    assert is_open_for(october, unit, today=date(2023, 11, 17))
    assert not is_open_for(october, unit, today=date(2023, 11, 18))
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("granted", officer)
    assert "已为本单位解锁" in texts(liaison)[-1]
    with pytest.raises(Refused, match="无需申请解锁"):
        request_unlock(october, reason=WHY, actor=liaison, today=AFTER)


def test_a_request_is_refused_with_the_reason_and_can_be_made_again(asked, october, liaison, officer):
    with pytest.raises(Refused, match="须写明原因"):
        refuse_unlock(asked, note=" ", actor=officer, today=AFTER)
    refuse_unlock(asked, note="数据已上报，不再更改", actor=officer, today=AFTER)
    assert texts(liaison)[-1] == "未同意解锁2023年10月月报：数据已上报，不再更改"
    assert AuditEvent.objects.of(october).get(action="month.refuse_unlock").note == "数据已上报，不再更改"
    assert request_unlock(october, reason=WHY, actor=liaison, today=AFTER) != asked


def test_of_two_who_decide_exactly_one_succeeds(asked, officer, director):
    refuse_unlock(asked, note="不再更改", actor=officer, today=AFTER)
    with pytest.raises(Refused, match="未同意，已由"):
        grant_unlock(asked, until=date(2023, 11, 17), actor=director, today=AFTER)
    assert not MonthUnlock.objects.exists()


def test_a_date_out_of_range_decides_nothing(asked, officer):
    with pytest.raises(Refused, match="31天以内"):
        grant_unlock(asked, until=date(2024, 3, 1), actor=officer, today=AFTER)
    asked.refresh_from_db()
    assert asked.state == "open"


def test_unlocking_by_the_office_settles_the_request_that_waits(asked, october, unit, officer):
    unlock_month(october, unit, until=date(2023, 11, 16), reason="统一补报", actor=officer, today=AFTER)
    asked.refresh_from_db()
    assert asked.state == "granted"


@pytest.mark.parametrize(
    ("persona", "changes", "words"),
    [
        ("liaison", {"today": date(2023, 11, 8)}, "无需申请解锁"),
        ("liaison", {"reason": "  "}, "请写明"),
        ("liaison", {"reason": "长" * 301}, "不超过 300 字"),
        ("officer", {}, "没有此项权限"),
        ("lead_liaison", {}, "没有应报事项"),
    ],
)
def test_what_makes_no_sense_is_refused(october, persona, changes, words, request):
    terms = {"reason": WHY, "today": AFTER} | changes
    with pytest.raises(Refused, match=words):
        request_unlock(october, actor=request.getfixturevalue(persona), **terms)


def test_the_whole_way_on_the_pages(october, unit, liaison, officer, browse):
    desk, office = browse(liaison), browse(officer)
    assert ASK in desk.get(ENTRY).content.decode()
    assert desk.post(ASK, {"reason": ""}).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert desk.post(ASK, {"reason": WHY}).url == ENTRY
    assert "已申请解锁，等待营商办办理" in desk.get(ENTRY).content.decode()
    decision = f"{ASK}{unit.code}/"
    assert WHY in office.get(decision).content.decode()
    wrong = office.post(decision, {"decision": "refuse", "note": ""})
    assert "不同意解锁须写明原因" in wrong.content.decode()
    office.post(decision, {"decision": "refuse", "note": "请先与统计局核对"})
    assert "请先与统计局核对" in desk.get(ENTRY).content.decode()
    desk.post(ASK, {"reason": "已核对，一致"})
    assert office.post(decision, {"decision": "grant", "until": "2023-11-17"}).url == "/months/2023-10/"
    page = desk.get(ENTRY).content.decode()
    assert "营商办已为本单位开放至11月17日" in page
    assert ASK not in page
    assert office.get(decision).url == "/months/2023-10/"


def test_a_unit_reads_its_own_requests_only(asked, outsider, liaison, leader, browse):
    rows = UnlockRequest.objects.all()
    assert list(rows.visible_to(liaison)) == list(rows.visible_to(leader)) == [asked]
    assert list(rows.visible_to(outsider)) == []
    assert browse(liaison).get(asked.get_absolute_url()).status_code == HTTPStatus.FORBIDDEN
    assert WHY not in browse(outsider).get("/months/2023-10/").content.decode()
    assert list(rows.visible_to(UserFactory(roles=["observer"]))) == []
