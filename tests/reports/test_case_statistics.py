"""The statistics of cases: hand-counted, the same on table, workbook, figure and bulletin, each row in its reader's scope."""

import io
from datetime import date, datetime
from http import HTTPStatus

import pytest
from python_calamine import CalamineWorkbook

from complaints.kinds import CaseType, Channel, Outcome
from complaints.services import acceptance, closing, replies, routing
from complaints.services.closing import CallBack
from complaints.services.routing import Routing
from portal.models import AuditEvent, Topic
from reports.figures import Period, values_of
from reports.sections import Book, complaints
from reports.selectors.case_statistics import case_statistics
from reports.selectors.cases import case_block, field_lines
from reports.texts.content import text_of
from reports.triggers import collect
from tests.factories import CHINA
from tests.factories_complaints import PERSON, TopicFactory, register

MONTH = date(2023, 10, 1)
PAGE = "/statistics/complaints/?period=2023-10"
CONTENT = CallBack(reachable=True, resolved=True, satisfaction="very")
UNSETTLED = CallBack(reachable=True, resolved=False, satisfaction="not", justified=False, note="没有到现场看")


def at(day, hour=10):
    return datetime(2023, 10, day, hour, tzinfo=CHINA)


@pytest.fixture
def people(officer, liaison, unit_head, director):
    return {"officer": officer, "liaison": liaison, "unit_head": unit_head, "director": director}


def handled(people, *, day, replied, found=None, **said):
    """Accept, assign and sign a case on `day`, reply on `replied`, call back on the same day."""
    who = people
    case = register(now=at(day), topic=TopicFactory(), **said)
    acceptance.accept_complaint(case, actor=who["officer"], now=at(day, 11))
    routing.assign_complaint(
        case, Routing(who["liaison"].organisation), actor=who["officer"], now=at(day, 12)
    )
    routing.sign_complaint(case, actor=who["liaison"], today=at(day).date())
    if replied:
        replies.propose_reply(
            case, actor=who["liaison"], now=at(replied), text="已办结", outcome=Outcome.RESOLVED
        )
        replies.confirm_reply(case, actor=who["unit_head"], now=at(replied, 11))
        replies.pass_reply(case, actor=who["officer"], now=at(replied, 14))
    if found:
        closing.call_back(case, found, actor=who["officer"], now=at(replied, 16))
    return case


@pytest.fixture
def october(calendar, people):
    """Six cases: two answered in time, one late, one not answered, one declined, one in September."""
    handled(people, day=9, replied=10, found=CONTENT, kind=CaseType.HELP, channel=Channel.WEB)
    handled(people, day=9, replied=11, found=UNSETTLED, kind=CaseType.HELP, channel=Channel.WEB)
    handled(people, day=10, replied=24, kind=CaseType.HELP, channel=Channel.WEB)
    handled(people, day=11, replied=0, kind=CaseType.HELP, channel=Channel.WEB)
    declined = register(now=at(12))
    acceptance.decline_complaint(
        declined,
        actor=people["officer"],
        today=date(2023, 10, 12),
        ground="litigation",
        reason="已由法院受理",
    )
    register(now=datetime(2023, 9, 12, 10, tzinfo=CHINA))


def test_the_counts_of_the_month_are_those_counted_by_hand(october):
    total = case_statistics(Period(MONTH)).total.counts
    assert (total.registered, total.accepted, total.declined, total.closed) == (5, 4, 1, 2)
    assert (total.due, total.due_on_time) == (4, 2)
    assert (total.called, total.resolved, total.satisfied) == (2, 1, 1)


def test_the_same_number_stands_in_table_figure_workbook_and_bulletin(october, browse, officer):
    found, values = case_statistics(Period(MONTH)), values_of(Period(MONTH))
    assert values["complaints.accepted"].value == found.total.counts.accepted == 4
    assert values["complaints.on_time_rate"].value == found.total.on_time_rate == 50
    code = officer_unit_code(found)
    assert values[f"complaints.units.{code}.accepted"].value == 4
    client = browse(officer)
    assert "<b>4 件</b>" in client.get(PAGE).content.decode()
    sheet = client.get("/statistics/complaints/export/?period=2023-10")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(sheet.streaming_content))).get_sheet_by_index(0)
    total = next(row for row in rows.to_python() if row[0] == "合计")
    assert (total[2], total[4], total[5], total[6]) == (4, 4, 2, 50)
    book = Book(month=date(2023, 10, 1), as_of=date(2023, 10, 31), values=values)
    assert text_of(complaints.accepted(book)) == "本月登记企业诉求5件，受理4件，较上月增加4件，不予受理1件。"
    assert text_of(complaints.handled(book)).startswith("本月办结2件，按时办结率50%，")


def officer_unit_code(found):
    return found.units[0].code


def test_what_a_count_divides_into_adds_up_to_it(october):
    values = values_of(Period(MONTH))
    parts = values["complaints.accepted"].parts
    assert {part.label for part in parts} == {"按渠道", "按类型", "按领域", "按主办单位"}
    for part in parts:
        assert sum(values[key].value for key in part.keys) == 4


def test_before_the_first_case_nothing_is_known_rather_than_nil(calendar):
    assert values_of(Period(MONTH))["complaints.accepted"].value is None
    assert case_statistics(Period(MONTH)).total is None


def test_a_quiet_month_after_the_first_case_counts_nothing(october):
    november = values_of(Period(date(2023, 12, 1)))
    assert november["complaints.registered"].value == 0
    assert november["complaints.on_time_rate"].value is None


def test_the_rows_behind_a_number_are_only_those_the_reader_may_see(october, browse, outsider, liaison):
    address = "/figures/complaints.accepted/?period=2023-10"
    assert 'href="/complaints/SQ2023' not in browse(outsider).get(address).content.decode()
    own = browse(liaison).get(address).content.decode()
    assert own.count('href="/complaints/SQ2023') == 4
    assert PERSON.company not in own
    assert PERSON.name not in own


def test_the_export_is_on_record(october, browse, officer):
    browse(officer).get("/statistics/complaints/export/?period=2023-10")
    assert AuditEvent.objects.filter(action="case_statistics.export", actor=officer).count() == 1


def test_observers_do_not_open_the_statistics(october, browse, observer):
    assert browse(observer).get(PAGE).status_code == HTTPStatus.FORBIDDEN


def test_the_page_costs_the_same_however_many_cases_there_are(
    october, browse, officer, django_assert_max_num_queries
):
    client = browse(officer)
    client.get("/inbox/")
    for _ in range(10):
        register(now=at(13))
    with django_assert_max_num_queries(20):
        client.get(PAGE)


def test_late_answers_are_facts_for_the_assessment(october, people):
    found = collect(["cases.late", "cases.unsatisfied"], Period(MONTH))
    unit = people["liaison"].organisation.code
    late = found["cases.late"][unit]
    assert len(late) == 2
    assert all(fact.kind == "complaint" and fact.number.startswith("SQ2023") for fact in late)
    assert found["cases.unsatisfied"] == {}


def test_a_task_force_reads_the_cases_of_its_field(october, task_force):
    Topic.objects.update(code=task_force.code)
    (line,) = field_lines([task_force], date(2023, 10, 1))
    assert (line.counts.accepted, line.counts.due, line.on_time_rate) == (4, 4, 50)


def test_the_block_of_a_unit_counts_its_own_cases(october, liaison, outsider):
    own = case_block(liaison, date(2023, 10, 1), today=date(2023, 11, 8))
    assert (own.now.accepted, own.on_time_rate, own.open.overdue) == (4, 50, 2)
    assert case_block(outsider, date(2023, 10, 1), today=None).now.accepted == 0
