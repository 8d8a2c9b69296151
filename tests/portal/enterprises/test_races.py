"""Two people at the same moment: exactly one of them does it, and the other is told."""

from datetime import date
from decimal import Decimal

import pytest

from portal.credit_codes import make_credit_code
from portal.enterprise_terms import FactKind
from portal.errors import Refused
from portal.models import AuditEvent, Enterprise, EnterpriseFact, EnterpriseMerge
from portal.services.enterprises import Basis, merge_enterprises, register_enterprise, set_fact, undo_merge
from tests.factories import UserFactory
from tests.factories_enterprises import EnterpriseFactory, FactFactory
from tests.indicators.test_report_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

TODAY = date(2023, 11, 8)


def refusals(outcomes):
    return sum(isinstance(outcome, Refused) for outcome in outcomes)


@pytest.fixture
def officers():
    return [UserFactory(roles=["office"]) for _ in range(2)]


def test_a_code_is_registered_by_one_of_two(officers):
    def register(person):
        return lambda: register_enterprise(
            actor=person,
            today=TODAY,
            source="页面登记",
            credit_code=make_credit_code(1),
            name="云溪恒达有限公司",
        )

    assert refusals(at_once(*(register(person) for person in officers))) == 1
    assert Enterprise.objects.count() == 1
    assert AuditEvent.objects.filter(action="enterprise.register").count() == 1


def test_two_rows_are_merged_into_each_other_by_one_of_two(officers):
    first, second = EnterpriseFactory(), EnterpriseFactory()
    FactFactory(enterprise=first)
    FactFactory(enterprise=second, kind="revenue")

    def merge(gone, kept, person):
        return lambda: merge_enterprises(gone, kept, actor=person, today=TODAY, reason="重复登记")

    outcomes = at_once(merge(first, second, officers[0]), merge(second, first, officers[1]))
    assert refusals(outcomes) == 1
    done = EnterpriseMerge.objects.get()
    assert done.kept.facts.count() == 2
    assert Enterprise.objects.current().get() == done.kept

    def undo(person):
        return lambda: undo_merge(done, actor=person, today=TODAY, reason="确为两家")

    assert refusals(at_once(*(undo(person) for person in officers))) == 1
    assert AuditEvent.objects.filter(action="enterprise.unmerge").count() == 2


def test_a_fact_given_by_two_stands_once(officers):
    row = EnterpriseFactory()

    def give(person, value):
        basis = Basis("2022年企业年报", date(2023, 1, 1), period_year=2022)
        return lambda: set_fact(row, FactKind.REVENUE, Decimal(value), basis, actor=person, today=TODAY)

    outcomes = at_once(give(officers[0], 100), give(officers[1], 200))
    assert refusals(outcomes) == 0
    last = AuditEvent.objects.filter(action="enterprise.fact").order_by("-pk")[0]
    assert EnterpriseFact.objects.get().value == Decimal(last.changes["revenue"][1])
