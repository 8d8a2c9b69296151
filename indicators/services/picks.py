"""Put items on the sheet of a dispatch round that is still to be held 转入调度, and take them off again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from indicators.models import DispatchRound, PickedItem, WorkItem
from indicators.workflow import ItemState
from portal.errors import Refused
from portal.models import AuditEvent, User
from portal.roles import OFFICE_ROLES
from portal.services import audit

MOST_PICKED = 50
REASON_LENGTH = 200
LEFT = frozenset({ItemState.CANCELLED, ItemState.CLOSED})


@dataclass(frozen=True)
class PickOutcome:
    """How many items were put on the sheet, and each item left out with the reason."""

    done: int
    skipped: tuple[tuple[str, str], ...]

    def skipped_text(self) -> str:
        """Return the items left out as one sentence, or an empty text."""
        return "；".join(f"{number} {reason}" for number, reason in self.skipped)


def may_pick(user: User) -> bool:
    """Tell whether `user` may choose what a round looks at: the office."""
    return user.is_active and user.has_role(*OFFICE_ROLES)


@transaction.atomic
def pick_items(
    items: QuerySet[WorkItem],
    round_: DispatchRound,
    *,
    reason: str,
    actor: User,
    now: datetime | None = None,
) -> PickOutcome:
    """Put `items`, green ones too, on the sheet of a round that has not been held.

    Left out with a reason: items of a task force that the round does not cover,
    closed and cancelled ones, and those that are on the sheet already, so that a
    second call changes nothing. `items` is the caller's scope; the queries are
    those of one item. Raises `Refused`.
    """
    _refuse_others(actor)
    if not reason.strip():
        raise Refused("转入调度须写明理由，请填写后再提交")
    held = _draft(round_)
    rows = list(items.select_related("organisation").order_by("number")[: MOST_PICKED + 1])
    if not rows:
        raise Refused("请先勾选事项")
    if len(rows) > MOST_PICKED:
        raise Refused(f"一次调度最多转入 {MOST_PICKED} 项，请缩小范围")
    covered = set(held.task_forces.values_list("pk", flat=True))
    already = set(held.picks.values_list("item", flat=True))
    whys = {row.pk: _left_out(row, held, covered, already) for row in rows}
    chosen = [row for row in rows if not whys[row.pk]]
    if len(already) + len(chosen) > MOST_PICKED:
        raise Refused(f"{held}已转入 {len(already)} 项，最多 {MOST_PICKED} 项，请减少所选事项")
    text, at = reason.strip()[:REASON_LENGTH], now or timezone.now()
    PickedItem.objects.bulk_create(
        [PickedItem(round=held, item=row, reason=text, picked_by=actor, picked_at=at) for row in chosen]
    )
    if chosen:
        audit.record_many([_event(row, "item.pick", held, text, actor) for row in chosen])
    skipped = tuple((row.short_number, why) for row in rows if (why := whys[row.pk]))
    return PickOutcome(len(chosen), skipped)


def _left_out(item: WorkItem, round_: DispatchRound, covered: set[int], already: set[int]) -> str:
    """Say why an item is not put on the sheet, or nothing where it is."""
    if item.task_force_id not in covered:
        return f"的专班不在{round_}范围内"
    if item.state in LEFT:
        return f"为「{item.get_state_display()}」，不需调度"
    return "已转入本次调度" if item.pk in already else ""


@transaction.atomic
def drop_pick(pick: PickedItem, *, actor: User) -> None:
    """Take an item off the sheet of a round that has not been held; a second call is refused."""
    _refuse_others(actor)
    held = _draft(pick.round)
    if not PickedItem.objects.filter(pk=pick.pk).delete()[0]:
        raise Refused("该事项已移出本次调度，请刷新页面")
    audit.record_many([_event(pick.item, "item.unpick", held, "", actor)])


def _draft(round_: DispatchRound) -> DispatchRound:
    """Return the round, locked, while its sheet is not frozen."""
    row = DispatchRound.objects.select_for_update().get(pk=round_.pk)
    if row.state != DispatchRound.State.DRAFT:
        raise Refused(f"{row}{row.get_state_display()}，调度表不能再改，请选择待召开的调度")
    return row


def _refuse_others(actor: User) -> None:
    if not may_pick(actor):
        raise Refused("转入调度由营商办办理，您没有此项权限")


def _event(item: WorkItem, action: str, round_: DispatchRound, note: str, actor: User) -> AuditEvent:
    facts = {"调度": str(round_)}
    return audit.build_event(
        item, action, actor=actor, changes=facts, note=note, organisation=item.organisation
    )
