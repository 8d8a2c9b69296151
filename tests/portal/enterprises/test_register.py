"""Register, correct, facts and labels with their days, and who reads what."""

from datetime import date
from decimal import Decimal

import pytest

from portal.credit_codes import make_credit_code
from portal.enterprise_terms import EntityState, FactKind, LabelKind, LabelLevel
from portal.errors import Conflict, Refused
from portal.models import AuditEvent, Enterprise, EnterpriseFact
from portal.selectors.enterprises import (
    fact_value,
    facts_on,
    find_enterprises,
    found_by,
    holding,
    in_industries,
    sizing_of,
)
from portal.services.enterprises import (
    Basis,
    change_enterprise,
    end_label,
    register_enterprise,
    renew_sizes,
    set_fact,
    set_label,
    set_state,
)
from tests.factories import UserFactory
from tests.factories_enterprises import EnterpriseFactory, FactFactory, LabelFactory, TownFactory

pytestmark = pytest.mark.django_db

TODAY = date(2023, 11, 8)
CODE = make_credit_code(77)
ANNUAL = Basis("2022年企业年报", date(2023, 1, 1), period_year=2022)


def register(actor, **values):
    given = {"credit_code": CODE, "name": "云溪恒达机械有限公司", "industry": "C3525", **values}
    return register_enterprise(actor=actor, today=TODAY, source="页面登记", **given)


def test_a_registered_entity_has_what_follows_from_its_columns(officer):
    row = register(officer, name=" 云溪（恒达）机械 有限公司 ")
    assert (row.industry, row.section) == ("3525", "C")
    assert row.search_name == "云溪恒达机械有限公司"
    assert row.size == ""
    assert AuditEvent.objects.get(action="enterprise.register").object_id == str(row.pk)


def test_a_code_is_registered_once(officer):
    register(officer)
    with pytest.raises(Refused, match="已经登记"):
        register(officer, name="另一家")
    assert Enterprise.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"credit_code": CODE[:-1] + "0"}, "校验位"),
        ({"industry": "99"}, "没有大类"),
        ({"name": "（）"}, "请填写市场主体名称"),
    ],
)
def test_wrong_entries_are_refused(officer, values, says):
    with pytest.raises(Refused, match=says):
        register(officer, **values)


def test_an_entity_lies_in_a_town_and_not_in_a_department(officer, unit):
    with pytest.raises(Refused, match="不是乡镇"):
        register(officer, town=unit)


@pytest.mark.parametrize("persona", ["liaison", "inspector", "observer", "sysadmin"])
def test_only_the_office_keeps_the_register(persona, request, officer):
    person = request.getfixturevalue(persona)
    row = EnterpriseFactory()
    for act in (
        lambda: register(person),
        lambda: change_enterprise(row, actor=person, version=1, today=TODAY, name="改名"),
        lambda: set_fact(row, FactKind.EMPLOYEES, Decimal(1), ANNUAL, actor=person, today=TODAY),
        lambda: set_state(row, EntityState.MOVED, actor=person, version=1, on=TODAY, today=TODAY),
    ):
        with pytest.raises(Refused, match="由营商办"):
            act()
    assert not AuditEvent.objects.exists()


def test_a_correction_against_an_old_version_names_what_is_there_now(officer):
    row = EnterpriseFactory(name="云溪县旧名有限公司")
    change_enterprise(row, actor=officer, version=1, today=TODAY, name="云溪县新名有限公司")
    with pytest.raises(Conflict) as caught:
        change_enterprise(row, actor=officer, version=1, today=TODAY, name="第三个名称有限公司")
    assert caught.value.theirs == {"name": "云溪县新名有限公司"}
    event = AuditEvent.objects.get(action="enterprise.change")
    assert event.changes == {"name": ["云溪县旧名有限公司", "云溪县新名有限公司"]}


def test_a_change_of_industry_tells_the_size_anew(officer):
    row = EnterpriseFactory(industry="5211")
    FactFactory(enterprise=row, value=60)
    FactFactory(enterprise=row, kind="revenue", value=600)
    change_enterprise(row, actor=officer, version=1, today=TODAY, industry="5121")
    row.refresh_from_db()
    assert row.size == "micro"


def test_a_state_needs_its_day_and_keeps_its_history(officer):
    row = EnterpriseFactory()
    with pytest.raises(Refused, match="不能晚于今天"):
        set_state(row, EntityState.REVOKED, actor=officer, version=1, on=date(2023, 11, 9), today=TODAY)
    set_state(row, EntityState.REVOKED, actor=officer, version=1, on=date(2023, 11, 1), today=TODAY)
    assert not Enterprise.objects.in_business().filter(pk=row.pk).exists()
    with pytest.raises(Conflict):
        set_state(row, EntityState.MOVED, actor=officer, version=1, on=TODAY, today=TODAY)


def test_facts_given_twice_are_recorded_once_and_corrected_with_their_history(officer):
    row = EnterpriseFactory()
    for _ in range(2):
        set_fact(row, FactKind.REVENUE, Decimal(1200), ANNUAL, actor=officer, today=TODAY)
    set_fact(row, FactKind.REVENUE, Decimal(1300), ANNUAL, actor=officer, today=TODAY)
    assert EnterpriseFact.objects.get().value == Decimal(1300)
    events = AuditEvent.objects.filter(action="enterprise.fact").order_by("pk")
    assert [event.changes["revenue"] for event in events] == [[None, "1200"], ["1200", "1300"]]


@pytest.mark.parametrize(
    ("kind", "value", "says"),
    [
        (FactKind.EMPLOYEES, "1.5", "整数"),
        (FactKind.REVENUE, "-1", "负数"),
        (FactKind.REVENUE, "10000000000000", "过大"),
    ],
)
def test_a_number_that_cannot_be_is_refused(officer, kind, value, says):
    with pytest.raises(Refused, match=says):
        set_fact(EnterpriseFactory(), kind, Decimal(value), ANNUAL, actor=officer, today=TODAY)


def test_the_newest_fact_of_a_day_counts_and_an_ended_one_does_not():
    row = EnterpriseFactory()
    FactFactory(enterprise=row, value=10, valid_from=date(2022, 1, 1), period_year=2021)
    newer = FactFactory(enterprise=row, value=20)
    FactFactory(enterprise=row, value=30, valid_from=date(2024, 1, 1), period_year=2023)
    ended = FactFactory(enterprise=row, kind="tax", value=5, valid_to=date(2023, 6, 30))
    assert facts_on([row.pk], on=TODAY) == {row.pk: {FactKind.EMPLOYEES: newer}}
    assert ended.kind in facts_on([row.pk], on=date(2023, 6, 30))[row.pk]
    found = Enterprise.objects.annotate(staff=fact_value("employees", on=TODAY)).get()
    assert found.staff == Decimal(20)


def test_the_size_follows_the_facts_and_the_days(officer):
    row = EnterpriseFactory(industry="3525")
    set_fact(row, FactKind.EMPLOYEES, Decimal(500), ANNUAL, actor=officer, today=TODAY)
    row.refresh_from_db()
    assert (row.size, sizing_of(row, on=TODAY).reason) == ("", "缺少营业收入")
    set_fact(row, FactKind.REVENUE, Decimal(3000), ANNUAL, actor=officer, today=TODAY)
    later = Basis("2023年企业年报", date(2024, 1, 1), period_year=2023)
    set_fact(row, FactKind.REVENUE, Decimal(300), later, actor=officer, today=TODAY)
    row.refresh_from_db()
    assert row.size == "medium"
    assert renew_sizes(today=date(2023, 12, 31)) == 0
    assert renew_sizes(today=date(2024, 1, 1)) == 1
    assert renew_sizes(today=date(2024, 1, 1)) == 0
    row.refresh_from_db()
    assert row.size == "small"


def test_labels_are_held_from_day_to_day_and_ended_with_a_reason(officer):
    row = EnterpriseFactory()
    basis = Basis("认定公示", date(2021, 12, 1), date(2024, 11, 30))
    with pytest.raises(Refused, match="级别应为"):
        set_label(row, LabelKind.HIGH_TECH, LabelLevel.NONE, basis, actor=officer)
    label = set_label(row, LabelKind.HIGH_TECH, LabelLevel.NATIONAL, basis, actor=officer)
    assert set_label(row, LabelKind.HIGH_TECH, LabelLevel.NATIONAL, basis, actor=officer) == label
    held = Enterprise.objects.filter(holding("high_tech", "national", on=date(2024, 11, 30)))
    assert list(held) == [row]
    assert not Enterprise.objects.filter(holding("high_tech", on=date(2024, 12, 1))).exists()
    with pytest.raises(Refused, match="依据"):
        end_label(label, actor=officer, last_day=TODAY, reason=" ")
    end_label(label, actor=officer, last_day=date(2023, 10, 31), reason="复核未通过")
    assert not Enterprise.objects.filter(holding("high_tech", on=TODAY)).exists()
    assert AuditEvent.objects.filter(action__startswith="enterprise.label").count() == 2


def test_towns_read_their_own_entities_departments_all_and_observers_none(liaison, observer, sysadmin):
    town = TownFactory()
    own, other = EnterpriseFactory(town=town), EnterpriseFactory(town=TownFactory(kind="park"))
    clerk = UserFactory(organisation=town, roles=["liaison"])
    assert set(Enterprise.objects.visible_to(clerk)) == {own}
    assert set(Enterprise.objects.visible_to(liaison)) == {own, other}
    for person in (observer, sysadmin):
        assert not Enterprise.objects.visible_to(person).exists()
    liaison.is_active = False
    assert not Enterprise.objects.visible_to(liaison).exists()


@pytest.mark.parametrize(
    "text", ["恒达", "恒达机械", "恒 机械", "（恒达）", "GLOBAL", "global恒达", CODE, CODE[:8].lower()]
)
def test_entities_are_found_by_parts_of_names_and_codes(text):
    wanted = EnterpriseFactory(credit_code=CODE, name="云溪（GLOBAL）恒达机械有限公司")
    EnterpriseFactory(credit_code=make_credit_code(5, registry="92"), name="云溪县顺昌建材店")
    assert list(Enterprise.objects.filter(found_by(text))) == [wanted]


def test_the_search_of_the_portal_finds_entities_within_the_scope(liaison, observer):
    row = EnterpriseFactory(name="云溪恒达机械有限公司")
    assert [hit.label for hit in find_enterprises(liaison, "恒达", 5).hits] == [row.name]
    assert find_enterprises(observer, "恒达", 5).hits == ()
    assert find_enterprises(liaison, "。", 5).hits == ()


def test_industries_are_given_by_letters_and_by_beginnings():
    machines, shop = EnterpriseFactory(industry="3525"), EnterpriseFactory(industry="5211")
    assert set(Enterprise.objects.filter(in_industries(["C"]))) == {machines}
    assert set(Enterprise.objects.filter(in_industries(["35", "F"]))) == {machines, shop}
    assert not Enterprise.objects.filter(in_industries([])).exists()


def test_a_label_of_another_level_or_entity_does_not_count():
    row = EnterpriseFactory()
    LabelFactory(enterprise=row, kind="tech_leader", level="municipal")

    assert not Enterprise.objects.filter(holding("tech_leader", "national", on=TODAY)).exists()
    assert Enterprise.objects.filter(holding("tech_leader", on=TODAY)).exists()
