"""Keep the catalogue: policy documents, items and their drafts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from policies.amounts import read_rule
from policies.conditions import describe, read_tree
from policies.models import DOCUMENT_FIELDS, VERSION_FIELDS, Policy, PolicyItem, PolicyItemVersion
from policies.services.steps import capacities, check_lead, just_changed
from policies.terms import Level
from policies.workflow import DESK, ItemState
from portal.errors import Conflict, Refused
from portal.models import Organisation, Topic, User
from portal.params import ParamError
from portal.services import audit
from portal.services.numbers import take_number

MOST_MATERIALS: Final = 30
LONGEST_MATERIAL: Final = 120
OPTIONAL: Final = ("（选交）", "(选交)")
CLOSED_ITEMS: Final = frozenset({ItemState.WITHDRAWN})


def check_office(actor: User, doing: str) -> None:
    """Raise `Refused` unless `actor` works in the office."""
    if capacities(actor, 0).isdisjoint(DESK):
        raise Refused(f"{doing}由营商办办理，您没有此项权限。")


@transaction.atomic
def create_policy(*, actor: User, today: date, fields: Mapping[str, Any]) -> Policy:
    """Register a document under the next number of the year."""
    check_office(actor, "录入政策文件")
    code = f"{today.year}-wj-{take_number('policy-document', today.year):03d}"
    row = Policy.objects.create(code=code, **_known(fields, DOCUMENT_FIELDS))
    audit.record(row, "policy.create", actor=actor, changes=dict(fields))
    return row


@transaction.atomic
def update_policy(policy: Policy, *, actor: User, version: int, fields: Mapping[str, Any]) -> Policy:
    """Change a document; `version` is the one the person saw. Raises `Conflict` when it was changed since."""
    check_office(actor, "修改政策文件")
    changes = {key: [getattr(policy, key), value] for key, value in _known(fields, DOCUMENT_FIELDS).items()}
    rows = Policy.objects.filter(pk=policy.pk, version=version)
    if not rows.update(version=F("version") + 1, **_known(fields, DOCUMENT_FIELDS)):
        policy.refresh_from_db()
        raise Conflict("该政策刚被他人改过，请核对后再保存。", {key: getattr(policy, key) for key in fields})
    policy.refresh_from_db()
    told = {key: pair for key, pair in changes.items() if pair[0] != pair[1]}
    audit.record(policy, "policy.update", actor=actor, changes=dict(told))
    return policy


@transaction.atomic
def repeal_policy(policy: Policy, *, actor: User, on: date, reason: str) -> Policy:
    """Note that a document is repealed from the day `on`; its items expire with the next run of the job."""
    check_office(actor, "登记政策废止")
    if not reason.strip():
        raise Refused("请写明废止依据，如废止文件的名称和文号。")
    if not Policy.objects.filter(pk=policy.pk, repealed_on=None).update(
        repealed_on=on, repeal_reason=reason.strip()[:300], version=F("version") + 1
    ):
        raise Refused("该政策已登记废止，不必重复登记。")
    policy.refresh_from_db()
    audit.record(policy, "policy.repeal", actor=actor, changes={"repealed_on": [None, on]}, note=reason)
    return policy


@transaction.atomic
def create_item(
    policy: Policy,
    *,
    organisation: Organisation,
    actor: User,
    today: date,
    fields: Mapping[str, Any],
    topic: Topic | None = None,
) -> PolicyItem:
    """Make an item with its first draft under the next number of the year."""
    if not capacities(actor, organisation):
        raise Refused(f"{organisation}的事项由该单位或营商办录入，您没有此项权限。")
    number = f"{today.year}-ZC-{take_number('policy-item', today.year):03d}"
    item = PolicyItem.objects.create(number=number, policy=policy, organisation=organisation, topic=topic)
    known = _checked(fields)
    PolicyItemVersion.objects.create(item=item, number=1, created_by=actor, **known)
    audit.record(item, "policy.item_create", actor=actor, organisation=organisation, changes=_told(known))
    return item


@transaction.atomic
def set_topic(item: PolicyItem, topic: Topic | None, *, actor: User) -> None:
    """Say to which field of work the item belongs; at once, it is no part of what a version says."""
    check_lead(item, actor, "修改领域")
    before = item.topic
    if before == topic or not PolicyItem.objects.filter(pk=item.pk, topic=before).update(topic=topic):
        return
    item.topic = topic
    changes = {"topic": [str(before or ""), str(topic or "")]}
    audit.record(
        item, "policy.item_topic", actor=actor, organisation=item.organisation, changes=dict(changes)
    )


def draft_of(item: PolicyItem) -> PolicyItemVersion | None:
    """Return the item's draft, None where there is none."""
    return item.versions.filter(published_at=None).first()


@transaction.atomic
def save_draft(
    item: PolicyItem, *, actor: User, edit: int | None, fields: Mapping[str, Any]
) -> PolicyItemVersion:
    """Keep what was typed as the item's draft; editing a published item begins a new version.

    `edit` is the draft's edit that the person saw, None where there was no draft.
    Conditions and amount must be readable; whether they can be published is asked
    at publication. Raises `Conflict` when somebody else has saved in between.
    """
    check_lead(item, actor, "编辑事项")
    if item.state in CLOSED_ITEMS:
        raise Refused(f"{item.number}已撤回，不能再修改；请新增事项。")
    known = _checked(fields)
    draft = draft_of(item)
    if draft is None:
        draft = _begin(item, actor, known)
    else:
        rows = PolicyItemVersion.objects.filter(pk=draft.pk, published_at=None, edit=edit or 0)
        if not rows.update(edit=F("edit") + 1, **known):
            theirs = {key: getattr(draft, key) for key in known}
            raise Conflict(f"{item.number}的草稿刚被他人改过，请核对后再保存。", theirs)
        draft.refresh_from_db()
    audit.record(
        item,
        "policy.item_save",
        actor=actor,
        organisation=item.organisation,
        changes={"number": draft.number, **_told(known)},
    )
    return draft


def _begin(item: PolicyItem, actor: User, known: Mapping[str, Any]) -> PolicyItemVersion:
    """Make the draft of a new version: what is in force, with the changes."""
    PolicyItem.objects.select_for_update().get(pk=item.pk)
    if PolicyItemVersion.objects.filter(item=item, published_at=None).exists():
        raise just_changed(item.number)
    last = item.versions.order_by("-number").first()
    copied = {key: getattr(item.current, key) for key in VERSION_FIELDS} if item.current else {}
    values = {**copied, "change_note": "", **known}
    number = last.number + 1 if last else 1
    return PolicyItemVersion.objects.create(item=item, number=number, created_by=actor, **values)


@transaction.atomic
def discard_draft(item: PolicyItem, *, actor: User) -> None:
    """Throw the draft of a published item away; an item that was never published keeps its draft."""
    check_lead(item, actor, "放弃草稿")
    if item.current_id is None:
        raise Refused(f"{item.number}还没有发布过，不能放弃草稿；不再需要的请撤回事项。")
    if not PolicyItemVersion.objects.filter(item=item, published_at=None).delete()[0]:
        raise Refused(f"{item.number}没有草稿。")
    audit.record(item, "policy.item_discard", actor=actor, organisation=item.organisation)


def _checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields as columns; raise `Refused` where conditions, amount or shares can't be read."""
    known = _known(fields, VERSION_FIELDS)
    try:
        if "conditions" in known:
            tree = read_tree(known["conditions"])
            known["conditions"] = tree.to_json() if tree is not None else None
        if known.get("amount"):
            known["amount"] = read_rule(known["amount"]).to_json()
    except ParamError as error:
        raise Refused(f"{error}。") from error
    if known.get("cost_shares"):
        _check_shares(known["cost_shares"])
    return known


def read_materials(text: str) -> list[dict[str, Any]]:
    """Read a list of materials, one to a line, those that may be left out with 选交; a name counts once."""
    rows = [line.strip() for line in text.splitlines() if line.strip()]
    if len(rows) > MOST_MATERIALS:
        raise Refused(f"申报材料最多 {MOST_MATERIALS} 份，现有 {len(rows)} 份")
    found: dict[str, bool] = {}
    for row in rows:
        name = row
        for mark in OPTIONAL:
            name = name.removesuffix(mark).strip()
        if len(name) > LONGEST_MATERIAL:
            raise Refused(f"“{name[:12]}…”超过 {LONGEST_MATERIAL} 个字，请写简称")
        found[name] = not row.endswith(OPTIONAL)
    return [{"name": name, "required": required} for name, required in found.items()]


def _told(known: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields as the trail keeps them: data as the sentence it stands for; the version holds it whole."""
    told = dict(known)
    if "conditions" in told:
        told["conditions"] = describe(read_tree(told["conditions"]))
    if told.get("amount"):
        told["amount"] = read_rule(told["amount"]).describe()
    if "materials" in told:
        told["materials"] = "、".join(row["name"] for row in told["materials"])
    if "cost_shares" in told:
        shares = told["cost_shares"].items()
        told["cost_shares"] = "、".join(f"{Level(level).label} {share}%" for level, share in shares)
    return told


def _check_shares(shares: Mapping[str, Any]) -> None:
    """Raise `Refused` unless the levels' shares are whole percents that make up the whole."""
    percents = list(shares.values())
    whole = all(isinstance(percent, int) and percent > 0 for percent in percents)
    if not shares.keys() <= set(Level.values) or not whole or sum(percents) != 100:
        raise Refused("资金分担请按层级填写整数百分比，合计应为 100%。")


def _known(fields: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    unknown = fields.keys() - set(names)
    if unknown:
        raise TypeError(f"unknown fields {sorted(unknown)}")
    return dict(fields)
