"""Pass an item from the unit that leads it to another, where units are merged, split or given other duties."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import F

from policies.models import ItemHandover, PolicyItem
from policies.querysets import PUBLIC_STATES
from policies.services.catalogue import CLOSED_ITEMS, check_office
from policies.services.steps import REASON_LENGTH, just_changed
from portal.errors import Refused
from portal.models import Organisation, User
from portal.roles import UNIT_ROLES
from portal.services import audit
from portal.services.notices import Notice, notify_of_won


@transaction.atomic
def hand_over_item(
    item: PolicyItem, organisation: Organisation, reason: str, *, actor: User, today: date, version: int
) -> ItemHandover:
    """Let `organisation` lead the item from today on; `version` is the item's that the person saw.

    Proposals, applications, draft and budget are the item's and go with it; versions
    stay as they are. Batches stay with the unit that made them, which finishes them.
    Months that have ended still count the item with its former unit. Both units are told.
    """
    check_office(actor, "移交事项")
    _check(item, organisation, reason.strip(), today)
    former = item.organisation
    # Of two people who hand it over at once exactly one does: the other saw another version.
    # So did whoever holds a row that was read before the item was withdrawn.
    moved = PolicyItem.objects.filter(pk=item.pk, version=version, organisation=former).update(
        organisation=organisation, version=F("version") + 1
    )
    if not moved:
        raise just_changed(item.number)
    handover = ItemHandover.objects.create(
        item=item,
        former=former,
        organisation=organisation,
        on=today,
        reason=reason.strip(),
        actor=actor,
    )
    item.organisation, item.version = organisation, version + 1
    changes: dict[str, object] = {"organisation": [str(former), str(organisation)]}
    audit.record(
        item,
        "policy.item_hand_over",
        actor=actor,
        organisation=organisation,
        changes=changes,
        # The history shows the note alone: it says from whom to whom as well.
        note=f"由{former}移交{organisation}：{handover.reason}",
    )
    _tell(handover, today)
    return handover


def _check(item: PolicyItem, organisation: Organisation, reason: str, today: date) -> None:
    if item.state in CLOSED_ITEMS:
        raise Refused(f"{item.number}已撤回，不必移交。")
    if item.organisation_id == organisation.pk:
        raise Refused(f"{item.number}已由{organisation}牵头，请选择另一个单位。")
    if not Organisation.objects.active(today).filter(pk=organisation.pk).exists():
        raise Refused(f"{organisation}已停用，请选择在用的单位。")
    if not reason:
        raise Refused("请写明移交原因，如机构改革文件的名称和文号。")
    if len(reason) > REASON_LENGTH:
        raise Refused(f"原因最多 {REASON_LENGTH} 个字，现有 {len(reason)} 个字。")


def _tell(handover: ItemHandover, today: date) -> None:
    """Tell the liaisons and heads of both units; a draft is no longer the former unit's to read."""
    item = handover.item
    title = f"“{item.current.title}”" if item.current else item.number
    told = f"{title}自今日起由{handover.former}移交{handover.organisation}牵头：{handover.reason}"
    units = (handover.former_id, handover.organisation_id)
    own, key = item.get_absolute_url(), f"policy.handover:{handover.pk}"
    people: dict[bool, list[User]] = {True: [], False: []}
    for person in User.objects.holding(*UNIT_ROLES, on=today).filter(organisation__in=units):
        may_read = item.state in PUBLIC_STATES or person.organisation_id == handover.organisation_id
        people[may_read].append(person)
    notify_of_won([Notice(people[True], told, own, key), Notice(people[False], told, "/policies/", key)])
