"""Take one workflow step of an item, and write any change of an item so that nothing is lost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from datetime import date
from types import MappingProxyType

from django.db import transaction
from django.db.models import Exists, F, Model, OuterRef
from django.utils import timezone

from indicators.models import WorkItem
from indicators.services.lamps import relight_rows
from indicators.workflow import ITEM_STEPS, Actor, ItemState, actors
from portal.errors import Conflict, Refused
from portal.models import AuditEvent, RoleGrant, User
from portal.roles import UNIT_ROLES, Role
from portal.services import audit
from portal.services.notices import Notice, notify_of_won
from portal.workflow import Step

# The steps that change what the lamp rules judge; the others leave the lamp as it is.
RELIGHTING = frozenset(
    {"approve", "office_return", "recheck_failed", "adjust", "suspend", "resume", "cancel"}
)


class StepRefused(Refused):
    """A step that this person or this state does not allow; the message says why and what to do."""


def capacities(user: User, item: WorkItem) -> frozenset[Actor]:
    """Return in what capacities `user` acts on `item`; none for a disabled account."""
    if not user.is_active:
        return frozenset()
    return actors(
        user.roles,
        of_responsible=user.organisation_id == item.organisation_id,
        of_lead=user.organisation_id == item.lead_id,
    )


@transaction.atomic
def take_step(
    item: WorkItem,
    name: str,
    *,
    actor: User,
    today: date,
    note: str = "",
    target: str = "",
    facts: Mapping[str, object] | None = None,
    also: Mapping[int, str] = MappingProxyType({}),
    **changes: object,
) -> WorkItem:
    """Take one workflow step: change the item, write the history, owe notices to those whose turn it is.

    `item` is changed from the state and version it was read with: of two people
    who press at once exactly one succeeds. `target` replaces the step's own where
    a rule skips a state; `facts` are kept in the history beside the changes; `also` says what further units, by
    key, are told. Raises `StepRefused`, or `Conflict` when the item was changed after it was read and the
    step would still be possible.
    """
    step = ITEM_STEPS[name]
    refuse_stranger(item, step, actor)
    if step.needs_note and not note.strip():
        raise StepRefused(f"「{step.label}」须写明原因，请填写后再提交")
    changes["state"] = target or step.target or item.state
    write_change(
        item, f"item.{name}", actor=actor, changes=changes, sources=step.sources, note=note, facts=facts
    )
    if name in RELIGHTING:
        relight_rows([item], today=today)
    _tell(item, f"{item.short_number} {step.label}：{item.title}", also, actor=actor, today=today)
    return item


def refuse_stranger(item: WorkItem, step: Step, actor: User) -> None:
    """Raise `StepRefused` where `actor` has none of the capacities that the step asks for."""
    if capacities(actor, item).isdisjoint(step.actors):
        who = "、".join(capacity.label for capacity in Actor if capacity in step.actors)
        raise StepRefused(f"「{step.label}」由{who}办理，您没有此项权限")


def write_change(
    item: WorkItem,
    action: str,
    *,
    actor: User,
    changes: Mapping[str, object],
    sources: Set[str],
    note: str = "",
    facts: Mapping[str, object] | None = None,
) -> WorkItem:
    """Write `changes` if the item still has the state and version it was read with, and the history.

    `facts` are kept in the history beside the changes. Runs in the caller's transaction.
    """
    before = {name: getattr(item, name) for name in changes}
    fresh = {name: value for name, value in changes.items() if before[name] != value}
    seen = item.version
    held = item.state in sources and (
        WorkItem.objects.filter(pk=item.pk, state=item.state, version=seen).update(
            version=F("version") + 1, **fresh
        )
    )
    if not held:
        raise _refusal(item, action, sources)
    for name, value in fresh.items():
        setattr(item, name, value)
    item.version = seen + 1
    audit.record(
        item,
        action,
        actor=actor,
        changes={
            **{name: [before[name], value] for name, value in fresh.items()},
            **(facts or {}),
            "version": [seen, item.version],
        },
        note=note,
        organisation=item.organisation,
    )
    return item


def ensure_version(item: WorkItem, seen: int) -> None:
    """Raise `Conflict` when the item was changed after the page that shows version `seen` was opened."""
    if item.version != seen:
        raise conflict(item, seen)


def conflict(item: WorkItem, seen: int) -> Conflict:
    """Return the conflict that names who changed what since version `seen`. `item` is freshly read."""
    told: list[str] = []
    theirs: dict[str, object] = {}
    for event in reversed(_events_since(item, seen)):
        names = [name for name in event.changes if name in _FIELDS]
        labels = "、".join(_FIELDS[name] for name in names) or "内容"
        told.append(f"{event.actor_unit}{event.actor_name} {_clock(event)} 改了{labels}")
        theirs |= {_FIELDS[name]: _shown(item, name) for name in names}
    what = "；".join(told) or "他人已作修改"
    return Conflict(f"您打开页面后，{what}。您的内容尚未保存，请核对后再提交。", theirs)


def _refusal(item: WorkItem, action: str, sources: Set[str]) -> Refused:
    """Return why the update found no row: another state, or another version in a state that fits."""
    now = WorkItem.objects.select_related("organisation", "lead", "task_force").get(pk=item.pk)
    if now.state in sources:
        return conflict(now, item.version)
    step = ITEM_STEPS.get(action.partition(".")[2])
    wanted = f"不能「{step.label}」" if step else "不能修改"
    since = _events_since(now, item.version)
    by = f"（{since[0].actor_unit}{since[0].actor_name} {_clock(since[0])} 已办理）" if since else ""
    return StepRefused(
        f"{now.short_number} 现为「{now.get_state_display()}」{by}，{wanted}。请刷新页面查看最新情况。"
    )


_FIELDS = {
    field.name: str(getattr(field, "verbose_name", field.name))
    for field in WorkItem._meta.get_fields()
    if field.concrete and field.name not in {"id", "version"}
}
_MOST_EVENTS = 20


def _events_since(item: WorkItem, seen: int) -> list[AuditEvent]:
    """Return the events that raised the version above `seen`, newest first."""
    events = AuditEvent.objects.of(item)[:_MOST_EVENTS]
    return [event for event in events if event.changes.get("version", [0, 0])[1] > seen]


def _clock(event: AuditEvent) -> str:
    at = timezone.localtime(event.at)
    return f"{at.month}月{at.day}日 {at:%H:%M}"


def _shown(item: WorkItem, name: str) -> object:
    display = getattr(item, f"get_{name}_display", None)
    if display is not None:
        return display()
    value = getattr(item, name)
    if isinstance(value, Model | str | int | date) or value is None:
        return value
    return "、".join(str(row) for row in value.all()) if hasattr(value, "all") else value


def owe_notices(item: WorkItem, text: str, *, people: Iterable[User], actor: User) -> None:
    """Owe the notice of the version that this change has won to `people`, but not to the person who acted."""
    notify_of_won([notice_of(item, text, people=people, actor=actor)])


def notice_of(item: WorkItem, text: str, *, people: Iterable[User], actor: User) -> Notice:
    """Return the notice of the item's present version to `people`, but not to the person who acted."""
    others = [person for person in people if person.pk != actor.pk]
    return Notice(others, text, item.get_absolute_url(), f"item:{item.pk}:{item.version}")


def _tell(item: WorkItem, text: str, also: Mapping[int, str], *, actor: User, today: date) -> None:
    """Owe the notices of a step: to those whose turn it is, and to the units in `also` in words of their own."""
    people = _next_in_turn(item, today, also)
    by_text: dict[str, list[User]] = defaultdict(list)
    for person in people:
        by_text[also.get(person.organisation_id, text)].append(person)
    notify_of_won([notice_of(item, words, people=told, actor=actor) for words, told in by_text.items()])


def people_of(units: Iterable[int | None], roles: Iterable[str], today: date) -> list[User]:
    """Return the active people of `units` who hold one of `roles` on the day `today`."""
    granted = RoleGrant.objects.filter(
        user=OuterRef("pk"), role__in=list(roles), revoked_at=None, valid_from__lte=today
    ).exclude(valid_until__lt=today)
    return list(User.objects.filter(Exists(granted), organisation__in=list(units), is_active=True))


def _next_in_turn(item: WorkItem, today: date, also: Iterable[int]) -> list[User]:
    """Return the people who can take the item's next step; where nobody else does, those of the unit
    that owes it and of the units in `also`."""
    if item.state == ItemState.AWAITING_UNIT:
        return people_of([item.organisation_id], [Role.UNIT_HEAD], today)
    if item.state == ItemState.AWAITING_LEAD:
        return people_of([item.lead_id], UNIT_ROLES, today)
    if item.state == ItemState.AWAITING_OFFICE:
        return list(User.objects.holding(Role.OFFICE_HEAD, on=today))
    return people_of([item.organisation_id, *also], UNIT_ROLES, today)
