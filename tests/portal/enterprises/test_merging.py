"""Two rows that are one entity: merged whole, once, and taken back."""

from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.conf import settings

from portal.enterprise_terms import EntityState, FactKind
from portal.errors import Refused
from portal.models import AuditEvent, Enterprise, EnterpriseMerge
from portal.selectors.enterprise_pages import duplicate_groups
from portal.selectors.enterprises import find_by_code
from portal.services.enterprises import (
    Basis,
    change_enterprise,
    merge_enterprises,
    set_fact,
    set_state,
    undo_merge,
)
from tests.factories_enterprises import EnterpriseFactory, FactFactory, LabelFactory

pytestmark = pytest.mark.django_db

TODAY = date(2023, 11, 8)
REASON = "同一企业以旧代码重复登记"


@pytest.fixture
def gone():
    row = EnterpriseFactory(name="云溪县恒达机械有限公司")
    FactFactory(enterprise=row, value=40)
    FactFactory(enterprise=row, kind="revenue", value=600)
    LabelFactory(enterprise=row)
    return row


@pytest.fixture
def kept():
    row = EnterpriseFactory(name="云溪县（恒达）机械有限公司")
    FactFactory(enterprise=row, value=50)
    return row


def merge(gone, kept, actor, reason=REASON):
    return merge_enterprises(gone, kept, actor=actor, today=TODAY, reason=reason)


def test_everything_moves_but_what_the_kept_row_has_already(gone, kept, officer):
    done = merge(gone, kept, officer)
    gone.refresh_from_db()
    kept.refresh_from_db()
    assert gone.merged_into == kept
    assert {fact.kind: fact.value for fact in kept.facts.all()} == {"employees": 50, "revenue": 600}
    assert [fact.value for fact in gone.facts.all()] == [Decimal(40)]
    assert kept.labels.count() == 1
    assert kept.size == "small"
    assert {label: len(keys) for label, keys in done.moved.items()} == {
        "portal.EnterpriseFact.enterprise": 1,
        "portal.EnterpriseLabel.enterprise": 1,
    }
    assert AuditEvent.objects.filter(action="enterprise.merge").count() == 2


def test_a_merge_taken_back_leaves_both_as_they_were(gone, kept, officer):
    done = merge(gone, kept, officer)
    set_fact(
        kept,
        FactKind.TAX,
        Decimal(9),
        Basis("年报", date(2023, 1, 1), period_year=2022),
        actor=officer,
        today=TODAY,
    )
    undo_merge(done, actor=officer, today=TODAY, reason="核实确为两家")
    gone.refresh_from_db()
    assert gone.merged_into is None
    assert set(gone.facts.values_list("kind", flat=True)) == {"employees", "revenue"}
    assert set(kept.facts.values_list("kind", flat=True)) == {"employees", "tax"}
    assert gone.labels.count() == 1
    assert gone.size == "small"
    with pytest.raises(Refused, match="已经撤销"):
        undo_merge(done, actor=officer, today=TODAY, reason="再撤一次")


def test_a_merged_row_takes_no_more_records_and_leads_to_the_kept_one(gone, kept, officer):
    merge(gone, kept, officer)
    basis = Basis("年报", TODAY, period_year=2022)
    gone.refresh_from_db()
    for act in (
        lambda: merge(gone, kept, officer),
        lambda: merge(EnterpriseFactory(), gone, officer),
        lambda: set_fact(gone, FactKind.TAX, Decimal(1), basis, actor=officer, today=TODAY),
        lambda: change_enterprise(gone, actor=officer, version=gone.version, today=TODAY, name="改名"),
        lambda: set_state(
            gone, EntityState.MOVED, actor=officer, version=gone.version, on=TODAY, today=TODAY
        ),
    ):
        with pytest.raises(Refused, match="合并"):
            act()
    assert find_by_code(officer, gone.credit_code) == kept
    assert gone not in Enterprise.objects.current()


def test_a_chain_of_merges_leads_to_the_last_and_is_undone_from_its_end(gone, kept, officer):
    first = merge(gone, kept, officer)
    last = EnterpriseFactory()
    second = merge(kept, last, officer)
    gone.refresh_from_db()
    assert gone.merged_into == last
    first.refresh_from_db()
    with pytest.raises(Refused, match="请先撤销"):
        undo_merge(first, actor=officer, today=TODAY, reason="撤销")
    undo_merge(second, actor=officer, today=TODAY, reason="撤销")
    undo_merge(EnterpriseMerge.objects.get(pk=first.pk), actor=officer, today=TODAY, reason="撤销")
    gone.refresh_from_db()
    assert gone.merged_into is None
    assert gone.facts.count() == 2


def test_a_merge_needs_two_rows_a_reason_and_the_office(gone, kept, officer, liaison):
    with pytest.raises(Refused, match="两个不同"):
        merge(kept, kept, officer)
    with pytest.raises(Refused, match="理由"):
        merge(gone, kept, officer, reason=" ")
    with pytest.raises(Refused, match="由营商办"):
        merge(gone, kept, liaison)
    assert not EnterpriseMerge.objects.exists()


def test_every_table_that_refers_to_an_entity_is_named_in_the_settings():
    named = {(label, field) for label, field, _clash in settings.ENTERPRISE_REFERENCES}
    found = {
        (relation.related_model._meta.label, relation.field.name)
        for relation in Enterprise._meta.get_fields()
        if relation.auto_created and (relation.one_to_many or relation.one_to_one)
    }
    found |= {
        (relation.through._meta.label, field.name)
        for relation in Enterprise._meta.get_fields()
        if relation.auto_created and relation.many_to_many
        for field in relation.through._meta.get_fields()
        if field.related_model is Enterprise
    }
    left = set(settings.ENTERPRISE_REFERENCES_LEFT)
    assert found == named | left
    assert not named & left
    for label, field, clash in settings.ENTERPRISE_REFERENCES:
        for name in (field, *clash):
            assert apps.get_model(label)._meta.get_field(name)


def test_rows_of_the_same_name_may_be_one_entity(gone, kept):
    EnterpriseFactory(name="云溪县另一家有限公司")
    (group,) = duplicate_groups(Enterprise.objects.all())
    assert group.rows == [gone, kept]


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("", "请填写保留的统一社会信用代码"),
        ("91110000000000000X", "没有登记这一代码的市场主体"),
        ("itself", "这就是并入的一条"),
    ],
)
def test_looking_for_what_cannot_be_kept_says_why(gone, officer, browse, kept, said):
    sought = gone.credit_code if kept == "itself" else kept
    answer = browse(officer).get(f"{gone.get_absolute_url()}merge/", {"kept": sought})
    assert answer.status_code == 422
    assert said in answer.content.decode()
