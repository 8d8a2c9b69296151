"""The first decision on a case: accept, decline, ask for more, merge; and correct what was registered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from complaints.grounds import RULES, Ground
from complaints.kinds import Secrecy
from complaints.masking import leaks, mask_text
from complaints.models import Assignment, ClockStop, Complaint, Enclosure, Round
from complaints.querysets import ACTIVE
from complaints.sealing import known_of
from complaints.services.clocks import due_columns
from complaints.services.history import AUDIENCE, clean, write_event
from complaints.services.intake import enclose
from complaints.services.steps import (
    Said,
    StepRefused,
    capacities,
    next_in_turn,
    office_people,
    owe_notices,
    refuse_stranger,
    take_step,
    write_change,
    write_step,
)
from complaints.workflow import CASE_STEPS, OPEN_STATES, Actor, CaseState
from portal.documents.numbers import printed_date
from portal.errors import Refused
from portal.models import User
from portal.roles import OFFICE_ROLES, Role
from portal.services import audit
from portal.services.notices import notify

UNCHECKED = "（由营商办核对后提供）"
ACCEPTED_TEXT = "您的诉求已受理，我们将转交有关单位办理"


@transaction.atomic
def accept_complaint(case: Complaint, *, actor: User, now: datetime, note: str = "") -> Complaint:
    """Accept: the handling time begins, the first round opens."""
    today = timezone.localdate(now)
    changes = acceptance_changes(case, now)
    take_step(case, "accept", actor=actor, today=today, said=Said(note, ACCEPTED_TEXT), **changes)
    open_round(case, today)
    return case


def acceptance_changes(case: Complaint, now: datetime) -> dict[str, Any]:
    """Return the columns that acceptance fills in."""
    today = timezone.localdate(now)
    began: dict[str, Any] = {
        "state": CaseState.ACCEPTED,
        "accepted_on": today,
        "decided_on": today,
        "handle_from": now,
        "clock_stopped_on": None,
        "supplement_wanted": "",
    }
    _end_stop(case, today, by=None)
    columns = due_columns(case, began)
    began.pop("state")
    return began | columns


def open_round(case: Complaint, today: date) -> Round:
    """Open the case's present round; figures of handling are counted on it."""
    return Round.objects.create(
        complaint=case,
        number=case.round,
        lead=case.lead,
        started_on=today,
        original_due_on=case.original_due_on,
        due_on=case.handle_due_on,
        due_at=case.handle_due_at,
        provisional=case.handle_provisional,
    )


@transaction.atomic
def decline_complaint(
    case: Complaint,
    *,
    actor: User,
    today: date,
    ground: str,
    reason: str,
    right_door: str = "",
    repeat_of: Complaint | None = None,
) -> Complaint:
    """Decline on a legal ground, with the reason and the right door; `repeat_of` is the case answered before."""
    legal = Ground(ground)
    door = right_door.strip() or RULES[legal].door
    if not reason.strip():
        raise StepRefused("请写明不予受理的理由，来件人会看到")
    if not door:
        raise StepRefused("请写明来件人应当向哪里反映")
    if legal == Ground.SETTLED and repeat_of is None:
        raise StepRefused("以已处理为由不予受理的，请选择原来办结的诉求，并向来件人说明")
    said = Said(f"{legal.label}：{reason}", f"不予受理：{reason.rstrip('。')}。{door}")
    _end_stop(case, today, by=actor)
    take_step(
        case,
        "decline",
        actor=actor,
        today=today,
        said=said,
        ground=legal.value,
        decline_reason=clean(case, reason)[:500],
        right_door=door[:300],
        repeat_of=repeat_of,
        decided_on=today,
        due_on=None,
        due_at=None,
        due_provisional=False,
        clock_stopped_on=None,
        supplement_wanted="",
    )
    return case


@transaction.atomic
def ask_for_more(case: Complaint, *, actor: User, today: date, wanted: str) -> Complaint:
    """Ask the person for more; the clock stands still until it comes."""
    if case.is_stopped:
        raise StepRefused("已要求补充，正在等待来件人答复")
    take_step(
        case,
        "ask_more",
        actor=actor,
        today=today,
        said=Said(wanted, f"请补充：{wanted}"),
        supplement_wanted=clean(case, wanted)[:500],
        clock_stopped_on=today,
    )
    ClockStop.objects.create(
        complaint=case,
        round=case.round,
        kind=ClockStop.Kind.SUPPLEMENT,
        reason=clean(case, wanted)[:500],
        from_on=today,
        stopped_by=actor,
    )
    if case.reporter is not None:
        words = f"{case.number} 请补充：{clean(case, wanted)}"
        url = reverse("complaints:clue_detail", args=[case.number])
        notify([case.reporter], words[:200], url=url, event_key=f"clue:{case.pk}:{case.version}")
    return case


@transaction.atomic
def supply_more(
    case: Complaint,
    *,
    actor: User | None,
    today: date,
    text: str,
    uploads: Sequence[UploadedFile] = (),
) -> Complaint:
    """Take what was asked for: from the person by query code (`actor` None), or written down by the office.

    The clock goes on, the due date moves by the days it stood still. The words are
    added to the case's text, without identity to what units read; where an officer has
    looked through that word for word, they wait for him to do so again.
    """
    step = CASE_STEPS["supply"]
    if not case.supplement_wanted:
        raise StepRefused("目前不需要补充材料")
    if not text.strip():
        raise StepRefused("请填写补充说明")
    if actor is not None:
        refuse_stranger(case, step, actor)
    _end_stop(case, today, by=actor)
    head = f"\n\n【{printed_date(today)}补充】"
    is_checked = case.shared_checked_by_id is not None
    added = UNCHECKED if is_checked else mask_text(text.strip(), known_of(case))
    changes: dict[str, object] = {
        "text": f"{case.text}{head}{text.strip()}",
        "shared_text": f"{case.shared_text}{head}{added}",
        "shared_checked_by": None,
        "supplement_wanted": "",
        "clock_stopped_on": None,
        **due_columns(case, {}),
    }
    said = Said("来件人已补充", "已收到您的补充")
    write_step(case, step, actor=actor, said=said, changes=changes)
    if uploads:
        enclose(case, uploads, side=Enclosure.Side.REPORTER, actor=actor)
    _tell_of_supply(case, actor, today, is_checked=is_checked)
    return case


def _tell_of_supply(case: Complaint, actor: User | None, today: date, *, is_checked: bool) -> None:
    """Tell those whose turn it is, and the officers where they have to look through the words first."""
    officers = office_people(today, case, Role.OFFICE) if is_checked else []
    others = [person for person in next_in_turn(case, today) if person not in officers]
    owe_notices(case, "来件人已补充", people=others, actor=actor)
    words, key = "来件人已补充，请核对隐去身份的内容", f"{case.version}:unchecked"
    owe_notices(case, words, people=officers, actor=actor, key=key)


def _end_stop(case: Complaint, today: date, *, by: User | None) -> None:
    case.stops.filter(to_on=None).update(to_on=today, restarted_by=by)


@transaction.atomic
def deem_accepted(case: Complaint, *, now: datetime) -> bool:
    """Accept a case that nobody decided in time 逾期视为受理; False where somebody has meanwhile."""
    today = timezone.localdate(now)
    if not case.is_overdue(today) or case.state != CaseState.REGISTERED:
        return False
    changes = acceptance_changes(case, now)
    try:
        with transaction.atomic():
            write_change(
                case,
                "complaint.deem",
                actor=None,
                changes={**changes, "state": CaseState.ACCEPTED, "is_deemed_accepted": True},
                sources={CaseState.REGISTERED},
            )
    except Refused:
        return False
    open_round(case, today)
    write_event(
        case,
        "deem",
        actor=None,
        source=CaseState.REGISTERED,
        target=CaseState.ACCEPTED,
        text="审查时限内未作决定，视为受理",
        public_text=ACCEPTED_TEXT,
    )
    return True


@transaction.atomic
def merge_complaints(
    kept: Complaint, others: Iterable[Complaint], *, actor: User, today: date, note: str
) -> list[Complaint]:
    """Merge several cases into an earlier one 并案; both histories stay, and each can be split off again.

    All or nothing: raises `StepRefused` with the number of the case that cannot be merged.
    """
    if kept.state not in OPEN_STATES:
        raise StepRefused(f"{kept.number} 为「{kept.get_state_display()}」，不能并入其他诉求")
    merged = []
    for case in others:
        if case.pk == kept.pk:
            raise StepRefused("不能并入自身，请重新选择")
        if case.is_secret != kept.is_secret:
            # Whoever handed the one in reads the reply to the other.
            raise StepRefused(
                f"{case.number} 与 {kept.number} 一件保密、一件不保密，不能并案；确属同一问题的，请先改为相同的公开程度"
            )
        _end_stop(case, today, by=actor)
        take_step(
            case,
            "merge",
            actor=actor,
            today=today,
            said=Said(note, f"与 {kept.number} 反映的是同一问题，已并案办理"),
            merged_into=kept,
            due_on=None,
            due_at=None,
            due_provisional=False,
            clock_stopped_on=None,
        )
        merged.append(case)
    if not merged:
        raise StepRefused("请选择要并入的诉求")
    numbers = "、".join(case.number for case in merged)
    write_event(kept, "absorb", actor=actor, text=f"{numbers} 并入", audience=AUDIENCE.OFFICE)
    audit.record(kept, "complaint.absorb", actor=actor, changes={"并入": [case.number for case in merged]})
    return merged


@transaction.atomic
def split_complaint(case: Complaint, *, actor: User, now: datetime, note: str) -> Complaint:
    """Undo a merge: the case is handled by itself again, its time counted from today."""
    today = timezone.localdate(now)
    take_step(
        case,
        "split",
        actor=actor,
        today=today,
        said=Said(note, "您的诉求恢复单独办理"),
        merged_into=None,
        **acceptance_changes(case, now),
    )
    # What was merged after its acceptance has its round already; it begins anew.
    case.rounds.filter(number=case.round).delete()
    open_round(case, today)
    return case


EDITABLE = frozenset(
    {
        "kind",
        "clock",
        "topic",
        "problem_kind",
        "enterprise",
        "town",
        "reported",
        "secrecy",
        "urgency",
        "shared_title",
        "shared_text",
        "shared_wishes",
    }
)


@transaction.atomic
def update_complaint(case: Complaint, *, actor: User, values: dict[str, object], note: str = "") -> Complaint:
    """Correct what was registered; the person's own words are never rewritten, only what units read of them.

    Making a case secret, or naming the reported unit, masks the parts given out already.
    """
    if not actor.has_role(*OFFICE_ROLES) or Actor.OFFICE not in _office(case, actor):
        raise StepRefused("登记信息由营商办修改，您没有此项权限")
    if wrong := values.keys() - EDITABLE:
        raise StepRefused(f"不能修改：{'、'.join(sorted(wrong))}")
    clocked = {"kind", "clock", "urgency"} & values.keys()
    columns = due_columns(case, values) if clocked and case.is_open else {}
    write_change(
        case,
        "complaint.update",
        actor=actor,
        changes={**values, **columns},
        sources=OPEN_STATES,
        said=Said(note),
    )
    write_event(case, "update", actor=actor, text=clean(case, note), audience=AUDIENCE.OFFICE)
    mask_parts(case)
    return case


def _office(case: Complaint, actor: User) -> frozenset[Actor]:
    return capacities(actor, case, ())


def mask_parts(case: Complaint) -> int:
    """Mask the parts of units that may not know who handed the case in; return how many."""
    parts = case.assignments.filter(state__in=[*ACTIVE, Assignment.State.DONE], masked=False)
    if case.secrecy != Secrecy.SECRET:
        if case.reported is None:
            return 0
        parts = parts.filter(organisation__in=related_units(case))
    return parts.update(masked=True)


def related_units(case: Complaint) -> list[int]:
    """Return the reported unit, what it belongs to and what belongs to it."""
    if case.reported is None:
        return []
    found = [case.reported.pk, *case.reported.children.values_list("pk", flat=True)]
    return found + ([case.reported.parent_id] if case.reported.parent_id else [])


@transaction.atomic
def check_shared(case: Complaint, *, actor: User, title: str, text: str, wishes: str) -> Complaint:
    """Keep what units will read after an officer has looked through it; refuses what still names the person."""
    if left := leaks(f"{title}{text}{wishes}", known_of(case)):
        raise Refused(f"隐去身份的内容里还有来件人的信息（{len(left)} 处），请删去后再保存")
    values = {"shared_title": title[:120], "shared_text": text, "shared_wishes": wishes}
    update_complaint(case, actor=actor, values=dict(values))
    Complaint.objects.filter(pk=case.pk).update(shared_checked_by=actor)
    case.shared_checked_by = actor
    return case


@transaction.atomic
def release_enclosure(row: Enclosure, *, actor: User) -> Enclosure:
    """Let units see files of the reporter after an officer has looked through them."""
    if Actor.OFFICE not in _office(row.complaint, actor):
        raise StepRefused("来件人的材料由营商办核对后提供，您没有此项权限")
    if Enclosure.objects.filter(pk=row.pk, is_released=False).update(is_released=True, released_by=actor):
        write_event(row.complaint, "release", actor=actor, audience=AUDIENCE.OFFICE)
        audit.record(row.complaint, "complaint.release", actor=actor)
    row.refresh_from_db()
    return row
