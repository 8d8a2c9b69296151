"""Dispatch rounds 调度: opened by the calendar or by hand, held once, frozen with their sheet, or cancelled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from indicators.models import DispatchRound, TaskForce
from indicators.selectors.dispatch import covered_forces
from indicators.services.instructions import Order, give_instructions
from indicators.services.items.steps import people_of
from portal.errors import Conflict, Refused
from portal.models import Organisation, User
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role
from portal.services import audit
from portal.services.notices import notify
from portal.services.numbers import take_number

SERIES = "dispatch-round"
MOST_INSTRUCTIONS = 20
Form, State = DispatchRound.Form, DispatchRound.State


@dataclass(frozen=True)
class RoundPlan:
    """A round to be opened. `occasion` names the event and is unique for ever."""

    form: str
    month: date
    task_forces: Sequence[TaskForce]
    cutoff_on: date
    occasion: str
    chief: User | None = None
    lead: Organisation | None = None
    planned_at: datetime | None = None
    place: str = ""


@dataclass(frozen=True)
class Meeting:
    """What was said and decided: the record of a round that has been held."""

    held_on: date
    chair: str
    present: str = ""
    minutes: str = ""
    orders: Sequence[Order] = ()


@transaction.atomic
def open_round(
    plan: RoundPlan, *, actor: User | None, today: date | None = None
) -> tuple[DispatchRound, bool]:
    """Open a round and number it within its year; return it and whether it is new.

    A second call with the same occasion, from the job or from a button pressed
    twice, returns the round that is there. `actor` None is the portal itself.
    With `today` those who attend are told of it. Raises `Refused`.
    """
    if actor is not None and not may_open(actor, form=plan.form, chief=plan.chief):
        raise Refused("调度由营商办或指标长本人发起，您没有此项权限")
    _refuse_wrong(plan)
    row = DispatchRound(
        year=plan.month.year,
        month=plan.month.replace(day=1),
        form=plan.form,
        occasion=plan.occasion,
        chief=plan.chief if plan.form == Form.CHIEF else None,
        lead=plan.lead if plan.form == Form.LEAD else None,
        cutoff_on=plan.cutoff_on,
        planned_at=plan.planned_at,
        place=plan.place,
    )
    try:
        # The number goes back with the savepoint when the occasion is taken.
        with transaction.atomic():
            row.number = take_number(SERIES, row.year)
            row.save(force_insert=True)
    except IntegrityError:
        return DispatchRound.objects.get(occasion=plan.occasion), False
    row.task_forces.set(plan.task_forces)
    names = [one.name for one in plan.task_forces]
    changes = {"form": row.get_form_display(), "cutoff_on": plan.cutoff_on, "专班": names, "version": [0, 1]}
    audit.record(row, "round.open", actor=actor, changes=changes)
    if today is not None:
        _announce(row, today)
    return row, True


def _announce(row: DispatchRound, today: date) -> None:
    when = ""
    if row.planned_at:
        at = timezone.localtime(row.planned_at)
        when = f"，定于{at.month}月{at.day}日 {at:%H:%M} 召开，地点：{row.place or '另行通知'}"
    text = f"{row}已发起，数据截至{row.cutoff_on.month}月{row.cutoff_on.day}日{when}，请核对本专班情况"
    notify(attendants(row, today), text, url=row.get_absolute_url(), event_key=f"round.open:{row.occasion}")


def may_open(user: User, *, form: str, chief: User | None) -> bool:
    """Tell whether `user` may open a round: the office any, a chief his own."""
    if not user.is_active:
        return False
    own = form == Form.CHIEF and chief is not None and chief.pk == user.pk
    return user.has_role(*OFFICE_ROLES) or (own and user.has_role(Role.CHIEF))


def may_record(user: User, row: DispatchRound) -> bool:
    """Tell whether `user` may plan, record or cancel the round: the office, and the chief whose it is."""
    return user.is_active and (
        user.has_role(*OFFICE_ROLES) or (user.has_role(Role.CHIEF) and row.chief_id == user.pk)
    )


def _refuse_wrong(plan: RoundPlan) -> None:
    lead, forces = plan.lead, plan.task_forces
    if plan.form == Form.CHIEF and plan.chief is None:
        raise Refused("指标长调度须选择指标长")
    if plan.form == Form.LEAD and lead is None:
        raise Refused("牵头单位调度须选择牵头单位")
    if not forces:
        raise Refused("请至少选择一个专班")
    if len({force.year for force in forces}) > 1:
        raise Refused("一次调度只能选同一年度的专班")
    if plan.form == Form.LEAD and lead is not None:
        foreign = [force.name for force in forces if force.lead_id != lead.pk]
        if foreign:
            raise Refused(f"{'、'.join(foreign)}不由{lead}牵头，请取消选择")


@transaction.atomic
def plan_round(
    row: DispatchRound,
    *,
    version: int,
    cutoff_on: date,
    planned_at: datetime | None,
    place: str,
    actor: User,
    today: date,
) -> DispatchRound:
    """Set when and where a round is held; those who attend are told of a new time."""
    before = (row.planned_at, row.place)
    changes = {"cutoff_on": cutoff_on, "planned_at": planned_at, "place": place}
    _write(row, "round.plan", version=version, actor=actor, changes=changes)
    if planned_at and (planned_at, place) != before:
        at = timezone.localtime(planned_at)
        text = f"{row}定于{at.month}月{at.day}日 {at:%H:%M} 召开，地点：{place or '另行通知'}"
        notify(
            attendants(row, today),
            text,
            url=row.get_absolute_url(),
            event_key=f"round:{row.pk}:{row.version}",
        )
    return row


@transaction.atomic
def hold_round(
    row: DispatchRound, meeting: Meeting, *, version: int, sheet: Mapping[str, Any], actor: User, today: date
) -> DispatchRound:
    """Record the meeting, freeze the sheet it had before it, and give the instructions; all or nothing.

    `sheet` is the sheet's stored form; its SHA-256 is kept beside it. Of two
    people who record at once exactly one succeeds, and nothing of the other's is
    kept. Raises `Refused`, or `Conflict` when the round was changed meanwhile.
    """
    _refuse_meeting(row, meeting, today)
    changes = {
        "state": State.HELD,
        "held_on": meeting.held_on,
        "chair": meeting.chair.strip(),
        "present": meeting.present.strip(),
        "minutes": meeting.minutes.strip(),
    }
    kept = {"sheet": dict(sheet), "sheet_hash": sheet_hash(sheet), "recorded_by": actor}
    _write(row, "round.hold", version=version, actor=actor, changes=changes, unlogged=kept)
    covered = {force.pk for force in covered_forces(row)}
    for order in meeting.orders:
        if order.task_force.pk not in covered:
            raise Refused(f"「{order.title}」的专班不在本次调度范围内，请重新选择")
    give_instructions(meeting.orders, round_=row, actor=actor, given_on=meeting.held_on, today=today)
    return row


def _refuse_meeting(row: DispatchRound, meeting: Meeting, today: date) -> None:
    if not meeting.chair.strip():
        raise Refused("请填写主持人")
    if meeting.held_on > today:
        raise Refused(f"召开日期不能晚于今天（{today.isoformat()}），会议开过后再登记")
    if meeting.held_on < row.month:
        raise Refused(f"召开日期不能早于调度月份（{row.month:%Y-%m}），请核对")
    if len(meeting.orders) > MOST_INSTRUCTIONS:
        raise Refused(f"一次会议最多登记 {MOST_INSTRUCTIONS} 项交办，其余请单独交办")


def sheet_hash(sheet: Mapping[str, Any]) -> str:
    """Return SHA-256 over the sheet's stored form, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(sheet, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@transaction.atomic
def cancel_round(row: DispatchRound, *, version: int, reason: str, actor: User) -> DispatchRound:
    """Cancel a round that has not been held; its number stays used."""
    if not reason.strip():
        raise Refused("取消调度须写明原因，请填写后再提交")
    return _write(
        row,
        "round.cancel",
        version=version,
        actor=actor,
        changes={"state": State.CANCELLED},
        note=reason.strip(),
    )


def _write(
    row: DispatchRound,
    action: str,
    *,
    version: int,
    actor: User,
    changes: Mapping[str, Any],
    unlogged: Mapping[str, Any] | None = None,
    note: str = "",
) -> DispatchRound:
    """Change a draft if it still is one and has the version the person saw; write the history."""
    if not may_record(actor, row):
        raise Refused("本次调度由营商办或指标长本人登记，您没有此项权限")
    before = {name: getattr(row, name) for name in changes}
    held = DispatchRound.objects.filter(pk=row.pk, state=State.DRAFT, version=version)
    written = {**changes, **(unlogged or {})}
    if not held.update(version=F("version") + 1, **written):
        raise _refusal(row)
    for name, value in {**written, "version": version + 1}.items():
        setattr(row, name, value)
    logged = {name: [before[name], value] for name, value in changes.items() if before[name] != value}
    audit.record(row, action, actor=actor, changes={**logged, "version": [version, row.version]}, note=note)
    return row


def _refusal(row: DispatchRound) -> Refused:
    now = DispatchRound.objects.select_related("recorded_by").get(pk=row.pk)
    if now.state == State.HELD:
        return Refused(f"{now}已由{now.recorded_by or '他人'}登记，不能再改。请刷新页面查看会议记录。")
    if now.state == State.CANCELLED:
        return Refused(f"{now}已取消，不能再办理。请刷新页面查看。")
    return Conflict(
        f"{now}刚被他人修改，您的内容尚未保存，请核对后再提交。", {"时间": now.planned_at, "地点": now.place}
    )


def attendants(row: DispatchRound, today: date) -> list[User]:
    """Return whom a round concerns: its chief and the people of the lead units."""
    leads = {force.lead_id for force in row.task_forces.all()}
    people = people_of(leads, UNIT_ROLES, today)
    return [row.chief, *people] if row.chief else people
