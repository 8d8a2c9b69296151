"""Put a unit on the red or the black list, publish it, take it off: always by people, always with a reason."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from complaints.models import ListedUnit
from complaints.red_black import PAGE, STANDING, STEPS, ListState, period_slug
from complaints.selectors.red_black import candidates
from portal.errors import Refused
from portal.models import Organisation, User
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role
from portal.services import audit
from portal.services.notices import notify

LONGEST = 200


@transaction.atomic
def propose(
    first: date, last: date, code: str, *, side: str, reason: str, actor: User, now: datetime
) -> ListedUnit:
    """Tick a candidate of the period from `first` to `last`, both included, with the reason.

    A second call returns the entry that stands. Only whom the rule finds now can be
    ticked, on the list it finds him for; the figures are kept with the entry. Raises `Refused`.
    """
    if not actor.has_role(*OFFICE_ROLES):
        raise Refused("红黑榜由营商办提出，您没有此项权限")
    if last >= timezone.localdate(now):
        raise Refused("本期尚未结束，请在期末以后再提出")
    if not reason.strip():
        raise Refused("请写明列入的理由")
    unit = Organisation.objects.filter(code=code).first()
    standing = ListedUnit.objects.of_period(first, last).filter(organisation=unit, state__in=sorted(STANDING))
    if (row := standing.first()) is not None:
        return row
    found = next((row for row in candidates(first, last) if (row.code, row.side) == (code, side)), None)
    if found is None or unit is None:
        raise Refused("该单位按现有数据不在候选之列，请刷新页面核对")
    row = ListedUnit(side=side, organisation=unit, first=first, last=last, grounds=found.grounds)
    row.reason, row.proposed_by, row.proposed_at = reason.strip()[:LONGEST], actor, now
    try:
        # Of two people at once the second gets the first one's entry.
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return standing.get()
    _tell_heads(row, actor, timezone.localdate(now))
    return row


def _tell_heads(row: ListedUnit, actor: User, today: date) -> None:
    """Record a new entry and tell those who decide on it."""
    changes = {
        "side": row.get_side_display(),
        "first": row.first,
        "last": row.last,
        "grounds": row.grounds,
    }
    unit = row.organisation
    audit.record(row, "red_black.propose", actor=actor, organisation=unit, changes=changes, note=row.reason)
    heads = [one for one in User.objects.holding(Role.OFFICE_HEAD, on=today) if one != actor]
    notify(heads, f"{row}待审定", url=address_of(row), event_key=f"red_black:{row.pk}")


@transaction.atomic
def take_step(row: ListedUnit, name: str, *, actor: User, now: datetime, note: str = "") -> ListedUnit:
    """Publish, refuse or withdraw an entry; of two people at once exactly one succeeds.

    The office's head decides, never on what he has proposed himself. The unit is
    told of what is published and of what is withdrawn. Raises `Refused`.
    """
    step = STEPS[name]
    if not actor.has_role(*step.actors):
        raise Refused("红黑榜由营商办主任审定，您没有此项权限")
    if row.proposed_by_id == actor.pk:
        raise Refused("审定人不能是提出人本人，请由另一位负责同志审定")
    note = note.strip()[:LONGEST]
    if step.needs_note and not note:
        raise Refused(f"{step.label}须写明理由")
    changes = {"state": step.target, "decided_by": actor, "decided_at": now, "note": note}
    before = row.state
    if not ListedUnit.objects.filter(pk=row.pk, state=before, state__in=step.sources).update(**changes):
        row.refresh_from_db()
        raise Refused(f"{row}现为「{row.get_state_display()}」，不能{step.label}，请刷新页面查看")
    row.refresh_from_db()
    told = {"state": [before, step.target], "side": row.get_side_display()}
    audit.record(
        row, f"red_black.{name}", actor=actor, organisation=row.organisation, changes=told, note=note
    )
    if ListState.PUBLISHED in {before, step.target}:
        _tell_unit(row, step.label, note, timezone.localdate(now))
    return row


def _tell_unit(row: ListedUnit, label: str, note: str, today: date) -> None:
    people = User.objects.holding(*UNIT_ROLES, on=today).filter(organisation=row.organisation_id)
    why = note or row.reason
    first, last = (f"{on.year}年{on.month}月{on.day}日" for on in (row.first, row.last))
    text = f"企业诉求办理{row.get_side_display()}（{first}至{last}）{label}本单位：{why}"
    url = f"/statistics/complaints/?period={period_slug(row.first, row.last)}"
    notify(people, text, url=url, event_key=f"red_black:{row.pk}:{row.state}")


def address_of(row: ListedUnit) -> str:
    """Return the page of the lists for the period of an entry."""
    return f"{PAGE}?period={period_slug(row.first, row.last)}"
