"""Publish items, and stop them: 发布、暂停、恢复、到期、撤回."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from policies.amounts import read_rule
from policies.conditions import in_force, read_tree
from policies.contradictions import contradictions
from policies.models import PolicyItem, PolicyItemVersion
from policies.services.catalogue import draft_of
from policies.services.steps import capacities, check_step, just_changed
from policies.terms import FIT_REVIEWS, STATEMENTS, Mode
from policies.workflow import ITEM_STEPS, ItemState
from portal.errors import Refused
from portal.models import User
from portal.params import ParamError
from portal.services import audit

STATEMENT_FIELDS = {
    "beneficiary": "beneficiary",
    "basis": "basis",
    "amount": "amount_statement",
    "validity": "validity",
}


def publish_problems(version: PolicyItemVersion, today: date) -> list[str]:
    """Return why a draft can't be published, as sentences that say what to do; nothing where it can.

    An item without conditions may be published: it is found by the public, and
    matches nobody. 免申即享 needs its four statements (受益对象明确、结果认定有据、
    标准数额具体、文件时限有效), conditions to be recognised by, and an amount.
    """
    policy = version.item.policy
    found = []
    if policy.review not in FIT_REVIEWS:
        found.append("政策文件还没有公平竞争审查结论，请先在政策文件中登记")
    if policy.repealed_on is not None and policy.repealed_on <= today:
        found.append("政策文件已经废止，不能发布其中的事项")
    if version.valid_until is not None and version.valid_until < today:
        found.append("落实期限已过，请核对起止日期")
    if policy.valid_until is not None and (
        version.valid_until is None or version.valid_until > policy.valid_until
    ):
        found.append(f"落实期限超出了政策文件的有效期（至 {policy.valid_until:%Y-%m-%d}）")
    found += _rule_problems(version) + _condition_problems(version, today)
    return found + (_statement_problems(version) if version.mode == Mode.AUTOMATIC else [])


def _rule_problems(version: PolicyItemVersion) -> list[str]:
    try:
        read_rule(version.amount)
    except ParamError as error:
        return [f"兑现标准：{error}"]
    return []


def _condition_problems(version: PolicyItemVersion, today: date) -> list[str]:
    try:
        tree = read_tree(version.conditions)
    except ParamError as error:
        return [f"适用条件：{error}"]
    if version.mode == Mode.AUTOMATIC and in_force(tree, max(today, version.valid_from)) is None:
        return ["免申即享必须录入适用条件，否则无法认定受益企业"]
    return contradictions(tree, today)


def _statement_problems(version: PolicyItemVersion) -> list[str]:
    lacking = [
        label for key, label in STATEMENTS.items() if not getattr(version, STATEMENT_FIELDS[key]).strip()
    ]
    return [f"免申即享发布前须逐项说明：{'、'.join(lacking)}"] if lacking else []


@transaction.atomic
def publish_item(item: PolicyItem, *, actor: User, today: date, edit: int) -> PolicyItem:
    """Publish the item's draft as its version in force; `edit` is the draft's edit the person saw.

    Proposals, applications and payouts keep the version under which they were
    made. Matching with the new version follows at night or by `match_item`.
    """
    item.refresh_from_db()
    step = ITEM_STEPS["publish"]
    found = capacities(actor, item.organisation_id)
    check_step(step, item.state, found, name=item.number, shown=item.get_state_display())
    draft = draft_of(item)
    if draft is None:
        raise Refused(f"{item.number}没有待发布的草稿。")
    if draft.edit != edit:
        raise Refused(f"{item.number}的草稿在您查看后有修改，请重新核对后发布。")
    problems = publish_problems(draft, today)
    if problems:
        raise Refused("；".join(problems) + "。")
    _make_current(item, draft, actor, today)
    name = "policy.item_renew" if draft.number > 1 else "policy.item_publish"
    changes = {"state": [item.state, step.target], "version": draft.number}
    audit.record(
        item, name, actor=actor, organisation=item.organisation, changes=changes, note=draft.change_note
    )
    item.refresh_from_db()
    return item


def _make_current(item: PolicyItem, draft: PolicyItemVersion, actor: User, today: date) -> None:
    published = PolicyItemVersion.objects.filter(pk=draft.pk, published_at=None, edit=draft.edit).update(
        published_at=timezone.now(), published_by=actor
    )
    moved = PolicyItem.objects.filter(pk=item.pk, state=item.state, version=item.version).update(
        state=ItemState.PUBLISHED,
        current=draft,
        first_published_on=item.first_published_on or today,
        state_on=today,
        state_note="",
        version=F("version") + 1,
    )
    if not (published and moved):
        raise just_changed(item.number)


@transaction.atomic
def take_item_step(
    item: PolicyItem, name: str, *, actor: User | None, today: date, note: str = ""
) -> PolicyItem:
    """Suspend, resume, withdraw or expire an item; `actor` None is the job."""
    step = ITEM_STEPS[name]
    if name == "publish":
        raise TypeError("publish_item publishes")
    item.refresh_from_db()
    found = capacities(actor, item.organisation_id)
    check_step(step, item.state, found, name=item.number, shown=item.get_state_display(), note=note)
    moved = PolicyItem.objects.filter(pk=item.pk, state=item.state, version=item.version).update(
        state=step.target, state_on=today, state_note=note.strip(), version=F("version") + 1
    )
    if not moved:
        raise just_changed(item.number)
    audit.record(
        item,
        f"policy.item_{name}",
        actor=actor,
        organisation=item.organisation,
        changes={"state": [item.state, step.target]},
        note=note,
    )
    item.refresh_from_db()
    return item
