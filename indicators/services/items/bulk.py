"""What is done to many items at once: chasing 催办 and handing over duty 分派."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from indicators.models import Adjustment, ProgressReport, ReportingMonth, WorkItem
from indicators.selectors.items import CHASERS
from indicators.services.items.steps import people_of
from indicators.workflow import AT_WORK, OWED_STATES
from portal.errors import Conflict, Refused
from portal.models import AuditEvent, Organisation, User
from portal.roles import UNIT_ROLES, Role
from portal.services import audit
from portal.services.notices import Notice, notify, notify_many

MOST_AT_ONCE = 500


@dataclass(frozen=True)
class BulkOutcome:
    """How many items were done, how many units heard of it, and each item left out with the reason."""

    done: int
    units: int
    skipped: tuple[tuple[str, str], ...]

    def skipped_text(self) -> str:
        """Return the items left out as one sentence, or an empty text."""
        return "；".join(f"{number} {reason}" for number, reason in self.skipped)


@transaction.atomic
def chase_items(items: QuerySet[WorkItem], *, actor: User, today: date, note: str = "") -> BulkOutcome:
    """Send each unit's liaisons one notice about all its items among `items` 批量催办.

    Items that are closed, stopped or wait for a reviewer are left out, and so is
    what was chased today already: pressing twice sends nothing more. Each chase is
    in the item's history, which is where it is counted. `items` is the caller's
    scope (`visible_to`); at most 500 at once.
    """
    if not actor.is_active or not actor.has_role(*CHASERS):
        raise Refused("催办由营商办、指标长或督查人员发出，您没有此项权限")
    rows = _limited(items)
    chased = _chased_today(rows, today)
    by_unit: dict[int, list[WorkItem]] = defaultdict(list)
    skipped: list[tuple[str, str]] = []
    for row in rows:
        if row.state not in AT_WORK:
            skipped.append((row.short_number, f"为「{row.get_state_display()}」，不需催办"))
        elif row.pk in chased:
            skipped.append((row.short_number, "今天已催办"))
        else:
            by_unit[row.organisation_id].append(row)
    liaisons: dict[int, list[User]] = defaultdict(list)
    for person in people_of(by_unit, [Role.LIAISON], today):
        liaisons[person.organisation_id].append(person)
    notify_many(_chase_notice(owed, liaisons[unit], note, today) for unit, owed in by_unit.items())
    done = [row for owed in by_unit.values() for row in owed]
    audit.record_many(
        [
            audit.build_event(row, "item.chase", actor=actor, note=note, organisation=row.organisation)
            for row in done
        ]
    )
    return BulkOutcome(len(done), len(by_unit), tuple(skipped))


def _chase_notice(owed: list[WorkItem], liaisons: list[User], note: str, today: date) -> Notice:
    first = owed[0]
    url = first.get_absolute_url() if len(owed) == 1 else "/items/?mine=1"
    key = f"chase:{today}:{first.organisation_id}:{first.pk}:{len(owed)}"
    return Notice(liaisons, _chase_text(owed, note), url, key)


def _chase_text(owed: list[WorkItem], note: str) -> str:
    shown = "、".join(row.short_number for row in owed[:5])
    what = (
        f"{shown} {owed[0].title}"
        if len(owed) == 1
        else f"{shown}{'等' if len(owed) > 5 else ''} {len(owed)} 项"
    )
    return f"催办：{what}，请抓紧推进并按时填报。{note}"


def _chased_today(rows: list[WorkItem], today: date) -> set[int]:
    keys = AuditEvent.objects.filter(
        action="item.chase",
        object_type=WorkItem._meta.label_lower,
        object_id__in=[str(row.pk) for row in rows],
        at__date=today,
    ).values_list("object_id", flat=True)
    return {int(key) for key in keys}


@transaction.atomic
def assign_items(
    items: QuerySet[WorkItem], *, organisation: Organisation, actor: User, today: date, reason: str
) -> BulkOutcome:
    """Hand `items` over to `organisation` 分派, each with its adjustment and history.

    Reports still owed for open months go with the item. Left out with a reason:
    items that are not at work and those the unit owes already. A second call
    changes nothing. Both units' people are told once.
    """
    if not actor.is_active or not actor.has_role(Role.OFFICE_HEAD):
        raise Refused("调整责任单位由营商办主任办理，您没有此项权限")
    if not reason.strip():
        raise Refused("调整责任单位须写明原因，请填写后再提交")
    moved: list[tuple[WorkItem, Organisation]] = []
    skipped: list[tuple[str, str]] = []
    for row in _limited(items, lock=True):
        if row.organisation_id == organisation.pk:
            skipped.append((row.short_number, f"责任单位已是{organisation}"))
        elif row.state not in AT_WORK:
            skipped.append((row.short_number, f"为「{row.get_state_display()}」，不能调整责任单位"))
        else:
            moved.append((row, row.organisation))
    _hand_over([row for row, _ in moved], organisation)
    _write_assignments(moved, organisation, actor, reason)
    units = {former.pk for _, former in moved} | ({organisation.pk} if moved else set())
    if moved:
        text = f"{len(moved)} 项事项的责任单位调整为{organisation}：{reason}"
        key = f"assign:{today}:{organisation.pk}:{moved[0][0].pk}:{moved[0][0].version}"
        notify(people_of(units, UNIT_ROLES, today), text, url="/items/?mine=1", event_key=key)
    return BulkOutcome(len(moved), len(units), tuple(skipped))


def _hand_over(rows: list[WorkItem], organisation: Organisation) -> None:
    """Write the new unit onto locked rows with one UPDATE that still expects what was judged."""
    held = WorkItem.objects.filter(pk__in=[row.pk for row in rows], state__in=AT_WORK)
    held = held.exclude(organisation=organisation)
    if held.update(organisation=organisation, version=F("version") + 1) != len(rows):
        raise Conflict("其中有事项刚被他人修改，请刷新页面后重试")
    for row in rows:
        row.organisation, row.version = organisation, row.version + 1


def _write_assignments(
    moved: list[tuple[WorkItem, Organisation]], organisation: Organisation, actor: User, reason: str
) -> None:
    now = timezone.now()
    Adjustment.objects.bulk_create(
        [
            Adjustment(
                item=row,
                kind=Adjustment.Kind.DUTY,
                state=Adjustment.State.APPROVED,
                reason=reason[:300],
                new_organisation=organisation,
                requested_by=actor,
                requested_at=now,
                decided_by=actor,
                decided_at=now,
            )
            for row, _ in moved
        ]
    )
    audit.record_many(
        [
            audit.build_event(
                row,
                "item.assign",
                actor=actor,
                changes={
                    "organisation": [former, organisation],
                    "version": [row.version - 1, row.version],
                },
                note=reason,
                organisation=organisation,
            )
            for row, former in moved
        ]
    )
    move_owed_reports([row.pk for row, _ in moved], organisation)


def move_owed_reports(items: list[int], organisation: Organisation) -> int:
    """Give the reports that are still owed for open months to the unit that now owes the items."""
    open_months = ReportingMonth.objects.filter(closed_at=None).values("month")
    owed = ProgressReport.objects.filter(item__in=items, month__in=open_months, state__in=OWED_STATES)
    return owed.update(organisation=organisation, version=F("version") + 1)


def _limited(items: QuerySet[WorkItem], *, lock: bool = False) -> list[WorkItem]:
    asked = items.select_related("organisation").order_by("pk")
    rows = list((asked.select_for_update(of=("self",)) if lock else asked)[: MOST_AT_ONCE + 1])
    if not rows:
        raise Refused("请先勾选事项")
    if len(rows) > MOST_AT_ONCE:
        raise Refused(f"一次最多办理 {MOST_AT_ONCE} 项，请缩小范围后分次办理")
    return rows
