"""The red and the black list: candidates by the rule, on a list by two people, never by one case."""

from datetime import date, datetime
from http import HTTPStatus
from io import BytesIO
from threading import Barrier, Thread

import pytest
from django.db import connections
from python_calamine import CalamineWorkbook

from complaints.models import Complaint, ListedUnit, Round
from complaints.red_black import STEPS, Side, UnitRecord, judge, rule_in_words, rule_of
from complaints.selectors.red_black import candidates
from complaints.services.red_black import propose, take_step
from portal.errors import Refused
from portal.models import AuditEvent, Notification
from portal.office_settings import DEFINITIONS
from portal.services.office_settings import change_setting
from tests.factories import CHINA, UserFactory
from tests.factories_complaints import TopicFactory, moment

FIRST, LAST = date(2023, 10, 1), date(2023, 10, 31)
NOW = datetime(2023, 11, 8, 10, tzinfo=CHINA)
DEFAULTS = {key: definition.default for key, definition in DEFINITIONS.items()}
PAGE = "/statistics/complaints/red-black/?period=2023-10"
STATISTICS = "/statistics/complaints/?period=2023-10"


@pytest.mark.parametrize(
    ("record", "side", "grounds"),
    [
        (UnitRecord(), None, ""),
        (
            UnitRecord(due=5, due_on_time=5, called=3, satisfied=3),
            "red",
            "按时办结率100%（5/5），满意率100%（3/3），无重办，无逾期未答复",
        ),
        (UnitRecord(due=4, due_on_time=4, called=3, satisfied=3), None, ""),  # four cases say nothing
        (UnitRecord(due=5, due_on_time=5, called=2, satisfied=2), None, ""),
        (UnitRecord(due=5, due_on_time=5, called=3, satisfied=3, again=1), None, ""),
        (UnitRecord(due=5, due_on_time=5, called=3, satisfied=3, overdue=1), None, ""),
        (UnitRecord(due=20, due_on_time=19, called=3, satisfied=3), None, ""),
        (UnitRecord(due=9, due_on_time=9, called=20, satisfied=19), "red", None),  # 95 % is enough
        (UnitRecord(due=1, due_on_time=0), None, ""),  # one case never names a unit
        (UnitRecord(called=1, satisfied=0), None, ""),
        (UnitRecord(overdue=1, again=1), None, ""),
        (UnitRecord(due=4, due_on_time=0, called=4), None, ""),
        (UnitRecord(due=5, due_on_time=3), "black", "按时办结率60%（3/5）"),
        (UnitRecord(due=5, due_on_time=4), None, ""),  # 80 % exactly
        (UnitRecord(due=7, due_on_time=5, called=5, satisfied=2), "black", "按时办结率71.4%（5/7），满意率40%（2/5）"),
        (UnitRecord(overdue=3), "black", "逾期未答复3件次"),
        (UnitRecord(again=3, overdue=2), "black", "重办3件次"),
        (UnitRecord(due=9, due_on_time=9, called=9, satisfied=9, overdue=3), "black", "逾期未答复3件次"),
    ],
)  # fmt: skip
def test_the_rule_names_a_side_only_from_a_least_number_of_cases_on(record, side, grounds):
    judged = judge(record, rule_of(DEFAULTS))
    assert (judged.side if judged else None) == side
    if grounds:
        assert judged.grounds == grounds


@pytest.mark.parametrize(
    ("key", "value", "record", "side"),
    [
        ("red_on_time", 90, UnitRecord(due=20, due_on_time=19, called=3, satisfied=3), "red"),
        ("red_satisfied", 96, UnitRecord(due=9, due_on_time=9, called=20, satisfied=19), None),
        ("red_called", 4, UnitRecord(due=5, due_on_time=5, called=3, satisfied=3), None),
        ("black_on_time", 60, UnitRecord(due=5, due_on_time=3), None),
        ("black_satisfied", 30, UnitRecord(called=5, satisfied=2), None),
        ("black_called", 6, UnitRecord(called=5, satisfied=2), None),
        ("black_again", 4, UnitRecord(again=3), None),
        ("black_overdue", 2, UnitRecord(overdue=2), "black"),
        ("listed_due", 4, UnitRecord(due=4, due_on_time=3), "black"),
    ],
)
def test_every_threshold_is_the_offices(key, value, record, side):
    usual = judge(record, rule_of(DEFAULTS))
    judged = judge(record, rule_of(DEFAULTS | {f"complaints.{key}": value}))
    assert (judged.side if judged else None) == side != (usual.side if usual else None)


def test_the_rule_reads_as_one_sentence_for_each_list():
    rule = rule_of(DEFAULTS | {"complaints.black_on_time": 70})
    assert rule_in_words(Side.RED, rule) == (
        "按时办结率100%（至少5件次），且满意率达到95%（至少3件次），且无重办，且无逾期未答复"
    )
    assert rule_in_words(Side.BLACK, rule) == (
        "按时办结率低于70%（至少5件次），或满意率低于60%（至少5件次），或重办3件次以上，或逾期未答复3件次以上"
    )


def cases(unit, count, *, late):
    """Write `count` cases due in October, `late` of them answered late."""
    for place in range(count):
        number = Complaint.objects.count() + 1
        case = Complaint.objects.create(
            number=f"SQ2023{number:06d}", channel="phone", kind="complaint", topic=TopicFactory(), lead=unit,
            title="审图补正", text="三次补正", received_at=moment(date(2023, 10, 9)), state="closed",
            registered_on=date(2023, 10, 9), decided_on=date(2023, 10, 9), accepted_on=date(2023, 10, 9),
            closed_on=date(2023, 10, 27),
        )  # fmt: skip
        Round.objects.create(
            complaint=case, lead=unit, started_on=date(2023, 10, 9), due_on=date(2023, 10, 20),
            replied_on=date(2023, 10, 24 if place < late else 18), is_late=place < late,
            ended_on=date(2023, 10, 27), is_effective=True, resolved=True, satisfaction="very",
        )  # fmt: skip


@pytest.fixture
def october(calendar, unit, lead_unit, other_unit):
    """县住建局 answers two of five late, 县行政审批局 none of six, 县气象局 its only one."""
    cases(unit, 5, late=2)
    cases(lead_unit, 6, late=0)
    cases(other_unit, 1, late=1)


@pytest.mark.django_db
def test_a_threshold_holds_for_periods_that_end_from_its_day_on(october, officer):
    day = date(2023, 10, 31)
    key, why = "complaints.black_on_time", "领导小组会议定"
    change_setting(key, 50, valid_from=date(2023, 11, 1), note=why, actor=officer, today=day)
    assert [row.side for row in candidates(FIRST, LAST)] == ["red", "black"]
    change_setting(key, 50, valid_from=day, note=why, actor=officer, today=day)
    assert [row.side for row in candidates(FIRST, LAST)] == ["red"]


def ticked(unit, actor, **changes):
    values = {"side": "black", "reason": "两件迟办，已约谈", "actor": actor, "now": NOW}
    return propose(FIRST, LAST, unit.code, **values | changes)


@pytest.mark.django_db
def test_the_candidates_come_from_the_figures(october):
    assert [(row.name, row.side, row.grounds) for row in candidates(FIRST, LAST)] == [
        ("县行政审批局", "red", "按时办结率100%（6/6），满意率100%（6/6），无重办，无逾期未答复"),
        ("县住建局", "black", "按时办结率60%（3/5）"),
    ]


@pytest.mark.django_db
def test_a_unit_stands_on_a_list_only_after_two_people_said_so(
    october, unit, officer, director, liaison, browse
):
    row = ticked(unit, officer)
    assert (row.state, row.grounds, row.reason) == ("proposed", "按时办结率60%（3/5）", "两件迟办，已约谈")
    assert "两件迟办" not in browse(liaison).get(STATISTICS).content.decode()
    assert Notification.objects.filter(recipient=director, text__contains="待审定").exists()
    take_step(row, "publish", actor=director, now=NOW)
    page = browse(liaison).get(STATISTICS).content.decode()
    assert "两件迟办" in page
    assert "县气象局" not in page.partition('id="red-black"')[2].partition("</section>")[0]
    assert Notification.objects.filter(recipient=liaison, text__contains="黑榜").exists()
    take_step(row, "withdraw", actor=director, now=NOW, note="数据更正")
    assert "两件迟办" not in browse(liaison).get(STATISTICS).content.decode()
    actions = [event.action for event in AuditEvent.objects.of(row)]
    assert sorted(actions) == ["red_black.propose", "red_black.publish", "red_black.withdraw"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("person", "changes", "sentence"),
    [
        ("liaison", {}, "没有此项权限"),
        ("officer", {"reason": "  "}, "写明列入的理由"),
        ("officer", {"side": "red"}, "不在候选之列"),
        ("officer", {"now": datetime(2023, 10, 31, 9, tzinfo=CHINA)}, "尚未结束"),
    ],
)
def test_a_tick_without_right_reason_or_figures_is_refused(october, unit, person, changes, sentence, request):
    with pytest.raises(Refused, match=sentence):
        ticked(unit, request.getfixturevalue(person), **changes)
    assert not ListedUnit.objects.exists()


@pytest.mark.django_db
def test_one_case_is_never_a_candidate(october, other_unit, officer):
    with pytest.raises(Refused, match="不在候选之列"):
        ticked(other_unit, officer)


@pytest.mark.django_db
def test_nobody_decides_on_his_own_tick_and_the_office_alone_decides_nothing(
    october, unit, officer, director
):
    row = ticked(unit, director)
    with pytest.raises(Refused, match="不能是提出人本人"):
        take_step(row, "publish", actor=director, now=NOW)
    with pytest.raises(Refused, match="没有此项权限"):
        take_step(row, "publish", actor=officer, now=NOW)
    other = UserFactory(roles=["office_head"])
    with pytest.raises(Refused, match="须写明理由"):
        take_step(row, "refuse", actor=other, now=NOW, note=" ")
    assert take_step(row, "refuse", actor=other, now=NOW, note="已整改").state == "refused"


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["proposed", "published", "refused", "withdrawn"])
@pytest.mark.parametrize("step", sorted(STEPS))
def test_each_step_leaves_only_its_own_state(october, unit, officer, director, state, step):
    row = ticked(unit, officer)
    decided = {} if state == "proposed" else {"decided_by": director, "decided_at": NOW}
    ListedUnit.objects.filter(pk=row.pk).update(state=state, **decided)
    row.refresh_from_db()
    if state in STEPS[step].sources:
        assert take_step(row, step, actor=director, now=NOW, note="理由").state == STEPS[step].target
    else:
        with pytest.raises(Refused, match="请刷新页面"):
            take_step(row, step, actor=director, now=NOW, note="理由")


@pytest.mark.django_db
def test_a_second_tick_is_the_first_and_a_withdrawn_unit_can_be_ticked_again(
    october, unit, officer, director
):
    row = ticked(unit, officer)
    assert ticked(unit, officer, reason="再点一次") == row
    take_step(row, "publish", actor=director, now=NOW)
    assert ticked(unit, officer) == row
    take_step(row, "withdraw", actor=director, now=NOW, note="数据更正")
    assert ticked(unit, officer) != row


def at_once(*acts):
    barrier, results = Barrier(len(acts)), []

    def run(act):
        try:
            barrier.wait()
            results.append(act())
        except Refused as error:
            results.append(str(error))
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_two_who_tick_at_once_make_one_entry(october, unit, officer, director):
    found = at_once(lambda: ticked(unit, officer), lambda: ticked(unit, director))
    assert [row.pk for row in found] == [ListedUnit.objects.get().pk] * 2
    assert AuditEvent.objects.filter(action="red_black.propose").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_succeeds(october, unit, officer, director):
    row = ticked(unit, officer)
    other = UserFactory(roles=["office_head"])
    found = at_once(
        lambda: take_step(ListedUnit.objects.get(pk=row.pk), "publish", actor=director, now=NOW).state,
        lambda: (
            take_step(ListedUnit.objects.get(pk=row.pk), "refuse", actor=other, now=NOW, note="已整改").state
        ),
    )
    assert sum(one in {"published", "refused"} for one in found) == 1, found
    decided = AuditEvent.objects.filter(action__in=["red_black.publish", "red_black.refuse"])
    assert decided.count() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("on_the_day")
def test_the_page_ticks_and_publishes_and_keeps_what_was_typed(october, unit, officer, director, browse):
    office, head = browse(officer), browse(director)
    page = office.get(PAGE).content.decode()
    assert "按时办结率60%（3/5）" in page
    assert "县气象局" not in page
    data = {"period": "2023-10", "unit": unit.code, "side": "red", "reason": "理由写了很长"}
    wrong = office.post("/statistics/complaints/red-black/new/", data)
    assert wrong.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "理由写了很长" in wrong.content.decode()
    for _ in range(2):
        answer = office.post("/statistics/complaints/red-black/new/", data | {"side": "black"})
        assert answer.url == PAGE
    steps = f"/statistics/complaints/red-black/2023-10/{unit.code}/"
    assert f"{steps}publish/" not in office.get(PAGE).content.decode()
    assert f"{steps}publish/" in head.get(PAGE).content.decode()
    assert office.post(f"{steps}publish/").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert head.get(f"{steps}publish/").status_code == HTTPStatus.METHOD_NOT_ALLOWED
    assert head.post(f"{steps}publish/").url == PAGE
    assert head.post(f"{steps}erase/").status_code == HTTPStatus.NOT_FOUND
    assert ListedUnit.objects.get().state == "published"


@pytest.mark.django_db
@pytest.mark.usefixtures("on_the_day")
def test_the_workbook_holds_what_is_published_and_nothing_else(
    october, unit, lead_unit, officer, director, liaison, browse
):
    take_step(ticked(unit, officer), "publish", actor=director, now=NOW)
    ticked(lead_unit, officer, side="red", reason="办得快")
    body = browse(liaison).get("/statistics/complaints/red-black/export/?period=2023-10")
    rows = (
        CalamineWorkbook.from_filelike(BytesIO(b"".join(body.streaming_content)))
        .get_sheet_by_name("红黑榜")
        .to_python()
    )
    assert rows[3] == ["黑榜", "县住建局", "按时办结率60%（3/5）", "两件迟办，已约谈", date(2023, 11, 8)]
    assert len(rows) == 4


@pytest.mark.django_db
@pytest.mark.usefixtures("on_the_day")
def test_the_page_costs_the_same_for_many_units(october, officer, browse, django_assert_max_num_queries):
    client = browse(officer)
    client.get(PAGE)
    for _ in range(12):
        person = UserFactory()
        cases(person.organisation, 5, late=5)
        ticked(person.organisation, officer)
    with django_assert_max_num_queries(15):
        assert client.get(PAGE).content.decode().count("待审定") >= 12


@pytest.mark.django_db
@pytest.mark.parametrize("persona", ["observer", "sysadmin"])
def test_who_reads_no_cases_reads_no_lists(october, unit, officer, director, persona, request):
    take_step(ticked(unit, officer), "publish", actor=director, now=NOW)
    assert not ListedUnit.objects.visible_to(request.getfixturevalue(persona)).exists()
