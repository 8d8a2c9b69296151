"""What is done to many cases at once from the list: assigning, chasing 催办, noting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from complaints.models import CaseEvent, Complaint
from complaints.services.handling import note_progress
from complaints.services.history import clean
from complaints.services.routing import Routing, assign_complaint
from complaints.services.steps import people_of
from complaints.workflow import WITH_UNIT
from portal.errors import Refused
from portal.models import User
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role
from portal.services import audit
from portal.services.notices import notify

MOST_AT_ONCE = 200
CHASERS = OFFICE_ROLES | {Role.INSPECTOR}
NAMED = 5


@dataclass(frozen=True)
class BulkOutcome:
    """The cases that were done, and each one left out with the reason."""

    done: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]

    def skipped_text(self) -> str:
        """Return the cases left out as one sentence, or an empty text."""
        return "；".join(f"{number} {reason}" for number, reason in self.skipped)


def assign_many(
    cases: QuerySet[Complaint], routing: Routing, *, actor: User, now: datetime, note: str = ""
) -> BulkOutcome:
    """Give each of `cases` to the same units; what cannot be given is left out with the reason."""
    return _each(cases, lambda case: assign_complaint(case, routing, actor=actor, now=now, note=note))


def note_many(cases: QuerySet[Complaint], *, actor: User, now: datetime, note: str) -> BulkOutcome:
    """Write the same note into each of `cases`."""
    return _each(cases, lambda case: note_progress(case, actor=actor, now=now, note=note))


@transaction.atomic
def _each(cases: QuerySet[Complaint], act: Callable[[Complaint], object]) -> BulkOutcome:
    done: list[str] = []
    skipped: list[tuple[str, str]] = []
    for case in limited(cases):
        try:
            with transaction.atomic():
                act(case)
        except Refused as refusal:
            skipped.append((case.number, str(refusal)))
        else:
            done.append(case.number)
    return BulkOutcome(tuple(done), tuple(skipped))


@transaction.atomic
def chase_many(cases: QuerySet[Complaint], *, actor: User, today: date, note: str = "") -> BulkOutcome:
    """Send each lead unit one notice about all its cases among `cases` 批量催办.

    What no unit works on is left out, and so is what was chased today already:
    pressing twice sends nothing more. `cases` is the caller's scope (`visible_to`).
    """
    if not actor.is_active or not actor.has_role(*CHASERS):
        raise Refused("催办由营商办或督查人员发出，您没有此项权限")
    rows = limited(cases)
    chased = set(
        CaseEvent.objects.filter(action="chase", complaint__in=rows, at__date=today).values_list(
            "complaint", flat=True
        )
    )
    by_unit: dict[int, list[Complaint]] = defaultdict(list)
    skipped: list[tuple[str, str]] = []
    for row in rows:
        if row.state not in WITH_UNIT or row.lead_id is None:
            skipped.append((row.number, f"为「{row.get_state_display()}」，不需催办"))
        elif row.is_stopped:
            skipped.append((row.number, "暂停计时，不需催办"))
        elif row.pk in chased:
            skipped.append((row.number, "今天已催办"))
        else:
            by_unit[row.lead_id].append(row)
    for unit, owed in by_unit.items():
        _tell(unit, owed, note, today)
    done = [row for owed in by_unit.values() for row in owed]
    _write_chases(done, actor, note)
    return BulkOutcome(tuple(row.number for row in done), tuple(skipped))


def _tell(unit: int, owed: list[Complaint], note: str, today: date) -> None:
    shown = "、".join(row.number for row in owed[:NAMED])
    what = f"{shown} {owed[0].shared_title}" if len(owed) == 1 else f"{shown}等 {len(owed)} 件"
    said = clean(owed[0], note)
    url = owed[0].get_absolute_url() if len(owed) == 1 else "/complaints/"
    people = people_of([unit], UNIT_ROLES, today, owed[0])
    key = f"complaint.chase:{today}:{unit}:{owed[0].pk}:{len(owed)}"
    notify(people, f"催办：{what}，请抓紧办理。{said}", url=url, event_key=key)


def _write_chases(done: list[Complaint], actor: User, note: str) -> None:
    now = timezone.now()
    texts = {row.pk: clean(row, note) for row in done}
    CaseEvent.objects.bulk_create(
        CaseEvent(
            complaint=row,
            at=now,
            action="chase",
            actor=actor,
            actor_name=actor.name,
            organisation=actor.organisation,
            round=row.round,
            text=texts[row.pk],
        )
        for row in done
    )
    audit.record_many(
        [
            audit.build_event(row, "complaint.chase", actor=actor, note=texts[row.pk], organisation=row.lead)
            for row in done
        ]
    )


def limited(cases: QuerySet[Complaint]) -> list[Complaint]:
    """Return the cases picked, their identities with them; refuse none and too many."""
    rows = list(cases.select_related("lead", "identity", "reported").order_by("pk")[: MOST_AT_ONCE + 1])
    if not rows:
        raise Refused("请先勾选诉求")
    if len(rows) > MOST_AT_ONCE:
        raise Refused(f"一次最多办理 {MOST_AT_ONCE} 件，请缩小范围后分次办理")
    return rows
