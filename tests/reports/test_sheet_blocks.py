"""The domains' blocks on the dispatch sheet: counted by hand, frozen with it, saying nothing of anybody.

October as seen on 8 November 2023. 县住建局 and 县行政审批局 belong to the task force, 县气象局 does not.
"""

import json
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pytest
from docx import Document
from python_calamine import CalamineWorkbook

from complaints.models import ClockStop, Complaint, Round
from complaints.services import acceptance, routing
from complaints.services.routing import Routing
from indicators.services.dispatch import Meeting, RoundPlan, open_round
from policies.models import Budget, Payout, PayoutBatch, PolicyItem
from reports.services.meetings import record_meeting
from reports.sheets import from_stored, live_sheet, recorded_sheet, sheet_of, to_stored
from tests.factories import CHINA, MonthFactory, OrganisationFactory, TaskForceFactory, UserFactory
from tests.factories_complaints import PERSON, TopicFactory, moment, register
from tests.factories_policies import BatchFactory, ItemFactory, KnownEnterpriseFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("calendar", "on_the_day")]

TODAY = date(2023, 11, 8)
NOW = datetime(2023, 11, 8, 18, tzinfo=CHINA)
SHEET = "/dispatch/2023-01/sheet/"
SETTLED = {"is_effective": True, "resolved": True, "satisfaction": "very", "outcome": "resolved"}


def on(text):
    """Return a day of 2023 written as 10-31."""
    return date.fromisoformat(f"2023-{text}")


def case_of(unit, accepted, *rounds, **columns):
    """Write a case with its rounds: (begun, due, answered or None, ended or None, what the call found)."""
    case = Complaint.objects.create(
        number=f"SQ2023{Complaint.objects.count() + 1:06d}",
        channel="phone",
        kind="complaint",
        topic=TopicFactory(),
        lead=unit,
        title="审图补正",
        text="三次补正",
        received_at=moment(on(accepted)),
        registered_on=on(accepted),
        decided_on=on(accepted),
        accepted_on=on(accepted),
        **{"state": "handling"} | columns,
    )
    for number, (begun, due, answered, ended, found) in enumerate(rounds, start=1):
        Round.objects.create(
            complaint=case,
            number=number,
            lead=unit,
            started_on=on(begun),
            due_on=on(due),
            replied_on=on(answered) if answered else None,
            is_late=answered > due if answered else None,
            ended_on=on(ended) if ended else None,
            **found,
        )
    return case


@pytest.fixture
def round_(task_force, chief, officer):
    MonthFactory()
    plan = RoundPlan("chief", date(2023, 11, 1), [task_force], on("11-10"), "2023-11-chief", chief=chief)
    return open_round(plan, actor=officer)[0]


@pytest.fixture
def cases(unit, lead_unit, other_unit):
    good = case_of(unit, "10-10", ("10-10", "10-20", "10-18", "10-25", SETTLED))
    case_of(unit, "10-12", ("10-12", "10-24", "11-01", "11-06", SETTLED))  # late, called in November
    case_of(unit, "10-30", ("10-30", "11-06", None, None, {}))  # overdue
    case_of(unit, "10-31", ("10-31", "11-20", None, None, {}))
    twice = case_of(
        unit,
        "09-20",
        ("09-20", "09-28", "09-27", "10-09", SETTLED | {"satisfaction": "not", "resolved": False}),
        ("10-09", "10-31", None, None, {}),
    )
    ClockStop.objects.create(complaint=twice, round=2, kind="suspension", reason="鉴定", from_on=on("10-20"))
    case_of(lead_unit, "11-02", ("11-02", "11-08", None, None, {}))  # due today: not overdue
    case_of(lead_unit, "10-15", ("10-15", "10-20", None, None, {}), state="merged", merged_into=good)
    case_of(other_unit, "10-05", ("10-05", "10-12", None, None, {}))


@pytest.fixture
def pay():
    """Enter a payment past every check."""

    def enter(item, amount, day, **columns):
        person = UserFactory(organisation=item.organisation)
        batch = BatchFactory(organisation=item.organisation, created_by=person, state="submitted")
        values = {"enterprise": KnownEnterpriseFactory(), "created_by": person, "digest": "ab", **columns}
        return Payout.objects.create(
            batch=batch, item=item, version=item.current, amount=Decimal(amount), budget_year=2023,
            paid_on=on(day), **values,
        )  # fmt: skip

    return enter


@pytest.fixture
def items(unit, lead_unit, other_unit, pay):
    paid = ItemFactory(organisation=unit, version__title="规上奖励")
    pay(paid, 50_000, "10-20")
    taken_back = pay(paid, 30_000, "11-03", reversed_on=on("11-06"))
    pay(paid, -30_000, "11-06", reversal_of=taken_back, reason="重复", enterprise=taken_back.enterprise)
    pay(paid, 40_000, "11-09")  # tomorrow, by this sheet
    Budget.objects.create(item=paid, year=2023, amount=Decimal(120_000))  # 90,000 bind it: 75 %
    ItemFactory(organisation=unit, version__title="稳岗补贴", version__valid_until=on("11-30"))
    ItemFactory(organisation=unit, version__title="贷款贴息", version__valid_until=date(2024, 3, 1))
    later = ItemFactory(organisation=lead_unit)
    PolicyItem.objects.filter(pk=later.pk).update(first_published_on=on("11-09"))
    ItemFactory(organisation=other_unit)
    return paid


def block(sheet, key):
    return next(one for one in sheet.blocks if one.key == key)


def test_the_units_cases_are_counted_worst_first_with_a_sum(cases, round_, officer):
    found = block(live_sheet(round_, maker=officer, now=NOW), "complaints")
    assert [column.label for column in found.columns][:3] == ["单位", "10月受理", "应办结"]
    troubles = "办理建筑许可 5 件（普遍性、苗头性）"
    assert found.rows == (
        ("县住建局", 4, 2, "50.0", 3, 1, 1, 2, "50.0", troubles),
        ("县行政审批局", 0, 0, None, 1, 0, 0, 0, None, ""),
    )
    assert found.total == ("合计", 4, 2, "50.0", 4, 1, 1, 2, "50.0", "")


def test_the_units_items_are_counted_with_what_needs_looking_at(items, round_, officer):
    found = block(live_sheet(round_, maker=officer, now=NOW), "policies")
    attention = "稳岗补贴（2023年11月30日到期）；规上奖励（预算已使用 75%）；贷款贴息（2024年3月1日到期）"
    assert found.rows == (("县住建局", 3, "5.00", 1, 2, 2, 1, attention),)
    assert found.total is None


def test_of_a_day_in_the_past_only_what_dates_tell_is_counted(cases, items, round_, officer):
    sheet = recorded_sheet(round_, held_on=on("11-08"), maker=officer)
    assert block(sheet, "complaints").rows[0][:6] == ("县住建局", 4, 2, "50.0", 3, 1)
    # 50,000 of 120,000 had been paid by then: no warning.
    assert block(sheet, "policies").rows[0][:7] == ("县住建局", 3, "5.00", 1, 2, 2, 0)


def test_an_item_withdrawn_since_stood_on_the_day_of_the_meeting(items, round_, officer):
    withdrawn = PolicyItem.objects.filter(pk=items.pk)
    withdrawn.update(state="withdrawn", state_on=on("11-09"))
    assert block(live_sheet(round_, maker=officer, now=NOW), "policies").rows[0][1] == 3
    withdrawn.update(state_on=on("11-08"))
    assert block(live_sheet(round_, maker=officer, now=NOW), "policies").rows[0][1] == 2


def test_many_units_are_summed_below_the_worst_twelve(task_force, round_, officer):
    for place in range(14):
        other = OrganisationFactory()
        task_force.responsible.add(other)
        days = ("10-30", "11-06" if place < 3 else "11-20", None, None, {})
        case_of(other, "10-30", *[days] * 1)
    found = block(live_sheet(round_, maker=officer, now=NOW), "complaints")
    assert len(found.rows) == 13
    assert [row[5] for row in found.rows[:4]] == [1, 1, 1, 0]
    assert found.rows[-1][:2] == ("其他 2 个单位", 2)
    assert found.total[:6] == ("合计", 14, 0, None, 14, 3)


def test_a_county_without_cases_and_items_has_no_blocks(round_, officer, browse):
    assert live_sheet(round_, maker=officer, now=NOW).blocks == ()
    page = browse(officer).get(SHEET).content.decode()
    assert "企业诉求办理" not in page.partition('class="sheet"')[2]


def test_a_frozen_sheet_does_not_move_when_cases_and_payments_do(
    cases, items, round_, officer, browse, unit, pay
):
    record_meeting(round_, Meeting(TODAY, "周启明"), version=1, actor=officer, now=NOW)
    round_.refresh_from_db()
    client = browse(officer)
    frozen, page = sheet_of(round_, maker=officer, now=NOW), client.get(SHEET).content.decode()
    Round.objects.filter(replied_on=None).update(replied_on=TODAY, is_late=True)
    case_of(unit, "10-31", ("10-31", "11-01", None, None, {}))
    pay(items, 70_000, "11-08")
    PolicyItem.objects.update(state="withdrawn")
    round_.refresh_from_db()
    assert sheet_of(round_, maker=officer, now=datetime(2024, 3, 1, tzinfo=CHINA)) == frozen
    assert len(frozen.blocks) == 2
    again = client.get(SHEET).content.decode()
    assert again.partition("<table")[2] == page.partition("<table")[2]
    assert "县住建局" in page


def test_the_stored_form_reads_back_equal_and_older_sheets_have_no_blocks(cases, items, round_, officer):
    sheet = live_sheet(round_, maker=officer, now=NOW)
    stored = json.loads(json.dumps(to_stored(sheet)))
    assert from_stored(stored) == sheet
    del stored["blocks"]
    assert from_stored(stored).blocks == ()


def test_page_document_and_workbook_show_the_same(cases, items, round_, officer, browse):
    client = browse(officer)
    page = client.get(SHEET).content.decode()
    assert '<td class="mid warn">1</td>' in page
    assert "稳岗补贴（2023年11月30日到期）" in page
    document = Document(BytesIO(client.get(f"{SHEET}docx/").content))
    cells = {cell.text for table in document.tables for row in table.rows for cell in row.cells}
    assert {"办理建筑许可 5 件（普遍性、苗头性）", "50%", "本年兑现（万元）", "合计"} <= cells
    assert any("办理时限已过的为逾期" in one.text for one in document.paragraphs)
    book = CalamineWorkbook.from_filelike(BytesIO(client.get(f"{SHEET}xlsx/").content))
    assert book.sheet_names[-2:] == ["企业诉求办理", "惠企政策兑现"]
    rows = book.get_sheet_by_name("企业诉求办理").to_python()
    assert rows[3][:7] == ["县住建局", 4, 2, 0.5, 3, 1, 1]
    assert book.get_sheet_by_name("惠企政策兑现").to_python()[3][1:4] == [3, 5, 1]
    assert client.get(f"{SHEET}pdf/").content.startswith(b"%PDF")


@pytest.mark.parametrize("reader", ["liaison", "lead_liaison", "chief", "leader"])
def test_the_block_says_nothing_of_a_case_or_of_who_handed_it_in(
    round_, unit, officer, browse, reader, request
):
    case = register(now=datetime(2023, 11, 6, 10, tzinfo=CHINA), kind="report", topic=TopicFactory())
    acceptance.accept_complaint(case, actor=officer, now=NOW)
    routing.assign_complaint(case, Routing(unit), actor=officer, now=NOW)
    client = browse(request.getfixturevalue(reader))
    page = client.get(SHEET).content.decode()
    document = Document(BytesIO(client.get(f"{SHEET}docx/").content))
    book = CalamineWorkbook.from_filelike(BytesIO(client.get(f"{SHEET}xlsx/").content))
    words = " ".join(
        [
            page,
            *(cell.text for table in document.tables for row in table.rows for cell in row.cells),
            *(str(book.get_sheet_by_name(name).to_python()) for name in book.sheet_names),
        ]
    )
    assert "企业诉求办理" in words
    for secret in (case.number, case.title, case.shared_title, PERSON.name, PERSON.company, PERSON.phone):
        assert secret not in words


def test_the_sheet_costs_the_same_however_many_units_and_cases(
    round_, task_force, officer, browse, django_assert_max_num_queries
):
    for force in [task_force, *(TaskForceFactory() for _ in range(4))]:
        round_.task_forces.add(force)
        for _ in range(3):
            unit = OrganisationFactory()
            force.responsible.add(unit)
            case_of(unit, "10-10", ("10-10", "10-20", None, None, {}))
            Budget.objects.create(item=ItemFactory(organisation=unit), year=2023, amount=Decimal(100))
    client = browse(officer)
    client.get(SHEET)
    with django_assert_max_num_queries(28):
        assert client.get(SHEET).content.decode().count("其他 3 个单位") == 2
    assert PayoutBatch.objects.count() == 0
