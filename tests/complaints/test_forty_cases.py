"""Forty cases of October 2023, counted by hand.

| group | cases | what happened |
|---|---|---|
| A | 20 complaints, 县住建局 | accepted in time, answered in time after 8 working days, resolved, satisfied |
| B | 8 requests for help, 县行政审批局 | accepted late, answered late after 7, unresolved, unsatisfied; 2 handled again |
| C | 4 anonymous inquiries, 县行政审批局 | accepted in time, not answered; 2 had been returned by 县住建局 |
| D | 3 | declined in time |
| E | 2 reports, 县住建局 | deemed accepted, extended, answered after 9 in time, due and called back in November |
|   |   | given without identity, with a time for the first contact left over from before: none is owed |
| F | 1 | merged after acceptance |
| G | 1 | open, its date provisional |
| H | 1 | open, its clock stands still over the due day |
"""

from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest

from complaints.models import Assignment, ClockStop, Complaint, Round
from complaints.selectors.counts import ONE_DAY, Days, month_totals, period_counts
from complaints.selectors.figures import CaseCounts, Slice, case_counts, counts_by, rates, rows_behind
from complaints.selectors.trends import problems
from tests.factories_complaints import TopicFactory, moment

pytestmark = pytest.mark.django_db
START, END = date(2023, 10, 1), date(2023, 11, 1)
TEXT = {"title": "审图补正", "text": "三次补正", "shared_title": "审图补正", "shared_text": "三次补正"}


def october(day):
    return date(2023, 10, day)


class County:
    """Rows written as the services would leave them at the end of the story."""

    def __init__(self, first, second):
        self.first, self.second = first, second
        self.topic = TopicFactory()
        self.made = 0

    def case(self, kind, accepted, *, lead=None, examine=None, **columns):
        self.made += 1
        return Complaint.objects.create(
            number=f"SQ2023{self.made:06d}",
            channel="qr" if self.made % 2 else "phone",
            kind=kind,
            topic=self.topic,
            lead=lead,
            received_at=moment(october(9)),
            registered_on=october(9),
            decided_on=accepted,
            accepted_on=accepted,
            examine_due_on=examine or accepted,
            **TEXT | columns,
        )

    def handled(self, case, due_on, **columns):
        part = {"role": "lead", "organisation": case.lead, "state": "done"}
        self.part(case, **part)
        return Round.objects.create(
            complaint=case, lead=case.lead, started_on=case.accepted_on, due_on=due_on, **columns
        )

    def part(self, case, **columns):
        Assignment.objects.create(
            complaint=case,
            assigned_at=moment(case.accepted_on),
            assigned_on=case.accepted_on,
            **columns,
        )


@pytest.fixture
def forty(unit, lead_unit):
    county = County(unit, lead_unit)
    good(county)
    bad(county)
    inquiries(county)
    for _ in range(3):
        row = county.case("complaint", october(17), state="declined", ground="market", decline_reason="合同")
        Complaint.objects.filter(pk=row.pk).update(accepted_on=None)
    reports(county)
    kept = Complaint.objects.first()
    county.case("complaint", october(10), state="merged", merged_into=kept)
    provisional = county.case("complaint", october(20), lead=county.first, state="handling")
    Round.objects.create(complaint=provisional, started_on=october(20), due_on=october(27), provisional=True)
    stopped = county.case("suggestion", october(20), lead=county.first, state="suspended")
    Round.objects.create(complaint=stopped, started_on=october(20), due_on=october(30))
    ClockStop.objects.create(complaint=stopped, kind="suspension", reason="鉴定", from_on=october(23))
    assert Complaint.objects.count() == 40
    return county


def good(county):
    for _ in range(20):
        case = county.case(
            "complaint", october(10), lead=county.first, state="closed", closed_on=october(26),
            contact_due_at=moment(october(11), 23), contacted_at=moment(october(11)),
        )  # fmt: skip
        county.handled(
            case, october(24), replied_on=october(20), is_late=False, workdays=8, ended_on=october(26),
            is_effective=True, resolved=True, satisfaction="very", outcome="resolved",
        )  # fmt: skip


def bad(county):
    for place in range(8):
        again = place < 2
        case = county.case(
            "help", october(12), examine=october(11), lead=county.second,
            state="handling" if again else "closed", closed_on=None if again else october(25),
            contact_due_at=moment(october(13), 23),
        )  # fmt: skip
        county.handled(
            case, october(19), replied_on=october(23), is_late=True, workdays=7, ended_on=october(25),
            is_effective=True, resolved=False, satisfaction="not", outcome="unresolved",
        )  # fmt: skip
        if again:
            later = {"started_on": october(27), "due_on": date(2023, 11, 3)}
            Round.objects.create(complaint=case, number=2, lead=case.lead, **later)


def inquiries(county):
    for place in range(4):
        case = county.case("inquiry", october(16), lead=county.second, state="handling", is_anonymous=True)
        if place < 2:
            wrong = {"role": "lead", "state": "returned", "return_reason": "不属我局"}
            county.part(case, organisation=county.first, **wrong)
        county.handled(case, october(19))


def reports(county):
    for contacted in (True, False):
        case = county.case(
            "report", october(18), lead=county.first, is_deemed_accepted=True, secrecy="secret",
            state="closed", closed_on=date(2023, 11, 2),
            contact_due_at=moment(october(19), 23), contacted_at=moment(october(19)) if contacted else None,
        )  # fmt: skip
        county.handled(
            case, date(2023, 11, 1), extended_on=october(25), replied_on=october(31), is_late=False,
            workdays=9, ended_on=date(2023, 11, 2), is_effective=False, outcome="explained",
        )  # fmt: skip
        case.assignments.update(masked=True)


BY_HAND = CaseCounts(
    registered=40,
    accepted=36,
    declined=3,
    decided=39,
    decided_on_time=29,
    closed=26,
    due=32,
    due_on_time=20,
    contact_due=28,
    contact_on_time=20,
    called=28,
    resolved=20,
    satisfied=20,
    disputes=20,
    disputes_settled=20,
    answered=30,
    extended=2,
    again=2,
    workdays=234,
    given=36,
    returned=2,
)


def test_forty_cases_counted_by_hand(forty):
    assert case_counts(START, END) == BY_HAND


def test_the_rates_of_forty_cases(forty):
    assert rates(case_counts(START, END)) == {
        "decided_on_time": Decimal("74.4"),
        "due_on_time": Decimal("62.5"),
        "contacted": Decimal("71.4"),
        "resolved": Decimal("71.4"),
        "satisfied": Decimal("71.4"),
        "settled": Decimal("100.0"),
        "again": Decimal("6.7"),
        "extended": Decimal("6.7"),
        "returned": Decimal("5.6"),
        "mean_workdays": Decimal("7.8"),
    }


@pytest.mark.parametrize("group", ["channel", "kind", "topic", "unit", "problem"])
def test_the_parts_add_up_to_the_whole(forty, group):
    total = CaseCounts()
    for part in counts_by(group, START, END).values():
        total += part
    assert total == BY_HAND


def test_a_document_counts_the_same_whole_and_in_its_parts(forty):
    (counted,) = period_counts([Days(START, END - ONE_DAY)])
    assert (counted.total(), counted.known) == (BY_HAND, True)
    for column in ("channel", "kind", "topic", "unit"):
        assert counted.by(column) == {
            code: counts for code, counts in counts_by(column, START, END).items() if counts != CaseCounts()
        }
    assert counted.total("unit", forty.first.code).accepted == 24
    assert counted.names("topic") == {"permits": "办理建筑许可"}


def test_the_months_of_a_trend_count_as_each_month_by_itself(forty):
    months = [date(2023, month, 1) for month in (8, 9, 10, 11, 12)]
    names = [
        field.name for field in fields(CaseCounts) if field.name not in {"workdays", "given", "returned"}
    ]
    found = month_totals(months, names)
    assert found[:2] == (None, None)
    for first, after, counts in zip(months[2:], [*months[3:], date(2024, 1, 1)], found[2:], strict=True):
        alone = case_counts(first, after)
        assert {name: getattr(counts, name) for name in names} == {
            name: getattr(alone, name) for name in names
        }


def test_a_units_own_counts(forty):
    counts = counts_by("unit", START, END)
    first = counts[forty.first.code]
    assert (first.accepted, first.due, first.due_on_time, first.given, first.returned) == (24, 20, 20, 24, 2)
    second = case_counts(START, END, Slice(unit=forty.second.code))
    assert (second.accepted, second.due, second.due_on_time, second.answered, second.again) == (
        12,
        12,
        0,
        8,
        2,
    )
    assert second == counts[forty.second.code]


def test_without_a_denominator_there_is_no_rate(forty):
    empty = case_counts(date(2023, 1, 1), date(2023, 2, 1))
    assert empty == CaseCounts()
    assert set(rates(empty).values()) == {None}


def test_a_later_round_leaves_the_month_as_it_was(forty):
    case = Complaint.objects.filter(kind="complaint", state="closed").first()
    Round.objects.create(complaint=case, number=2, lead=case.lead, started_on=date(2023, 12, 1))
    Complaint.objects.filter(pk=case.pk).update(state="handling", round=2, replied_on=None, resolved=None)
    changed = case_counts(START, END)
    assert (changed.due, changed.due_on_time, changed.resolved, changed.answered) == (32, 20, 20, 30)


def test_the_rows_behind_a_count_are_as_many_as_it_says(forty, officer, outsider):
    for measure in ("accepted", "due", "due_on_time", "resolved", "again", "returned"):
        rows = rows_behind(measure, START, END, user=officer)
        assert len(rows) == getattr(BY_HAND, measure), measure
        assert rows_behind(measure, START, END, user=outsider) == []


def test_a_unit_that_may_not_know_who_it_was_owes_no_first_contact(forty):
    assert [len(rows_behind(name, START, END)) for name in ("contact_due", "contact_on_time")] == [28, 20]
    Assignment.objects.filter(complaint__kind="report").update(masked=False)
    counts = case_counts(START, END)
    assert (counts.contact_due, counts.contact_on_time) == (30, 21)
    # What another unit was given without identity leaves the lead unit its duty.
    Assignment.objects.filter(state="returned").update(masked=True)
    assert case_counts(START, END) == counts


def test_what_is_recurrent_and_what_is_rising(forty):
    found = {problem.unit: problem for problem in problems(date(2023, 10, 31))}
    assert found["县住建局"].cases == 24
    assert found["县住建局"].is_recurrent
    assert found["县行政审批局"].is_rising
    assert problems(date(2024, 3, 1)) == []
