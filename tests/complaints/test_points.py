"""The desk's pages of the QR points: who sees which, sheets to print, switching, counts."""

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from complaints.models import IntakePoint, IntakeScan
from complaints.selectors.points import scans_by_week
from complaints.services.desk_tables import rename_point
from portal.models import AuditEvent
from tests.conftest import TODAY
from tests.factories_complaints import PointFactory, register
from tests.factories_enterprises import EnterpriseFactory

pytestmark = pytest.mark.django_db
LIST = "/complaints/points/"


@pytest.fixture(autouse=True)
def _at_work(calendar, on_the_day):
    pass


def test_the_office_makes_a_point_with_a_code_that_says_nothing(browse, officer, unit):
    values = {"kind": "window", "name": "县政务服务大厅 3 号窗口", "place": "一楼", "organisation": unit.pk}
    answer = browse(officer).post(f"{LIST}new/", values)
    point = IntakePoint.objects.get()
    assert answer.url == point.get_absolute_url()
    assert re.fullmatch(r"[2-9a-hj-km-np-z]{10}", point.code)
    assert AuditEvent.objects.filter(action="point.create").count() == 1


def test_a_point_of_an_enterprise_needs_the_enterprise(browse, officer):
    client = browse(officer)
    for code, words in (("", "须填写企业"), ("91420000MA0000000X", "信用代码")):
        answer = client.post(f"{LIST}new/", {"kind": "enterprise", "name": "食品厂", "credit_code": code})
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert "食品厂" in answer.content.decode()
    enterprise = EnterpriseFactory()
    client.post(
        f"{LIST}new/", {"kind": "enterprise", "name": "食品厂", "credit_code": enterprise.credit_code}
    )
    assert IntakePoint.objects.get().enterprise == enterprise


@pytest.mark.parametrize(
    ("persona", "expected"), [("officer", 200), ("inspector", 200), ("liaison", 200), ("outsider", 404)]
)
def test_who_may_open_a_point(browse, request, unit, persona, expected):
    point = PointFactory(organisation=unit)
    client = browse(request.getfixturevalue(persona))
    assert client.get(point.get_absolute_url()).status_code == expected
    assert (point.name in client.get(LIST).content.decode()) == (expected == 200)
    sheet = client.get(f"{LIST}sheet/?code={point.code}").content.decode()
    assert (point.name in sheet) == (expected == 200)


def test_only_the_office_makes_and_switches_points(browse, liaison, unit):
    point = PointFactory(organisation=unit)
    client = browse(liaison)
    assert client.post(f"{LIST}new/", {"kind": "window", "name": "窗口"}).status_code == 403
    assert client.post(f"{point.get_absolute_url()}switch/", {"active": "0"}).status_code == 403
    assert client.post(f"{point.get_absolute_url()}edit/", {"name": "改", "version": 1}).status_code == 403
    assert IntakePoint.objects.get().is_active


def test_switching_twice_switches_once(browse, officer):
    point = PointFactory()
    client = browse(officer)
    for _ in range(2):
        client.post(f"{point.get_absolute_url()}switch/", {"active": "0"})
    point.refresh_from_db()
    assert (point.is_active, point.version) == (False, 2)
    assert AuditEvent.objects.filter(action="point.switch").count() == 1


def test_a_point_is_renamed_and_its_code_stays(browse, officer):
    point = PointFactory(name="一号窗口", place="一楼")
    client = browse(officer)
    edit = f"{point.get_absolute_url()}edit/"
    assert "一号窗口" in client.get(edit).content.decode()
    sent = {"name": "工程建设综合窗口", "place": "一楼", "version": point.version}
    assert client.post(edit, sent).url == point.get_absolute_url()
    renamed = IntakePoint.objects.get()
    assert (renamed.code, renamed.name, renamed.version) == (point.code, "工程建设综合窗口", 2)
    event = AuditEvent.objects.get(action="point.update")
    assert event.changes == {"name": ["一号窗口", "工程建设综合窗口"]}


def test_a_renaming_that_comes_late_is_told_and_keeps_what_was_typed(browse, officer):
    point = PointFactory(name="一号窗口")
    client = browse(officer)
    edit = f"{point.get_absolute_url()}edit/"
    client.post(edit, {"name": "二号窗口", "version": 1})
    answer = client.post(edit, {"name": "三号窗口", "version": 1})
    assert answer.status_code == 409
    assert "刚被他人修改" in answer.content.decode()
    assert "三号窗口" in answer.content.decode()
    assert client.post(edit, {"name": " ", "version": 2}).status_code == 422
    assert IntakePoint.objects.get().name == "二号窗口"


def test_a_name_saved_unchanged_leaves_no_trace(officer):
    point = PointFactory(name="一号窗口", place="一楼")
    rename_point(point, actor=officer, name="一号窗口 ", place="一楼", version=1)
    assert IntakePoint.objects.get().version == 1
    assert not AuditEvent.objects.filter(action="point.update").exists()


def test_a_sheet_holds_the_public_address_and_leaves_out_disabled_points(browse, officer, settings):
    settings.PUBLIC_URL = "https://ysb.example.gov.cn/"
    point, off = PointFactory(), PointFactory(is_active=False)
    client = browse(officer)
    assert (
        f"https://ysb.example.gov.cn/q/{point.code}/" in client.get(point.get_absolute_url()).content.decode()
    )
    body = client.get(f"{LIST}sheet/?code={point.code}&code={off.code}&size=small").content.decode()
    assert point.name in body
    assert off.name not in body


@pytest.mark.parametrize(("size", "points", "pages"), [("large", 3, 3), ("small", 8, 1), ("small", 9, 2)])
def test_the_pdf_has_one_large_or_eight_small_codes_a_sheet(browse, officer, size, points, pages):
    rows = [PointFactory() for _ in range(points)]
    query = "&".join(f"code={row.code}" for row in rows)
    answer = browse(officer).get(f"{LIST}sheet/pdf/?{query}&size={size}")
    assert answer["Content-Type"] == "application/pdf"
    reader = PdfReader(BytesIO(answer.content))
    assert len(reader.pages) == pages
    text = "".join(page.extract_text() for page in reader.pages)
    assert all(row.name in text.replace(" ", "").replace("\n", "") for row in rows)


def test_scans_are_summed_by_week():
    point = PointFactory()
    for on, count in ((TODAY, 3), (date(2023, 11, 6), 4), (date(2023, 11, 5), 5), (date(2023, 8, 1), 9)):
        IntakeScan.objects.create(point=point, on=on, count=count)
    weeks = scans_by_week(point, today=TODAY)
    assert len(weeks) == 12
    assert [(week.start, week.count) for week in weeks[-2:]] == [
        (date(2023, 10, 30), 5),
        (date(2023, 11, 6), 7),
    ]


def test_a_unit_does_not_learn_from_a_point_that_a_secret_case_came_in(browse, liaison, officer, unit):
    point = PointFactory(organisation=unit)
    register(channel="qr", intake_point=point, reported=unit, kind="report")
    assert "诉求 0 件" in browse(liaison).get(point.get_absolute_url()).content.decode()
    assert "诉求 1 件" in browse(officer).get(point.get_absolute_url()).content.decode()


def test_the_list_of_fifty_takes_at_most_fifteen_queries(browse, officer):
    def queries():
        client = browse(officer)
        client.get("/profile/")
        with CaptureQueriesContext(connection) as found:
            assert client.get(f"{LIST}?size=50").status_code == 200
        return len(found)

    PointFactory()
    few = queries()
    for place in range(50):
        point = PointFactory(enterprise=EnterpriseFactory() if place % 2 else None)
        IntakeScan.objects.create(point=point, on=TODAY - timedelta(days=1), count=2)
    assert queries() == few <= 15
