"""The office puts items on the sheet of the next round, green ones too, with its reason; nobody else, and never twice."""

from datetime import date, datetime
from http import HTTPStatus
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from indicators.models import DispatchRound, PickedItem, WorkItem
from indicators.services.dispatch import Meeting, RoundPlan, hold_round, open_round
from indicators.services.picks import drop_pick, pick_items
from portal.errors import Refused
from portal.models import AuditEvent
from reports.sheets import from_stored, live_sheet, to_stored
from tests.factories import CHINA, MonthFactory, TaskForceFactory, WorkItemFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "on_the_day")]

TODAY = date(2023, 11, 8)
NOW = datetime(2023, 11, 8, 10, tzinfo=CHINA)
WHY = "需县政府协调信息共享"


@pytest.fixture
def draft(task_force, chief, officer):
    MonthFactory()
    plan = RoundPlan("chief", date(2023, 11, 1), [task_force], date(2023, 11, 10), "2023-11-chief", chief)
    return open_round(plan, actor=officer)[0]


@pytest.fixture
def items(task_force, unit):
    return [
        WorkItemFactory(
            number=f"2023-DB-80{n}",
            title=f"联合验收第{n}项",
            task_force=task_force,
            organisation=unit,
            lamp="green",
        )
        for n in (1, 2, 3)
    ]


def pick(items, draft, actor, reason=WHY):
    return pick_items(
        WorkItem.objects.filter(pk__in=[item.pk for item in items]),
        draft,
        reason=reason,
        actor=actor,
        now=NOW,
    )


def test_green_items_stand_on_the_sheet_with_who_put_them_there_and_why(draft, items, officer):
    assert pick(items[:2], draft, officer).done == 2
    sheet = live_sheet(draft, maker=officer, now=NOW)
    assert [(row.number, row.colour, row.why) for row in sheet.picks] == [
        ("DB-801", "green", WHY),
        ("DB-802", "green", WHY),
    ]
    assert sheet.picks[0].by == f"{officer.name} 11月8日"
    assert sheet.listed == 0
    assert AuditEvent.objects.filter(action="item.pick").count() == 2


def test_what_cannot_be_dispatched_is_left_out_by_name(draft, items, officer, unit):
    foreign = WorkItemFactory(number="2023-DB-811", task_force=TaskForceFactory(), organisation=unit)
    WorkItem.objects.filter(pk=items[1].pk).update(state="closed", closed_on=date(2023, 11, 1))
    pick(items[:1], draft, officer)
    outcome = pick([*items, foreign], draft, officer)
    assert outcome.done == 1
    assert [number for number, _ in outcome.skipped] == ["DB-801", "DB-802", "DB-811"]
    assert "已转入本次调度" in outcome.skipped_text()
    assert pick(items, draft, officer).done == 0
    assert PickedItem.objects.count() == 2


@pytest.mark.parametrize("persona", ["liaison", "chief", "unit_head", "leader", "outsider"])
def test_only_the_office_chooses_what_a_round_looks_at(request, draft, items, browse, persona):
    person = request.getfixturevalue(persona)
    with pytest.raises(Refused, match="营商办"):
        pick(items, draft, person)
    data = {"selected": [items[0].number], "round": draft.pk, "reason": WHY}
    assert browse(person).post("/items/dispatch/", data).status_code == HTTPStatus.FORBIDDEN
    assert not PickedItem.objects.exists()


def test_without_a_reason_nothing_is_put_on_the_sheet(draft, items, officer, browse):
    with pytest.raises(Refused, match="理由"):
        pick(items, draft, officer, reason=" ")
    data = {"selected": [items[0].number], "round": draft.pk, "reason": ""}
    answer = browse(officer).post("/items/dispatch/", data)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "联合验收第1项" in answer.content.decode()


def test_the_sheet_of_a_meeting_that_was_held_stays_as_it_was(draft, items, officer):
    pick(items[:1], draft, officer)
    sheet = live_sheet(draft, maker=officer, now=NOW)
    row = hold_round(
        draft,
        Meeting(TODAY, "周启明", "各专班", "议定", ()),
        version=draft.version,
        sheet=to_stored(sheet),
        actor=officer,
        today=TODAY,
    )
    with pytest.raises(Refused, match="已召开"):
        pick(items[1:], row, officer)
    with pytest.raises(Refused, match="已召开"):
        drop_pick(PickedItem.objects.get(), actor=officer)
    assert from_stored(row.sheet).picks == sheet.picks
    del row.sheet["picks"]
    assert from_stored(row.sheet).picks == ()


def test_the_office_picks_from_the_list_and_takes_an_item_off_again(draft, items, officer, browse):
    client = browse(officer)
    chosen = {
        "action": "dispatch",
        "selected": [item.number for item in items[:2]],
        "back": "/items/?lamp=green",
    }
    page = client.post("/items/bulk/", chosen).content.decode()
    assert "转入哪次调度" in page
    assert "联合验收第2项" in page
    data = {**chosen, "round": draft.pk, "reason": WHY}
    assert client.post("/items/dispatch/", data).url == "/items/?lamp=green"
    address = f"/dispatch/{draft.slug}/sheet/"
    assert "转入调度事项" in client.get(address).content.decode()
    client.post(f"/dispatch/{draft.slug}/picks/2023-DB-801/drop/")
    assert list(PickedItem.objects.values_list("item__number", flat=True)) == ["2023-DB-802"]
    assert AuditEvent.objects.filter(action="item.unpick").count() == 1


def test_a_round_that_is_over_is_not_offered(draft, items, officer, browse):
    DispatchRound.objects.update(state="cancelled")
    answer = browse(officer).post(
        "/items/dispatch/", {"selected": [items[0].number], "round": draft.pk, "reason": WHY}
    )
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert not PickedItem.objects.exists()


def test_the_item_page_offers_it_to_the_office_alone(items, officer, liaison, browse):
    address = items[0].get_absolute_url()
    assert "转入本次调度" in browse(officer).get(address).content.decode()
    assert "转入本次调度" not in browse(liaison).get(address).content.decode()


def test_the_workbook_of_the_sheet_has_a_page_of_the_picked_items(draft, items, officer, browse):
    pick(items[:1], draft, officer)
    answer = browse(officer).get(f"/dispatch/{draft.slug}/sheet/xlsx/")
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_name("转入调度事项").to_python()
    assert rows[-1][:2] == ["DB-801", "联合验收第1项"]
    assert WHY in rows[-1]
