"""The year's assessment from its first evaluation to the frozen result; objections on the way."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from indicators.models import WorkItem
from portal.errors import Refused
from portal.models import AuditEvent, Notification
from reports.models import Assessment, AssessmentRules, Objection, Result
from reports.selectors.assessments import rules_for
from reports.services import assessments as services
from tests.factories import CHINA, UserFactory
from tests.factories_reports import rule, rules

TODAY, LATER = date(2023, 11, 8), date(2023, 11, 20)
UNTIL = date(2023, 11, 15)
NOW = datetime(2023, 11, 20, 15, tzinfo=CHINA)
OVERDUE = "lag:2023-DB-001@2023-10"


@pytest.fixture
def reporter(small_county):
    return UserFactory(
        username="reporter", name="林知秋", organisation=small_county.housing, roles=["liaison"]
    )


@pytest.fixture
def evaluated(small_county, officer):
    return services.evaluate_assessment(2023, actor=officer, today=TODAY)


@pytest.fixture
def opened(evaluated, officer):
    return services.open_assessment(evaluated, UNTIL, actor=officer, today=TODAY)


def result(code="zhujian"):
    return Result.objects.get(organisation__code=code)


def line(of, trigger="items.overdue"):
    return next(one for one in of.lines if one["trigger"] == trigger)


def object_to(assessment, person, *identities, text="延期手续已经批准"):
    return services.make_objection(assessment, identities or [OVERDUE], text, actor=person, today=TODAY)


def test_each_unit_that_carries_anything_is_judged_by_the_default_rules(evaluated):
    assert {one.organisation.code: one.group for one in Result.objects.select_related("organisation")} == {
        "zhujian": "with_indicators",
        "gongdian": "with_indicators",
    }
    found = line(result())
    assert (found["amount"], found["points"]) == (4, -8)
    assert found["calculation"] == "4项，每项扣2分，计8分，扣8分"
    assert found["evidence"][0]["url"] == "/items/2023-DB-001/"
    assert AssessmentRules.objects.get(year=2023).number == 1


def test_a_second_evaluation_replaces_the_first(evaluated, officer):
    WorkItem.objects.filter(number="2023-DB-001").update(due_on=date(2023, 12, 30))
    services.evaluate_assessment(2023, actor=officer, today=TODAY)
    assert (Result.objects.count(), line(result())["amount"]) == (2, 3)
    assert AuditEvent.objects.filter(action="assessment.evaluate").count() == 2


def test_a_year_without_a_finished_month_or_without_units_is_refused(small_county, officer, outsider):
    with pytest.raises(Refused, match="没有结束的月份"):
        services.evaluate_assessment(2024, actor=officer, today=date(2024, 1, 20))
    with pytest.raises(Refused, match="没有承担"):
        services.evaluate_assessment(2021, actor=officer, today=TODAY)
    with pytest.raises(Refused, match="没有此项权限"):
        services.evaluate_assessment(2023, actor=outsider, today=TODAY)


def test_the_units_people_are_told_once_they_may_check(opened, reporter, officer, small_county):
    again = UserFactory(organisation=small_county.power, roles=["unit_head"])
    services.reopen_assessment(opened, "数据补录", actor=UserFactory(roles=["office_head"]))
    services.open_assessment(opened, UNTIL, actor=officer, today=TODAY)
    assert Notification.objects.filter(recipient=again, text__contains="请核对").count() == 1


def test_an_upheld_objection_takes_its_fact_out_and_moves_the_place(opened, reporter, officer):
    before = result()
    objection = object_to(opened, reporter)
    services.decide_objection(objection, "uphold", "延期批件属实", actor=officer)
    after = result()
    assert after.total == before.total + Decimal(2) - Decimal("0.5") * 0
    assert line(after)["amount"] == 3
    assert [one["why_not"] for one in line(after)["evidence"] if one["identity"] == OVERDUE] == [
        "异议成立，不计"
    ]
    told = Notification.objects.filter(recipient=reporter, text__contains="异议成立")
    assert told.exists()


def test_the_same_fact_under_a_lighter_rule_does_not_come_back(opened, reporter, officer):
    services.decide_objection(object_to(opened, reporter), "uphold", "属实", actor=officer)
    red = [one for one in line(result(), "lamps.red")["evidence"] if one["identity"] == OVERDUE]
    assert [one["why_not"] for one in red] == ["异议成立，不计"]


def test_a_rejected_objection_changes_nothing_and_needs_a_reason(opened, reporter, officer):
    before, objection = result().total, object_to(opened, reporter)
    with pytest.raises(Refused, match="须写明理由"):
        services.decide_objection(objection, "reject", " ", actor=officer)
    services.decide_objection(objection, "reject", "截至期末没有批准的延期", actor=officer)
    assert result().total == before
    with pytest.raises(Refused, match="已由他人处理"):
        services.decide_objection(objection, "uphold", "再看", actor=officer)


@pytest.mark.parametrize(
    ("identities", "text", "sentence"),
    [
        ([], "理由", "请勾选"),
        (["lag:2023-XX-999@2023-10"], "理由", "已不在计分明细中"),
        ([OVERDUE], "  ", "请写明异议理由"),
    ],
)
def test_an_objection_names_evidence_that_counts_and_says_why(opened, reporter, identities, text, sentence):
    with pytest.raises(Refused, match=sentence):
        services.make_objection(opened, identities, text, actor=reporter, today=TODAY)
    assert not Objection.objects.exists()


def test_evidence_is_objected_to_once_and_in_time(opened, reporter, outsider):
    object_to(opened, reporter)
    with pytest.raises(Refused, match="同一依据只能提一次"):
        object_to(opened, reporter)
    with pytest.raises(Refused, match="异议已于11月15日截止"):
        services.make_objection(opened, ["lag:2023-DB-005@2023-10"], "理由", actor=reporter, today=LATER)
    with pytest.raises(Refused, match="不在本年度考核范围"):
        object_to(opened, outsider)


def test_an_upheld_objection_outlives_a_new_evaluation(opened, reporter, officer, director):
    services.decide_objection(object_to(opened, reporter), "uphold", "属实", actor=officer)
    opened.refresh_from_db()
    services.reopen_assessment(opened, "补录数据", actor=director)
    services.evaluate_assessment(2023, actor=officer, today=TODAY)
    assert line(result())["amount"] == 3


def publish(assessment, director, today=LATER):
    assessment.refresh_from_db()
    return services.publish_assessment(assessment, actor=director, today=today, now=NOW)


def test_publication_waits_for_the_check_and_for_every_objection(opened, reporter, officer, director):
    objection = object_to(opened, reporter)
    with pytest.raises(Refused, match="期满后才能公布"):
        publish(opened, director, today=UNTIL)
    with pytest.raises(Refused, match="还有 1 件异议没有处理"):
        publish(opened, director)
    services.decide_objection(objection, "reject", "维持", actor=officer)
    with pytest.raises(Refused, match="没有此项权限"):
        publish(opened, officer)
    assert publish(opened, director).state == "published"


def test_who_sent_it_out_does_not_publish(evaluated, director):
    services.open_assessment(evaluated, UNTIL, actor=director, today=TODAY)
    with pytest.raises(Refused, match="请由另一位负责同志公布"):
        publish(evaluated, director)


@pytest.fixture
def published(opened, director):
    return publish(opened, director)


def test_a_published_result_is_frozen_with_its_hash(published, officer):
    kept = Assessment.objects.get(pk=published.pk)
    results = list(Result.objects.filter(assessment=kept).select_related("organisation"))
    assert services.hash_of(kept, results, bytes(kept.docx), bytes(kept.pdf)) == kept.content_hash
    assert bytes(kept.pdf).startswith(b"%PDF")
    WorkItem.objects.update(title="改了名")
    with pytest.raises(IntegrityError), transaction.atomic():
        Result.objects.update(total=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Assessment.objects.update(table=[])
    with pytest.raises(Refused, match="已公布"):
        services.evaluate_assessment(2023, actor=officer, today=LATER)


def test_of_two_people_publishing_at_once_one_succeeds(opened, director, office_unit):
    second = UserFactory(organisation=office_unit, roles=["office_head"])
    mine, theirs = (Assessment.objects.get(pk=opened.pk) for _ in range(2))
    services.publish_assessment(mine, actor=director, today=LATER, now=NOW)
    with pytest.raises(Refused, match="已由他人办理"):
        services.publish_assessment(theirs, actor=second, today=LATER, now=NOW)
    assert AuditEvent.objects.filter(action="assessment.publish").count() == 1


def test_new_rules_are_tried_out_and_put_into_force(evaluated, officer):
    harder = rules(rule(points=-5))
    trial = services.try_rules(harder, 2023, today=TODAY)
    housing = next(one for one in trial.shifts if one.unit == "县住建局")
    assert (housing.after, trial.count) == (Decimal(80), 2)
    assert result().total == housing.before
    services.adopt_rules(harder, 2023, note="从严", number=1, actor=officer)
    assert rules_for(2023) == harder
    services.evaluate_assessment(2023, actor=officer, today=TODAY)
    assert result().total == Decimal(80)


def test_rules_are_changed_from_their_newest_version_and_before_the_check(evaluated, officer):
    services.adopt_rules(rules(rule()), 2023, note="一", number=1, actor=officer)
    with pytest.raises(Refused, match="他人刚修改了细则"):
        services.adopt_rules(rules(rule()), 2023, note="二", number=1, actor=officer)
    services.open_assessment(evaluated, UNTIL, actor=officer, today=TODAY)
    with pytest.raises(Refused, match="细则不能再改"):
        services.adopt_rules(rules(rule()), 2023, note="三", number=2, actor=officer)


def test_a_later_year_begins_with_the_rules_of_the_year_before(evaluated, officer):
    services.adopt_rules(rules(rule(points=-7)), 2023, note="改", number=1, actor=officer)
    assert rules_for(2024).rules[0].points == Decimal(-7)
