"""Two people at the same moment: a result is published once, an objection decided once, numbered without a gap."""

from datetime import date, datetime

import pytest

from portal.errors import Refused
from portal.models import AuditEvent, Organisation
from reports.models import Assessment, Objection, Result
from reports.services import assessments as services
from tests.factories import CHINA, UserFactory
from tests.indicators.test_report_races import at_once
from tests.reports.small_county import SmallCounty

pytestmark = pytest.mark.django_db(transaction=True)

TODAY, LATER = date(2023, 11, 8), date(2023, 11, 20)
NOW = datetime(2023, 11, 20, 15, tzinfo=CHINA)
UNTIL = date(2023, 11, 15)


@pytest.fixture
def opened():
    SmallCounty()
    officer = UserFactory(roles=["office"])
    assessment = services.evaluate_assessment(2023, actor=officer, today=TODAY)
    return services.open_assessment(assessment, UNTIL, actor=officer, today=TODAY)


def refusals(outcomes):
    return sum(isinstance(one, Refused) for one in outcomes)


def test_a_result_is_published_once(opened):
    heads = [UserFactory(roles=["office_head"]) for _ in range(2)]

    def publish(person):
        mine = Assessment.objects.get(pk=opened.pk)
        return lambda: services.publish_assessment(mine, actor=person, today=LATER, now=NOW)

    assert refusals(at_once(*(publish(person) for person in heads))) == 1
    assert AuditEvent.objects.filter(action="assessment.publish").count() == 1
    assert Result.objects.filter(frozen_at=None).count() == 0


def objections_by(people, opened):
    def make(person, identity):
        return lambda: services.make_objection(opened, [identity], "理由", actor=person, today=TODAY)

    return at_once(*(make(person, identity) for person, identity in people))


def test_objections_of_one_moment_are_numbered_without_a_gap(opened):
    housing = Organisation.objects.get(code="zhujian")
    people = [UserFactory(organisation=housing, roles=["liaison"]) for _ in range(2)]
    evidence = ("lag:2023-DB-001@2023-10", "lag:2023-DB-005@2023-10")
    objections_by(list(zip(people, evidence, strict=True)), opened)
    assert list(Objection.objects.values_list("number", flat=True)) == [1, 2]


def test_an_objection_is_decided_once(opened):
    housing = Organisation.objects.get(code="zhujian")
    person = UserFactory(organisation=housing, roles=["liaison"])
    objection = services.make_objection(
        opened, ["lag:2023-DB-001@2023-10"], "理由", actor=person, today=TODAY
    )
    officers = [UserFactory(roles=["office"]) for _ in range(2)]

    def decide(officer, step):
        return lambda: services.decide_objection(objection, step, "理由", actor=officer)

    outcomes = at_once(decide(officers[0], "uphold"), decide(officers[1], "reject"))
    assert refusals(outcomes) == 1
    assert AuditEvent.objects.filter(action__in=["assessment.uphold", "assessment.reject"]).count() == 1


def test_an_objection_and_a_publication_do_not_pass_each_other(opened):
    housing = Organisation.objects.get(code="zhujian")
    person = UserFactory(organisation=housing, roles=["liaison"])
    head, mine = UserFactory(roles=["office_head"]), Assessment.objects.get(pk=opened.pk)
    identity = "lag:2023-DB-001@2023-10"
    outcomes = at_once(
        lambda: services.publish_assessment(mine, actor=head, today=LATER, now=NOW),
        lambda: services.make_objection(opened, [identity], "理由", actor=person, today=UNTIL),
    )
    assert refusals(outcomes) == 1
    published = Assessment.objects.get().state == "published"
    assert Objection.objects.count() == (0 if published else 1)
