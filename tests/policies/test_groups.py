"""Exclusive groups as the office keeps them."""

from http import HTTPStatus

import pytest
from django.urls import reverse

from policies.models import ExclusiveGroup
from policies.services.groups import GroupTerms, create_group, update_group
from portal.errors import Refused
from portal.models import AuditEvent
from tests.conftest import TODAY
from tests.factories_policies import ItemFactory, KnownEnterpriseFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_day")]
TERMS = GroupTerms("科技创新奖励", "highest", "once", "第三条")


@pytest.fixture
def group(officer):
    return create_group(TERMS, actor=officer, today=TODAY)


@pytest.fixture
def desk(client, officer):
    client.force_login(officer)
    return client


def typed(**values):
    return {"name": "科技创新奖励", "rule": "highest", "repeat": "once", "source": "第三条", **values}


def test_the_office_makes_a_group_that_is_offered_with_the_standard(desk, item):
    answer = desk.post(reverse("policies:group_list"), typed())
    assert answer.status_code == HTTPStatus.FOUND
    group = ExclusiveGroup.objects.get()
    assert (group.code, group.rule, group.repeat) == ("2023-hc-01", "highest", "once")
    assert "科技创新奖励" in desk.get(reverse("policies:item_amount", args=[item.number])).content.decode()


def test_a_second_group_of_the_same_name_is_refused_and_what_was_typed_stays(desk, group):
    answer = desk.post(reverse("policies:group_list"), typed(source="第九条"))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    words = answer.content.decode()
    assert "已有同名的互斥组" in words
    assert "第九条" in words
    with pytest.raises(Refused, match="已有名为“科技创新奖励”的互斥组"):
        create_group(TERMS, actor=group_maker(), today=TODAY)


def group_maker():
    return AuditEvent.objects.get(action="policy.group_create").actor


def test_name_and_clause_are_corrected_on_record(desk, group):
    desk.post(group.get_absolute_url(), typed(name="创新奖励"))
    group.refresh_from_db()
    assert group.name == "创新奖励"
    event = AuditEvent.objects.get(action="policy.group_update")
    assert event.changes == {"name": ["科技创新奖励", "创新奖励"]}


def test_saving_without_a_change_leaves_no_trace(desk, group):
    desk.post(group.get_absolute_url(), typed())
    assert not AuditEvent.objects.filter(action="policy.group_update").exists()


def test_the_rule_stands_once_somebody_was_paid_by_it(desk, group, unit, payout_of):
    item = ItemFactory(organisation=unit, version__group=group)
    desk.post(group.get_absolute_url(), typed(repeat="yearly"))
    group.refresh_from_db()
    assert group.repeat == "yearly"
    payout_of(item, KnownEnterpriseFactory(), paid_on=TODAY)
    answer = desk.post(group.get_absolute_url(), typed(repeat="once"))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "规则和期间不能再改" in answer.content.decode()
    group.refresh_from_db()
    assert group.repeat == "yearly"


def test_a_unit_keeps_no_groups(client, liaison, group):
    client.force_login(liaison)
    assert client.get(reverse("policies:group_list")).status_code == HTTPStatus.FORBIDDEN
    with pytest.raises(Refused, match="由营商办办理"):
        update_group(group, TERMS, actor=liaison)


def test_the_pages_cost_the_same_however_many_groups_and_items(
    desk, group, unit, django_assert_max_num_queries
):
    for place in range(6):
        other = ExclusiveGroup.objects.create(code=f"g{place}", name=f"第{place}组")
        ItemFactory(organisation=unit, version__group=group if place % 2 else other)
    for path in (reverse("policies:group_list"), group.get_absolute_url()):
        with django_assert_max_num_queries(12):
            assert desk.get(path).status_code == HTTPStatus.OK
