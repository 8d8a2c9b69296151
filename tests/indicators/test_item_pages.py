"""Pages of the ledgers: who reaches them, what they cost, what they say when something is refused."""

from datetime import date
from decimal import Decimal
from http import HTTPStatus
from io import BytesIO

import pytest

from indicators.models import LampRecord, WorkItem
from indicators.selectors import items as selectors
from indicators.services import adjustments
from indicators.services.items import update_item
from indicators.services.ledgers import ledger_sheet
from indicators.services.ledgers.sheets import Lookups
from portal.models import AuditEvent
from portal.workbooks.reader import read_sheet
from portal.workbooks.refusals import WorkbookRefused
from tests.factories import MonthFactory, ReportFactory, WorkItemFactory, WorkListFactory
from tests.indicators.closing_steps import TODAY, apply, bring_to, evidence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "on_the_day")]

OK, MISSING, REFUSED = HTTPStatus.OK, HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def item(task_force, unit, lead_unit):
    return WorkItemFactory(task_force=task_force, organisation=unit, lead=lead_unit, number="2023-ZZ-011")


@pytest.fixture
def people(liaison, unit_head, lead_liaison, lead_head, director):
    return {
        "liaison": liaison,
        "unit_head": unit_head,
        "lead_liaison": lead_liaison,
        "lead_head": lead_head,
        "director": director,
    }


def text_of(response):
    return response.content.decode()


# Who reaches what


@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        ("officer", OK),
        ("director", OK),
        ("liaison", OK),
        ("unit_head", OK),
        ("lead_liaison", OK),
        ("chief", OK),
        ("leader", OK),
        ("inspector", OK),
        ("outsider", MISSING),
        ("observer", REFUSED),
        ("sysadmin", REFUSED),
        ("auditor", REFUSED),
    ],
)
def test_who_may_open_an_item(browse, request, item, persona, expected):
    response = browse(request.getfixturevalue(persona)).get(item.get_absolute_url())
    assert response.status_code == expected


def test_a_supporting_unit_reads_the_item_but_takes_no_step(browse, item, outsider):
    item.supporting.add(outsider.organisation)
    client = browse(outsider)
    assert client.get(item.get_absolute_url()).status_code == OK
    response = client.post(f"{item.get_absolute_url()}start/", {"version": 1})
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "没有此项权限" in text_of(response)


@pytest.mark.parametrize(
    "step",
    ["start", "confirm", "approve", "adjust", "cancel", "chase", "request_extension", "grant_extension"],
)
def test_every_step_of_an_item_outside_ones_scope_is_not_found(browse, item, outsider, step):
    client = browse(outsider)
    data = {"version": 1, "note": "理由", "new_due_on": "2024-01-31", "due_on": "2024-01-31"}
    assert client.post(f"{item.get_absolute_url()}{step}/", data).status_code == MISSING
    assert client.get(f"{item.get_absolute_url()}apply/").status_code == MISSING
    assert client.get(f"{item.get_absolute_url()}edit/").status_code == REFUSED
    assert WorkItem.objects.get().version == 1


def test_lists_and_exports_hold_only_what_one_may_read(browse, item, outsider, liaison):
    assert item.short_number not in text_of(browse(outsider).get("/items/"))
    assert item.short_number in text_of(browse(liaison).get("/items/"))
    response = browse(outsider).get("/items/export/")
    sheet = ledger_sheet(item.work_list, Lookups.load(2023))
    with pytest.raises(WorkbookRefused, match="没有找到工作表"):
        read_sheet(BytesIO(response.content if not response.streaming else b"".join(response)), sheet)


def test_bulk_actions_reach_only_what_one_may_read(browse, item, chief, officer, task_force):
    other = WorkItemFactory()
    response = browse(chief).post(
        "/items/bulk/", {"action": "chase", "selected": [item.number, other.number]}, follow=True
    )
    assert "已催办 1 项" in text_of(response)
    assert AuditEvent.objects.filter(action="item.chase").count() == 1


@pytest.mark.parametrize(
    "url", ["/items/new/", "/items/import/", "/items/2023-ZZ-011/edit/", "/items/import/abc/"]
)
def test_entry_and_import_are_the_offices_own(browse, item, liaison, chief, inspector, url):
    for person in (liaison, chief, inspector):
        assert browse(person).get(url).status_code == REFUSED


# The list


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"A", "B", "C", "D"}),
        ("state=open", {"A", "B", "C"}),
        ("state=closed", {"D"}),
        ("lamp=red", {"A"}),
        ("show=overdue", {"A"}),
        ("show=soon", {"B"}),
        ("show=important", {"C"}),
        ("show=mine", {"A", "B", "C", "D"}),
        ("due=this_month", {"A", "B"}),
        ("due=none", {"C"}),
        ("q=并联", {"B"}),
        ("q=ZX-90 事项A", {"A"}),
        ("organisation=zhujian", {"A", "B", "C", "D"}),
        ("organisation=qixiang", set()),
        ("task_force=jianzhuxuke&lamp=red", {"A"}),
        ("lamp=purple", {"A", "B", "C", "D"}),
        ("work_list=2023-CX", set()),
        ("work_list=nonsense", {"A", "B", "C", "D"}),
    ],
)
def test_the_filters(browse, task_force, unit, lead_unit, other_unit, liaison, query, expected):
    WorkListFactory(prefix="CX")
    base = {"task_force": task_force, "organisation": unit, "lead": lead_unit}
    WorkItemFactory(**base, number="2023-ZX-901", title="事项A", due_on=date(2023, 11, 7), lamp="red")
    WorkItemFactory(**base, number="2023-ZX-902", title="事项B", due_on=date(2023, 11, 22), measures="并联")
    WorkItemFactory(**base, number="2023-ZX-903", title="事项C", due_on=None, is_important=True)
    WorkItemFactory(**base, number="2023-ZX-904", title="事项D", closed=True)
    text = text_of(browse(liaison).get(f"/items/?{query}"))
    assert {letter for letter in "ABCD" if f"事项{letter}</a>" in text} == expected


def numbers_shown(text):
    places = {number: text.find(f">{number}<") for number in (f"DB-{n:03d}" for n in range(1, 200))}
    return [number for number, place in sorted(places.items(), key=lambda pair: pair[1]) if place >= 0]


@pytest.mark.parametrize(
    ("sort", "first"),
    [("", "DB-001"), ("-number", "DB-003"), ("lamp", "DB-002"), ("percent", "DB-003"), ("-due", "DB-001")],
)
def test_the_columns_sort(browse, task_force, officer, sort, first):
    values = (
        ("green", Decimal(50), date(2023, 12, 30)),
        ("red", Decimal(60), date(2023, 12, 10)),
        ("blue", Decimal(10), date(2023, 12, 20)),
    )
    for n, (lamp, percent, due_on) in enumerate(values, start=1):
        WorkItemFactory(
            task_force=task_force, number=f"2023-DB-{n:03d}", lamp=lamp, percent=percent, due_on=due_on
        )
    assert numbers_shown(text_of(browse(officer).get(f"/items/?sort={sort}")))[0] == first


def test_pages_hold_what_was_asked_for_and_never_overlap(browse, task_force, officer):
    for n in range(1, 48):
        WorkItemFactory(task_force=task_force, number=f"2023-DB-{n:03d}")
    client = browse(officer)
    first, second, third = (
        numbers_shown(text_of(client.get(f"/items/?sort=state&page={page}"))) for page in (1, 2, 3)
    )
    assert [len(first), len(second), len(third)] == [20, 20, 7]
    assert len({*first, *second, *third}) == 47
    assert len(numbers_shown(text_of(client.get("/items/?size=50")))) == 47
    assert len(numbers_shown(text_of(client.get("/items/?size=13&page=99")))) == 7


def test_counting_stops_at_the_cap_and_says_so(browse, task_force, officer, monkeypatch):
    monkeypatch.setattr(selectors, "COUNT_CAP", 3)
    for _ in range(5):
        WorkItemFactory(task_force=task_force)
    text = text_of(browse(officer).get("/items/"))
    assert "<b>3+</b>" in text
    assert "缩小范围" in text


def test_htmx_gets_the_table_alone_and_a_history_restore_the_whole_page(browse, item, officer):
    client = browse(officer)
    part = client.get("/items/", headers={"HX-Request": "true"})
    assert "<html" not in text_of(part)
    assert item.short_number in text_of(part)
    assert part.headers["Vary"].find("HX-Request") >= 0
    whole = client.get("/items/", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in text_of(whole)


def test_an_empty_ledger_says_what_to_do_next(browse, officer):
    WorkListFactory()
    assert "从工作簿导入" in text_of(browse(officer).get("/items/?work_list=2023-DB"))


def test_the_list_costs_the_same_for_ten_times_the_rows(
    browse, task_force, officer, django_assert_max_num_queries
):
    client = browse(officer)
    for _ in range(55):
        WorkItemFactory(task_force=task_force)
    client.get("/items/")
    with django_assert_max_num_queries(15) as few:
        client.get("/items/?size=50&work_list=2023-DB")
    for _ in range(500):
        WorkItemFactory(task_force=task_force)
    with django_assert_max_num_queries(15) as many:
        client.get("/items/?size=50&work_list=2023-DB")
    assert len(many) == len(few)


# One item


def full_item(item, people):
    """An item with a year's reports, two rounds of closing, an extension and a request."""
    for month in range(1, 11):
        MonthFactory(month=date(2023, month, 1), due_on=date(2023, 11, 3), closes_on=date(2023, 11, 10))
        ReportFactory(
            item=item,
            month=date(2023, month, 1),
            state="verified",
            percent=month * 10,
            done=f"{month}月进展",
            submitted_at="2023-11-02T08:00Z",
        )
        LampRecord.objects.create(
            item=item, month=date(2023, month, 1), colour="green", reason="达到序时", percent=month * 10
        )
    apply(item, people["liaison"])


def test_the_detail_page_costs_few_queries_whatever_the_item_has(
    browse, item, people, director, django_assert_max_num_queries
):
    full_item(item, people)
    client = browse(director)
    client.get(item.get_absolute_url())
    with django_assert_max_num_queries(20):
        text = text_of(client.get(item.get_absolute_url()))
    for words in ("10月进展", "已全面实行", "说明.txt", "申请销号", "逐月进度", "待单位确认"):
        assert words in text


def statements(captured):
    """Count what asks the database for rows or changes them; savepoints only mark a place."""
    return sum("SAVEPOINT" not in query["sql"] for query in captured.captured_queries)


@pytest.mark.parametrize(
    ("state", "person", "step", "limit"),
    [
        ("awaiting_unit", "unit_head", "confirm", 13),
        ("awaiting_lead", "lead_head", "lead_pass", 13),
        ("awaiting_office", "director", "approve", 15),
    ],
)
def test_a_step_costs_few_queries(
    browse, item, people, django_assert_max_num_queries, state, person, step, limit
):
    bring_to(state, item, people)
    for _ in range(30):
        WorkItemFactory(task_force=item.task_force, organisation=item.organisation)
    client = browse(people[person])
    client.get("/items/")
    with django_assert_max_num_queries(limit + 8) as captured:
        response = client.post(f"{item.get_absolute_url()}{step}/", {"version": item.version, "note": ""})
    assert response.status_code == HTTPStatus.FOUND
    assert statements(captured) <= limit


def test_the_page_offers_what_the_person_may_do_and_says_why_not(browse, item, people, liaison, director):
    text = text_of(browse(liaison).get(item.get_absolute_url()))
    assert "申请销号" in text
    assert "申请延期" in text
    assert "同意销号" not in text
    WorkItem.objects.update(due_on=date(2023, 11, 1))
    assert "已超过完成时限，不能再申请延期" in text_of(browse(liaison).get(item.get_absolute_url()))
    text = text_of(browse(director).get(item.get_absolute_url()))
    assert "现为「推进中」，须在「待营商办核定」时办理" in text


def test_the_whole_closing_by_the_pages(browse, item, people):
    url = item.get_absolute_url()
    form = {"version": 1, "completed_on": "2023-11-06", "result": "已实行", "uploads": [evidence()]}
    assert browse(people["liaison"]).post(f"{url}apply/", form).status_code == HTTPStatus.FOUND
    for person, step in (("unit_head", "confirm"), ("lead_head", "lead_pass"), ("director", "approve")):
        version = WorkItem.objects.get().version
        response = browse(people[person]).post(f"{url}{step}/", {"version": version}, follow=True)
        assert response.status_code == OK
    item.refresh_from_db()
    assert (item.state, item.lamp) == ("closed", "blue")
    assert "已销号，亮蓝灯" in text_of(response)


def test_an_application_without_evidence_keeps_what_was_typed(browse, item, liaison):
    response = browse(liaison).post(
        f"{item.get_absolute_url()}apply/",
        {"version": 1, "completed_on": "2023-11-06", "result": "平均用时降至3个工作日"},
    )
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "请上传佐证材料" in text_of(response)
    assert "平均用时降至3个工作日" in text_of(response)


def test_a_return_without_reason_or_date_says_what_is_missing(browse, item, people, director):
    bring_to("awaiting_office", item, people)
    response = browse(director).post(
        f"{item.get_absolute_url()}office_return/", {"version": item.version, "note": ""}
    )
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "请填写理由" in text_of(response)
    assert "请填写新的完成时限" in text_of(response)


def test_a_step_from_a_stale_page_is_a_conflict_and_may_be_taken_knowingly(browse, item, director, officer):
    update_item(item, version=1, actor=officer, today=TODAY, weight=5)
    client = browse(director)
    url = f"{item.get_absolute_url()}suspend/"
    response = client.post(url, {"version": 1, "note": "等待上位政策"})
    assert response.status_code == HTTPStatus.CONFLICT
    text = text_of(response)
    assert "县营商办沈若宁" in text
    assert "权重" in text
    assert "等待上位政策" in text
    assert 'name="version" value="2"' in text
    assert client.post(url, {"version": 2, "note": "等待上位政策"}).status_code == HTTPStatus.FOUND


@pytest.mark.parametrize(("method", "step"), [("get", "approve"), ("post", "explode")])
def test_steps_are_taken_by_post_and_only_those_there_are(browse, item, director, method, step):
    response = getattr(browse(director), method)(f"{item.get_absolute_url()}{step}/", {"version": 1})
    assert response.status_code in {HTTPStatus.METHOD_NOT_ALLOWED, MISSING}


def test_an_extension_by_the_pages(browse, item, liaison, director):
    url = item.get_absolute_url()
    form = {"version": 1, "note": "系统停机", "new_due_on": "2024-01-31"}
    assert browse(liaison).post(f"{url}request_extension/", form).status_code == HTTPStatus.FOUND
    text = text_of(browse(director).get(url))
    assert "时限改为 2024年1月31日" in text
    assert browse(director).post(f"{url}grant_extension/", {"version": 2}).status_code == HTTPStatus.FOUND
    text = text_of(browse(liaison).get(url))
    assert "批准延期 1 次" in text
    assert "按规定不再延期" in text
    again = browse(director).post(f"{url}grant_extension/", {"version": 3})
    assert "没有待审批的延期申请" in text_of(again)


def test_the_history_is_told_in_words(browse, item, director, officer):
    adjustments.adjust_item(
        item, actor=director, today=TODAY, reason="省里要求提前", due_on=date(2023, 12, 1)
    )
    text = text_of(browse(officer).get(item.get_absolute_url()))
    assert "完成时限由「2023年12月20日」改为「2023年12月1日」" in text
    assert "省里要求提前" in text
    assert "原定 <s>12月20日</s>" in text
