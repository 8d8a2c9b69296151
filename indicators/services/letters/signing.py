"""What people do with a letter: draft, edit, sign, dismiss, answer. Each exactly once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from indicators.escalation import AUTOMATIC, Rung
from indicators.models import Letter, WorkItem
from indicators.services.items.steps import people_of
from indicators.services.letters.automatic import owe, write_on_items
from indicators.services.letters.wording import (
    compose,
    number_series,
    printed_number,
    stored_form,
)
from portal.errors import Conflict, Refused
from portal.models import Organisation, User
from portal.roles import OFFICE_ROLES, UNIT_ROLES, Role
from portal.selectors.calendar import load_calendar
from portal.selectors.settings import number_setting
from portal.services import audit
from portal.services.numbers import take_number

State = Letter.State


@dataclass(frozen=True)
class Draft:
    """A letter somebody in the office wants sent. `occasion` is the key that makes it one letter."""

    rung: str
    organisation: Organisation
    reason: str
    body: str
    occasion: str
    items: Sequence[WorkItem] = ()
    reply_by: date | None = None


def may_draft(user: User) -> bool:
    """Tell whether `user` may draft and edit letters."""
    return user.is_active and user.has_role(*OFFICE_ROLES)


def _require_office(actor: User) -> None:
    if not may_draft(actor):
        raise Refused("督办文书由营商办起草和修改，您没有此项权限")


def _require_director(actor: User, what: str) -> None:
    if not actor.is_active or not actor.has_role(Role.OFFICE_HEAD):
        raise Refused(f"{what}由营商办主任办理，您没有此项权限")


@transaction.atomic
def propose_letter(draft: Draft, *, actor: User, today: date) -> Letter:
    """Propose a letter by hand; a second call with the same occasion returns the one that is there."""
    _require_office(actor)
    _refuse_wrong(draft.reason, draft.reply_by, today)
    foreign = [item.short_number for item in draft.items if item.organisation_id != draft.organisation.pk]
    if foreign:
        raise Refused(f"{'、'.join(foreign)} 的责任单位不是{draft.organisation}，请去掉后再提交")
    letter = Letter(
        rung=draft.rung,
        organisation=draft.organisation,
        occasion=draft.occasion,
        reason=draft.reason.strip(),
        body=draft.body.strip(),
        reply_by=draft.reply_by,
        proposed_at=timezone.now(),
        proposed_by=actor,
    )
    try:
        with transaction.atomic():
            letter.save(force_insert=True)
    except IntegrityError:
        return Letter.objects.get(occasion=draft.occasion)
    letter.items.set(draft.items)
    audit.record(letter, "letter.propose", actor=actor, note=letter.reason, organisation=draft.organisation)
    text = f"{actor.name}起草了发往{draft.organisation}的{letter.get_rung_display()}，请审签"
    people = User.objects.holding(Role.OFFICE_HEAD, on=today).exclude(pk=actor.pk)
    owe(letter, people, text, what="propose")
    return letter


def _refuse_wrong(reason: str, reply_by: date | None, today: date) -> None:
    if not reason.strip():
        raise Refused("请写明发文理由")
    if reply_by is not None and reply_by <= today:
        raise Refused("反馈时限应晚于今天，请重新选择")


@transaction.atomic
def edit_letter(
    letter: Letter,
    *,
    version: int,
    reason: str,
    body: str,
    reply_by: date | None,
    actor: User,
    today: date,
) -> Letter:
    """Word a proposed letter anew, as read at `version`."""
    _require_office(actor)
    _refuse_wrong(reason, reply_by, today)
    changes = {"reason": reason.strip(), "body": body.strip(), "reply_by": reply_by}
    return _write(letter, "letter.edit", version=version, actor=actor, changes=changes)


@transaction.atomic
def issue_letter(letter: Letter, *, version: int, actor: User, today: date) -> Letter:
    """Sign a proposed letter: number it, freeze its document, tell the unit.

    Of two people who sign at once exactly one succeeds, and the other's number is
    free again. Without a reply day the setting `letters.reply_workdays` gives it.
    A transfer is not told to the unit it is about, but to the inspectors.
    """
    _require_director(actor, "签发")
    items = list(letter.items.select_related("organisation").order_by("pk"))
    number = printed_number(letter.rung, today.year, take_number(number_series(letter.rung), today.year))
    reply_by = _reply_day(letter, today)
    issued = Letter(
        rung=letter.rung,
        organisation=letter.organisation,
        reason=letter.reason,
        body=letter.body,
        number=number,
        issued_on=today,
        reply_by=reply_by,
    )
    changes = {"state": State.ISSUED, "number": number, "issued_on": today, "reply_by": reply_by}
    kept = {"signed_by": actor, "document": stored_form(compose(issued, items, on=today))}
    _write(letter, "letter.issue", version=version, actor=actor, changes=changes, unlogged=kept)
    if letter.rung != Rung.TRANSFER:
        write_on_items(letter, items, "item.letter", actor=actor)
    _tell_issue(letter, actor, today)
    return letter


def _reply_day(letter: Letter, today: date) -> date | None:
    """Return by when the unit answers: as worded, or by the setting; a 通报 or 移交函 asks only where it says so."""
    if letter.reply_by is not None and letter.reply_by <= today:
        raise Refused("反馈时限已过，请先修改反馈时限再签发")
    if letter.reply_by is not None or letter.rung in {Rung.CIRCULATE, Rung.TRANSFER}:
        return letter.reply_by
    return load_calendar().after(today, number_setting("letters.reply_workdays", on=today)).on


def _tell_issue(letter: Letter, actor: User, today: date) -> None:
    until = f"，请于{letter.reply_by.month}月{letter.reply_by.day}日前反馈" if letter.reply_by else ""
    text = f"{letter.number} {letter.get_rung_display()}：{letter.reason}{until}"
    if letter.rung == Rung.TRANSFER:
        people = list(User.objects.holding(Role.INSPECTOR, on=today))
    else:
        people = people_of([letter.organisation_id], UNIT_ROLES, today)
    owe(letter, [person for person in people if person.pk != actor.pk], text)


@transaction.atomic
def dismiss_letter(letter: Letter, *, version: int, reason: str, actor: User) -> Letter:
    """Decide that a proposed letter is not sent, with the reason."""
    _require_director(actor, "不予发出")
    if not reason.strip():
        raise Refused("不予发出须写明理由，请填写后再提交")
    changes = {"state": State.DISMISSED, "dismissal_reason": reason.strip()[:300]}
    return _write(letter, "letter.dismiss", version=version, actor=actor, changes=changes)


@transaction.atomic
def answer_letter(letter: Letter, *, version: int, reply: str, actor: User, today: date) -> Letter:
    """Write the unit's answer 反馈 to an issued letter; once."""
    if (
        not actor.is_active
        or not actor.has_role(*UNIT_ROLES)
        or actor.organisation_id != letter.organisation_id
    ):
        raise Refused("反馈由收文单位的联络员或负责人填写，您没有此项权限")
    if letter.rung in AUTOMATIC:
        raise Refused("提醒和催办不需书面反馈，请在月报中填写进展")
    if not reply.strip():
        raise Refused("请填写办理情况")
    changes = {"reply": reply.strip(), "replied_on": today, "replied_by": actor}
    _write(letter, "letter.answer", version=version, actor=actor, changes=changes, source=State.ISSUED)
    text = f"{letter.organisation}已反馈 {letter.number}"
    owe(letter, User.objects.holding(*OFFICE_ROLES, on=today), text, what="answer")
    return letter


def _write(
    letter: Letter,
    action: str,
    *,
    version: int,
    actor: User,
    changes: Mapping[str, Any],
    unlogged: Mapping[str, Any] | None = None,
    source: str = State.PROPOSED,
) -> Letter:
    """Change a letter if it still is where the person saw it; write the history."""
    before = {name: getattr(letter, name) for name in changes}
    held = Letter.objects.filter(pk=letter.pk, state=source, version=version)
    if source == State.ISSUED:
        held = held.filter(replied_on=None)
    if not held.update(version=F("version") + 1, **changes, **(unlogged or {})):
        raise _refusal(letter)
    letter.refresh_from_db(from_queryset=Letter.objects.select_related("organisation"))
    logged = {name: [before[name], value] for name, value in changes.items() if before[name] != value}
    audit.record(
        letter,
        action,
        actor=actor,
        changes={**logged, "version": [version, letter.version]},
        organisation=letter.organisation,
    )
    return letter


def _refusal(letter: Letter) -> Refused:
    now = Letter.objects.select_related("signed_by").get(pk=letter.pk)
    if now.replied_on is not None:
        return Refused(f"{now}已反馈，不能重复提交。请刷新页面查看。")
    if now.state == State.ISSUED:
        return Refused(f"该文书已由{now.signed_by or '系统'}签发（{now.number}），请刷新页面查看。")
    if now.state == State.DISMISSED:
        return Refused("该文书已决定不予发出，请刷新页面查看。")
    return Conflict(
        "该文书刚被他人修改，您的内容尚未保存，请核对后再提交。",
        {"理由": now.reason, "正文": now.body, "反馈时限": now.reply_by},
    )
