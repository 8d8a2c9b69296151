"""Drafts, versions and publication."""

import pytest

from policies.models import PolicyItem, PolicyItemVersion
from policies.services.catalogue import (
    create_item,
    create_policy,
    discard_draft,
    draft_of,
    repeal_policy,
    save_draft,
)
from policies.services.expiry import expire_items
from policies.services.publishing import publish_item, publish_problems, take_item_step
from portal.errors import Conflict, Refused
from portal.models import AuditEvent, Notification
from portal.selectors.audit import changes_text
from tests.conftest import TODAY
from tests.factories_policies import ABOVE, ItemFactory, PolicyFactory, VersionFactory

pytestmark = pytest.mark.django_db
FIELDS = {
    "title": "新增规上工业企业奖励",
    "whom": "新增规上工业企业",
    "mode": "timed",
    "conditions": ABOVE,
    "amount": {"kind": "fixed", "amount": 5, "unit": "万元"},
    "valid_from": TODAY.replace(month=1, day=1),
}


@pytest.fixture
def draft(unit, liaison):
    item = create_item(PolicyFactory(), organisation=unit, actor=liaison, today=TODAY, fields=FIELDS)
    return draft_of(item)


def test_a_liaison_drafts_and_the_office_publishes(draft, officer, liaison):
    item = draft.item
    assert (item.number, item.state) == ("2023-ZC-001", "draft")
    with pytest.raises(Refused, match="发布”由营商办"):
        publish_item(item, actor=liaison, today=TODAY, edit=draft.edit)
    publish_item(item, actor=officer, today=TODAY, edit=draft.edit)
    assert (item.state, item.current, item.first_published_on) == ("published", draft, TODAY)
    assert AuditEvent.objects.filter(action="policy.item_publish").count() == 1


def test_editing_a_published_item_makes_a_new_version_and_leaves_the_old_one(item, liaison, officer):
    before = item.current
    row = save_draft(
        item, actor=liaison, edit=None, fields={"whom": "全县规上工业企业", "change_note": "扩大范围"}
    )
    assert (row.number, row.title, row.basis) == (2, before.title, before.basis)
    publish_item(item, actor=officer, today=TODAY, edit=row.edit)
    before.refresh_from_db()
    assert item.current == row
    assert before.whom == "当年新增的规模以上工业企业"


def test_two_people_who_save_the_same_draft_are_told(draft, liaison, colleague):
    save_draft(draft.item, actor=liaison, edit=1, fields={"whom": "甲"})
    with pytest.raises(Conflict) as caught:
        save_draft(draft.item, actor=colleague, edit=1, fields={"whom": "乙"})
    assert caught.value.theirs == {"whom": "甲"}


def test_what_was_changed_after_it_was_looked_at_is_not_published(draft, officer, liaison):
    save_draft(draft.item, actor=liaison, edit=1, fields={"whom": "甲"})
    with pytest.raises(Refused, match="在您查看后有修改"):
        publish_item(draft.item, actor=officer, today=TODAY, edit=1)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"mode": "automatic"},
            "免申即享发布前须逐项说明：受益对象明确、结果认定有据、标准数额具体、文件时限有效",
        ),
        ({"mode": "automatic", "conditions": None}, "免申即享必须录入适用条件"),
        ({"amount": {}}, "兑现标准"),
        ({"valid_until": TODAY.replace(day=1)}, "落实期限已过"),
        (
            {
                "conditions": {
                    "kind": "all",
                    "of": [{"kind": "size", "values": ["small"]}, {"kind": "size", "values": ["large"]}],
                }
            },
            "互相矛盾",
        ),
    ],
)
def test_what_cannot_be_published_says_why(draft, officer, liaison, fields, sentence):
    row = save_draft(draft.item, actor=liaison, edit=1, fields=fields)
    assert any(sentence in problem for problem in publish_problems(row, TODAY))
    with pytest.raises(Refused, match=sentence):
        publish_item(row.item, actor=officer, today=TODAY, edit=row.edit)


def test_without_a_fair_competition_review_nothing_is_published(unit, officer):
    policy = PolicyFactory(review="pending", review_on=None, review_conclusion="")
    item = create_item(policy, organisation=unit, actor=officer, today=TODAY, fields=FIELDS)
    with pytest.raises(Refused, match="公平竞争审查"):
        publish_item(item, actor=officer, today=TODAY, edit=1)


@pytest.mark.parametrize(
    "fields",
    [
        {"amount": {"kind": "rate", "rate": 500, "base": "tax"}},
        {"conditions": {"kind": "size", "values": ["huge"]}},
        {"cost_shares": {"county": 50, "municipal": 40}},
        {"cost_shares": {"village": 100}},
    ],
)
def test_a_draft_with_a_rule_that_cannot_be_is_refused(draft, liaison, fields):
    with pytest.raises(Refused):
        save_draft(draft.item, actor=liaison, edit=1, fields=fields)
    assert PolicyItemVersion.objects.get(pk=draft.pk).edit == 1


def test_nobody_of_another_unit_edits_an_item(item, outsider):
    with pytest.raises(Refused, match="没有此项权限"):
        save_draft(item, actor=outsider, edit=None, fields={"whom": "甲"})


def test_the_draft_of_a_published_item_is_thrown_away(item, liaison):
    VersionFactory(item=item, number=2, published_at=None)
    discard_draft(item, actor=liaison)
    assert draft_of(item) is None


def test_suspended_items_are_not_live_and_come_back(item, officer, director):
    take_item_step(item, "suspend", actor=officer, today=TODAY, note="资金未到位")
    assert not PolicyItem.objects.live(TODAY).exists()
    take_item_step(item, "resume", actor=officer, today=TODAY)
    assert PolicyItem.objects.live(TODAY).get() == item
    with pytest.raises(Refused, match="须写明原因"):
        take_item_step(item, "withdraw", actor=director, today=TODAY)
    with pytest.raises(Refused, match="营商办主任"):
        take_item_step(item, "withdraw", actor=officer, today=TODAY, note="有误")


def test_items_expire_after_their_last_day_and_with_their_document(unit, officer):
    last = ItemFactory(organisation=unit, version__valid_until=TODAY)
    over = ItemFactory(organisation=unit, version__valid_until=TODAY.replace(day=7))
    repealed = ItemFactory(organisation=unit)
    repeal_policy(repealed.policy, actor=officer, on=TODAY, reason="云政发〔2023〕9号")
    expire_items(TODAY)
    assert [PolicyItem.objects.get(pk=row.pk).state for row in (last, over, repealed)] == [
        "published",
        "expired",
        "expired",
    ]
    assert expire_items(TODAY) == "到期 0 个事项，提醒 0 人次"


def test_units_are_reminded_once_at_each_distance(unit, liaison):
    ItemFactory(organisation=unit, version__valid_until=TODAY.replace(year=2024, month=3))
    for _ in range(2):
        expire_items(TODAY)
    assert Notification.objects.filter(recipient=liaison).count() == 1
    expire_items(TODAY.replace(year=2024, month=2, day=20))
    assert Notification.objects.filter(recipient=liaison).count() == 2


def test_a_document_is_registered_by_the_office_only(officer, liaison):
    fields = {"title": "若干措施", "issuer": "县政府", "issued_on": TODAY, "valid_from": TODAY}
    assert create_policy(actor=officer, today=TODAY, fields=fields).code == "2023-wj-001"
    with pytest.raises(Refused):
        create_policy(actor=liaison, today=TODAY, fields=fields)


def test_the_trail_says_in_words_what_was_written(item, liaison):
    fields = {
        "category": "finance",
        "conditions": ABOVE,
        "amount": {"kind": "fixed", "amount": 8, "unit": "万元"},
        "materials": [{"name": "承诺书", "required": True}],
        "cost_shares": {"county": 60, "municipal": 40},
    }
    save_draft(item, actor=liaison, edit=None, fields=fields)
    said = changes_text(AuditEvent.objects.get(action="policy.item_save"))
    assert set(said.split("；")) == {
        "版本号：2",
        "类别：金融类",
        "适用条件：认定为规上工业。",
        "兑现标准：每家 8 万元",
        "申报材料：承诺书",
        "资金分担：县级 60%、市级 40%",
    }
